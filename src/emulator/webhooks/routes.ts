/** The Management API's webhooks: list, create, change and delete them, and the types of events. */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorize } from '../authorize.js';
import { addBodyParsers } from '../body-parsers.js';
import type { Environment } from '../environment.js';
import { invalid } from '../errors.js';
import { success } from '../success.js';
import { EVENT_TYPES } from './events.js';

const eventTypes = z.array(z.enum(EVENT_TYPES));
const Creation = z.object({
  endpoint: z.url({ protocol: /^https?$/ }),
  event_types: eventTypes,
  name: z.string(),
  description: z.string().nullish(),
});
const Change = Creation.omit({ endpoint: true }).partial();

export function webhookRoutes(app: FastifyInstance, environment: Environment): void {
  const { tokens, webhooks } = environment;
  addBodyParsers(app);
  const needs = (scope: string) => ({
    preHandler: (request: FastifyRequest, reply: FastifyReply) =>
      authorize(tokens, { scope, organizationParameter: undefined }, request, reply),
  });

  app.get('/api/v1/webhooks', needs('read:webhooks'), async () =>
    success({ webhooks: [...webhooks.registered.values()] }),
  );
  app.post('/api/v1/webhooks', needs('create:webhooks'), async ({ body }) => {
    const { description = null, ...rest } = parse(Creation, body);
    const { id, endpoint } = webhooks.register({ ...rest, description });
    return success({ webhook: { id, endpoint } });
  });
  app.patch<{ Params: { id: string } }>(
    '/api/v1/webhooks/:id',
    needs('update:webhooks'),
    async ({ params, body }) => {
      const webhook = find(params.id);
      Object.assign(webhook, parse(Change, body));
      return success({ webhook: { id: webhook.id } });
    },
  );
  app.delete<{ Params: { id: string } }>(
    '/api/v1/webhooks/:id',
    needs('delete:webhooks'),
    async ({ params }) => {
      webhooks.registered.delete(find(params.id).id);
      return success({});
    },
  );
  app.get('/api/v1/event_types', needs('read:event_types'), async () =>
    success({
      event_types: EVENT_TYPES.map((code) => ({
        id: `et_${createHash('md5').update(code).digest('hex')}`,
        code,
        name: code,
        origin: 'kinde',
        schema: {},
      })),
    }),
  );

  function find(id: string) {
    const webhook = webhooks.registered.get(id);
    if (webhook === undefined) throw invalid('WEBHOOK_NOT_FOUND', `No webhook ${id}`);
    return webhook;
  }
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const { success: isValid, data, error } = schema.safeParse(body);
  if (isValid) return data;
  const [issue] = error.issues;
  throw invalid('INVALID_REQUEST', `${issue?.path.join('.')}: ${issue?.message}`);
}

/** The emulator's switches over HTTP, for people who run it by itself. Kinde has nothing like them. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { invalid } from './errors.js';
import type { Environment } from './environment.js';
import { FAULT_ROUTES } from './faults.js';
import { SwitchesSchema } from './switches.js';

const scopes = z.array(z.string());

const Token = z.strictObject({
  scopes: scopes.optional(),
  requestedScopes: scopes.optional(),
  expiresIn: z.int().optional(),
  audience: z.array(z.string()).optional(),
  hasuraClaims: z.boolean().optional(),
  claims: z.record(z.string(), z.unknown()).default({}),
  /** Names of claims to leave out, which `undefined` does in TokenOptions and JSON can't say. */
  omit: z.array(z.string()).default([]),
});

const Fault = z.strictObject({
  route: z.enum(FAULT_ROUTES).optional(),
  times: z.int().positive().optional(),
  respond: z.union([
    z.enum(['reset', 'reset-after-write', 'hang']),
    z.strictObject({
      status: z.int().min(200).max(599),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    }),
  ]),
});

/**
 * Adds `POST /emulator/token`, which takes TokenOptions as JSON and signs that token;
 * `POST /emulator/faults`, which switches a Fault on until `DELETE /emulator/faults` ends them all; and
 * `PUT /emulator/switches`, which takes Switches: what is left out is switched off.
 */
export function controlRoutes(app: FastifyInstance, environment: Environment): void {
  app.put('/emulator/switches', async ({ body }) => {
    Object.assign(environment.switches, parse(SwitchesSchema, body ?? {}));
    return environment.switches;
  });

  app.post('/emulator/token', async ({ body }) => {
    const { tokens } = environment;
    const { omit, claims, ...options } = parse(Token, body ?? {});
    const omitted = Object.fromEntries(omit.map((name) => [name, undefined]));
    const access_token = await tokens.issue(tokens.client, {
      ...options,
      claims: { ...claims, ...omitted },
    });
    return { access_token, token_type: 'Bearer' };
  });
  app.post('/emulator/faults', async ({ body }) => {
    const fault = parse(Fault, body);
    environment.faults.add(fault);
    return fault;
  });
  app.delete('/emulator/faults', async () => {
    environment.faults.clear();
    return {};
  });
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  throw invalid('INVALID_SWITCH', z.prettifyError(error));
}

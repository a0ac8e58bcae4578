/** The emulator's HTTP: routes from the endpoint table, and what every request goes through. */
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { noSchemaCompilers } from '../schema-compilers.js';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { controlRoutes } from './control.js';
import { authorize } from './authorize.js';
import { argumentsReader, type Given } from './arguments.js';
import { addBodyParsers } from './body-parsers.js';
import type { Environment, RecordedRequest } from './environment.js';
import { KindeError, pageTooLarge } from './errors.js';
import type { FaultResponse } from './faults.js';
import type { Handler } from './handler.js';
import { handlers } from './handlers.js';
import { oauthRoutes } from './oauth.js';
import { reshapeResponse } from './response-shapes.js';
import type { RateLimit } from './rate-limit.js';
import type { State } from './state.js';
import { Reply } from './success.js';
import { eventsOf } from './webhooks/events.js';
import { webhookRoutes } from './webhooks/routes.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    row?: Endpoint;
    endpoint?: string;
  }
  interface FastifyRequest {
    /** The data as of the request's arrival. A reset replaces the environment's. */
    state: State | undefined;
    record: RecordedRequest | undefined;
    fault: FaultResponse | undefined;
  }
}

export function createServer(environment: Environment): FastifyInstance {
  const app = Fastify({
    exposeHeadRoutes: false,
    // A request that hangs on purpose must not keep the emulator from closing.
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 1000 },
    schemaController: noSchemaCompilers,
    frameworkErrors: (error, _request, reply) => void refuse(error, reply, environment),
  });
  app.setErrorHandler((error, _request, reply) => refuse(error, reply, environment));
  app.setNotFoundHandler(({ method, url }) => {
    throw new KindeError(404, 'ROUTE_NOT_FOUND', `No route ${method} ${url.split('?')[0]}`);
  });
  watch(app, environment);
  app.register(async (oauth) => oauthRoutes(oauth, environment));
  app.register(async (control) => controlRoutes(control, environment));
  app.register(async (api) => apiRoutes(api, environment));
  app.register(async (api) => webhookRoutes(api, environment));
  return app;
}

const isApi = (url: string) => url.startsWith('/api/v1/');

/** Records each request, holds it up, and lets the switches for trouble have their way with it. */
function watch(app: FastifyInstance, environment: Environment): void {
  app.decorateRequest('state', undefined);
  app.decorateRequest('record', undefined);
  app.decorateRequest('fault', undefined);

  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request;
    const { row, endpoint } = request.routeOptions.config;
    request.state = environment.state;
    if (environment.recordsRequests && (isApi(url) || url === '/oauth2/token')) {
      const { traceparent } = request.headers;
      request.record = {
        method,
        path: url,
        endpoint,
        scope: row?.scope,
        ...(typeof traceparent === 'string' ? { traceparent } : {}),
      };
      (isApi(url) ? environment.requests : environment.tokenRequests).push(request.record);
    }
    // Kinde sheds such a request at once. A decision: without RateLimit-Reset, since no time is known.
    if (isApi(url) && environment.concurrencyLimit.exceeded(reply.raw)) throw tooManyRequests();
    if (environment.latencyMs > 0) await sleep(environment.latencyMs);
  });

  app.addHook('preHandler', async (request, reply) => {
    const { method, url, body } = request;
    if (request.record && body !== undefined) request.record.body = withoutSecret(body);
    if (isOutdated(request, environment)) return strike('reset', request, reply);
    if (isApi(url)) limit(environment.rateLimit, reply);
    const route = request.routeOptions.config.row?.route ?? `${method} ${url}`;
    const { delayMs = 0, respond } =
      environment.faults.take({ route, method, path: url, body }) ?? {};
    if (delayMs > 0) await sleep(delayMs, undefined, { ref: false });
    if (isOutdated(request, environment)) return strike('reset', request, reply);
    request.fault = respond;
    if (request.fault && request.fault !== 'reset-after-write' && !isReshaping(request.fault)) {
      return strike(request.fault, request, reply);
    }
  });

  app.addHook('preSerialization', async ({ url, fault }, reply, body) => {
    if (!isApi(url) || reply.statusCode >= 300) return body;
    const reshaped = reshapeResponse(body, environment.switches.responseShapes);
    return fault !== undefined && isReshaping(fault) ? fault.reshape(reshaped) : reshaped;
  });

  app.addHook('onSend', async (request, reply) => {
    if (request.fault === 'reset-after-write') request.raw.socket.destroy();
    else if (request.record) request.record.status = reply.statusCode;
  });
}

/**
 * Returns whether the data that a call is about was replaced by a reset since the call arrived. Its write
 * would show in the new data, and its read would tell of the old.
 */
const isOutdated = ({ url, state }: FastifyRequest, environment: Environment) =>
  isApi(url) && state !== environment.state;

function withoutSecret(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || !('client_secret' in body)) return body;
  const { client_secret: _, ...rest } = body;
  return rest;
}

function limit(rateLimit: RateLimit, reply: FastifyReply): void {
  const seconds = rateLimit.exceeded();
  if (seconds !== undefined) throw rateLimited(seconds, reply);
}

/** Documented: this header, and no Retry-After. The code is a decision. */
function rateLimited(seconds: number, reply: FastifyReply): KindeError {
  reply.header('RateLimit-Reset', seconds);
  return tooManyRequests();
}

const tooManyRequests = () => new KindeError(429, 'TOO_MANY_REQUESTS', 'Too many requests');

type Reshaping = Extract<FaultResponse, { reshape: unknown }>;

const isReshaping = (fault: FaultResponse): fault is Reshaping =>
  typeof fault === 'object' && 'reshape' in fault;

function strike(
  fault: Exclude<FaultResponse, 'reset-after-write' | Reshaping>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (typeof fault === 'object') {
    if ('rateLimitSeconds' in fault) throw rateLimited(fault.rateLimitSeconds, reply);
    return reply
      .code(fault.status)
      .headers(fault.headers ?? {})
      .send(fault.body);
  }
  reply.hijack();
  if (fault === 'reset') request.raw.socket.destroy();
  return reply;
}

function apiRoutes(app: FastifyInstance, environment: Environment): void {
  addBodyParsers(app);
  for (const [domain, rows] of Object.entries(endpoints)) {
    for (const [operation, row] of Object.entries<Endpoint>(rows)) {
      const ofDomain = handlers[domain as keyof typeof handlers] as Record<string, unknown>;
      // The table's types hold the two together; read by name, they are any row and any handler.
      const handler = ofDomain[operation] as Handler<Endpoint>;
      const read = argumentsReader(row);
      app.route({
        method: row.method,
        url: row.path.replace(/\{(\w+)\}/g, ':$1'),
        config: { row, endpoint: `${domain}.${operation}` },
        handler: async (request, reply) => {
          await authorize(environment.tokens, row, request, reply);
          if (isOutdated(request, environment)) return strike('reset', request, reply);
          const args = read(request as Given);
          limitPage(args['page_size'], environment.switches.pageSizeLimit);
          const result = handler(environment.state, args);
          if (row.method !== 'GET') {
            const { state, webhooks } = environment;
            const body = result instanceof Reply ? result.body : result;
            const events = eventsOf(row.route, { state, args, result: body });
            for (const event of events) webhooks.publish(event);
          }
          return result instanceof Reply ? reply.code(result.status).send(result.body) : result;
        },
      });
    }
  }
}

function limitPage(size: unknown, limit: number): void {
  if (typeof size === 'number' && size > limit) throw pageTooLarge(limit);
}

function refuse(error: unknown, reply: FastifyReply, { switches }: Environment): FastifyReply {
  if (error instanceof KindeError) {
    return reply.code(error.status).send(error.body(switches.errorShape));
  }
  const {
    statusCode = 500,
    code = 'BAD_REQUEST',
    message,
  } = error as Partial<Error & { statusCode: number; code: string }>;
  if (statusCode < 500) return reply.code(statusCode).send({ errors: [{ code, message }] });
  // A fault of the emulator's own; nobody would find it from an empty 500.
  console.error(error);
  return reply.code(500).send();
}

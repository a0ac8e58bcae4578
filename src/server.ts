/** Composition: schema, upstream, context and HTTP, in one gateway. */
import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import helmet from '@fastify/helmet';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { createAuthenticate } from './auth/authenticate.js';
import { authorizeCall } from './auth/viewer.js';
import type { Config, KindeConfig } from './config.js';
import type { Context } from './context.js';
import { createFormatError, withRequestId } from './errors.js';
import { graphiqlRoutes } from './graphiql/routes.js';
import { costLimit } from './limits/cost.js';
import { sizeRule } from './limits/size.js';
import { createLoaders } from './loaders/index.js';
import { cors } from './plugins/cors.js';
import { httpStatus } from './plugins/http-status.js';
import { logging } from './plugins/logging.js';
import { requestIds } from './plugins/request-id.js';
import { createSchema } from './schema.js';
import { withTrustedDocument } from './trusted-documents.js';
import { Allowance } from './upstream/allowance.js';
import { Breaker, sendThrough } from './upstream/breaker.js';
import { createClient, type CallReport } from './upstream/client.js';
import { createSend } from './upstream/send/index.js';
import { createClientCredentials } from './upstream/token.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;
const UPSTREAM_BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** The request ids of others that are taken over: what is safe in a header and in a log line. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

export interface Gateway {
  /** Begins to serve; resolves to the address. */
  listen(at: { port: number; host: string }): Promise<string>;
  /** Takes no new requests, lets those in flight finish, then frees all that it holds. */
  close(): Promise<void>;
  log: FastifyBaseLogger;
}

/** A gateway to this Kinde environment, ready to listen. */
export async function createGateway(config: Config & { kinde: KindeConfig }): Promise<Gateway> {
  const app = Fastify({
    logger: {
      level: config.logLevel,
      // Readable for people at work, JSON for machines; a worker thread for nothing when silent.
      ...(config.isProduction || config.logLevel === 'silent'
        ? {}
        : {
            transport: {
              target: 'pino-pretty',
              options: { ignore: 'pid,hostname', singleLine: true },
            },
          }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: ({ headers: { 'x-request-id': given } }) =>
      typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID(),
    forceCloseConnections: 'idle',
    // One who sends a byte now and then would else hold a socket for good: Node looks at intervals.
    requestTimeout: config.requestTimeoutMs,
    http: {
      headersTimeout: config.requestTimeoutMs,
      requestTimeout: config.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(config.requestTimeoutMs, 1_000),
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
  });

  const { baseUrl, audience, credentials } = config.kinde;
  const { send: sendOnce, close: closeSockets } = createSend({
    baseUrl,
    timeoutMs: config.upstreamTimeoutMs,
    maxSockets: config.upstreamConcurrency,
    maxBodyBytes: UPSTREAM_BODY_LIMIT_BYTES,
  });
  const breaker = new Breaker();
  const send = sendThrough(breaker, sendOnce);
  const ownToken =
    credentials && createClientCredentials(send, baseUrl, { ...credentials, audience });
  const client = createClient({
    baseUrl,
    send,
    policy: {
      concurrency: config.upstreamConcurrency,
      retries: config.upstreamRetries,
      timeoutMs: config.upstreamTimeoutMs,
      breaker,
    },
  });
  const authenticate = createAuthenticate(config.authMode, ownToken, config.jwt);

  const apollo = new ApolloServer<Context>({
    schema: createSchema(),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every field, for cache hints that this schema does not give.
      ApolloServerPluginCacheControlDisabled(),
      requestIds(),
      logging(app.log),
      httpStatus(),
      costLimit(config.limits),
    ],
    formatError: createFormatError(config),
    includeStacktraceInErrorResponses: false,
    introspection: config.isSchemaPublic,
    parseOptions: { maxTokens: config.limits.maxTokens },
    validationRules: [sizeRule(config.limits)],
    stopOnTerminationSignals: false,
    logger: app.log,
  });
  await apollo.start();

  const context = async (request: FastifyRequest, reply: FastifyReply): Promise<Context> => {
    const { viewer, token } = await authenticate(request.headers.authorization, request.log);
    const calls: CallReport[] = [];
    const upstream = client.scope({
      token,
      authorize: authorizeCall(viewer),
      allowance: allowanceOf(reply, config),
      onCall: (report) => {
        calls.push(report);
        if (report.error !== undefined) logFailure(request, report);
      },
    });
    return {
      viewer,
      upstream,
      loaders: createLoaders(upstream, async () => (await token.get()).scopes),
      requestId: request.id,
      log: request.log,
      calls,
    };
  };

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  app.addHook('onRequest', cors(config.corsOrigins));
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) request.log.error({ err: error }, 'internal error');
    const message = status >= 500 ? 'Something went wrong in the gateway.' : error.message;
    return reply.code(status).send(httpError(status, message, request));
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(httpError(404, 'There is nothing at this address.', request)),
  );

  // Fastify reads text/plain by default; a form or a script on another site can send it.
  app.removeContentTypeParser('text/plain');
  const handler = fastifyApolloHandler(apollo, { context });
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: async (request, reply) => {
      const contentType = request.headers['content-type'];
      if (!isUtf8(contentType)) {
        return reply.code(415).send(httpError(415, 'JSON is read in UTF-8 alone.', request));
      }
      if (request.method === 'GET' && isDeliberate(request, config.isProduction)) {
        request.headers['apollo-require-preflight'] = 'true';
      }
    },
    preHandler: async (request, reply) => {
      if (config.trustedDocuments === undefined) return;
      const body = withTrustedDocument(config.trustedDocuments, request.body);
      if (body === undefined) {
        const message =
          'Only documents that the gateway knows are run: send the id of one by POST.';
        return reply.code(400).send(httpError(400, message, request, 'TRUSTED_DOCUMENT_REQUIRED'));
      }
      request.body = body;
    },
    async handler(request, reply) {
      const answer: unknown = await handler.call(this, request, reply);
      return reply.statusCode < 400 ? answer : nameRequest(answer, request);
    },
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    onRequest: async (request, reply) =>
      reply
        .code(405)
        .header('allow', 'GET, POST')
        .send(httpError(405, 'GraphQL is asked by GET or POST.', request)),
    handler: async () => undefined,
  });
  // The answers are JSON and open nothing; GraphiQL's page has a policy of its own.
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
  if (config.isGraphiqlServed) await app.register(graphiqlRoutes({ endpoint: '/graphql' }));
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    try {
      await ownToken?.get();
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'not ready');
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
  return {
    listen: (at) => app.listen(at),
    close: async () => {
      await app.close();
      await apollo.stop();
      await closeSockets();
    },
    log: app.log,
  };
}

/** What an operation may use, until its answer has been written or its caller has gone away. */
function allowanceOf({ raw }: FastifyReply, config: Config): Allowance {
  const allowance = new Allowance({
    timeoutMs: config.operationTimeoutMs,
    calls: config.upstreamCallsPerOperation,
  });
  raw.once('close', () => {
    if (!raw.writableFinished) allowance.abandon();
    allowance.close();
  });
  return allowance;
}

/** Whether a content type is read as UTF-8, which JSON is when nothing is said (RFC 8259, section 8.1). */
function isUtf8(contentType = ''): boolean {
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(contentType)?.[1];
  return charset === undefined || charset.toLowerCase() === 'utf-8';
}

const GRAPHQL_TYPE = /application\/(graphql-response\+)?json/i;

/**
 * Whether a GET was sent by somebody who meant to ask GraphQL, and not by a page elsewhere that points
 * a browser here. Such a page cannot name GraphQL's types; a script in it can, but GET reads only,
 * carries no cookie and, without CORS, shows its answer to nobody. In development a GET may also say
 * nothing, unless the browser says that it comes from another site.
 */
function isDeliberate({ headers }: FastifyRequest, isProduction: boolean): boolean {
  if (GRAPHQL_TYPE.test(headers.accept ?? '')) return true;
  const site = headers['sec-fetch-site'];
  return !isProduction && (site === undefined || site === 'same-origin' || site === 'none');
}

const HTTP_CODES: Readonly<Record<number, string>> = {
  400: 'BAD_REQUEST',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
};

/** A failure of HTTP in the form of a GraphQL response, so that clients need to know one form only. */
function httpError(
  status: number,
  message: string,
  { id }: FastifyRequest,
  code = HTTP_CODES[status] ?? (status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'BAD_REQUEST'),
) {
  return { errors: [{ message, extensions: { code, requestId: id } }] };
}

/** What failed before it was an operation has no context, and so no plugin that names its request. */
function nameRequest(answer: unknown, { id }: FastifyRequest): unknown {
  if (typeof answer !== 'string') return answer;
  const { errors, ...rest } = JSON.parse(answer) as { errors?: GraphQLFormattedError[] };
  return JSON.stringify({ errors: errors && withRequestId(errors, id), ...rest });
}

function logFailure(
  { log }: FastifyRequest,
  { endpoint, status, attempts, milliseconds, error }: CallReport,
) {
  log.warn(
    {
      route: endpoint.route,
      status,
      attempts,
      milliseconds: Math.round(milliseconds),
      failure: error?.failure,
      reasons: error?.reasons.map(({ code }) => code),
      detail: error?.message,
    },
    'upstream call failed',
  );
}

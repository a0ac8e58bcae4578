/** Composition: schema, upstream, context and HTTP, in one gateway. */
import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { Answers } from './answers.js';
import { createAuthenticate } from './auth/authenticate.js';
import { authorizeCall } from './auth/viewer.js';
import type { Config, KindeConfig } from './config.js';
import type { Context } from './context.js';
import { createFormatError } from './errors.js';
import { graphiqlRoutes } from './graphiql/routes.js';
import { answerInJson, graphqlRoutes } from './http.js';
import { costLimit } from './limits/cost.js';
import { sizeRule } from './limits/size.js';
import { createLoaders } from './loaders/index.js';
import { repeatable } from './plugins/repeatable.js';
import { cors } from './plugins/cors.js';
import { explain } from './plugins/explain.js';
import { httpStatus } from './plugins/http-status.js';
import { logging } from './plugins/logging.js';
import { requestIds } from './plugins/request-id.js';
import { securityHeaders } from './plugins/security-headers.js';
import { createSchema } from './schema.js';
import { Allowance } from './upstream/allowance.js';
import { Breaker, sendThrough } from './upstream/breaker.js';
import { Provenance } from './upstream/cache/provenance.js';
import { createCache } from './upstream/cache/index.js';
import { createClient, type CallReport } from './upstream/client.js';
import { createSend } from './upstream/send/index.js';
import { createClientCredentials, type TokenSource } from './upstream/token.js';

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
  /** The gateway's own token; undefined where callers bring theirs. */
  token: TokenSource | undefined;
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
  const cache = await createCache(config.cache, {
    name: `${baseUrl} ${credentials?.clientId ?? ''}`,
    onState: (isReachable, error) =>
      isReachable
        ? app.log.info('Redis can be reached')
        : app.log.warn({ err: error }, 'Redis cannot be reached: nothing is given from memory'),
  });
  const client = createClient({
    baseUrl,
    send,
    cache: { ...config.cache, ...cache },
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
      // Its calls are told to whoever may read the schema.
      ...(config.isSchemaPublic ? [explain()] : []),
      // The last, since what others add to an answer is not for the next who asks.
      repeatable(),
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
    const { viewer, token } = await request.caller!;
    const { isCurrent } = request;
    const calls: CallReport[] = [];
    const provenance = new Provenance();
    const upstream = client.scope({
      token,
      authorize: authorizeCall(viewer),
      allowance: allowanceOf(reply, config),
      isCurrent,
      provenance,
      onCall: (report) => {
        calls.push(report);
        if (report.error !== undefined) logFailure(request, report);
      },
    });
    const operation: Context = {
      viewer,
      upstream,
      loaders: createLoaders(upstream, async () => (await token.get()).scopes),
      requestId: request.id,
      log: request.log,
      calls,
      provenance,
      answer: { isRepeatable: false, operationName: undefined },
    };
    request.operation = operation;
    return operation;
  };

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  app.addHook('onRequest', securityHeaders());
  // Kept alive, the connection of the last request would keep the server from closing for a minute.
  let isClosing = false;
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isClosing) reply.header('connection', 'close');
    done();
  });
  app.addHook('onRequest', cors(config.corsOrigins));
  answerInJson(app);
  await app.register(
    graphqlRoutes({
      handler: fastifyApolloHandler(apollo, { context }),
      authenticate,
      answers: new Answers(cache.changes, cache.store),
      refresh: cache.refresh,
      config,
    }),
  );
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
      isClosing = true;
      await app.close();
      await apollo.stop();
      await closeSockets();
      cache.close();
    },
    log: app.log,
    token: ownToken,
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

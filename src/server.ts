/** Composition: schema, upstream, context and HTTP, in one gateway. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
import type { Audit } from './audit.js';
import { createAuthenticate } from './auth/authenticate.js';
import { authorizeCall } from './auth/viewer.js';
import type { Config, KindeConfig } from './config.js';
import type { Context } from './context.js';
import { createFormatError } from './errors.js';
import { graphiqlRoutes } from './graphiql/routes.js';
import { healthRoutes } from './health.js';
import { answerInJson, graphqlRoutes } from './http.js';
import { Idempotency } from './idempotency/index.js';
import { createMemoryStore } from './idempotency/memory.js';
import { costLimit } from './limits/cost.js';
import { sizeRule } from './limits/size.js';
import { createLoaders } from './loaders/index.js';
import { Admission } from './overload/admission.js';
import { repeatable } from './plugins/repeatable.js';
import { cors } from './plugins/cors.js';
import { explain } from './plugins/explain.js';
import { httpStatus } from './plugins/http-status.js';
import { logging } from './plugins/logging.js';
import { requestIds } from './plugins/request-id.js';
import { securityHeaders } from './plugins/security-headers.js';
import { logText, serializeError } from './redact.js';
import { createSchema } from './schema.js';
import { Allowance } from './upstream/allowance.js';
import { Breaker, sendThrough } from './upstream/breaker.js';
import { Provenance } from './upstream/cache/provenance.js';
import { createCache } from './upstream/cache/index.js';
import { createClient, type CallReport } from './upstream/client.js';
import { createSend } from './upstream/send/index.js';
import { createClientCredentials } from './upstream/token.js';
import { SharedRateLimit } from './upstream/shared-rate-limit.js';
import { createTurns } from './upstream/turns.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const HEADER_LIMIT_BYTES = 16 * 1024;
const UPSTREAM_BODY_LIMIT_BYTES = 16 * 1024 * 1024;

/** The request ids of others that are taken over: what is safe in a header and in a log line. */
const REQUEST_ID = /^[\w.:+/=@-]{1,128}$/;

export interface Gateway {
  /** Begins to serve; resolves to the address. */
  listen(at: { port: number; host: string }): Promise<string>;
  /**
   * Is not ready any more, takes no new requests, lets those in flight finish, then frees all that it
   * holds. Rejects when requests had to be cut off.
   */
  close(): Promise<void>;
  log: FastifyBaseLogger;
}

/** A gateway to this Kinde environment, ready to listen. Its log goes to stdout unless told otherwise. */
export async function createGateway(
  config: Config & { kinde: KindeConfig },
  { logTo }: { logTo?: { write(line: string): void } } = {},
): Promise<Gateway> {
  const app = Fastify({
    logger: {
      level: config.logLevel,
      serializers: { err: (error: Error) => serializeError(error) },
      // Readable for people at work, JSON for machines; a worker thread for nothing when silent.
      ...(logTo !== undefined
        ? { stream: logTo }
        : config.isProduction || config.logLevel === 'silent'
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
      typeof given === 'string' && REQUEST_ID.test(given) && logText(given) === given
        ? given
        : randomUUID(),
    forceCloseConnections: 'idle',
    // Whoever comes on an open connection is sent away in our form.
    return503OnClosing: false,
    // One who sends a byte now and then would else hold a socket for good: Node looks at intervals.
    requestTimeout: config.requestTimeoutMs,
    http: {
      headersTimeout: config.requestTimeoutMs,
      requestTimeout: config.requestTimeoutMs,
      connectionsCheckingInterval: Math.min(config.requestTimeoutMs, 1_000),
      maxHeaderSize: HEADER_LIMIT_BYTES,
    },
  });

  // Node closes a connection too many as it comes, which costs no memory.
  app.server.maxConnections = config.maxConnections;

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
  const rateLimit = new SharedRateLimit({
    callsPerMinute: config.upstreamRateLimit,
    redisUrl: config.cache.redisUrl,
    name: baseUrl,
  });
  await rateLimit.connect();
  const turns = createTurns(config.upstreamConcurrency);
  const client = createClient({
    baseUrl,
    send,
    cache: { ...config.cache, ...cache },
    policy: {
      turns,
      retries: config.upstreamRetries,
      timeoutMs: config.upstreamTimeoutMs,
      breaker,
      rateLimit,
    },
  });
  const authenticate = createAuthenticate(config.authMode, ownToken, config.jwt);

  const idempotency = new Idempotency(
    createMemoryStore({
      ttlSeconds: config.idempotencyTtlSeconds,
      maxBytes: config.idempotencyMaxBytes,
      onForgotten: atMostOnceAMinute(() =>
        app.log.warn('idempotency keys are forgotten early: IDEMPOTENCY_MEMORY_MB is too little'),
      ),
    }),
  );

  // With a level of its own, so that the trail does not end where an operator wants less of the rest.
  const auditLog = app.log.child({}, { level: 'info' });
  const audit: Audit = config.isAudited
    ? (event) => auditLog.info({ audit: event }, 'audit')
    : () => undefined;
  const admission = new Admission({
    ...config.overload,
    upstreamUtilization: turns.utilization,
    onChange: ({ isShedding, shed }) =>
      isShedding ? app.log.warn('overloaded') : app.log.warn({ shed }, 'no longer overloaded'),
  });

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
      allowance: allowanceOf(request, reply, config),
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
      idempotency,
      audit,
      replays: new WeakSet(),
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
      admission,
      config,
    }),
  );
  if (config.isGraphiqlServed) await app.register(graphiqlRoutes({ endpoint: '/graphql' }));
  await app.register(
    healthRoutes({ admission, breaker, token: ownToken, isStopping: () => isClosing }),
  );
  return {
    listen: (at) => app.listen(at),
    close: async () => {
      isClosing = true;
      await sleep(config.shutdown.delayMs);
      admission.drain();
      let isCutOff = false;
      const cutOff = setTimeout(() => {
        isCutOff = true;
        app.server.closeAllConnections();
      }, config.shutdown.graceMs);
      await app.close();
      clearTimeout(cutOff);
      admission.close();
      await apollo.stop();
      await closeSockets();
      cache.close();
      rateLimit.close();
      if (isCutOff) throw new Error('Requests in flight were cut off after SHUTDOWN_GRACE_MS.');
    },
    log: app.log,
  };
}

/**
 * What an operation may use, until its answer has been written, or its caller has gone away and nobody
 * else waits for the same answer.
 */
function allowanceOf(request: FastifyRequest, reply: FastifyReply, config: Config): Allowance {
  const allowance = new Allowance({
    // Counted from when the request came: it may have waited for the answer of another.
    timeoutMs: Math.max(1, config.operationTimeoutMs - reply.elapsedTime),
    calls: config.upstreamCallsPerOperation,
  });
  const { raw } = reply;
  raw.once('close', () => {
    if (raw.writableFinished) return allowance.close();
    const abandon = () => {
      allowance.abandon();
      allowance.close();
    };
    if (request.execution === undefined) abandon();
    else request.execution.abandonWhenAlone(abandon);
  });
  return allowance;
}

/** What is called for each of many things, and tells of them once in a while. */
function atMostOnceAMinute(tell: () => void): () => void {
  let toldAt = -Infinity;
  return () => {
    if (performance.now() < toldAt + 60_000) return;
    toldAt = performance.now();
    tell();
  };
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

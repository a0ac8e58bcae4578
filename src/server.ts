/** Composition: schema, upstream, context and HTTP, in one gateway. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { Answers } from './http/response-cache.js';
import type { Audit } from './graphql/audit-event.js';
import { createAuthenticate } from './auth/authenticate.js';
import { authorizeCall } from './auth/viewer.js';
import { ConfigError, type Config, type KindeConfig } from './config.js';
import { watchConnections } from './http/connections.js';
import type { Context } from './graphql/context.js';
import { createFormatError } from './graphql/errors.js';
import { graphiqlRoutes } from './http/graphiql-page.js';
import { healthRoutes } from './http/health.js';
import { createHttpServer, type LogStream } from './http/server.js';
import { graphqlRoutes } from './http/graphql-route.js';
import { Idempotency } from './idempotency/index.js';
import { createMemoryStore, Entries } from './idempotency/memory.js';
import { RedisStore } from './idempotency/redis.js';
import { costLimit } from './graphql/limits/cost.js';
import { sizeRule } from './graphql/limits/size.js';
import { createLoaders } from './loaders/index.js';
import { Admission } from './http/admission.js';
import { repeatable } from './graphql/plugins/cacheability.js';
import { explain } from './graphql/plugins/explain.js';
import { httpStatus } from './graphql/plugins/http-status.js';
import { logging } from './graphql/plugins/logging.js';
import { outcome } from './graphql/plugins/outcome.js';
import { requestIds } from './graphql/plugins/request-id.js';
import { createSchema } from './graphql/schema.js';
import { problemsOf } from './graphql/trusted-documents.js';
import { createTelemetry } from './telemetry/index.js';
import { createMetricsServer } from './telemetry/metrics-server.js';
import { Allowance } from './upstream/policy/call-budget.js';
import { Breaker, sendThrough } from './upstream/policy/breaker.js';
import { Provenance } from './upstream/cache/dependencies.js';
import { createCache } from './upstream/cache/index.js';
import { createClient, type CallReport } from './upstream/client.js';
import { createSend } from './upstream/send/index.js';
import { createClientCredentials, type TokenSource } from './upstream/token.js';
import { SharedRateLimit } from './upstream/policy/rate-limit-budget.js';
import { Turns } from './upstream/policy/fair-queue.js';

const UPSTREAM_BODY_LIMIT_BYTES = 16 * 1024 * 1024;

export interface Gateway {
  /** Begins to serve, metrics included; resolves to the address. */
  listen(at: { port: number; host: string }): Promise<string>;
  /** Where the metrics are once it serves; undefined where there are none. */
  readonly metricsUrl: string | undefined;
  /**
   * Is not ready any more, takes no new requests, lets those in flight finish, then frees all that it
   * holds. Rejects when requests had to be cut off.
   */
  close(): Promise<void>;
  log: FastifyBaseLogger;
  /** The gateway's own token; undefined where callers bring theirs. */
  token: TokenSource | undefined;
}

/**
 * A gateway to this Kinde environment, ready to listen. Its log goes to stdout unless told otherwise.
 * Throws a ConfigError when a trusted document could never be run.
 */
export async function createGateway(
  config: Config & { kinde: KindeConfig },
  { logTo }: { logTo?: LogStream } = {},
): Promise<Gateway> {
  const schema = createSchema();
  requireRunnable(config, schema);
  let isClosing = false;
  const app = createHttpServer(config, { logTo, isClosing: () => isClosing });
  const connections = watchConnections(app);
  const { baseUrl, audience, credentials } = config.kinde;
  const { send: sendOnce, close: closeSockets } = createSend({
    baseUrl,
    timeoutMs: config.upstreamTimeoutMs,
    maxSockets: config.upstreamConcurrency,
    maxBodyBytes: UPSTREAM_BODY_LIMIT_BYTES,
  });
  const breaker = new Breaker();
  const send = sendThrough(breaker, sendOnce);
  const rateLimit = new SharedRateLimit({
    callsPerMinute: config.upstreamRateLimit,
    redisUrl: config.cache.redisUrl,
    name: baseUrl,
  });
  const { redisUrl } = config.cache;
  const name = `${baseUrl} ${credentials?.clientId ?? ''}`;
  const kept = { ttlSeconds: config.idempotencyTtlSeconds, maxBytes: config.idempotencyMaxBytes };
  const sharedKeys =
    redisUrl === undefined
      ? undefined
      : new RedisStore({
          ...{ url: redisUrl, name, ttlSeconds: kept.ttlSeconds },
          // What is forgotten here is in Redis.
          own: new Entries({ ...kept, onForgotten: () => undefined }),
          onState: (isAvailable, error) =>
            isAvailable
              ? app.log.info('mutations with an idempotencyKey are taken again')
              : app.log.warn(
                  { err: error },
                  'Redis cannot keep idempotency keys: mutations with one are refused',
                ),
          onUntold: (error) =>
            app.log.warn(
              { err: error },
              'Redis could not be told the outcome of a write: until it can, only this replica knows it',
            ),
        });
  // All at once, since each waits a second for a Redis that is down.
  const [cache] = await Promise.all([
    createCache(config.cache, {
      name,
      onState: (isReachable, error) =>
        isReachable
          ? app.log.info('Redis can be reached')
          : app.log.warn({ err: error }, 'Redis cannot be reached: nothing is given from memory'),
    }),
    rateLimit.connect(),
    sharedKeys?.connect(),
  ]);
  const turns = new Turns(config.upstreamConcurrency);
  const telemetry = await createTelemetry(config, app.log, { breaker, cache });
  const { metrics, traces } = telemetry;
  const metricsServer =
    metrics &&
    createMetricsServer(metrics, (error) => app.log.error({ err: error }, 'internal error'));
  let metricsUrl: string | undefined;
  const ownToken =
    credentials &&
    createClientCredentials(
      send,
      baseUrl,
      { ...credentials, audience },
      {
        retries: config.upstreamRetries,
        timeoutMs: config.upstreamTimeoutMs,
        onRequest: (error) => metrics?.tokenRequested(error),
      },
    );
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
    sharedKeys ??
      createMemoryStore({
        ...kept,
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
    upstreamUtilization: () => turns.utilization(),
    onChange: ({ isShedding, shed }) =>
      isShedding ? app.log.warn('overloaded') : app.log.warn({ shed }, 'no longer overloaded'),
  });

  const apollo = new ApolloServer<Context>({
    schema,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every field, for cache hints that this schema does not give.
      ApolloServerPluginCacheControlDisabled(),
      // Before those who read the errors of a response, since it may add some.
      costLimit(config),
      requestIds(),
      logging(app.log),
      httpStatus(),
      outcome(),
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
    const { isCurrent, span } = request;
    const calls: CallReport[] = [];
    const provenance = new Provenance();
    const allowance = allowanceOf(request, reply, config);
    const upstream = client.scope({
      token,
      authorize: authorizeCall(viewer),
      allowance,
      isCurrent,
      provenance,
      onCall: (report) => {
        calls.push(report);
        metrics?.callEnded(report);
        span?.called(report);
        if (report.error !== undefined) logFailure(request, report);
      },
      beginExchange: span && ((endpoint, resendCount) => span.beginExchange(endpoint, resendCount)),
    });
    const operation: Context = {
      viewer,
      upstream,
      loaders: createLoaders(upstream, () => {
        const atHand = token.get();
        return atHand instanceof Promise ? atHand.then(({ scopes }) => scopes) : atHand.scopes;
      }),
      idempotency,
      time: allowance,
      audit,
      replays: new WeakSet(),
      requestId: request.id,
      log: request.log,
      calls,
      provenance,
      answer: {
        isRepeatable: false,
        operationName: undefined,
        operationType: undefined,
        outcome: undefined,
        errorCodes: [],
        cost: undefined,
      },
    };
    request.operation = operation;
    return operation;
  };

  await app.register(
    graphqlRoutes({
      handler: fastifyApolloHandler(apollo, { context }),
      authenticate,
      answers: new Answers(cache.changes, cache.store),
      refresh: cache.refresh,
      admission,
      telemetry,
      config,
    }),
  );
  if (config.isGraphiqlServed) await app.register(graphiqlRoutes({ endpoint: '/graphql' }));
  await app.register(
    healthRoutes({ admission, breaker, token: ownToken, isStopping: () => isClosing }),
  );
  return {
    listen: async (at) => {
      if (config.metrics !== undefined) metricsUrl = await metricsServer?.listen(config.metrics);
      return app.listen(at);
    },
    get metricsUrl() {
      return metricsUrl;
    },
    close: async () => {
      isClosing = true;
      if (config.shutdown.delayMs > 0) await sleep(config.shutdown.delayMs);
      admission.drain();
      let isCutOff = false;
      const cutOff = setTimeout(() => {
        isCutOff = true;
        connections.endAll();
      }, config.shutdown.graceMs);
      const closed = app.close();
      connections.endUnused();
      await closed;
      clearTimeout(cutOff);
      admission.close();
      await apollo.stop();
      await closeSockets();
      cache.close();
      await traces?.close();
      metricsServer?.close();
      rateLimit.close();
      sharedKeys?.close();
      if (isCutOff) throw new Error('Requests in flight were cut off after SHUTDOWN_GRACE_MS.');
    },
    log: app.log,
    token: ownToken,
  };
}

/** An app whose document is refused is better found out at the start than by the people who use it. */
function requireRunnable({ trustedDocuments, limits }: Config, schema: GraphQLSchema): void {
  if (trustedDocuments === undefined) return;
  const problems = problemsOf(trustedDocuments, schema, {
    maxTokens: limits.maxTokens,
    rules: [sizeRule(limits)],
  });
  if (problems.length === 0) return;
  throw new ConfigError(
    problems.map((problem) => `TRUSTED_DOCUMENTS must hold documents that can be run; ${problem}`),
  );
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

/** Composition: schema, upstream, context and HTTP, in one gateway. */
import type { ApolloServer } from '@apollo/server';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { createAuthenticate } from './auth/authenticate.js';
import type { Config, KindeConfig } from './config.js';
import { openSecret, type Secret } from './config/secret.js';
import { refuseUnusableDocuments, startApollo } from './graphql/apollo.js';
import type { Context } from './graphql/context.js';
import { createAudit } from './graphql/audit.js';
import { createSchema } from './graphql/schema.js';
import { ActiveOperations } from './http/active-operations.js';
import { createRefuseOtherHosts } from './http/allowed-hosts.js';
import { createAdmission, type Admission, type AdmissionOptions } from './http/admission.js';
import { CallerBudget } from './http/caller-budget.js';
import { CoalescedExecutions } from './http/coalesce.js';
import { createExecute } from './http/execute.js';
import { UnreadResponses } from './http/unread-responses.js';
import { WeightInFlight, weightLimit } from './http/weight-in-flight.js';
import { graphiqlRoutes } from './http/graphiql-page.js';
import { graphqlRoute } from './http/graphql-route.js';
import { healthRoutes } from './http/health.js';
import { createLiveQueries } from './http/live/live-queries.js';
import { ResponseCache } from './http/response-cache.js';
import { schemaRoute } from './http/schema-route.js';
import { createHttpServer, type LogStream } from './http/server.js';
import { drain } from './http/shutdown.js';
import { Idempotency } from './idempotency/index.js';
import { DifferingOrganizations } from './loaders/permission-plan.js';
import { connectShared, type RedisTimings, type SharedState } from './shared-state.js';
import { createTextSeal } from './resolvers/text-seal.js';
import { createTelemetry, type Telemetry } from './telemetry/index.js';
import { createMetricsServer } from './telemetry/metrics-server.js';
import { reportMismatches } from './telemetry/mismatches.js';
import { createUpstream, type UpstreamSide } from './upstream/index.js';
import { Breaker } from './upstream/policy/breaker.js';
import type { TokenSource } from './upstream/token.js';
import { webhooks } from './webhooks/index.js';

export interface Gateway {
  /** Starts serving, metrics included. Resolves to the URL. */
  listen(at: { port: number; host: string }): Promise<string>;
  /** The URL of the metrics while they are served; undefined where they are off. */
  readonly metricsUrl: string | undefined;
  /**
   * Fails readiness, refuses new requests, waits for those in flight and frees all resources. Rejects
   * when requests had to be cut off.
   */
  close(): Promise<void>;
  /**
   * Reads secrets from their files again, and requests a token with the new one. Rejects when there is
   * none, and then the previous token stays in use.
   */
  reloadSecrets(): Promise<void>;
  log: FastifyBaseLogger;
  /** The gateway's own token; undefined where callers bring theirs. */
  token: TokenSource | undefined;
}

/** How long the end of the process waits for operations that were cut off. */
const CUT_OFF_MS = 2_000;

interface GatewayOptions extends Pick<AdmissionOptions, 'eventLoopUtilization'> {
  logTo?: LogStream | undefined;
  redisTimings?: RedisTimings | undefined;
  /** How many bytes of responses may wait for their clients to read them. Defaults to a quarter of the heap. */
  maxUnreadBytes?: number | undefined;
}

/**
 * Creates a gateway for a Kinde environment, ready to listen. It logs to stdout unless told otherwise.
 * Throws a ConfigError for a trusted document that would always be refused.
 */
export async function createGateway(
  config: Config & { kinde: KindeConfig },
  { logTo, eventLoopUtilization, redisTimings, maxUnreadBytes }: GatewayOptions = {},
): Promise<Gateway> {
  const schema = createSchema();
  refuseUnusableDocuments(config, schema);
  let isClosing = false;
  const { app, connections } = createHttpServer(config, { logTo, isClosing: () => isClosing });
  const { log } = app;

  const shared = await connectShared(config, log, redisTimings);
  const { cache, rateLimit, keys, redis } = shared;
  const breaker = new Breaker();
  const { metrics, traces } = await createTelemetry(config, log, { breaker, cache });
  const metricsServer =
    metrics && createMetricsServer(metrics, (error) => log.error({ err: error }, 'internal error'));
  const secret = clientSecret(config.kinde);
  const upstream = createUpstream(config, {
    secret,
    breaker,
    cache,
    rateLimit,
    onMismatch: reportMismatches(log, metrics),
    onTokenRequest: (error) => metrics?.tokenRequested(error),
    onPageSizeLowered: reportPageSize(log),
    onConcurrencyLearned: reportConcurrency(log),
  });
  const upstreamUtilization = () => upstream.queue.utilization();
  const admission = createAdmission(config, log, { upstreamUtilization, eventLoopUtilization });

  const apollo = await startApollo(config, { schema, log });
  const active = new ActiveOperations();
  const { live, callerBudget } = await registerRoutes(app, config, {
    apollo,
    upstream,
    shared,
    telemetry: { metrics, traces },
    admission,
    breaker,
    secret,
    active,
    unread: new UnreadResponses(maxUnreadBytes),
    isStopping: () => isClosing,
  });

  let metricsUrl: string | undefined;
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
      const isComplete = await drain(
        { app, connections, admission, active, live },
        config.shutdown,
      );
      await apollo.stop();
      await upstream.close();
      // What was cut off has failed by now, and still announces what it may have written.
      if (!isComplete) await active.ended(CUT_OFF_MS);
      await cache.close();
      await traces?.close();
      metricsServer?.close();
      keys.close();
      callerBudget?.close();
      redis?.close();
      if (!isComplete) throw new Error('Requests in flight were cut off after SHUTDOWN_GRACE_MS.');
    },
    reloadSecrets: async () => {
      shared.reloadRedisUrl();
      await upstream.token?.replace();
    },
    log,
    token: upstream.token,
  };
}

interface RouteParts {
  apollo: ApolloServer<Context>;
  upstream: UpstreamSide;
  shared: SharedState;
  telemetry: Telemetry;
  admission: Admission;
  active: ActiveOperations;
  unread: UnreadResponses;
  breaker: Breaker;
  secret: Secret | undefined;
  isStopping: () => boolean;
}

/** Mounts everything that is served, and returns what has to be closed. */
async function registerRoutes(
  app: FastifyInstance,
  config: Config & { kinde: KindeConfig },
  {
    apollo,
    upstream,
    shared,
    telemetry,
    admission,
    active,
    unread,
    breaker,
    secret,
    isStopping,
  }: RouteParts,
) {
  const { log } = app;
  const { client, token } = upstream;
  const { cache, keys } = shared;
  const { metrics } = telemetry;
  const parts = {
    client,
    idempotency: new Idempotency(keys.store),
    audit: createAudit(config, log),
    seal: createTextSeal(secret),
    differing: new DifferingOrganizations(reportDifference(log)),
    changes: cache.changes,
  };
  const execution = { apollo, parts, metrics, active, config, weights: createWeights(config) };
  const authenticate = createAuthenticate(config, token);
  const callerBudget = createCallerBudget(config, shared, metrics);
  const live = createLiveQueries(config, execution, { admission, cache, unread });
  const refuseOtherHosts = createRefuseOtherHosts(config);
  await app.register(
    graphqlRoute({
      refuseOtherHosts,
      admission,
      unread,
      config,
      live,
      execute: createExecute(execution),
      authenticate,
      responses: new ResponseCache(cache.invalidations, cache.store),
      executions: new CoalescedExecutions(cache.invalidations),
      callerBudget,
      refresh: cache.refresh,
      telemetry,
    }),
  );
  await app.register(async (pages) => {
    pages.addHook('onRequest', refuseOtherHosts);
    await pages.register(schemaRoute({ authenticate, config }));
    if (!config.isGraphiqlServed) return;
    const emulatorUrl = config.isActAsOffered ? config.kinde.baseUrl : undefined;
    await pages.register(
      graphiqlRoutes({ endpoint: '/graphql', authMode: config.authMode, emulatorUrl }),
    );
  });
  await app.register(webhooks(config, { ...shared, metrics }));
  await app.register(healthRoutes({ admission, breaker, token, isStopping }));
  return { live, callerBudget };
}

function createWeights({ overload, cache, operationTimeoutMs }: Config): WeightInFlight {
  return new WeightInFlight({
    limit: overload.maxCostInFlight ?? weightLimit(cache.maxBytes),
    // So that most of an operation's time is left when it begins.
    maxWaitMs: operationTimeoutMs / 3,
  });
}

/** Creates what callers may use in a minute; returns undefined where they have no limit. */
function createCallerBudget(
  { callerCostPerMinute: limit }: Config,
  { redis, name }: SharedState,
  metrics: Telemetry['metrics'],
): CallerBudget | undefined {
  if (limit === 0) return undefined;
  return new CallerBudget({ limit, redis, name, onRefused: () => metrics?.callerLimited() });
}

/** Returns the application's secret; undefined where callers bring their tokens. */
function clientSecret({ credentials }: KindeConfig): Secret | undefined {
  return credentials && openSecret(credentials.clientSecret, credentials.clientSecretFile);
}

const reportPageSize = (log: FastifyBaseLogger) => (size: number) =>
  log.warn(
    { size },
    'Kinde refuses larger pages: set KINDE_PAGE_SIZE to ask for this size at once',
  );

const reportConcurrency = (log: FastifyBaseLogger) => (calls: number) =>
  log.warn(
    { calls },
    'Kinde takes fewer calls at a time than UPSTREAM_CONCURRENCY allows: no more are sent, and more are tried later',
  );

const reportDifference = (log: FastifyBaseLogger) => (organizationCode: string) =>
  log.warn(
    { organizationCode },
    'a member has other permissions than its roles and the lists of members tell: for ten minutes, permissions of this organization take a call for each member',
  );

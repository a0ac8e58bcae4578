/**
 * Every setting of the gateway, once: the environment variable, its values, default and meaning. The
 * type of the configuration and docs/settings.md are derived from this table.
 */
import { readTrustedDocuments } from '../graphql/trusted-documents.js';
import {
  boolean,
  custom,
  fetchedUrl,
  headerNames,
  hostNameList,
  integer,
  issuerList,
  kindeDomain,
  megabytes,
  networkList,
  oneOf,
  originList,
  seconds,
  setting,
  text,
  url,
} from './values.js';
import { telemetrySettings } from './telemetry-settings.js';

export const settings = {
  server: {
    port: setting('PORT', integer(0, 65_535), {
      default: '4000',
      description: 'Port to listen on. `0` picks a free one.',
    }),
    host: setting('HOST', text, {
      default: '127.0.0.1',
      description: 'Address to listen on. Set `0.0.0.0` in a container.',
    }),
    nodeEnv: setting('NODE_ENV', oneOf('production', 'development', 'test'), {
      description:
        'In `production`, logs are JSON, the schema and GraphiQL are off, and a GET needs an `Accept` header that names JSON or a preflight header.',
    }),
    requestTimeoutMs: setting('REQUEST_TIMEOUT_MS', integer(1, 600_000), {
      default: '30000',
      description: 'How long a request may take to arrive, in milliseconds.',
    }),
    maxConnections: setting('MAX_CONNECTIONS', integer(1, 1_000_000), {
      default: '10000',
      description: 'How many connections may be open. More are closed at once.',
    }),
  },
  browsers: {
    origins: setting('CORS_ORIGINS', originList, {
      default: '',
      description:
        'Origins whose pages may call the gateway, separated by commas. Outside production, pages on `localhost`, `127.0.0.1` and `[::1]` may too, with the emulator or when `AUTH_MODE` is not `none`.',
    }),
    headers: setting('CORS_HEADERS', headerNames, {
      default: '',
      description:
        'Request headers that these pages may set besides [the usual ones](frontend.md#cors), separated by commas.',
    }),
    maxAgeMs: setting('HTTP_MAX_AGE_SECONDS', seconds(0, 86_400), {
      default: '0',
      description:
        'How long a browser may reuse the response to a GET without asking, in seconds. `0` has it ask each time, which costs a 304. See [HTTP caching](caching.md#http).',
    }),
  },
  kinde: {
    domain: setting('KINDE_DOMAIN', kindeDomain, {
      defaultDescription: 'the embedded emulator',
      description: "Your environment's `*.kinde.com` host, or a base URL.",
    }),
    clientId: setting('KINDE_CLIENT_ID', text, {
      description: "The machine-to-machine application's client id.",
    }),
    clientSecret: setting('KINDE_CLIENT_SECRET', text, {
      isSecret: true,
      description: "The machine-to-machine application's client secret.",
    }),
    audience: setting('KINDE_AUDIENCE', text, {
      defaultDescription: "the domain's `/api`",
      description: "Audience of the gateway's own token.",
    }),
  },
  auth: {
    mode: setting('AUTH_MODE', oneOf('none', 'passthrough', 'jwt'), {
      defaultDescription: '`none` without `KINDE_DOMAIN`',
      description:
        "`jwt` verifies the caller's token and decides what it may do. `passthrough` sends it to Kinde. `none` lets everybody in. See [Authorization](authorization.md).",
    }),
    issuers: setting('JWT_ISSUER', issuerList, {
      defaultDescription: 'the domain',
      description:
        "Accepted `iss` of callers' tokens. With a custom domain, list it beside the Kinde domain: see [Custom domains](authorization.md#custom-domains).",
    }),
    audience: setting('JWT_AUDIENCE', text, {
      defaultDescription: 'any',
      description: "Audience that callers' tokens must have.",
    }),
    jwksUri: setting('JWKS_URI', fetchedUrl('https://acme.kinde.com/.well-known/jwks'), {
      defaultDescription: "the domain's `/.well-known/jwks`",
      description: "Where the keys of callers' tokens are, for every issuer.",
    }),
    isUnauthenticatedAccessAllowed: setting('ALLOW_UNAUTHENTICATED_ACCESS', boolean, {
      default: 'false',
      description: 'Lets `AUTH_MODE=none` serve a real Kinde environment or other machines.',
    }),
    allowedHosts: setting('ALLOWED_HOSTS', hostNameList, {
      default: '',
      description:
        'Host names that requests may be sent to with `AUTH_MODE=none`, separated by commas; `.example.com` stands for that name and all beneath it. IP addresses, names without a dot and private names such as `*.localhost` are always allowed. See [Host names](authorization.md#host-names).',
    }),
  },
  upstream: {
    upstreamTimeoutMs: setting('UPSTREAM_TIMEOUT_MS', integer(1, 600_000), {
      default: '10000',
      description: 'How long a call to Kinde may take, in milliseconds.',
    }),
    upstreamConcurrency: setting('UPSTREAM_CONCURRENCY', integer(1, 10_000), {
      default: '64',
      description:
        'How many calls to Kinde may be in flight at once. Where Kinde takes fewer, the gateway [learns how many](operating.md#calls-to-kinde).',
    }),
    upstreamRateLimit: setting('UPSTREAM_RATE_LIMIT', integer(0, 1_000_000), {
      default: '0',
      description:
        'How many calls to Kinde all replicas together may make in a minute; `0` sets no limit. More calls wait, or fail as `RATE_LIMITED` when the operation has too little time left.',
    }),
    upstreamRetries: setting('UPSTREAM_RETRIES', integer(0, 10), {
      default: '2',
      description:
        'How often a read is retried when Kinde fails or rate limits it. Writes are never retried.',
    }),
    upstreamPageSize: setting('KINDE_PAGE_SIZE', integer(1, 500), {
      default: '500',
      description:
        'How many entries to ask for in one page of a list. When Kinde refuses a page for its size, the gateway asks for smaller ones until it is restarted.',
    }),
    upstreamCallsPerOperation: setting('UPSTREAM_CALLS_PER_OPERATION', integer(1, 1_000_000), {
      default: '12000',
      description: 'How many calls to Kinde one GraphQL operation may make.',
    }),
    operationTimeoutMs: setting('OPERATION_TIMEOUT_MS', integer(1, 600_000), {
      default: '30000',
      description:
        'How long a GraphQL operation may take, in milliseconds. A write that has been sent is not cancelled.',
    }),
  },
  documents: {
    trustedDocuments: setting(
      'TRUSTED_DOCUMENTS',
      custom(readTrustedDocuments, 'must be the path of a JSON file of document ids and texts'),
      {
        description:
          "Path of a JSON file of document ids and texts, as codegen's client preset writes it. Only these documents are executed then, by `documentId` or the persisted query's hash, by POST.",
      },
    ),
    isIntrospectionAllowed: setting('ALLOW_INTROSPECTION', boolean, {
      default: 'false',
      defaultDescription: '`false` in production',
      description: 'Lets clients read the schema in production. Elsewhere they always may.',
    }),
    isGraphiqlAllowed: setting('ALLOW_GRAPHIQL', boolean, {
      default: 'false',
      defaultDescription: '`false` in production',
      description: 'Serves GraphiQL in production. Elsewhere it is always served.',
    }),
    compiledExecution: setting('COMPILED_EXECUTION', oneOf('on', 'off'), {
      default: 'on',
      description:
        'Executes large and repeated queries by [a compiled plan](contributing.md#compiled-execution). Results are the same. With `off`, graphql-js executes every operation, and nothing limits how many errors a query may have.',
    }),
  },
  limits: {
    maxTokens: setting('MAX_TOKENS', integer(1, 1_000_000), {
      default: '1000',
      description: "How many tokens a document may have. GraphiQL's introspection query has 184.",
    }),
    maxDepth: setting('MAX_DEPTH', integer(1, 1_000), {
      default: '12',
      description: 'How deep fields may be nested, not counting introspection.',
    }),
    maxAliases: setting('MAX_ALIASES', integer(0, 1_000_000), {
      default: '100',
      description: 'How many aliases an operation may have.',
    }),
    maxRootFields: setting('MAX_ROOT_FIELDS', integer(1, 1_000_000), {
      default: '20',
      description: 'How many root fields an operation may have.',
    }),
    maxDirectives: setting('MAX_DIRECTIVES', integer(0, 1_000_000), {
      default: '50',
      description: 'How many directives a document may have.',
    }),
    maxCost: setting('MAX_COST', integer(1, 1_000_000_000), {
      default: '25000',
      description: 'What an operation may cost. See [Cost](#cost-of-an-operation).',
    }),
  },
  overload: {
    maxConcurrent: setting('MAX_CONCURRENT_OPERATIONS', integer(1, 1_000_000), {
      default: '1000',
      description:
        'The most operations in flight, and the most that wait. A busy CPU allows far fewer: see [Under load](operating.md#under-load).',
    }),
    maxCostInFlight: setting('MAX_COST_IN_FLIGHT', integer(1, 1_000_000_000), {
      defaultDescription: 'by the heap',
      description:
        'The total cost of the operations that run: once for those of a cost over 100, and once for all others. More wait. See [Under load](operating.md#under-load).',
    }),
    maxWaitMs: setting('MAX_WAIT_MS', integer(0, 600_000), {
      default: '1000',
      description: 'How long an operation may wait in a burst before it starts, in milliseconds.',
    }),
    maxEventLoopDelayMs: setting('MAX_EVENT_LOOP_DELAY_MS', integer(1, 600_000), {
      default: '1000',
      description: 'Event loop delay above which new operations get 503, in milliseconds.',
    }),
  },
  callers: {
    callerCostPerMinute: setting('CALLER_COST_PER_MINUTE', integer(0, 1_000_000_000), {
      default: '0',
      description:
        'The [cost](#cost-of-an-operation) that one user or application may use in a minute, on all replicas together; `0` sets no limit. More gets 429. See [Fair use](operating.md#fair-use).',
    }),
    trustedProxies: setting('TRUSTED_PROXIES', networkList, {
      default: '',
      description:
        'Addresses or networks of proxies, separated by commas, whose `X-Forwarded-For` is believed. Only callers without authentication are told apart by their address.',
    }),
  },
  shutdown: {
    delayMs: setting('SHUTDOWN_DELAY_MS', integer(0, 600_000), {
      default: '0',
      description:
        'How long requests are still accepted after SIGTERM, while `/readyz` responds with 503, in milliseconds.',
    }),
    graceMs: setting('SHUTDOWN_GRACE_MS', integer(1, 600_000), {
      default: '25000',
      description:
        'How long requests in flight may take after that before they are cut off, in milliseconds.',
    }),
  },
  cache: {
    mode: setting('CACHE', oneOf('memory', 'off'), {
      default: 'memory',
      description: '`off` caches nothing between operations.',
    }),
    maxBytes: setting('CACHE_MAX_MB', megabytes(1, 1_000_000), {
      default: '64',
      description: 'Memory for cached responses, in megabytes.',
    }),
    lifetimeMs: setting('CACHE_TTL_SECONDS', seconds(1, 86_400), {
      default: '30',
      description: 'How long a cached response is fresh, in seconds.',
    }),
    catalogueLifetimeMs: setting('CACHE_CATALOGUE_TTL_SECONDS', seconds(1, 86_400), {
      default: '300',
      description: "The same for the environment's roles and permissions, in seconds.",
    }),
    eventsLifetimeMs: setting('CACHE_EVENTS_TTL_SECONDS', seconds(1, 86_400), {
      defaultDescription: 'as above',
      description:
        'The same for what Kinde sends events about: lists of organizations, members and their roles, and the catalogue. Set it once [webhooks](webhooks.md) are delivered.',
    }),
    staleIfErrorMs: setting('CACHE_STALE_IF_ERROR_SECONDS', seconds(0, 86_400), {
      default: '300',
      description: 'How much longer it may be served while Kinde is unavailable, in seconds.',
    }),
    redisUrl: setting('REDIS_URL', url(/^rediss?$/, 'redis://host:6379'), {
      isSecret: true,
      description:
        "The Redis that replicas share for invalidation, Kinde's rate limit and idempotency keys.",
    }),
  },
  idempotency: {
    idempotencyTtlSeconds: setting('IDEMPOTENCY_TTL_SECONDS', integer(1, 2_592_000), {
      default: '86400',
      description:
        'How long the result of a mutation with an `idempotencyKey` is kept, in seconds.',
    }),
    // The minimum holds the result of the largest possible request.
    idempotencyMaxBytes: setting('IDEMPOTENCY_MEMORY_MB', megabytes(16, 65_536), {
      default: '64',
      description:
        'Memory of one process for these results, in megabytes. In Redis only their lifetime limits them.',
    }),
  },
  streams: {
    maxStreams: setting('MAX_STREAMS', integer(0, 1_000_000), {
      default: '5000',
      description:
        'How many streams of [live queries](live-queries.md) a process may have open. More get 503.',
    }),
    maxStreamsPerCaller: setting('MAX_STREAMS_PER_CALLER', integer(1, 1_000_000), {
      default: '100',
      description:
        'How many of them one user or application may have open. More get 429. With `AUTH_MODE=none` callers can’t be told apart and only the limit of the process counts.',
    }),
  },
  webhooks: {
    areWebhooksReceived: setting('WEBHOOKS', oneOf('on', 'off'), {
      default: 'on',
      description:
        'Whether `POST /webhooks/kinde` takes the events of Kinde, which invalidate the cache. See [Webhooks](webhooks.md).',
    }),
  },
  telemetry: telemetrySettings,
};

/** The headings of docs/settings.md, in the order of the table. */
export const SECTIONS: Readonly<Record<keyof typeof settings, string>> = {
  server: 'Server',
  browsers: 'Browsers',
  kinde: 'Kinde environment',
  auth: 'Authentication',
  upstream: 'Calls to Kinde',
  documents: 'Documents, schema and GraphiQL',
  limits: 'Limits of an operation',
  overload: 'Overload',
  callers: 'Fair use',
  shutdown: 'Shutdown',
  cache: 'Cache and Redis',
  idempotency: 'Idempotency keys',
  streams: 'Live queries',
  webhooks: 'Webhooks',
  telemetry: 'Logs, metrics and traces',
};

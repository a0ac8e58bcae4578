/** The settings of the gateway: the only reader of the environment. */
import { z } from 'zod';
import { readTrustedDocuments, type TrustedDocuments } from './graphql/trusted-documents.js';
import type { CacheConfig } from './upstream/cache/index.js';

const AUTH_MODES = ['none', 'passthrough', 'jwt'] as const;

export type AuthMode = (typeof AUTH_MODES)[number];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly logLevel: string;
  /** Whether mutations are told to the log, whatever its level. */
  readonly isAudited: boolean;
  readonly isProduction: boolean;
  readonly authMode: AuthMode;
  /** Whose tokens are good; undefined unless the mode is jwt. */
  readonly jwt: JwtConfig | undefined;
  /** The Kinde environment; undefined for the embedded emulator. */
  readonly kinde: KindeConfig | undefined;
  /** How long a call of Kinde's API may take, in milliseconds. */
  readonly upstreamTimeoutMs: number;
  /** How many calls of Kinde's API may be in flight at once. */
  readonly upstreamConcurrency: number;
  /** How many calls of Kinde's API all replicas together may make in a minute; 0 sets no limit. */
  readonly upstreamRateLimit: number;
  /** How often a read of Kinde's API is sent again, at most. */
  readonly upstreamRetries: number;
  /** How long a GraphQL operation may take, in milliseconds. */
  readonly operationTimeoutMs: number;
  /** How many calls of Kinde's API a GraphQL operation may make. */
  readonly upstreamCallsPerOperation: number;
  readonly cache: CacheConfig;
  /** How long the outcome of a mutation with an idempotency key is kept, in seconds. */
  readonly idempotencyTtlSeconds: number;
  /** How much memory kept outcomes may take, in bytes. */
  readonly idempotencyMaxBytes: number;
  readonly limits: Limits;
  readonly overload: OverloadConfig;
  /** How many connections may be open; those beyond are closed unheard. */
  readonly maxConnections: number;
  readonly shutdown: ShutdownConfig;
  /** Where metrics are served; undefined where nothing is counted. */
  readonly metrics: { readonly port: number; readonly host: string } | undefined;
  /** Where traces are sent; undefined where none are made. */
  readonly traces: TracesConfig | undefined;
  /** Whether clients may read the schema, by introspection or from the suggestions in messages. */
  readonly isSchemaPublic: boolean;
  readonly isGraphiqlServed: boolean;
  /** How long a request may take to arrive, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** The origins whose pages may call the gateway from a browser. */
  readonly corsOrigins: readonly string[];
  /** The only documents that are run; undefined where any may be. */
  readonly trustedDocuments: TrustedDocuments | undefined;
}

/** When operations are sent away because there is too much to do. */
export interface OverloadConfig {
  /** How many may be in flight at once, and how many wait, at most. */
  readonly maxConcurrent: number;
  /** How long one may wait to begin, in milliseconds. */
  readonly maxWaitMs: number;
  /** How late the event loop may be before nothing more is taken in, in milliseconds. */
  readonly maxEventLoopDelayMs: number;
}

export interface ShutdownConfig {
  /** How long requests are still taken while `/readyz` says that the end is near, in milliseconds. */
  readonly delayMs: number;
  /** How long requests in flight may take after that, in milliseconds. */
  readonly graceMs: number;
}

/** What one operation may be, judged before anything is sent to Kinde. */
export interface Limits {
  /** How many tokens a document may have; the parser stops at the next one. */
  readonly maxTokens: number;
  /** How deep its fields may be nested, introspection excepted. */
  readonly maxDepth: number;
  /** How many aliases it may have, those of a fragment counted as often as it is spread. */
  readonly maxAliases: number;
  /** How many fields it may have at its root. */
  readonly maxRootFields: number;
  /** How many directives a document may have. */
  readonly maxDirectives: number;
  /** What it may cost at most, in the unit of `costOf`. */
  readonly maxCost: number;
}

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerName = (typeof SAMPLERS)[number];

/** OpenTelemetry's own settings, as far as they are read here. */
export interface TracesConfig {
  /** Where OTLP is taken over HTTP, the path included. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the spans come from: `service.name` and what else is said of it. */
  readonly resource: Readonly<Record<string, string>>;
  readonly sampler: SamplerName;
  /** Which part of the traces a sampler by ratio keeps, from 0 to 1. */
  readonly samplerRatio: number;
}

export interface KindeConfig {
  /** Scheme and host, without a slash at the end. */
  readonly baseUrl: string;
  readonly audience: string;
  /** The machine-to-machine application; undefined where callers bring their own tokens. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: string } | undefined;
}

export interface JwtConfig {
  readonly issuer: string;
  /** One of a token's audiences; undefined when tokens for any audience are good. */
  readonly audience: string | undefined;
  /** Where the issuer's public keys are. */
  readonly jwksUri: string;
}

/** All that is wrong with the settings, a sentence for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const wholeNumber = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);

const integer = (least: number, most: number, otherwise: number) =>
  wholeNumber(least, most).default(otherwise);

const flag = (otherwise = false) =>
  z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .default(otherwise);

const httpUrl = () => z.url({ protocol: /^https?$/, error: 'must be a URL' });

/** A list as W3C Baggage has it: `key=value`, with commas between them and percent-encoded values. */
const keyValues = () =>
  z
    .string()
    .default('')
    .transform((text, context) => {
      const pairs = text.split(',').filter((pair) => pair.trim() !== '');
      try {
        return Object.fromEntries(
          pairs.map((pair) => {
            const [, key, value] = /^\s*([^=\s]+)\s*=(.*)$/.exec(pair)!;
            return [key!, decodeURIComponent(value!.trim())];
          }),
        );
      } catch {
        return fail(context, 'must be a list such as key=value,other=value');
      }
    });

const Environment = z.object({
  PORT: integer(0, 65_535, 4000),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  AUDIT_LOG: flag(true),
  NODE_ENV: z
    .enum(['production', 'development', 'test'], 'must be production, development or test')
    .optional(),
  KINDE_DOMAIN: z
    .string()
    .transform((value, context) => baseUrl(value) ?? fail(context, DOMAIN_HINT))
    .optional(),
  KINDE_CLIENT_ID: z.string().optional(),
  KINDE_CLIENT_SECRET: z.string().optional(),
  KINDE_AUDIENCE: z.string().optional(),
  AUTH_MODE: z.enum(AUTH_MODES, 'must be none, passthrough or jwt').optional(),
  JWT_ISSUER: z.string().optional(),
  JWT_AUDIENCE: z.string().optional(),
  JWKS_URI: httpUrl().optional(),
  ALLOW_UNAUTHENTICATED_ACCESS: flag(),
  UPSTREAM_TIMEOUT_MS: integer(1, 600_000, 10_000),
  UPSTREAM_CONCURRENCY: integer(1, 10_000, 64),
  UPSTREAM_RATE_LIMIT: integer(0, 1_000_000, 0),
  UPSTREAM_RETRIES: integer(0, 10, 2),
  OPERATION_TIMEOUT_MS: integer(1, 600_000, 30_000),
  UPSTREAM_CALLS_PER_OPERATION: integer(1, 1_000_000, 12_000),
  CACHE: z.enum(['memory', 'off'], 'must be memory or off').default('memory'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'must be a URL such as redis://host:6379' })
    .optional(),
  CACHE_MAX_MB: integer(1, 1_000_000, 64),
  CACHE_TTL_SECONDS: integer(1, 86_400, 30),
  CACHE_CATALOGUE_TTL_SECONDS: integer(1, 86_400, 300),
  CACHE_STALE_IF_ERROR_SECONDS: integer(0, 86_400, 300),
  IDEMPOTENCY_TTL_SECONDS: integer(1, 2_592_000, 86_400),
  // The least holds what the largest request can bring about.
  IDEMPOTENCY_MEMORY_MB: integer(16, 65_536, 64),
  REQUEST_TIMEOUT_MS: integer(1, 600_000, 30_000),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) => value.split(',').map((origin) => origin.trim()))
    .transform((origins) => origins.filter((origin) => origin !== ''))
    .refine(
      (origins) =>
        origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin),
      'must be origins such as https://app.example.com, with commas between them',
    ),
  TRUSTED_DOCUMENTS: z
    .string()
    .transform(
      (path, context) =>
        readTrustedDocuments(path) ??
        fail(context, 'must be the path of a JSON file of document ids and texts'),
    )
    .optional(),
  ALLOW_INTROSPECTION: flag(),
  ALLOW_GRAPHIQL: flag(),
  MAX_TOKENS: integer(1, 1_000_000, 1_000),
  MAX_DEPTH: integer(1, 1_000, 12),
  MAX_ALIASES: integer(0, 1_000_000, 100),
  MAX_ROOT_FIELDS: integer(1, 1_000_000, 20),
  MAX_DIRECTIVES: integer(0, 1_000_000, 50),
  MAX_COST: integer(1, 1_000_000_000, 25_000),
  MAX_CONCURRENT_OPERATIONS: integer(1, 1_000_000, 1_000),
  MAX_WAIT_MS: integer(0, 600_000, 1_000),
  MAX_EVENT_LOOP_DELAY_MS: integer(1, 600_000, 1_000),
  MAX_CONNECTIONS: integer(1, 1_000_000, 10_000),
  SHUTDOWN_DELAY_MS: integer(0, 600_000, 0),
  SHUTDOWN_GRACE_MS: integer(1, 600_000, 25_000),
  METRICS_PORT: wholeNumber(0, 65_535).optional(),
  METRICS_HOST: z.string().optional(),
  OTEL_SDK_DISABLED: flag(),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: httpUrl().optional(),
  OTEL_EXPORTER_OTLP_HEADERS: keyValues(),
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: keyValues(),
  OTEL_SERVICE_NAME: z.string().optional(),
  OTEL_RESOURCE_ATTRIBUTES: keyValues(),
  OTEL_TRACES_SAMPLER: z
    .enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`)
    .default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1),
});

const DOMAIN_HINT =
  'must be a host such as acme.kinde.com, or a base URL such as https://acme.kinde.com without a path';

function fail(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}

/** `acme.kinde.com` or a base URL, as scheme and host; undefined for what is neither. */
function baseUrl(value: string): string | undefined {
  const text = value.includes('://') ? value : `https://${value}`;
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isBase =
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '' &&
    // Kinde itself answers by TLS alone; without it the secret would go out for all to read.
    (url.hostname.endsWith('.kinde.com') ? url.protocol === 'https:' : value.includes('://'));
  return isBase ? url.origin : undefined;
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/;

/** Whether a host name or address is this machine itself. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/**
 * The settings from an environment, checked and frozen. An empty variable counts as unset. Throws one
 * ConfigError that names every bad variable.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(given);
  const problems =
    parsed.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`) ?? [];

  // What depends on several variables is checked also when some of them are bad by themselves, so
  // that one run tells everything.
  const isSet = (name: string) => given[name] !== undefined;
  const authMode = given['AUTH_MODE'] ?? (isSet('KINDE_DOMAIN') ? undefined : 'none');
  if (authMode === undefined) {
    problems.push(
      'AUTH_MODE must be set with KINDE_DOMAIN: jwt verifies the caller’s token and decides; passthrough sends it to Kinde; none lets everybody in',
    );
  }
  if (isSet('KINDE_DOMAIN')) {
    for (const name of ['KINDE_CLIENT_ID', 'KINDE_CLIENT_SECRET']) {
      if (authMode !== 'passthrough' && !isSet(name)) {
        problems.push(`${name} must be set with KINDE_DOMAIN, unless AUTH_MODE is passthrough`);
      }
    }
  } else {
    for (const name of ['KINDE_CLIENT_ID', 'KINDE_CLIENT_SECRET', 'KINDE_AUDIENCE']) {
      if (isSet(name)) problems.push(`${name} has no use without KINDE_DOMAIN`);
    }
    if (authMode === 'jwt') problems.push('KINDE_DOMAIN must be set with AUTH_MODE jwt');
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWKS_URI']) {
    if (authMode !== 'jwt' && isSet(name)) {
      problems.push(`${name} has no use unless AUTH_MODE is jwt`);
    }
  }

  const settings = parsed.data;
  if (settings !== undefined && settings.PORT !== 0 && settings.PORT === settings.METRICS_PORT) {
    problems.push('METRICS_PORT must be another than PORT');
  }
  if (settings !== undefined && authMode === 'none' && !settings.ALLOW_UNAUTHENTICATED_ACCESS) {
    const force =
      'or set ALLOW_UNAUTHENTICATED_ACCESS=true to let everybody who reaches it read and write';
    if (!isLoopback(settings.HOST)) {
      problems.push(
        `AUTH_MODE none is for this machine alone, and HOST ${settings.HOST} is reached from others: set AUTH_MODE=jwt or passthrough, ${force}`,
      );
    }
    if (
      settings.KINDE_DOMAIN !== undefined &&
      !isLoopback(new URL(settings.KINDE_DOMAIN).hostname)
    ) {
      problems.push(
        `AUTH_MODE none is for the emulator, and KINDE_DOMAIN is a real Kinde environment: set AUTH_MODE=jwt or passthrough, ${force}`,
      );
    }
  }
  if (problems.length > 0 || settings === undefined) throw new ConfigError(problems);

  const isProduction = settings.NODE_ENV === 'production';
  const { KINDE_DOMAIN, KINDE_CLIENT_ID: clientId, KINDE_CLIENT_SECRET: clientSecret } = settings;
  return Object.freeze({
    port: settings.PORT,
    host: settings.HOST,
    logLevel: settings.LOG_LEVEL,
    isAudited: settings.AUDIT_LOG,
    isProduction,
    authMode: authMode as AuthMode,
    jwt:
      authMode !== 'jwt' || KINDE_DOMAIN === undefined
        ? undefined
        : Object.freeze({
            issuer: settings.JWT_ISSUER ?? KINDE_DOMAIN,
            audience: settings.JWT_AUDIENCE,
            jwksUri: settings.JWKS_URI ?? `${KINDE_DOMAIN}/.well-known/jwks`,
          }),
    kinde:
      KINDE_DOMAIN === undefined
        ? undefined
        : Object.freeze({
            baseUrl: KINDE_DOMAIN,
            audience: settings.KINDE_AUDIENCE ?? `${KINDE_DOMAIN}/api`,
            credentials:
              clientId === undefined || clientSecret === undefined
                ? undefined
                : Object.freeze({ clientId, clientSecret }),
          }),
    upstreamTimeoutMs: settings.UPSTREAM_TIMEOUT_MS,
    upstreamConcurrency: settings.UPSTREAM_CONCURRENCY,
    upstreamRateLimit: settings.UPSTREAM_RATE_LIMIT,
    upstreamRetries: settings.UPSTREAM_RETRIES,
    operationTimeoutMs: settings.OPERATION_TIMEOUT_MS,
    upstreamCallsPerOperation: settings.UPSTREAM_CALLS_PER_OPERATION,
    idempotencyTtlSeconds: settings.IDEMPOTENCY_TTL_SECONDS,
    idempotencyMaxBytes: settings.IDEMPOTENCY_MEMORY_MB * 1024 * 1024,
    isSchemaPublic: !isProduction || settings.ALLOW_INTROSPECTION,
    isGraphiqlServed: !isProduction || settings.ALLOW_GRAPHIQL,
    requestTimeoutMs: settings.REQUEST_TIMEOUT_MS,
    trustedDocuments: settings.TRUSTED_DOCUMENTS,
    corsOrigins: Object.freeze(settings.CORS_ORIGINS),
    cache: Object.freeze({
      maxBytes: settings.CACHE === 'off' ? 0 : settings.CACHE_MAX_MB * 1024 * 1024,
      lifetimeMs: settings.CACHE_TTL_SECONDS * 1000,
      catalogueLifetimeMs: settings.CACHE_CATALOGUE_TTL_SECONDS * 1000,
      redisUrl: settings.REDIS_URL,
      staleIfErrorMs: settings.CACHE_STALE_IF_ERROR_SECONDS * 1000,
    }),
    overload: Object.freeze({
      maxConcurrent: settings.MAX_CONCURRENT_OPERATIONS,
      maxWaitMs: settings.MAX_WAIT_MS,
      maxEventLoopDelayMs: settings.MAX_EVENT_LOOP_DELAY_MS,
    }),
    maxConnections: settings.MAX_CONNECTIONS,
    shutdown: Object.freeze({
      delayMs: settings.SHUTDOWN_DELAY_MS,
      graceMs: settings.SHUTDOWN_GRACE_MS,
    }),
    metrics:
      settings.METRICS_PORT === undefined
        ? undefined
        : Object.freeze({
            port: settings.METRICS_PORT,
            host: settings.METRICS_HOST ?? settings.HOST,
          }),
    traces: tracesConfig(settings),
    limits: Object.freeze({
      maxTokens: settings.MAX_TOKENS,
      maxDepth: settings.MAX_DEPTH,
      maxAliases: settings.MAX_ALIASES,
      maxRootFields: settings.MAX_ROOT_FIELDS,
      maxDirectives: settings.MAX_DIRECTIVES,
      maxCost: settings.MAX_COST,
    }),
  });
}

/** Off unless there is somewhere to send traces to. */
function tracesConfig(settings: z.infer<typeof Environment>): TracesConfig | undefined {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: base,
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: url = base && `${base.replace(/\/$/, '')}/v1/traces`,
  } = settings;
  if (url === undefined || settings.OTEL_SDK_DISABLED) return undefined;
  return Object.freeze({
    url,
    headers: Object.freeze({
      ...settings.OTEL_EXPORTER_OTLP_HEADERS,
      ...settings.OTEL_EXPORTER_OTLP_TRACES_HEADERS,
    }),
    resource: Object.freeze({
      'service.name': 'kinde-graphql',
      ...settings.OTEL_RESOURCE_ATTRIBUTES,
      ...(settings.OTEL_SERVICE_NAME === undefined
        ? {}
        : { 'service.name': settings.OTEL_SERVICE_NAME }),
    }),
    sampler: settings.OTEL_TRACES_SAMPLER,
    samplerRatio: settings.OTEL_TRACES_SAMPLER_ARG,
  });
}

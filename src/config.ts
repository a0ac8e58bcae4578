/** The settings of the gateway: the only reader of the environment. */
import { misspelledSettings } from './config/misspelled.js';
import { readSecretFile } from './config/secret.js';
import { settings } from './config/settings.js';
import { withoutCredentials, type Setting } from './config/values.js';

/** What the settings of a table are once they have been read. */
type Values<T> = {
  readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : Values<T[K]>;
};
type Read = Values<typeof settings>;

/** The settings as the gateway uses them: checked, frozen, with what follows from several of them. */
export type Config = ReturnType<typeof derive>;
export type AuthMode = NonNullable<Read['auth']['mode']>;
export type JwtConfig = NonNullable<Config['jwt']>;
export type KindeConfig = NonNullable<Config['kinde']>;
export type TracesConfig = NonNullable<Config['traces']>;
export type SamplerName = TracesConfig['sampler'];
export type Limits = Config['limits'];

/** Thrown for settings that are wrong: a sentence for each variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/** Every setting by the name of its variable, with its section. */
export const settingsByVariable: ReadonlyMap<string, Setting<unknown>> = new Map(
  Object.values(settings)
    .flatMap((section) => Object.values<Setting<unknown>>(section))
    .map((setting) => [setting.variable, setting]),
);

const LOOPBACK = /^(localhost|127(\.\d+){3}|::1|\[::1\])$/;

/** Returns whether a host name or address is this machine itself. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns the variable that names the file of a secret. */
export const fileVariable = (variable: string) => `${variable}_FILE`;

/** Returns a sentence for each variable that is probably a misspelled setting. */
export function settingsWarnings(env: Environment): string[] {
  const names = [...settingsByVariable.values()].flatMap(({ variable, isSecret }) =>
    isSecret ? [variable, fileVariable(variable)] : [variable],
  );
  return misspelledSettings(env, new Set(names));
}

/**
 * Reads the settings from an environment, and secrets from their files. An empty variable counts as
 * unset. Throws one ConfigError that names every bad variable.
 */
export function readConfig(env: Environment): Config {
  const problems: string[] = [];
  const given = withSecretFiles(
    Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')),
    problems,
  );
  const values = readSections(given, problems);
  // These are checked also when a variable is bad by itself, so that one start names every problem.
  problems.push(...authenticationProblems(given, values));
  const { metricsPort } = values.telemetry;
  if (metricsPort !== undefined && metricsPort !== 0 && metricsPort === values.server.port) {
    problems.push(`METRICS_PORT must be another port than PORT, not "${metricsPort}"`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(derive(values, given));
}

/** Returns the environment with the secrets of which a variable names the file. */
function withSecretFiles(given: Environment, problems: string[]): Environment {
  const secrets: Record<string, string> = {};
  for (const { variable, isSecret } of settingsByVariable.values()) {
    const name = fileVariable(variable);
    const file = given[name];
    if (!isSecret || file === undefined) continue;
    if (given[variable] !== undefined) problems.push(`${variable} must not be set with ${name}`);
    try {
      const secret = readSecretFile(file);
      if (secret === '') problems.push(`${name} must name a file with text, not "${file}"`);
      else secrets[variable] = secret;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      problems.push(`${name} must name a file that can be read, not "${file}" (${code})`);
    }
  }
  return { ...given, ...secrets };
}

/** Reads each setting. One that is bad is reported, and undefined in what is returned. */
function readSections(given: Environment, problems: string[]): Read {
  const readSection = (section: Readonly<Record<string, Setting<unknown>>>) =>
    mapValues(section, ({ variable, schema, isSecret }) => {
      const { data, error } = schema.safeParse(given[variable]);
      for (const { message } of error?.issues ?? []) {
        // Of a list, the message has the entry that is wrong.
        const isNamed = isSecret || message.includes('"');
        const problem = `${variable} ${message}${isNamed ? '' : `, not "${given[variable]}"`}`;
        problems.push(withoutCredentials(problem));
      }
      return data;
    });
  return mapValues(
    settings as Readonly<Record<string, Record<string, Setting<unknown>>>>,
    readSection,
  ) as unknown as Read;
}

function mapValues<V, R>(record: Readonly<Record<string, V>>, map: (value: V) => R) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Returns what is wrong with the settings that decide who may use the gateway. */
function authenticationProblems(given: Environment, values: Read): string[] {
  const problems: string[] = [];
  // Also by a file, of which something else is wrong when it can't be read.
  const isSet = (name: string) => (given[name] ?? given[fileVariable(name)]) !== undefined;
  const mode = given['AUTH_MODE'] ?? (isSet('KINDE_DOMAIN') ? undefined : 'none');
  if (mode === undefined) {
    problems.push(
      'AUTH_MODE must be set with KINDE_DOMAIN: jwt verifies the caller’s token and decides; passthrough sends it to Kinde; none lets everybody in',
    );
  }
  if (isSet('KINDE_DOMAIN')) {
    for (const name of ['KINDE_CLIENT_ID', 'KINDE_CLIENT_SECRET']) {
      if (mode !== 'passthrough' && !isSet(name)) {
        problems.push(`${name} must be set with KINDE_DOMAIN, unless AUTH_MODE is passthrough`);
      }
    }
  } else {
    for (const name of ['KINDE_CLIENT_ID', 'KINDE_CLIENT_SECRET', 'KINDE_AUDIENCE']) {
      if (isSet(name)) problems.push(`${name} has no use without KINDE_DOMAIN`);
    }
    // Callers' tokens come from Kinde, so the domain is missing. Only AUTH_MODE none means the emulator.
    if ((mode === 'jwt' || mode === 'passthrough') && values.server.nodeEnv === 'production') {
      problems.push(`KINDE_DOMAIN must be set with AUTH_MODE ${mode} in production`);
    }
  }
  if ((mode === 'jwt' || mode === 'passthrough') && isSet('ALLOWED_HOSTS')) {
    problems.push('ALLOWED_HOSTS has no use unless AUTH_MODE is none');
  }
  for (const name of ['JWT_ISSUER', 'JWT_AUDIENCE', 'JWKS_URI']) {
    if (mode !== 'jwt' && isSet(name)) {
      problems.push(`${name} has no use unless AUTH_MODE is jwt`);
    }
  }
  if (mode === 'none') problems.push(...openAccessProblems(values));
  return problems;
}

/** Returns why a gateway without authentication must not start; it may where only this machine reaches it. */
function openAccessProblems({ auth, server, kinde }: Read): string[] {
  if (auth.isUnauthenticatedAccessAllowed) return [];
  const problems: string[] = [];
  const force =
    'or set ALLOW_UNAUTHENTICATED_ACCESS=true to let everybody who reaches it read and write';
  if (server.host !== undefined && !isLoopback(server.host)) {
    problems.push(
      `AUTH_MODE none is for this machine alone, and HOST ${server.host} is reached from others: set AUTH_MODE=jwt or passthrough, ${force}`,
    );
  }
  if (kinde.domain !== undefined && !isLoopback(new URL(kinde.domain).hostname)) {
    problems.push(
      `AUTH_MODE none is for the emulator, and KINDE_DOMAIN is a real Kinde environment: set AUTH_MODE=jwt or passthrough, ${force}`,
    );
  }
  return problems;
}

/** Returns the configuration: the settings by section, and what follows from several of them. */
function derive(values: Read, given: Environment) {
  const { server, browsers, kinde, auth, upstream, documents, idempotency, telemetry } = values;
  const { nodeEnv, ...serving } = server;
  const { mode: cacheMode, ...cache } = values.cache;
  const isProduction = nodeEnv === 'production';
  const authMode: AuthMode = auth.mode ?? 'none';
  return {
    ...serving,
    ...upstream,
    ...idempotency,
    isProduction,
    cors: {
      origins: browsers.origins,
      headers: browsers.headers,
      isLoopbackAllowed: !isProduction && (authMode !== 'none' || isEmulated(kinde)),
    },
    /** How long a browser may reuse the response to a GET, in milliseconds. */
    httpMaxAgeMs: browsers.maxAgeMs,
    authMode,
    /** The names of this gateway besides private ones; undefined where callers authenticate. */
    allowedHosts: authMode === 'none' ? auth.allowedHosts : undefined,
    /** Whose tokens are accepted; undefined unless the mode is jwt, and for the embedded emulator. */
    jwt: authMode === 'jwt' ? jwtConfig(values) : undefined,
    /** The Kinde environment; undefined for the embedded emulator. */
    kinde: kindeConfig(kinde, given[fileVariable('KINDE_CLIENT_SECRET')]),
    /** Whether clients may read the schema, by introspection or from suggestions in messages. */
    isSchemaPublic: !isProduction || documents.isIntrospectionAllowed,
    isGraphiqlServed: !isProduction || documents.isGraphiqlAllowed,
    /** Whether GraphiQL gets tokens from the emulator. Never in production, nor for a real Kinde. */
    isActAsOffered: !isProduction && isEmulated(kinde),
    trustedDocuments: documents.trustedDocuments,
    isExecutionCompiled: documents.compiledExecution === 'on',
    limits: values.limits,
    overload: values.overload,
    ...values.callers,
    shutdown: values.shutdown,
    streams: values.streams,
    /** Undefined where Kinde's events are not received. */
    webhooks: webhooksConfig(values),
    cache: {
      ...cache,
      maxBytes: cacheMode === 'off' ? 0 : cache.maxBytes,
      /** The file of REDIS_URL, which may change. */
      redisUrlFile: given[fileVariable('REDIS_URL')],
    },
    logLevel: telemetry.logLevel,
    isAudited: telemetry.isAudited,
    /** Where metrics are served; undefined when they are off. */
    metrics:
      telemetry.metricsPort === undefined
        ? undefined
        : { port: telemetry.metricsPort, host: telemetry.metricsHost ?? server.host },
    /** Where traces are sent; undefined when they are off. */
    traces: tracesConfig(telemetry),
  };
}

/** Returns whether Kinde is the emulator, embedded or in a process of its own. */
function isEmulated({ domain }: Read['kinde']): boolean {
  return domain === undefined || isLoopback(new URL(domain).hostname);
}

function kindeConfig(
  { domain, audience, clientId, clientSecret }: Read['kinde'],
  clientSecretFile: string | undefined,
) {
  if (domain === undefined) return undefined;
  return {
    /** Scheme and host, without a trailing slash. */
    baseUrl: domain,
    audience: audience ?? `${domain}/api`,
    /** The machine-to-machine application; undefined where callers bring their own tokens. */
    credentials:
      clientId === undefined || clientSecret === undefined
        ? undefined
        : {
            clientId,
            clientSecret,
            /** The file of the secret, which may change. */
            clientSecretFile,
          },
  };
}

function jwtConfig({ auth, kinde: { domain } }: Read) {
  if (domain === undefined) return undefined;
  return {
    /** The accepted values of `iss`, without a trailing slash. */
    issuers: auth.issuers ?? [domain],
    /** One of a token's audiences; undefined when any is accepted. */
    audience: auth.audience,
    /** Whether issuers may have keys of their own: not when JWKS_URI says where all keys are. */
    hasIssuerKeys: auth.jwksUri === undefined,
    jwksUri: auth.jwksUri ?? `${domain}/.well-known/jwks`,
  };
}

function webhooksConfig({ webhooks, auth }: Read) {
  if (webhooks.areWebhooksReceived === 'off') return undefined;
  /** Where the keys of the events are; undefined for those of the environment's own domain. */
  return { jwksUri: auth.jwksUri };
}

function tracesConfig(telemetry: Read['telemetry']) {
  const base = telemetry.otlpEndpoint?.replace(/\/$/, '');
  const url = telemetry.otlpTracesEndpoint ?? (base && `${base}/v1/traces`);
  if (url === undefined || telemetry.isTracingDisabled) return undefined;
  const name = telemetry.serviceName;
  const resource: Readonly<Record<string, string>> = {
    'service.name': 'kinde-graphql',
    ...telemetry.resourceAttributes,
    ...(name === undefined ? {} : { 'service.name': name }),
  };
  return {
    /** Where OTLP is accepted over HTTP, the path included. */
    url,
    headers: { ...telemetry.otlpHeaders, ...telemetry.otlpTracesHeaders },
    resource,
    sampler: telemetry.sampler,
    samplerRatio: telemetry.samplerRatio,
  };
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(value);
}

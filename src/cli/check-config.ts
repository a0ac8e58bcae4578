/** `kinde-graphql check-config`: what a gateway with these settings could do, found out by asking Kinde and Redis. */
import type { GraphQLSchema } from 'graphql';
import { scopedFields, unusableFields } from '../auth/required-scopes.js';
import type { Alternatives } from '../auth/viewer.js';
import {
  ConfigError,
  readConfig,
  settingsWarnings,
  type AuthMode,
  type Config,
} from '../config.js';
import { refuseUnusableDocuments } from '../graphql/apollo.js';
import { createSchema } from '../graphql/schema.js';
import { ping } from '../redis/client.js';
import { whyNoRedis, whyNoToken, whyUnreachable } from './diagnose.js';
import { parseObject } from '../upstream/json.js';
import { SendError, type RawResponse } from '../upstream/send/index.js';
import { checkIssuers } from './check-issuers.js';
import { hasCredentials, tokenSource, withSend } from './kinde.js';
import { WEBHOOK_SCOPES } from './webhooks.js';

export interface ConfigReport {
  /** Whether a gateway with these settings can serve. */
  ok: boolean;
  /** A sentence for each thing that keeps it from that, and says what to do. */
  problems: string[];
  /** A sentence for each thing that serves, but probably not as intended. */
  warnings: string[];
  /** Null where the settings are bad. */
  authMode: AuthMode | null;
  /** Null for the emulator inside the process, and where the settings are bad. */
  kinde: { url: string; audience: string } | null;
  /**
   * Where Redis is, and why it can't be reached, in a sentence that says what to do; null without
   * REDIS_URL. A gateway serves without it, but caches nothing and takes no idempotency keys.
   */
  redis: { host: string; problem: string | null } | null;
  /** What the gateway's own token was granted; null without a token, or when nobody says. */
  scopes: string[] | null;
  /** The fields that the gateway's own token is not enough for, with the scopes of which each needs one list. */
  unusableFields: { field: string; scopes: Alternatives }[];
  /** Granted scopes that neither a field nor the command `webhooks` needs. */
  unneededScopes: string[];
}

/**
 * Reads the settings, asks the environment for a token and, where callers bring theirs, for its keys, and
 * Redis whether it is there.
 */
export async function checkConfig(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ConfigReport> {
  const report: ConfigReport = {
    ok: false,
    problems: [],
    warnings: settingsWarnings(env),
    authMode: null,
    kinde: null,
    redis: null,
    scopes: null,
    unusableFields: [],
    unneededScopes: [],
  };
  const schema = createSchema();
  let config: Config;
  try {
    config = readConfig(env);
    refuseUnusableDocuments(config, schema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...report, problems: [...error.problems] };
  }
  const { kinde, authMode, jwt } = config;
  report.authMode = authMode;
  report.redis = await tryRedis(config.cache.redisUrl);
  if (kinde === undefined) return { ...report, ok: true };
  report.kinde = { url: kinde.baseUrl, audience: kinde.audience };

  const isOwnTokenUsed = authMode !== 'passthrough';
  if (isOwnTokenUsed && hasCredentials(kinde)) {
    try {
      const { scopes } = await withSend(config, kinde.baseUrl, async (send) =>
        tokenSource(send, config, kinde).get(),
      );
      Object.assign(report, whatScopesAllow(schema, scopes));
    } catch (error) {
      report.problems.push(whyNoToken(error, kinde));
    }
  }
  if (!isOwnTokenUsed || jwt !== undefined) {
    const problem = await whyNoKeys(config, jwt?.jwksUri ?? `${kinde.baseUrl}/.well-known/jwks`);
    if (problem !== undefined && !report.problems.includes(problem)) report.problems.push(problem);
  }
  if (jwt !== undefined && report.problems.length === 0) {
    const findings = await checkIssuers((url) => get(config, url), kinde.baseUrl, jwt);
    report.problems.push(...findings.problems);
    report.warnings.push(...findings.warnings);
  }
  return { ...report, ok: report.problems.length === 0 };
}

async function tryRedis(url: string | undefined): Promise<ConfigReport['redis']> {
  if (url === undefined) return null;
  const { host } = new URL(url);
  try {
    await ping(url);
    return { host, problem: null };
  } catch (error) {
    return { host, problem: whyNoRedis(error, host) };
  }
}

function whatScopesAllow(
  schema: GraphQLSchema,
  granted: ReadonlySet<string> | undefined,
): Partial<ConfigReport> {
  if (granted === undefined) return {};
  const needed = new Set([
    ...scopedFields(schema).flatMap(({ scopes }) => scopes.flat()),
    ...WEBHOOK_SCOPES,
  ]);
  return {
    scopes: [...granted].sort(),
    unusableFields: unusableFields(schema, granted).map(({ coordinate, scopes }) => ({
      field: coordinate,
      scopes,
    })),
    unneededScopes: [...granted].filter((scope) => !needed.has(scope)).sort(),
  };
}

/** Why the keys that callers' tokens are signed with cannot be read; undefined when they can. */
async function whyNoKeys(config: Config, jwksUri: string): Promise<string | undefined> {
  const { host } = new URL(jwksUri);
  try {
    const { status, body } = await get(config, jwksUri);
    if (status === 200 && hasKeys(body)) return undefined;
    return `${host} answers, but not as a Kinde environment does: there are no keys at ${jwksUri} (${status}). Check KINDE_DOMAIN and JWKS_URI.`;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    return whyUnreachable(error, host);
  }
}

const get = (config: Config, url: string): Promise<RawResponse> =>
  withSend(config, new URL(url).origin, (send) =>
    send({ method: 'GET', url, headers: { accept: 'application/json' } }),
  );

function hasKeys(body: string): boolean {
  const keys = parseObject(body)?.['keys'];
  return Array.isArray(keys) && keys.length > 0;
}

/** The report for people to read. */
export function printReport({
  problems,
  warnings,
  authMode,
  kinde,
  redis,
  scopes,
  unusableFields: unusable,
  unneededScopes,
}: ConfigReport): string {
  const lines: string[] = [];
  if (authMode !== null) {
    lines.push(
      `Kinde: ${kinde === null ? 'an emulator inside the process, since KINDE_DOMAIN is not set' : `${kinde.url}, audience ${kinde.audience}`}`,
      `Callers: AUTH_MODE ${authMode}`,
    );
  }
  if (redis !== null) {
    lines.push(
      redis.problem === null
        ? `Redis: ${redis.host} can be reached`
        : `Redis can’t be reached, so nothing is served from the cache and mutations with an idempotencyKey are refused. ${redis.problem}`,
    );
  }
  if (scopes !== null) {
    lines.push(`Scopes of the gateway’s own token: ${scopes.join(' ') || 'none'}`);
    lines.push(
      unusable.length === 0
        ? 'Every field can be used.'
        : `${unusable.length} fields lack a scope. To use them, give it to the application in Kinde:`,
      ...unusable.map(
        ({ field, scopes: alternatives }) =>
          `  ${field}: ${alternatives.map((together) => together.join(' and ')).join(', or ')}`,
      ),
    );
    if (unneededScopes.length > 0) {
      lines.push(`No field needs these scopes. Remove them: ${unneededScopes.join(' ')}`);
    }
  } else if (problems.length === 0 && kinde !== null) {
    lines.push(
      authMode === 'passthrough'
        ? 'What can be used depends on the scopes of each caller’s token.'
        : 'Kinde gives a token, but neither Kinde nor the token says which scopes it has.',
    );
  }
  lines.push(
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...(problems.length === 0
      ? ['The gateway can serve with these settings.']
      : [
          'The gateway cannot serve with these settings:',
          ...problems.map((problem) => `  ${problem}`),
        ]),
  );
  return lines.join('\n');
}

/** `kinde-graphql webhooks`: lists, registers and removes the webhooks of the Kinde environment. */
import { ConfigError, readConfig, type Config } from '../config.js';
import { SendError, type Send } from '../upstream/send/index.js';
import type { Method } from '../upstream/endpoint.js';
import { UpstreamError, reasonsIn } from '../upstream/errors.js';
import { parseJson } from '../upstream/json.js';
import { propertyOf, textIn } from '../webhooks/data.js';
import { WEBHOOK_PATH } from '../webhooks/receiver.js';
import { webhookFor } from '../webhooks/registration.js';
import { whyNoToken, whyUnreachable } from './diagnose.js';
import { hasCredentials, tokenSource, withSend, type KindeWithCredentials } from './kinde.js';
import type { Terminal } from './terminal.js';

/** A failure that the message explains in full. */
class CommandError extends Error {
  readonly exitCode: number = 1;
}

/** A wrong command line, for which shells use exit code 2. */
class UsageError extends CommandError {
  override readonly exitCode = 2;
}

/** A registered webhook, as far as Kinde's response tells of it. */
interface Webhook {
  id: string;
  endpoint: string;
  eventTypes: number;
}

/** The scopes that this command needs, besides those of the gateway. */
export const WEBHOOK_SCOPES = [
  'read:webhooks',
  'create:webhooks',
  'update:webhooks',
  'delete:webhooks',
] as const;

type Scope = (typeof WEBHOOK_SCOPES)[number];

/** Calls Kinde's API with a scope of the gateway's own application. */
type Call = (method: Method, path: string, scope: Scope, body?: object) => Promise<object>;

/** Runs `list`, `register` or `remove`. Returns the exit code. */
export async function webhooks(
  action: WebhookAction,
  { url }: { url: string | undefined },
  { env, stdout, stderr }: Terminal,
): Promise<number> {
  try {
    const lines = await withCall(env, actions[action](url));
    stdout.write(lines.map((line) => `${line}\n`).join(''));
    return 0;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
}

type Action = (url: string | undefined) => (call: Call) => Promise<string[]>;

/** Each reads the command line first, and then does its work. */
const actions = {
  list: (url) => {
    if (url !== undefined) throw new UsageError('webhooks list has no option --url: it lists all.');
    return list;
  },

  register: (url) => {
    const endpoint = endpointIn(url);
    if (new URL(endpoint).pathname === '/') {
      throw new UsageError(
        `--url has no path: "${endpoint}". The gateway takes events at ${WEBHOOK_PATH}.`,
      );
    }
    return (call) => register(call, endpoint);
  },

  remove: (url) => {
    const endpoint = endpointIn(url);
    return (call) => remove(call, endpoint);
  },
} satisfies Record<string, Action>;

/** What the command can do. */
export type WebhookAction = keyof typeof actions;

async function list(call: Call): Promise<string[]> {
  const all = await listed(call);
  if (all.length === 0) return ['No webhook is registered.'];
  return all.map(({ id, endpoint, eventTypes }) => `${id}  ${endpoint}  ${eventTypes} event types`);
}

async function register(call: Call, endpoint: string): Promise<string[]> {
  const existing = (await listed(call)).find(isFor(endpoint));
  const webhook = webhookFor(endpoint);
  const { event_types } = webhook;
  if (existing !== undefined) {
    await call('PATCH', `webhooks/${encodeURIComponent(existing.id)}`, 'update:webhooks', {
      event_types,
    });
    return [
      `${existing.id} was registered already. It now has all ${event_types.length} event types.`,
    ];
  }
  const response = await call('POST', 'webhooks', 'create:webhooks', {
    ...webhook,
    description: 'Invalidates the cache of the GraphQL gateway.',
  });
  const id = textIn(response, 'webhook', 'id') ?? 'The webhook';
  return [`${id} is registered for ${event_types.length} event types.`];
}

async function remove(call: Call, endpoint: string): Promise<string[]> {
  const found = (await listed(call)).filter(isFor(endpoint));
  if (found.length === 0) throw new CommandError(`No webhook has the endpoint ${endpoint}.`);
  for (const { id } of found) {
    await call('DELETE', `webhooks/${encodeURIComponent(id)}`, 'delete:webhooks');
  }
  return found.map(({ id }) => `${id} is removed.`);
}

/** Returns the registered webhooks. Entries without an id or an endpoint are left out. */
async function listed(call: Call): Promise<Webhook[]> {
  const all = propertyOf(await call('GET', 'webhooks', 'read:webhooks'), 'webhooks') ?? [];
  if (!Array.isArray(all)) throw new CommandError(NOT_KINDE);
  return all.flatMap((entry: unknown) => {
    const [id, endpoint] = [propertyOf(entry, 'id'), propertyOf(entry, 'endpoint')];
    const eventTypes = propertyOf(entry, 'event_types');
    return typeof id === 'string' && typeof endpoint === 'string'
      ? [{ id, endpoint, eventTypes: Array.isArray(eventTypes) ? eventTypes.length : 0 }]
      : [];
  });
}

/** Returns whether a webhook has this endpoint, in whatever spelling of the URL. */
function isFor(endpoint: string): (webhook: Webhook) => boolean {
  const { href } = new URL(endpoint);
  return (webhook) => URL.canParse(webhook.endpoint) && new URL(webhook.endpoint).href === href;
}

/** Kinde delivers to public HTTPS addresses; the emulator also to this machine. */
function endpointIn(url: string | undefined): string {
  const example = `https://gateway.example.com${WEBHOOK_PATH}`;
  if (url === undefined) throw new UsageError(`Say where events go: --url ${example}`);
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return url;
  throw new UsageError(`--url is not an HTTP URL: "${url}". Write it like ${example}`);
}

async function withCall<T>(env: Terminal['env'], use: (call: Call) => Promise<T>): Promise<T> {
  const config = read(env);
  return withSend(config, config.kinde.baseUrl, (send) => use(callWith(send, config)));
}

type ConfigWithCredentials = Config & { kinde: KindeWithCredentials };

function read(env: Terminal['env']): ConfigWithCredentials {
  try {
    // Nothing is served, so that nobody needs to be let in.
    const config = readConfig({ ...env, AUTH_MODE: env['AUTH_MODE'] || 'passthrough' });
    if (hasCredentials(config.kinde)) return { ...config, kinde: config.kinde };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandError(error.message);
  }
  throw new CommandError(
    'Set KINDE_DOMAIN, KINDE_CLIENT_ID and KINDE_CLIENT_SECRET: webhooks belong to a Kinde environment.',
  );
}

function callWith(send: Send, config: ConfigWithCredentials): Call {
  const { kinde } = config;
  const { baseUrl } = kinde;
  const source = tokenSource(send, config, kinde);
  return async (method, path, scope, body) => {
    let authorization: string;
    try {
      authorization = `Bearer ${(await source.get()).value}`;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      throw new CommandError(whyNoToken(error, kinde));
    }
    try {
      const response = await send({
        method,
        url: `${baseUrl}/api/v1/${path}`,
        headers: { authorization, accept: 'application/json', 'content-type': 'application/json' },
        body: body && JSON.stringify(body),
      });
      return resultOf(response, scope);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      throw new CommandError(whyUnreachable(error, new URL(baseUrl).host));
    }
  };
}

const NOT_KINDE =
  'The response is not one of Kinde’s API: check KINDE_DOMAIN, and whether a proxy responds in its place.';

function resultOf({ status, body }: { status: number; body: string }, scope: string): object {
  const parsed = parseJson(body);
  if (status >= 200 && status < 300) {
    if (typeof parsed === 'object' && parsed !== null) return parsed;
    if (body.trim() === '') return {};
    throw new CommandError(NOT_KINDE);
  }
  const reasons = reasonsIn(parsed).map(({ code, message }) => `${code} ${message}`.trim());
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  if (status === 403) {
    throw new CommandError(
      `Kinde refuses this${why}. The application probably lacks the scope ${scope}: add it in Kinde, under the application's APIs.`,
    );
  }
  throw new CommandError(`Kinde responded with ${status}${why}.`);
}

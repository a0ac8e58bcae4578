/**
 * Kinde's organization API as far as the gateway uses it, in memory and on a real socket: strict
 * where the real one is, with its error shapes and quirks, and with switches for faults.
 */
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { type Control, createControl } from './control.js';
import { type Fault, Faults } from './faults.js';
import type { CulpritPlace } from './errors.js';
import type { PageTokenKind } from './page-tokens.js';
import { ConcurrencyLimit, RateLimit } from './rate-limit.js';
import { seedState } from './seed/index.js';
import type { Environment, RecordedRequest } from './environment.js';
import { createServer } from './server.js';
import { type Switches, SwitchesSchema } from './switches.js';
import type { BulkUpdate, PermissionFilter, State } from './state.js';
import { type Client, type TokenOptions, Tokens } from './tokens.js';
import { Webhooks } from './webhooks/deliveries.js';

export type { Fault, FaultResponse, FaultRoute, FaultTarget } from './faults.js';
export type { RecordedRequest } from './environment.js';
export { CULPRIT_PLACES, type CulpritPlace } from './errors.js';
export { PAGE_TOKEN_KINDS, type PageTokenKind } from './page-tokens.js';
export { RESPONSE_SHAPES, type ResponseShape } from './response-shapes.js';
export { ERROR_SHAPES, type ErrorShape } from './errors.js';
export type { Switches } from './switches.js';
export { BULK_UPDATES, PERMISSION_FILTERS } from './state.js';
export type {
  BulkUpdate,
  Member,
  OrganizationRecord,
  RoleRecord,
  State,
  UserRecord,
} from './state.js';
export type { TokenOptions } from './tokens.js';

export interface EmulatorOptions {
  host?: string;
  /** 0 takes any free port. */
  port?: number;
  /** The public URL, which is also the tokens' issuer. Defaults to the listening address. */
  url?: string;
  organizations?: number;
  /** Members of every organization. By default the numbers vary around 24. */
  usersPerOrganization?: number;
  /** How long every response is delayed, in milliseconds. */
  latencyMs?: number;
  /** Calls of the Management API a minute; 0 means no limit. */
  rateLimit?: number;
  /** Calls of the Management API in flight; 0 means no limit. */
  concurrencyLimit?: number;
  /** How many organizations there may be; the creation of one more is refused with a 403. */
  organizationLimit?: number;
  /** What page tokens stand for. Defaults to `entry`. */
  pageTokens?: PageTokenKind | undefined;
  /** How long page tokens can be used. They don't expire by default. */
  pageTokenLifetimeSeconds?: number | undefined;
  /** Where a refused bulk write names the user, role or permission to blame. Defaults to the `message`. */
  culprits?: CulpritPlace | undefined;
  /** Whether a bulk update replaces what a member has or adds to it. Defaults to `replace`. */
  bulkUpdates?: BulkUpdate | undefined;
  /** Which permissions the filter of a list of members matches. Defaults to `all`. */
  permissionFilter?: PermissionFilter | undefined;
  /** The switches at the start and after a reset. */
  switches?: z.input<typeof SwitchesSchema>;
  /** Determines organizations, people and ids. */
  seed?: string;
  /** The lifetime of tokens of the token endpoint. */
  tokenLifetimeSeconds?: number;
  /** Whether requests are recorded. Turn it off for an emulator that runs for days. */
  recordsRequests?: boolean;
}

export type Credentials = Pick<Client, 'clientId' | 'clientSecret'>;

export interface Emulator extends Credentials {
  /** The value for KINDE_DOMAIN. */
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** An application that has only the scopes to read. */
  readonly readOnlyClient: Credentials;
  /** The calls of the Management API since the start, the last reset or the last clearRequests. */
  readonly requests: RecordedRequest[];
  readonly tokenRequests: RecordedRequest[];
  /** The environment's data. A reset replaces the object. */
  readonly state: State;
  /** May be changed at any time. */
  latencyMs: number;
  /** May be changed at any time, which begins a new minute. */
  rateLimit: number;
  /** May be changed at any time. */
  concurrencyLimit: number;
  /** May be changed at any time. */
  readonly switches: Switches;
  /** The requests as "GET /api/v1/organizations?page_size=3", in the order of their arrival. */
  calls(): string[];
  /** Clears the recorded requests, also of tokens. */
  clearRequests(): void;
  /** Switches a fault on. Returns a function that switches it off. */
  fault(fault: Fault): () => void;
  /** What `/_emulator/tokens` and `/_emulator/faults` do, without HTTP. */
  readonly control: Control;
  /** Issues a token signed by the environment's key, with every scope by default. */
  issueToken(options?: TokenOptions): Promise<string>;
  /** Returns a webhook's body with this event, signed by the environment's key. */
  signEvent(event: Record<string, unknown>): Promise<string>;
  /** The registered webhooks, and the results of deliveries. */
  readonly webhooks: Webhooks;
  /** Signs with a new key from now on. The older keys stay published. */
  rotateKey(): Promise<void>;
  /** Gives the application another secret, and returns it. The one before is no longer accepted. */
  rotateClientSecret(): string;
  /**
   * Restores the seed, the options, the first client secret and the first signing key, and clears faults,
   * webhooks and requests. Tokens stay valid. Calls that are still held up change nothing: their
   * connections are closed.
   */
  reset(): void;
  close(): Promise<void>;
}

const SEED = 'kinde';

/** Starts an emulator of Kinde with its own data, keys and clients. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, url: publicUrl } = options;
  const environment = await createEnvironment(options);
  const server = createServer(environment);
  await server.listen({ host, port });
  const url = publicUrl ?? listeningUrl(host, server.server.address() as AddressInfo);
  const { tokens } = environment;
  tokens.issuer = url;

  const clearRequests = () => {
    environment.requests.length = 0;
    environment.tokenRequests.length = 0;
  };
  return {
    url,
    issuer: url,
    audience: tokens.audience,
    clientId: tokens.client.clientId,
    get clientSecret() {
      return tokens.client.clientSecret;
    },
    readOnlyClient: credentialsOf(tokens.readOnlyClient),
    requests: environment.requests,
    tokenRequests: environment.tokenRequests,
    get state() {
      return environment.state;
    },
    get latencyMs() {
      return environment.latencyMs;
    },
    set latencyMs(milliseconds) {
      environment.latencyMs = milliseconds;
    },
    get rateLimit() {
      return environment.rateLimit.limit;
    },
    set rateLimit(limit) {
      environment.rateLimit = new RateLimit(limit);
    },
    get concurrencyLimit() {
      return environment.concurrencyLimit.limit;
    },
    set concurrencyLimit(limit) {
      environment.concurrencyLimit.limit = limit;
    },
    switches: environment.switches,
    calls: () => environment.requests.map(({ method, path }) => `${method} ${path}`),
    clearRequests,
    fault: (fault) => environment.faults.add(fault),
    control: createControl(environment),
    issueToken: (options) => tokens.issue(tokens.client, options),
    signEvent: (event) => tokens.signEvent(event),
    webhooks: environment.webhooks,
    rotateKey: () => tokens.rotateKey(),
    rotateClientSecret: () => tokens.rotateClientSecret(),
    reset: () => {
      const { switches, ...others } = initial(options);
      Object.assign(environment, others);
      Object.assign(environment.switches, switches);
      // Kept, since it counts the calls in flight.
      environment.concurrencyLimit.limit = options.concurrencyLimit ?? 0;
      environment.faults.clear();
      tokens.reset();
      environment.webhooks.reset();
      clearRequests();
    },
    close: () => {
      environment.webhooks.close();
      return server.close();
    },
  };
}

async function createEnvironment(options: EmulatorOptions): Promise<Environment> {
  const { url = '', tokenLifetimeSeconds = 3600, seed = SEED, recordsRequests = true } = options;
  const tokens = await Tokens.create(url, tokenLifetimeSeconds, seed);
  const resettable = initial(options);
  const { switches } = resettable;
  return {
    ...resettable,
    tokens,
    faults: new Faults(),
    concurrencyLimit: new ConcurrencyLimit(options.concurrencyLimit ?? 0),
    // A change of a switch keeps the object.
    webhooks: new Webhooks({ tokens, switches: () => switches }),
    recordsRequests,
    requests: [],
    tokenRequests: [],
  };
}

/** Returns what a reset restores, as the options say. */
function initial(options: EmulatorOptions) {
  const { latencyMs = 0, rateLimit = 0, switches = {} } = options;
  return {
    state: createState(options),
    latencyMs,
    rateLimit: new RateLimit(rateLimit),
    switches: SwitchesSchema.parse(switches),
  };
}

const credentialsOf = ({ clientId, clientSecret }: Client): Credentials => ({
  clientId,
  clientSecret,
});

function createState({
  seed = SEED,
  organizations = 36,
  usersPerOrganization,
  organizationLimit = Infinity,
  pageTokens: kind,
  pageTokenLifetimeSeconds: lifetimeSeconds,
  culprits,
  bulkUpdates,
  permissionFilter,
}: EmulatorOptions): State {
  const state = seedState({
    seed,
    organizations,
    usersPerOrganization,
    culprits,
    bulkUpdates,
    permissionFilter,
    pageTokens: { kind, lifetimeSeconds },
  });
  state.organizationLimit = organizationLimit;
  return state;
}

/** Returns a URL that a client can open: an address that stands for every interface isn't one. */
function listeningUrl(host: string, { port }: AddressInfo): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

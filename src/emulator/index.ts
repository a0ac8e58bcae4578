/**
 * Kinde's organization API as far as the gateway uses it, in memory and on a real socket: strict
 * where the real one is, with its error shapes and quirks, and with switches for trouble.
 */
import type { AddressInfo } from 'node:net';
import type { z } from 'zod';
import { type Fault, Faults } from './faults.js';
import type { CulpritPlace } from './errors.js';
import type { PageTokenKind } from './page-tokens.js';
import { RateLimit } from './rate-limit.js';
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
  /** Where others reach the emulator; left out, where it listens. It is the tokens' issuer too. */
  url?: string;
  organizations?: number;
  /** Members of every organization; left out, they vary around 24. */
  usersPerOrganization?: number;
  /** How long every response is held up. */
  latencyMs?: number;
  /** Calls of the Management API a minute; 0 means no limit. */
  rateLimit?: number;
  /** How many organizations there may be; the creation of one more is refused with a 403. */
  organizationLimit?: number;
  /** What page tokens stand for; `entry` when left out. */
  pageTokens?: PageTokenKind | undefined;
  /** How long page tokens can be used; left out, for good. */
  pageTokenLifetimeSeconds?: number | undefined;
  /** Where a refused bulk write names who or what is to blame; in the `message` when left out. */
  culprits?: CulpritPlace | undefined;
  /** Whether a bulk update replaces what a member has or adds to it; `replace` when left out. */
  bulkUpdates?: BulkUpdate | undefined;
  /** Which permissions the filter of a list of members matches; `all` when left out. */
  permissionFilter?: PermissionFilter | undefined;
  /** What is switched on from the start, and again after a reset. */
  switches?: z.input<typeof SwitchesSchema>;
  /** Another text gives other organizations, people and ids. */
  seed?: string;
  /** How long the tokens of the token endpoint live. */
  tokenLifetimeSeconds?: number;
  /** Whether requests are kept; an emulator that runs for days should not. */
  recordsRequests?: boolean;
}

export type Credentials = Pick<Client, 'clientId' | 'clientSecret'>;

export interface Emulator extends Credentials {
  /** What to set as KINDE_DOMAIN. */
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  /** An application that has the scopes that read, and no others. */
  readonly readOnlyClient: Credentials;
  /** The calls of the Management API since the start, the last reset or the last clearRequests. */
  readonly requests: RecordedRequest[];
  readonly tokenRequests: RecordedRequest[];
  /** What the environment holds; another object after a reset. */
  readonly state: State;
  /** May be changed at any time. */
  latencyMs: number;
  /** May be changed at any time, which begins a new minute. */
  rateLimit: number;
  /** May be changed at any time. */
  readonly switches: Switches;
  /** The requests as "GET /api/v1/organizations?page_size=3", in the order of their arrival. */
  calls(): string[];
  /** Forgets the requests so far, of tokens too. */
  clearRequests(): void;
  /** Switches a fault on; what it returns switches it off. */
  fault(fault: Fault): () => void;
  /** A token signed by the environment's key, with every scope unless told otherwise. */
  issueToken(options?: TokenOptions): Promise<string>;
  /** Returns a webhook's body with this event, signed by the environment's key. */
  signEvent(event: Record<string, unknown>): Promise<string>;
  /** Where events are delivered, and how deliveries ended. */
  readonly webhooks: Webhooks;
  /** Signs with a new key from now on, beside which the older ones stay published. */
  rotateKey(): Promise<void>;
  /** Gives the application another secret, and returns it. The one before is no longer accepted. */
  rotateClientSecret(): string;
  /** Back to the seed and to the options, with no faults and no requests. Tokens stay good. */
  reset(): void;
  close(): Promise<void>;
}

const SEED = 'kinde';

/** Starts an emulator of Kinde with its own data, keys and clients. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, url: publicUrl, latencyMs = 0, rateLimit = 0 } = options;
  const {
    seed = SEED,
    tokenLifetimeSeconds = 3600,
    recordsRequests = true,
    switches = {},
  } = options;
  const issued = await Tokens.create(publicUrl ?? '', tokenLifetimeSeconds, seed);
  const environment: Environment = {
    state: createState(options),
    tokens: issued,
    faults: new Faults(),
    rateLimit: new RateLimit(rateLimit),
    latencyMs,
    switches: SwitchesSchema.parse(switches),
    webhooks: new Webhooks({ tokens: issued, switches: () => environment.switches }),
    recordsRequests,
    requests: [],
    tokenRequests: [],
  };
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
    ...credentialsOf(tokens.client),
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
    switches: environment.switches,
    calls: () => environment.requests.map(({ method, path }) => `${method} ${path}`),
    clearRequests,
    fault: (fault) => environment.faults.add(fault),
    issueToken: (options) => tokens.issue(tokens.client, options),
    signEvent: (event) => tokens.signEvent(event),
    webhooks: environment.webhooks,
    rotateKey: () => tokens.rotateKey(),
    rotateClientSecret: () => tokens.rotateClientSecret(),
    reset: () => {
      environment.state = createState(options);
      environment.faults.clear();
      environment.webhooks.registered.clear();
      environment.rateLimit = new RateLimit(rateLimit);
      environment.latencyMs = latencyMs;
      Object.assign(environment.switches, SwitchesSchema.parse(switches));
      clearRequests();
    },
    close: () => {
      environment.webhooks.close();
      return server.close();
    },
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
    ...{ seed, organizations, usersPerOrganization, culprits },
    ...{ bulkUpdates, permissionFilter },
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

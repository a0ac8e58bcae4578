/// <reference lib="esnext.disposable" preserve="true" />
/** For the tests of your own app: an emulated Kinde, and the gateway in front of it. No account is needed. */
import { Thread } from './thread.js';

/** The data and the manners of the emulated Kinde. */
export interface EmulatorOptions {
  /** How many organizations there are. Defaults to 36. */
  organizations?: number;
  /** Members of each organization. By default the numbers vary around 24. */
  usersPerOrganization?: number;
  /** Determines organizations, people and ids. The same seed gives the same data. */
  seed?: string;
  /** How long every response is delayed, in milliseconds. */
  latencyMs?: number;
  /** Calls that Kinde accepts in a minute. No limit by default. */
  rateLimit?: number;
  /** Defaults to any free port. */
  port?: number;
}

export interface GatewayOptions {
  emulator?: EmulatorOptions;
  /**
   * Settings of the gateway by the names of their environment variables. The environment of the process is
   * not read. `AUTH_MODE` is `jwt`, `CACHE` is `off` and nothing is logged unless you set it.
   */
  settings?: Record<string, string>;
  /** Defaults to any free port. */
  port?: number;
}

/** Who a token is for. All fields are optional; an empty request is an application with every scope. */
export interface TokenRequest {
  /** Id or e-mail address of a person. Without it, the token is an application's. */
  user?: string;
  /** Code of the organization that the token is for. */
  organization?: string;
  /** Keys of the person's permissions, such as `read:organization_users`. Defaults to those of the member. */
  permissions?: string[];
  scopes?: string[];
  /** The requested scopes, in `scp`. Defaults to `scopes`. */
  requestedScopes?: string[];
  /** Lifetime in seconds. A negative number gives a token that has expired. */
  expiresIn?: number;
  audience?: string[];
  /** Names claims as Kinde's Hasura switch does, such as `x-hasura-org-code`. */
  hasuraClaims?: boolean;
  /** Further claims, or other values for the usual ones. */
  claims?: Record<string, unknown>;
  /** Names of claims to leave out. */
  omit?: string[];
}

/** What happens to calls to Kinde. It needs `respond`, `delayMs` or both. */
export interface Fault {
  /** A route as Kinde's API reference writes it. By default, every route of the Management API. */
  route?: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;
  /** How many calls it affects. Defaults to all, until it is switched off. */
  times?: number;
  /** How long the response is delayed, in milliseconds. */
  delayMs?: number;
  /**
   * Another response, the response of a rate limit, a connection that is closed before or after the write,
   * or no response.
   */
  respond?:
    | { status: number; headers?: Record<string, string>; body?: string | Record<string, unknown> }
    | { rateLimitSeconds: number }
    | 'reset'
    | 'reset-after-write'
    | 'hang';
}

export interface TestMember {
  id: string;
  email: string;
  name: string;
  /** Keys of the member's roles. */
  roles: string[];
  /** Keys of the permissions that the member has, through roles too. */
  permissions: string[];
}

export interface TestOrganization {
  code: string;
  name: string;
  members: TestMember[];
}

/** What a test does with the emulated Kinde. */
interface Controls extends AsyncDisposable {
  /** Issues an access token, without a sign-in. */
  token(request?: TokenRequest): Promise<string>;
  /** Switches a fault on. Resolves to a function that switches it off. */
  fault(fault: Fault): Promise<() => Promise<void>>;
  /** Returns organizations and members as they are now, by the organizations' names. */
  organizations(): Promise<TestOrganization[]>;
  /** Returns the calls that reached Kinde since the start or the last reset, as `GET /api/v1/organizations`. */
  calls(): Promise<string[]>;
  /** Restores the data, and ends all faults. A gateway begins again as well, with nothing cached. Calls in flight change nothing. */
  reset(): Promise<void>;
  /** Ends everything and frees the ports. May be called twice. */
  close(): Promise<void>;
}

export interface TestEmulator extends Controls {
  /** The address of the emulated Kinde. */
  readonly url: string;
  /** What a gateway needs to use this emulator, by the names of its environment variables. */
  readonly settings: Readonly<
    Record<'KINDE_DOMAIN' | 'KINDE_CLIENT_ID' | 'KINDE_CLIENT_SECRET' | 'KINDE_AUDIENCE', string>
  >;
}

export interface TestGateway extends Controls {
  /** The address of GraphQL, which ends in `/graphql`. */
  readonly url: string;
  /** The emulated Kinde behind the gateway. */
  readonly emulator: Pick<TestEmulator, 'url' | 'settings'>;
}

/**
 * Starts an emulated Kinde on a free port. Rejects for options that are invalid and a port that is taken.
 * It runs in a thread of its own, which does not keep the process alive.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<TestEmulator> {
  const thread = new Thread();
  type Started = Pick<TestEmulator, 'url' | 'settings'>;
  const started = await start<Started>(thread, 'startEmulator', options);
  return { ...started, ...controlsOf(thread) };
}

/**
 * Starts the gateway on a free port, with an emulated Kinde behind it. Rejects for settings and options that
 * are invalid and a port that is taken. Both run in a thread of their own, which does not keep the process
 * alive.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<TestGateway> {
  const thread = new Thread();
  type Started = Pick<TestGateway, 'url' | 'emulator'>;
  const started = await start<Started>(thread, 'startGateway', options);
  return { ...started, ...controlsOf(thread) };
}

async function start<T>(thread: Thread, method: string, options: object): Promise<T> {
  try {
    return await thread.call<T>(method, options);
  } catch (error) {
    await thread.end();
    throw error;
  }
}

function controlsOf(thread: Thread): Controls {
  const close = () => thread.end();
  return {
    token: (request) => thread.call('token', request),
    fault: async (fault) => {
      const id = await thread.call<number>('fault', fault);
      return () => thread.call('endFault', id);
    },
    organizations: () => thread.call('organizations'),
    calls: () => thread.call('calls'),
    reset: () => thread.call('reset'),
    close,
    // Node 20 has the symbol, but the globals of a test environment such as jsdom may not.
    [Symbol.asyncDispose ?? Symbol('asyncDispose')]: close,
  } as Controls;
}

/** What chaos runs on: two replicas, Redis, nginx where it is, an emulator behind faults, and callers. */
import type { Emulator } from '../../src/emulator/index.js';
import { EVENT_TYPES } from '../../src/webhooks/events.js';
import { areInstalled } from '../support/installed.js';
import { REPLICAS, startTopology, type ReplicaName, type Topology } from '../support/topology.js';
import { MAX_CALL_MS } from './faults.js';
import { WriteLedger, type Caller, type Secrets } from './promises.js';
import { startUpstream, type Upstream } from './upstream.js';

export const MAX_OPERATION_MS = 5_000;
/** Of the replicas, so that a request that takes as long is neither lost nor endless. */
const SETTINGS = {
  AUTH_MODE: 'jwt',
  ALLOW_UNAUTHENTICATED_ACCESS: '',
  ALLOW_INTROSPECTION: '',
  ALLOW_GRAPHIQL: '',
  UPSTREAM_TIMEOUT_MS: String(MAX_CALL_MS),
  OPERATION_TIMEOUT_MS: String(MAX_OPERATION_MS),
  REQUEST_TIMEOUT_MS: String(MAX_OPERATION_MS),
};
const ORGANIZATIONS = 9;
const A_WEEK = 7 * 86_400;

export interface System {
  readonly topology: Topology;
  readonly upstream: Upstream;
  readonly ledger: WriteLedger;
  readonly secrets: Secrets;
  /** Organizations that are written through the gateway alone. */
  readonly codes: readonly string[];
  /** An organization that is renamed at Kinde, past the gateway. */
  readonly elsewhere: string;
  readonly callers: Callers;
  /** A request that Kinde's own clients send, with a token for everything. */
  atKinde(method: string, path: string, body: object): Promise<number>;
  /** Where a client may send a request to. */
  readonly targets: readonly { name: 'nginx' | ReplicaName; url: string }[];
  close(): Promise<void>;
}

export interface Callers {
  /** An application with every scope. */
  readonly admin: Caller;
  /** An application that may only read. */
  readonly reader: Caller;
  /** A user of the first organization, and of the second. */
  readonly users: readonly [Caller, Caller];
  /** Tokens that are nobody's. */
  readonly strangers: readonly Caller[];
}

export async function startSystem(
  onOutput: (name: ReplicaName, text: string) => void,
): Promise<System> {
  const ledger = new WriteLedger();
  let emulator: Emulator | undefined;
  const upstream = await startUpstream(() => emulator!, ledger);
  const hasNginx = areInstalled('nginx');
  const topology = await startTopology({
    emulator: {
      ...{ organizations: ORGANIZATIONS, usersPerOrganization: 6, recordsRequests: false },
      // So that the gateway renews its token while the token endpoint has faults.
      tokenLifetimeSeconds: 30,
    },
    env: (started) => {
      emulator = started;
      return { ...SETTINGS, KINDE_DOMAIN: upstream.proxy.url, JWT_ISSUER: started.issuer };
    },
    hasNginx,
    onOutput,
  });
  const { replicas } = topology;
  const [elsewhere, ...codes] = [...topology.emulator.state.organizations.values()]
    .filter(({ profile }) => profile.is_default !== true)
    .map(({ profile }) => profile.code) as [string, ...string[]];
  const callers = await issueCallers(topology.emulator, codes);
  const token = await topology.emulator.issueToken({ expiresIn: A_WEEK });
  topology.emulator.webhooks.register({
    ...{ name: 'chaos', description: null, event_types: [...EVENT_TYPES] },
    endpoint: `${topology.url}/webhooks/kinde`,
  });
  return {
    ...{ topology, upstream, ledger, codes, elsewhere, callers },
    secrets: {
      credentials: [topology.emulator.clientSecret, token],
      addresses: [upstream.proxy.url, topology.emulator.url, topology.redis.url].map(
        (url) => new URL(url).host,
      ),
    },
    targets: [
      ...(hasNginx ? [{ name: 'nginx' as const, url: topology.url }] : []),
      ...REPLICAS.map((name) => ({ name, url: replicas[name].url })),
    ],
    atKinde: async (method, path, body) => {
      const response = await fetch(`${topology.emulator.url}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    },
    close: async () => {
      await topology.close();
      await upstream.close();
    },
  };
}

async function issueCallers(emulator: Emulator, codes: readonly string[]): Promise<Callers> {
  const application = (scopes?: string[]) =>
    emulator.issueToken({ expiresIn: A_WEEK, ...(scopes && { scopes }) });
  const caller = (name: string, token: string, foreign: readonly string[] = []): Caller => ({
    ...{ name, foreign },
    headers: { authorization: `Bearer ${token}` },
  });
  const user = async (code: string) => {
    const { organizations } = emulator.state;
    const own = organizations.get(code)!;
    const token = await emulator.issueToken({
      ...{ expiresIn: A_WEEK, audience: [], scopes: ['openid', 'profile', 'email'] },
      claims: {
        ...{ gty: undefined, scope: undefined, org_code: code },
        sub: [...own.members.values()][0]!.user.id,
        permissions: PERMISSIONS,
      },
    });
    const emails = (members: typeof own.members) =>
      [...members.values()].map(({ user }) => user.email).filter((email) => email !== null);
    const mine = emails(own.members);
    const foreign = [...organizations.values()]
      .filter((organization) => organization !== own)
      .flatMap(({ profile, members }) => [profile.code, ...emails(members)])
      .filter((value): value is string => typeof value === 'string' && !mine.includes(value));
    return caller(`a user of ${code}`, token, [...new Set(foreign)]);
  };
  const admin = await application();
  const [header, , signature] = admin.split('.') as [string, string, string];
  const claims = Buffer.from(JSON.stringify({ ...decodeClaims(admin), sub: 'kp_forged' }));
  return {
    admin: caller('an application with every scope', admin),
    reader: caller('an application that reads', await application(READ_SCOPES)),
    users: [await user(codes[0]!), await user(codes[1]!)],
    strangers: [
      { name: 'nobody', headers: {}, foreign: [] },
      caller('an expired token', await emulator.issueToken({ expiresIn: -60 })),
      caller('altered claims', `${header}.${claims.toString('base64url')}.${signature}`),
      caller(
        'alg none',
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${admin.split('.')[1]}.`,
      ),
    ],
  };
}

const decodeClaims = (token: string): object =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;

const READ_SCOPES = [
  ...['read:organizations', 'read:organization_users', 'read:organization_user_roles'],
  ...['read:organization_user_permissions', 'read:organization_feature_flags'],
  ...['read:roles', 'read:permissions'],
];
const PERMISSIONS = [...READ_SCOPES, 'update:organizations'];

/** What is shared between operations and kept from one to the next, through the door: by the calls that it saves. */
import { readFileSync } from 'node:fs';
import { describe, expect, jest, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/index.js';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import {
  arrive,
  cachedGateways,
  cast,
  codes,
  DETAILS,
  LIST,
  named,
  NESTED,
  nodeId,
  post,
  RENAME,
  type Cast,
} from '../support/cached-gateway.js';
import type { TestGateway } from '../support/gateway.js';
import type { HeldProxy } from '../support/held-proxy.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';

const { gatewayWith, heldGatewayWith, forgetful, advance } = cachedGateways();
const timeouts = stubTimeouts();

/** Reads all that there is, by every read of the table. */
const BROAD = `query ($A: ID!, $B: ID!, $people: [ID!]!) {
  organizations(first: 10) { nodes { code name } }
  a: organization(code: $A) { ...Everything }
  b: organization(code: $B) { ...Everything }
  nodes(ids: $people) { ... on OrganizationUser { userId email roles { key name } } }
  roles(first: 10) { nodes { key } }
  permissions(first: 10) { nodes { key } }
}
fragment Everything on Organization {
  name isSuspended featureFlags { key value }
  users(first: 10) { nodes { userId roles { key name } permissions { key } } }
}`;
const broadVariables = ({ A, B, m, n, p }: Cast) => ({
  ...{ A, B },
  people: [
    nodeId('OrganizationUser', A, m),
    nodeId('OrganizationUser', A, n),
    nodeId('OrganizationUser', B, p),
  ],
});

const CALL = {
  list: 'GET /api/v1/organizations?page_size=10',
  detailsA: 'GET /api/v1/organization?code=A',
  detailsB: 'GET /api/v1/organization?code=B',
  membersA: 'GET /api/v1/organizations/A/users?page_size=10',
  membersB: 'GET /api/v1/organizations/B/users?page_size=10',
  flagsA: 'GET /api/v1/organizations/A/feature_flags',
  flagsB: 'GET /api/v1/organizations/B/feature_flags',
  rolesOfM: 'GET /api/v1/organizations/A/users/m/roles',
  rolesOfN: 'GET /api/v1/organizations/A/users/n/roles',
  rolesOfP: 'GET /api/v1/organizations/B/users/p/roles',
  permissionsOfM: 'GET /api/v1/organizations/A/users/m/permissions',
  permissionsOfN: 'GET /api/v1/organizations/A/users/n/permissions',
  permissionsOfP: 'GET /api/v1/organizations/B/users/p/permissions',
  permissionsOfQ: 'GET /api/v1/organizations/B/users/q/permissions',
  permissionsOfS: 'GET /api/v1/organizations/A/users/s/permissions',
  people: 'GET /api/v1/users?user_id=m,n,p&page_size=3&expand=organizations',
  roles: 'GET /api/v1/roles?page_size=10',
  allRoles: 'GET /api/v1/roles?page_size=500',
  permissions: 'GET /api/v1/permissions?page_size=10',
} as const;
const { permissionsOfS: _, ...PRIMED } = CALL;

const readable = (call: string) => decodeURIComponent(call);

test('a role that is newer than the cached catalogue has its name, and is no unknown filter', async () => {
  const gateway = await gatewayWith();
  const { state } = gateway.emulator;
  const variables = cast(gateway);
  const { A, m } = variables;
  const read =
    'query ($A: ID!) { organization(code: $A) { users(first: 10) { nodes { userId roles { key name } } } } }';
  await gateway.query(read, variables);
  // In Kinde's own pages, where the gateway does not hear of it.
  for (const key of ['fresh', 'unused']) {
    state.roles.add({
      ...state.roleByKey('admin'),
      id: `id of ${key}`,
      key,
      name: key,
      permissions: [],
    });
  }
  state.organization(A).members.get(m)!.roles = new Set([state.roleByKey('fresh')]);
  advance(31_000);
  gateway.calls();
  const { nodes } = (await gateway.query(read, variables)).organization.users;
  expect(nodes.find(({ userId }: any) => userId === m).roles).toEqual([
    { key: 'fresh', name: 'fresh' },
  ]);
  expect(gateway.calls().filter((call) => call.includes('/roles'))).toHaveLength(1);
  const filter = `query ($A: ID!) { organization(code: $A) { users(roles: ["unused"]) { nodes { userId } } } }`;
  expect(await gateway.query(filter, variables)).toEqual({
    organization: { users: { nodes: [] } },
  });
});

test('a key that the environment lacks is looked for once, unless the catalogue was cached', async () => {
  const gateway = await gatewayWith();
  const variables = cast(gateway);
  const read = async (key: string) => {
    const filter = `query ($A: ID!) { organization(code: $A) { users(roles: ["${key}"]) { nodes { userId } } } }`;
    const { errors } = await gateway.execute(filter, variables);
    expect(codes(errors)).toEqual(['BAD_USER_INPUT']);
    return gateway.calls().filter((call) => call.startsWith('GET /api/v1/roles'));
  };
  expect(await read('missing')).toEqual([CALL.allRoles]);
  expect(await read('another')).toEqual([CALL.allRoles]);
  expect(await read('third')).toEqual([]);
});

describe('a cached response is used', () => {
  test('by the same query, which gets the same bytes', async () => {
    const gateway = await gatewayWith();
    const first = await post(gateway, NESTED);
    expect(gateway.calls().length).toBeGreaterThan(10);
    expect(await post(gateway, NESTED)).toBe(first);
    expect(gateway.calls()).toEqual([]);
  });

  test('by another query for the same objects', async () => {
    const gateway = await gatewayWith();
    const who = cast(gateway);
    await gateway.query(BROAD, broadVariables(who));
    expect(named(gateway, who).map(readable)).toEqual(Object.values(PRIMED).sort());
    await gateway.query(
      `query ($A: ID!, $m: ID!) {
        organizations(first: 10) { edges { node { handle } } }
        organization(code: $A) { createdOn featureFlag(key: "dark_mode") { type } users(first: 10) { edges { cursor node { email permissions { id } } } } }
        node(id: $m) { ... on OrganizationUser { roles { roleId } } }
      }`,
      { A: who.A, m: nodeId('OrganizationUser', who.A, who.m) },
    );
    // People are read in one batch for those who are asked for: for one it is another call than for three.
    expect(named(gateway, who)).toEqual([
      'GET /api/v1/users?user_id=m&page_size=1&expand=organizations',
    ]);
  });

  test('until CACHE_TTL_SECONDS have passed; then one call serves all concurrent operations', async () => {
    const gateway = await gatewayWith({
      CACHE_TTL_SECONDS: '300',
      CACHE_CATALOGUE_TTL_SECONDS: '600',
    });
    const query =
      '{ organizations(first: 10) { nodes { name } } roles(first: 3) { nodes { key } } }';
    await gateway.query(query);
    gateway.calls();
    advance(200_000);
    await gateway.query(query);
    expect(gateway.calls()).toEqual([]);
    advance(100_000);
    await Promise.all(Array.from({ length: 100 }, () => gateway.query(query)));
    expect(gateway.calls()).toEqual([CALL.list]);
    advance(300_000);
    await gateway.query(query);
    expect(gateway.calls().sort()).toEqual([CALL.list, 'GET /api/v1/roles?page_size=3']);
  });

  test('unless CACHE is off', async () => {
    const gateway = await gatewayWith({ CACHE: 'off' });
    await gateway.query(LIST);
    await gateway.query(LIST);
    expect(gateway.calls()).toEqual([CALL.list, CALL.list]);
  });
});

interface WriteCase {
  /** What is read past the cache before the write, since the write is made from it. */
  reads?: string[];
  mutation: string;
  /** The mutation's input, in GraphQL's syntax. */
  input: (who: Cast) => string;
  /** The preparation, where it needs one. */
  given?: (gateway: TestGateway, who: Cast) => void;
  /** The calls that the same broad query makes after it. */
  asked: readonly string[];
  /** The selection of organization A that shows the change; null where no read of Kinde shows it. */
  shownBy?: string | null;
}

const memberOf = ({ emulator: { state } }: TestGateway, { A, m }: Cast) => state.member(A, m);
const ofMember = ({ A, m }: Cast) => `organizationCode: "${A}", userId: "${m}"`;
const ADMIN = 'role: { key: "admin" }';
const READ_PROJECTS = 'permission: { key: "read:projects" }';
const OF_M = [CALL.membersA, CALL.rolesOfM, CALL.permissionsOfM];
const OF_ALL_IN_A = [...OF_M, CALL.rolesOfN, CALL.permissionsOfN, CALL.people];

/** Every write of the table, by its row. */
const WRITES: Record<string, WriteCase> = {
  'organizations.create': {
    mutation: 'createOrganization',
    input: () => 'name: "Added"',
    asked: [CALL.list, CALL.people],
  },
  'organizations.update': {
    mutation: 'updateOrganization',
    input: ({ A }) => `organizationCode: "${A}", name: "Renamed", isSuspended: true`,
    asked: [CALL.list, CALL.detailsA],
  },
  'organizations.delete': {
    mutation: 'deleteOrganization',
    input: ({ A }) => `organizationCode: "${A}"`,
    // Nothing leads to what belonged to it any more.
    asked: [CALL.list, CALL.detailsA, CALL.people],
  },
  'organizations.addUsers': {
    mutation: 'addOrganizationUsers',
    input: ({ A, s }) => `organizationCode: "${A}", users: [{ userId: "${s}" }]`,
    asked: [...OF_ALL_IN_A, CALL.permissionsOfS],
  },
  'organizations.updateUsers': {
    mutation: 'updateOrganizationUsers',
    input: ({ A, m }) =>
      `organizationCode: "${A}", users: [{ userId: "${m}", addRoles: [{ key: "auditor" }] }]`,
    reads: ['roles.list', 'organizations.users'],
    asked: OF_ALL_IN_A,
  },
  'organizations.removeUser': {
    mutation: 'removeOrganizationUser',
    input: ofMember,
    asked: [CALL.membersA, CALL.people],
  },
  'organizations.addUserRole': {
    mutation: 'addOrganizationUserRole',
    reads: ['roles.list'],
    input: (who) => `${ofMember(who)}, ${ADMIN}`,
    given: (gateway, who) => memberOf(gateway, who).roles.clear(),
    asked: OF_M,
  },
  'organizations.removeUserRole': {
    mutation: 'removeOrganizationUserRole',
    reads: ['roles.list'],
    input: (who) => `${ofMember(who)}, ${ADMIN}`,
    given: (gateway, who) =>
      void memberOf(gateway, who).roles.add(gateway.emulator.state.roleByKey('admin')),
    asked: OF_M,
  },
  'organizations.addUserPermission': {
    mutation: 'addOrganizationUserPermission',
    reads: ['permissions.list'],
    input: (who) => `${ofMember(who)}, ${READ_PROJECTS}`,
    given: (gateway, who) => {
      memberOf(gateway, who).roles.clear();
      memberOf(gateway, who).permissions.clear();
    },
    asked: OF_M,
  },
  'organizations.removeUserPermission': {
    mutation: 'removeOrganizationUserPermission',
    reads: ['permissions.list'],
    input: (who) => `${ofMember(who)}, ${READ_PROJECTS}`,
    given: (gateway, who) => {
      memberOf(gateway, who).roles.clear();
      memberOf(gateway, who).permissions.add(
        gateway.emulator.state.permissionByKey('read:projects'),
      );
    },
    asked: OF_M,
  },
  'organizations.updateFeatureFlag': {
    mutation: 'updateFeatureFlagOverride',
    input: ({ A }) => `organizationCode: "${A}", key: "max_projects", value: 4711`,
    asked: [CALL.flagsA],
  },
  'organizations.deleteFeatureFlag': {
    mutation: 'deleteFeatureFlagOverride',
    input: ({ A }) => `organizationCode: "${A}", key: "max_projects"`,
    given: ({ emulator }, { A }) =>
      void emulator.state.organization(A).overrides.set('max_projects', '7'),
    asked: [CALL.flagsA],
  },
  'organizations.deleteFeatureFlags': {
    mutation: 'deleteFeatureFlagOverrides',
    input: ({ A }) => `organizationCode: "${A}"`,
    given: ({ emulator }, { A }) =>
      void emulator.state.organization(A).overrides.set('max_projects', '7'),
    asked: [CALL.flagsA],
  },
  'organizations.deleteHandle': {
    mutation: 'deleteOrganizationHandle',
    input: ({ A }) => `organizationCode: "${A}"`,
    given: ({ emulator }, { A }) =>
      void (emulator.state.organization(A).profile.handle = 'a-handle'),
    asked: [CALL.list, CALL.detailsA],
    shownBy: 'handle',
  },
  'organizationSecurity.updateMfa': {
    mutation: 'updateOrganizationMfaPolicy',
    input: ({ A }) => `organizationCode: "${A}", enabledFactors: [EMAIL]`,
    asked: [CALL.detailsA],
    shownBy: null,
  },
  'organizationSecurity.updatePasskey': {
    mutation: 'updateOrganizationPasskeyPolicy',
    input: ({ A }) => `organizationCode: "${A}", requirement: MANDATORY`,
    asked: [],
    shownBy: 'passkeyPolicy { requirement }',
  },
  'organizationSecurity.updateSessions': {
    mutation: 'updateOrganizationSessionPolicy',
    input: ({ A }) => `organizationCode: "${A}", lifetimeSeconds: 3600`,
    asked: [CALL.detailsA],
    shownBy: null,
  },
  'organizationInvites.create': {
    mutation: 'createOrganizationInvite',
    reads: ['roles.list'],
    input: ({ A }) =>
      `organizationCode: "${A}", email: "new@example.com", roles: [{ key: "member" }]`,
    asked: [],
    shownBy: 'invites(first: 10) { nodes { email } }',
  },
  'organizationInvites.revoke': {
    mutation: 'revokeOrganizationInvite',
    input: ({ A }) => `organizationCode: "${A}", inviteCode: "inv_pending"`,
    given: ({ emulator }, { A }) =>
      void emulator.state.organization(A).invites.add({
        ...{ code: 'inv_pending', email: 'new@example.com', first_name: null, last_name: null },
        ...{ created_on: '2026-05-02T00:00:00Z', accepted_on: null },
        ...{ is_sent: true, is_revoked: false, roles: [] },
      }),
    asked: [],
    shownBy: 'invites(first: 10) { nodes { code } }',
  },
  'organizationProperties.update': {
    mutation: 'updateOrganizationProperty',
    input: ({ A }) => `organizationCode: "${A}", key: "industry", value: "Shipping"`,
    asked: [],
    shownBy: 'properties { key value }',
  },
  'organizationProperties.updateAll': {
    mutation: 'updateOrganizationProperties',
    input: ({ A }) =>
      `organizationCode: "${A}", properties: [{ key: "industry", value: "Shipping" }]`,
    asked: [],
    shownBy: 'properties { key value }',
  },
};

/** Domains whose own tests hold their writes to the cache, by file in test/resolvers. */
const HELD_BY_DOMAIN: Readonly<Record<string, string>> = {
  organizationConnections: 'organization-connections',
  organizationLogos: 'organization-logos',
  organizationUserMfa: 'organization-user-mfa',
  roles: 'catalogue',
  permissions: 'catalogue',
};
/** No field shows which API scopes a member has, nor the claims of a person. */
const UNSEEN = [
  ...['organizationUserApiScopes.add', 'organizationUserApiScopes.remove'],
  'users.refreshClaims',
];

describe('a write invalidates what it changes, and nothing else', () => {
  test('every write of the table has a case, here or with its domain', () => {
    const writes = Object.entries(endpoints).flatMap(([domain, rows]) =>
      Object.entries<Endpoint>(rows)
        .filter(([, { method }]) => method !== 'GET')
        .map(([name]) => `${domain}.${name}`),
    );
    const here = writes.filter((name) => HELD_BY_DOMAIN[name.split('.')[0]!] === undefined);
    expect([...Object.keys(WRITES), ...UNSEEN].sort()).toEqual(here.sort());
    for (const file of Object.values(HELD_BY_DOMAIN)) {
      const url = new URL(`../resolvers/${file}.test.ts`, import.meta.url);
      expect(readFileSync(url, 'utf8')).toMatch(/test.*cache|describe\('the cache'/);
    }
  });

  test.each(Object.entries(WRITES))(
    '%s',
    async (row, { mutation, input, given, reads = [], asked, shownBy }) => {
      const gateway = await gatewayWith(
        {},
        { emulator: { organizations: 4, usersPerOrganization: 2 } },
      );
      const who = cast(gateway);
      given?.(gateway, who);
      const before = await post(gateway, BROAD, broadVariables(who));
      const shown = shownBy && `{ organization(code: "${who.A}") { ${shownBy} } }`;
      const shownBefore = shown && (await post(gateway, shown));
      // The catalogues are cached, and the write's keys are looked up past the cache.
      await gateway.query(
        '{ roles(first: 500) { nodes { key } } permissions(first: 500) { nodes { key } } }',
      );
      gateway.calls();

      const { [mutation]: payload } = await gateway.query(
        `mutation { ${mutation}(input: { ${input(who)} }) { userErrors { code } } }`,
      );
      expect(payload).toEqual({ userErrors: [] });
      expect(gateway.emulator.requests.map(({ endpoint }) => endpoint)).toEqual([...reads, row]);
      gateway.calls();

      const after = await post(gateway, BROAD, broadVariables(who));
      expect(named(gateway, who).map(readable)).toEqual([...asked].sort());
      if (shownBy === undefined) expect(after).not.toBe(before);
      if (shown) {
        const shownAfter = await post(gateway, shown);
        expect(shownAfter).not.toBe(shownBefore);
        expect(shownAfter).toBe(await post(await forgetful(gateway), shown));
      }
      expect(after).toBe(await post(await forgetful(gateway), BROAD, broadVariables(who)));
      gateway.calls();
      // What was asked anew is kept anew; that A is not there is asked each time.
      await post(gateway, BROAD, broadVariables(who));
      expect(named(gateway, who)).toEqual(row === 'organizations.delete' ? [CALL.detailsA] : []);
    },
  );

  test('a refused write invalidates it too', async () => {
    const gateway = await gatewayWith();
    const { A } = cast(gateway);
    await gateway.query(DETAILS, { A });
    gateway.emulator.fault({ match: ({ method }) => method === 'PATCH', respond: { status: 400 } });
    await gateway.execute(RENAME, { A, name: 'Refused' });
    gateway.calls();
    await gateway.query(DETAILS, { A });
    expect(gateway.calls()).toHaveLength(1);
  });
});

describe('a read that is in flight while a write is acknowledged', () => {
  const detailsOf = (code: string) => `GET /api/v1/organization?code=${code}`;

  test('returns its response to its own caller, and is not cached', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const { A } = cast(gateway);
    const { name } = gateway.emulator.state.organization(A).profile;
    const held = proxy.hold(detailsOf(A));
    const early = gateway.query(DETAILS, { A });
    await held.made;
    await gateway.query(RENAME, { A, name: 'Renamed' });
    held.release();
    expect((await early).organization.name).toBe(name);
    gateway.calls();
    expect((await gateway.query(DETAILS, { A })).organization.name).toBe('Renamed');
    expect(gateway.calls()).toEqual([detailsOf(A)]);
  });

  test('is not shared with reads that begin after that, and doesn’t replace their responses', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const { A } = cast(gateway);
    const { name } = gateway.emulator.state.organization(A).profile;
    const held = proxy.hold(detailsOf(A));
    const early = gateway.query(DETAILS, { A });
    await held.made;
    await gateway.query(RENAME, { A, name: 'Renamed' });
    gateway.calls();
    expect((await gateway.query(DETAILS, { A })).organization.name).toBe('Renamed');
    expect(gateway.calls()).toEqual([detailsOf(A)]);
    held.release();
    expect((await early).organization.name).toBe(name);
    // Another text, so that it is made of what was read and not the whole answer.
    expect((await gateway.query(`${DETAILS} `, { A })).organization.name).toBe('Renamed');
    expect(gateway.calls()).toEqual([]);
  });

  test('of something else is shared and cached', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const { A, B } = cast(gateway);
    const held = proxy.hold(detailsOf(B));
    const reads = [gateway.query(DETAILS, { A: B })];
    await held.made;
    await gateway.query(RENAME, { A, name: 'Renamed' });
    gateway.calls();
    reads.push(gateway.query(DETAILS, { A: B }));
    await arrive(gateway);
    held.release();
    await Promise.all(reads);
    await gateway.query(DETAILS, { A: B });
    expect(gateway.calls()).toEqual([]);
  });

  test('keeps its operation’s response out of the cache, but not the other reads', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const { A } = cast(gateway);
    const query = '{ organizations(first: 10) { nodes { name featureFlags { key } } } }';
    const held = proxy.hold(`GET /api/v1/organizations/${A}/feature_flags`);
    const early = gateway.query(query);
    await held.made;
    await gateway.query(RENAME, { A, name: 'Renamed' });
    held.release();
    const names = ({ organizations }: any) => organizations.nodes.map(({ name }: any) => name);
    expect(names(await early)).not.toContain('Renamed');
    gateway.calls();
    expect(names(await gateway.query(query))).toContain('Renamed');
    expect(gateway.calls()).toEqual([CALL.list]);
  });
});

const ORGANIZATIONS = { route: 'GET /api/v1/organizations' } as const;

describe('a failure is not cached', () => {
  test.each<[string, Fault['respond'], string]>([
    ['a 500', { status: 500 }, 'UPSTREAM_UNAVAILABLE'],
    ['no answer', 'hang', 'UPSTREAM_TIMEOUT'],
    ['a broken connection', 'reset', 'UPSTREAM_UNAVAILABLE'],
    ['a 403', { status: 403, body: { errors: [] } }, 'FORBIDDEN'],
    ['an unusable answer', { status: 200, body: { organizations: 7 } }, 'UPSTREAM_BAD_RESPONSE'],
  ])('%s', async (_, respond, code) => {
    const gateway = await gatewayWith(TIMEOUTS);
    const match = () => (respond === 'hang' && timeouts.endCalls(), true);
    gateway.emulator.fault({ ...ORGANIZATIONS, match, times: 2, respond });
    for (let time = 0; time < 2; time++) {
      expect(codes((await gateway.execute(LIST)).errors)).toEqual([code]);
      expect(gateway.calls()).toHaveLength(1);
    }
    expect((await gateway.query(LIST)).organizations.nodes).toHaveLength(3);
    expect(gateway.calls()).toHaveLength(1);
  });

  test('nor that an organization doesn’t exist', async () => {
    const gateway = await gatewayWith();
    for (let time = 0; time < 3; time++) {
      expect(await gateway.query(DETAILS, { A: 'org_none' })).toEqual({ organization: null });
      expect(gateway.calls()).toEqual(['GET /api/v1/organization?code=org_none']);
    }
  });

  test('nor is a list of which an entry is unusable', async () => {
    const gateway = await gatewayWith();
    const usable = { code: 'org_x', name: 'X', handle: null, is_default: false };
    const body = {
      code: 'OK',
      message: '',
      organizations: [usable, { code: 7 }],
      next_token: null,
    };
    gateway.emulator.fault({ ...ORGANIZATIONS, times: 1, respond: { status: 200, body } });
    const { data, errors } = await gateway.execute(LIST);
    expect(data.organizations.nodes).toEqual([{ code: 'org_x', name: 'X' }, null]);
    expect(codes(errors)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    gateway.calls();
    expect((await gateway.query(LIST)).organizations.nodes).toHaveLength(3);
    expect(gateway.calls()).toEqual([CALL.list]);
  });

  test('nor a response of which a part failed, though its other parts are', async () => {
    const gateway = await gatewayWith();
    const both =
      '{ organizations(first: 10) { nodes { code } } roles(first: 10) { nodes { key } } }';
    gateway.emulator.fault({ ...ORGANIZATIONS, times: 1, respond: { status: 500 } });
    expect((await gateway.execute(both)).data.roles.nodes).not.toEqual([]);
    expect(gateway.calls()).toHaveLength(2);
    await gateway.query(both);
    expect(gateway.calls()).toEqual([CALL.list]);
  });

  test('a write with an unknown outcome invalidates at once, and again once it can no longer be late', async () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const gateway = await gatewayWith({ OPERATION_TIMEOUT_MS: '20000' });
    const { A } = cast(gateway);
    await gateway.query(DETAILS, { A });
    const { profile } = gateway.emulator.state.organization(A);
    gateway.emulator.fault({ match: ({ method }) => method === 'PATCH', respond: 'reset' });
    const { errors } = await gateway.execute(RENAME, { A, name: 'Late' });
    expect(codes(errors)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
    gateway.calls();
    expect((await gateway.query(DETAILS, { A })).organization.name).toBe(profile.name);
    await gateway.query(DETAILS, { A });
    expect(gateway.calls()).toHaveLength(1);

    profile.name = 'Late';
    const late = timers.mock.calls.filter(([, milliseconds]) => milliseconds === 30_000);
    expect(late).toHaveLength(1);
    late[0]![0]();
    expect((await gateway.query(DETAILS, { A })).organization.name).toBe('Late');
    expect(gateway.calls()).toHaveLength(1);
  });
});

describe('in an outage', () => {
  const OUTAGE = {
    CACHE_TTL_SECONDS: '1',
    CACHE_STALE_IF_ERROR_SECONDS: '300',
    UPSTREAM_TIMEOUT_MS: TIMEOUTS.UPSTREAM_TIMEOUT_MS,
  };
  const execute = (gateway: TestGateway, query = LIST, variables = {}) =>
    gateway.execute(query, variables) as Promise<any>;

  const outages: Record<string, (gateway: TestGateway, proxy: HeldProxy) => unknown> = {
    'a 503': ({ emulator }) => emulator.fault({ respond: { status: 503 } }),
    'no answer': ({ emulator }) =>
      emulator.fault({ ...ORGANIZATIONS, match: () => timeouts.endCalls(), respond: 'hang' }),
    'a broken connection': ({ emulator }) => emulator.fault({ respond: 'reset' }),
    'a refused connection': (_, proxy) => proxy.close(),
    'a 429': ({ emulator }) =>
      emulator.fault({ respond: { status: 429, headers: { 'ratelimit-reset': '45' } } }),
    'an open breaker': async (gateway) => {
      const end = gateway.emulator.fault({ respond: { status: 503 } });
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          gateway.execute(`{ organizations(first: ${n + 20}) { nodes { code } } }`),
        ),
      );
      end();
      gateway.calls();
    },
  };

  test.each(Object.entries(outages))('%s: the last response, with its age', async (_, begin) => {
    const { gateway, proxy } = await heldGatewayWith(OUTAGE);
    const { data } = await execute(gateway);
    advance(3_000);
    await begin(gateway, proxy);
    for (let time = 0; time < 2; time++) {
      expect(await execute(gateway)).toEqual({
        data,
        extensions: { stale: { ageSeconds: expect.any(Number) } },
      });
    }
    const { extensions } = await execute(gateway);
    expect(extensions.stale.ageSeconds).toBeGreaterThanOrEqual(3);
    expect(extensions.stale.ageSeconds).toBeLessThan(60);
  });

  test('stale responses are served for CACHE_STALE_IF_ERROR_SECONDS at most', async () => {
    const gateway = await gatewayWith(OUTAGE);
    await gateway.query(LIST);
    gateway.emulator.fault({ respond: { status: 503 } });
    advance(200_000);
    expect((await execute(gateway)).extensions.stale.ageSeconds).toBeGreaterThanOrEqual(200);
    advance(101_000);
    expect(codes((await gateway.execute(LIST)).errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  test('what a write has changed is not served stale', async () => {
    const gateway = await gatewayWith(OUTAGE);
    const { A } = cast(gateway);
    await gateway.query(DETAILS, { A });
    advance(2_000);
    await gateway.query(RENAME, { A, name: 'Renamed' });
    gateway.emulator.fault({ respond: { status: 503 } });
    const { data, errors } = await gateway.execute(DETAILS, { A });
    expect(data).toEqual({ organization: null });
    expect(codes(errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
  });

  test('nor what a write changes while the call that fails is in flight', async () => {
    const { gateway, proxy } = await heldGatewayWith(OUTAGE);
    const { A } = cast(gateway);
    await gateway.query(DETAILS, { A });
    advance(2_000);
    const end = gateway.emulator.fault({
      route: 'GET /api/v1/organization',
      respond: { status: 503 },
    });
    const held = proxy.hold('GET /api/v1/organization?');
    const read = gateway.execute(DETAILS, { A });
    await held.made;
    await gateway.query(RENAME, { A, name: 'Renamed' });
    held.release();
    expect(codes((await read).errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    end();
  });

  test.each(['a refused connection', 'a 429', 'an open breaker'])(
    '%s: a write that Kinde did not take leaves what is served stale',
    async (outage) => {
      const { gateway, proxy } = await heldGatewayWith(OUTAGE);
      const { A } = cast(gateway);
      await gateway.query(DETAILS, { A });
      advance(2_000);
      await outages[outage]!(gateway, proxy);
      const { errors } = await gateway.execute(RENAME, { A, name: 'Renamed' });
      expect(codes(errors)).toEqual([
        expect.stringMatching(/^(UPSTREAM_UNAVAILABLE|RATE_LIMITED)$/),
      ]);
      const { data, extensions } = (await gateway.execute(DETAILS, { A })) as any;
      expect(data.organization).not.toBeNull();
      expect(extensions.stale).toBeDefined();
    },
  );

  test.each<[number, string]>([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
  ])('a %i is a response, and no outage', async (status, code) => {
    const gateway = await gatewayWith(OUTAGE);
    await gateway.query(LIST);
    advance(2_000);
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: { status, body: { errors: [] } },
    });
    const { data, errors } = await gateway.execute(LIST);
    expect(data).toEqual({ organizations: null });
    expect(codes(errors)).toEqual([code]);
  });

  test('a stale response is not cached, neither here nor by the client', async () => {
    const gateway = await gatewayWith(OUTAGE);
    const get = () =>
      fetch(`${gateway.url}/graphql?query=${encodeURIComponent(LIST)}`, {
        headers: { accept: 'application/json' },
      });
    await (await get()).text();
    gateway.calls();
    advance(2_000);
    const end = gateway.emulator.fault({ respond: { status: 503 } });
    for (let time = 0; time < 2; time++) {
      const response = await get();
      expect(((await response.json()) as any).extensions.stale).toBeDefined();
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('etag')).toBeNull();
      expect(gateway.calls()).toEqual([CALL.list]);
    }
    end();
    const response = await get();
    expect(((await response.json()) as any).extensions).toBeUndefined();
    expect(response.headers.get('cache-control')).toBe('private, no-cache');
    expect(response.headers.get('etag')).not.toBeNull();
    expect(gateway.calls()).toEqual([CALL.list]);
  });
});

test('after a write, a response is executed again from cached reads, then cached again', async () => {
  const lines: string[] = [];
  const gateway = await gatewayWith(
    { LOG_LEVEL: 'info', AUDIT_LOG: 'false' },
    { log: (line) => lines.push(line) },
  );
  const { A } = cast(gateway);
  await gateway.query(NESTED);
  await gateway.query(RENAME, { A, name: 'Renamed' });
  gateway.calls();
  lines.length = 0;
  const answers = [];
  for (let time = 0; time < 3; time++) answers.push(await post(gateway, NESTED));
  expect(answers[0]).toContain('Renamed');
  expect(new Set(answers).size).toBe(1);
  expect(gateway.calls()).toEqual([CALL.list]);
  const operations = lines
    .map((line) => JSON.parse(line) as { msg: string; from?: string })
    .filter(({ msg }) => msg === 'operation');
  expect(operations.map(({ from }) => from)).toEqual([undefined, 'memory', 'memory']);
});

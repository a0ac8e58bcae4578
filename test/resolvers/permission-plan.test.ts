/** The permissions of many members: the same as one by one, with a call for each permission instead. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { stubClock } from '../support/clock.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';
import { PERMISSION_FILTERS, permissionsOf } from '../../src/emulator/state.js';

const MEMBERS = 500;
const READ = `query ($code: ID!, $first: Int!, $grants: Boolean = false) {
  organization(code: $code) {
    users(first: $first) {
      nodes {
        userId
        permissions @skip(if: $grants) { key id permissionId name description }
        permissionGrants @include(if: $grants) { permission { key } }
      }
    }
  }
}`;

const { advance } = stubClock();
let gateway: TestGateway;
let code: string;
const warnings: { organizationCode?: string }[] = [];

/** On a busy machine one of 500 calls may take longer than others have, and would be repeated. */
const startUnhurried = (options: TestOptions) =>
  startGateway({
    ...options,
    env: { UPSTREAM_TIMEOUT_MS: '600000', OPERATION_TIMEOUT_MS: '600000', ...options.env },
  });

beforeAll(async () => {
  gateway = await startUnhurried({
    emulator: { organizations: 2, usersPerOrganization: MEMBERS },
    env: { LOG_LEVEL: 'warn', AUDIT_LOG: 'false' },
    log: (line) => void warnings.push(JSON.parse(line)),
  });
});
afterAll(() => gateway?.close());
beforeEach(() => {
  gateway.emulator.reset();
  warnings.length = 0;
  // The gateway remembers organizations in which it has found a difference.
  code = `org_${tests++}`;
  addOrganization();
});

let tests = 0;
function addOrganization() {
  const seeded = [...state().organizations.values()].find(
    (organization) => organization.members.size === MEMBERS,
  )!;
  state().organizations.add({ ...seeded, profile: { ...seeded.profile, code } });
}

const state = () => gateway.emulator.state;
const members = () => [...state().organization(code).members.values()];

interface Options {
  first?: number;
  through?: Pick<TestGateway, 'execute'>;
  headers?: object;
}

/** Reads members' permissions, and returns their keys by user id, the calls, and how they were planned. */
async function read({ first = MEMBERS, through = gateway, headers = {} }: Options = {}) {
  gateway.calls();
  const { data, errors, extensions } = (await through.execute(
    READ,
    { code, first },
    { 'x-graphql-explain': 'true', ...headers },
  )) as any;
  expect(errors).toBeUndefined();
  const nodes: any[] = data.organization.users.nodes;
  return {
    nodes,
    keys: new Map(nodes.map(({ userId, permissions }) => [userId, keysOf(permissions)])),
    calls: gateway.calls(),
    plans: extensions.upstream.plans,
  };
}

const keysOf = (permissions: Iterable<{ key: string }>) =>
  Array.from(permissions, ({ key }) => key).sort();

/** What each member has, direct and through roles. */
const expected = () =>
  new Map(members().map((member) => [member.user.id, keysOf(permissionsOf(member).keys())]));

/** Calls of members' own permissions. */
const OWN = /^GET .*\/users\/[^/]+\/permissions/;
const ownReads = (calls: string[]) => calls.filter((call) => OWN.test(call)).length;

describe.each(PERMISSION_FILTERS)(
  'the permissions of 500 members, with a filter of %s',
  (filter) => {
    beforeEach(() => {
      state().permissionFilter = filter;
    });

    test('are those of each, in at most 50 calls', async () => {
      const { keys, calls, plans } = await read();
      expect(keys).toEqual(expected());
      // A call more for each permission whose holders don't end with their page.
      expect(calls.length).toBeLessThanOrEqual(50);
      expect(ownReads(calls)).toBe(1);
      expect(plans[0]).toEqual({
        ...{ organizationCode: code, plan: 'BY_KEY', members: expect.any(Number) },
        reason: expect.stringMatching(/^\d+ members, \d+ calls by key\.$/),
      });
    });

    test('are those of each in pages of 100', async () => {
      gateway.emulator.switches.pageSizeLimit = 100;
      const through = await startUnhurried({
        before: gateway.emulator,
        env: { KINDE_PAGE_SIZE: '100' },
      });
      try {
        const { keys, calls } = await read({ through });
        expect(keys).toEqual(expected());
        expect([ownReads(calls), calls.length < MEMBERS / 3]).toEqual([1, true]);
      } finally {
        await through.close();
      }
    });

    test('have all that one member’s have', async () => {
      const { nodes } = await read();
      const { nodes: alone } = await read({ first: 5 });
      const inOrder = (each: any) => [...each.permissions].sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(nodes.slice(0, 5).map(inOrder)).toEqual(alone.map(inOrder));
    });

    test('are the same as one by one, whatever members and roles have', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.subarray([0, 1, 2, 3]), { minLength: 2, maxLength: 2 }),
          fc.array(fc.record({ roles: fc.subarray([0, 1]), direct: fc.subarray([0, 1, 2, 3]) }), {
            ...{ minLength: 24, maxLength: 40 },
          }),
          async (granted, grants) => {
            const permissions = [...state().permissions.values()].slice(0, 4);
            for (const other of [...state().permissions.values()].slice(4)) {
              state().permissions.delete(other.id);
            }
            const roles = granted.map((indexes, index) => {
              const role = [...state().roles.values()][index]!;
              role.permissions = indexes.map((each) => permissions[each]!);
              return role;
            });
            const organization = state().organization(code);
            for (const [index, member] of [...organization.members.values()].entries()) {
              const { roles: held, direct } = grants[index] ?? { roles: [], direct: [] };
              if (index >= grants.length) organization.members.delete(member.user.id);
              member.roles = new Set(held.map((each) => roles[each]!));
              member.permissions = new Set(direct.map((each) => permissions[each]!));
            }
            const { keys, plans } = await read();
            expect(plans).toMatchObject([{ plan: 'BY_KEY' }]);
            const alone = await gateway.query(READ, { code, first: MEMBERS, grants: true });
            for (const { userId, permissionGrants } of alone.organization.users.nodes) {
              const own = permissionGrants.map(({ permission }: any) => permission);
              expect([userId, keys.get(userId)]).toEqual([userId, keysOf(own)]);
            }
            expect(keys.size).toBe(grants.length);
            gateway.emulator.reset();
            state().permissionFilter = filter;
            addOrganization();
          },
        ),
        { numRuns: Number(process.env['FC_RUNS'] ?? 5) },
      );
    }, 600_000);
  },
);

describe('the permissions of members are read one by one', () => {
  test('where the list goes on', async () => {
    const { calls, keys, plans } = await read({ first: 100 });
    expect(keys.size).toBe(100);
    expect(ownReads(calls)).toBe(100);
    expect(calls).toHaveLength(102);
    expect(plans).toMatchObject([
      { plan: 'BY_MEMBER', reason: 'The list of members isn’t known as a whole.' },
    ]);
  });

  test('where they are few, without a look at the catalogue', async () => {
    const organization = state().organization(code);
    for (const { user } of members().slice(19)) organization.members.delete(user.id);
    const { calls, plans } = await read();
    expect(calls).toHaveLength(21);
    expect(plans).toEqual([]);
  });

  test('where the permissions are too many', async () => {
    const [first] = state().permissions.values();
    for (let index = 0; index < 300; index++) {
      state().permissions.add({ ...first!, id: `id${index}`, key: `key:${index}` });
    }
    const { keys, calls, plans } = await read();
    expect(keys).toEqual(expected());
    expect(ownReads(calls)).toBe(MEMBERS);
    expect(calls).toHaveLength(MEMBERS + 3);
    expect(plans[0].plan).toBe('BY_MEMBER');
  });

  test('where one of them has what neither roles nor the filter tell, and so for a while', async () => {
    const system = { id: 'system', key: 'system:all', name: 'System', description: '' };
    for (const member of members()) member.permissions.add(system);
    const first = await read();
    expect(first.keys).toEqual(expected());
    expect(ownReads(first.calls)).toBe(MEMBERS + 1);
    expect(first.plans[0]).toMatchObject({
      ...{ plan: 'BY_MEMBER', reason: 'A member’s own permissions differ from those by key.' },
    });
    expect(warnings).toEqual([expect.objectContaining({ organizationCode: code })]);
    const second = await read();
    expect(second.keys).toEqual(expected());
    expect(second.calls).toHaveLength(MEMBERS + 2);
  });

  test('where a member has a role that the catalogue lacks', async () => {
    const gone = { ...state().roleByKey('admin'), id: 'gone', key: 'gone' };
    members()[0]!.roles = new Set([gone]);
    const { keys, plans } = await read();
    expect(keys).toEqual(expected());
    expect(plans[0].reason).toBe('A member has a role that the catalogue lacks.');
  });

  test('where a key reads as two', async () => {
    const [permission] = state().permissions.values();
    permission!.key = 'one,two';
    const { keys, plans } = await read();
    expect(keys).toEqual(expected());
    expect(plans[0].reason).toBe('The key of a permission has a comma.');
  });

  test.each([
    ['a role', /^\/api\/v1\/roles\/[^/]+\/permissions/],
    ['the holders of a permission', /\/users\?.*permissions=/],
    ['the catalogue', /^\/api\/v1\/permissions/],
  ])('where %s can’t be read, without an error', async (_, path) => {
    gateway.emulator.fault({
      match: (request) => path.test(request.path),
      respond: { status: 400 },
    });
    const { keys, plans } = await read();
    expect(keys).toEqual(expected());
    expect(plans[0]).toMatchObject({ plan: 'BY_MEMBER', reason: 'A call by key failed.' });
  });

  test('where a token of which only Kinde knows the scopes lacks one, before all holders are read', async () => {
    const passthrough = await startUnhurried({
      before: gateway.emulator,
      env: { AUTH_MODE: 'passthrough' },
    });
    try {
      const scopes = ['read:organizations', 'read:organization_users', 'read:roles'];
      const token = await gateway.emulator.issueToken({
        scopes: [...scopes, 'read:organization_user_permissions', 'read:permissions'],
      });
      const headers = { authorization: `Bearer ${token}` };
      const { keys, calls, plans } = await read({ through: passthrough, headers });
      expect(keys).toEqual(expected());
      expect(ownReads(calls)).toBe(MEMBERS);
      expect(calls.some((call) => call.includes('permissions='))).toBe(false);
      expect(plans[0].reason).toBe('A call by key failed.');
    } finally {
      await passthrough.close();
    }
  });

  test('where the gateway’s own token lacks a scope, without a call for the plan', async () => {
    const { emulator } = gateway;
    const scopes = [
      ...['read:organizations', 'read:organization_users', 'read:permissions', 'read:roles'],
      'read:organization_user_permissions',
    ];
    const token = await emulator.issueToken({ scopes });
    const end = emulator.fault({
      route: 'POST /oauth2/token',
      respond: { status: 200, body: { access_token: token, expires_in: 3600 } },
    });
    const restricted = await startUnhurried({ before: emulator });
    try {
      const { keys, calls, plans } = await read({ through: restricted });
      expect(keys).toEqual(expected());
      expect(calls).toHaveLength(MEMBERS + 2);
      expect(plans[0].reason).toBe('The token lacks read:role_permissions.');
    } finally {
      end();
      await restricted.close();
    }
  });
});

describe('the permissions of members who are named', () => {
  // People know the organizations of the seed only.
  beforeEach(() => {
    code = [...state().organizations.values()].find((each) => each.members.size === MEMBERS)!
      .profile.code;
  });

  /** Reads the permissions of 100 members by their global ids. */
  const readNamed = async (through: Pick<TestGateway, 'execute'>) => {
    const userIds = members()
      .slice(-100)
      .map(({ user }) => user.id);
    const ids = userIds.map((userId) =>
      Buffer.from(JSON.stringify(['OrganizationUser', code, userId])).toString('base64url'),
    );
    gateway.calls();
    const { data, errors, extensions } = (await through.execute(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationUser { userId permissions { key } } } }',
      { ids },
      { 'x-graphql-explain': 'true' },
    )) as any;
    expect(errors).toBeUndefined();
    const keys = data.nodes.map(({ userId, permissions }: any) => [userId, keysOf(permissions)]);
    expect(keys).toEqual(userIds.map((userId) => [userId, expected().get(userId)]));
    return { calls: gateway.calls(), plans: extensions.upstream.plans };
  };

  test('are read by key, with the list of members', async () => {
    const { calls, plans } = await readNamed(gateway);
    expect(plans).toMatchObject([{ plan: 'BY_KEY', members: 100 }]);
    expect([ownReads(calls), calls.length < 50]).toEqual([1, true]);
  });

  test('are read one by one where that list is too long for so few', async () => {
    const small = await startUnhurried({
      before: gateway.emulator,
      env: { KINDE_PAGE_SIZE: '50' },
    });
    const { calls, plans } = await readNamed(small);
    await small.close();
    expect(plans).toMatchObject([{ reason: 'The list of members is too long.' }]);
    expect(ownReads(calls)).toBe(100);
    const pages = calls.filter((call) =>
      call.startsWith(`GET /api/v1/organizations/${code}/users?`),
    );
    expect(pages.length).toBeLessThan(5);
  });
});

test('the permissions of many members show a write of the same request', async () => {
  const [permission] = state().permissions.values();
  const member = members().find((each) => !permissionsOf(each).has(permission!))!;
  const { addOrganizationUserPermission: payload } = await gateway.query(
    `mutation ($input: AddOrganizationUserPermissionInput!) {
      addOrganizationUserPermission(input: $input) {
        organizationUser { organization { users(first: 500) { nodes { userId permissions { key } } } } }
        userErrors { code }
      }
    }`,
    {
      input: {
        ...{ organizationCode: code, userId: member.user.id },
        permission: { permissionId: permission!.id },
      },
    },
  );
  expect(payload.userErrors).toEqual([]);
  const { nodes } = payload.organizationUser.organization.users;
  const node = nodes.find(({ userId }: { userId: string }) => userId === member.user.id);
  expect(keysOf(node.permissions)).toContain(permission!.key);
  expect(ownReads(gateway.calls())).toBe(1);
});

test('the permissions of many members are no older than those of one', async () => {
  const cached = await startUnhurried({ before: gateway.emulator, env: { CACHE: 'memory' } });
  try {
    // The member who is compared has every permission, and not by a role.
    const [first] = members();
    first!.roles.clear();
    for (const permission of state().permissions.values()) first!.permissions.add(permission);
    await cached.query(
      '{ roles(first: 500) { nodes { permissions { key } } } permissions(first: 500) { nodes { key } } }',
    );
    const before = await read({ through: cached });
    expect(before.plans).toMatchObject([{ plan: 'BY_KEY' }]);
    // In Kinde's pages: a role grants less, two exchange their keys, and a new permission is given.
    const developer = state().roleByKey('developer');
    developer.permissions = developer.permissions.slice(1);
    const [owner, member] = [state().roleByKey('owner'), state().roleByKey('member')];
    [owner.key, member.key] = [member.key, owner.key];
    const added = { ...[...state().permissions.values()][0]!, id: 'added', key: 'added' };
    state().permissions.add(added);
    first!.permissions.add(added);
    advance(31_000);
    const after = await read({ through: cached });
    expect(after.plans).toMatchObject([{ plan: 'BY_KEY' }]);
    expect(after.keys).toEqual(expected());
    expect(after.keys).not.toEqual(before.keys);
    // All of that is cached, if not for long.
    const again = await cached.query(READ.replace('userId', 'userId email'), {
      ...{ code, first: MEMBERS },
    });
    expect(again.organization.users.nodes).toHaveLength(MEMBERS);
    expect(gateway.calls()).toEqual([]);
  } finally {
    await cached.close();
  }
});

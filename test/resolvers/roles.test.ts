/** What roles grant, and what members may do by their roles, with the calls that it takes. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;

describe('Role.permissions', () => {
  test('lists what each role of the catalogue grants, with a call for each', async () => {
    const { roles } = await domain.gateway.query(
      '{ roles { nodes { key permissions { id key permissionId name description } } } }',
    );
    const expected = [...state().roles.values()].map(({ key, permissions }) => ({
      key,
      permissions: permissions
        .map(({ id, ...permission }) => ({
          id: expect.any(String),
          permissionId: id,
          ...permission,
        }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    }));
    expect(roles.nodes).toEqual(
      expected
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map((role) => expect.objectContaining(role)),
    );
    const [catalogue, ...reads] = domain.gateway.calls();
    expect(catalogue).toBe('GET /api/v1/roles?page_size=10');
    expect(new Set(reads)).toEqual(
      new Set(
        [...state().roles.values()].map(
          ({ id }) => `GET /api/v1/roles/${id}/permissions?page_size=500`,
        ),
      ),
    );
  });

  test('takes a call for each role that members have, however many members have it', async () => {
    const { organization } = await domain.gateway.query(
      `query ($code: ID!) { organization(code: $code) {
        users(first: 500) { nodes { userId roles { key permissions { key } } } }
      } }`,
      { code: domain.organizationCode },
    );
    const { members } = state().organization(domain.organizationCode);
    for (const { userId, roles } of organization.users.nodes) {
      const held = [...members.get(userId)!.roles];
      expect(new Map(roles.map(({ key, permissions }: any) => [key, keysOf(permissions)]))).toEqual(
        new Map(held.map((role) => [role.key, keysOf(role.permissions)])),
      );
    }
    const inUse = new Set([...members.values()].flatMap(({ roles }) => [...roles]));
    const reads = domain.gateway.calls().filter((call) => call.includes('/permissions'));
    expect(reads).toHaveLength(inUse.size);
  });

  test('reads as many pages as Kinde has', async () => {
    const role = state().roleByKey('owner');
    const first = role.permissions[0]!;
    for (let index = 0; index < 600; index++) {
      const permission = { ...first, id: `p${index}`, key: `key:${index}` };
      state().permissions.add(permission);
      role.permissions.push(permission);
    }
    const { node } = await readRole('owner');
    expect(node.permissions).toHaveLength(role.permissions.length);
    const reads = domain.gateway.calls().filter((call) => call.includes('/permissions'));
    expect(reads).toHaveLength(2);
  });

  test('is null with an error for the role that can’t be read, and for that one only', async () => {
    const { id } = state().roleByKey('admin');
    domain.gateway.emulator.fault({
      match: ({ path }) => path.includes(`/roles/${id}/permissions`),
      respond: { status: 503 },
    });
    const { data, errors } = await domain.gateway.execute(
      '{ roles { nodes { key permissions { key } } } }',
    );
    for (const { key, permissions } of data.roles.nodes) {
      expect([key, permissions === null]).toEqual([key, key === 'admin']);
    }
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  test('is null without an error for a role that the environment no longer defines', async () => {
    const { members } = state().organization(domain.organizationCode);
    const gone = { ...state().roleByKey('admin'), id: 'gone', key: 'gone' };
    members.get(domain.userId)!.roles = new Set([gone]);
    const { organization } = await domain.gateway.query(
      `query ($code: ID!) { organization(code: $code) {
        users(roles: ["gone"]) { nodes { roles { key permissions { key } } } }
      } }`,
      { code: domain.organizationCode },
    );
    expect(organization.users.nodes).toEqual([{ roles: [{ key: 'gone', permissions: null }] }]);
  });

  test('needs its scope, and takes no call without it', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:roles'],
      '{ roles(first: 1) { nodes { key permissions { key } } } }',
    );
    expect(data.roles.nodes).toEqual([{ key: expect.any(String), permissions: null }]);
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:role_permissions' } },
    ]);
    expect(domain.gateway.calls()).toEqual(['GET /api/v1/roles?page_size=1']);
  });

  test('is cached like the catalogue of roles', async () => {
    const read = () =>
      domain.executeWith(
        ['read:roles', 'read:role_permissions'],
        '{ roles(first: 2) { nodes { permissions { key } } } }',
      );
    const first = await read();
    expect(domain.gateway.calls()).toHaveLength(3);
    expect(await read()).toEqual(first);
    expect(domain.gateway.calls()).toEqual([]);
  });

  const readRole = (key: string) =>
    domain.gateway.query(
      'query ($id: ID!) { node(id: $id) { ... on Role { permissions { key } } } }',
      { id: Buffer.from(JSON.stringify(['Role', key])).toString('base64url') },
    );
});

describe('what the members of ten organizations may do', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ emulator: { organizations: 10, usersPerOrganization: 10 } });
  });
  afterAll(() => gateway.close());

  const read = async (may: string) => {
    gateway.calls();
    const { organizations } = await gateway.query(
      `{ organizations { nodes { code featureFlags { key } users { nodes {
        userId roles { key name ${may === 'BY_ROLES' ? 'permissions { key }' : ''} }
        ${may === 'OWN' ? 'permissions { key }' : ''}
      } } } } }`,
    );
    return {
      members: organizations.nodes.flatMap(({ users }: any) => users.nodes),
      calls: gateway.calls(),
    };
  };

  test('takes 122 calls by their own permissions, and 22 and one for each role by their roles', async () => {
    const own = await read('OWN');
    const byRoles = await read('BY_ROLES');
    const held = new Set(own.members.flatMap(({ roles }: any) => keysOf(roles)));
    expect(own.members).toHaveLength(100);
    expect(own.calls).toHaveLength(122);
    expect((await read('NOTHING')).calls).toHaveLength(22);
    expect(byRoles.calls).toHaveLength(22 + held.size);
    expect(held.size).toBeLessThanOrEqual(gateway.emulator.state.roles.size);
  });

  test('is the same either way, except for directly granted permissions', async () => {
    const own = await read('OWN');
    const byRoles = await read('BY_ROLES');
    let direct = 0;
    for (const [index, { permissions }] of own.members.entries()) {
      const { roles } = byRoles.members[index];
      const through = new Set(roles.flatMap((role: any) => keysOf(role.permissions)));
      const granted = keysOf(permissions);
      for (const key of through) expect(granted).toContain(key);
      direct += granted.filter((key) => !through.has(key)).length;
    }
    expect(direct).toBeGreaterThan(0);
  });
});

const keysOf = (entries: readonly { key: string }[]) => entries.map(({ key }) => key).sort();

describe('OrganizationUser.roles', () => {
  const ROLES = `query ($code: ID!, $user: ID!) { organization(code: $code) {
    user(userId: $user) { roles { key name } } } }`;

  test('that Kinde doesn’t send all of end with an error', async () => {
    const { userId, organizationCode: code } = domain;
    const member = state().member(code, userId);
    member.roles = new Set(['admin', 'member'].map((key) => state().roleByKey(key)));
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/roles',
      respond: {
        reshape: (body) => {
          const { roles, ...rest } = body as { roles: unknown[] };
          return { ...rest, roles: roles.slice(0, 1), next_token: 'more' };
        },
      },
    });
    const { data, errors } = await domain.gateway.execute(ROLES, { code, user: userId });
    expect(data.organization.user.roles).toEqual([
      { key: expect.any(String), name: expect.any(String) },
      null,
    ]);
    expect(errors).toMatchObject([
      {
        path: ['organization', 'user', 'roles', 1],
        message: 'The list goes on, and Kinde has no way to read the rest of it.',
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      },
    ]);
  });
});

/** The members of an organization who have a role, and how many they are. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const organization = () => state().organization(domain.organizationCode);
const roleOf = (key: string) => state().roleByKey(key);
const path = (key: string) =>
  `GET /api/v1/organizations/${domain.organizationCode}/roles/${roleOf(key).id}`;
const CATALOGUE = 'GET /api/v1/roles?page_size=500';
const globalId = (key: string) => Buffer.from(JSON.stringify(['Role', key])).toString('base64url');

/** Reads fields of the role with this key. */
const document = (fields: string) =>
  `query ($id: ID!, $code: ID!${fields.includes('$after') ? ', $after: String' : ''}) {
    node(id: $id) { ... on Role { ${fields} } }
  }`;
const variables = (key: string, more: object = {}) => ({
  id: globalId(key),
  code: domain.organizationCode,
  ...more,
});
const read = async (fields: string, key = 'member', more: object = {}) => {
  domain.gateway.calls();
  return (await domain.gateway.query(document(fields), variables(key, more))).node;
};

const holders = (key: string) =>
  [...organization().members.values()]
    .filter(({ roles }) => roles.has(roleOf(key)))
    .map(({ user }) => user.id);

const otherOrganization = () =>
  [...state().organizations.values()].find(
    ({ profile }) => profile.code !== domain.organizationCode,
  )!.profile.code;

describe('Role.users', () => {
  test('lists the members of one organization who have the role, with one call for their ids', async () => {
    const { users } = await read('users(organizationCode: $code, first: 500) { nodes { userId } }');
    expect(users.nodes.map(({ userId }: any) => userId).sort()).toEqual(holders('member').sort());
    expect(users.nodes.length).toBeGreaterThan(1);
    expect(domain.gateway.calls()).toEqual([CATALOGUE, `${path('member')}/users?page_size=500`]);
  });

  test('describes them as members, with one more call for people and one for the list', async () => {
    const { users } = await read(
      `users(organizationCode: $code, first: 3) { nodes {
        id email fullName joinedOn organization { code }
      } }`,
    );
    expect(users.nodes).toHaveLength(3);
    for (const { joinedOn, organization } of users.nodes) {
      expect(joinedOn).toEqual(expect.any(String));
      expect(organization).toEqual({ code: domain.organizationCode });
    }
    const [, , ...calls] = domain.gateway.calls();
    expect(calls).toHaveLength(2);
  });

  test('is paged with any cursor', async () => {
    const list = (more: object = {}) =>
      read(
        `users(organizationCode: $code, first: 2, after: $after) {
          edges { cursor node { userId } } pageInfo { hasNextPage endCursor }
        }`,
        'member',
        more,
      );
    const found: string[] = [];
    let after: string | undefined;
    do {
      const { edges, pageInfo } = (await list({ after })).users;
      found.push(...edges.map(({ node }: any) => node.userId));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : undefined;
    } while (after !== undefined && found.length < 100);
    expect(found.toSorted()).toEqual(holders('member').sort());
    const { users } = await list();
    const behind = (await list({ after: users.edges[0].cursor })).users.edges;
    expect(behind[0].node).toEqual(users.edges[1].node);
  });

  test('refuses the cursor of another role’s list, and of another organization’s', async () => {
    const fields =
      'users(organizationCode: $code, first: 1, after: $after) { pageInfo { endCursor } }';
    const { users } = await read(fields);
    const after = users.pageInfo.endCursor;
    const code = otherOrganization();
    for (const others of [
      variables('developer', { after }),
      variables('member', { after, code }),
    ]) {
      const { errors } = await domain.gateway.execute(document(fields), others);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
    expect(domain.gateway.calls().filter((call) => call.includes('/users')).length).toBe(1);
  });
});

describe('Role.usersCount', () => {
  test('is Kinde’s count of the members who have the role, with a call for each organization', async () => {
    const other = otherOrganization();
    const counts = await read(
      `own: usersCount(organizationCode: $code) same: usersCount(organizationCode: $code)
       other: usersCount(organizationCode: "${other}")`,
    );
    expect(counts).toEqual({
      own: holders('member').length,
      same: holders('member').length,
      other: expect.any(Number),
    });
    expect(domain.gateway.calls()).toHaveLength(3);
  });

  test('costs each call', async () => {
    const price = async (fields: string) => {
      const answer = await domain.gateway.execute(document(fields), variables('member'), {
        'x-graphql-cost': 'true',
      });
      return (answer as any).extensions.cost.requested;
    };
    const one = await price('a: usersCount(organizationCode: $code)');
    const three = await price(
      'a: usersCount(organizationCode: $code) b: usersCount(organizationCode: "org_b") c: usersCount(organizationCode: "org_c")',
    );
    expect(three).toBe(one + 2);
  });
});

describe('Role.activeUsersCount', () => {
  const count = (from: string, to: string) =>
    domain.gateway.execute(
      `query ($id: ID!, $code: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Role {
        activeUsersCount(organizationCode: $code, from: $from, to: $to)
      } } }`,
      variables('member', { from, to }),
    );

  test('counts active members, in UTC and whole seconds', async () => {
    for (const member of organization().members.values()) member.last_accessed_on = null;
    const [first, second] = holders('member') as [string, string];
    organization().members.get(first)!.last_accessed_on = '2026-05-01T10:00:00Z';
    organization().members.get(second)!.last_accessed_on = '2026-05-03T10:00:00Z';
    domain.gateway.calls();
    expect(await count('2026-05-01T11:30:00.999+02:00', '2026-05-02T00:00:00.5Z')).toEqual({
      data: { node: { activeUsersCount: 1 } },
    });
    expect(domain.gateway.calls()).toEqual([
      CATALOGUE,
      `${path('member')}/active_users/count?date_time_from=2026-05-01T09%3A30%3A00Z&date_time_to=2026-05-02T00%3A00%3A00Z`,
    ]);
    const { data } = await count('2026-05-01T00:00:00Z', '2026-05-04T00:00:00Z');
    expect(data.node.activeUsersCount).toBe(2);
  });

  test('says that the window is too long for Kinde', async () => {
    const { data, errors } = await count('2026-05-01T00:00:00Z', '2026-05-04T00:00:01Z');
    expect(data.node.activeUsersCount).toBeNull();
    expect(errors).toMatchObject([
      { message: 'The range is longer than three days', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([
    '2026-05-01',
    '2026-05-01T00:00:00',
    '2026-02-30T00:00:00Z',
    '1777593600',
    'today',
    '',
  ])('refuses %j for a DateTime before any call', async (from) => {
    const { errors } = await count(from, '2026-05-02T00:00:00Z');
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors![0]!.message).toContain('A DateTime is a date, a time and a time zone');
    expect(domain.gateway.calls()).toEqual([]);
  });
});

const FIELDS = {
  users: 'users(organizationCode: $code) { nodes { userId } }',
  usersCount: 'usersCount(organizationCode: $code)',
  activeUsersCount:
    'activeUsersCount(organizationCode: $code, from: "2026-05-01T00:00:00Z", to: "2026-05-02T00:00:00Z")',
};

describe.each(Object.entries(FIELDS))('%s', (name, field) => {
  test('needs the scope read:organization_user_roles, and takes no call without it', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:roles'],
      document(`key ${field}`),
      variables('member'),
    );
    expect(data.node).toEqual({ key: 'member', [name]: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_user_roles' } },
    ]);
    expect(domain.gateway.calls().filter((call) => call.includes('/roles/'))).toEqual([]);
  });

  test('is null with NOT_FOUND in an organization that doesn’t exist', async () => {
    const unknown = variables('member', { code: 'org_none' });
    const { data, errors } = await domain.gateway.execute(document(`key ${field}`), unknown);
    expect(data.node).toEqual({ key: 'member', [name]: null });
    expect(errors).toMatchObject([{ path: ['node', name], extensions: { code: 'NOT_FOUND' } }]);
  });

  test.each(['..', 'a/b', ''])('refuses the organization code %j', async (code) => {
    const { errors } = await domain.gateway.execute(
      document(`key ${field}`),
      variables('member', { code }),
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(domain.gateway.calls()).toEqual([CATALOGUE]);
  });

  test('is read again after a role was added or removed', async () => {
    const stranger = domain.userId;
    organization().members.get(stranger)!.roles = new Set();
    const scopes = ['read:roles', 'read:organization_user_roles'];
    const readCached = async () =>
      (await domain.executeWith(scopes, document(field), variables('auditor'))).data.node[name];
    const calls = () => domain.gateway.calls().filter((call) => call.includes('/roles/'));
    await readCached();
    await readCached();
    expect(calls()).toEqual([]);
    const { errors } = await domain.executeWith(
      ['create:organization_user_roles', 'read:roles'],
      `mutation ($input: AddOrganizationUserRoleInput!) {
        addOrganizationUserRole(input: $input) { userErrors { code } }
      }`,
      {
        input: {
          organizationCode: domain.organizationCode,
          userId: stranger,
          role: { key: 'auditor' },
        },
      },
    );
    expect(errors).toBeUndefined();
    await readCached();
    expect(calls()).toHaveLength(1);
  });
});

test('reads that need Kinde’s id of the role take it from the role where possible', async () => {
  domain.gateway.calls();
  const { roles } = await domain.gateway.query(
    'query ($code: ID!) { roles { nodes { key usersCount(organizationCode: $code) } } }',
    { code: domain.organizationCode },
  );
  const counts = Object.fromEntries(
    roles.nodes.map(({ key, usersCount }: any) => [key, usersCount]),
  );
  for (const { key } of state().roles.values()) expect(counts[key]).toBe(holders(key).length);
  expect(domain.gateway.calls()).toHaveLength(1 + state().roles.size);
});

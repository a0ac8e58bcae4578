/** People of the environment and members of an organization, found by what a page knows of them. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway, type GraphQLResult } from '../support/gateway.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const query = (document: string, variables?: object) => domain.gateway.query(document, variables);
const calls = () => domain.gateway.calls();
const detailsOf = (code: string) => `GET /api/v1/organization?code=${code}`;

/** Somebody who is in several organizations, with all that Kinde knows about a person. */
let ada: { id: string; email: string; organizations: string[] };

beforeEach(() => {
  const codes = [...state().organizations.values()].map(({ profile }) => profile.code);
  const user = {
    id: 'kp_00000000000000000000000000000ada',
    email: 'ada+1@example.com',
    full_name: 'Ada Åkesson',
    first_name: 'Ada',
    last_name: 'Åkesson',
    username: 'ada_1',
    phone: '+442079460000',
    provided_id: 'hr-1',
    picture: 'https://images.example.com/ada.png',
    is_suspended: false,
    total_sign_ins: 12,
    failed_sign_ins: 1,
    last_signed_in: '2026-05-01T08:00:00.000000+00:00',
    created_on: '2025-01-01T08:00:00.000000+00:00',
    organizations: [] as string[],
  };
  state().users.add(user);
  for (const code of codes.slice(0, 2)) join(user, code);
  ada = user;
  calls();
});

function join(user: any, code: string): void {
  state().addMember(state().organization(code), {
    user,
    joined_on: '2025-02-01T08:00:00Z',
    last_accessed_on: null,
    roles: new Set(),
    permissions: new Set(),
  });
}

const LIST = `query ($email: String, $username: String, $phone: String, $search: String, $not: ID, $first: Int, $after: String) {
  users(email: $email, username: $username, phone: $phone, search: $search, notInOrganization: $not, first: $first, after: $after) {
    nodes { userId email } pageInfo { hasNextPage endCursor }
  }
}`;
const ids = ({ users }: any) => users.nodes.map(({ userId }: any) => userId);

/** Follows the cursors from the first page to the last. */
async function everybody(variables: object): Promise<string[]> {
  const found: string[] = [];
  let after: string | null = null;
  do {
    const { users } = await query(LIST, { ...variables, after });
    found.push(...ids({ users }));
    after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}

describe('Query.users', () => {
  test.each([
    ['email', 'ada+1@example.com', 'email=ada%2B1%40example.com'],
    ['username', 'ada_1', 'username=ada_1'],
    ['phone', '+442079460000', 'phone=%2B442079460000'],
  ])('finds by %s, with one call', async (filter, value, parameter) => {
    expect(ids(await query(LIST, { [filter]: ` ${value} ` }))).toEqual([ada.id]);
    expect(calls()).toEqual([`GET /api/v1/users?${parameter}&page_size=10&expand=organizations`]);
    expect(ids(await query(LIST, { [filter]: `${value}0` }))).toEqual([]);
  });

  test('returns all that Kinde knows about a person, and the memberships', async () => {
    const { users } = await query(
      `query ($email: String) { users(email: $email) { edges { cursor node {
        userId providedId email phone username fullName firstName lastName picture isSuspended
        lastSignedInOn totalSignIns failedSignIns createdOn
        memberships { userId email fullName organization { code name } }
      } } } }`,
      { email: ada.email },
    );
    const name = (code: string) => state().organization(code).profile.name;
    expect(users.edges).toEqual([
      {
        cursor: expect.any(String),
        node: {
          userId: ada.id,
          providedId: 'hr-1',
          email: ada.email,
          phone: '+442079460000',
          username: 'ada_1',
          fullName: 'Ada Åkesson',
          firstName: 'Ada',
          lastName: 'Åkesson',
          picture: 'https://images.example.com/ada.png',
          isSuspended: false,
          lastSignedInOn: '2026-05-01T08:00:00.000Z',
          totalSignIns: 12,
          failedSignIns: 1,
          createdOn: '2025-01-01T08:00:00.000Z',
          memberships: ada.organizations.map((code) => ({
            userId: ada.id,
            email: ada.email,
            fullName: 'Ada Åkesson',
            organization: { code, name: name(code) },
          })),
        },
      },
    ]);
    expect(calls()).toEqual([
      'GET /api/v1/users?email=ada%2B1%40example.com&page_size=10&expand=organizations',
      ...ada.organizations.map(detailsOf),
    ]);
  });

  test('reads the names of many memberships from the list of organizations', async () => {
    const codes = [...state().organizations.values()].map(({ profile }) => profile.code);
    for (const code of codes.slice(2, 12)) join(state().users.get(ada.id), code);
    const { users } = await query(
      'query ($email: String) { users(email: $email) { nodes { memberships { organization { code name handle } } } } }',
      { email: ada.email },
    );
    expect(users.nodes[0].memberships.map(({ organization }: any) => organization)).toEqual(
      codes.slice(0, 12).map((code) => {
        const { name, handle } = state().organization(code).profile;
        return { code, name, handle };
      }),
    );
    expect(calls()).toEqual([
      'GET /api/v1/users?email=ada%2B1%40example.com&page_size=10&expand=organizations',
      'GET /api/v1/organizations?page_size=500',
    ]);
  });

  test('says whether a person is a member of an organization, without a call', async () => {
    const [code, another] = ada.organizations as [string, string];
    const { users } = await query(
      `query ($email: String, $code: ID!, $none: ID!) { users(email: $email) { nodes {
        in: membership(organizationCode: $code) { id organization { code } }
        out: membership(organizationCode: $none) { id }
      } } }`,
      { email: ada.email, code: another, none: 'org_none' },
    );
    expect(users.nodes).toEqual([
      { in: { id: expect.any(String), organization: { code: another } }, out: null },
    ]);
    expect(code).not.toBe(another);
    expect(calls()).toHaveLength(1);
  });

  test('lists all people once, page by page', async () => {
    const all = await everybody({ first: 300 });
    expect(new Set(all).size).toBe(state().users.size);
    expect(all).toHaveLength(state().users.size);
  });

  test('one person is found by Kinde’s id', async () => {
    const user = (userId: string) =>
      domain.gateway.execute(
        'query ($id: ID!) { user(userId: $id) { email memberships { id } } }',
        {
          id: userId,
        },
      );
    const { data } = await user(ada.id);
    expect(data.user).toEqual({
      email: ada.email,
      memberships: [expect.anything(), expect.anything()],
    });
    expect(calls()).toEqual([
      `GET /api/v1/users?user_id=${ada.id}&page_size=1&expand=organizations`,
    ]);
    expect((await user('kp_nobody')).data).toEqual({ user: null });
    expect((await user('a,b')).errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a person is a node', async () => {
    const { users } = await query('query ($e: String) { users(email: $e) { nodes { id } } }', {
      e: ada.email,
    });
    const [{ id }] = users.nodes;
    calls();
    const read = (nodeId: string) =>
      query('query ($id: ID!) { node(id: $id) { id ... on User { email } } }', { id: nodeId });
    expect(await read(id)).toEqual({ node: { id, email: ada.email } });
    expect(calls()).toEqual([
      `GET /api/v1/users?user_id=${ada.id}&page_size=1&expand=organizations`,
    ]);
    const nobody = Buffer.from('["User","kp_nobody"]').toString('base64url');
    expect(await read(nobody)).toEqual({ node: null });
  });

  test.each<[string, object, RegExp]>([
    ['two filters', { email: 'a@example.com', search: 'a' }, /^Give one of `email`, `search`/],
    ['an empty filter, which Kinde would ignore', { email: ' ' }, /^`email` is empty/],
    ['an empty search', { search: '' }, /^`search` is empty/],
    ['a comma, which Kinde would read as two', { email: 'a@x.com,b@x.com' }, /takes no comma/],
    ['a long text', { search: 'x'.repeat(257) }, /at most 256 characters/],
    ['half a character', { search: '\ud800' }, /at most 256 characters/],
    ['an organization that is none', { not: '../x' }, /`notInOrganization` is not a valid code/],
    ['too many', { first: 5_001 }, /between 1 and 5000/],
    ['a cursor of another list', { after: 'x' }, /not a cursor/],
  ])('refuses %s unsent', async (_, variables, message) => {
    const { data, errors } = await domain.gateway.execute(LIST, variables);
    expect(data).toEqual({ users: null });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors![0]!.message).toMatch(message);
    expect(calls()).toEqual([]);
  });

  test('reports an unusable entry at its place, and the others are there', async () => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/users',
      respond: { status: 200, body: { users: [{ email: 'nobody' }, { id: 'kp_1' }] } },
    });
    const { data, errors } = await domain.gateway.execute(
      '{ users { nodes { userId email phone memberships { id } } } }',
    );
    // What Kinde leaves out is null, and asked for no further.
    expect(data.users.nodes).toEqual([
      null,
      { userId: 'kp_1', email: null, phone: null, memberships: null },
    ]);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
    expect(calls()).toHaveLength(1);
  });
});

describe('a search', () => {
  const searchFor = (rest: string) => `GET /api/v1/search/users?${rest}&expand=organizations`;

  test('finds by name and by address, with one call', async () => {
    expect(ids(await query(LIST, { search: 'åkess' }))).toEqual([ada.id]);
    expect(ids(await query(LIST, { search: 'ADA+1@' }))).toEqual([ada.id]);
    expect(calls()).toEqual([
      searchFor('query=%C3%A5kess&page_size=11'),
      searchFor('query=ADA%2B1%40&page_size=11'),
    ]);
  });

  test('reads telephone numbers by another call, and where people are members by none', async () => {
    const document = (fields: string) => `{ users(search: "Ada Åkesson") { nodes { ${fields} } } }`;
    const member = await query(document('memberships { organization { code } }'));
    expect(member.users.nodes[0].memberships).toHaveLength(2);
    expect(calls()).toHaveLength(1);
    const { users } = await query(document('email phone'));
    expect(users.nodes).toEqual([{ email: ada.email, phone: '+442079460000' }]);
    expect(calls()).toEqual([
      searchFor('query=Ada%20%C3%85kesson&page_size=11'),
      `GET /api/v1/users?user_id=${ada.id}&page_size=1&expand=organizations`,
    ]);
  });

  test.each<Record<string, string>>([{}, { KINDE_PAGE_SIZE: '10' }])(
    'is read to its end with %j',
    async (env) => {
      const expected = [...state().users.values()]
        .filter(({ email }) => email?.includes('a'))
        .map(({ id }) => id)
        .sort();
      expect(expected.length).toBeGreaterThan(100);
      const limited = await startGateway({ before: domain.gateway.emulator, env });
      try {
        for (const first of [7, 100, 5_000]) {
          const found: string[] = [];
          let after: string | null = null;
          do {
            const { users } = await limited.query(LIST, { search: '*', first: first, after });
            found.push(...ids({ users }));
            after = users.pageInfo.hasNextPage ? users.pageInfo.endCursor : null;
          } while (after !== null);
          expect(found).toHaveLength(state().users.size);
          expect(new Set(found).size).toBe(state().users.size);
        }
      } finally {
        await limited.close();
      }
    },
  );

  test('that Kinde refuses in pages of 100 is read in smaller ones, to its end', async () => {
    const { switches } = domain.gateway.emulator;
    switches.pageSizeLimit = 50;
    const limited = await startGateway({ before: domain.gateway.emulator });
    try {
      const { users } = await limited.query(LIST, { search: '*', first: 5_000 });
      expect(users.nodes).toHaveLength(state().users.size);
    } finally {
      switches.pageSizeLimit = 500;
      await limited.close();
    }
  });

  test('ends at a full last page', async () => {
    const { users } = await query(LIST, { search: 'Ada Åkesson', first: 1 });
    expect(users.pageInfo.hasNextPage).toBe(false);
  });
});

describe('people outside an organization', () => {
  test('are all except its members', async () => {
    const [code] = ada.organizations as [string];
    const { members } = state().organization(code);
    const outside = await everybody({ not: code, first: 50 });
    expect(outside).toHaveLength(state().users.size - members.size);
    expect(outside.filter((id) => members.has(id))).toEqual([]);
    expect(ids(await query(LIST, { not: code, email: ada.email }))).toEqual([]);
    expect(ids(await query(LIST, { not: 'org_none', email: ada.email }))).toEqual([ada.id]);
    expect(ids(await query(LIST, { not: code, search: 'Ada Åkesson' }))).toEqual([]);
  });

  test('are searched for among 5,000 at a time: a short page has a cursor to continue', async () => {
    const [code] = ada.organizations as [string];
    for (let n = 0; n < 5_000; n++) {
      const id = `kp_0${String(n).padStart(31, '0')}`;
      state().users.add({ id, full_name: '', organizations: [code] });
    }
    const { users } = await query(LIST, { not: code, first: 20 });
    expect(users.nodes).toEqual([]);
    expect(users.pageInfo).toEqual({ hasNextPage: true, endCursor: expect.any(String) });
    expect(calls()).toHaveLength(10);
    const next = await query(LIST, { not: code, first: 20, after: users.pageInfo.endCursor });
    expect(ids(next)).toHaveLength(20);
    expect(calls().length).toBeLessThanOrEqual(2);
  });
});

describe('Organization.users with search', () => {
  const MEMBERS = `query ($code: ID!, $search: String, $first: Int, $after: String, $roles: [String!]) {
    organization(code: $code) { users(search: $search, first: $first, after: $after, roles: $roles, sort: NAME_ASC) {
      nodes { userId fullName email } pageInfo { hasNextPage endCursor }
    } }
  }`;
  const members = async (search: string, more: object = {}) => {
    const { organization } = await query(MEMBERS, { code: ada.organizations[1], search, ...more });
    return organization.users;
  };

  test.each(['Åkesson', 'akesson', 'ADA Å', 'ada+1@EXAMPLE'])('finds %j', async (search) => {
    const { nodes, pageInfo } = await members(search);
    expect(nodes).toEqual([{ userId: ada.id, fullName: 'Ada Åkesson', email: ada.email }]);
    expect(pageInfo.hasNextPage).toBe(false);
    expect(calls()).toEqual([
      detailsOf(ada.organizations[1]!),
      `GET /api/v1/organizations/${ada.organizations[1]}/users?sort=name_asc&page_size=500`,
    ]);
  });

  test('finds nobody of another organization, and goes with the other filters', async () => {
    expect((await members('nobody has this')).nodes).toEqual([]);
    expect((await members('Åkesson', { roles: ['admin'] })).nodes).toEqual([]);
  });

  test('is paged: the entries after a cursor match, too', async () => {
    const all = await members('example.com', { first: 100 });
    const first = await members('example.com', { first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await members('example.com', { first: 100, after: first.pageInfo.endCursor });
    expect([...first.nodes, ...rest.nodes]).toEqual(all.nodes);
    const other = await domain.gateway.execute(MEMBERS, {
      code: ada.organizations[1],
      search: 'other',
      after: first.pageInfo.endCursor,
    });
    expect(other.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('refuses an empty text', async () => {
    const { errors } = await domain.gateway.execute(MEMBERS, {
      code: ada.organizations[1],
      search: ' ',
    });
    expect(errors).toMatchObject([{ message: '`search` is empty.' }]);
  });
});

describe('reading a person', () => {
  const denied = (requiredScope?: string) => ({
    extensions: { code: 'FORBIDDEN', ...(requiredScope && { requiredScope }) },
  });
  const every = [
    'read:users',
    'read:organizations',
    'read:organization_users',
    'read:organization_user_roles',
  ];
  /** What a user of an organization sends, with permissions named like all of these scopes. */
  const userClaims = () => ({
    ...{ gty: undefined, scope: undefined, sub: 'kp_1', org_code: ada.organizations[0] },
    permissions: every,
  });
  const asUser = (document: string, variables?: object): Promise<GraphQLResult> =>
    domain.executeWith(['openid'], document, variables, userClaims());

  test('needs read:users', async () => {
    const { errors } = await domain.executeWith(['read:organizations'], LIST, {});
    expect(errors).toMatchObject([denied('read:users')]);
    expect(calls()).toEqual([]);
  });

  test('is refused to a caller held to an organization: by list, search or id', async () => {
    const id = Buffer.from(JSON.stringify(['User', ada.id])).toString('base64url');
    const document = `query ($email: String, $id: ID!) {
      users(email: $email) { nodes { email } } search: users(search: "ada") { nodes { email } }
      outside: users(notInOrganization: "org_x") { nodes { email } } user(userId: "kp_x") { email }
      node(id: $id) { ... on User { email } }
    }`;
    const variables = { email: ada.email, id };
    const byUser = await asUser(document, variables);
    const byApplication = await domain.executeWith(every, document, variables, {
      org_code: ada.organizations[0],
    });
    for (const { data, errors } of [byUser, byApplication]) {
      expect(data).toEqual({ users: null, search: null, outside: null, user: null, node: null });
      expect(errors).toMatchObject([denied(), denied(), denied(), denied(), denied()]);
    }
    expect(calls()).toEqual([]);
  });

  test('is limited to its ids through a member', async () => {
    const { data, errors } = await asUser(
      `query ($code: ID!, $id: ID!) { organization(code: $code) { user(userId: $id) {
        userId user { id userId email phone lastSignedInOn memberships { organization { code } } membership(organizationCode: "org_x") { id } }
      } } }`,
      { code: ada.organizations[0], id: ada.id },
    );
    expect(data.organization.user).toEqual({
      userId: ada.id,
      user: {
        id: expect.any(String),
        userId: ada.id,
        email: null,
        phone: null,
        lastSignedInOn: null,
        memberships: null,
        membership: null,
      },
    });
    expect(errors).toHaveLength(5);
    for (const error of errors!) expect(error).toMatchObject(denied());
    expect(JSON.stringify(errors)).not.toContain(ada.organizations[1]);
    expect(calls().filter((call) => call.startsWith('GET /api/v1/users'))).toEqual([]);
  });

  test('is limited to members of the user’s own organization', async () => {
    const document = `query ($code: ID!) { organization(code: $code) { users(search: "åkesson") { nodes { userId } } } }`;
    const own = await asUser(document, { code: ada.organizations[0] });
    expect(own.data.organization.users.nodes).toEqual([{ userId: ada.id }]);
    const other = await asUser(document, { code: ada.organizations[1] });
    expect(other.data).toEqual({ organization: null });
    expect(other.errors).toMatchObject([denied()]);
  });
});

test('a cached person is read again after a change of its memberships', async () => {
  const send = async (document: string, variables: object) => {
    const scopes = ['read:users', 'create:organization_users', 'delete:organization_users'];
    const { data, errors } = await domain.executeWith(scopes, document, variables);
    expect(errors).toBeUndefined();
    return data;
  };
  const code = domain.organizationCode;
  const memberships = async () => {
    const { byEmail, bySearch } = await send(
      `query ($email: String) {
        byEmail: users(email: $email) { nodes { memberships { id } } }
        bySearch: users(search: $email) { nodes { memberships { id } } }
      }`,
      { email: 'new@example.com' },
    );
    return [byEmail, bySearch].map(({ nodes }) => nodes[0].memberships.length);
  };
  state().users.add({
    id: 'kp_new',
    email: 'new@example.com',
    full_name: '',
    organizations: [],
  });
  expect(await memberships()).toEqual([0, 0]);
  await send(
    'mutation ($input: AddOrganizationUsersInput!) { addOrganizationUsers(input: $input) { addedUserIds } }',
    { input: { organizationCode: code, users: [{ userId: 'kp_new' }] } },
  );
  expect(await memberships()).toEqual([1, 1]);
  await send(
    'mutation ($input: RemoveOrganizationUserInput!) { removeOrganizationUser(input: $input) { removedUserId } }',
    { input: { organizationCode: code, userId: 'kp_new' } },
  );
  expect(await memberships()).toEqual([0, 0]);
});

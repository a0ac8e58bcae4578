/** Every kind of query through the door, with the calls that it may cost. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  // A hundred aliases of one field are sent to see them share a call; they have 1,102 tokens.
  gateway = await startGateway({ env: { MAX_TOKENS: '2000', MAX_ROOT_FIELDS: '100' } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.emulator.reset());

const organizationsByName = () =>
  [...gateway.emulator.state.organizations.values()]
    .map(({ profile }) => profile)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

/** An organization with enough members to page through, and two of them. */
async function anOrganization() {
  const { organizations } = await gateway.query(
    '{ organizations(first: 3) { nodes { code name users(first: 2) { nodes { userId email } } } } }',
  );
  gateway.calls();
  return organizations.nodes[0] as {
    code: string;
    name: string;
    users: { nodes: { userId: string; email: string }[] };
  };
}

describe('the nested query', () => {
  const README = `{
    organizations(first: 3) {
      nodes {
        code name featureFlags { key type value }
        users(first: 5) {
          nodes { email roles { key name } permissions { key name } }
          pageInfo { hasNextPage endCursor }
        }
      }
    }
  }`;

  test('costs a list, members and flags an organization, permissions a member, one catalogue', async () => {
    const { organizations } = await gateway.query(README);
    expect(organizations.nodes).toHaveLength(3);
    const calls = gateway.calls().map((call) => call.replace(/(org|kp)_\w+/g, '$1'));
    expect(calls.filter((call) => call === 'GET /api/v1/organizations?page_size=3')).toHaveLength(
      1,
    );
    expect(calls.filter((call) => call.endsWith('/users?page_size=5'))).toHaveLength(3);
    expect(calls.filter((call) => call.endsWith('/feature_flags'))).toHaveLength(3);
    expect(calls.filter((call) => call.endsWith('/permissions'))).toHaveLength(15);
    expect(calls.filter((call) => call === 'GET /api/v1/roles?page_size=500')).toHaveLength(1);
    expect(calls).toHaveLength(23);
  });

  test('10 organizations x 10 users cost 122 calls, 21 without permissions and names', async () => {
    const query = (fields: string) =>
      `{ organizations(first: 10) { nodes { featureFlags { key } users(first: 10) { nodes { email ${fields} } } } } }`;
    await gateway.query(query('roles { key name } permissions { key name }'));
    const members = gateway.calls().filter((call) => call.endsWith('/permissions')).length;
    await gateway.query(query('roles { key name } permissions { key name }'));
    expect(gateway.calls()).toHaveLength(22 + members);
    await gateway.query(query('roles { key }'));
    expect(gateway.calls()).toHaveLength(21);
    await gateway.query(query('roles { id key name }'));
    expect(gateway.calls()).toHaveLength(22);
  });

  test('the same permissions asked for as grants too cost the same calls', async () => {
    const { code } = await anOrganization();
    const data = await gateway.query(
      'query ($code: ID!) { organization(code: $code) { users(first: 2) { nodes { permissions { key } permissionGrants { permission { key } roles { id key } } } } } }',
      { code },
    );
    const calls = gateway.calls();
    expect(calls).toHaveLength(4);
    expect(calls.filter((call) => call.endsWith('/permissions?expand=roles'))).toHaveLength(2);
    for (const user of data.organization.users.nodes) {
      expect(user.permissionGrants.map((grant: any) => grant.permission.key)).toEqual(
        user.permissions.map((permission: any) => permission.key),
      );
    }
  });
});

describe('the same field under a hundred aliases', () => {
  const aliases = (field: string) =>
    `{ ${Array.from({ length: 100 }, (_, index) => `a${index}: ${field}`).join(' ')} }`;

  test('is one call', async () => {
    const { code } = await anOrganization();
    await gateway.query(aliases(`organization(code: "${code}") { name }`));
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${code}`]);
    await gateway.query(aliases('organizations(first: 2) { nodes { code } }'));
    expect(gateway.calls()).toEqual(['GET /api/v1/organizations?page_size=2']);
    await gateway.query(aliases('roles { nodes { key } }'));
    expect(gateway.calls()).toEqual(['GET /api/v1/roles?page_size=10']);
    const { organization } = await gateway.query(
      `{ organization(code: "${code}") ${aliases('featureFlag(key: "theme") { value }')} }`,
    );
    expect(Object.keys(organization)).toHaveLength(100);
    expect(gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${code}`,
      `GET /api/v1/organizations/${code}/feature_flags`,
    ]);
  });

  test('in several page sizes is one call of the largest', async () => {
    const { a, b } = await gateway.query(
      '{ a: organizations(first: 2) { nodes { code } pageInfo { hasNextPage endCursor } } b: organizations(first: 5) { nodes { code } } }',
    );
    expect(gateway.calls()).toEqual(['GET /api/v1/organizations?page_size=5']);
    expect(a.nodes).toEqual(b.nodes.slice(0, 2));
    expect(a.pageInfo.hasNextPage).toBe(true);
    const { organizations } = await gateway.query(
      'query ($after: String) { organizations(first: 3, after: $after) { nodes { code } } }',
      { after: a.pageInfo.endCursor },
    );
    expect(organizations.nodes).toEqual(b.nodes.slice(2));
  });
});

describe('organization', () => {
  test('returns every field with one call, also with billing', async () => {
    const { code, name } = await anOrganization();
    const query = (more: string) => `query ($code: ID!) { organization(code: $code) {
      id code name handle externalId isDefault isAutoMembershipEnabled allowedDomains isSuspended
      suspendedOn createdOn senderName senderEmail
      branding { logo logoDark faviconSvg faviconFallback linkColor { raw hex hsl } themeCode colorScheme
        linkColorDark { hex } backgroundColor { hex } backgroundColorDark { hex } buttonColor { hex }
        buttonColorDark { hex } buttonTextColor { hex } buttonTextColorDark { hex }
        buttonBorderRadius cardBorderRadius inputBorderRadius }
      ${more} } }`;
    const { organization } = await gateway.query(query(''), { code });
    expect(organization).toMatchObject({ code, name, isSuspended: false });
    expect(Date.parse(organization.createdOn)).toBeGreaterThan(0);
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${code}`]);
    const billed = await gateway.query(
      query('billing { customerId agreements { agreementId planCode } }'),
      { code },
    );
    expect(billed.organization).toMatchObject(organization);
    expect(gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${code}`,
      `GET /api/v1/organization?code=${code}&expand=billing`,
    ]);
  });

  test('is null when there is none', async () => {
    const result = await gateway.execute('{ organization(code: "org_00000000000") { name } }');
    expect(result).toEqual({ data: { organization: null } });
  });

  test('reads details of a listed organization only when they are selected', async () => {
    await gateway.query('{ organizations(first: 4) { nodes { id code name handle externalId } } }');
    expect(gateway.calls()).toHaveLength(1);
    await gateway.query('{ organizations(first: 4) { nodes { createdOn isSuspended } } }');
    expect(gateway.calls()).toHaveLength(5);
  });

  test('flags come in the JSON type that their type names', async () => {
    const { organizations } = await gateway.query(
      '{ organizations(first: 36) { nodes { featureFlags { key type value } } } }',
    );
    const flags = organizations.nodes.flatMap((node: any) => node.featureFlags);
    const types = { BOOLEAN: 'boolean', INTEGER: 'number', STRING: 'string' } as const;
    for (const type of ['BOOLEAN', 'INTEGER', 'STRING'] as const) {
      const values = flags.filter((flag: any) => flag.type === type).map((flag: any) => flag.value);
      expect(values.length).toBeGreaterThan(0);
      for (const value of values) expect(typeof value).toBe(types[type]);
    }
  });
});

describe('connections', () => {
  test('continue after any edge, in the cursor’s order', async () => {
    const document = `query ($first: Int, $after: String, $sort: OrganizationSortOrder) {
      organizations(first: $first, after: $after, sort: $sort) {
        edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    const { organizations } = await gateway.query(document, { first: 12, sort: 'NAME_DESC' });
    const codes = organizations.edges.map((edge: any) => edge.node.code);
    expect(codes).toEqual(
      organizationsByName()
        .reverse()
        .slice(0, 12)
        .map(({ code }) => code),
    );
    expect(organizations.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    for (const [index, { cursor }] of organizations.edges.entries()) {
      const rest = await gateway.query(document, { first: 3, after: cursor });
      expect(rest.organizations.edges.map((edge: any) => edge.node.code)).toEqual(
        organizationsByName()
          .reverse()
          .slice(index + 1, index + 4)
          .map(({ code }) => code),
      );
      expect(rest.organizations.pageInfo.hasPreviousPage).toBe(true);
    }
  });

  test('page to the end by endCursor in one call a page', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const { organizations }: any = await gateway.query(
        'query ($after: String) { organizations(first: 10, after: $after) { nodes { code } pageInfo { hasNextPage endCursor } } }',
        { after },
      );
      seen.push(...organizations.nodes.map((node: any) => node.code));
      after = organizations.pageInfo.hasNextPage ? organizations.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(organizationsByName().map(({ code }) => code));
    expect(gateway.calls()).toHaveLength(4);
  });

  test('an empty page has no cursors', async () => {
    const { code } = await anOrganization();
    for (const { roles } of gateway.emulator.state.organizations.get(code)!.members.values()) {
      roles.clear();
    }
    const { organization } = await gateway.query(
      'query ($code: ID!) { organization(code: $code) { users(roles: ["admin"]) { nodes { userId } edges { cursor } pageInfo { hasNextPage startCursor endCursor } } } }',
      { code },
    );
    expect(organization.users).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, startCursor: null, endCursor: null },
    });
  });

  test('users are filtered and sorted by Kinde', async () => {
    const { code } = await anOrganization();
    const { organization } = await gateway.query(
      'query ($code: ID!) { organization(code: $code) { users(first: 50, sort: EMAIL_DESC, roles: ["admin"]) { nodes { email roles { key } } } } }',
      { code },
    );
    const emails = organization.users.nodes.map((node: any) => node.email);
    expect(emails.length).toBeGreaterThan(0);
    expect(emails).toEqual([...emails].sort().reverse());

    for (const node of organization.users.nodes)
      expect(node.roles).toContainEqual({ key: 'admin' });
    expect(gateway.calls()[1]).toBe(
      `GET /api/v1/organizations/${code}/users?sort=email_desc&roles=admin&page_size=50`,
    );
  });

  test('refuse what they cannot read, without a call', async () => {
    const [first, second] = organizationsByName();
    const page = await gateway.query(
      'query ($code: ID!) { organization(code: $code) { users(first: 2, sort: NAME_ASC) { pageInfo { endCursor } } } }',
      { code: first!.code },
    );
    const after = page.organization.users.pageInfo.endCursor;
    const list = await gateway.query('{ organizations(first: 1) { pageInfo { endCursor } } }');
    gateway.calls();
    const refused = async (field: string, variables: object = {}) => {
      const { errors } = await gateway.execute(`query ($after: String) { ${field} }`, variables);
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
    };
    for (const count of ['0', '-1', '5001', '2147483647']) {
      await refused(`organizations(first: ${count}, after: $after) { nodes { code } }`, {});
    }
    await refused('organizations(after: $after) { nodes { code } }', { after: 'nonsense' });
    await refused('organizations(after: $after) { nodes { code } }', { after });
    await refused('organizations(after: $after) { nodes { code } }', { after: '' });
    await refused('organizations(sort: NAME_DESC, after: $after) { nodes { code } }', {
      after: list.organizations.pageInfo.endCursor,
    });
    expect(gateway.calls()).toEqual([]);
    const other = `organization(code: "${second!.code}") { users(after: $after) { nodes { userId } } }`;
    await refused(other, { after });
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${second!.code}`]);
  });

  test('a page token that Kinde refuses is the caller’s error', async () => {
    const list = await gateway.query('{ organizations(first: 1) { pageInfo { endCursor } } }');
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: { status: 400, body: { errors: [{ code: 'EXPIRED', message: 'Too old.' }] } },
    });
    const { data, errors } = await gateway.execute(
      'query ($after: String) { organizations(after: $after) { nodes { code } } }',
      { after: list.organizations.pageInfo.endCursor },
    );
    expect(data).toEqual({ organizations: null });
    expect(errors).toMatchObject([{ message: 'Too old.', extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

describe('large pages', () => {
  let large: TestGateway;
  beforeAll(async () => {
    large = await startGateway({ emulator: { organizations: 2, usersPerOrganization: 1_150 } });
  });
  afterAll(() => large.close());

  test('first may exceed a page of Kinde’s: the pages are walked, evenly split', async () => {
    const { organizations } = await large.query('{ organizations(first: 1) { nodes { code } } }');
    const { code } = organizations.nodes[0];
    large.calls();
    const document = `query ($code: ID!, $first: Int, $after: String) { organization(code: $code) {
      users(first: $first, after: $after) { nodes { userId } pageInfo { hasNextPage endCursor } } } }`;
    const { organization } = await large.query(document, { code, first: 1_100 });
    const calls = large.calls().slice(1);
    expect(calls.map((call) => /page_size=(\d+)/.exec(call)?.[1])).toEqual(['367', '367', '367']);
    expect(new Set(organization.users.nodes.map((node: any) => node.userId)).size).toBe(1_100);
    expect(organization.users.pageInfo.hasNextPage).toBe(true);
    const rest = await large.query(document, {
      code,
      first: 100,
      after: organization.users.pageInfo.endCursor,
    });
    expect(rest.organization.users.nodes).toHaveLength(50);
    expect(rest.organization.users.pageInfo.hasNextPage).toBe(false);
    const all = [...organization.users.nodes, ...rest.organization.users.nodes];
    expect(new Set(all.map((node: any) => node.userId)).size).toBe(1_150);
  });
});

describe('node and nodes', () => {
  test('read every type again by its id', async () => {
    const { organizations, roles, permissions } = await gateway.query(
      '{ organizations(first: 1) { nodes { id name users(first: 1) { nodes { id userId email organization { code name } } } } } roles { nodes { id key } } permissions { nodes { id key permissionId name description } } }',
    );
    gateway.calls();
    const [organization] = organizations.nodes;
    const [user] = organization.users.nodes;
    const ids = [organization.id, user.id, roles.nodes[0].id, permissions.nodes[0].id];
    const { nodes } = await gateway.query(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id
        ... on Organization { title: name } ... on OrganizationUser { userId email organization { name } }
        ... on Role { key name } ... on Permission { key name } } }`,
      { ids },
    );
    expect(nodes).toMatchObject([
      { __typename: 'Organization', id: organization.id, title: organization.name },
      { __typename: 'OrganizationUser', id: user.id, email: user.email },
      { __typename: 'Role', id: roles.nodes[0].id, key: roles.nodes[0].key },
      { __typename: 'Permission', id: permissions.nodes[0].id, key: permissions.nodes[0].key },
    ]);
    expect(gateway.calls().sort()).toEqual([
      `GET /api/v1/organization?code=${user.organization.code}`,
      'GET /api/v1/permissions?page_size=500',
      'GET /api/v1/roles?page_size=500',
      `GET /api/v1/users?user_id=${user.userId}&page_size=1&expand=organizations`,
    ]);
  });

  test('a hundred members by id are one call', async () => {
    const { organizations } = await gateway.query(
      '{ organizations(first: 10) { nodes { users(first: 10) { nodes { id email } } } } }',
    );
    const users = organizations.nodes.flatMap((node: any) => node.users.nodes).slice(0, 100);
    gateway.calls();
    const { nodes } = await gateway.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on OrganizationUser { email } } }',
      { ids: users.map(({ id }: any) => id) },
    );
    expect(nodes).toEqual(users);
    expect(gateway.calls()).toHaveLength(1);
  });

  test('a member’s own dates come from the organization’s list', async () => {
    const { organizations } = await gateway.query(
      '{ organizations(first: 1) { nodes { code users(first: 3, sort: EMAIL_DESC) { nodes { id joinedOn lastAccessedOn isSuspended fullName roles { key name } } } } } }',
    );
    const [member] = organizations.nodes[0].users.nodes;
    gateway.calls();
    const { node } = await gateway.query(
      'query ($id: ID!) { node(id: $id) { id ... on OrganizationUser { joinedOn lastAccessedOn isSuspended fullName roles { key name } } } }',
      { id: member.id },
    );
    expect(node).toEqual(member);
    expect(gateway.calls()).toHaveLength(3);
  });

  test('null for what does not exist, and an error for an invalid id, each at its place', async () => {
    const encode = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const { code } = await anOrganization();
    const ids = [
      encode('Organization', 'org_00000000000'),
      encode('OrganizationUser', code, 'kp_00000000000000000000000000000000'),
      encode('Role', 'no_such_role'),
      encode('Permission', 'no:such:permission'),
    ];
    const nothing = await gateway.query('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids,
    });
    expect(nothing.nodes).toEqual([null, null, null, null]);
    gateway.calls();
    for (const id of ['', 'x', encode('Organization'), encode('Query', 'a'), `${ids[0]}=`]) {
      const { data, errors } = await gateway.execute('query ($id: ID!) { node(id: $id) { id } }', {
        id,
      });
      expect(data).toEqual({ node: null });
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    }
    const { errors } = await gateway.execute('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: Array.from({ length: 101 }, () => ids[0]),
    });
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(gateway.calls()).toEqual([]);
  });
});

test('a member who left between two reads is NOT_FOUND', async () => {
  const { code, users } = await anOrganization();
  const { userId } = users.nodes[0]!;
  gateway.emulator.fault({
    route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions',
    respond: {
      status: 400,
      body: { errors: [{ code: 'USER_NOT_IN_ORGANIZATION', message: 'Not a member.' }] },
    },
  });
  const { errors } = await gateway.execute(
    'query ($id: ID!) { node(id: $id) { ... on OrganizationUser { email permissions { key } } } }',
    {
      id: Buffer.from(JSON.stringify(['OrganizationUser', code, userId])).toString('base64url'),
    },
  );
  expect(errors).toMatchObject([
    { path: ['node', 'permissions'], extensions: { code: 'NOT_FOUND' } },
  ]);
});

describe('with a token that lacks scopes', () => {
  /** A gateway whose own token was granted these scopes alone. */
  async function withScopes(scopes: string[], ask: (gateway: TestGateway) => Promise<void>) {
    const limited = await startGateway();
    limited.emulator.fault({
      route: 'POST /oauth2/token',
      respond: {
        status: 200,
        body: {
          access_token: await limited.emulator.issueToken({ scopes }),
          token_type: 'Bearer',
          expires_in: 3600,
          scope: scopes.join(' '),
        },
      },
    });
    await ask(limited).finally(() => limited.close());
  }

  test('a denied list is null with the scope’s name, and the rest is returned', () =>
    withScopes(['read:organizations'], async (limited) => {
      const { data, errors } = await limited.execute(
        '{ organizations(first: 2) { nodes { name featureFlags { key } users { nodes { email } } } } roles { nodes { key } } }',
      );
      for (const node of data.organizations.nodes) {
        expect(node).toEqual({ name: expect.any(String), featureFlags: null, users: null });
      }
      expect(data.roles).toBeNull();
      expect(new Set(errors?.map(({ extensions }) => extensions['code']))).toEqual(
        new Set(['FORBIDDEN']),
      );
      expect(new Set(errors?.map(({ extensions }) => extensions['requiredScope']))).toEqual(
        new Set([
          endpoints.organizations.featureFlags.scope,
          endpoints.organizations.users.scope,
          endpoints.roles.list.scope,
        ]),
      );
    }));

  test('role names come from the members’ roles without the scope of the catalogue', () =>
    withScopes(
      ['read:organizations', 'read:organization_users', 'read:organization_user_roles'],
      async (limited) => {
        const { organizations } = await limited.query(
          '{ organizations(first: 1) { nodes { users(first: 3) { nodes { roles { key name roleId } } } } } }',
        );
        const roles = organizations.nodes[0].users.nodes.flatMap((node: any) => node.roles);
        expect(roles.length).toBeGreaterThan(0);
        for (const role of roles) expect(role.name).toEqual(expect.any(String));
        const calls = limited.calls();
        expect(calls.filter((call) => call.endsWith('/roles')).length).toBeLessThanOrEqual(3);
        expect(calls).not.toContain('GET /api/v1/roles?page_size=500');
      },
    ));

  test('a member by id comes from the organization’s list without the scope of people', () =>
    withScopes(['read:organizations', 'read:organization_users'], async (limited) => {
      const { organizations } = await limited.query(
        '{ organizations(first: 1) { nodes { users(first: 1) { nodes { id email fullName } } } } }',
      );
      const [member] = organizations.nodes[0].users.nodes;
      limited.calls();
      const { node } = await limited.query(
        'query ($id: ID!) { node(id: $id) { id ... on OrganizationUser { email fullName } } }',
        { id: member.id },
      );
      expect(node).toEqual(member);
      expect(limited.calls()).toHaveLength(1);
    }));
});

/** The cache configuration of `kinde-graphql/urql`, with Graphcache and a gateway on a real socket. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { Client, fetchExchange, gql, type RequestPolicy } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import { keys, possibleTypes, resolvers, updates } from '../../src/clients/urql.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());

let warnings: string[];
beforeEach(() => {
  gateway.emulator.reset();
  warnings = [];
});
afterEach(() => {
  jest.restoreAllMocks();
  expect(warnings).toEqual([]);
});

function createClient() {
  const sent: string[] = [];
  const client = new Client({
    url: `${gateway.url}/graphql`,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        keys,
        possibleTypes,
        resolvers,
        updates,
        logger: (severity, message) => {
          if (severity !== 'debug') warnings.push(message);
        },
      }),
      fetchExchange,
    ],
    fetch: (url, options) => {
      sent.push(/(?:query|mutation) (\w+)/.exec(String(options?.body))?.[1] ?? '');
      return fetch(url, options);
    },
  });
  const read = async (
    query: ReturnType<typeof gql>,
    variables: object = {},
    requestPolicy: RequestPolicy = 'cache-first',
  ) => (await client.query<any>(query, variables, { requestPolicy }).toPromise()).data;
  return { client, read, sent };
}

const ORGANIZATIONS = {
  nodes: gql`
    query Nodes($first: Int, $after: String) {
      organizations(first: $first, after: $after, sort: NAME_ASC) {
        nodes {
          id
          code
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          endCursor
        }
      }
    }
  `,
  edges: gql`
    query Edges($first: Int, $after: String) {
      organizations(first: $first, after: $after, sort: NAME_ASC) {
        edges {
          cursor
          node {
            id
            code
          }
        }
        pageInfo {
          hasNextPage
          hasPreviousPage
          endCursor
        }
      }
    }
  `,
};
const SHAPES = ['nodes', 'edges'] as const;

const codesIn = ({ nodes, edges }: any): string[] =>
  (nodes ?? edges.map(({ node }: any) => node)).map(({ code }: any) => code);

async function allCodes(): Promise<string[]> {
  const { organizations } = await gateway.query(
    '{ organizations(first: 500, sort: NAME_ASC) { nodes { code } } }',
  );
  return codesIn(organizations);
}

const bigOrganization = () =>
  [...gateway.emulator.state.organizations.values()].find(({ members }) => members.size > 12)!;

describe('a connection', () => {
  test.each(SHAPES)('of %s is read on to its end', async (shape) => {
    const all = await allCodes();
    const { read } = createClient();
    const first = { first: 7 };
    let { organizations } = await read(ORGANIZATIONS[shape], first);
    for (let pages = 1; organizations.pageInfo.hasNextPage && pages < 20; pages++) {
      const after = organizations.pageInfo.endCursor;
      await read(ORGANIZATIONS[shape], { ...first, after });
      ({ organizations } = await read(ORGANIZATIONS[shape], first));
    }
    expect(codesIn(organizations)).toEqual(all);
    expect(organizations.pageInfo.hasPreviousPage).toBe(false);
    expect(all.length).toBeGreaterThan(14);
  });

  test('is shown with a further page as soon as that page arrives', async () => {
    const { client, read } = createClient();
    const shown: string[][] = [];
    const { unsubscribe } = client
      .query<any>(ORGANIZATIONS.nodes, { first: 3 })
      .subscribe(({ data }) => shown.push(codesIn(data.organizations)));
    const { organizations } = await read(ORGANIZATIONS.nodes, { first: 3 });
    await read(ORGANIZATIONS.nodes, { first: 3, after: organizations.pageInfo.endCursor });
    unsubscribe();
    expect(shown.at(-1)).toEqual((await allCodes()).slice(0, 6));
  });

  test('that was read by nodes is read again for edges, and then serves both', async () => {
    const all = await allCodes();
    const { read, sent } = createClient();
    await read(ORGANIZATIONS.nodes, { first: 5 });
    for (let time = 0; time < 2; time++) {
      for (const shape of SHAPES) {
        const { organizations } = await read(ORGANIZATIONS[shape], { first: 5 });
        expect(codesIn(organizations)).toEqual(all.slice(0, 5));
      }
    }
    expect(sent).toEqual(['Nodes', 'Edges']);
  });

  test('that was paged by nodes is not taken for one of edges', async () => {
    const all = await allCodes();
    const { read } = createClient();
    const first = { first: 4 };
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, first)).organizations;
    await read(ORGANIZATIONS.nodes, { ...first, after: pageInfo.endCursor });
    const { organizations } = await read(ORGANIZATIONS.edges, first);
    expect(codesIn(organizations)).toEqual(all.slice(0, 4));
    await read(ORGANIZATIONS.edges, { ...first, after: organizations.pageInfo.endCursor });
    for (const shape of SHAPES) {
      expect(codesIn((await read(ORGANIZATIONS[shape], first)).organizations)).toEqual(
        all.slice(0, 8),
      );
    }
  });

  test('has pages of two sizes in one query', async () => {
    const all = await allCodes();
    const { read } = createClient();
    const data = await read(gql`
      query Sizes {
        a: organizations(first: 3, sort: NAME_ASC) {
          nodes {
            id
            code
          }
        }
        b: organizations(first: 6, sort: NAME_ASC) {
          nodes {
            id
            code
          }
        }
      }
    `);
    expect(codesIn(data.a)).toEqual(all.slice(0, 3));
    expect(codesIn(data.b)).toEqual(all.slice(0, 6));
  });

  test('has other lists for other filters and orders', async () => {
    const { code } = bigOrganization().profile;
    const { read, sent } = createClient();
    const list = (args: string) => gql`
      query List($code: ID!, $after: String) {
        organization(code: $code) { id users(first: 3, after: $after ${args}) { nodes { id userId } pageInfo { endCursor } } }
      }
    `;
    const lists = ['', 'roles: ["member"]', 'sort: EMAIL_DESC', 'sort: NAME_ASC'].map(list);
    const users = async (query: ReturnType<typeof gql>, after?: string) =>
      (await read(query, { code, ...(after === undefined ? {} : { after }) })).organization.users;
    for (const query of lists) {
      const first = await users(query);
      const second = await users(query, first.pageInfo.endCursor);
      expect((await users(query)).nodes).toEqual([...first.nodes, ...second.nodes]);
    }
    expect(sent).toHaveLength(2 * lists.length);
  });

  test('is read on with another `first`', async () => {
    const all = await allCodes();
    const { read } = createClient();
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, { first: 4 })).organizations;
    await read(ORGANIZATIONS.nodes, { first: 9, after: pageInfo.endCursor });
    expect(codesIn((await read(ORGANIZATIONS.nodes, { first: 4 })).organizations)).toEqual(
      all.slice(0, 13),
    );
  });

  test('shows an entry once when it moves from one page to the next', async () => {
    const all = await allCodes();
    const { read } = createClient();
    const { organizations } = gateway.emulator.state;
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, { first: 4 })).organizations;
    const sixth = organizations.get(all[5]!)!.profile;
    Object.assign(organizations.get(all[1]!)!.profile, { name: `${sixth.name} 2` });
    organizations.resort();
    await read(ORGANIZATIONS.nodes, { first: 4, after: pageInfo.endCursor });
    expect(codesIn((await read(ORGANIZATIONS.nodes, { first: 4 })).organizations)).toEqual([
      all[0],
      ...all.slice(2, 6),
      all[1],
      ...all.slice(6, 7),
    ]);
  });
});

const USERS = gql`
  query Users($code: ID!, $after: String) {
    organization(code: $code) {
      id
      users(first: 5, after: $after) {
        nodes {
          id
          userId
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

test('a list that can’t be read is null, and not an empty list', async () => {
  const { code } = bigOrganization().profile;
  const { client, read } = createClient();
  const failWith = (status: number) =>
    gateway.emulator.fault({
      match: ({ path }) => path.includes('/users'),
      respond: { status, body: {} },
    });
  let end = failWith(403);
  const { data, error } = await client.query<any>(USERS, { code }).toPromise();
  expect(data.organization.users).toBeNull();
  expect(error!.graphQLErrors[0]!.extensions['code']).toBe('FORBIDDEN');
  end();
  const { users } = (await read(USERS, { code }, 'network-only')).organization;
  expect(users.nodes).toHaveLength(5);

  // A page that fails leaves those before it as they are.
  end = failWith(503);
  await read(USERS, { code, after: users.pageInfo.endCursor });
  expect((await read(USERS, { code })).organization.users).toEqual(users);
  end();
  await read(USERS, { code, after: users.pageInfo.endCursor }, 'network-only');
  expect((await read(USERS, { code })).organization.users.nodes).toHaveLength(10);
});

test('branding and colours are embedded in their organization, without a warning', async () => {
  const { code } = bigOrganization().profile;
  const { read, sent } = createClient();
  const branding = (fields: string) => gql`
    query Branding($code: ID!) { organization(code: $code) { id branding { ${fields} } } }
  `;
  const queries = [branding('logo linkColor { raw }'), branding('themeCode linkColor { hex }')];
  const seen = [];
  for (const query of queries) seen.push(await read(query, { code }));
  for (const [index, query] of queries.entries()) {
    expect(await read(query, { code })).toEqual(seen[index]);
  }
  expect(sent).toHaveLength(2);
});

test('every object type has a key, or is embedded', async () => {
  const { code } = bigOrganization().profile;
  const { read } = createClient();
  const { organization } = await read(
    gql`
      query Everything($code: ID!) {
        viewer {
          kind
        }
        organization(code: $code) {
          id
          featureFlags {
            id
            value
          }
          billing {
            agreements {
              agreementId
            }
          }
          passkeyPolicy {
            isEnabled
          }
          users(first: 1) {
            edges {
              cursor
              node {
                ... on Node {
                  id
                }
                permissionGrants {
                  permission {
                    id
                  }
                  roles {
                    id
                  }
                }
              }
            }
          }
        }
      }
    `,
    { code },
  );
  expect(organization.users.edges[0].node.id).toEqual(expect.any(String));
});

describe('a mutation', () => {
  const LISTS = gql`
    query Lists($code: ID!, $roles: [String!]) {
      organization(code: $code) {
        id
        code
        invites(first: 50) {
          nodes {
            id
          }
        }
        signInMethods {
          id
        }
        logos {
          id
        }
        featureFlags {
          id
          value
        }
        featureFlag(key: "max_projects") {
          id
          value
        }
        users(first: 5, roles: $roles) {
          nodes {
            id
            userId
          }
          pageInfo {
            endCursor
          }
        }
      }
      organizations(first: 50) {
        nodes {
          id
          code
        }
      }
      roles(first: 50) {
        nodes {
          id
        }
      }
      permissions(first: 50) {
        nodes {
          id
        }
      }
    }
  `;
  const PNG =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

  /** Writes with a client that has read the lists, and returns what it reads afterwards, and from where. */
  async function after(mutation: string, variables: object) {
    const { code } = bigOrganization().profile;
    const { client, read, sent } = createClient();
    await read(LISTS, { code });
    sent.length = 0;
    const { data, error } = await client
      .mutation<any>(gql(mutation), { input: { organizationCode: code, ...variables } })
      .toPromise();
    const [payload] = Object.values<any>(data ?? {}).filter((value) => typeof value === 'object');
    const seen = await read(LISTS, { code });
    const isRead = sent.includes('Lists');
    const fresh = await createClient().read(LISTS, { code });
    return { error, payload, seen, fresh, isRead };
  }

  const member = () => [...bigOrganization().members.values()][0]!.user.id;
  const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const CASES: [string, string, () => object][] = [
    [
      'createOrganization',
      '{ organization { id } }',
      () => ({ organizationCode: undefined, name: 'New' }),
    ],
    [
      'updateRole',
      '{ replacedRoleId }',
      () => ({ organizationCode: undefined, role: { key: 'auditor' }, key: 'controller' }),
    ],
    [
      'updatePermission',
      '{ permission { id } }',
      () => ({
        organizationCode: undefined,
        permission: { key: 'read:projects' },
        key: 'see:projects',
      }),
    ],
    [
      'updateFeatureFlagOverride',
      '{ featureFlag { id value } }',
      () => {
        bigOrganization().overrides.delete('max_projects');
        return { key: 'max_projects', value: 7 };
      },
    ],
    [
      'deleteFeatureFlagOverride',
      '{ deletedFeatureFlagId featureFlag { id value } }',
      () => ({ key: [...bigOrganization().overrides.keys()][0] }),
    ],
    [
      'createOrganizationInvite',
      '{ inviteCode }',
      () => ({
        organizationCode: globalId('Organization', bigOrganization().profile.code),
        email: 'other@example.com',
        roles: [{ key: 'member' }],
      }),
    ],
    [
      'createRole',
      '{ role { id } }',
      () => ({ organizationCode: undefined, key: 'new', name: 'New' }),
    ],
    [
      'createPermission',
      '{ permission { id } }',
      () => ({ organizationCode: undefined, key: 'new', name: 'New' }),
    ],
    [
      'createOrganizationInvite',
      '{ organizationInvite { id } }',
      () => ({ email: 'new@example.com', roles: [{ key: 'member' }] }),
    ],
    ['removeOrganizationUser', '{ removedUserId }', () => ({ userId: member() })],
    ['uploadOrganizationLogo', '{ organizationLogo { id } }', () => ({ type: 'LIGHT', data: PNG })],
  ];

  test.each(CASES)('%s has the lists of its objects read again', async (name, selection, input) => {
    const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
    const document = `mutation Write($input: ${type}) { ${name}(input: $input) ${selection.replace(/\}$/, 'userErrors { message } }')} }`;
    const { error, payload, seen, fresh, isRead } = await after(document, input());
    expect([error, payload.userErrors]).toEqual([undefined, []]);
    expect(seen).toEqual(fresh);
    expect(isRead).toBe(true);
  });

  test('reaches an organization that is shown under a member', async () => {
    const { code } = bigOrganization().profile;
    const invites = gql`
      query Invites($userId: ID!) {
        user(userId: $userId) {
          id
          memberships {
            id
            organization {
              id
              code
              invites(first: 50) {
                nodes {
                  id
                }
              }
            }
          }
        }
      }
    `;
    const { client, read } = createClient();
    const before = await read(invites, { userId: member() });
    const mutation = gql`
      mutation Invite($input: CreateOrganizationInviteInput!) {
        createOrganizationInvite(input: $input) {
          inviteCode
        }
      }
    `;
    const input = { organizationCode: code, email: 'a@example.com', roles: [{ key: 'member' }] };
    await client.mutation(mutation, { input }).toPromise();
    const seen = await read(invites, { userId: member() });
    expect(seen).not.toEqual(before);
    expect(seen).toEqual(await createClient().read(invites, { userId: member() }));
  });

  test('shows an organization under a handle that none had', async () => {
    const byHandle = gql`
      query ByHandle {
        organizationByHandle(handle: "new") {
          id
          name
        }
      }
    `;
    const { client, read } = createClient();
    expect(await read(byHandle)).toEqual({ organizationByHandle: null });
    const mutation = gql`
      mutation {
        createOrganization(input: { name: "New", handle: "new" }) {
          organization {
            id
          }
        }
      }
    `;
    await client.mutation(mutation, {}).toPromise();
    expect((await read(byHandle)).organizationByHandle.name).toBe('New');
  });

  test('that changes no list leaves the lists as they are', async () => {
    bigOrganization().overrides.set('max_projects', '3');
    const flag = await after(
      'mutation Write($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { featureFlag { id value } userErrors { message } } }',
      { key: 'max_projects', value: 7 },
    );
    const role = await after(
      'mutation Write($input: UpdateRoleInput!) { updateRole(input: $input) { replacedRoleId role { id } userErrors { message } } }',
      { organizationCode: undefined, role: { key: 'auditor' }, name: 'Auditor 2' },
    );
    for (const { error, payload, seen, fresh, isRead } of [flag, role]) {
      expect([error, payload.userErrors, isRead]).toEqual([undefined, [], false]);
      expect(seen).toEqual(fresh);
    }
  });

  test.each(SHAPES)(
    'that removes a member takes it out of all pages of %s, without a read',
    async (shape) => {
      const { code } = bigOrganization().profile;
      const entry = '{ id userId }';
      const list = gql`
      query Pages($code: ID!, $after: String) {
        organization(code: $code) {
          id
          users(first: 4, after: $after) {
            ${shape === 'nodes' ? `nodes ${entry}` : `edges { node ${entry} }`}
            pageInfo { endCursor hasNextPage }
          }
        }
      }
    `;
      const { client, read, sent } = createClient();
      const idsIn = ({ organization: { users } }: any): string[] =>
        (users.nodes ?? users.edges.map(({ node }: any) => node)).map(({ userId }: any) => userId);
      const first = await read(list, { code });
      await read(list, { code, after: first.organization.users.pageInfo.endCursor });
      let expected = idsIn(await read(list, { code }));
      expect(expected).toHaveLength(8);
      sent.length = 0;
      // One of the second page, then two of the first, down to lists without them.
      for (const userId of [expected[5]!, expected[0]!, expected[3]!]) {
        await client
          .mutation(
            gql`
              mutation Remove($input: RemoveOrganizationUserInput!) {
                gone: removeOrganizationUser(input: $input) {
                  removedOrganizationUserId
                  userErrors {
                    message
                  }
                }
              }
            `,
            { input: { organizationCode: code, userId } },
          )
          .toPromise();
        expected = expected.filter((id) => id !== userId);
        expect(idsIn(await read(list, { code }))).toEqual(expected);
      }
      expect(sent).toEqual(['Remove', 'Remove', 'Remove']);
    },
  );

  describe('of members reaches roles and users, too', () => {
    /** Each is a query of its own: one that has lost a field reads all of its fields again. */
    const PLACES = [
      'organization(code: $code) { id user(userId: $userId) { id } }',
      'user(userId: $userId) { id memberships { id } }',
      'user(userId: $userId) { id membership(organizationCode: $code) { id } }',
      'users(first: 100, notInOrganization: $code) { nodes { id } }',
      'roles(first: 10) { nodes { id usersCount(organizationCode: $code) } }',
      'roles(first: 10) { nodes { id users(organizationCode: $code, first: 50) { nodes { id } } } }',
    ].map((place, index) => {
      const declared = ['code', 'userId'].filter((name) => place.includes(`$${name}`));
      return gql(
        `query Place${index}(${declared.map((name) => `$${name}: ID!`).join()}) { ${place} }`,
      );
    });

    test.each<[string, string, (userId: string) => object, boolean]>([
      [
        'addOrganizationUsers',
        'addedUserIds',
        (userId) => ({ users: [{ userId, roles: [{ key: 'auditor' }] }] }),
        false,
      ],
      ['removeOrganizationUser', 'removedUserId', (userId) => ({ userId }), true],
      [
        'addOrganizationUserRole',
        'organizationUser { id }',
        (userId) => ({ userId, role: { key: 'auditor' } }),
        true,
      ],
      [
        'removeOrganizationUsers',
        'removedOrganizationUserIds',
        (userId) => ({ userIds: [userId] }),
        true,
      ],
    ])('%s { %s }', async (name, selection, input, isMember) => {
      const { profile, members } = bigOrganization();
      const userId = [...gateway.emulator.state.users.values()].find(({ id }) => {
        const roles = members.get(id)?.roles;
        const isAuditor = [...(roles ?? [])].some(({ key }) => key === 'auditor');
        return isMember ? roles !== undefined && !isAuditor : roles === undefined;
      })!.id;
      const { client, read } = createClient();
      const variables = { code: profile.code, userId };
      const readAll = async (one = read) => {
        const results = [];
        for (const place of PLACES) results.push(await one(place, variables));
        return results;
      };
      const before = await readAll();
      const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
      const { data } = await client
        .mutation<any>(
          gql(
            `mutation ($input: ${type}) { ${name}(input: $input) { ${selection} userErrors { message } } }`,
          ),
          { input: { organizationCode: profile.code, ...input(userId) } },
        )
        .toPromise();
      expect(data[name].userErrors).toEqual([]);
      const seen = await readAll();
      expect(seen).toEqual(await readAll(createClient().read));
      expect(seen).not.toEqual(before);
    });
  });

  test('that is refused leaves the lists as they are', async () => {
    const selection = '{ organizationInvite { id } userErrors { message } }';
    const { payload, isRead } = await after(
      `mutation Write($input: CreateOrganizationInviteInput!) { createOrganizationInvite(input: $input) ${selection} }`,
      { email: 'new@example.com', roles: [{ key: 'astronaut' }] },
    );
    expect(payload.userErrors).toHaveLength(1);
    expect(isRead).toBe(false);
  });

  test('that deletes an override shows the value that applies again', async () => {
    const { organizations } = gateway.emulator.state;
    const { profile, overrides } = [...organizations.values()].find(
      ({ overrides: { size } }) => size > 0,
    )!;
    const { client, read, sent } = createClient();
    const flags = gql`
      query Flags($code: ID!) {
        organization(code: $code) {
          id
          featureFlags(includeInherited: true) {
            id
            key
            value
            source
          }
        }
      }
    `;
    const [key] = [...overrides.keys()];
    const sourceOf = async () =>
      (await read(flags, { code: profile.code })).organization.featureFlags.find(
        (flag: any) => flag.key === key,
      ).source;
    expect(await sourceOf()).toBe('ORGANIZATION');
    await client
      .mutation(
        gql`
          mutation Delete($input: DeleteFeatureFlagOverrideInput!) {
            deleteFeatureFlagOverride(input: $input) {
              deletedFeatureFlagId
              featureFlag {
                id
                value
                source
              }
            }
          }
        `,
        { input: { organizationCode: profile.code, key } },
      )
      .toPromise();
    expect(await sourceOf()).toBe('ENVIRONMENT');
    expect(sent).toEqual(['Flags', 'Delete']);
  });
});

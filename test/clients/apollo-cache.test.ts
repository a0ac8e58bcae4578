/**
 * The cache policies of `kinde-graphql/apollo`, with Apollo Client and a gateway on a real socket. Apollo
 * Client's warnings are in its development build only.
 *
 * @jest-environment-options {"customExportConditions": ["node", "node-addons", "development"]}
 */
import {
  ApolloClient,
  ApolloLink,
  gql,
  HttpLink,
  InMemoryCache,
  type InMemoryCacheConfig,
} from '@apollo/client';
import { loadDevMessages } from '@apollo/client/dev';
import { CombinedGraphQLErrors } from '@apollo/client/errors';
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
import { createTypePolicies, possibleTypes, typePolicies } from '../../src/clients/apollo.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

loadDevMessages();

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.emulator.reset());
afterEach(() => void jest.restoreAllMocks());

/** Creates a client, and the operations that it has sent. */
function createClient(config: InMemoryCacheConfig = { possibleTypes, typePolicies }) {
  const sent: string[] = [];
  const record = new ApolloLink((operation, forward) => {
    sent.push(operation.operationName ?? '');
    return forward(operation);
  });
  const http = new HttpLink({ uri: `${gateway.url}/graphql` });
  const client = new ApolloClient({
    cache: new InMemoryCache(config),
    link: record.concat(http),
  });
  const read = async (query: ReturnType<typeof gql>, variables: object = {}) =>
    (await client.query<any>({ query, variables, errorPolicy: 'all' })).data;
  return { client, sent, read };
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
          endCursor
        }
      }
    }
  `,
};
type Shape = keyof typeof ORGANIZATIONS;
const SHAPES: Shape[] = ['nodes', 'edges'];

const codesIn = ({ nodes, edges }: any): string[] =>
  (nodes ?? edges.map(({ node }: any) => node)).map(({ code }: any) => code);

/** Begins to watch a list; resolves once its first page is there. */
async function watch(client: ApolloClient, query: ReturnType<typeof gql>, variables: object) {
  await client.query({ query, variables });
  const list = client.watchQuery<any>({ query, variables });
  const subscription = list.subscribe(() => undefined);
  subscriptions.push(subscription);
  return list;
}
const subscriptions: { unsubscribe(): void }[] = [];
afterEach(() => {
  for (const subscription of subscriptions.splice(0)) subscription.unsubscribe();
});

/** The codes of all organizations, in the order of the list. */
async function allCodes(): Promise<string[]> {
  const { organizations } = await gateway.query(
    '{ organizations(first: 500, sort: NAME_ASC) { nodes { code } } }',
  );
  return codesIn(organizations);
}

const bigOrganization = () =>
  [...gateway.emulator.state.organizations.values()].find(({ members }) => members.size > 12)!;

describe('a connection', () => {
  test.each(SHAPES)('of %s is read on by fetchMore to its end', async (shape) => {
    const all = await allCodes();
    const { client, read } = createClient();
    const list = await watch(client, ORGANIZATIONS[shape], { first: 7 });
    let { organizations } = list.getCurrentResult().data;
    for (let pages = 1; organizations.pageInfo.hasNextPage && pages < 20; pages++) {
      await list.fetchMore({ variables: { after: organizations.pageInfo.endCursor } });
      ({ organizations } = await read(ORGANIZATIONS[shape], { first: 7 }));
    }
    expect(codesIn(organizations)).toEqual(all);
    expect(all.length).toBeGreaterThan(14);
  });

  test('that was read by nodes is read again for edges, and then serves both', async () => {
    const all = await allCodes();
    const { read, sent } = createClient();
    await read(ORGANIZATIONS.nodes, { first: 5 });
    const { organizations } = await read(ORGANIZATIONS.edges, { first: 5 });
    expect(codesIn(organizations)).toEqual(all.slice(0, 5));
    for (const { cursor } of organizations.edges) expect(cursor).toEqual(expect.any(String));
    expect(sent).toEqual(['Nodes', 'Edges']);
    const nodes = await read(ORGANIZATIONS.nodes, { first: 5 });
    expect(codesIn(nodes.organizations)).toEqual(all.slice(0, 5));
    expect(codesIn((await read(ORGANIZATIONS.edges, { first: 5 })).organizations)).toEqual(
      all.slice(0, 5),
    );
    expect(sent).toEqual(['Nodes', 'Edges']);
  });

  test('that was read by edges serves a query for nodes', async () => {
    const { read, sent } = createClient();
    const edges = await read(ORGANIZATIONS.edges, { first: 5 });
    const nodes = await read(ORGANIZATIONS.nodes, { first: 5 });
    expect(codesIn(nodes.organizations)).toEqual(codesIn(edges.organizations));
    expect(nodes.organizations.pageInfo).toEqual(edges.organizations.pageInfo);
    expect(sent).toEqual(['Edges']);
  });

  test('that is empty is empty in either form', async () => {
    for (const { members } of gateway.emulator.state.organizations.values())
      for (const { user } of [...members.values()]) members.delete(user.id);
    const { code } = bigOrganizationOrAny();
    const { read, sent } = createClient();
    const users = (shape: string) => gql`
      query Users($code: ID!) { organization(code: $code) { id users { ${shape} { __typename } } } }
    `;
    expect((await read(users('nodes'), { code })).organization.users.nodes).toEqual([]);
    expect((await read(users('edges'), { code })).organization.users.edges).toEqual([]);
    expect(sent).toEqual(['Users']);
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

  test('has other lists for other filters, orders and keys', async () => {
    const { read, sent } = createClient();
    const list = (args: string) => gql`
      query List($code: ID!) { organization(code: $code) { id users${args} { nodes { id userId } } } }
    `;
    const { code } = bigOrganization().profile;
    const lists = [
      '',
      '(roles: ["admin"])',
      '(permissions: [])',
      '(sort: EMAIL_DESC)',
      ' @connection(key: "sidebar")',
    ];
    const seen = [];
    for (const args of lists)
      seen.push((await read(list(args), { code })).organization.users.nodes);
    expect(sent).toHaveLength(lists.length);
    for (const [index, args] of lists.entries()) {
      expect((await read(list(args), { code })).organization.users.nodes).toEqual(seen[index]);
    }
    expect(sent).toHaveLength(lists.length);
    expect(seen[1].length).toBeLessThan(seen[0].length);
  });

  test('gives a query with `after` that page alone', async () => {
    const all = await allCodes();
    const { read, sent } = createClient();
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, { first: 4 })).organizations;
    const variables = { first: 4, after: pageInfo.endCursor };
    for (let time = 0; time < 2; time++) {
      const { organizations } = await read(ORGANIZATIONS.nodes, variables);
      expect(codesIn(organizations)).toEqual(all.slice(4, 8));
    }
    expect(sent).toEqual(['Nodes', 'Nodes']);
  });

  test('has one page at a time without `appendPages`', async () => {
    const all = await allCodes();
    const { read, sent } = createClient({
      possibleTypes,
      typePolicies: createTypePolicies({ appendPages: false }),
    });
    const first = { first: 4 };
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, first)).organizations;
    const second = { first: 4, after: pageInfo.endCursor };
    for (const [variables, codes] of [
      [second, all.slice(4, 8)],
      [first, all.slice(0, 4)],
      [second, all.slice(4, 8)],
    ] as const) {
      expect(codesIn((await read(ORGANIZATIONS.nodes, variables)).organizations)).toEqual(codes);
    }
    expect(sent).toHaveLength(2);
  });

  test('is read on with another `first`', async () => {
    const all = await allCodes();
    const { client } = createClient();
    const list = await watch(client, ORGANIZATIONS.nodes, { first: 4 });
    const { pageInfo } = list.getCurrentResult().data.organizations;
    await list.fetchMore({ variables: { first: 9, after: pageInfo.endCursor } });
    const { data } = await client.query<any>({
      query: ORGANIZATIONS.nodes,
      variables: { first: 4 },
    });
    expect(codesIn(data.organizations)).toEqual(all.slice(0, 13));
  });

  test('starts over when its first page is read again', async () => {
    const all = await allCodes();
    const { client } = createClient();
    const list = await watch(client, ORGANIZATIONS.nodes, { first: 4 });
    const { pageInfo } = list.getCurrentResult().data.organizations;
    await list.fetchMore({ variables: { after: pageInfo.endCursor } });
    gateway.emulator.state.organizations.delete(all[5]!);
    const first = (await list.refetch()).data!.organizations;
    expect(codesIn(first)).toEqual(all.slice(0, 4));
    await list.fetchMore({ variables: { after: first.pageInfo.endCursor } });
    const { data } = await client.query<any>({
      query: ORGANIZATIONS.nodes,
      variables: { first: 4 },
    });
    expect(codesIn(data.organizations)).toEqual([...all.slice(0, 5), ...all.slice(6, 9)]);
  });

  test('shows an entry once when it moves from one page to the next', async () => {
    const all = await allCodes();
    const { client } = createClient();
    const list = await watch(client, ORGANIZATIONS.nodes, { first: 4 });
    const { pageInfo } = list.getCurrentResult().data.organizations;
    const { profile } = gateway.emulator.state.organizations.get(all[1]!)!;
    const sixth = gateway.emulator.state.organizations.get(all[5]!)!.profile;
    Object.assign(profile, { name: `${sixth.name} 2` });
    gateway.emulator.state.organizations.resort();
    await list.fetchMore({ variables: { after: pageInfo.endCursor } });
    const { data } = await client.query<any>({
      query: ORGANIZATIONS.nodes,
      variables: { first: 4 },
    });
    expect(codesIn(data.organizations)).toEqual([
      all[0],
      ...all.slice(2, 6),
      all[1],
      ...all.slice(6, 7),
    ]);
  });

  test('keeps an entry that is null, and leaves out one that was evicted', async () => {
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      times: 1,
      respond: {
        reshape: (body: any) => {
          body.organizations[1].code = null;
          return body;
        },
      },
    });
    const { client, read } = createClient();
    const { organizations } = await read(ORGANIZATIONS.nodes, { first: 4 });
    expect(organizations.nodes[1]).toBeNull();
    client.cache.evict({ id: client.cache.identify(organizations.nodes[2])! });
    const again = await read(ORGANIZATIONS.nodes, { first: 4 });
    expect(again.organizations.nodes).toEqual([
      organizations.nodes[0],
      null,
      organizations.nodes[3],
    ]);
  });

  test('shows what an optimistic update adds', async () => {
    const { client, sent, read } = createClient();
    const variables = { first: 4 };
    const { pageInfo } = (await read(ORGANIZATIONS.nodes, variables)).organizations;
    client.cache.updateQuery<any>({ query: ORGANIZATIONS.nodes, variables }, (data) => ({
      organizations: {
        ...data.organizations,
        nodes: [
          { __typename: 'Organization', id: 'new', code: 'org_new' },
          ...data.organizations.nodes,
        ],
      },
    }));
    const { organizations } = await read(ORGANIZATIONS.nodes, variables);
    expect(codesIn(organizations)[0]).toBe('org_new');
    expect(organizations.nodes).toHaveLength(5);
    expect(organizations.pageInfo).toEqual(pageInfo);
    expect(sent).toEqual(['Nodes']);
  });

  test('that two components select differently takes one request each', async () => {
    const { client, sent } = createClient();
    const seen: Record<string, any> = {};
    const subscriptions = SHAPES.map((shape) =>
      client
        .watchQuery<any>({ query: ORGANIZATIONS[shape], variables: { first: 5 } })
        .subscribe(({ data }) => (seen[shape] = data)),
    );
    for (let time = 0; time < 20; time++) await gateway.query('{ __typename }');
    for (const subscription of subscriptions) subscription.unsubscribe();
    expect(sent.sort()).toEqual(['Edges', 'Nodes']);
    expect(codesIn(seen['nodes'].organizations)).toEqual(codesIn(seen['edges'].organizations));
  });
});

describe('a list that can’t be read', () => {
  const USERS = gql`
    query Users($code: ID!, $after: String) {
      organization(code: $code) {
        id
        name
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
  const failWith = (status: number) =>
    gateway.emulator.fault({
      match: ({ path }) => path.includes('/users'),
      respond: { status, body: {} },
    });

  test('is null, and not an empty list', async () => {
    const { code } = bigOrganization().profile;
    const end = failWith(403);
    const { client, read } = createClient();
    const { data, error } = await client.query<any>({
      query: USERS,
      variables: { code },
      errorPolicy: 'all',
    });
    expect(data.organization.users).toBeNull();
    expect(CombinedGraphQLErrors.is(error) && error.errors[0]!.extensions!['code']).toBe(
      'FORBIDDEN',
    );
    expect((await read(USERS, { code })).organization.users).toBeNull();
    end();
    const again = await client.query<any>({
      query: USERS,
      variables: { code },
      fetchPolicy: 'network-only',
    });
    expect(again.data.organization.users.nodes).toHaveLength(5);
    failWith(403);
    await client.query<any>({
      query: USERS,
      variables: { code },
      fetchPolicy: 'network-only',
      errorPolicy: 'all',
    });
    expect((await read(USERS, { code })).organization.users).toBeNull();
  });

  test('on a later page keeps its entries', async () => {
    const { code } = bigOrganization().profile;
    const { client, read } = createClient();
    const list = await watch(client, USERS, { code });
    const { users } = list.getCurrentResult().data.organization;
    const end = failWith(503);
    await list.fetchMore({ variables: { after: users.pageInfo.endCursor }, errorPolicy: 'all' });
    expect((await read(USERS, { code })).organization.users).toEqual(users);
    end();
    await list.fetchMore({ variables: { after: users.pageInfo.endCursor } });
    expect((await read(USERS, { code })).organization.users.nodes).toHaveLength(10);
  });
});

describe('lists and objects without an id', () => {
  const MEMBER = gql`
    query Member($code: ID!) {
      organization(code: $code) {
        id
        featureFlags {
          id
          key
        }
        users(first: 1) {
          nodes {
            id
            userId
            roles {
              id
              key
            }
            permissions {
              id
              key
            }
          }
        }
      }
    }
  `;

  /** Reads a member, takes away what it has, and reads it again; returns the warnings. */
  async function shrink(config?: InMemoryCacheConfig) {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const error = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { client } = createClient(config);
    const organization = bigOrganization();
    const { roles } = gateway.emulator.state;
    for (const { roles: own } of organization.members.values()) {
      for (const role of [...roles.values()].slice(0, 3)) own.add(role);
    }
    const options = {
      query: MEMBER,
      variables: { code: organization.profile.code },
      fetchPolicy: 'network-only' as const,
    };
    const before = (await client.query<any>(options)).data.organization.users.nodes[0];
    expect(before.roles.length).toBeGreaterThan(2);
    for (const { roles: own } of organization.members.values()) own.delete([...own][0]!);
    const after = (await client.query<any>(options)).data.organization.users.nodes[0];
    expect(after.roles).toHaveLength(before.roles.length - 1);
    return [...warn.mock.calls, ...error.mock.calls].filter(([text]) =>
      /data.*lost/i.test(String(text)),
    );
  }

  test('a list that has become shorter replaces the old one, without a warning', async () => {
    expect(await shrink()).toEqual([]);
  });

  test('cause a warning without the policies', async () => {
    expect(await shrink({})).not.toEqual([]);
  });

  const branding = (fields: string) => gql`
    query Branding($code: ID!) { organization(code: $code) { id branding { ${fields} } } }
  `;
  const QUERIES = [branding('logo linkColor { raw }'), branding('themeCode linkColor { hex }')];

  test('branding and colours are merged with what another query reads of them', async () => {
    const { code } = bigOrganization().profile;
    const { read, sent } = createClient();
    const seen = [];
    for (const query of QUERIES) seen.push(await read(query, { code }));
    for (const [index, query] of QUERIES.entries()) {
      expect(await read(query, { code })).toEqual(seen[index]);
    }
    expect(sent).toHaveLength(2);
  });

  test('are read in a loop without the policies', async () => {
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const { code } = bigOrganization().profile;
    const { read, sent } = createClient({});
    for (const query of [...QUERIES, ...QUERIES]) await read(query, { code });
    expect(sent).toHaveLength(4);
  });
});

test('a fragment on Node matches each type', async () => {
  const { read } = createClient();
  const { organizations } = await read(gql`
    query Ids {
      organizations(first: 1) {
        nodes {
          ... on Node {
            id
          }
        }
      }
    }
  `);
  expect(organizations.nodes).toEqual([{ __typename: 'Organization', id: expect.any(String) }]);
});

function bigOrganizationOrAny() {
  return [...gateway.emulator.state.organizations.values()][0]!.profile;
}

/**
 * Relay's compiler, the strictest reader of the Relay specification, takes the schema: pagination
 * in both places where a page is read on, and the store updates that mutations declare. What it
 * compiles is then sent to the gateway.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { printSdl } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const SOURCE = /* JavaScript */ `
import { graphql } from 'react-relay';

graphql\`
  query OrganizationsQuery {
    ...Organizations_query
  }
\`;

graphql\`
  fragment Organizations_query on Query
  @refetchable(queryName: "OrganizationsPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    organizations(first: $count, after: $cursor, sort: NAME_ASC)
      @connection(key: "Organizations_query_organizations") {
      edges {
        node {
          ...Organizations_organization
        }
      }
    }
  }
\`;

graphql\`
  fragment Organizations_organization on Organization
  @refetchable(queryName: "OrganizationsMembersPaginationQuery")
  @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" }) {
    name
    users(first: $count, after: $cursor) @connection(key: "Organizations_organization_users") {
      edges {
        node {
          userId
          roles {
            key
          }
        }
      }
    }
  }
\`;

graphql\`
  mutation OrganizationsAddMutation($input: AddOrganizationUsersInput!, $connections: [ID!]!) {
    addOrganizationUsers(input: $input) {
      addedUsers @appendNode(connections: $connections, edgeTypeName: "OrganizationUserEdge") {
        userId
      }
      userErrors {
        code
      }
    }
  }
\`;

graphql\`
  mutation OrganizationsRemoveMutation($input: RemoveOrganizationUserInput!, $connections: [ID!]!) {
    removeOrganizationUser(input: $input) {
      removedOrganizationUserId @deleteEdge(connections: $connections)
      userErrors {
        code
      }
    }
  }
\`;
`;

const READ_ARTIFACTS = /* JavaScript */ `
  JSON.stringify(
    Object.fromEntries(
      fs.readdirSync('.').map((name) => [name.replace('.graphql.js', ''), require('./' + name)]),
    ),
  )
`;

const root = join(import.meta.dirname, '../..');
const project = mkdtempSync(join(tmpdir(), 'relay-'));

/** What the compiler wrote, by name; one that refers to another holds it. */
let artifacts: Record<string, any>;

let gateway: TestGateway;

function compile(config: object): void {
  writeFileSync(
    join(project, 'relay.config.json'),
    JSON.stringify({ schema: './schema.graphql', ...config }),
  );
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'node_modules/relay-compiler/cli.js'), '--noWatchman', 'relay.config.json'],
    { cwd: project, encoding: 'utf8', timeout: 100_000 },
  );
  if (status !== 0) throw new Error(`relay-compiler exited with ${status}:\n${stdout}${stderr}`);
}

beforeAll(async () => {
  mkdirSync(join(project, 'src'));
  mkdirSync(join(project, 'artifacts'));
  writeFileSync(join(project, 'src/Organizations.js'), SOURCE);
  writeFileSync(join(project, 'schema.graphql'), printSdl());
  compile({
    src: './src',
    artifactDirectory: './artifacts',
    language: 'javascript',
    // CommonJS, so that `require` reads an artifact with those that it refers to.
    eagerEsModules: false,
  });
  // Read by a process of its own: Jest does not find modules outside of the repository.
  const read = spawnSync(process.execPath, ['-p', READ_ARTIFACTS], {
    cwd: join(project, 'artifacts'),
    encoding: 'utf8',
  });
  artifacts = JSON.parse(read.stdout);
  gateway = await startGateway();
});
beforeEach(() => gateway.emulator.reset());

afterAll(async () => {
  rmSync(project, { recursive: true, force: true });
  await gateway?.close();
});

test('every document is compiled', () => {
  expect(Object.keys(artifacts).sort()).toEqual([
    'OrganizationsAddMutation',
    'OrganizationsMembersPaginationQuery',
    'OrganizationsPaginationQuery',
    'OrganizationsQuery',
    'OrganizationsRemoveMutation',
    'Organizations_organization',
    'Organizations_query',
  ]);
});

test('@throwOnFieldError gives types without nulls that only mean an error', () => {
  mkdirSync(join(project, 'typed'));
  const fragment = (directive: string) => `
    import { graphql } from 'relay-runtime';
    graphql\`
      fragment members${directive}_organization on Organization ${directive && `@${directive}`} {
        name
        allowedDomains
        users(first: 10) { edges { node { email roles { key } } } }
      }
    \`;
  `;
  for (const directive of ['', 'throwOnFieldError']) {
    writeFileSync(join(project, `typed/members${directive}.ts`), fragment(directive));
  }
  compile({ src: './typed', language: 'typescript' });
  const dataOf = (name: string) => {
    const artifact = join(project, `typed/__generated__/${name}_organization.graphql.ts`);
    const type = /\$data = (\{[^]*?\n\});/.exec(readFileSync(artifact, 'utf8'))![1]!;
    return type.replace(/readonly |\s+|" ?\$.*/g, '');
  };
  expect(dataOf('members')).toContain(
    'allowedDomains:ReadonlyArray<string|null|undefined>|null|undefined;' +
      'name:string|null|undefined;' +
      'users:{edges:ReadonlyArray<{node:{email:string|null|undefined;roles:ReadonlyArray<{key:string;}|null|undefined>|null|undefined;}|null|undefined;}>;}|null|undefined;',
  );
  expect(dataOf('membersthrowOnFieldError')).toContain(
    'allowedDomains:ReadonlyArray<string>|null|undefined;' +
      'name:string|null|undefined;' +
      'users:{edges:ReadonlyArray<{node:{email:string|null|undefined;roles:ReadonlyArray<{key:string;}>;};}>;};',
  );
});

test('a connection of Query is paged by the query itself', () => {
  expect(artifacts.Organizations_query.metadata).toEqual({
    connection: [
      { count: 'count', cursor: 'cursor', direction: 'forward', path: ['organizations'] },
    ],
    refetch: {
      connection: {
        forward: { count: 'count', cursor: 'cursor' },
        backward: null,
        path: ['organizations'],
      },
      fragmentPathInResult: [],
      operation: artifacts.OrganizationsPaginationQuery,
    },
  });
});

test('a connection of an organization is paged by node(id:)', () => {
  expect(artifacts.Organizations_organization.metadata).toEqual({
    connection: [{ count: 'count', cursor: 'cursor', direction: 'forward', path: ['users'] }],
    refetch: {
      connection: {
        forward: { count: 'count', cursor: 'cursor' },
        backward: null,
        path: ['users'],
      },
      fragmentPathInResult: ['node'],
      operation: artifacts.OrganizationsMembersPaginationQuery,
      identifierInfo: { identifierField: 'id', identifierQueryVariableName: 'id' },
    },
  });
});

test('a list in another order is another connection of the store', () => {
  const [, handle] = artifacts.OrganizationsPaginationQuery.operation.selections;
  expect(handle).toMatchObject({ handle: 'connection', filters: ['sort'] });
});

test('the compiled queries page through organizations and their members', async () => {
  const { text } = artifacts.OrganizationsPaginationQuery.params;
  const nodes: { id: string; name: string }[] = [];
  let page: any;
  do {
    const cursor = page?.pageInfo.endCursor;
    page = (await gateway.query(text, { count: 20, cursor })).organizations;
    nodes.push(...page.edges.map(({ node }: any) => node));
  } while (page.pageInfo.hasNextPage);

  const { organizations } = gateway.emulator.state;
  expect(new Set(nodes.map(({ id }) => id)).size).toBe(organizations.size);

  const organization = [...organizations.values()].find(({ members }) => members.size > 10)!;
  const { id } = nodes.find(({ name }) => name === organization.profile.name)!;
  const userIds: string[] = [];
  do {
    const cursor = userIds.length === 0 ? undefined : page.pageInfo.endCursor;
    const { node } = await gateway.query(
      artifacts.OrganizationsMembersPaginationQuery.params.text,
      { id, count: 10, cursor },
    );
    page = node.users;
    userIds.push(...page.edges.map((edge: any) => edge.node.userId));
  } while (page.pageInfo.hasNextPage);

  expect(userIds).toHaveLength(organization.members.size);
  expect(new Set(userIds)).toEqual(
    new Set(Array.from(organization.members.values(), ({ user }) => user.id)),
  );
});

test('the compiled mutations name the edges that the store adds and deletes', async () => {
  const { state } = gateway.emulator;
  const person = [...state.users.values()].find(({ organizations }) => organizations.length === 0)!;
  const [organization] = state.organizations.values();
  const organizationCode = organization!.profile.code;

  const { addOrganizationUsers } = await gateway.query(
    artifacts.OrganizationsAddMutation.params.text,
    { input: { organizationCode, users: [{ userId: person.id }] } },
  );
  const { removeOrganizationUser } = await gateway.query(
    artifacts.OrganizationsRemoveMutation.params.text,
    { input: { organizationCode, userId: person.id } },
  );

  expect(addOrganizationUsers.addedUsers).toEqual([{ id: expect.any(String), userId: person.id }]);
  expect(removeOrganizationUser).toEqual({
    removedOrganizationUserId: addOrganizationUsers.addedUsers[0].id,
    userErrors: [],
  });
});

/**
 * The TypeScript of the docs, as one project: the code generators that it configures are run, it is
 * compiled strictly, and the clients that it makes are driven against a gateway.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import ts from 'typescript';
import { startGateway, type TestGateway } from '../support/gateway.js';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md'));
const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, 'docs', page), 'utf8').matchAll(/```(\w+)\n([^]*?)```/g)].map(
    ([, language, code]) => ({ page, language: language!, code: code! }),
  ),
);
const sources = blocks.filter(({ language }) => /^(tsx?|jsx?)$/.test(language));
const fileOf = (code: string) => /^\/\/ ([\w./-]+)\n/.exec(code)?.[1];

const project = mkdtempSync(join(tmpdir(), 'docs-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** What a page of an application would do with the blocks, by name; each returns what it saw. */
const DRIVER = /* TypeScript */ `
import { ApolloProvider } from '@apollo/client/react';
import { prerenderStatic } from '@apollo/client/react/ssr';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { commitMutation, fetchQuery } from 'relay-runtime';
import { addRole } from './src/add-role.js';
import { adviceFor } from './src/advice.js';
import { allMembers } from './src/all-members.js';
import { createApolloClient } from './src/apollo.js';
import { Members } from './src/members.js';
import { ADD_ROLE, MEMBERS } from './src/operations.js';
import { createEnvironment } from './src/relay/environment.js';
import organizationMembers from './src/relay/__generated__/organizationMembersQuery.graphql.js';
import removeMember from './src/relay/__generated__/removeMemberMutation.graphql.js';
import { createTrustedClient } from './src/trusted.js';
import { createUrqlClient } from './src/urql.js';

const [scenario, token, code, userId] = process.argv.slice(2) as [string, string, string, string];
let signIns = 0;
const session = { token: async () => token || undefined, signIn: () => void signIns++ };

const scenarios: Record<string, () => Promise<unknown>> = {
  async render() {
    const client = createApolloClient(session);
    const tree = createElement(ApolloProvider, { client, children: createElement(Members, { code }) });
    const { result } = await prerenderStatic({ tree, renderFunction: renderToString });
    return result;
  },
  async pages() {
    const client = createApolloClient(session);
    const list = client.watchQuery({ query: MEMBERS, variables: { code, first: 5 } });
    let { data } = await client.query({ query: MEMBERS, variables: { code, first: 5 } });
    let info = data?.organization?.users?.pageInfo;
    while (info?.hasNextPage) {
      const page = await list.fetchMore({ variables: { after: info.endCursor } });
      info = page.data?.organization?.users?.pageInfo;
    }
    data = client.readQuery({ query: MEMBERS, variables: { code, first: 5 } }) ?? undefined;
    return data?.organization?.users?.edges.map(({ node }) => node?.userId);
  },
  async roles() {
    const client = createApolloClient(session);
    await client.query({ query: MEMBERS, variables: { code, first: 500 } });
    const outcomes = [
      await addRole(client, code, userId, 'auditor'),
      await addRole(client, code, userId, 'astronaut'),
    ];
    const seen = client.readQuery({ query: MEMBERS, variables: { code, first: 500 } });
    const member = seen?.organization?.users?.edges.find(({ node }) => node?.userId === userId);
    return { outcomes, roles: member?.node?.roles?.map((role) => role?.key) };
  },
  async failing() {
    const client = createApolloClient(session);
    const { data, error } = await client.query({ query: MEMBERS, variables: { code, first: 1 } });
    const outcome = await addRole(client, code, userId, 'auditor');
    const errors = (error as { errors?: [] } | undefined)?.errors ?? [];
    return { name: data?.organization?.name, advice: errors.map(adviceFor), outcome, signIns };
  },
  async urql() {
    const ids = [];
    for await (const { userId } of allMembers(createUrqlClient(() => token || undefined), code)) {
      ids.push(userId);
    }
    return ids;
  },
  async urqlRefused() {
    const failure = await allMembers(createUrqlClient(() => token || undefined), code).next().catch((error: Error) => error.message);
    return failure;
  },
  async trusted() {
    const client = createTrustedClient(session);
    const { data } = await client.query({ query: MEMBERS, variables: { code, first: 1 } });
    const { data: changed } = await client.mutate({
      mutation: ADD_ROLE,
      variables: { input: { organizationCode: code, userId, role: { key: 'auditor' } } },
    });
    return { name: data?.organization?.name, changed: changed?.addOrganizationUserRole?.userErrors };
  },
  async relay() {
    const environment = createEnvironment();
    const data = (await fetchQuery(environment, organizationMembers, { code, first: 500 }).toPromise()) as any;
    const removed = await new Promise((resolve, reject) =>
      commitMutation(environment, {
        mutation: removeMember,
        variables: { input: { organizationCode: code, userId }, connections: [] },
        onCompleted: resolve,
        onError: reject,
      }),
    );
    return { ids: data.organization.users.edges.map(({ node }: any) => node.userId), removed };
  },
};
process.stdout.write(JSON.stringify(await scenarios[scenario]!()));
`;

let bundle: string;
let gateway: TestGateway;

beforeAll(async () => {
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'), 'dir');
  cpSync(join(root, 'schema.graphql'), join(project, 'schema.graphql'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  for (const { code } of sources) {
    const path = join(project, fileOf(code) ?? 'nameless.ts');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code, { flag: 'wx' });
  }
  const relayConfig = blocks.find(
    ({ page, code }) => page === 'frontend.md' && code.includes('"eagerEsModules"'),
  );
  writeFileSync(join(project, 'relay.config.json'), relayConfig!.code);
  const bin = (path: string) => join(root, 'node_modules', path);
  await run('node', [bin('@graphql-codegen/cli/cjs/bin.js'), '--config', 'codegen.ts'], {
    cwd: project,
  });
  await run('node', [bin('relay-compiler/cli.js'), '--noWatchman', 'relay.config.json'], {
    cwd: project,
  });
  writeFileSync(join(project, 'driver.ts'), DRIVER);
  const { outputFiles } = buildSync({
    entryPoints: [join(project, 'driver.ts')],
    absWorkingDir: project,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    jsx: 'automatic',
    // React and Apollo Client are the process's own; relay-runtime has no ES modules to import.
    external: ['@apollo/*', '@urql/*', 'graphql', 'react', 'react-dom', 'rxjs'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  bundle = outputFiles[0]!.text;
  gateway = await startGateway();
}, 120_000);
beforeEach(() => gateway.emulator.reset());
afterAll(() => gateway?.close());

/** Runs a scenario of the driver against a gateway, in a process of its own. */
async function drive(scenario: string, { url } = gateway, ...args: string[]): Promise<any> {
  const script = join(project, `${scenario}.mjs`);
  writeFileSync(script, bundle.replaceAll('http://localhost:4000', url));
  const { stdout } = await run('node', [script, scenario, ...args], { cwd: project });
  return JSON.parse(stdout);
}

/** An organization with a member who does not have the role `auditor`, and all its members. */
function membership({ emulator } = gateway) {
  for (const { profile, members } of emulator.state.organizations.values()) {
    const member = [...members.values()].find(
      ({ roles }) => ![...roles].some(({ key }) => key === 'auditor'),
    );
    if (members.size > 10 && member !== undefined) {
      return {
        code: profile.code,
        name: profile.name,
        userId: member.user.id,
        userIds: Array.from(members.values(), ({ user }) => user.id).sort(),
      };
    }
  }
  throw new Error('The seed has no such organization.');
}

test('every block names its file', () => {
  expect(sources.length).toBeGreaterThan(8);
  for (const { page, code } of sources) expect(`${page}: ${fileOf(code)}`).not.toMatch('undefined');
});

describe('the blocks', () => {
  const check = (extra: Record<string, string> = {}) => {
    for (const [name, text] of Object.entries(extra)) writeFileSync(join(project, name), text);
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        ...JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions,
        // These three are about the repository's own style.
        verbatimModuleSyntax: false,
        noUnusedLocals: false,
        isolatedModules: false,
      },
      project,
    );
    const files = [...sources.map(({ code }) => fileOf(code)!), 'driver.ts', ...Object.keys(extra)];
    const program = ts.createProgram(
      files.map((name) => join(project, name)),
      options,
    );
    return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line = file?.getLineAndCharacterOfPosition(start!).line ?? 0;
      return `${file?.fileName.replace(project, '')}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  };

  test('compile, with the types that were generated from the schema', () => {
    expect(check()).toEqual([]);
  }, 120_000);

  test('do not compile when they ask for what is not there', () => {
    const wrong = `import { ADD_ROLE } from './operations.js';
      import { createUrqlClient } from './urql.js';
      void createUrqlClient(() => undefined).mutation(ADD_ROLE, { input: { role: 'admin' } });`;
    expect(check({ 'src/wrong.ts': wrong })).toEqual([
      expect.stringMatching(/^\/src\/wrong\.ts:3 /),
    ]);
  }, 120_000);
});

describe('Apollo Client as the recipes make it', () => {
  test('renders the component with an organization’s members', async () => {
    const { code, name } = membership();
    const html = await drive('render', gateway, '', code);
    expect(html).toContain(`<h1>${name.replaceAll('&', '&amp;')}</h1>`);
    expect(html.match(/<li>/g).length).toBeGreaterThan(9);
  }, 60_000);

  test('appends pages until everybody is there', async () => {
    const { code, userIds } = membership();
    expect((await drive('pages', gateway, '', code)).sort()).toEqual(userIds);
  }, 60_000);

  test('shows a given role without reading again, and what was refused beside its field', async () => {
    const { code, userId } = membership();
    const { outcomes, roles } = await drive('roles', gateway, '', code, userId);
    expect(roles).toContain('auditor');
    expect(outcomes).toEqual([
      { kind: 'done' },
      {
        kind: 'refused',
        problems: [{ field: 'role.key', message: expect.stringContaining('astronaut') }],
      },
    ]);
  }, 60_000);
});

describe('a token that is not good for everything', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await startGateway({ env: { AUTH_MODE: 'jwt' } });
  });
  afterAll(() => strict.close());

  test('shows what it is good for, and says what is missing', async () => {
    const { code, name, userId } = membership(strict);
    const token = await strict.emulator.issueToken({ scopes: ['read:organizations'] });
    expect(await drive('failing', strict, token, code, userId)).toEqual({
      name,
      advice: [{ kind: 'forbidden', scope: 'read:organization_users' }],
      outcome: {
        kind: 'failed',
        advice: { kind: 'forbidden', scope: 'create:organization_user_roles' },
      },
      signIns: 0,
    });
    expect(await drive('urqlRefused', strict, token, code)).toBe('forbidden');
  }, 60_000);

  test('asks to sign in when it is none', async () => {
    const { code, userId } = membership(strict);
    const seen = await drive('failing', strict, 'no-token', code, userId);
    expect(seen.signIns).toBe(2);
    expect(seen.outcome).toEqual({ kind: 'failed', advice: { kind: 'sign-in' } });
  }, 60_000);
});

test('urql reads a list to its end', async () => {
  const { code, userIds } = membership();
  expect((await drive('urql', gateway, '', code)).sort()).toEqual(userIds);
}, 60_000);

test('only the documents that the preset wrote are run, and those are', async () => {
  const written = JSON.parse(
    readFileSync(join(project, 'src/gql/persisted-documents.json'), 'utf8'),
  ) as Record<string, string>;
  // The project holds Relay's recipes too, whose directives are for its own compiler alone.
  const own = Object.entries(written).filter(
    ([, text]) => !/@(throwOnFieldError|catch|deleteEdge)/.test(text),
  );
  const file = join(project, 'trusted-documents.json');
  writeFileSync(file, JSON.stringify(Object.fromEntries(own)));
  const strict = await startGateway({ env: { TRUSTED_DOCUMENTS: file } });
  try {
    const { code, name, userId } = membership(strict);
    expect(await drive('trusted', strict, '', code, userId)).toEqual({
      name,
      changed: [],
    });
    const { errors } = await strict.execute('{ roles { nodes { id } } }');
    expect(errors![0]!.extensions['code']).toBe('TRUSTED_DOCUMENT_REQUIRED');
  } finally {
    await strict.close();
  }
}, 60_000);

test('Relay reads and writes by what its compiler made', async () => {
  const { code, userId, userIds } = membership();
  const { ids, removed } = await drive('relay', gateway, '', code, userId);
  expect(ids.sort()).toEqual(userIds);
  expect(removed.removeOrganizationUser.userErrors).toEqual([]);
  expect(gateway.emulator.state.organizations.get(code)!.members.has(userId)).toBe(false);
}, 60_000);

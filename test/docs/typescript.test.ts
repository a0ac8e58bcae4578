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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { freePort } from '../support/free-port.js';
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
import { ApolloLink, gql, HttpLink } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { prerenderStatic } from '@apollo/client/react/ssr';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { cacheExchange as documentCache, Client as UrqlClient, createRequest, fetchExchange } from '@urql/core';
import { commitMutation, fetchQuery } from 'relay-runtime';
import { from, mergeMap } from 'rxjs';
import * as kinde from '@kinde-oss/kinde-auth-react';
import { OrganizationNameDocument } from './src/gql/graphql.js';
import { addRole } from './src/add-role.js';
import { adviceFor } from './src/advice.js';
import { allMembers } from './src/all-members.js';
import { createApolloClient } from './src/apollo.js';
import { FlagSwitch, switched } from './src/flag-switch.js';
import { GraphQLProvider } from './src/graphql-provider.js';
import { Members } from './src/members.js';
import { ADD_ROLE, MEMBERS, SET_FLAG } from './src/operations.js';
import { watchChanges } from './src/changes.js';
import { watchName } from './src/live.js';
import { createLiveLink, LIVE } from './src/live-apollo.js';
import { liveExchange } from './src/live-urql.js';
import { createEnvironment } from './src/relay/environment.js';
import { createLiveEnvironment } from './src/relay/live-environment.js';
import { liveName } from './src/relay/live-name.js';
import { waitToReconnect } from './src/reconnect.js';
import { createStreams } from './src/streams.js';
import { memberIds } from './src/relay/member-ids.js';
import { organizationMembers } from './src/relay/organization-members.js';
import { removeMember } from './src/relay/remove-member.js';
import { removeMember as removeFromOrganization } from './src/remove-member.js';
import { retryAfterExchange } from './src/retry-after-urql.js';
import { renderPage } from './src/ssr.js';
import { createTrustedClient } from './src/trusted.js';
import { createUrqlClient } from './src/urql.js';
import { forbidden, server } from './test/mocks.js';

let [scenario, token, code, userId] = process.argv.slice(2) as [string, string, string, string];
let signIns = 0;
const session = { token: async () => token || null, signIn: () => void signIns++ };

/** Ends at once the waits for errors that name no time. */
function shortenWaits() {
  const { setTimeout: wait, setInterval: repeat } = globalThis;
  const shorten = (start: any) => ((callback: () => void, ms?: number, ...values: unknown[]) =>
    start(callback, ms === 5_000 ? 0 : ms, ...values)) as any;
  globalThis.setTimeout = shorten(wait);
  // RxJS's timers.
  globalThis.setInterval = shorten(repeat);
}

/** Returns how many streams were opened for a page that is left before its expired stream has ended. */
async function openedAfterUnmount() {
  const { fetch: real } = globalThis;
  const expired = { errors: [{ message: 'Expired.', extensions: { code: 'UNAUTHENTICATED' } }] };
  const event = (result: object) => new TextEncoder().encode('event: next\\ndata: ' + JSON.stringify(result) + '\\n\\n');
  let opened = 0;
  let stream: ReadableStreamDefaultController;
  globalThis.fetch = async (_, init) => {
    opened++;
    const body = new ReadableStream({ start: (controller) => void (stream = controller) });
    init?.signal?.addEventListener('abort', () => stream.error(new Error('aborted')));
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  await new Promise<void>((resolve) => {
    const close = createStreams(session).subscribe({ query: '{ a }' }, {
      next: async () => {
        stream.enqueue(event(expired));
        for (let turns = 0; turns < 10; turns++) await turn();
        close();
        for (let turns = 0; turns < 10; turns++) await turn();
        resolve();
      },
      error: () => resolve(),
      complete: () => undefined,
    });
    void (async () => {
      while (stream === undefined) await turn();
      stream.enqueue(event({ data: { a: 1 } }));
    })();
  });
  globalThis.fetch = real;
  return opened;
}

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
    return data?.organization?.users?.nodes.map((user) => user?.userId);
  },
  async roles() {
    const client = createApolloClient(session);
    await client.query({ query: MEMBERS, variables: { code, first: 500 } });
    const outcomes = [
      await addRole(client, code, userId, 'auditor'),
      await addRole(client, code, userId, 'astronaut'),
    ];
    const seen = client.readQuery({ query: MEMBERS, variables: { code, first: 500 } });
    const member = seen?.organization?.users?.nodes.find((user) => user?.userId === userId);
    return { outcomes, roles: member?.roles?.map((role) => role?.key) };
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
    for await (const { userId } of allMembers(createUrqlClient(session), code)) {
      ids.push(userId);
    }
    return ids;
  },
  async urqlRefused() {
    const failure = await allMembers(createUrqlClient(session), code).next().catch((error: Error) => error.message);
    return failure;
  },
  async provider() {
    const tree = createElement((kinde as any).KindeContext.Provider, {
      value: { getAccessToken: session.token, login: session.signIn } as any,
      children: createElement(GraphQLProvider, { children: createElement(Members, { code }) }),
    });
    const { result } = await prerenderStatic({ tree, renderFunction: renderToString });
    return result;
  },
  async flag() {
    // The network answers when it is told to.
    let answer = () => {};
    const network = new ApolloLink((operation, forward) =>
      from(operation.operationName === 'SetFlag' ? new Promise<void>((resolve) => (answer = resolve)) : [0]).pipe(
        mergeMap(() => forward(operation)),
      ),
    ).concat(new HttpLink({ uri: 'http://localhost:4000/graphql' }));
    const client: any = createApolloClient(session, network);
    const query = gql\`query Flags($code: ID!) { organization(code: $code) { id featureFlags { id key value } } }\`;
    const flagOf = ({ organization }: any) => organization.featureFlags.find(({ value }: any) => typeof value === 'boolean');
    const flag = flagOf((await client.query({ query, variables: { code } })).data);
    const cached = () => flagOf(client.cache.readQuery({ query, variables: { code }, optimistic: true })).value;
    const warnings: unknown[] = [];
    console.error = (...values: unknown[]) => warnings.push(values);
    const seen = [flag.value];
    const set = async (value: boolean) => {
      const writing = client.mutate({
        mutation: SET_FLAG,
        variables: { input: { organizationCode: code, key: flag.key, value } },
        optimisticResponse: switched(flag, value),
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      seen.push(cached());
      answer();
      await writing;
      seen.push(cached());
    };
    await set(!flag.value);
    // Without a token the gateway refuses it.
    token = '';
    await set(flag.value);
    const html = renderToString(createElement(ApolloProvider, { client, children: createElement(FlagSwitch, { organizationCode: code, flag: { ...flag, value: true } }) }));
    return { key: flag.key, seen, html, warnings };
  },
  async removed() {
    const client = createApolloClient(session);
    const variables = { code, first: 500 };
    await client.query({ query: MEMBERS, variables });
    await removeFromOrganization(client, code, userId);
    return client.readQuery({ query: MEMBERS, variables })?.organization?.users?.nodes.map((user) => user?.userId);
  },
  async retry() {
    shortenWaits();
    const client = createApolloClient(session);
    const { data, error } = await client.query({ query: MEMBERS, variables: { code, first: 1 } });
    return { users: data?.organization?.users?.nodes.length, error };
  },
  async retryUrql() {
    shortenWaits();
    const client = createUrqlClient(session);
    const { data, error } = await client.query(MEMBERS, { code, first: 1 }).toPromise();
    return { users: data?.organization?.users?.nodes.length, error };
  },
  async retryRelay() {
    shortenWaits();
    const data = (await fetchQuery(createEnvironment(), organizationMembers, { code, first: 1 }).toPromise()) as any;
    return { users: memberIds(data).length };
  },
  async failingStreams() {
    shortenWaits();
    const opened: string[] = [];
    let open = 0;
    const failing = (client: string) => ({
      subscribe(_request: unknown, sink: any) {
        opened.push(client);
        open++;
        sink.next({ data: { organization: null }, errors: [{ message: '', extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] });
        return () => void open--;
      },
    });
    const query = gql\`query Name($code: ID!) @live { organization(code: $code) { id } }\`;
    createApolloClient(session, createLiveLink(failing('apollo'), new HttpLink())).watchQuery({ query, variables: { code } }).subscribe(() => {});
    const exchanges = [retryAfterExchange, liveExchange(failing('urql')), fetchExchange];
    const urql = new UrqlClient({ url: 'http://localhost:4000/graphql', exchanges, preferGetMethod: false });
    const operation = urql.createRequestOperation('query', createRequest(query, { code }));
    urql.executeRequestOperation(operation).subscribe(() => {});
    // Longer than the shortened waits.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const first = [...opened].sort();
    // As a cache does that a mutation has taken data from.
    urql.reexecuteOperation(operation);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { first, again: opened.slice(2), open };
  },
  async refusedStreams() {
    const url = 'http://localhost:4000/graphql';
    const query = gql\`query Name($code: ID!) @live { organization(code: $code) { id } }\`;
    const client = createApolloClient(session, createLiveLink(createStreams(session), new HttpLink({ uri: url })));
    const results: any = await new Promise((resolve) => {
      client.watchQuery({ ...LIVE, query, variables: { code } }).subscribe((result) => result.error && resolve(result));
    });
    let name: unknown = 'none';
    for await (const one of watchName(url, code, async () => token)) name = one;
    return { signIns, message: results.error.message, name };
  },
  async ssr() {
    const { html, state } = await renderPage(createElement(Members, { code }), session);
    const offline = createApolloClient(session, new ApolloLink(() => { throw new Error('It asks again.'); }));
    offline.restore(JSON.parse(JSON.stringify(state)));
    const tree = createElement(ApolloProvider, { client: offline, children: createElement(Members, { code }) });
    return { html, again: renderToString(tree) };
  },
  async mocks() {
    server.listen({ onUnhandledRequest: 'error' });
    const render = async () => (await renderPage(createElement(Members, { code }), session)).html;
    const first = await render();
    server.use(forbidden);
    return [first, await render()];
  },
  async trusted() {
    const client = createTrustedClient(session);
    const { data } = await client.query({ query: MEMBERS, variables: { code, first: 1 } });
    const { data: changed } = await client.mutate({
      mutation: ADD_ROLE,
      variables: { input: { organizationCode: code, userId, role: { key: 'auditor' } } },
    });
    const http = new HttpLink({ uri: 'http://localhost:4000/graphql' });
    const live = createTrustedClient(session, createLiveLink(createStreams(session), http));
    const streamed: any = await new Promise((resolve) => {
      const watched = live.watchQuery({ ...LIVE, query: OrganizationNameDocument, variables: { code } });
      const mounted = watched.subscribe((result) => {
        if (!result.data && !result.error) return;
        resolve(result);
        setImmediate(() => mounted.unsubscribe());
      });
    });
    return {
      name: data?.organization?.name,
      changed: changed?.addOrganizationUserRole?.userErrors,
      streamed: streamed.data?.organization.name ?? streamed.error.message,
    };
  },
  async live() {
    const url = 'http://localhost:4000/graphql';
    const streams = createStreams(session);
    const query = gql\`query Name($code: ID!) @live { organization(code: $code) { id name } }\`;
    const plain = gql\`query Plain($code: ID!) { organization(code: $code) { id name } }\`;
    const nameIn = (data: any): string | undefined => data?.organization?.name;
    // The latest name that each client shows.
    const shown: Record<string, string | undefined> = {};
    const show = (client: string) => (name: string | undefined) => void (shown[client] = name);
    const until = async (isSo: () => boolean) => {
      for (let n = 0; n < 2_000 && !isSo(); n++) await new Promise((resolve) => setTimeout(resolve, 25));
    };

    const apollo = createApolloClient(session, createLiveLink(streams, new HttpLink({ uri: url })));
    const exchanges = [documentCache, liveExchange(streams), fetchExchange];
    const urql = new UrqlClient({ url, exchanges, preferGetMethod: false });
    const environment = createLiveEnvironment(streams, () => Promise.reject(new Error('It is streamed.')));
    const mount = () => {
      const mounted = [
        apollo.watchQuery({ ...LIVE, query, variables: { code } }).subscribe(({ data }: any) => show('apollo')(nameIn(data))),
        urql.query(query, { code }, { requestPolicy: 'cache-and-network' }).subscribe(({ data }) => show('urql')(nameIn(data))),
        fetchQuery(environment, liveName, { code }).subscribe({ next: (data) => show('relay')(nameIn(data)) }),
      ];
      return () => mounted.forEach((one) => one.unsubscribe());
    };
    const unmount = mount();
    // A query of the same object, which is sent once.
    apollo.watchQuery({ query: plain, variables: { code } }).subscribe(({ data }: any) => show('apollo cache')(nameIn(data)));
    void (async () => {
      for await (const name of watchName(url, code, async () => token)) show('node')(name);
    })();
    const kinds: string[] = [];
    void (async () => {
      for await (const { kind } of watchChanges(url, async () => token)) kinds.push(kind);
    })();
    await until(() => Object.values(shown).filter(Boolean).length === 5 && kinds.length === 1);
    const before = { ...shown };
    for (const name of ['After', 'Later']) {
      // The data of a page that is opened again is in the cache.
      if (name === 'Later') {
        unmount();
        mount();
      }
      await apollo.mutate({
        mutation: gql\`mutation Rename($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }\`,
        variables: { input: { organizationCode: code, name } },
      });
      await until(() => Object.values(shown).every((one) => one === name));
    }
    await until(() => kinds.length === 3);
    const waits: number[] = [];
    const { setTimeout: wait } = globalThis;
    globalThis.setTimeout = ((callback: () => void, ms: number) => (waits.push(ms), wait(callback, 0))) as any;
    for (const retries of [0, 3, 40]) await waitToReconnect(retries);
    wait(() => process.exit(), 0);
    return { before, after: shown, kinds, waits };
  },
  async renewal() {
    const post = async (url: string, body: object, headers: Record<string, string> = {}) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
      return (await fetch(url, { ...init, body: JSON.stringify(body) })).json();
    };
    const issue = async (options: object = {}) =>
      (await post(userId + '/_emulator/tokens', options)).access_token as string;
    /** Tokens of which the first one is accepted for one or two seconds more: it says in whole ones when it expired. */
    const expiring = () => {
      let issued = 0;
      return () => issue(issued++ === 0 ? { expiresIn: -3 } : {});
    };
    const url = 'http://localhost:4000/graphql';
    const feed = async () => {
      let cursor = '';
      for await (const change of watchChanges(url, issue)) {
        cursor = change.cursor;
        break;
      }
      const token = expiring();
      let issued = 0;
      const renewed = async () => {
        // Nothing changed while the first token was valid.
        if (issued++ === 1) {
          const authorization = 'Bearer ' + (await issue());
          const query = 'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, isMfaRequired: false }) { userErrors { code } } }';
          await post(url, { query, variables: { code } }, { authorization });
        }
        return token();
      };
      for await (const { kind } of watchChanges(url, renewed, cursor)) return kind;
      return 'ended';
    };
    const streams = createStreams({ token: expiring() });
    const results: unknown[] = [];
    const query = '{ organization(code: "' + code + '") { name } }';
    const changed = feed();
    await new Promise<void>((resolve) => {
      const close = streams.subscribe({ query: 'query @live ' + query }, {
        next: ({ data }) => results.push(data) === 2 && (close(), resolve()),
        error: (error) => (results.push(error), resolve()),
        complete: () => (results.push('complete'), resolve()),
      });
    });
    return [...results, await changed, { opened: await openedAfterUnmount() }];
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
    return { ids: memberIds(data), removed };
  },
};
process.stdout.write(JSON.stringify(await scenarios[scenario]!()));
`;

/** The recipe's settings for Vite, and what this driver needs of it besides. */
const DRIVER_CONFIG = /* TypeScript */ `
import { defineConfig, mergeConfig } from 'vite';
import config from './vite.config.js';

export default mergeConfig(config, defineConfig({
  logLevel: 'error',
  // It has no ES modules to import.
  ssr: { noExternal: ['relay-runtime'] },
  build: { ssr: 'driver.ts', outDir: 'built', minify: false },
}));
`;

/** Puts the repository's packages where the project finds them, and the package itself. */
function linkPackages(): void {
  const packages = join(project, 'node_modules');
  mkdirSync(join(packages, '.bin'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(root, 'node_modules', name), join(packages, name));
  }
  symlinkSync(root, join(packages, 'kinde-graphql'));
  symlinkSync(join(root, 'bin/kinde-graphql.js'), join(packages, '.bin/kinde-graphql'));
}

let bundle: string;
let gateway: TestGateway;

beforeAll(async () => {
  linkPackages();
  cpSync(join(root, 'schema.graphql'), join(project, 'schema.graphql'));
  const compilerOptions = { jsx: 'react-jsx', module: 'esnext', moduleResolution: 'bundler' };
  for (const [name, text] of Object.entries({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions }),
    'driver.ts': DRIVER,
    'driver.vite.config.ts': DRIVER_CONFIG,
  })) {
    writeFileSync(join(project, name), text);
  }
  for (const { code } of sources) {
    const path = join(project, fileOf(code) ?? 'nameless.ts');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code, { flag: 'wx' });
  }
  const relayConfig = blocks.find(
    ({ page, code }) => page === 'frontend.md' && code.includes('"eagerEsModules"'),
  );
  writeFileSync(join(project, 'relay.config.json'), relayConfig!.code);
  const tool = (path: string, ...args: string[]) =>
    run('node', [join(root, 'node_modules', path), ...args], { cwd: project });
  await tool('@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.ts');
  await tool('relay-compiler/cli.js', '--noWatchman', 'relay.config.json');
  await tool('vite/bin/vite.js', 'build', '--config', 'driver.vite.config.ts');
  bundle = readFileSync(join(project, 'built/driver.js'), 'utf8');
  gateway = await startGateway();
});
beforeEach(() => gateway.emulator.reset());
afterAll(() => gateway?.close());

/** Runs a scenario of the driver against a gateway, in a process of its own. */
async function drive(scenario: string, { url } = gateway, ...args: string[]): Promise<any> {
  const script = join(project, `${scenario}.mjs`);
  writeFileSync(script, bundle.replaceAll('http://localhost:4000', url));
  // Apollo Client's warnings are in its development build.
  const { stdout } = await run('node', ['--conditions=development', script, scenario, ...args], {
    cwd: project,
  });
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
  const WRONG = `import { ADD_ROLE } from './operations.js';
    import { createUrqlClient } from './urql.js';
    void createUrqlClient({ token: async () => undefined }).mutation(ADD_ROLE, { input: { role: 'admin' } });`;
  let complaints: string[];
  // One compilation: most of it is the libraries' declarations.
  beforeAll(() => {
    writeFileSync(join(project, 'src/wrong.ts'), WRONG);
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
    const files = [...sources.map(({ code }) => fileOf(code)!), 'driver.ts', 'src/wrong.ts'];
    const program = ts.createProgram(
      files.map((name) => join(project, name)),
      options,
    );
    complaints = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
      const line = file?.getLineAndCharacterOfPosition(start!).line ?? 0;
      return `${file?.fileName.replace(project, '')}:${line + 1} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });

  const isOfWrong = (complaint: string) => complaint.startsWith('/src/wrong.ts');

  test('compile, with the types that were generated from the schema', () => {
    expect(complaints.filter((complaint) => !isOfWrong(complaint))).toEqual([]);
  });

  test('do not compile when they ask for what is not there', () => {
    expect(complaints.filter(isOfWrong)).toEqual([expect.stringMatching(/^\/src\/wrong\.ts:3 /)]);
  });
});

describe('Apollo Client as the recipes make it', () => {
  test('renders the component with an organization’s members', async () => {
    const { code, name } = membership();
    const html = await drive('render', gateway, '', code);
    expect(html).toContain(`<h1>${name.replaceAll('&', '&amp;')}</h1>`);
    expect(html.match(/<li>/g).length).toBeGreaterThan(9);
  });

  test('appends pages until everybody is there', async () => {
    const { code, userIds } = membership();
    expect((await drive('pages', gateway, '', code)).sort()).toEqual(userIds);
  });

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
  });
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
  });

  test('is replaced when it expires, and its stream goes on unless the page is left', async () => {
    const { code, name } = membership(strict);
    const organization = { organization: { name } };
    expect(await drive('renewal', strict, '', code, strict.emulator.url)).toEqual([
      organization,
      organization,
      'ORGANIZATION_UPDATED',
      { opened: 1 },
    ]);
  });

  test('asks to sign in when it is none', async () => {
    const { code, userId } = membership(strict);
    const seen = await drive('failing', strict, 'no-token', code, userId);
    expect(seen.signIns).toBe(2);
    expect(seen.outcome).toEqual({ kind: 'failed', advice: { kind: 'sign-in' } });
  });

  test('asks to sign in where a stream is refused for it', async () => {
    const { signIns, message, name } = await drive(
      'refusedStreams',
      strict,
      'no-token',
      membership(strict).code,
    );
    expect(message).toMatch(/not a JWT/);
    expect({ signIns, name }).toEqual({ signIns: 1 });
  });
});

describe('Apollo Client, in the recipes for special cases', () => {
  const open: TestGateway[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  async function gatewayWith(env: Record<string, string>): Promise<TestGateway> {
    const one = await startGateway({ env });
    open.push(one);
    return one;
  }

  test('sends the token of Kinde’s SDK', async () => {
    const strict = await gatewayWith({ AUTH_MODE: 'jwt' });
    const { code, name } = membership(strict);
    const token = await strict.emulator.issueToken({});
    const html = await drive('provider', strict, token, code);
    expect(html).toContain(`<h1>${name.replaceAll('&', '&amp;')}</h1>`);
    expect(html).toContain('<li>');
  });

  test('switches a flag at once, and back when the write fails', async () => {
    const strict = await gatewayWith({ AUTH_MODE: 'jwt' });
    const { state } = strict.emulator;
    const { code } = [...state.organizations.values()].find(({ profile }) =>
      [...state.organization(profile.code).overrides.keys()].some(
        (key) => state.featureFlags.get(key)!.type === 'bool',
      ),
    )!.profile;
    const token = await strict.emulator.issueToken({});
    const { key, seen, html, warnings } = await drive('flag', strict, token, code);
    const [before] = seen;
    expect(seen).toEqual([before, !before, !before, before, !before]);
    expect(html).toMatch(/<input type="checkbox"[^>]* checked=""/);
    expect(html).toContain(key);
    expect(warnings).toEqual([]);
  });

  test('leaves a removed member out of its lists', async () => {
    const { code, userId, userIds } = membership();
    const seen = await drive('removed', gateway, '', code, userId);
    expect(seen.sort()).toEqual(userIds.filter((id) => id !== userId));
  });

  test('renders on a server, and again from the same data without a request', async () => {
    const { code, name } = membership();
    const { html, again } = await drive('ssr', gateway, '', code);
    expect(html).toContain(`<h1>${name.replaceAll('&', '&amp;')}</h1>`);
    expect(again).toBe(html);
  });

  test('is mocked by MSW, also for somebody who may not see all', async () => {
    const [members, forbidden] = await drive('mocks', gateway, '', 'org_1');
    expect(members.replaceAll('<!-- -->', '')).toContain('<li>Ada Lovelace: Admin</li>');
    expect(members).not.toContain('You may not see all of this.');
    expect(forbidden).toContain('<p>You may not see all of this.</p>');
    expect(forbidden).not.toContain('<li>');
  });
});

test('the recipes for tests without Kinde are run by Jest, and their global setup ends what it starts', async () => {
  const port = await freePort();
  const setup = readFileSync(join(project, 'test/global-setup.ts'), 'utf8');
  expect(setup).toContain('port: 4000');
  const { default: own } = await import(join(root, 'jest.config.mjs'));
  const { extensionsToTreatAsEsm, testTimeout, transform } = own;
  for (const [name, text] of Object.entries({
    'jest.config.json': JSON.stringify({
      ...{ extensionsToTreatAsEsm, testTimeout, transform },
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
      testMatch: ['<rootDir>/test/*.test.ts'],
    }),
    'test/setup.ts': setup.replace('port: 4000', `port: ${port}`),
    'test/setup.test.ts': `import { expect, test } from '@jest/globals';
      import setUp from './setup.js';
      test('a gateway', async () => {
        const tearDown = await setUp();
        const live = () => fetch('http://localhost:${port}/livez').then(({ status }) => status, () => 'gone');
        expect(await live()).toBe(200);
        await tearDown();
        expect(await live()).toBe('gone');
      });`,
  })) {
    writeFileSync(join(project, name), text);
  }
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const flags = ['--config', 'jest.config.json', '--json', '--silent'];
  const { stdout } = await run('node', ['--experimental-vm-modules', jest, ...flags], {
    cwd: project,
  });
  const results = JSON.parse(stdout).testResults.flatMap((file: any) =>
    file.assertionResults.map(({ title, status }: any) => `${title}: ${status}`),
  );
  expect(results.sort()).toEqual([
    'a gateway: passed',
    'counts down while Kinde is busy: passed',
    'says that the members are not for everybody: passed',
    'shows members to callers with the scope: passed',
  ]);
});

describe('a query is sent again after the seconds that an error names, twice at most', () => {
  let busy: TestGateway;
  beforeAll(async () => {
    busy = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
  });
  beforeEach(() => busy.emulator.reset());
  afterAll(() => busy.close());

  test.each(['retry', 'retryUrql', 'retryRelay'])('by the recipe %s', async (scenario) => {
    busy.calls();
    busy.emulator.fault({
      match: ({ path }) => path.includes('/users'),
      times: 1,
      respond: { status: 429, headers: { 'ratelimit-reset': '1' } },
    });
    busy.emulator.fault({
      match: ({ path }) => path.includes('/users'),
      times: 1,
      respond: { status: 503 },
    });
    const seen = await drive(scenario, busy, '', membership(busy).code);
    const reads = busy.calls().filter((call) => call.includes('/users'));
    expect(seen).toEqual({ users: 1 });
    expect(reads).toHaveLength(3);
  });
});

test('a live query that fails isn’t opened a second time', async () => {
  // One of Apollo's and one of urql's, also when urql's cache sends the query again.
  expect(await drive('failingStreams', gateway, '', membership().code)).toEqual({
    first: ['apollo', 'urql'],
    again: ['urql'],
    open: 2,
  });
});

test('urql reads a list to its end', async () => {
  const { code, userIds } = membership();
  expect((await drive('urql', gateway, '', code)).sort()).toEqual(userIds);
});

test('only the documents that the preset wrote are run, and those are', async () => {
  const written: Record<string, string> = JSON.parse(
    readFileSync(join(project, 'src/gql/persisted-documents.json'), 'utf8'),
  );
  // Relay's directives are for its own compiler.
  expect(Object.values(written).join()).not.toMatch(/@(throwOnFieldError|catch|deleteEdge)/);
  const file = join(project, 'src/gql/persisted-documents.json');
  const strict = await startGateway({ env: { TRUSTED_DOCUMENTS: file } });
  try {
    const { code, name, userId } = membership(strict);
    expect(await drive('trusted', strict, '', code, userId)).toEqual({
      name,
      changed: [],
      streamed: name,
    });
    const { errors } = await strict.execute('{ roles { nodes { id } } }');
    expect(errors![0]!.extensions['code']).toBe('TRUSTED_DOCUMENT_REQUIRED');
  } finally {
    await strict.close();
  }
});

test('Relay reads and writes by what its compiler made', async () => {
  const { code, userId, userIds } = membership();
  const { ids, removed } = await drive('relay', gateway, '', code, userId);
  expect(ids.sort()).toEqual(userIds);
  expect(removed.removeOrganizationUser.userErrors).toEqual([]);
  expect(gateway.emulator.state.organizations.get(code)!.members.has(userId)).toBe(false);
});

test('every client of the recipes shows a change as it happens, and a server hears of it', async () => {
  const { code, name } = membership();
  const { before, after, kinds, waits } = await drive('live', gateway, '', code);
  const clients = (text: string) =>
    Object.fromEntries(
      ['apollo', 'apollo cache', 'urql', 'relay', 'node'].map((client) => [client, text]),
    );
  expect(before).toEqual(clients(name));
  expect(after).toEqual(clients('Later'));
  expect(kinds).toEqual(['RESYNC', 'ORGANIZATION_UPDATED', 'ORGANIZATION_UPDATED']);
  const longest = [1_000, 8_000, 30_000];
  for (const [index, milliseconds] of waits.entries()) {
    expect(milliseconds).toBeGreaterThanOrEqual(longest[index]! / 2);
    expect(milliseconds).toBeLessThanOrEqual(longest[index]!);
  }
});

/** `GET /schema.graphql`, and the tools that read a schema by URL. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { diff } from '@graphql-inspector/core';
import { UrlLoader } from '@graphql-tools/url-loader';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildClientSchema, buildSchema, getIntrospectionQuery, parse, validate } from 'graphql';
import { loadConfig } from 'graphql-config';
import { examples } from '../../src/graphiql/examples.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const root = join(import.meta.dirname, '../..');
const schemaFile = readFileSync(join(root, 'schema.graphql'), 'utf8');
const documentsFile = join(tmpdir(), `trusted-${process.pid}.json`);

let gateway: TestGateway;
let headers: Record<string, string>;

beforeAll(async () => {
  gateway = await startGateway({ env: { AUTH_MODE: 'jwt' } });
  headers = { authorization: `Bearer ${await gateway.emulator.issueToken()}` };
});
afterAll(() => gateway?.close());

const get = (more: Record<string, string> = {}) =>
  fetch(`${gateway.url}/schema.graphql`, { headers: { ...headers, ...more } });

test('is the file of the repository, as text with a validator', async () => {
  const response = await get({ 'accept-encoding': 'br' });
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  expect(response.headers.get('vary')).toContain('Authorization');
  expect(response.headers.get('content-encoding')).toBe('br');
  expect(await response.text()).toBe(schemaFile);
  const etag = response.headers.get('etag')!;
  expect((await get({ 'accept-encoding': 'br', 'if-none-match': etag })).status).toBe(304);
  expect(gateway.calls()).toEqual([]);
});

test('needs the token that introspection needs', async () => {
  for (const authorization of ['', 'Bearer nonsense']) {
    const response = await get({ authorization });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/);
    const { errors } = (await response.json()) as any;
    expect(errors[0].extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
    const asked = await fetch(`${gateway.url}/graphql?query={__typename}`, {
      headers: { authorization, accept: 'application/json' },
    });
    expect(((await asked.json()) as any).errors[0].message).toBe(errors[0].message);
  }
});

describe('is there where introspection is', () => {
  const ONE = { one: '{ organizations(first: 1) { nodes { code } } }' };
  beforeAll(() => writeFileSync(documentsFile, JSON.stringify(ONE)));
  afterAll(() => rmSync(documentsFile, { force: true }));

  test.each<[string, Record<string, string>, number]>([
    ['in production', { NODE_ENV: 'production' }, 404],
    [
      'in production, when it is allowed',
      { NODE_ENV: 'production', ALLOW_INTROSPECTION: 'true' },
      200,
    ],
    ['with trusted documents', { TRUSTED_DOCUMENTS: documentsFile }, 404],
  ])('%s', async (_where, env, status) => {
    const other = await startGateway({ before: gateway.emulator, env });
    const asked = await other.execute('{ __schema { queryType { name } } }');
    const response = await fetch(`${other.url}/schema.graphql`);
    await other.close();
    expect([response.status, asked.data?.__schema !== undefined]).toEqual([status, status === 200]);
  });
});

describe('for tools', () => {
  const project = mkdtempSync(join(tmpdir(), 'schema-'));
  const path = (name: string) => join(project, name);
  const run = (name: string, ...args: string[]) =>
    promisify(execFile)(join(root, 'node_modules/.bin', name), args, { cwd: project });

  beforeAll(() => symlinkSync(join(root, 'node_modules'), path('node_modules')));
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test('GraphQL Inspector finds that introspection and file agree', async () => {
    const introspected = buildClientSchema(
      (await gateway.execute(getIntrospectionQuery(), {}, headers)).data,
    );
    const [{ schema }] = (await new UrlLoader().load(`${gateway.url}/schema.graphql`, {
      headers,
    })) as any;
    const changes = await diff(introspected, schema);
    // Introspection has no applied directives.
    expect(changes.filter(({ type }) => !type.startsWith('DIRECTIVE_USAGE'))).toEqual([]);
  });

  test('GraphQL Code Generator reads it by URL', async () => {
    const config = {
      schema: { [`${gateway.url}/schema.graphql`]: { headers } },
      generates: { 'types.ts': { plugins: ['typescript'] } },
    };
    writeFileSync(path('codegen.json'), JSON.stringify(config));
    await run('graphql-codegen', '--silent', '--config', 'codegen.json');
    expect(readFileSync(path('types.ts'), 'utf8')).toContain('export type OrganizationUser = ');
  });

  test('gql.tada reads the schema of the gateway, and types an operation by it', async () => {
    const plugin = {
      ...{ name: 'gql.tada/ts-plugin', schema: 'tada.graphql' },
      tadaOutputLocation: 'tada-env.d.ts',
    };
    const compilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
      ...{ module: 'nodenext', target: 'es2022', plugins: [plugin] },
    };
    writeFileSync(path('tsconfig.json'), JSON.stringify({ compilerOptions, include: ['page.ts'] }));
    const header = `Authorization: ${headers['authorization']}`;
    await run('gql.tada', 'generate-schema', '--header', header, `${gateway.url}/graphql`);
    await run('gql.tada', 'generate-output');
    const lines = [
      "import { initGraphQLTada, type ResultOf } from 'gql.tada';",
      "import type { introspection } from './tada-env.js';",
      'const graphql = initGraphQLTada<{ introspection: introspection }>();',
      'const query = graphql(`{ organization(code: "x") { name createdOn } }`);',
      'type Organization = NonNullable<ResultOf<typeof query>["organization"]>;',
      'export const name = (it: Organization): string | null => it.name;',
      '// @ts-expect-error: it was not selected',
      'export const handle = (it: Organization) => it.handle;',
    ];
    writeFileSync(path('page.ts'), lines.join('\n'));
    await run('tsc', '-p', '.');
  });

  test('get-graphql-schema prints the schema of the gateway', async () => {
    const header = `Authorization=${headers['authorization']}`;
    const { stdout } = await run('get-graphql-schema', `${gateway.url}/graphql`, '-h', header);
    const printed = buildSchema(stdout);
    for (const { query } of examples) expect(validate(printed, parse(query))).toEqual([]);
  });

  test('editors find it by graphql.config.yml', async () => {
    const config = await loadConfig({ rootDir: root, throwOnEmpty: true, throwOnMissing: true });
    const schema = await config!.getDefault().getSchema();
    for (const { query } of examples) expect(validate(schema, parse(query))).toEqual([]);
  });
});

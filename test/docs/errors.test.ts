/** docs/errors.md lists the codes that there are, and the statuses that they come with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLEnumType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const page = text('docs/errors.md');

/** The rows of the table beneath a heading, as cells without the marks of code. */
function table(markdown: string, heading: string): string[][] {
  const section = markdown.split(/^## /m).find((part) => part.startsWith(heading));
  const rows = [...(section ?? '').matchAll(/^\| `([^]*?)\|$/gm)].map(([row]) =>
    row.split('|').slice(1, -1),
  );
  return rows.map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')));
}
const codesOf = (heading: string) =>
  table(page, heading)
    .map(([code]) => code!)
    .filter((code) => /^[A-Z]/.test(code));
const capitals = (from: string) =>
  [...from.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([code]) => code);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('the codes of docs/errors.md', () => {
  test('of an operation are those of src/graphql/errors.ts', () => {
    const [, union] = /export type ErrorCode =([^;]+);/.exec(text('src/graphql/errors.ts'))!;
    const codes = [...union!.matchAll(/'(\w+)'/g)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(codesOf('Codes of an operation').sort()).toEqual(codes.sort());
  });

  test('of userErrors are the values of UserErrorCode, each of which the gateway gives', () => {
    const type = createSchema().getType('UserErrorCode') as GraphQLEnumType;
    const codes = type.getValues().map(({ name }) => name);
    const failures = codes.filter((code) => codesOf('Codes of an operation').includes(code));
    const documented = codesOf('Codes in userErrors');
    // A failure of a bulk write's batch is in the first table, and named beneath the second.
    const named = /its users get the code of the failure: (.*)\. The/.exec(page)![1]!;
    const ofBatches = failures.filter((code) => code !== 'NOT_FOUND');
    expect(capitals(named).concat('UNAUTHENTICATED', 'FORBIDDEN').sort()).toEqual(ofBatches.sort());
    expect([...documented, ...ofBatches].sort()).toEqual(codes.sort());

    const rooms = readdirSync(join(root, 'src/resolvers')).map((name) => `src/resolvers/${name}`);
    const sources = [...rooms, 'src/graphql/user-errors.ts'].map(text).join('\n');
    const given = new Set([...sources.matchAll(/[:(]\s*'([A-Z_]+)'/g)].map(([, code]) => code));
    expect(documented.filter((code) => !given.has(code) && code !== 'NOT_FOUND')).toEqual([]);
  });
});

test('the recipes and examples wait for the codes that the page says to retry after a wait', () => {
  const waits = table(page, 'Codes of an operation')
    .filter(([, , retry]) => retry!.startsWith('after '))
    .map(([code]) => code);
  expect(waits).toContain('RATE_LIMITED');
  for (const [path, kind] of [
    ['docs/frontend.md', 'try-again'],
    ['examples/design/problem.ts', 'wait'],
  ] as const) {
    const [, cases] = new RegExp(`((?:case '\\w+':\\s+)+)return \\{ kind: '${kind}'`).exec(
      text(path),
    )!;
    const codes = [...cases!.matchAll(/'(\w+)'/g)].map(([, code]) => code);
    expect(codes.sort()).toEqual(waits.sort());
  }
});

describe('a request', () => {
  const post = (body: string, headers: object = {}): RequestInit => ({
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json',
      ...headers,
    },
    body,
  });
  const hash = 'a'.repeat(64);
  const MUTATION = encodeURIComponent(
    'mutation { deleteOrganization(input: { organizationCode: "x" }) { userErrors { code } } }',
  );
  /** Each with a request, or several, that get the code. */
  const requests: Record<string, [path: string, RequestInit][]> = {
    GRAPHQL_PARSE_FAILED: [['/graphql', post('{"query":"{"}')]],
    GRAPHQL_VALIDATION_FAILED: [['/graphql', post('{"query":"{ nothing }"}')]],
    OPERATION_RESOLUTION_FAILURE: [
      ['/graphql', post('{"query":"query A { __typename }","operationName":"B"}')],
      ['/graphql', post('{"query":"query A { __typename } query B { __typename }"}')],
    ],
    BAD_REQUEST: [
      ['/graphql', post('[')],
      ['/graphql', post('[{"query":"{ __typename }"}]')],
      ['/graphql?query={__typename}', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ],
    PERSISTED_QUERY_NOT_FOUND: [
      ['/graphql', post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${hash}"}}}`)],
    ],
    NOT_FOUND: [['/graphqll', post('{}')]],
    METHOD_NOT_ALLOWED: [
      ['/graphql', { method: 'DELETE' }],
      [`/graphql?query=${MUTATION}`, { headers: { accept: 'application/json' } }],
      [`/graphql?query=${MUTATION}`, { headers: { accept: 'application/graphql-response+json' } }],
      [
        '/graphql?query=subscription{changes{kind}}',
        { headers: { accept: 'application/graphql-response+json' } },
      ],
    ],
    NOT_ACCEPTABLE: [['/graphql', post('{"query":"{ __typename }"}', { accept: 'text/html' })]],
    PAYLOAD_TOO_LARGE: [['/graphql', post(`{"query":"${' '.repeat(1024 * 1024)}"}`)]],
    HEADERS_TOO_LARGE: [['/graphql', post('{}', { 'x-a': 'b'.repeat(17_000) })]],
    UNSUPPORTED_MEDIA_TYPE: [
      ['/graphql', post('query={}', { 'content-type': 'text/plain' })],
      ['/graphql', post('{}', { 'content-encoding': 'gzip' })],
    ],
  };
  const statusOf = (code: string) =>
    Number(table(page, 'Codes of a request').find(([name]) => name === code)?.[1]);

  test.each(Object.keys(requests))('with %s has the status that the page says', async (code) => {
    for (const [path, init] of requests[code]!) {
      const response = await fetch(`${gateway.url}${path}`, init);
      const body = (await response.json()) as any;
      expect(body.errors[0].extensions.code).toBe(code);
      expect(response.status).toBe(statusOf(code));
    }
    expect(gateway.calls()).toEqual([]);
  });

  test('by a method that is not allowed is told which one is', async () => {
    const allowed = requests['METHOD_NOT_ALLOWED']!.map(async ([path, init]) =>
      (await fetch(`${gateway.url}${path}`, init)).headers.get('allow'),
    );
    expect(await Promise.all(allowed)).toEqual(['GET, POST', 'POST', 'POST', 'POST']);
  });

  test.each(['jwt', 'passthrough'])(
    'with a wrong token has the status that the page says, in AUTH_MODE=%s',
    async (mode) => {
      const strict = await startGateway({ env: { AUTH_MODE: mode } });
      const documents = [
        '{ organizations(first: 1) { nodes { code } } }',
        '{ __typename a: organizations(first: 1) { nodes { code } } roles { nodes { key } } }',
        'mutation { createOrganization(input: { name: "X" }) { userErrors { code } } }',
      ];
      for (const accept of ['application/json', 'application/graphql-response+json']) {
        for (const query of documents) {
          const headers = { accept, authorization: 'Bearer wrong' };
          const response = await fetch(
            `${strict.url}/graphql`,
            post(JSON.stringify({ query }), headers),
          );
          const body = (await response.json()) as any;
          expect([response.status, body.data]).toEqual([statusOf('UNAUTHENTICATED'), undefined]);
          expect(body.errors[0].extensions.code).toBe('UNAUTHENTICATED');
          expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
          expect(response.headers.get('content-type')).toContain(accept);
        }
      }
      await strict.close();
    },
  );

  test('whose token expires halfway keeps what was read, as the page says', async () => {
    const passing = await startGateway({
      env: { AUTH_MODE: 'passthrough', UPSTREAM_RETRIES: '0' },
    });
    const token = await passing.emulator.issueToken({});
    const nested =
      '{ organizations(first: 2) { nodes { code users(first: 1) { nodes { id } } } } }';
    passing.emulator.fault({
      match: ({ path }) => path.includes('/users'),
      respond: { status: 401 },
    });
    const response = await fetch(
      `${passing.url}/graphql`,
      post(JSON.stringify({ query: nested }), { authorization: `Bearer ${token}` }),
    );
    const { data, errors } = (await response.json()) as any;
    await passing.close();
    expect(response.status).toBe(200);
    expect(data.organizations.nodes).toHaveLength(2);
    expect(errors.map(({ extensions }: any) => extensions.code)).toEqual([
      'UNAUTHENTICATED',
      'UNAUTHENTICATED',
    ]);
  });

  test('of each code is made here, but for those that test/graphql/limits.test.ts and test/http/cors.test.ts make', () => {
    expect(codesOf('Codes of a request').sort()).toEqual(
      [
        ...Object.keys(requests),
        ...['HOST_NOT_ALLOWED', 'REQUEST_TIMEOUT', 'TRUSTED_DOCUMENT_REQUIRED', 'UNAUTHENTICATED'],
      ].sort(),
    );
  });
});

test('the typical mistakes of the page get its messages', async () => {
  const production = await startGateway({ env: { NODE_ENV: 'production' } });
  const query = '{"query":"{ __typename }"}';
  const json = (body: string, headers = {}): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const mutation = encodeURIComponent(
    'mutation { createOrganization(input: { name: "X" }) { userErrors { code } } }',
  );
  const requests: [path: string, RequestInit][] = [
    ['/graphql', json(query, { 'content-type': 'application/x-www-form-urlencoded' })],
    ['/graphql', { method: 'POST', body: query }],
    ['/graphql', { method: 'POST', body: new TextEncoder().encode(query) }],
    ['/graphql', json(query, { 'content-type': 'application/json; charset=utf-16' })],
    ['/graphql', json(query, { 'content-encoding': 'gzip' })],
    ['/graphql', json(query, { accept: 'text/html' })],
    ['/graphql', json('{ __typename }')],
    ['/graphql', json('{"query":"{ __typename }","variables":{"__proto__":1}}')],
    ['/graphql', json('')],
    ['/graphql', json('{}')],
    ['/graphql', json('{"mutation":"mutation { a }"}')],
    ['/graphql', json('{"query":{}}')],
    ['/graphql', json(`[${query}]`)],
    ['/graphql', json('{"query":"subscription { changes { kind } }"}')],
    [`/graphql?query=${mutation}`, { headers: { accept: 'application/json' } }],
    ['/graphql?query={__typename}', {}],
    ['/graphql', { method: 'PUT' }],
    ['/', json(query)],
  ];
  const messages: string[] = [];
  for (const [path, init] of requests) {
    const response = await fetch(`${production.url}${path}`, init);
    messages.push(((await response.json()) as any).errors[0].message);
  }
  expect(production.calls()).toEqual([]);
  await production.close();
  const [, section] = /### Typical mistakes\n([^]*?)\n## /.exec(page)!;
  const rows = section!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2);
  expect(messages).toEqual(rows.map((row) => row.split(' | ').at(-1)!.replace(/ *\|$/, '')));
});

test('the answer that the page shows is the answer of a token without the scope', async () => {
  const [shown] = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json]) => JSON.parse(json!));
  const strict = await startGateway({ env: { AUTH_MODE: 'jwt' } });
  const token = await strict.emulator.issueToken({ scopes: ['read:organizations'] });
  const answer = await strict.execute(
    '{ organization(code: "org_d0915bb74c5") { name users(first: 1) { nodes { userId } } } }',
    {},
    { authorization: `Bearer ${token}` },
  );
  await strict.close();
  const { requestId } = answer.errors![0]!.extensions;
  expect(requestId).toMatch(/^[\da-f-]{36}$/);
  const [error] = shown.errors;
  expect(answer.data).toEqual(shown.data);
  expect(answer.errors).toMatchObject([
    { ...error, extensions: { ...error.extensions, requestId } },
  ]);
});

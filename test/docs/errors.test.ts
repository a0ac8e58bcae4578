/** docs/errors.md lists the codes that there are, and the statuses that they come with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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

  test('of userErrors are those that the resolvers give and that the schema describes', () => {
    const sources = readdirSync(join(root, 'src/resolvers')).map((name) =>
      text(`src/resolvers/${name}`),
    );
    const given = sources
      .flatMap((source) => [...source.matchAll(/(?:\bcode: |\bkeyError\()'([A-Z_]+)'/g)])
      .map(([, code]) => code!)
      .filter((code) => code !== 'BAD_USER_INPUT');
    const [, described] = /the gateway's codes are ([^]+?) and,/.exec(
      text('schema/schema.graphql'),
    )!;
    const documented = codesOf('Codes in userErrors');
    expect([...new Set(given)].sort()).toEqual(capitals(described!).sort());
    expect(documented.sort()).toEqual([...capitals(described!), 'BAD_REQUEST', 'NOT_FOUND'].sort());
  });
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
  const requests: Record<string, [string, RequestInit]> = {
    GRAPHQL_PARSE_FAILED: ['/graphql', post('{"query":"{"}')],
    GRAPHQL_VALIDATION_FAILED: ['/graphql', post('{"query":"{ nothing }"}')],
    OPERATION_RESOLUTION_FAILURE: [
      '/graphql',
      post('{"query":"query A { __typename }","operationName":"B"}'),
    ],
    BAD_REQUEST: ['/graphql', post('[')],
    PERSISTED_QUERY_NOT_FOUND: [
      '/graphql',
      post(`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${hash}"}}}`),
    ],
    NOT_FOUND: ['/graphqll', post('{}')],
    METHOD_NOT_ALLOWED: ['/graphql', { method: 'DELETE' }],
    PAYLOAD_TOO_LARGE: ['/graphql', post(`{"query":"${' '.repeat(1024 * 1024)}"}`)],
    HEADERS_TOO_LARGE: ['/graphql', post('{}', { 'x-a': 'b'.repeat(17_000) })],
    UNSUPPORTED_MEDIA_TYPE: ['/graphql', post('query={}', { 'content-type': 'text/plain' })],
  };

  test.each(Object.keys(requests))('with %s has the status that the page says', async (code) => {
    const [path, init] = requests[code]!;
    const response = await fetch(`${gateway.url}${path}`, init);
    const body = (await response.json()) as any;
    expect(body.errors[0].extensions.code).toBe(code);
    const row = table(page, 'Codes of a request').find(([name]) => name === code);
    expect(String(response.status)).toBe(row![1]);
  });

  test('of each code is made here, but for the two that test/graphql/limits.test.ts makes', () => {
    expect(codesOf('Codes of a request').sort()).toEqual(
      [...Object.keys(requests), 'REQUEST_TIMEOUT', 'TRUSTED_DOCUMENT_REQUIRED'].sort(),
    );
  });
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

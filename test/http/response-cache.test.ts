/** The response cache over HTTP: headers, validators, and how logs and metrics name the source. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  arrive,
  cachedGateways,
  cast,
  DETAILS,
  LIST,
  named,
  NESTED,
  post,
  RENAME,
} from '../support/cached-gateway.js';
import type { TestGateway } from '../support/gateway.js';

const { gatewayWith, heldGatewayWith, advance } = cachedGateways();

const LIST_CALL = 'GET /api/v1/organizations?page_size=10';
const JSON_TYPE = { accept: 'application/json' };

const get = (
  { url }: TestGateway,
  parameters: Record<string, string>,
  headers: Record<string, string> = JSON_TYPE,
) => fetch(`${url}/graphql?${new URLSearchParams(parameters)}`, { headers });

describe('a query by GET', () => {
  test('is revalidated with its ETag by default, and with the cache off too', async () => {
    for (const CACHE of ['memory', 'off']) {
      const gateway = await gatewayWith({ CACHE });
      const response = await get(gateway, { query: LIST });
      expect(response.headers.get('cache-control')).toBe('private, no-cache');
      const etag = response.headers.get('etag')!;
      gateway.calls();
      const again = await get(gateway, { query: LIST }, { ...JSON_TYPE, 'if-none-match': etag });
      expect([again.status, again.headers.get('cache-control')]).toEqual([
        304,
        'private, no-cache',
      ]);
      expect(gateway.calls()).toEqual(CACHE === 'off' ? [LIST_CALL] : []);
    }
  });

  test('may be reused for HTTP_MAX_AGE_SECONDS, but not after its first part expires', async () => {
    const gateway = await gatewayWith({
      HTTP_MAX_AGE_SECONDS: '1000',
      CACHE_TTL_SECONDS: '300',
      CACHE_CATALOGUE_TTL_SECONDS: '3000',
    });
    const roles = '{ roles(first: 3) { nodes { key } } }';
    const both =
      '{ organizations(first: 10) { nodes { name } } roles(first: 3) { nodes { key } } }';
    const maxAge = async (query: string) => {
      const { headers } = await get(gateway, { query });
      return Number(/^private, max-age=(\d+)$/.exec(headers.get('cache-control') ?? '')?.[1]);
    };
    expect(await maxAge(roles)).toBe(1_000);
    const ofList = await maxAge(LIST);
    expect(ofList).toBeGreaterThan(270);
    expect(ofList).toBeLessThanOrEqual(300);
    advance(200_000);
    for (let time = 0; time < 2; time++) {
      const ofBoth = await maxAge(both);
      expect(ofBoth).toBeGreaterThan(50);
      expect(ofBoth).toBeLessThanOrEqual(100);
    }
    advance(110_000);
    gateway.calls();
    expect(await maxAge(both)).toBeGreaterThan(270);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });

  test('has an ETag, and a client that has it gets 304 without a body', async () => {
    const gateway = await gatewayWith();
    const { A } = cast(gateway);
    const variables = JSON.stringify({ A });
    const ask = (headers = {}) =>
      get(gateway, { query: DETAILS, variables }, { ...JSON_TYPE, ...headers });
    const first = await ask();
    const text = await first.text();
    const etag = first.headers.get('etag')!;
    expect(etag).toMatch(/^"[\w-]+"$/);
    gateway.calls();
    for (const sent of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await ask({ 'if-none-match': sent });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([
        304,
        '',
        etag,
      ]);
      expect(again.headers.get('vary')).toMatch(/Accept.*Authorization/);
    }
    expect(await (await ask({ 'if-none-match': '"other"' })).text()).toBe(text);
    expect(gateway.calls()).toEqual([]);
    await gateway.query(RENAME, { A, name: 'Renamed' });
    const changed = await ask({ 'if-none-match': etag });
    expect([changed.status, changed.headers.get('etag') === etag]).toEqual([200, false]);
    expect(await changed.text()).toContain('Renamed');
  });

  const MUTATION =
    'mutation { deleteOrganization(input: { organizationCode: "x" }) { userErrors { code } } }';
  const LISTED = { query: LIST };
  test.each<[string, number, Record<string, string>, Record<string, string>, string?]>([
    ['an error', 200, { query: '{ organizations(first: 0) { nodes { name } } }' }, JSON_TYPE],
    ['a mutation', 405, { query: MUTATION }, JSON_TYPE],
    ['no document', 200, { query: '{' }, JSON_TYPE],
    ['no query', 400, {}, JSON_TYPE],
    ['a media type that there is not', 406, LISTED, { accept: 'text/plain' }],
    [
      'a content type that is not JSON',
      415,
      LISTED,
      { ...JSON_TYPE, 'content-type': 'text/plain' },
    ],
    ['a sign of another site', 400, LISTED, { accept: '*/*', 'sec-fetch-site': 'cross-site' }],
    ['extensions', 200, LISTED, { ...JSON_TYPE, 'x-graphql-cost': 'true' }],
    ['another path', 404, {}, JSON_TYPE, '/nowhere'],
    ['a path that cannot be decoded', 400, {}, JSON_TYPE, '/%E0%A4%A'],
    ['a health check', 200, {}, JSON_TYPE, '/readyz'],
  ])('with %s must not be stored', async (_, status, parameters, headers, path = '/graphql') => {
    const gateway = await gatewayWith({ HTTP_MAX_AGE_SECONDS: '100' });
    for (let time = 0; time < 2; time++) {
      const response = await fetch(`${gateway.url}${path}?${new URLSearchParams(parameters)}`, {
        headers,
      });
      expect(response.status).toBe(status);
      expect(response.headers.get('etag')).toBeNull();
      expect(response.headers.get('cache-control')).toBe('no-store');
      if (path !== '/graphql') continue;
      expect(response.headers.get('vary')?.toLowerCase().split(', ').sort()).toEqual([
        'accept',
        'accept-encoding',
        'authorization',
        'origin',
      ]);
    }
    expect(gateway.calls().filter((call) => call !== LIST_CALL)).toEqual([]);
  });

  test('that is refused while the gateway is overloaded or without a token must not be stored', async () => {
    const gateway = await gatewayWith({ AUTH_MODE: 'jwt' });
    const refused = await get(gateway, { query: LIST });
    expect([refused.status, refused.headers.get('cache-control')]).toEqual([401, 'no-store']);
    const { gateway: busy, proxy } = await heldGatewayWith({
      MAX_CONCURRENT_OPERATIONS: '1',
      MAX_WAIT_MS: '0',
    });
    const held = proxy.hold(LIST_CALL);
    const first = get(busy, { query: LIST });
    await held.made;
    const others = await Promise.all(
      [2, 3, 4].map((n) =>
        get(busy, { query: `{ organizations(first: ${n}) { nodes { code } } }` }),
      ),
    );
    held.release();
    expect((await first).status).toBe(200);
    const shed = others.filter(({ status }) => status === 503);
    expect(shed.length).toBeGreaterThan(0);
    for (const { headers } of shed) expect(headers.get('cache-control')).toBe('no-store');
  });

  test('that another site’s page may have sent is refused, even if the response is cached', async () => {
    const gateway = await gatewayWith({ NODE_ENV: 'production' });
    expect((await get(gateway, { query: LIST })).status).toBe(200);
    expect((await get(gateway, { query: LIST }, { accept: '*/*' })).status).toBe(400);
    expect((await get(gateway, { query: LIST })).status).toBe(200);
  });
});

test('a POST has no ETag and no lifetime, and shares no response with a GET', async () => {
  const gateway = await gatewayWith();
  for (let time = 0; time < 2; time++) {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'if-none-match': '*' },
      body: JSON.stringify({ query: LIST }),
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('etag')).toBeNull();
    expect(response.headers.get('cache-control')).toBeNull();
  }
  expect((await get(gateway, { query: LIST })).headers.get('etag')).toMatch(/^".+"$/);
  // A GET's cache key comes from its URL, not from a body.
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...JSON_TYPE },
    body: `/graphql?${new URLSearchParams({ query: LIST })}`,
  });
  expect(response.status).toBe(400);
});

test('each Accept header gets its own content type', async () => {
  const gateway = await gatewayWith();
  for (let time = 0; time < 2; time++) {
    for (const type of ['application/json', 'application/graphql-response+json']) {
      const response = await get(gateway, { query: LIST }, { accept: type });
      expect(response.headers.get('content-type')).toContain(type);
    }
  }
  expect(gateway.calls()).toEqual([LIST_CALL]);
});

test('explanations and costs are made for each request, and not cached', async () => {
  const gateway = await gatewayWith();
  const plain = await post(gateway, LIST);
  for (const name of ['x-graphql-cost', 'x-graphql-explain']) {
    const { data, extensions } = JSON.parse(await post(gateway, LIST, {}, { [name]: 'true' }));
    expect(data).toEqual(JSON.parse(plain).data);
    expect(extensions).toBeDefined();
    expect(await post(gateway, LIST)).toBe(plain);
  }
});

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

test('a persisted query is served from the cache by its hash', async () => {
  const gateway = await gatewayWith();
  const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hashOf(LIST) } });
  const unknown = await (await get(gateway, { extensions })).json();
  expect(unknown).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  });
  const first = await (await get(gateway, { query: LIST, extensions })).text();
  for (let time = 0; time < 2; time++) {
    expect(await (await get(gateway, { extensions })).text()).toBe(first);
  }
  expect(gateway.calls()).toEqual([LIST_CALL]);
});

test('trusted documents are served from the cache, and others are still refused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  const file = join(folder, 'documents.json');
  writeFileSync(file, JSON.stringify({ [hashOf(LIST)]: LIST }));
  const gateway = await gatewayWith({ TRUSTED_DOCUMENTS: file });
  rmSync(folder, { recursive: true });
  const send = async (body: object) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return [response.status, await response.text()] as const;
  };
  const first = await send({ documentId: `sha256:${hashOf(LIST)}` });
  expect(first[0]).toBe(200);
  expect(await send({ documentId: `sha256:${hashOf(LIST)}` })).toEqual(first);
  expect(gateway.calls()).toEqual([LIST_CALL]);
  expect((await send({ query: LIST }))[0]).toBe(400);
});

describe('x-graphql-explain', () => {
  const explain = async (gateway: TestGateway, query: string, variables = {}) =>
    JSON.parse(await post(gateway, query, variables, { 'x-graphql-explain': 'true' })).extensions
      ?.upstream;

  test('tells the calls of a nested query cold and warm', async () => {
    const gateway = await gatewayWith();
    const cold = await explain(gateway, NESTED);
    const calls = gateway.calls();
    // The list, then for each of 3 organizations its flags and users, for each of 6 members the
    // permissions, and the roles' names once.
    expect(calls).toHaveLength(1 + 3 + 3 + 6 + 1);
    expect(cold).toMatchObject({ made: 14, cached: 0, merged: 0, stale: 0 });
    expect(cold.calls).toHaveLength(14);
    expect(cold.calls[0]).toEqual({
      route: 'GET /api/v1/organizations',
      source: 'upstream',
      startMs: expect.any(Number),
      milliseconds: expect.any(Number),
      status: 200,
      attempts: 1,
    });
    // The list is read before the organizations in it.
    const [list, ...others] = cold.calls;
    for (const { startMs } of others) {
      expect(startMs).toBeGreaterThanOrEqual(list.startMs + list.milliseconds - 0.02);
    }
    const warm = await explain(gateway, NESTED);
    expect(gateway.calls()).toEqual([]);
    expect(warm).toMatchObject({ made: 0, cached: 14, merged: 0, stale: 0, saved: cold.saved });
    expect(warm.calls[0]).toMatchObject({ source: 'cache', ageSeconds: expect.any(Number) });
    expect(JSON.stringify(warm)).not.toContain(cast(gateway).A);
  });

  test('tells what was planned together', async () => {
    const gateway = await gatewayWith();
    const { A } = cast(gateway);
    const twice =
      'query ($A: ID!) { a: organization(code: $A) { name } b: organization(code: $A) { createdOn } }';
    // Two fields find the organization by a property, and one reads that property again.
    const { made, saved } = await explain(gateway, twice, { A });
    expect([made, saved]).toEqual([1, expect.any(Number)]);
    expect(saved).toBeGreaterThanOrEqual(1);
    expect(named(gateway, cast(gateway))).toEqual(['GET /api/v1/organization?code=A']);
  });

  test('tells which reads were shared with another operation, and which were stale', async () => {
    const { gateway, proxy } = await heldGatewayWith({ CACHE_TTL_SECONDS: '1' });
    const held = proxy.hold(LIST_CALL);
    const first = explain(gateway, LIST);
    await held.made;
    const second = explain(gateway, LIST);
    await arrive(gateway);
    held.release();
    expect(await first).toMatchObject({ made: 1, merged: 0 });
    expect(await second).toMatchObject({ made: 0, merged: 1, calls: [{ source: 'merged' }] });
    advance(3_000);
    gateway.emulator.fault({ respond: { status: 503 } });
    expect(await explain(gateway, LIST)).toMatchObject({ stale: 1 });
  });

  test.each([
    [{}, false],
    [{ ALLOW_INTROSPECTION: 'true' }, true],
  ])('in production with %j is given: %p', async (env, isGiven) => {
    const gateway = await gatewayWith({ NODE_ENV: 'production', ...env });
    expect((await explain(gateway, LIST)) !== undefined).toBe(isGiven);
  });
});

test('returns the right response for many more queries than a megabyte of cache holds', async () => {
  const gateway = await gatewayWith(
    { CACHE_MAX_MB: '1' },
    { emulator: { organizations: 50, usersPerOrganization: 1 } },
  );
  const query = '{ organizations(first: 50) { nodes { id code name isDefault again: id } } }';
  const expected = await post(gateway, query);
  const COUNT = 200;
  const UNCOMPRESSED = { 'accept-encoding': 'identity' };
  expect(expected.length * COUNT).toBeGreaterThan(1.2 * 1024 * 1024);
  for (let sent = 0; sent < COUNT; sent += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        post(gateway, `${query} # ${sent + n}`, {}, UNCOMPRESSED),
      ),
    );
    expect(new Set(answers)).toEqual(new Set([expected]));
  }
  // The list may have been evicted.
  expect(new Set(gateway.calls())).toEqual(new Set(['GET /api/v1/organizations?page_size=50']));
});

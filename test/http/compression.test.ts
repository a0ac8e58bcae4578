/** Compression of responses: which are compressed, how, and which never. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { cachedGateways, cast, LIST } from '../support/cached-gateway.js';
import type { TestGateway } from '../support/gateway.js';

const { gatewayWith, heldGatewayWith } = cachedGateways();

interface Raw {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Sends a request as it is written, and returns the bytes of the response: fetch would decompress them. */
function send(
  { url }: TestGateway,
  { method = 'POST', query, headers = {} }: { method?: string; query: string; headers?: object },
): Promise<Raw> {
  const { hostname, port } = new URL(url);
  const isGet = method === 'GET';
  const path = isGet ? `/graphql?query=${encodeURIComponent(query)}` : '/graphql';
  const type = isGet ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        ...{ hostname, port, path, method },
        headers: { accept: 'application/json', ...type, ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('end', () =>
            resolve({
              status: response.statusCode!,
              headers: response.headers,
              body: Buffer.concat(chunks),
            }),
          );
      },
    );
    sent.on('error', reject).end(isGet ? undefined : JSON.stringify({ query }));
  });
}

const decompress: Record<string, (body: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
};
const textOf = ({ headers, body }: Raw) => {
  const coding = headers['content-encoding'];
  return (coding === undefined ? body : decompress[coding]!(body)).toString();
};
const codingOf = async (gateway: TestGateway, query: string, headers: object) =>
  (await send(gateway, { query, headers })).headers['content-encoding'];

const LARGE = { emulator: { organizations: 40, usersPerOrganization: 1 } };
const LONG =
  '{ organizations(first: 40) { nodes { id code name externalId isDefault isSuspended createdOn } } }';
const BR = { 'accept-encoding': 'br' };

test.each([
  ['br', 'br'],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'br'],
  ['GZIP', 'gzip'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['deflate', undefined],
  ['br;q=0, gzip;q=0', undefined],
  ['identity', undefined],
  ['', undefined],
  [undefined, undefined],
])('a client that sends accept-encoding: %s gets %s', async (accepted, coding) => {
  const gateway = await gatewayWith({}, LARGE);
  const plain = await send(gateway, { query: LONG });
  expect(plain.headers['content-encoding']).toBeUndefined();
  const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
  // The second is from the cache.
  for (let time = 0; time < 2; time++) {
    for (const method of ['POST', 'GET']) {
      const response = await send(gateway, { method, query: LONG, headers });
      expect(response.headers['content-encoding']).toBe(coding);
      expect(textOf(response)).toBe(plain.body.toString());
      expect(response.headers['content-length']).toBe(String(response.body.length));
      if (coding !== undefined) expect(response.body.length).toBeLessThan(plain.body.length / 3);
    }
  }
});

test('introspection is less than a fifth of its size', async () => {
  const gateway = await gatewayWith();
  const query = getIntrospectionQuery();
  const plain = await send(gateway, { query });
  const compressed = await send(gateway, { query, headers: BR });
  expect(textOf(compressed)).toBe(plain.body.toString());
  expect(compressed.body.length).toBeLessThan(plain.body.length / 5);
});

test('a response below 1 kB is sent as it is', async () => {
  const gateway = await gatewayWith();
  const { body, headers } = await send(gateway, { query: LIST, headers: BR });
  expect(body.length).toBeLessThan(1024);
  expect(headers['content-encoding']).toBeUndefined();
});

describe('a response that may hold the client’s input beside secrets', () => {
  test.each([
    ['an error', `{ ${LONG.slice(2, -2)} bad: organizations(first: 0) { nodes { code } } }`],
    [
      'a mutation',
      `mutation { createOrganization(input: { name: "${'guess '.repeat(200)}" }) { organization { name } userErrors { code } } }`,
    ],
    ['an invalid document', `{ ${'nothing '.repeat(50)} }`],
  ])('is sent as it is: %s', async (_, query) => {
    const gateway = await gatewayWith({}, LARGE);
    const { body, headers } = await send(gateway, { query, headers: BR });
    expect(body.length).toBeGreaterThan(1024);
    expect(headers['content-encoding']).toBeUndefined();
    JSON.parse(body.toString());
  });

  test('is sent uncompressed to pages of origins that must not read it', async () => {
    const app = 'https://app.example.com';
    const gateway = await gatewayWith({ CORS_ORIGINS: app }, LARGE);
    const from = (site: string, origin?: string) =>
      codingOf(gateway, LONG, { ...BR, 'sec-fetch-site': site, ...(origin && { origin }) });
    expect(await from('cross-site')).toBeUndefined();
    expect(await from('same-site')).toBeUndefined();
    expect(await from('cross-site', 'https://other.example.com')).toBeUndefined();
    expect(await from('cross-site', app)).toBe('br');
    expect(await from('same-origin')).toBe('br');
    expect(await from('none')).toBe('br');
  });
});

test('each coding has its own ETag, which is answered 304', async () => {
  const gateway = await gatewayWith({}, LARGE);
  const etags = new Set<string>();
  for (const accepted of ['identity', 'gzip', 'br']) {
    const ask = (headers = {}) =>
      send(gateway, {
        method: 'GET',
        query: LONG,
        headers: { 'accept-encoding': accepted, ...headers },
      });
    const { etag } = (await ask()).headers;
    etags.add(etag!);
    const again = await ask({ 'if-none-match': etag });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, etag]);
    expect(again.headers['content-encoding']).toBeUndefined();
  }
  expect(etags.size).toBe(3);
});

test('a changed response is compressed again', async () => {
  const gateway = await gatewayWith({}, LARGE);
  const { A } = cast(gateway);
  const before = textOf(await send(gateway, { query: LONG, headers: BR }));
  await gateway.query(
    'mutation ($A: ID!) { updateOrganization(input: { organizationCode: $A, name: "Renamed" }) { userErrors { code } } }',
    { A },
  );
  const after = textOf(await send(gateway, { query: LONG, headers: BR }));
  expect(before).not.toContain('Renamed');
  expect(after).toContain('Renamed');
});

test('coalesced requests share the compressed response, each in its own encoding', async () => {
  const { gateway, proxy } = await heldGatewayWith({ CACHE: 'off' }, LARGE);
  const held = proxy.hold('GET /api/v1/organizations?page_size=40');
  const codings = ['br', 'gzip', undefined, 'br', 'gzip', undefined];
  const responses = codings.map((coding) =>
    send(gateway, { query: LONG, headers: coding ? { 'accept-encoding': coding } : {} }),
  );
  await held.made;
  for (let time = 0; time < 5; time++) await gateway.query('{ __typename }');
  held.release();
  const received = await Promise.all(responses);
  expect(received.map(({ headers }) => headers['content-encoding'])).toEqual(codings);
  expect(new Set(received.map(textOf)).size).toBe(1);
  const lists = gateway.calls().filter((call) => call.includes('page_size'));
  expect(lists).toEqual(['GET /api/v1/organizations?page_size=40']);
});

/** Media types: what a client may send and accept, and that every response keeps to it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => void gateway.calls());

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const LIST = '{ organizations(first: 1) { nodes { code } } }';

const send = (headers: Record<string, string>, body: unknown = { query: LIST }) =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
/** Sends exactly these headers: fetch always adds `Accept`. */
const get = (headers: Record<string, string>, query = LIST) =>
  fetch(`${gateway.url}/graphql?${new URLSearchParams({ query })}`, { headers });

describe('a response has the media type that the client prefers', () => {
  test.each([
    ['application/json', JSON_TYPE],
    ['application/graphql-response+json', GRAPHQL_TYPE],
    ['Application/JSON', JSON_TYPE],
    ['APPLICATION/GraphQL-Response+json', GRAPHQL_TYPE],
    ['application/json; charset=utf8', JSON_TYPE],
    ['application/json;charset=UTF-8', JSON_TYPE],
    ['application/graphql-response+json ; charset="utf8"', GRAPHQL_TYPE],
    ['application/json; charset=utf8; q=0.3, application/graphql-response+json;q=0.2', JSON_TYPE],
    ['application/json;q=0.5, application/graphql-response+json', GRAPHQL_TYPE],
    ['application/graphql-response+json;q=0.5, application/json;q=0.9', JSON_TYPE],
    ['application/graphql-response+json, application/json;q=0.9', GRAPHQL_TYPE],
    ['text/html, application/xhtml+xml, */*;q=0.8', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json;q=0, */*', GRAPHQL_TYPE],
    ['application/json;q=0, application/*;q=0.1', GRAPHQL_TYPE],
    ['', JSON_TYPE],
  ])('accept: %s', async (accept, type) => {
    const response = await send({ accept });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect(await response.json()).toHaveProperty('data');
  });

  test.each([
    'text/html',
    'application/xml, text/*;q=0.9',
    'application/json;q=0',
    '*/*;q=0',
    'application/json; charset=iso-8859-1',
    'application/graphql+json',
    'json',
  ])('accept: %s is refused with 406 before execution', async (accept) => {
    for (const response of [
      await send({ accept }),
      await get({ accept, 'apollo-require-preflight': 'true' }),
    ]) {
      expect(response.status).toBe(406);
      expect(response.headers.get('content-type')).toBe(JSON_TYPE);
      const { errors } = (await response.json()) as any;
      expect(errors[0].extensions.code).toBe('NOT_ACCEPTABLE');
      expect(errors[0].message).toContain(`accept: ${accept}`);
      expect(errors[0].message).toContain('application/json');
    }
    expect(gateway.calls()).toEqual([]);
  });

  test('a mutation is not executed when its response could not be sent', async () => {
    const query = 'mutation { createOrganization(input: { name: "X" }) { userErrors { code } } }';
    expect((await send({ accept: 'text/html' }, { query })).status).toBe(406);
    expect(gateway.calls()).toEqual([]);
  });
});

/** GraphQL over HTTP, section 6.4: an invalid document is 200 as JSON, 400 as a GraphQL response. */
describe('the status agrees with the media type', () => {
  test.each([
    ['application/json', 200, JSON_TYPE],
    ['application/graphql-response+json', 400, GRAPHQL_TYPE],
    ['application/json, application/graphql-response+json;q=0.5', 200, JSON_TYPE],
    ['application/json;q=0.5, application/graphql-response+json', 400, GRAPHQL_TYPE],
    ['*/*', 200, JSON_TYPE],
  ])('of an invalid document for accept: %s', async (accept, status, type) => {
    for (const query of ['{', '{ nothing }']) {
      for (const response of [await send({ accept }, { query }), await get({ accept }, query)]) {
        expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
      }
    }
  });

  test.each<[string, number, string | object, Record<string, string>]>([
    ['malformed JSON', 400, '{', {}],
    ['an array', 400, [], {}],
    ['a wrong content type', 415, '{}', { 'content-type': 'text/plain' }],
    ['a large body', 413, `"${'x'.repeat(1024 * 1024)}"`, {}],
    ['a compressed body', 415, '{}', { 'content-encoding': 'gzip' }],
  ])('of a request with %s', async (_, status, body, headers) => {
    for (const [accept, type] of [
      ['application/json', JSON_TYPE],
      ['application/graphql-response+json', GRAPHQL_TYPE],
    ] as const) {
      const response = await send({ accept, ...headers }, body);
      expect([response.status, response.headers.get('content-type')]).toEqual([status, type]);
      expect(await response.json()).toHaveProperty('errors');
    }
  });
});

describe('a body is read as JSON', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json; charset=utf8',
    'application/json;charset="UTF8"',
    'Application/JSON; Charset=Utf-8',
    'application/json; charset=utf8; boundary=x',
    'application/json;',
  ])('with content-type: %s', async (type) => {
    const response = await send({ 'content-type': type });
    expect(await response.json()).toHaveProperty('data');
  });

  test.each([
    ['curl -d', 'application/x-www-form-urlencoded'],
    ['a form', 'multipart/form-data; boundary=x'],
    ['fetch without a content type', 'text/plain;charset=UTF-8'],
    ['a GraphQL document', 'application/graphql'],
    ['what only looks like JSON', 'application/jsonx'],
    ['another charset', 'application/json; charset=utf-16'],
    ['a charset that resembles UTF-8', 'application/json; charset=utf-81'],
    ['nonsense', ';;'],
    ['white space that takes long to parse', `application/json;${' '.repeat(12_000)}x`],
  ])('and not with %s, whose message says what to send', async (_, type) => {
    const response = await send({ 'content-type': type });
    const { errors } = (await response.json()) as any;
    expect(response.status).toBe(415);
    expect(errors[0].extensions.code).toBe('UNSUPPORTED_MEDIA_TYPE');
    expect(errors[0].message).toContain('Send `content-type: application/json`');
    expect(gateway.calls()).toEqual([]);
  });

  test('and not without a content type', async () => {
    // fetch adds no content type to bytes.
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      body: new TextEncoder().encode(JSON.stringify({ query: LIST })),
    });
    const { errors } = (await response.json()) as any;
    expect(response.status).toBe(415);
    expect(errors[0].message).toBe(
      'The request has no content type. Send `content-type: application/json`.',
    );
  });
});

describe('an empty parameter is absent', () => {
  test.each([
    { operationName: '' },
    { variables: '' },
    { extensions: '' },
    { operationName: '', variables: '', extensions: '' },
  ])('in a POST with %j', async (empty) => {
    const response = await send({}, { query: LIST, ...empty });
    expect(await response.json()).toEqual({ data: expect.anything() });
  });

  test.each([
    'operationName=',
    'variables=',
    'extensions=',
    'operationName&variables&extensions',
    'variables=&extensions=&operationName=',
  ])('in a GET with %s', async (empty) => {
    const response = await fetch(
      `${gateway.url}/graphql?query=${encodeURIComponent(LIST)}&${empty}`,
      { headers: { accept: 'application/json' } },
    );
    expect(await response.json()).toEqual({ data: expect.anything() });
  });

  test('and an empty query beside the hash of a persisted one', async () => {
    const extensions = {
      persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) },
    };
    for (const response of [
      await send({}, { query: '', extensions }),
      await fetch(
        `${gateway.url}/graphql?query=&extensions=${encodeURIComponent(JSON.stringify(extensions))}`,
        { headers: { accept: 'application/json' } },
      ),
    ]) {
      const { errors } = (await response.json()) as any;
      expect(errors[0].extensions.code).toBe('PERSISTED_QUERY_NOT_FOUND');
    }
  });

  test('but a wrong one is still refused', async () => {
    for (const wrong of [{ operationName: ' ' }, { variables: '{}' }, { extensions: 'x' }]) {
      const { errors } = (await (await send({}, { query: LIST, ...wrong })).json()) as any;
      expect(errors).toHaveLength(1);
    }
    expect(gateway.calls()).toEqual([]);
  });
});

test('a Host header that is no host does not matter', async () => {
  const { request } = await import('node:http');
  const { hostname, port } = new URL(gateway.url);
  const status = await new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ hostname, port, path: `/graphql?query=${encodeURIComponent(LIST)}` },
        headers: { host: 'a b:c', accept: 'application/json' },
      },
      (response) => resolve(response.resume().statusCode),
    );
    sent.on('error', reject).end();
  });
  expect(status).toBe(200);
});

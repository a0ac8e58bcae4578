/** What the gateway promises of HTTP: the GraphQL-over-HTTP audits, and JSON for every failure. */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { waitFor } from '../support/wait-for.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql`, fetchFn: fetch });

  test('has 61 audits', () => expect(audits).toHaveLength(61));

  test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_, audit) => {
    const result = await audit.fn();
    expect(result.status === 'ok' ? 'ok' : result.reason).toBe('ok');
  });
});

describe('a failure of HTTP', () => {
  const post = (body: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  test('a body over 1 MB is read to its end first: closed before, its client might see no response', async () => {
    const half = ' '.repeat(1024 * 1024);
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${2 * half.length}\r\n\r\n${half}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(socket.read()).toBeNull();
    socket.end(half);
    const response = Buffer.concat(await socket.toArray()).toString();
    expect(response).toMatch(/^HTTP\/1\.1 413 /);
  });

  test.each<[string, number, string, () => Promise<Response>]>([
    ['malformed JSON', 400, 'BAD_REQUEST', () => post('{ "query": ')],
    ['an empty body', 400, 'BAD_REQUEST', () => post('')],
    ['an array of operations', 400, 'BAD_REQUEST', () => post('[{"query":"{__typename}"}]')],
    [
      'a body of another type',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post('query', { 'content-type': 'text/plain' }),
    ],
    [
      'a charset that JSON does not have',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post('{"query":"{__typename}"}', { 'content-type': 'application/json; charset=utf-7' }),
    ],
    [
      'a body over 1 MB',
      413,
      'PAYLOAD_TOO_LARGE',
      () => post(JSON.stringify({ query: `{ __typename } #${'x'.repeat(1024 * 1024)}` })),
    ],
    ['an address where nothing is', 404, 'NOT_FOUND', () => fetch(`${gateway.url}/nowhere`)],
    [
      'a method that GraphQL has no use for',
      405,
      'METHOD_NOT_ALLOWED',
      () => fetch(`${gateway.url}/graphql`, { method: 'DELETE' }),
    ],
    [
      'a body that would have to be unpacked',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      () => post('{"query":"{ __typename }"}', { 'content-encoding': 'br' }),
    ],
  ])('%s is JSON with a code and a request id', async (_, status, code, send) => {
    const response = await send();
    const text = await response.text();
    expect({ status: response.status, text }).toMatchObject({ status });
    expect(response.headers.get('content-type')).toMatch(/json/);
    expect(JSON.parse(text).errors).toEqual([
      {
        message: expect.any(String),
        extensions: { code, requestId: response.headers.get('x-request-id') },
      },
    ]);
    expect(text).not.toMatch(/<html|node_modules|at \w+ \(/i);
  });

  test('HEAD gets the allowed methods, as any other', async () => {
    const url = `${gateway.url}/graphql?query={__typename}`;
    const response = await fetch(url, { method: 'HEAD', headers: { accept: 'application/json' } });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, POST');
  });

  test('a mutation by GET and a GET without a preflight are refused', async () => {
    const mutation = encodeURIComponent(
      'mutation { deleteOrganization(input: { organizationCode: "x" }) { userErrors { code } } }',
    );
    const byGet = await fetch(`${gateway.url}/graphql?query=${mutation}`, {
      headers: { 'apollo-require-preflight': 'true' },
    });
    expect(byGet.status).toBe(405);
    expect((await byGet.json()).errors[0].extensions).toHaveProperty('requestId');
    const simple = (url: string, headers: Record<string, string>) =>
      fetch(`${url}/graphql?query=%7B__typename%7D`, { headers }).then(({ status }) => status);
    expect(await simple(gateway.url, { 'sec-fetch-site': 'cross-site' })).toBe(400);
    expect(await simple(gateway.url, { 'sec-fetch-site': 'none' })).toBe(200);
    const production = await startGateway({ env: { NODE_ENV: 'production' } });
    try {
      expect(await simple(production.url, {})).toBe(400);
      expect(await simple(production.url, { accept: 'application/json' })).toBe(200);
    } finally {
      await production.close();
    }
    expect(gateway.calls()).toEqual([]);
  });

  test('bytes that are no HTTP close the connection, and nothing else', async () => {
    const { hostname, port } = new URL(gateway.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () => socket.write('\0\0\0 nonsense\r\n\r\n'));
      socket
        .on('data', (data) => (text += data))
        .on('close', () => resolve(text))
        .on('error', reject);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
  });

  test.each([
    ['at once', (socket: Socket, mutation: string) => socket.write(`${mutation}nonsense\r\n\r\n`)],
    [
      'again and again while it is carried out',
      async (socket: Socket, mutation: string) => {
        socket.write(mutation);
        await waitFor(() => gateway.emulator.calls().length > 0);
        for (let count = 0; count < 3; count++) socket.write('\0\0\0 nonsense\r\n\r\n');
      },
    ],
  ])(
    'bytes that are no HTTP behind a mutation, %s, are refused after its response',
    async (_, send) => {
      gateway.calls();
      const clearFault = gateway.emulator.fault({
        route: 'POST /api/v1/organization',
        delayMs: 50,
      });
      const { hostname, port } = new URL(gateway.url);
      const socket = connect(Number(port), hostname);
      const body = JSON.stringify({
        query:
          'mutation { createOrganization(input: { name: "Behind" }) { organization { name } } }',
      });
      await send(
        socket,
        `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      const answers = Buffer.concat(await socket.toArray()).toString();
      clearFault();
      expect(answers).toMatch(/^HTTP\/1\.1 200 [^]*"name":"Behind"[^]*\}\s*HTTP\/1\.1 400 /);
      expect(answers.match(/HTTP\/1\.1/g)).toHaveLength(2);
    },
  );

  test('a body that is cut off by bytes that are no HTTP is refused at once', async () => {
    const { hostname, port } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    const head =
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
    socket.write(`${head}2\r\n{ \r\nnonsense\r\n`);
    const answer = Buffer.concat(await socket.toArray()).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('request ids', () => {
  const idFor = async (given: string) =>
    (await fetch(`${gateway.url}/livez`, { headers: { 'x-request-id': given } })).headers.get(
      'x-request-id',
    );

  test('a well-formed one is used, any other is replaced', async () => {
    expect(await idFor('trace-1/a:b')).toBe('trace-1/a:b');
    expect(await idFor('has spaces')).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor('x'.repeat(129))).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('are in every error of an operation', async () => {
    const ask = (query: string) => gateway.execute(query, {}, { 'x-request-id': 'mine' });
    for (const query of ['{', '{ nothing }', '{ organizations(first: 0) { nodes { code } } }']) {
      const { errors } = await ask(query);
      expect(errors?.length).toBeGreaterThan(0);
      for (const { extensions } of errors!) expect(extensions['requestId']).toBe('mine');
    }
  });
});

describe('probes', () => {
  test('/livez and /readyz answer', async () => {
    expect(await (await fetch(`${gateway.url}/livez`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${gateway.url}/readyz`)).json()).toEqual({
      status: 'ready',
      checks: { process: 'ok', load: 'ok', token: 'ok', upstream: 'ok' },
    });
  });

  test('/readyz says when there is no access token', async () => {
    const locked = await startGateway({
      credentials: { clientId: 'nobody', clientSecret: 'wrong' },
    });
    try {
      const response = await fetch(`${locked.url}/readyz`);
      expect([response.status, await response.json()]).toEqual([
        503,
        {
          status: 'unavailable',
          checks: { process: 'ok', load: 'ok', token: 'unavailable', upstream: 'ok' },
        },
      ]);
      const { errors } = await locked.execute('{ organizations { nodes { code } } }');
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(JSON.stringify(errors)).not.toContain('wrong');
    } finally {
      await locked.close();
    }
  });
});

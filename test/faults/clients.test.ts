/** Clients that ask for too much, or do not speak as they should: refused in JSON, and nothing is sent. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stall, startFaultyGateway, type FaultyGateway } from '../support/fault-proxy.js';
import { IMPOSSIBLE_IDS } from '../support/ids.js';
import { waitFor } from '../support/wait-for.js';

let gateway: FaultyGateway;
beforeAll(async () => {
  gateway = await startFaultyGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.proxy.reset());

const post = (body: RequestInit['body'], headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: body!,
  });
const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');
const LIST = '{ organizations(first: 1) { nodes { name } } }';
const DELETE = 'deleteOrganization(input: { organizationCode: "org_1" }) { userErrors { code } }';

const depth = (levels: number): string =>
  levels === 0 ? 'code' : `users { nodes { organization { ${depth(levels - 1)} } } }`;

test.each<[string, string]>([
  [
    '58. 1,000 aliases of one field',
    `{ ${times(1_000, (n) => `a${n}: organizations { nodes { code } }`)} }`,
  ],
  ['58. 1,000 aliases of one mutation', `mutation { ${times(1_000, (n) => `a${n}: ${DELETE}`)} }`],
  [
    '58. 200 aliases, few enough tokens',
    `{ organization(code: "org_1") { ${times(200, (n) => `a${n}: code`)} } }`,
  ],
  [
    '59. 500 directives',
    `{ organization(code: "org_1") { ${times(500, () => 'code @include(if: true)')} } }`,
  ],
  [
    '59. 500 directives on one field',
    `{ organization(code: "org_1") { code ${times(500, () => '@x')} } }`,
  ],
  ['60. Depth 50', `{ organization(code: "org_1") { ${depth(17)} } }`],
  ['Braces 100,000 deep', '{a'.repeat(100_000)],
  ['Lists 900 deep', `{ organizations(first: ${'['.repeat(900)} }`],
  ['A document of commas', `{ ${','.repeat(500_000)}`],
])('%s: refused, zero upstream', async (_, query) => {
  const response = await post(JSON.stringify({ query }));
  const { data, errors } = (await response.json()) as any;
  expect(data).toBeUndefined();
  expect(['QUERY_TOO_COMPLEX', 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED']).toContain(
    errors[0].extensions.code,
  );
  expect(errors.length).toBeLessThan(10);
  expect(gateway.proxy.calls()).toEqual([]);
});

const form = new FormData();
form.set('operations', JSON.stringify({ query: `mutation { ${DELETE} }` }));
form.set('map', '{}');

test.each<[string, number, () => Promise<Response>]>([
  [
    '62. A body of no type',
    415,
    () => post(Buffer.from(`{"query":"${LIST}"}`), { 'content-type': '' }),
  ],
  ['62. multipart', 415, () => fetch(`${gateway.url}/graphql`, { method: 'POST', body: form })],
  [
    '62. A form',
    415,
    () => post(`query=${LIST}`, { 'content-type': 'application/x-www-form-urlencoded' }),
  ],
  [
    '62. text/plain that is JSON',
    415,
    () => post(`{"query":"${LIST}"}`, { 'content-type': 'text/plain' }),
  ],
  ['62. GraphQL without JSON', 415, () => post(LIST, { 'content-type': 'application/graphql' })],
  [
    '62. A compressed body',
    415,
    () => post(gzipSync(`{"query":"${LIST}"}`), { 'content-encoding': 'gzip' }),
  ],
  [
    '63. An unknown operationName',
    200,
    () => post(`{"query":"query A ${LIST}","operationName":"B"}`),
  ],
  [
    '63. An operationName of none of two',
    200,
    () => post(`{"query":"query A ${LIST} query B ${LIST}"}`),
  ],
  ['A query that is a number', 400, () => post('{"query":7}')],
  ['Variables that are a text', 400, () => post(`{"query":"${LIST}","variables":"x"}`)],
  ['A prototype in the body', 400, () => post(`{"query":"${LIST}","__proto__":{"admin":true}}`)],
  ['Bytes that are no UTF-8 for JSON', 400, () => post(Buffer.from([0xff, 0xfe, 0x7b, 0x00]))],
  ['A body 900,000 deep', 400, () => post('['.repeat(900_000))],
])('%s: an error in JSON, zero upstream', async (_, status, send) => {
  const response = await send();
  const text = await response.text();
  expect({ status: response.status, text }).toMatchObject({ status });
  expect(response.headers.get('content-type')).toMatch(/json/);
  const { data, errors } = JSON.parse(text);
  expect(data).toBeUndefined();
  expect(errors[0].extensions).toMatchObject({
    code: expect.stringMatching(
      /^(BAD_REQUEST|UNSUPPORTED_MEDIA_TYPE|OPERATION_RESOLUTION_FAILURE)$/,
    ),
    requestId: response.headers.get('x-request-id'),
  });
  expect(text).not.toMatch(/<html|node_modules|at \w+ \(/i);
  expect(gateway.proxy.calls()).toEqual([]);
});

describe('55. Invalid ids', () => {
  test.each([
    [
      'a filter',
      'query ($bad: String!) { organization(code: "org_1") { users(roles: [$bad]) { nodes { userId } } } }',
    ],
    ['a node', 'query ($bad: ID!) { node(id: $bad) { id } }'],
    ['nodes', 'query ($bad: ID!) { nodes(ids: [$bad]) { id } }'],
  ])('in %s, zero upstream for it', async (_, document) => {
    const found = { code: 'org_1', name: 'One' };
    for (const bad of IMPOSSIBLE_IDS) {
      gateway.proxy.next('GET /api/v1/organization', ({ socket }) =>
        socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${JSON.stringify(found)}`),
      );
      const { codes, calls } = await gateway.outcome(document, { bad });
      expect({ bad, codes: Object.values(codes) }).toEqual({ bad, codes: ['BAD_USER_INPUT'] });
      expect(calls.filter((call) => !call.startsWith('GET /api/v1/organization?'))).toEqual([]);
    }
  });

  test('in a forged global id, zero upstream', async () => {
    for (const bad of IMPOSSIBLE_IDS) {
      const parts = ['OrganizationUser', 'org_1', bad];
      const id = Buffer.from(JSON.stringify(parts)).toString('base64url');
      const { data, codes, calls } = await gateway.outcome(
        'query ($id: ID!) { node(id: $id) { id } }',
        { id },
      );
      // It is well-formed, and names nobody.
      expect({ bad, data, codes }).toEqual({ bad, data: { node: null }, codes: {} });
      expect(calls).toEqual([]);
    }
  });
});

/** What comes back for these bytes, until the gateway ends the connection or nothing more comes. */
async function raw(
  text: string | readonly string[],
  everyMs = 0,
  { url } = gateway,
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  socket.on('data', (data) => (received += String(data))).on('error', () => undefined);
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  for (const part of [text].flat()) {
    if (socket.destroyed) break;
    socket.write(part);
    if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  await ended;
  return received;
}

const body = JSON.stringify({ query: LIST });
const head = (more: string) =>
  `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${more}\r\n`;
const whole = (more = '') => `${head(`content-length: ${body.length}\r\n${more}`)}${body}`;
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

describe('53. Slowloris:', () => {
  const SLOW: [string, string[]][] = [
    ['headers that drip', [...`POST /graphql HTTP/1.1\r\n${'x-a: b\r\n'.repeat(100)}`]],
    ['a body that drips', [head(`content-length: 900\r\n`), ...'{"query":"'.repeat(90)]],
    [
      'chunks that drip',
      [head('transfer-encoding: chunked\r\n'), ...Array<string>(1_000).fill('1\r\n \r\n')],
    ],
  ];
  let hurried: FaultyGateway;
  let answers: Promise<string>[];
  // Their times pass together.
  beforeAll(async () => {
    hurried = await startFaultyGateway({ REQUEST_TIMEOUT_MS: '1000' });
    answers = SLOW.map(([, parts]) => raw(parts, 20, hurried));
    await Promise.all(answers);
  });
  afterAll(() => hurried.close());

  test.each(SLOW.map(([title], n) => [title, n] as const))('%s are cut off', async (_, n) => {
    expect(statuses(await answers[n]!)).toEqual(['408']);
  });

  test('others are served meanwhile', async () => {
    const { hostname, port } = new URL(gateway.url);
    const sockets = SLOW.map(() => connect(Number(port), hostname).on('error', () => undefined));
    let sent = 0;
    const drip = setInterval(() => {
      for (const [n, socket] of sockets.entries()) socket.write(SLOW[n]![1][sent] ?? ' ');
      sent++;
    }, 20);
    await waitFor(() => sent > 10);
    await gateway.query(LIST);
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual(sockets.map(() => false));
    clearInterval(drip);
    for (const socket of sockets) socket.destroy();
  });
});

describe('HTTP of a client’s own:', () => {
  test('pipelined requests get their responses, in order', async () => {
    const text = await raw(
      whole() + `GET /livez HTTP/1.1\r\nhost: x\r\n\r\n` + whole('connection: close\r\n'),
    );
    expect(statuses(text)).toEqual(['200', '200', '200']);
    expect(text.indexOf('organizations')).toBeLessThan(text.indexOf('"ok"'));
    expect(gateway.proxy.calls()).not.toEqual([]);
  });

  test('Expect: 100-continue gets a 100', async () => {
    const more = `content-length: ${body.length}\r\nexpect: 100-continue\r\nconnection: close\r\n`;
    expect(statuses(await raw([head(more), body], 200))).toEqual(['100', '200']);
  });

  test.each([
    ['two lengths', head(`content-length: ${body.length}\r\ncontent-length: 5\r\n`) + body],
    [
      'a length and chunks',
      head(`content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n`) + body,
    ],
    ['an encoding that hides another', head('transfer-encoding: chunked, identity\r\n') + body],
    ['a name with a space', head(`content-length : ${body.length}\r\n`) + body],
    ['no host', whole().replace('host: x\r\n', '')],
  ])('%s: 400, zero upstream', async (_, text) => {
    expect(statuses(await raw(text))).toEqual(['400']);
    expect(gateway.proxy.calls()).toEqual([]);
  });

  test('reads of a caller that disconnects are aborted, and the rest is not sent', async () => {
    let brokenOff = 0;
    gateway.proxy.always('GET /api/v1/organizations/{code}/feature_flags', (struck) => {
      struck.socket.once('close', () => brokenOff++);
      return stall()(struck);
    });
    const controller = new AbortController();
    const query =
      '{ organizations(first: 3) { nodes { featureFlags { key } users(first: 1) { nodes { permissions { key } } } } } }';
    gateway.proxy.always('GET /api/v1/organizations/{code}/users', stall());
    const asked = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: controller.signal,
    });
    const seen = new Set<string>();
    while (seen.size < 7) {
      for (const call of gateway.proxy.calls()) seen.add(call);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    controller.abort();
    await expect(asked).rejects.toThrow();
    while (brokenOff < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(gateway.proxy.calls()).toEqual([]);
  });
});

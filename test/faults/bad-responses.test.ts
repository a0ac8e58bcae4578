/** Bad responses from upstream: each fault at the socket, and its effect on a caller. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { arrive } from '../support/cached-gateway.js';
import {
  answer,
  bytes,
  hangUp,
  message,
  pour,
  reset,
  resetAfterwards,
  stall,
  startFaultyGateway,
  type Fault,
  type FaultyGateway,
} from '../support/fault-proxy.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';
import { waitFor } from '../support/wait-for.js';

let gateway: FaultyGateway;
beforeAll(async () => {
  gateway = await startFaultyGateway({
    UPSTREAM_RETRIES: '0',
  });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  gateway.proxy.reset();
});

const LIST = 'GET /api/v1/organizations';
/** Two siblings, so that no test brings the failures to a half, where the breaker would open. */
const ALL = `{
  organizations(first: 2) { nodes { code name } }
  roles(first: 1) { nodes { key } }
  permissions(first: 1) { nodes { key } }
}`;
const ONE = { organizations: [{ code: 'org_1', name: 'One' }] };
const json = JSON.stringify(ONE);
const RENAME =
  'mutation { updateOrganization(input: { organizationCode: "org_1", name: "N" }) { userErrors { code } } }';
const CALLS = ['organizations?page_size=2', 'permissions?page_size=1', 'roles?page_size=1'].map(
  (call) => `GET /api/v1/${call}`,
);

/** Expects that field to be null with the code, its sibling to be returned, and one call for each. */
async function expectNullAndSiblings(fault: Fault, code: string, { outcome, proxy } = gateway) {
  proxy.always(LIST, fault);
  const { data, codes, calls } = await outcome(ALL);
  const nodes = [{ key: expect.any(String) }];
  expect(data).toEqual({ organizations: null, roles: { nodes }, permissions: { nodes } });
  expect(codes).toEqual({ organizations: code });
  expect(calls.sort()).toEqual(CALLS);
}

/** Expects a write to fail with an unknown outcome, and to be sent once. */
async function expectUnknownOutcome(fault: Fault, { query, proxy, outcome } = gateway) {
  const { organizations } = await query(ALL);
  const { code } = organizations.nodes[0];
  proxy.calls();
  proxy.always('PATCH', fault);
  const { data, codes, calls } = await outcome(RENAME.replace('org_1', code));
  expect(data).toEqual({ updateOrganization: null });
  expect(codes).toEqual({ updateOrganization: 'WRITE_OUTCOME_UNKNOWN' });
  expect(calls).toEqual([`PATCH /api/v1/organization/${code}`]);
}

test('1. Connection refused: UPSTREAM_UNAVAILABLE at once, and what was read before stays', async () => {
  gateway.proxy.next(LIST, async ({ forward }) => {
    await forward();
    await gateway.proxy.refuse();
  });
  const { data, codes, calls, milliseconds } = await gateway.outcome(
    '{ organizations(first: 2) { nodes { name featureFlags { key } } } }',
  );
  await gateway.proxy.accept();
  expect(data.organizations.nodes).toEqual([
    { name: expect.any(String), featureFlags: null },
    { name: expect.any(String), featureFlags: null },
  ]);
  expect(codes).toEqual({
    'organizations.nodes.0.featureFlags': 'UPSTREAM_UNAVAILABLE',
    'organizations.nodes.1.featureFlags': 'UPSTREAM_UNAVAILABLE',
  });
  expect(calls).toEqual(['GET /api/v1/organizations?page_size=2']);
  expect(milliseconds).toBeLessThan(9_000);
});

test('1. Connection refused: a write is known not to have been sent', async () => {
  await gateway.proxy.refuse();
  // A write on a connection that is kept alive may have been sent: the gateway must see that it has ended.
  await arrive(gateway);
  const { codes, calls } = await gateway.outcome(RENAME);
  await gateway.proxy.accept();
  expect(codes).toEqual({ updateOrganization: 'UPSTREAM_UNAVAILABLE' });
  expect(calls).toEqual([]);
});

test.each<[string, Fault]>([
  ['2. Reset before headers', reset()],
  ['2. Reset amid the headers', reset('HTTP/1.1 200 OK\r\ncontent-type: appl')],
  ['2. Reset amid the body', reset(`HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n${json}`)],
  ['2. The connection ends without an answer', hangUp],
  ['6. Content-Length longer than the body', bytes(message(200, json, { 'content-length': 999 }))],
  ['Bytes that are no HTTP', bytes('\0\x01 SSH-2.0-OpenSSH_9.6\r\n\r\n')],
  ['A chunk whose length is none', bytes(chunked('zz\r\n'))],
  ['Chunks that do not come to an end', bytes(chunked('5\r\n{"org'))],
  ['64 KB of headers', bytes(message(200, json, { 'x-a': 'b'.repeat(65_536) }))],
  ['100 Continue, which nobody waited for', bytes('HTTP/1.1 100 Continue\r\n\r\n')],
  [
    '101, which nobody asked for',
    bytes('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\n\r\n'),
  ],
])('%s: UPSTREAM_UNAVAILABLE, siblings survive', async (_, fault) => {
  await expectNullAndSiblings(fault, 'UPSTREAM_UNAVAILABLE');
});

function chunked(body: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${body}`;
}

describe('with UPSTREAM_TIMEOUT_MS', () => {
  const timeouts = stubTimeouts();
  let hurried: FaultyGateway;
  beforeEach(async () => {
    hurried = await startFaultyGateway({ ...TIMEOUTS, UPSTREAM_RETRIES: '0' });
    hurried.emulator.clearRequests();
  });
  afterEach(() => hurried.close());

  test.each<[string, Fault]>([
    ['4. Headers never come', stall()],
    ['4. Headers begin and do not end', stall('HTTP/1.1 200 OK\r\ncontent-type: app')],
    ['4. A body begins and does not end', stall(`HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{`)],
    ['5. The body drips forever', pour(Buffer.from(' '), { everyMs: 100 })],
  ])('%s: UPSTREAM_TIMEOUT at the configured time', async (_, fault) => {
    const { emulator } = hurried;
    const failing = expectNullAndSiblings(fault, 'UPSTREAM_TIMEOUT', hurried);
    await waitFor(() => emulator.requests.filter(({ status }) => status === 200).length === 2);
    await arrive(hurried);
    expect(timeouts.endCalls()).toBe(true);
    await failing;
  });

  test('4. A write that is never answered: WRITE_OUTCOME_UNKNOWN, sent once', () =>
    expectUnknownOutcome(() => timeouts.endCalls(), hurried));
});

const HTML = '<!DOCTYPE html><html><body>Sign in</body></html>';
const deep = '['.repeat(100_000) + ']'.repeat(100_000);

test.each<[string, Fault]>([
  ['7. 200 with HTML', answer(200, HTML, { 'content-type': 'text/html' })],
  ['8. Malformed JSON', answer(200, json.slice(0, -2))],
  ['9. 200 with an empty body', answer(200)],
  ['10. 204 where JSON is expected', answer(204)],
  ['11. JSON null', answer(200, 'null')],
  ['11. An array', answer(200, [ONE])],
  ['11. A text', answer(200, '"organizations"')],
  ['11. A wrong shape', answer(200, { organizations: { org_1: 'One' } })],
  ['11. A missing list', answer(200, { next_token: null })],
  ['11. A text in place of the list', answer(200, { organizations: 'org_1' })],
  ['Text behind the JSON', answer(200, `${json}${json}`)],
  ['A redirect', answer(302, '', { location: '/api/v1/roles' })],
  ['A redirect to elsewhere', answer(307, '', { location: 'http://192.0.2.1/' })],
  ['304, which nobody asked for', answer(304)],
  ['206, a part', answer(206, json.slice(0, 20), { 'content-range': 'bytes 0-19/40' })],
  ['A status that HTTP does not have', answer(499, HTML)],
])('%s: UPSTREAM_BAD_RESPONSE, siblings survive', async (_, fault) => {
  await expectNullAndSiblings(fault, 'UPSTREAM_BAD_RESPONSE');
});

test.each<[string, Fault, nodes: unknown[]]>([
  [
    'A token of the next page that is no text',
    answer(200, { ...ONE, next_token: ['7'] }),
    [ONE.organizations[0], null],
  ],
  [
    'JSON nested 100,000 deep',
    answer(200, `{"organizations":${deep},"next_token":${deep}}`),
    [null, null],
  ],
])('%s: usable entries, and an error for the rest', async (_, fault, nodes) => {
  gateway.proxy.always(LIST, fault);
  const { data, codes, calls } = await gateway.outcome(ALL);
  expect(data.organizations.nodes).toEqual(nodes);
  const lost = nodes.flatMap((node, index) => (node === null ? [index] : []));
  expect(codes).toEqual(
    Object.fromEntries(
      lost.map((index) => [`organizations.nodes.${index}`, 'UPSTREAM_BAD_RESPONSE']),
    ),
  );
  expect(calls.sort()).toEqual(CALLS);
});

test('11. Unusable entries: null each, with the path; siblings survive', async () => {
  const organizations = [
    null,
    7,
    'org_1',
    { name: 'One' },
    { code: 1, name: 'One' },
    { code: '', name: 'One' },
    { code: 'org_3', name: 'Three' },
  ];
  gateway.proxy.next(LIST, answer(200, { organizations }));
  const { data, codes, calls } = await gateway.outcome(ALL.replace('first: 2', 'first: 7'));
  const nothing = Array<null>(6).fill(null);
  expect(data.organizations.nodes).toEqual([...nothing, { code: 'org_3', name: 'Three' }]);
  expect(data.roles.nodes).toHaveLength(1);
  expect(codes).toEqual(
    Object.fromEntries(
      nothing.map((_, index) => [`organizations.nodes.${index}`, 'UPSTREAM_BAD_RESPONSE']),
    ),
  );
  expect(calls).toHaveLength(3);
});

const kept = (body: string) => message(200, body, { connection: 'keep-alive' });

describe('is harmless:', () => {
  const oddities = {
    next_token: null,
    mood: 'new',
    organizations: [{ ...ONE.organizations[0], tier: { deep: [[[]]] }, is_default: null }],
  };
  test.each<[string, Fault]>([
    ['12. unknown extra fields', answer(200, oddities)],
    [
      'a name given twice, of which the last counts',
      answer(200, `{"organizations":7,${json.slice(1)}`),
    ],
    [
      'a prototype among the names',
      answer(
        200,
        `{"__proto__":{"organizations":7},"constructor":{"prototype":{"polluted":1}},${json.slice(1)}`,
      ),
    ],
    [
      'an entry with a prototype among its names',
      answer(200, json.replace('{"code"', '{"__proto__":{"polluted":1},"code"')),
    ],
    [
      '103 before the answer',
      bytes(
        Buffer.concat([
          Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: </>\r\n\r\n'),
          message(200, json),
        ]),
      ),
    ],
    ['HTTP/1.0, whose end is that of the connection', bytes(`HTTP/1.0 200 OK\r\n\r\n${json}`)],
    [
      'a body in chunks of a byte',
      bytes(chunked([...json].map((byte) => `1\r\n${byte}\r\n`).join('') + '0\r\n\r\n')),
    ],
    [
      'a content type of no JSON',
      answer(200, json, { 'content-type': 'text/plain; charset=utf-16' }),
    ],
    [
      'an answer given twice, on a connection that stays',
      stall(Buffer.concat([kept(json), kept('{"organizations":[]}')])),
    ],
  ])('%s', async (_, fault) => {
    gateway.proxy.next(LIST, fault);
    const { data, codes, calls } = await gateway.outcome(ALL);
    expect(codes).toEqual({});
    expect(data.organizations.nodes).toEqual(ONE.organizations);
    expect(data.roles.nodes).toHaveLength(1);
    expect(calls).toHaveLength(3);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    // The second of two answers must not be taken for that of the next call.
    expect((await gateway.query(ALL)).organizations.nodes).toHaveLength(2);
  });

  test('12. a new value of an enumeration', async () => {
    const flags = {
      json: { type: 'json', value: '{}' },
      __proto__x: { type: 'percentage', value: '12' },
    };
    gateway.proxy.next('GET /api/v1/organization', answer(200, { code: 'org_1', name: 'One' }));
    gateway.proxy.next(
      'GET /api/v1/organizations/{org_code}/feature_flags',
      answer(200, JSON.stringify({ feature_flags: flags }).replace('__proto__x', '__proto__')),
    );
    const { data, codes } = await gateway.outcome(
      '{ organization(code: "org_1") { name featureFlags { key type value } } }',
    );
    expect(codes).toEqual({});
    expect(data.organization).toEqual({
      name: 'One',
      featureFlags: [
        { key: '__proto__', type: 'STRING', value: '12' },
        { key: 'json', type: 'JSON', value: {} },
      ],
    });
  });
});

describe('a write', () => {
  test.each<[string, Fault]>([
    ['2. that is done before the connection breaks', resetAfterwards],
    ['2. whose kept-alive connection is closed as it is sent', hangUp],
    ['6. whose answer is cut off', bytes(message(200, '{}', { 'content-length': 999 }))],
    ['7. that is answered with HTML', answer(200, HTML, { 'content-type': 'text/html' })],
    ['8. that is answered with malformed JSON', answer(200, '{"code":')],
    ['11. that is answered with null', answer(200, 'null')],
    ['that is answered with 200 and errors', answer(200, { errors: [{ code: 'X', message: '' }] })],
    ['that is answered with no HTTP', bytes('\0\0')],
    ['16. that meets a 503', answer(503)],
    ['that is answered with a redirect', answer(303, '', { location: '/done' })],
  ])('%s: WRITE_OUTCOME_UNKNOWN, sent once', (_, fault) => expectUnknownOutcome(fault));

  test.each<[string, Fault]>([
    ['9. with an empty body', answer(200)],
    ['10. with 204', answer(204)],
    ['12. with unknown fields', answer(200, { code: 'BRAND_NEW', message: 'Yes', mood: [1] })],
    ['with an empty list of errors', answer(200, { code: 'OK', errors: [] })],
  ])('with the response %s is done', async (_, fault) => {
    gateway.proxy.always('PATCH', fault);
    const { data, codes } = await gateway.outcome(RENAME);
    expect(codes).toEqual({});
    expect(data.updateOrganization).toEqual({ userErrors: [] });
  });
});

describe('15. An endless body is cut off', () => {
  const MB = 1024 * 1024;
  let large: FaultyGateway;
  beforeAll(async () => {
    large = await startFaultyGateway({ UPSTREAM_TIMEOUT_MS: '15000', UPSTREAM_RETRIES: '0' });
  });
  afterAll(() => large.close());
  beforeEach(() => large.proxy.reset());

  test.each([
    ['of a read', 'GET', '{ organizations { nodes { code } } }', 'UPSTREAM_BAD_RESPONSE'],
    ['of a write', 'PATCH', RENAME, 'WRITE_OUTCOME_UNKNOWN'],
    [
      'of the token endpoint',
      'POST /oauth2/token',
      '{ roles { nodes { key } } }',
      'UPSTREAM_UNAVAILABLE',
    ],
  ])('at 16 MB: 100 MB %s', async (_, route, document, code) => {
    const faulty = route.startsWith('POST')
      ? await startFaultyGateway({}, { isCold: true })
      : large;
    let sent = 0;
    const block = Buffer.alloc(64 * 1024, ' ');
    faulty.proxy.always(route, pour(block, { most: 100 * MB, onSent: (size) => (sent = size) }));
    const { codes } = await faulty.outcome(document);
    if (faulty !== large) await faulty.close();
    expect(Object.values(codes)).toEqual([code]);
    expect(sent).toBeGreaterThan(15 * MB);
    // What lies in the buffers of both sockets comes on top.
    expect(sent).toBeLessThan(64 * MB);
  });

  test.each([
    ['read', 'GET', '{ organizations { nodes { code } } }', 'UPSTREAM_BAD_RESPONSE'],
    ['write', 'PATCH', RENAME, 'WRITE_OUTCOME_UNKNOWN'],
  ])('a gzip bomb of 512 MB in response to a %s', async (_, route, document, code) => {
    const member = gzipSync(Buffer.alloc(16 * MB, ' '));
    const bomb = Buffer.concat(Array.from({ length: 32 }, () => member));
    large.proxy.always(route, answer(200, bomb, { 'content-encoding': 'gzip' }));
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }, 5);
    const { codes } = await large.outcome(document);
    clearInterval(watch);
    expect(Object.values(codes)).toEqual([code]);
    expect(most).toBeLessThan(128 * MB);
  });
});

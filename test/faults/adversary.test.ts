/** Callers and upstreams that mean harm, or might as well: what one of them can cost everybody else. */
import { once } from 'node:events';
import { createServer, request as send, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { answer, startFaultyGateway, type FaultyGateway } from '../support/fault-proxy.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';

const KB = 1024;
const times = (count: number, write: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** An operation's answer as it came, with how many characters it has. */
async function ask({ url }: TestGateway, query: string, variables: object = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { ...(JSON.parse(text) as GraphQLResult), status: response.status, length: text.length };
}

const ADD_ROLE =
  'mutation ($input: AddOrganizationUserRoleInput!) { addOrganizationUserRole(input: $input) { userErrors { code } } }';

describe('a message about what a client sent', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ env: { NODE_ENV: 'production' } });
  });
  afterAll(() => gateway.close());

  const long = 'x'.repeat(900 * KB);
  const unknownFields = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, n]));

  test.each<[string, string, object]>([
    ['a variable with many faults', ADD_ROLE, { input: { ...unknownFields, long } }],
    [
      'the name of an operation with many faults',
      `query ${long} { organization(code: "org_1") { ${times(70, (n) => `a${n}: featureFlag(key: $v${n}) { key }`)} } }`,
      {},
    ],
    ['the name of a field', `{ ${long} }`, {}],
  ])('is short: %s', async (_, query, variables) => {
    const { errors = [], length } = await ask(gateway, query, variables);
    for (const { message } of errors) expect(message.length).toBeLessThan(1_100);
    expect(length).toBeLessThan(200 * KB);
  });

  test('that repeats the words of a suggestion takes linear time', async () => {
    const n = 'Did you mean '.repeat(65_000);
    const startedAt = performance.now();
    const { errors } = await ask(
      gateway,
      'query ($n: Int) { organizations(first: $n) { nodes { code } } }',
      { n },
    );
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    // It took minutes.
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test('suggests nothing of a schema that isn’t public', async () => {
    const name = 'Did you mean ';
    const { errors = [] } = await ask(gateway, ADD_ROLE, { input: { organizationCod: name } });
    expect(errors.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringMatching(/"organizationCod" is not defined by type/)]),
    );
    for (const { message } of errors) expect(message).not.toMatch(/"organizationCode"\?$/);
  });

  test('is never cut within a character', async () => {
    const { errors } = await ask(gateway, ADD_ROLE, { input: '😀'.repeat(2_000) });
    expect(errors?.[0]?.message.isWellFormed()).toBe(true);
  });
});

test('a subscription that isn’t streamed is refused, with how to send it', async () => {
  const gateway = await startGateway();
  const { data, errors } = await gateway.execute('subscription { changes { kind } }');
  await gateway.close();
  expect([data ?? null, errors!.map(({ message }) => message)]).toEqual([
    null,
    ['Subscriptions are streamed. Send this one with `Accept: text/event-stream`.'],
  ]);
});

test('a URL that can’t be decoded is refused as a GraphQL response', async () => {
  const gateway = await startGateway();
  const response = await fetch(`${gateway.url}/%E0%A4%A`);
  const body = (await response.json()) as GraphQLResult;
  await gateway.close();
  expect(response.status).toBe(400);
  expect(body.errors).toEqual([
    {
      message: 'The URL cannot be decoded. Encode `%` as `%25`.',
      extensions: { code: 'BAD_REQUEST', requestId: response.headers.get('x-request-id') },
    },
  ]);
});

test('an unknown Expect header is ignored', async () => {
  const gateway = await startGateway();
  const { hostname, port } = new URL(gateway.url);
  const request = send({ hostname, port, path: '/livez', headers: { expect: 'the-unexpected' } });
  const [response] = (await once(request.end(), 'response')) as [IncomingMessage];
  response.resume();
  await gateway.close();
  expect(response.statusCode).toBe(200);
});

test('endless keys are refused: 503, and nothing stays in memory', async () => {
  let poured = 0;
  const keys = createServer((_, response) => {
    const pour = () => {
      do poured += 64 * KB;
      while (!response.destroyed && response.write(' '.repeat(64 * KB)));
    };
    response.on('drain', pour);
    pour();
  }).listen(0, '127.0.0.1');
  await once(keys, 'listening');
  const { port } = keys.address() as AddressInfo;
  const gateway = await startGateway({
    env: { AUTH_MODE: 'jwt', JWKS_URI: `http://127.0.0.1:${port}/` },
  });
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  // The keys are not asked for the token of another issuer.
  const claims = encode({ iss: gateway.emulator.url });
  const authorization = `Bearer ${encode({ alg: 'RS256', kid: '1' })}.${claims}.AAAA`;
  const { errors } = await gateway.execute('{ __typename }', {}, { authorization });
  await gateway.close();
  keys.closeAllConnections();
  keys.close();
  expect(errors?.[0]?.extensions['code']).toBe('UPSTREAM_UNAVAILABLE');
  // What lies in the buffers of both sockets comes on top.
  expect(poured).toBeLessThan(32 * KB * KB);
});

describe.each(['off', 'memory'])('page tokens that lead in a circle, with CACHE %s:', (CACHE) => {
  let gateway: FaultyGateway;
  beforeAll(async () => {
    gateway = await startFaultyGateway({ CACHE });
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.proxy.reset());

  const key = { id: 'rol_1', key: 'admin', name: 'Admin' };
  const person = { id: 'kp_1', email: 'a@example.com' };
  const idOf = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
  const member = idOf('OrganizationUser', 'org_1', 'kp_2');

  test.each<[string, string, object, string, string]>([
    [
      'a list whose page leads to itself',
      'GET /api/v1/organizations',
      { organizations: [{ code: 'org_1', name: 'One' }] },
      '{ organizations(first: 500) { nodes { code } } }',
      // What has been read is served, with the error in place of what follows.
      'organizations.nodes.1',
    ],
    [
      'a list of empty pages',
      'GET /api/v1/organizations',
      { organizations: [] },
      '{ organizations(first: 1) { nodes { code } } }',
      'organizations',
    ],
    [
      'a catalogue that is read whole',
      'GET /api/v1/roles',
      { roles: [key] },
      `{ node(id: "${idOf('Role', 'viewer')}") { id } }`,
      'node',
    ],
    [
      'a member who is looked for',
      'GET /api/v1/organizations/{org_code}/users',
      { organization_users: [person] },
      `{ node(id: "${member}") { ... on OrganizationUser { joinedOn } } }`,
      'node.joinedOn',
    ],
  ])('%s is UPSTREAM_BAD_RESPONSE, and siblings survive', async (_, route, page, field, path) => {
    gateway.proxy.always(route, answer(200, { ...page, next_token: 'again' }));
    gateway.proxy.always(
      'GET /api/v1/users',
      answer(200, { users: [{ ...person, id: 'kp_2', organizations: ['org_1'] }] }),
    );
    const document = `{ ${field.slice(1, -1)} permissions(first: 1) { nodes { key } } }`;
    const { data, codes, calls } = await gateway.outcome(document);
    expect(codes).toEqual({ [path]: 'UPSTREAM_BAD_RESPONSE' });
    expect(data.permissions.nodes).toHaveLength(1);
    const [, pathOfRoute = ''] = route.replace('{org_code}', 'org_1').split(' ');
    const read = calls.filter((call) => call.split(/[ ?]/)[1] === pathOfRoute);
    expect(read.map((call) => call.includes('next_token=again'))).toEqual([false, true]);
  });

  test('a cursor whose page leads to itself', async () => {
    const organizations = ['org_1', 'org_2'].map((code) => ({ code, name: code }));
    const list = 'GET /api/v1/organizations';
    gateway.proxy.next(list, answer(200, { organizations, next_token: 'again' }));
    const { organizations: first } = await gateway.query(
      '{ organizations(first: 2) { pageInfo { endCursor } } }',
    );
    gateway.proxy.next(list, answer(200, { organizations, next_token: 'again' }));
    const { codes } = await gateway.outcome(
      `{ organizations(first: 2, after: "${first.pageInfo.endCursor}") { nodes { code } } }`,
    );
    expect(codes).toEqual({ organizations: 'UPSTREAM_BAD_RESPONSE' });
  });
});

describe('a feature flag', () => {
  const FLAGS = 'GET /api/v1/organizations/{org_code}/feature_flags';
  const QUERY = '{ organization(code: "org_1") { featureFlags { key type value } } }';
  const organization = answer(200, { code: 'org_1', name: 'One' });
  let gateway: FaultyGateway;
  const log: string[] = [];
  beforeAll(async () => {
    gateway = await startFaultyGateway({ LOG_LEVEL: 'info' }, { log: (line) => log.push(line) });
  });
  afterAll(() => gateway.close());

  test.each(['__proto__', 'constructor', 'toString'])('may be of the type %s', async (type) => {
    gateway.proxy.next('GET /api/v1/organization', organization);
    gateway.proxy.next(FLAGS, answer(200, { feature_flags: { a: { type, value: '1' } } }));
    const { data, codes } = await gateway.outcome(QUERY);
    expect(codes).toEqual({});
    expect(data.organization.featureFlags).toEqual([{ key: 'a', type: 'STRING', value: '1' }]);
  });

  test.each([
    ['is long', 'k'.repeat(KB * KB)],
    ['is an address', 'ada@example.com'],
  ])('that is unusable keeps its key out of the log: it %s', async (_, key) => {
    gateway.proxy.next('GET /api/v1/organization', organization);
    gateway.proxy.next(
      FLAGS,
      answer(200, { feature_flags: { [key]: { type: 'bool', value: [1] } } }),
    );
    log.length = 0;
    const { data, codes } = await gateway.outcome(QUERY);
    expect(codes).toEqual({});
    expect(data.organization.featureFlags).toEqual([{ key, type: 'BOOLEAN', value: null }]);
    expect(log).not.toEqual([]);
    for (const line of log) {
      expect(line.length).toBeLessThan(2 * KB);
      expect(line).not.toContain('ada@example.com');
    }
  });
});

describe('Kinde’s reason for a refusal', () => {
  let gateway: FaultyGateway;
  beforeAll(async () => {
    gateway = await startFaultyGateway();
  });
  afterAll(() => gateway.close());
  beforeEach(() => gateway.proxy.reset());

  const users = Array.from({ length: 100 }, (_, n) => ({ userId: `kp_${n}` }));
  const ADD =
    'mutation ($users: [OrganizationUserAdditionInput!]!) { addOrganizationUsers(input: { organizationCode: "org_1", users: $users }) { userErrors { code kindeCode message } } }';

  test.each<[string, object[]]>([
    ['a message of 10 MB', [{ code: 'BAD_IDEA', message: '😀'.repeat(2.5 * KB * KB) }]],
    ['100,000 reasons', Array.from({ length: 1e5 }, () => ({ code: 'BAD_IDEA', message: 'No.' }))],
  ])('is shortened in the errors of a hundred users: %s', async (_, errors) => {
    gateway.proxy.always('POST', answer(400, { errors }));
    const { data, length } = await ask(gateway, ADD, { users });
    expect(data.addOrganizationUsers.userErrors).toHaveLength(100);
    expect(data.addOrganizationUsers.userErrors[99]).toMatchObject({ kindeCode: 'BAD_IDEA' });
    expect(length).toBeLessThan(200 * KB);
  });

  test('is shortened for a read, too', async () => {
    const message = 'm'.repeat(KB * KB);
    gateway.proxy.always('GET', answer(400, { errors: [{ code: 'BAD_IDEA', message }] }));
    const { errors, length } = await ask(gateway, '{ organization(code: "org_1") { name } }');
    expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    expect(length).toBeLessThan(2 * KB);
  });
});

/**
 * Nothing that a client or Kinde sends puts a token, a secret, an e-mail address
 * or a stack trace into the log, whatever its level.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { generateKeyPair, SignJWT } from 'jose';
import pretty from 'pino-pretty';
import { asOutage, logText, serializeError } from '../../src/telemetry/redact.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const EMAIL = 'jo.doe+private@example.com';
const SECRET = 'emulator_only_not_a_secret_all';

/** A token without a recognizable form: it must not be logged from where tokens are expected. */
const OPAQUE = 'opaque0123456789abcdef';

let gateway: TestGateway;
/** Tokens in use; none may be in the log. */
const tokens: string[] = [];
let lines: string[] = [];

beforeAll(async () => {
  gateway = await startGateway({
    env: { AUTH_MODE: 'jwt', LOG_LEVEL: 'trace' },
    log: (line) => lines.push(line),
  });
});
afterAll(() => gateway.close());

/** Returns the lines since the last call, after checking them for secrets. */
function checkedLines(): any[] {
  const taken = lines;
  lines = [];
  const print = pretty.prettyFactory({ colorize: false, singleLine: true });
  for (const line of [...taken, ...taken.map((json) => print(JSON.parse(json)))]) {
    expect(line).not.toMatch(/@|%40|＠/);
    expect(line).not.toMatch(/eyJ[\w-]{8}/);
    expect(line).not.toMatch(/(\\n|\n) +at /);
    // A refused token's line names the issuer that JWT_ISSUER accepts, which is the domain here.
    const refused = line.includes('token refused') ? [] : [gateway.emulator.url];
    for (const text of [SECRET, ...refused, ...tokens]) expect(line).not.toContain(text);
  }
  return taken.map((line) => JSON.parse(line));
}

const messages = () => checkedLines().map(({ msg }) => msg);

async function machine(claims: Record<string, unknown> = {}) {
  const token = await gateway.emulator.issueToken({ claims });
  tokens.push(token);
  return { authorization: `Bearer ${token}` };
}

describe('tokens', () => {
  const ask = (authorization: string) => {
    tokens.push(authorization.replace(/^\w+ /, ''));
    return gateway.execute('{ roles { nodes { key } } }', {}, { authorization });
  };

  test('that are refused are not logged, but the reason is', async () => {
    const { privateKey } = await generateKeyPair('RS256');
    const foreign = await new SignJWT({ sub: EMAIL, email: EMAIL })
      .setProtectedHeader({ alg: 'RS256', kid: EMAIL })
      .sign(privateKey);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"sub":"${EMAIL}"}`).toString('base64url')}.`;
    for (const token of [
      await gateway.emulator.issueToken({ audience: ['elsewhere'], expiresIn: -100 }),
      OPAQUE,
      'a.b.c',
      none,
      foreign,
      await gateway.emulator.issueToken({ expiresIn: -10 }),
      await gateway.emulator.issueToken({ claims: { iss: EMAIL } }),
      await gateway.emulator.issueToken({ claims: { org_code: 7 } }),
      await gateway.emulator.issueToken({ claims: { gty: undefined, sub: '' } }),
    ]) {
      expect((await ask(`Bearer ${token}`)).errors).toHaveLength(1);
    }
    await ask(`Basic ${Buffer.from(`${EMAIL}:secret`).toString('base64')}`);
    await ask(`Bearer ${EMAIL}`);
    expect(messages().filter((msg) => msg === 'token refused').length).toBeGreaterThan(6);
  });

  test('that cannot be verified are not logged, nor where the keys are', async () => {
    const dark = await startGateway({
      env: { AUTH_MODE: 'jwt', LOG_LEVEL: 'trace' },
      log: (line) => lines.push(line),
    });
    const now = Date.now.bind(Date);
    let aheadMs = 0;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
    for (const respond of [{ status: 500, body: EMAIL }, 'reset'] as const) {
      dark.emulator.fault({ route: 'GET /.well-known/jwks', times: 1, respond });
      const token = await dark.emulator.issueToken({ claims: { email: EMAIL } });
      tokens.push(token);
      await dark.execute('{ __typename }', {}, { authorization: `Bearer ${token}` });
      // The keys are fetched again after a second.
      aheadMs += 1_100;
    }
    clock.mockRestore();
    const { url } = dark.emulator;
    await dark.close();
    const told = checkedLines().filter(({ msg }) => msg === 'no token can be verified');
    expect(told).toHaveLength(2);
    expect(JSON.stringify(told)).not.toContain(new URL(url).host);
  });

  test('of the gateway are not logged when Kinde gives none', async () => {
    const poor = await startGateway({
      env: { LOG_LEVEL: 'trace' },
      credentials: { clientId: gateway.emulator.clientId, clientSecret: `${SECRET}_but_wrong` },
      log: (line) => lines.push(line),
    });
    await poor.execute('{ roles { nodes { key } } }');
    poor.emulator.fault({
      route: 'POST /oauth2/token',
      respond: { status: 400, body: { error: `${EMAIL} ${SECRET}`, error_description: SECRET } },
    });
    await poor.execute('{ roles { nodes { key } } }');
    expect((await fetch(`${poor.url}/readyz`)).status).toBe(503);
    await poor.close();
    expect(messages()).toEqual(
      expect.arrayContaining(['no access token', 'upstream call failed', 'operation']),
    );
  });
});

test('of Kinde’s responses, only codes are logged', async () => {
  const headers = await machine();
  const bodies = [
    { errors: [{ code: `NOT ${EMAIL}`, message: `${EMAIL} ${tokens[0]}` }] },
    { errors: { code: tokens[0], message: EMAIL } },
    { errors: { code: OPAQUE, message: OPAQUE } },
    { errors: [{ code: 'SOME_CODE', message: EMAIL }] },
    { organizations: EMAIL, code: tokens[0] },
    `<html>${EMAIL}</html>`,
  ];
  for (const status of [200, 302, 400, 401, 403, 404, 409, 429, 501]) {
    for (const body of bodies) {
      const stop = gateway.emulator.fault({ respond: { status, body } });
      await gateway.execute(
        `mutation { createOrganization(input: { name: "New" }) { organization { name } userErrors { code message } } }`,
        {},
        headers,
      );
      await gateway.execute('{ organizations(first: 1) { nodes { name } } }', {}, headers);
      stop();
    }
  }
  const told = checkedLines();
  expect(told.filter(({ msg }) => msg === 'upstream call failed').length).toBeGreaterThan(60);
  expect(JSON.stringify(told)).toContain('SOME_CODE');
});

test('what clients write is not logged', async () => {
  const headers = await machine({ azp: EMAIL });
  const organizationCode = EMAIL;
  const variables = (name: string, input: object) =>
    [
      `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { userErrors { message } } }`,
      { input },
    ] as const;
  const operations: (readonly [string, object?])[] = [
    [
      `{ organization(code: "${EMAIL}") { name users(first: 1, after: "${EMAIL}") { nodes { email } } } }`,
    ],
    [`{ node(id: "${EMAIL}") { id } }`],
    [`{ organizations(first: 1, sort: "${EMAIL}") { nodes { name } } }`],
    [`query ($code: ID!) { organization(code: $code) { name } }`, { code: { mail: EMAIL } }],
    [`{ "${EMAIL}" }`],
    [`{ unknown(mail: "${EMAIL}") }`],
    [`{ organization(code: "${tokens[0]}") { name } }`],
    variables('createOrganization', { name: EMAIL, senderEmail: EMAIL, billingEmail: EMAIL }),
    variables('createOrganization', { name: 'New', idempotencyKey: EMAIL }),
    variables('createOrganization', { name: 'New', idempotencyKey: `${EMAIL}\n` }),
    variables('updateOrganization', { organizationCode, allowedDomains: [EMAIL] }),
    variables('deleteOrganization', { organizationCode: tokens[0] }),
    variables('addOrganizationUsers', {
      organizationCode,
      users: [
        { userId: EMAIL, roles: [{ key: EMAIL }], permissions: [{ permissionId: tokens[0] }] },
      ],
    }),
    variables('removeOrganizationUser', { organizationCode, userId: 'jo%40example.com' }),
    variables('addOrganizationUserRole', {
      organizationCode,
      userId: 'jo＠example',
      role: { key: EMAIL },
    }),
    variables('addOrganizationUserPermission', {
      organizationCode,
      userId: `Bearer ${tokens[0]}`,
      permission: { permissionId: EMAIL },
    }),
    variables('updateFeatureFlagOverride', { organizationCode, key: EMAIL, value: EMAIL }),
  ];
  for (const [document, input] of operations) await gateway.execute(document, input, headers);

  const post = (body: string, more: Record<string, string> = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers, ...more },
      body,
    });
  const document = '{ organization(code: "nobody") { name } }';
  await post(`{"query": "${EMAIL}`);
  await post(`${EMAIL}`);
  await post(JSON.stringify({ query: document, operationName: EMAIL }));
  await post(JSON.stringify({ query: document, operationName: { mail: EMAIL } }));
  await post(JSON.stringify({ query: document, variables: EMAIL }));
  await post(JSON.stringify({ query: document, extensions: { persistedQuery: EMAIL } }));
  await post(JSON.stringify([{ query: EMAIL }]));
  await post(JSON.stringify({ query: document }), { 'content-type': `text/${tokens[0]}` });
  await fetch(`${gateway.url}/${encodeURIComponent(EMAIL)}?access_token=${tokens[0]}`, { headers });
  await fetch(`${gateway.url}/graphql?query={${EMAIL}}&access_token=${tokens[0]}`, { headers });
  const told = checkedLines();
  const audits = told.flatMap(({ audit }) => audit ?? []);
  expect(audits.length).toBeGreaterThan(8);
  expect(audits[0].who).toEqual({ kind: 'machine', clientId: '[e-mail]' });
  expect(JSON.stringify(audits)).toContain('[token]');
  expect(told.filter(({ msg }) => msg === 'internal error')).toEqual([]);
});

test('a request id that could be an address or a token is replaced', async () => {
  for (const given of [EMAIL, 'jo%40example.com', 'eyJhbGciOiJub25lIn0.e30.']) {
    const response = await fetch(`${gateway.url}/livez`, { headers: { 'x-request-id': given } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  }
});

test('bytes that are no HTTP are not logged', async () => {
  const { port } = new URL(gateway.url);
  const authorization = `authorization: Bearer ${tokens[0]}\r\nfrom: ${EMAIL}\r\n`;
  for (const bytes of [
    `NONSENSE ${EMAIL}\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\n${authorization}broken header\r\n\r\n`,
    `GET / HTTP/1.1\r\nhost: a\r\n${authorization}x: ${'a'.repeat(20_000)}\r\n\r\n`,
    `GET /%zz?${EMAIL} HTTP/1.1\r\nhost: a\r\n${authorization}\r\n`,
  ]) {
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(bytes));
      socket.on('data', () => undefined);
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
  }
  expect(checkedLines().filter(({ msg }) => msg.startsWith('client '))).toEqual([]);
});

test('a line stays short, however long the names and however many the errors', async () => {
  const headers = await machine();
  // The longest alias that the limits allow.
  const long = 'a'.repeat(250);
  const aliases = Array.from({ length: 18 }, (_, index) => `${long}${index}: node(id: "x") { id }`);
  const body = `query ${long} { ${aliases.join(' ')} nodes(ids: [${'"x",'.repeat(60)}]) { id } }`;
  const { errors } = await gateway.execute(body, {}, headers);
  expect(errors!.length).toBeGreaterThan(70);
  const [operation] = checkedLines().filter(({ msg }) => msg === 'operation');
  expect(operation.errorCount).toBe(errors!.length);
  expect(JSON.stringify(operation).length).toBeLessThan(6_000);
});

test('a cached response is logged in one short line, without a token', async () => {
  const keeping = await startGateway({
    env: { CACHE: 'memory', LOG_LEVEL: 'info' },
    log: (line) => lines.push(line),
  });
  const names = ['a'.repeat(5_000), `eyJ${'a'.repeat(40)}`];
  for (const name of names) {
    for (let time = 0; time < 2; time++) {
      await keeping.query(`query ${name} { organizations(first: 1) { nodes { code } } }`);
    }
  }
  await keeping.close();
  const given = checkedLines().filter(({ from }) => from === 'memory');
  expect(given.map(({ operationName }) => operationName)).toEqual([
    `${'a'.repeat(128)}…`,
    '[token]',
  ]);
});

describe('an internal error', () => {
  test('is logged with its stack and causes, and without their messages', () => {
    const cause = Object.assign(new Error(`Bearer ${'x'.repeat(20)} of ${EMAIL}`), {
      code: 'E_CAUSE',
      options: { headers: { authorization: SECRET } },
    });
    const error = Object.assign(new TypeError(`${EMAIL} is no function`, { cause }), {
      request: SECRET,
    });
    const logged = serializeError(error);
    expect(logged).toEqual({
      type: 'TypeError',
      message: '[e-mail] is no function',
      stack: expect.stringMatching(/\n +at .*logs\.test/),
      cause: { type: 'Error', message: 'Bearer [token] of [e-mail]', code: 'E_CAUSE', stack: '' },
    });
    expect(JSON.stringify(logged)).not.toMatch(/example\.com|not_a_secret/);
  });

  test('with a long word is redacted in time that grows with it', () => {
    const { user: before } = process.cpuUsage();
    expect(serializeError(new Error(`${'x'.repeat(100_000)} ${EMAIL}`)).message).toMatch(
      /^x+ \[e-mail\]$/,
    );
    // 17 seconds if each character begins a search to the word's end.
    expect(process.cpuUsage().user - before).toBeLessThan(5_000_000);
  });

  test('of an outage has no stack', () => {
    expect(serializeError(asOutage(new Error('Redis is slow')))).toEqual({
      ...{ type: 'Error', message: 'Redis is slow', stack: '' },
    });
    expect(serializeError(asOutage('closed')).message).toBe('closed');
  });

  test('may be a thrown text, and may be its own cause', () => {
    expect(serializeError(EMAIL).message).toBe('[e-mail]');
    const error = new Error('endless');
    error.cause = error;
    expect(JSON.stringify(serializeError(error)).length).toBeLessThan(5_000);
  });
});

test.each([
  ['kp_dedf81d7278795f58bd2fd07565731b9', 'kp_dedf81d7278795f58bd2fd07565731b9'],
  ['read:organization_users', 'read:organization_users'],
  ['jo@example.com', '[e-mail]'],
  ['eyJhbGciOiJSUzI1NiJ9.e30.x', '[token]'],
  ['a'.repeat(129), `${'a'.repeat(128)}…`],
])('%s is logged as %s', (text, logged) => {
  expect(logText(text)).toBe(logged);
});

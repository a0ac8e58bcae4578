/** `kinde-graphql/testing`, as a test of somebody's app uses it: built, in its thread, over sockets. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type * as Testing from '../../src/testing/index.js';

const root = join(import.meta.dirname, '../..');
const { startGateway } = (await import(join(root, 'dist/testing/index.js'))) as typeof Testing;

let gateway: Testing.TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(() => gateway.reset());
afterAll(() => gateway?.close());

async function ask(query: string, token?: string): Promise<any> {
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

const codeOf = ({ errors: [error] }: any): string => error.extensions.code;
const readsOfLists = async () =>
  (await gateway.calls()).filter((call) => call.startsWith('GET /api/v1/organizations?')).length;
const LIST = '{ organizations(first: 1) { nodes { name } } }';

/** The rows of the page about faults that lead to an error at once: their arguments and codes. */
const FAULT_ROWS = [
  ...readFileSync(join(root, 'docs/testing.md'), 'utf8').matchAll(
    /^\| `\((\{.*\})\)` +\| `([A-Z_]+)`[,: |]/gm,
  ),
]
  .map(([, fault, code]) => ({ fault: fault!, code: code! }))
  .filter(({ fault }) => !fault.includes("'hang'"));

describe('a gateway for tests', () => {
  test('takes tokens of applications and of people, and nothing without one', async () => {
    const [organization] = await gateway.organizations();
    const { code, name, members } = organization!;
    const token = await gateway.token({
      ...{ user: members[0]!.email, organization: code },
      permissions: ['read:organizations'],
    });
    const query = `{ organization(code: "${code}") { name users(first: 1) { nodes { userId } } } }`;
    const { data, errors } = await ask(query, token);
    expect(data).toEqual({ organization: { name, users: null } });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_users' } },
    ]);
    expect(await ask(LIST, await gateway.token())).toMatchObject({ data: expect.anything() });
    expect(codeOf(await ask(LIST))).toBe('UNAUTHENTICATED');
    expect(codeOf(await ask(LIST, await gateway.token({ expiresIn: -60 })))).toBe(
      'UNAUTHENTICATED',
    );
  });

  test('fails as told until the fault is switched off, and says what reached Kinde', async () => {
    const token = await gateway.token();
    const end = await gateway.fault({
      ...{ route: 'GET /api/v1/organizations', respond: { rateLimitSeconds: 40 } },
    });
    const { errors } = await ask(LIST, token);
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 40 } }]);
    expect(await gateway.calls()).toEqual(['GET /api/v1/organizations?page_size=1']);
    await end();
    await gateway.fault({ times: 1, delayMs: 1, respond: { status: 418, body: { a: 1 } } });
    await gateway.reset();
    expect(await gateway.calls()).toEqual([]);
    expect((await ask(LIST, token)).errors).toBeUndefined();
  });

  test.each(FAULT_ROWS)('a fault $fault leads to $code', async ({ fault, code }) => {
    const [organization] = await gateway.organizations();
    const route = 'PATCH /api/v1/organization/{org_code}';
    const rename = `mutation { updateOrganization(input: { organizationCode: "${organization!.code}", name: "Another" }) { organization { name } } }`;
    await gateway.fault(runInNewContext(`(${fault})`, { route }));
    expect(codeOf(await ask(fault.includes('route') ? rename : LIST, await gateway.token()))).toBe(
      code,
    );
  });

  test('has rows of faults', () => expect(FAULT_ROWS.length).toBe(3));

  test('begins again at a reset, at the same address', async () => {
    const token = await gateway.token();
    const before = await gateway.organizations();
    const { code } = before[0]!;
    const rename = `mutation { updateOrganization(input: { organizationCode: "${code}", name: "Another" }) { userErrors { message } } }`;
    expect((await ask(rename, token)).data.updateOrganization.userErrors).toEqual([]);
    expect((await gateway.organizations()).map(({ name }) => name)).toContain('Another');
    await gateway.fault({ respond: 'hang' });
    const hanging = ask(LIST, token).catch((error: Error) => error.message);
    for (let tries = 0; tries < 1000 && (await readsOfLists()) === 0; tries++);
    // At once, as tests that run side by side call it.
    await Promise.all([gateway.reset(), gateway.reset()]);
    expect(await gateway.organizations()).toEqual(before);
    expect((await ask(LIST, token)).data.organizations.nodes).toHaveLength(1);
    expect(await hanging).toBe('fetch failed');
  });

  test('says what is wrong with a token, a fault, an option or a setting', async () => {
    const route = 'GET /api/v1/organisations';
    const options: object = {
      emulator: { organizations: -1, latencyMs: '100', users: 3 },
      settings: { MAX_COST: 100 },
      seed: 'mine',
    };
    const attempts: [Promise<unknown>, RegExp][] = [
      [gateway.token({ user: 'nobody@example.com' }), /No user .* "nobody@example.com"/],
      [gateway.fault({}), /needs `respond`, `delayMs` or both/],
      [
        gateway.fault({ route, respond: 'hang' }),
        /^. There is no route "GET \/api\/v1\/organisations"\. [^]{1,200}$/,
      ],
      [gateway.fault(JSON.parse('{ "respond": "stall" }')), /must be "reset", .*"hang"/],
      [
        startGateway(options),
        /"seed"[^]*"users"\n +→ at emulator\n[^]*emulator\.organizations[^]*emulator\.latencyMs[^]*at settings\.MAX_COST/,
      ],
      [
        startGateway({ settings: { AUTHMODE: 'none', PORT: '1', KINDE_DOMAIN: 'acme.kinde.com' } }),
        /PORT can't be set: use the option[^]*KINDE_DOMAIN can't[^]*no setting AUTHMODE/,
      ],
      [startGateway({ settings: { AUTH_MODE: 'open' } }), /AUTH_MODE must be .*"open"/],
      [startGateway({ port: Number(new URL(gateway.url).port) }), /EADDRINUSE/],
    ];
    await Promise.all(
      attempts.map(([attempt, message]) => expect(attempt).rejects.toThrow(message)),
    );
  });
});

test('an emulator has the settings of a gateway, from `require` too, and ends with its scope', async () => {
  const required = createRequire(import.meta.url)(
    join(root, 'dist/testing/index.cjs'),
  ) as typeof Testing;
  const emulator = await required.startEmulator({ organizations: 2, seed: 'mine' });
  const { KINDE_DOMAIN: url, ...credentials } = emulator.settings;
  expect(url).toBe(emulator.url);
  const response = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.KINDE_CLIENT_ID,
      client_secret: credentials.KINDE_CLIENT_SECRET,
      audience: credentials.KINDE_AUDIENCE,
    }),
  });
  expect(response.status).toBe(200);
  expect(await emulator.organizations()).toHaveLength(2);
  await emulator[Symbol.asyncDispose]();
  await emulator.close();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await expect(emulator.token()).rejects.toThrow('The emulator is not running: it was closed.');
});

test('a process ends by itself, whether or not it closed what it started', async () => {
  const script = `
    const { startEmulator } = await import('${join(root, 'dist/testing/index.js')}');
    const emulator = await startEmulator();
    const body = {};
    body.self = body;
    await emulator.fault({ respond: { status: 200, body } }).catch((error) => console.log(error.name));
    console.log((await emulator.organizations()).length);`;
  const { stdout } = await promisify(execFile)('node', ['--input-type=module', '--eval', script], {
    timeout: 100_000,
  });
  expect(stdout).toBe('TypeError\n36\n');
});

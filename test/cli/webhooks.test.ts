/** `kinde-graphql webhooks` against the emulator. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { main } from '../../src/cli/main.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ organizations: 1, usersPerOrganization: 1 });
});
afterEach(() => emulator.close());

const URL = 'https://gateway.example.com/webhooks/kinde';

async function run(args: string[], env: Record<string, string> = {}) {
  let [stdout, stderr] = ['', ''];
  const exitCode = await main(['webhooks', ...args], {
    env: {
      KINDE_DOMAIN: emulator.url,
      KINDE_CLIENT_ID: emulator.clientId,
      KINDE_CLIENT_SECRET: emulator.clientSecret,
      KINDE_AUDIENCE: emulator.audience,
      ...env,
    },
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { exitCode, stdout, stderr };
}

test('registers, lists and removes a webhook', async () => {
  expect((await run(['list'])).stdout).toBe('No webhook is registered.\n');
  const { exitCode, stdout } = await run(['register', '--url', URL]);
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(/^webhook_\w+ is registered for 12 event types\.\n$/),
  });
  expect([...emulator.webhooks.registered.values()]).toMatchObject([
    { endpoint: URL, event_types: expect.arrayContaining(['user.updated']) },
  ]);
  expect((await run(['list'])).stdout).toContain(`${URL}  12 event types`);
  expect((await run(['remove', '--url', URL])).stdout).toMatch(/^webhook_\w+ is removed\.\n$/);
  expect(emulator.webhooks.registered.size).toBe(0);
});

test('registers once, and updates the event types of an older registration', async () => {
  await run(['register', '--url', URL]);
  const [webhook] = emulator.webhooks.registered.values();
  webhook!.event_types = ['role.created'];
  const { stdout } = await run(['register', '--url', URL]);
  expect(stdout).toContain('was registered already');
  expect(emulator.webhooks.registered.size).toBe(1);
  expect(webhook!.event_types).toHaveLength(12);
  // Another spelling of the same address, and a variable that is set to nothing.
  const again = await run(['register', '--url', URL.replace('gateway', 'Gateway')], {
    AUTH_MODE: '',
  });
  expect(again.stdout).toContain('was registered already');
});

test('lists what it can read of a response, and says when it is not Kinde’s', async () => {
  const listOf = async (body: object | string) => {
    emulator.fault({
      times: 1,
      match: ({ path }) => path === '/api/v1/webhooks',
      respond: { status: 200, body },
    });
    const { stdout, stderr } = await run(['list']);
    return stdout + stderr;
  };
  const webhooks = [null, { id: 'webhook_1', endpoint: URL, event_types: null }, { id: 7 }];
  expect(await listOf({ webhooks })).toBe(`webhook_1  ${URL}  0 event types\n`);
  expect(await listOf({ webhooks: null })).toBe('No webhook is registered.\n');
  expect(await listOf({ webhooks: {} })).toMatch(/^The response is not one of Kinde’s API/);
  expect(await listOf('<html>Sign in</html>')).toMatch(/^The response is not one of Kinde’s API/);
});

test.each<[string, string[], Record<string, string>, RegExp]>([
  [
    'an endpoint that is not registered',
    ['remove', '--url', URL],
    {},
    /^No webhook has the endpoint/,
  ],
  [
    'no environment',
    ['list'],
    { KINDE_DOMAIN: '', KINDE_CLIENT_ID: '', KINDE_CLIENT_SECRET: '', KINDE_AUDIENCE: '' },
    /^Set KINDE_DOMAIN/,
  ],
  ['a wrong secret', ['list'], { KINDE_CLIENT_SECRET: 'x' }, /KINDE_CLIENT_SECRET/],
  [
    'an environment that is down',
    ['list'],
    { KINDE_DOMAIN: 'http://127.0.0.1:1' },
    /^Nothing listens at 127\.0\.0\.1:1/,
  ],
])('explains %s', async (_, args, env, message) => {
  const { exitCode, stderr, stdout } = await run(args, env);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toMatch(message);
});

test.each([
  [[], 'Say what to do: list, register, remove.'],
  [['constructor'], 'Say what to do: list, register, remove, not constructor.'],
])('is a wrong command line with %j', async (args, message) => {
  const { exitCode, stderr, stdout } = await run(args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(`${message}\n\nUsage: kinde-graphql webhooks list | register | remove`);
  expect((await run([...args, '--help'])).exitCode).toBe(0);
});

test.each<[string, string[], RegExp]>([
  ['no URL', ['register'], /^Say where events go: --url https:\/\/gateway/],
  ['no URL to remove', ['remove'], /^Say where events go: --url https:\/\/gateway/],
  ['a URL to list', ['list', '--url', URL], /^webhooks list has no option --url: it lists all\.\n/],
  ['what is no URL', ['register', '--url', 'gateway'], /^--url is not an HTTP URL: "gateway"/],
  ['a URL without a path', ['register', '--url', 'https://a.example.com'], /has no path.*kinde/],
])(
  'explains %s as a wrong command line, before it looks at the settings',
  async (_, args, message) => {
    const { exitCode, stderr, stdout } = await run(args, { KINDE_DOMAIN: '' });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(message);
  },
);

test('names the missing scope', async () => {
  const { exitCode, stderr } = await run(['register', '--url', URL], {
    KINDE_CLIENT_ID: emulator.readOnlyClient.clientId,
    KINDE_CLIENT_SECRET: emulator.readOnlyClient.clientSecret,
  });
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^Kinde refuses this: FORBIDDEN .* lacks the scope create:webhooks/);
});

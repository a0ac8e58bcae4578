/**
 * The command as a new user meets it: help, a schema, a start and a query, and what it says to each
 * thing that is commonly wrong.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { main } from '../../src/cli/main.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { createCertificate } from '../support/certificate.js';
import { MUTATIONS } from '../support/mutations.js';
import { testWith } from '../support/programs.js';
import { startRedis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const root = join(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();
const servers = new Set<Server>();
let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator();
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  for (const server of servers) server.close();
  running.clear();
  servers.clear();
});
afterAll(() => emulator?.close());

/** Runs the command with only these settings. `output` grows as it prints. */
function start(args: string[], env: Record<string, string> = {}, cwd = root) {
  const child = spawn('node', [join(root, 'bin/kinde-graphql.js'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  });
  running.add(child);
  const started = { child, stdout: '', output: '', exit: exitOf(child) };
  child.stdout.on('data', (text) => {
    started.stdout += String(text);
    started.output += String(text);
  });
  child.stderr.on('data', (text) => (started.output += String(text)));
  return started;
}

const exitOf = async (child: ChildProcess) => (await once(child, 'close'))[0] as number;

/** The command, run to its end. */
async function run(args: string[], env?: Record<string, string>, cwd?: string) {
  const started = start(args, env, cwd);
  const code = await started.exit;
  return { code, stdout: started.stdout, output: started.output };
}

/** Runs `check-config` in this process, since a new one takes a second to load the gateway's modules. */
async function runCheckConfig(flags: string[], env: Record<string, string>) {
  const ran = { code: undefined as number | void, stdout: '', output: '' };
  ran.code = await main(['check-config', ...flags], {
    env,
    stdout: { write: (text) => ((ran.stdout += text), (ran.output += text)) },
    stderr: { write: (text) => (ran.output += text) },
  });
  return ran;
}

async function listening(server: Server): Promise<number> {
  servers.add(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Returns the settings of a gateway with the emulator, with all scopes unless other credentials are given. */
function settings(
  { clientId, clientSecret } = emulator as { clientId: string; clientSecret: string },
) {
  return {
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: clientId,
    KINDE_CLIENT_SECRET: clientSecret,
    AUTH_MODE: 'none',
  };
}

describe('help', () => {
  test('names every command, and each has its own', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    const names = [...stdout.matchAll(/^ {2}([\w-]+) {2}/gm)].map(([, name]) => name!);
    expect(names).toEqual(['start', 'emulator', 'schema', 'check-config', 'webhooks']);
    for (const name of names) {
      const help = await run([name, '--help']);
      expect(help).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`^Usage: kinde-graphql ${name}\\b`)),
      });
    }
  });

  test.each([[[]], [['strat']], [['toString']], [['check-config', '--jsno']], [['start', 'now']]])(
    'comes with exit code 2 for %j',
    async (args) => {
      const { code, output, stdout } = await run(args);
      expect(code).toBe(2);
      expect(output).toContain('Usage: kinde-graphql');
      expect(output).not.toMatch(/^ +at /m);
      expect(stdout).toBe('');
    },
  );

  test('prints the version', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
  });
});

test('in a clone that isn’t built yet, it says what to run', () => {
  const clone = mkdtempSync(join(tmpdir(), 'clone-'));
  cpSync(join(root, 'bin'), join(clone, 'bin'), { recursive: true });
  const command = [join(clone, 'bin/kinde-graphql.js'), 'schema'];
  const { status, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, 'This clone isn’t built yet. Run: npm run build\n']);
  rmSync(clone, { recursive: true });
});

test('`schema` prints what is committed as schema.graphql, from any directory', async () => {
  const { code, stdout } = await run(['schema'], {}, tmpdir());
  expect(code).toBe(0);
  expect(stdout).toBe(readFileSync(join(root, 'schema.graphql'), 'utf8'));
});

test('`emulator` and `start` work together, and serve a query', async () => {
  const kinde = start(['emulator'], { EMULATOR_PORT: '0' });
  await waitFor(() => /organizations; Ctrl-C/.exec(kinde.output));
  const printed = Object.fromEntries(
    [...kinde.stdout.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const gateway = start(['start'], { ...printed, PORT: '0' });
  const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ organizations(first: 2) { nodes { name } } }"}',
  });
  expect(((await answer.json()) as any).data.organizations.nodes).toHaveLength(2);
  expect(gateway.output).not.toContain('No token');
  gateway.child.kill('SIGTERM');
  kinde.child.kill('SIGTERM');
  expect([await gateway.exit, await kinde.exit]).toEqual([0, 0]);
});

describe('`start` in an empty folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'empty-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('shows the addresses, what is emulated and the next steps, and serves at the address', async () => {
    const gateway = start(['start'], { PORT: '0' }, folder);
    await waitFor(() => /check-config\.\n/.exec(gateway.stdout));
    const [, url] = /^ {2}GraphQL +(http:\S+)$/m.exec(gateway.stdout)!;
    expect(gateway.stdout).toContain(`\n  GraphiQL  ${url!.replace('/graphql', '/graphiql')}\n`);
    expect(gateway.stdout).toMatch(/^ {2}Kinde +emulated .* \d+ organizations and \d+ people\.$/m);
    expect(gateway.stdout).not.toMatch(/^ {2}Callers/m);
    expect(gateway.stdout).toContain('\n  - Open GraphiQL and run an example.\n');
    const response = await fetch(`${url}?query={__typename}`, {
      headers: { accept: 'application/json', 'apollo-require-preflight': '1' },
    });
    expect(response.status).toBe(200);
  });

  test('says that callers need a token, where they do', async () => {
    const gateway = start(['start'], { PORT: '0', AUTH_MODE: 'jwt' }, folder);
    await waitFor(() => /check-config\.\n/.exec(gateway.stdout));
    expect(gateway.stdout).toMatch(/^ {2}Callers +need a token, since AUTH_MODE is jwt\.$/m);
  });

  test('shows nothing but the log in production', async () => {
    const gateway = start(['start'], { PORT: '0', NODE_ENV: 'production' }, folder);
    await waitFor(() => /GraphQL at/.exec(gateway.stdout));
    for (const line of gateway.stdout.trim().split('\n')) JSON.parse(line);
  });
});

describe('`check-config`', () => {
  const check = async (env: Record<string, string>, ...flags: string[]) => {
    const { code, stdout, output } = await runCheckConfig(['--json', ...flags], env);
    expect(output).not.toMatch(/^ +at /m);
    return { code, ...JSON.parse(stdout) };
  };

  test('accepts all scopes, and only requests a token', async () => {
    emulator.clearRequests();
    const ran = await run(['check-config', '--json', '--strict'], settings());
    const { code } = ran;
    const { ok, problems, unusableFields, scopes, unneededScopes } = JSON.parse(ran.stdout);
    expect({ code, ok, problems, unusableFields }).toEqual({
      code: 0,
      ok: true,
      problems: [],
      unusableFields: [],
    });
    expect(scopes).toContain('create:organizations');
    // Not those of the command `webhooks`.
    const unneeded = ['read:applications', 'read:event_types', 'read:subscribers'];
    expect(unneededScopes).toEqual(unneeded);
    expect(emulator.calls()).toEqual([]);
    expect(emulator.tokenRequests).toHaveLength(1);
  });

  test('warns of misspelled settings, also where others are wrong', async () => {
    const warnings = ['There is no setting MAX_COTS. Did you mean MAX_COST?'];
    expect(await check({ ...settings(), MAX_COTS: '5' })).toMatchObject({ ok: true, warnings });
    expect(await check({ PORT: 'x', MAX_COTS: '5' })).toMatchObject({ ok: false, warnings });
  });

  test('lists the fields that lack a scope, and no others', async () => {
    const report = await check(settings(emulator.readOnlyClient));
    expect(report).toMatchObject({ code: 0, ok: true });
    // A gateway that only reads has none of the mutations, and of their inputs none that write more.
    const fields: string[] = report.unusableFields.map(({ field }: { field: string }) => field);
    const isMutation = (field: string) => /^Mutation\.\w+$/.test(field);
    expect(fields.filter(isMutation).sort()).toEqual(
      MUTATIONS.map((name) => `Mutation.${name}`).sort(),
    );
    for (const field of fields) if (!isMutation(field)) expect(field).toMatch(/Input\.\w+$/);
    expect(report.unusableFields).toContainEqual({
      field: 'Mutation.createOrganization',
      scopes: [['create:organizations']],
    });
    expect((await check(settings(emulator.readOnlyClient), '--strict')).code).toBe(1);
  });

  test('prints the same as text', async () => {
    const { code, stdout } = await run(['check-config'], settings(emulator.readOnlyClient));
    expect(code).toBe(0);
    const { unusableFields } = await check(settings(emulator.readOnlyClient));
    expect(stdout).toContain(`${unusableFields.length} fields lack a scope.`);
    expect(stdout).toContain('  Mutation.createOrganization: create:organizations\n');
    expect(stdout).not.toContain(emulator.readOnlyClient.clientSecret);
  });

  test('names all invalid settings at once', async () => {
    const { code, problems } = await check({ PORT: 'x', KINDE_DOMAIN: 'nowhere' });
    expect(code).toBe(1);
    expect(problems.join('\n')).toMatch(/PORT must[^]*KINDE_DOMAIN must[^]*AUTH_MODE must/);
  });

  test('names trusted documents that a start refuses', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'trusted-')), 'documents.json');
    writeFileSync(
      file,
      JSON.stringify({ good: '{ __typename }', old: '{ organisations { code } }' }),
    );
    const { code, ok, problems } = await check({ ...settings(), TRUSTED_DOCUMENTS: file });
    expect({ code, ok }).toEqual({ code: 1, ok: false });
    expect(problems).toEqual([
      expect.stringMatching(/^TRUSTED_DOCUMENTS must .+; old: .*organisations/),
    ]);
  });

  test('makes no request without KINDE_DOMAIN', async () => {
    expect(await check({})).toMatchObject({ code: 0, ok: true, kinde: null, scopes: null });
  });

  test('checks the environment’s keys where callers have tokens', async () => {
    const env = { KINDE_DOMAIN: emulator.url, AUTH_MODE: 'passthrough' };
    expect(await check(env)).toMatchObject({ code: 0, ok: true, scopes: null });
    // Credentials aren't used, so it doesn't matter whether Kinde accepts them.
    const unused = { ...env, KINDE_CLIENT_ID: 'none', KINDE_CLIENT_SECRET: 'wrong' };
    expect(await check(unused)).toMatchObject({ code: 0, ok: true, scopes: null });
    const port = await listening(createHttpServer((_, response) => response.writeHead(404).end()));
    const { code, problems } = await check({ ...env, KINDE_DOMAIN: `http://127.0.0.1:${port}` });
    expect(code).toBe(1);
    expect(problems).toEqual([expect.stringContaining('not as a Kinde environment does')]);
  });
});

describe('`check-config` with REDIS_URL', () => {
  const SECRET = 'not-to-be-printed';
  const at = (port: number | string, scheme = 'redis') =>
    `${scheme}://me:${SECRET}@127.0.0.1:${port}`;

  async function tell(url: string, ...flags: string[]) {
    const ran = await runCheckConfig(flags, { ...settings(), REDIS_URL: url });
    expect(ran.output).not.toContain(SECRET);
    return ran;
  }

  const unreachable: [string, () => Promise<string>, RegExp][] = [
    [
      'an address where nothing listens',
      async () => {
        const other = createServer();
        const port = await listening(other);
        other.close();
        return at(port);
      },
      /Nothing listens at 127\.0\.0\.1:\d+: check REDIS_URL/,
    ],
    [
      'a name that DNS does not know',
      async () => `redis://me:${SECRET}@redis.invalid:6379`,
      /redis\.invalid:6379 cannot be resolved \(\w+\): check REDIS_URL/,
    ],
    [
      'a server that does not answer',
      async () => at(await listening(createServer(() => undefined))),
      /127\.0\.0\.1:\d+ doesn’t answer like Redis within a second: check REDIS_URL/,
    ],
    [
      'a server that is no Redis',
      async () => at(await listening(createHttpServer((_, response) => response.end()))),
      /127\.0\.0\.1:\d+ doesn’t answer like Redis/,
    ],
    [
      'rediss:// where there is no TLS',
      async () => at(new URL(emulator.url).port, 'rediss'),
      /does not speak TLS \(\w+\): check REDIS_URL. Without TLS it starts with redis:/,
    ],
  ];

  test.each(unreachable)(
    'explains %s, and that the gateway can serve without Redis',
    async (_, url, sentence) => {
      const { code, stdout } = await tell(await url());
      expect(stdout).toMatch(sentence);
      expect(stdout).toContain('mutations with an idempotencyKey are refused');
      expect(stdout).toContain('The gateway can serve with these settings.');
      expect(code).toBe(0);
      expect((await tell(await url(), '--strict')).code).toBe(1);
    },
  );

  testWith('redis-server')(
    'tells a Redis that is up from one that refuses the password',
    async () => {
      const redis = await startRedis();
      const { host, port } = new URL(redis.url);
      try {
        redis.command('ACL', 'SETUSER', 'me', 'on', `>${SECRET}`, '~*', '&*', '+@all');
        const reached = await tell(at(port), '--strict', '--json');
        expect(reached.code).toBe(0);
        expect(JSON.parse(reached.stdout).redis).toEqual({ host, problem: null });
        expect((await tell(at(port))).stdout).toContain(`Redis: ${host} can be reached\n`);

        redis.command('ACL', 'SETUSER', 'me', 'resetpass', '>another');
        const wrong = await tell(at(port), '--json');
        expect(JSON.parse(wrong.stdout).redis.problem).toMatch(
          /refuses the credentials \(WRONGPASS\): check the user and the password in REDIS_URL/,
        );
        redis.command('ACL', 'SETUSER', 'default', 'resetpass', '>another');
        const none = await tell(redis.url);
        expect(none.stdout).toMatch(/refuses the credentials \(NOAUTH\)/);
      } finally {
        await redis.kill();
      }
    },
  );
});

describe('common mistakes', () => {
  const cases: [string, () => Promise<Record<string, string>>, RegExp][] = [
    [
      'a wrong secret',
      async () => ({ KINDE_CLIENT_SECRET: 'not-the-secret' }),
      /does not accept the application \(invalid_client\): check KINDE_CLIENT_ID and KINDE_CLIENT_SECRET/,
    ],
    [
      'an application without the Management API',
      async () => ({ KINDE_AUDIENCE: 'https://other.example' }),
      /no token for https:\/\/other\.example \(unauthorized_client\)\. Authorize it/,
    ],
    [
      'a domain that is not Kinde’s',
      async () => {
        const page = createHttpServer((_, response) => response.writeHead(404).end('<html>'));
        return { KINDE_DOMAIN: `http://127.0.0.1:${await listening(page)}` };
      },
      /not like a Kinde environment \(404\): check KINDE_DOMAIN/,
    ],
    [
      'a name that DNS does not know',
      async () => ({ KINDE_DOMAIN: 'https://acme.invalid', ALLOW_UNAUTHENTICATED_ACCESS: 'true' }),
      /acme\.invalid cannot be resolved \(\w+\): check KINDE_DOMAIN/,
    ],
    [
      'an address where nothing listens',
      async () => {
        const other = createServer();
        const port = await listening(other);
        other.close();
        return { KINDE_DOMAIN: `http://127.0.0.1:${port}` };
      },
      /Nothing listens at 127\.0\.0\.1:\d+: check KINDE_DOMAIN/,
    ],
    [
      'https where http is spoken',
      async () => ({ KINDE_DOMAIN: emulator.url.replace('http:', 'https:') }),
      /does not speak TLS \(\w+\): check KINDE_DOMAIN\. For plain HTTP/,
    ],
    [
      'a server that is down',
      async () => {
        const down = createHttpServer((_, response) => response.writeHead(503).end());
        return { KINDE_DOMAIN: `http://127.0.0.1:${await listening(down)}` };
      },
      /answers 503 to a token request\. Kinde is down/,
    ],
    [
      'a server that does not answer',
      async () => ({
        KINDE_DOMAIN: `http://127.0.0.1:${await listening(createServer(() => undefined))}`,
        UPSTREAM_TIMEOUT_MS: '500',
      }),
      /did not answer within UPSTREAM_TIMEOUT_MS: check KINDE_DOMAIN/,
    ],
  ];

  async function expectTold(env: Record<string, string>, sentence: RegExp) {
    const { code, stdout, output } = await runCheckConfig([], env);
    expect(stdout).toMatch(sentence);
    expect(code).toBe(1);
    expect(output).not.toContain(env['KINDE_CLIENT_SECRET']);
  }

  test.each(cases)('%s', async (_, broken, sentence) => {
    await expectTold({ ...settings(), ...(await broken()) }, sentence);
  });

  testWith('openssl')('a certificate of an unknown authority', async () => {
    const port = await listening(createHttpsServer(createCertificate()));
    await expectTold(
      { ...settings(), KINDE_DOMAIN: `https://localhost:${port}` },
      /certificate of localhost:\d+ cannot be verified \(DEPTH_ZERO_SELF_SIGNED_CERT\)[^]*NODE_EXTRA_CA_CERTS/,
    );
  });

  test('are logged at the start, too, and the gateway serves once they are fixed', async () => {
    const gateway = start(['start'], { ...settings(), KINDE_CLIENT_SECRET: 'not-it', PORT: '0' });
    await waitFor(() => /The gateway got no access token/.exec(gateway.output));
    expect(gateway.output).toContain('check KINDE_CLIENT_ID and KINDE_CLIENT_SECRET');
    expect(gateway.output).not.toContain('not-it');
    const [url] = /http:\/\/127\.0\.0\.1:\d+(?=\/graphql)/.exec(gateway.output)!;
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
  });

  test('a port that is taken', async () => {
    const port = String(await listening(createServer()));
    const [gateway, kinde] = await Promise.all([
      run(['start'], { PORT: port }),
      run(['emulator'], { EMULATOR_PORT: port }),
    ]);
    expect(gateway.code).toBe(1);
    expect(gateway.output).toContain(`port ${port} is in use. Set PORT to another port.`);
    expect(kinde.code).toBe(1);
    expect(kinde.output).toContain(`Port ${port} is taken; set EMULATOR_PORT to another.`);
  });
});

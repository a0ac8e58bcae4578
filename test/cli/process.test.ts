/** The process as it is started: bad settings, a taken port, and an end that loses no request. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator, type Emulator, type Fault } from '../../src/emulator/index.js';
import { waitFor } from '../support/wait-for.js';
import { afterEach, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../../', import.meta.url));
const running = new Set<ChildProcess>();

let emulator: Emulator | undefined;
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  await emulator?.close();
  emulator = undefined;
});

/** A program of dist/ with these settings and no others; `output` grows as it prints. */
function start(program: string, env: Record<string, string>, args: string[] = []) {
  const child = spawn('node', [`dist/${program}.js`, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
  });
  running.add(child);
  const started = {
    child,
    output: '',
    exit: once(child, 'close').then(([code]) => code as number),
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => (started.output += String(text)));
  }
  return started;
}

describe('a command that writes to a pipe', () => {
  test('ends without an error when its reader has closed the pipe', async () => {
    const schema = start('cli/index', {}, ['schema']);
    schema.child.stdout.destroy();
    expect([await schema.exit, schema.output]).toEqual([0, '']);
  });
});

describe('the process of the gateway', () => {
  test('lists each invalid setting on a line, and exits with 1', async () => {
    const gateway = start('index', { PORT: 'x', LOG_LEVEL: 'loud', KINDE_DOMAIN: 'nowhere' });
    expect(await gateway.exit).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'KINDE_DOMAIN', 'AUTH_MODE', 'KINDE_CLIENT_ID']) {
      expect(gateway.output).toMatch(new RegExp(`^ {2}${name} must`, 'm'));
    }
    expect(gateway.output).not.toMatch(/^ +at /m);
  });

  test('reads secrets from their files again at SIGHUP, and says what came of it', async () => {
    const emulator = await startEmulator();
    try {
      const file = join(mkdtempSync(join(tmpdir(), 'secret-')), 'secret');
      writeFileSync(file, emulator.clientSecret);
      const gateway = start('index', {
        ...{ PORT: '0', AUTH_MODE: 'none', KINDE_DOMAIN: emulator.url },
        ...{ KINDE_CLIENT_ID: emulator.clientId, KINDE_CLIENT_SECRET_FILE: file },
        KINDE_AUDIENCE: emulator.audience,
      });
      await waitFor(() => /GraphQL at/.exec(gateway.output));
      gateway.child.kill('SIGHUP');
      await waitFor(() => /SIGHUP: secrets were read again\s/.exec(gateway.output));
      writeFileSync(file, 'wrong');
      gateway.child.kill('SIGHUP');
      await waitFor(() => /SIGHUP: .* keeps the one it has/.exec(gateway.output));
      expect(gateway.output).not.toContain('wrong');
    } finally {
      await emulator.close();
    }
  });

  test('verifies the tokens of its own emulator, and hears of what another client writes there', async () => {
    const gateway = start('index', { AUTH_MODE: 'jwt', PORT: '0' });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    const post = async (path: string, body: object, headers = {}) => {
      const response = await fetch(new URL(path, url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      return (await response.json()) as any;
    };
    const query = '{ organizations(first: 1) { nodes { code name } } }';
    expect((await post('/graphql', { query })).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    const scopes = ['read:organizations', 'update:organizations'];
    const { access_token } = await post('/graphiql/act-as', { scopes });
    const headers = { authorization: `Bearer ${access_token}` };
    const read = async () => (await post('/graphql', { query }, headers)).data.organizations.nodes;
    const [{ code }, ...others] = await read();
    expect(others).toEqual([]);
    const { iss } = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString());
    const { ok } = await fetch(`${iss}/api/v1/organization/${code}`, {
      method: 'PATCH',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"name":"A name from elsewhere"}',
    });
    expect(ok).toBe(true);
    // Long before the cached response expires.
    await waitFor(async () => (await read())[0].name === 'A name from elsewhere');
  });

  test('handles entries that fail before their list’s turn', async () => {
    const gateway = start('index', { AUTH_MODE: 'none', PORT: '0' });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    // The first two lists take the turn; all entries of the third one are refused at once.
    const ids = JSON.stringify(Array.from({ length: 100 }, (_, n) => `none${n}`));
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `{ ${['a', 'b', 'c'].map((name) => `${name}: nodes(ids: ${ids}) { id }`).join(' ')} }`,
      }),
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(
      Array.from({ length: 300 }, () => 'BAD_USER_INPUT'),
    );
    expect(gateway.output).not.toContain('internal error');
  });

  test('logs a promise that nobody waits for, and serves on', async () => {
    // The first one would end the process if it came before the handler; the log has a thread of its own.
    const lose = `
      import { isMainThread } from 'node:worker_threads';
      const lose = () => process.listenerCount('unhandledRejection') && Promise.reject(new Error('lost'));
      if (isMainThread) setInterval(lose, 50).unref();`;
    const gateway = start('index', {
      ...{ AUTH_MODE: 'none', PORT: '0' },
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(lose)}`,
    });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    await waitFor(() => /internal error[^]*lost|lost[^]*internal error/.exec(gateway.output));
    expect((await fetch(new URL('/livez', url))).status).toBe(200);
  });

  test('lists trusted documents that can’t be executed, and exits with 1', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'trusted-')), 'documents.json');
    const documents = {
      good: '{ organizations { nodes { code } } }',
      'sha256:cut': '{ organizations {',
      old: '{ organisations { nodes { code } } }',
      deep: 'query { a: __typename b: __typename }',
    };
    writeFileSync(path, JSON.stringify(documents));
    const env = { TRUSTED_DOCUMENTS: path, PORT: '0', MAX_ALIASES: '1', MAX_COTS: '5' };
    const gateway = start('index', env);
    expect(await gateway.exit).toBe(1);
    expect(gateway.output.split('\n')).toEqual([
      "kinde-graphql can't start with these settings:",
      expect.stringMatching(/^ {2}TRUSTED_DOCUMENTS must .+; cut: Syntax Error/),
      expect.stringMatching(/^ {2}TRUSTED_DOCUMENTS must .+; old: .*organisations/),
      expect.stringMatching(/^ {2}TRUSTED_DOCUMENTS must .+; deep: .*alias/),
      '  There is no setting MAX_COTS. Did you mean MAX_COST?',
      '',
    ]);
  });

  test('says when its port is taken, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const gateway = start('index', { PORT: String(port) });
    expect(await gateway.exit).toBe(1);
    expect(gateway.output).toContain(`port ${port} is in use. Set PORT to another port.`);
    other.close();
  });

  test('survives requests that are refused before their execution, and those without a token', async () => {
    const gateway = start('index', {
      NODE_ENV: 'production',
      KINDE_DOMAIN: 'http://127.0.0.1:9',
      AUTH_MODE: 'passthrough',
      PORT: '0',
    });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    const json = { 'content-type': 'application/json', authorization: 'Bearer opaque' };
    const send = async (path: string, init: RequestInit = {}) =>
      (await fetch(url + path, init)).status;
    expect(await send('?query={__typename}', { headers: { authorization: 'Bearer opaque' } })).toBe(
      400,
    );
    expect(await send('', { method: 'POST', headers: json, body: '' })).toBe(400);
    const headers = { ...json, 'x-graphql-cost': 'true' };
    expect(await send('', { method: 'POST', headers, body: '{' })).toBe(400);
    expect(await send('?query={__typename}')).toBe(401);
    const anonymous = { 'content-type': 'application/json' };
    expect(await send('', { method: 'POST', headers: anonymous, body: '{' })).toBe(401);
    expect(gateway.child.exitCode).toBeNull();
  });

  test('logs a line for each operation, also for a cached response, and a misspelled setting', async () => {
    const gateway = start('index', { NODE_ENV: 'production', PORT: '0', MAX_COTS: '5' });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    for (let time = 0; time < 2; time++) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"query Listed { organizations(first: 1) { nodes { name } } }"}',
      });
      expect(response.status).toBe(200);
    }
    const [cold, warm] = await waitFor(() => {
      const lines = gateway.output.split('\n').filter((line) => line.includes('"Listed"'));
      return lines.length < 2 ? undefined : lines.map((line) => JSON.parse(line) as object);
    });
    expect(cold).toMatchObject({ msg: 'operation', operation: 'query', upstreamCalls: 1 });
    expect(warm).toMatchObject({ msg: 'operation', operation: 'query', from: 'memory' });
    expect(warm).toHaveProperty('requestId');
    expect(gateway.output).toContain('Did you mean MAX_COST?');
    const page = readFileSync(join(root, 'docs/operating.md'), 'utf8');
    const [shown] = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, json]) => JSON.parse(json!));
    const traced = ['trace_id', 'span_id', 'errorCount', 'errors'];
    expect(Object.keys(shown).filter((key) => !traced.includes(key))).toEqual(Object.keys(cold!));
  });

  /** A gateway with a request in flight that strikes a fault. */
  async function busyGateway(fault: Fault, env: Record<string, string> = {}) {
    emulator = await startEmulator();
    const gateway = start('index', {
      ...{ PORT: '0', AUTH_MODE: 'none', KINDE_DOMAIN: emulator.url },
      ...{ KINDE_CLIENT_ID: emulator.clientId, KINDE_CLIENT_SECRET: emulator.clientSecret },
      ...{ KINDE_AUDIENCE: emulator.audience, ...env },
    });
    const url = await waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
    emulator.fault({ route: 'GET /api/v1/organizations', ...fault });
    const ask = () =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ organizations(first: 1) { nodes { name } } }"}',
      });
    const inFlight = ask();
    inFlight.catch(() => undefined);
    await waitFor(() => emulator!.calls().length > 0);
    return { gateway, ask, inFlight };
  }

  test('completes the request in flight after SIGTERM, accepts no more and exits with 0', async () => {
    const { gateway, ask, inFlight } = await busyGateway({ delayMs: 800 });
    gateway.child.kill('SIGTERM');
    await waitFor(() => gateway.output.includes('SIGTERM'));
    const response = await inFlight;
    expect(((await response.json()) as any).data.organizations.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
    await expect(ask()).rejects.toThrow();
  });

  test('doesn’t end while an operation without a client waits for a rate limit', async () => {
    const code = `
      import { setTimeout as sleep } from 'node:timers/promises';
      import { ActiveOperations } from './dist/http/active-operations.js';
      const active = new ActiveOperations();
      // As calls wait in upstream/policy: other timers and open sockets decide how long a process lives.
      void active.run(() => sleep(50, undefined, { ref: false }));
      process.exitCode = (await active.ended(60_000)) ? 0 : 1;`;
    const child = spawn('node', ['--input-type=module', '-e', code], { cwd: root });
    running.add(child);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('aborts requests that outlast the grace period, logs it and exits with 1', async () => {
    const { gateway, inFlight } = await busyGateway(
      { respond: 'hang' },
      { SHUTDOWN_GRACE_MS: '300' },
    );
    gateway.child.kill('SIGTERM');
    await expect(inFlight).rejects.toThrow();
    expect(await gateway.exit).toBe(1);
    expect(gateway.output).toContain('cut off after SHUTDOWN_GRACE_MS');
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'exits at once on a second signal, %s',
    async (second) => {
      const { gateway, inFlight } = await busyGateway({ respond: 'hang' });
      const ended = once(gateway.child, 'exit');
      gateway.child.kill('SIGTERM');
      await waitFor(() => gateway.output.includes('SIGTERM'));
      gateway.child.kill(second);
      expect(await ended).toEqual([null, second]);
      await expect(inFlight).rejects.toThrow();
    },
  );
});

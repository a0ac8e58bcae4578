/** The process as it is started: bad settings, a taken port, and an end that loses no request. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../', import.meta.url));
const running = new Set<ChildProcess>();

beforeAll(() => promisify(execFile)('node', ['build.mjs'], { cwd: root }), 60_000);
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

/** A program of dist/ with these settings and no others; `output` grows as it prints. */
function start(program: string, env: Record<string, string>) {
  const child = spawn('node', [`dist/${program}.js`], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
  });
  running.add(child);
  const started = { child, output: '', exit: once(child, 'exit').then(([code]) => code as number) };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => (started.output += String(text)));
  }
  return started;
}

async function until<T>(look: () => T | null | undefined): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const seen = look();
    if (seen != null) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('It did not come.');
}

/** A gateway whose upstream takes this long to answer. */
async function startSlow(latencyMs: number) {
  const emulator = start('emulator/main', {
    EMULATOR_PORT: '0',
    EMULATOR_LATENCY_MS: String(latencyMs),
  });
  await until(() => /KINDE_CLIENT_SECRET=\S+/.exec(emulator.output));
  const settings = Object.fromEntries(
    [...emulator.output.matchAll(/^(KINDE_\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  const gateway = start('index', { ...settings, AUTH_MODE: 'none', PORT: '0' });
  const url = await until(() => /http:\/\/127\.0\.0\.1:\d+\/graphql/.exec(gateway.output)?.[0]);
  const ask = () =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ organizations(first: 1) { nodes { name } } }"}',
    });
  return { gateway, ask };
}

describe('the gateway’s process', () => {
  test('refuses bad settings with a line for each, and exits with 1', async () => {
    const gateway = start('index', { PORT: 'x', LOG_LEVEL: 'loud', KINDE_DOMAIN: 'nowhere' });
    expect(await gateway.exit).toBe(1);
    for (const name of ['PORT', 'LOG_LEVEL', 'KINDE_DOMAIN', 'AUTH_MODE', 'KINDE_CLIENT_ID']) {
      expect(gateway.output).toMatch(new RegExp(`^ {2}${name} must`, 'm'));
    }
    expect(gateway.output).not.toMatch(/^ +at /m);
  });

  test('says when its port is taken, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const gateway = start('index', { PORT: String(port) });
    expect(await gateway.exit).toBe(1);
    expect(gateway.output).toContain(`port ${port} is taken. Set PORT to another one.`);
    other.close();
  });

  test('answers the request in flight after SIGTERM, takes no more and exits with 0', async () => {
    const { gateway, ask } = await startSlow(800);
    const inFlight = ask();
    await new Promise((resolve) => setTimeout(resolve, 300));
    gateway.child.kill('SIGTERM');
    await until(() => (gateway.output.includes('SIGTERM') ? true : undefined));
    const response = await inFlight;
    expect(((await response.json()) as any).data.organizations.nodes).toHaveLength(1);
    expect(await gateway.exit).toBe(0);
    await expect(ask()).rejects.toThrow();
  }, 60_000);

  test('ends at once by a second SIGTERM', async () => {
    const { gateway, ask } = await startSlow(8_000);
    const broken = expect(ask()).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 500));
    gateway.child.kill('SIGTERM');
    await until(() => (gateway.output.includes('SIGTERM') ? true : undefined));
    const startedAt = performance.now();
    gateway.child.kill('SIGTERM');
    await gateway.exit;
    expect(gateway.child.signalCode).toBe('SIGTERM');
    expect(performance.now() - startedAt).toBeLessThan(4_000);
    await broken;
  }, 60_000);
});

/** Load shedding: which requests are served, what the others get, and what the probes say. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { stubClock } from '../support/clock.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';
import { startHeldProxy, type HeldProxy } from '../support/held-proxy.js';
import { waitFor } from '../support/wait-for.js';

const clock = stubClock();
const running = new Set<TestGateway>();
const proxies = new Set<HeldProxy>();
afterEach(async () => {
  await Promise.all([...running].map((gateway) => gateway.close()));
  await Promise.all([...proxies].map((proxy) => proxy.close()));
  running.clear();
  proxies.clear();
});

async function start(options: TestOptions): Promise<TestGateway> {
  const gateway = await startGateway(options);
  running.add(gateway);
  // Fetches the token, so that each operation below makes one call.
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  return gateway;
}

/** Starts a gateway whose first calls of `listing` wait until the test releases them. */
async function startHeld(options: TestOptions, count = 1) {
  const proxy = await startHeldProxy();
  proxies.add(proxy);
  const gateway = await start({
    ...options,
    kindeDomain: ({ url }) => {
      proxy.target = url;
      return proxy.url;
    },
  });
  const held = Array.from({ length: count }, () => proxy.hold('GET /api/v1/organizations'));
  return { gateway, release: () => held.forEach((answer) => answer.release()) };
}

/** Returns an operation that makes one call, shared with the same `first` only. */
const listing = (first: number) =>
  JSON.stringify({ query: `{ organizations(first: ${first}) { nodes { code } } }` });
const post = (gateway: TestGateway, first: number, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: listing(first),
  });
const many = (gateway: TestGateway, count: number) =>
  Promise.all(Array.from({ length: count }, (_, index) => post(gateway, index + 1)));
const readiness = async (gateway: TestGateway) => {
  const response = await fetch(`${gateway.url}/readyz`);
  return { status: response.status, body: (await response.json()) as any };
};
describe('with more operations than may be in flight and wait', () => {
  test('sheds excess load with 503 and Retry-After, and completes the rest', async () => {
    const env = { MAX_CONCURRENT_OPERATIONS: '2', MAX_WAIT_MS: '600000' };
    const { gateway, release } = await startHeld({ env }, 12);
    let refused = 0;
    const sent = Array.from({ length: 12 }, async (_, index) => {
      const response = await post(gateway, index + 1);
      if (response.status === 503) refused++;
      return response;
    });
    await waitFor(() => refused >= 8);
    release();
    const responses = await Promise.all(sent);
    const accepted = responses.filter(({ status }) => status === 200);
    const shed = responses.filter(({ status }) => status === 503);
    expect(accepted.length + shed.length).toBe(12);
    // Two in flight and two queued; fewer where the test itself keeps the CPU busy.
    expect(accepted.length).toBeGreaterThanOrEqual(2);
    expect(accepted.length).toBeLessThanOrEqual(4);
    expect(gateway.calls()).toHaveLength(accepted.length);
    for (const response of accepted) {
      expect(((await response.json()) as any).data.organizations.nodes).not.toHaveLength(0);
    }
    for (const response of shed) {
      expect(response.headers.get('retry-after')).toMatch(/^[123]$/);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      expect(response.headers.get('connection')).toBe('keep-alive');
      expect(await response.json()).toEqual({
        errors: [
          {
            message: expect.stringContaining('nothing was done'),
            extensions: { code: 'OVERLOADED', requestId: response.headers.get('x-request-id') },
          },
        ],
      });
    }
  });

  test('/livez stays 200, and /readyz says why it isn’t ready until a second after the last 503', async () => {
    const { gateway, release } = await startHeld({ env: { MAX_CONCURRENT_OPERATIONS: '1' } }, 8);
    // That second passes once the test has looked.
    clock.stop();
    const load = many(gateway, 8);
    await waitFor(async () => (await readiness(gateway)).status === 503);
    expect(await readiness(gateway)).toEqual({
      status: 503,
      body: {
        status: 'unavailable',
        checks: { process: 'ok', load: 'shedding', token: 'ok', upstream: 'ok' },
      },
    });
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    release();
    await load;
    clock.resume();
    await waitFor(async () => (await readiness(gateway)).status === 200);
    expect((await post(gateway, 1)).status).toBe(200);
  });

  test('a page of an allowed origin can read the 503 and its Retry-After', async () => {
    const origin = 'https://app.example.com';
    const { gateway, release } = await startHeld({
      env: { MAX_CONCURRENT_OPERATIONS: '1', MAX_WAIT_MS: '0', CORS_ORIGINS: origin },
    });
    const inFlight = post(gateway, 1);
    await waitFor(() => gateway.emulator.calls().length === 1);
    const response = await post(gateway, 2, { origin });
    expect(response.status).toBe(503);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after');
    // A preflight takes no slot.
    const preflight = await fetch(`${gateway.url}/graphql`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    release();
    await inFlight;
  });

  test('a connection that got 503 for a request with a body can be used again', async () => {
    const { gateway, release } = await startHeld({
      env: { MAX_CONCURRENT_OPERATIONS: '1', MAX_WAIT_MS: '0' },
    });
    const inFlight = post(gateway, 1);
    await waitFor(() => gateway.emulator.calls().length === 1);
    const { port, hostname } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let answers = '';
    socket.on('data', (data) => (answers += String(data)));
    const body = `${listing(2)}${' '.repeat(200_000)}`;
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    await waitFor(() => answers.includes('OVERLOADED'));
    socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
    await waitFor(() => answers.includes('{"status":"ok"}'));
    expect(answers.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 503', 'HTTP/1.1 200']);
    socket.destroy();
    release();
    expect((await inFlight).status).toBe(200);
  });

  test('a queued operation whose client leaves is never started', async () => {
    const { gateway, release } = await startHeld({
      env: { MAX_CONCURRENT_OPERATIONS: '1', MAX_WAIT_MS: '15000' },
    });
    const inFlight = post(gateway, 1);
    await waitFor(() => gateway.emulator.calls().length === 1);
    const controller = new AbortController();
    const waiting = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: listing(2),
      signal: controller.signal,
    });
    await sleep(100);
    controller.abort();
    await expect(waiting).rejects.toThrow();
    // The gateway must see the connection end before the next operation can start.
    await sleep(100);
    release();
    expect((await inFlight).status).toBe(200);
    expect((await post(gateway, 3)).status).toBe(200);
    expect(gateway.calls()).toEqual([
      'GET /api/v1/organizations?page_size=1',
      'GET /api/v1/organizations?page_size=3',
    ]);
  });
});

describe('a slow upstream', () => {
  test('sheds nothing while calls have free slots', async () => {
    const env = { UPSTREAM_CONCURRENCY: '200', MAX_WAIT_MS: '15000' };
    const { gateway, release } = await startHeld({ env }, 60);
    let answered = 0;
    const load = Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const { status } = await post(gateway, index + 1);
        answered++;
        return status;
      }),
    );
    await waitFor(() => gateway.emulator.calls().length === 60 || answered > 0);
    // All are in flight at once, many more than the initial limit.
    expect(answered).toBe(0);
    release();
    expect(new Set(await load)).toEqual(new Set([200]));
  });

  test('limits operations to those that keep its slots busy', async () => {
    const gateway = await start({
      emulator: { latencyMs: 150 },
      env: { UPSTREAM_CONCURRENCY: '1', MAX_WAIT_MS: '300' },
    });
    const statuses = (await many(gateway, 40)).map(({ status }) => status);
    const accepted = statuses.filter((status) => status === 200).length;
    expect(accepted).toBeGreaterThan(0);
    expect(statuses.filter((status) => status === 503).length).toBe(40 - accepted);
    expect(accepted).toBeLessThan(40);
    expect(gateway.calls()).toHaveLength(accepted);
  });
});

test.each([
  ['together while the event loop is idle', 0, 6],
  ['one by one while it is busy', 1, 1],
])('operations begin %s', async (_, load, begun) => {
  const env = { MAX_WAIT_MS: '15000' };
  let samples = 0;
  const eventLoopUtilization = () => {
    samples++;
    return load;
  };
  const { gateway, release } = await startHeld({ env, eventLoopUtilization }, 6);
  // The limit is adapted with each of them.
  await waitFor(() => samples > 3);
  const responses = Array.from({ length: 6 }, (_, index) => post(gateway, index + 1));
  await waitFor(() => gateway.emulator.calls().length >= begun);
  await sleep(100);
  expect(gateway.emulator.calls()).toHaveLength(begun);
  release();
  for (const { status } of await Promise.all(responses)) expect(status).toBe(200);
});

test('a query of many calls delays one of a single call by one round at most', async () => {
  const gateway = await start({
    emulator: { organizations: 30, latencyMs: 150 },
    env: { UPSTREAM_CONCURRENCY: '2' },
  });
  const many = gateway.query('{ organizations(first: 30) { nodes { featureFlags { key } } } }');
  await waitFor(() => gateway.emulator.calls().length > 2);
  const before = gateway.emulator.calls().length;
  expect((await post(gateway, 7)).status).toBe(200);
  const single = gateway.emulator.calls().indexOf('GET /api/v1/organizations?page_size=7');
  await many;
  const calls = gateway.calls();
  expect(calls).toHaveLength(32);
  // Calls in flight end first; then the operations alternate.
  expect(single - before).toBeLessThan(8);
  expect(calls.length - single).toBeGreaterThan(10);
});

test('requests that arrived while the event loop was blocked are shed, and the next is served', async () => {
  const gateway = await start({ env: { MAX_EVENT_LOOP_DELAY_MS: '300' } });
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let answers = '';
  socket.on('data', (data) => (answers += String(data)));
  socket.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  await waitFor(() => answers.includes('"ok"'));
  gateway.calls();

  const body = listing(1);
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  const blockedUntil = performance.now() + 1_000;
  while (performance.now() < blockedUntil);
  // It is shedding for a second.
  clock.stop();
  await waitFor(() => /HTTP\/1\.1 503[\s\S]*OVERLOADED/.test(answers));
  expect(gateway.calls()).toEqual([]);
  expect((await readiness(gateway)).body.checks.load).toBe('shedding');
  clock.resume();
  await waitFor(async () => (await post(gateway, 1)).status === 200);
  await waitFor(async () => (await readiness(gateway)).status === 200);
  socket.destroy();
});

test('connections beyond MAX_CONNECTIONS are closed, and those within are served', async () => {
  const gateway = await start({ env: { MAX_CONNECTIONS: '20' } });
  const { port, hostname } = new URL(gateway.url);
  let closed = 0;
  const sockets = Array.from({ length: 60 }, () => {
    const socket = connect(Number(port), hostname);
    socket.on('close', () => closed++).on('error', () => undefined);
    return socket;
  });
  await waitFor(() => closed >= 40);
  const open = sockets.find((socket) => !socket.destroyed)!;
  open.write('GET /livez HTTP/1.1\r\nhost: x\r\n\r\n');
  const [answer] = (await once(open, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of sockets) socket.destroy();
});

describe('a shutdown', () => {
  test('shows in /readyz first, while requests are still served on connections that then close', async () => {
    const gateway = await startGateway({ env: { SHUTDOWN_DELAY_MS: '4000' } });
    await gateway.query('{ organizations(first: 1) { nodes { code } } }');
    const closing = gateway.close();
    expect(await readiness(gateway)).toMatchObject({
      status: 503,
      body: { checks: { process: 'stopping', load: 'ok' } },
    });
    const response = await post(gateway, 1);
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    await closing;
    await expect(post(gateway, 1)).rejects.toThrow();
  });

  test('refuses new requests on an open connection, and completes those in flight', async () => {
    const { gateway, release } = await startHeld({});
    running.delete(gateway);
    gateway.calls();
    const { port, hostname } = new URL(gateway.url);
    const socket = connect(Number(port), hostname);
    let answers = '';
    socket.on('data', (data) => (answers += String(data)));
    const request = (first: number) =>
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${listing(first).length}\r\n\r\n${listing(first)}`;
    socket.write(request(1));
    await waitFor(() => gateway.emulator.calls().length === 1);
    const closing = gateway.close();
    await sleep(100);
    // HTTP pipelining: the second request arrives while the first is in flight.
    socket.write(request(2));
    await sleep(100);
    release();
    await closing;
    await waitFor(() => socket.destroyed || answers.includes('OVERLOADED'));
    expect(answers).toMatch(/^HTTP\/1\.1 200[\s\S]*"code":"org_/);
    expect(gateway.emulator.calls()).toEqual(['GET /api/v1/organizations?page_size=1']);
    socket.destroy();
  });
});

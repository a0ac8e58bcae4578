/** Connections that a client holds open must not keep the gateway from ending. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { startFaultyGateway } from '../support/fault-proxy.js';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function hold(url: string, text: string) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
}

const JSON_POST = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const query = '{"query":"{ organizations(first: 1) { nodes { code } } }"}';

test.each([
  ['on which nothing was sent', ''],
  ['on which headers do not end', `${JSON_POST}x-a: b`],
  ['that was kept alive', 'GET /livez HTTP/1.1\r\nhost: x\r\n\r\n'],
])('50. A connection %s doesn’t delay the shutdown', async (_, text) => {
  const gateway = await startFaultyGateway({ SHUTDOWN_GRACE_MS: '600000' });
  await hold(gateway.url, text);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await gateway.close();
});

test('50. A request with an endless body is aborted after SHUTDOWN_GRACE_MS', async () => {
  const gateway = await startFaultyGateway({ SHUTDOWN_GRACE_MS: '2000' });
  await hold(gateway.url, `${JSON_POST}content-length: 999\r\n\r\n{"query":`);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const startedAt = performance.now();
  await expect(gateway.close()).rejects.toThrow('SHUTDOWN_GRACE_MS');
  expect(performance.now() - startedAt).toBeGreaterThan(1_500);
});

test('50. A request in flight is completed, a new one is refused', async () => {
  const gateway = await startFaultyGateway();
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  gateway.proxy.next('*', async ({ forward }) => {
    await released;
    await forward();
  });
  const asked = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: query,
  });
  while (gateway.proxy.calls().length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const closed = gateway.close();
  await expect(fetch(`${gateway.url}/livez`)).rejects.toThrow();
  release();
  const { data } = (await (await asked).json()) as any;
  expect(data.organizations.nodes).toHaveLength(1);
  await closed;
});

test('50. A write of a client that has left is completed', async () => {
  const lines: string[] = [];
  const gateway = await startFaultyGateway(
    { LOG_LEVEL: 'info' },
    { log: (line) => lines.push(line) },
  );
  const code = [...gateway.emulator.state.organizations.values()][1]!.profile.code;
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  gateway.proxy.next('PATCH', async ({ forward }) => {
    await released;
    await forward();
  });
  const query = `mutation { updateOrganization(input: { organizationCode: "${code}", name: "Late" }) { userErrors { code } } }`;
  const client = new AbortController();
  const asked = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: client.signal,
  });
  while (gateway.proxy.calls().length === 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
  client.abort();
  await expect(asked).rejects.toThrow();
  await fetch(`${gateway.url}/livez`);
  const closed = gateway.close();
  await expect(fetch(`${gateway.url}/livez`)).rejects.toThrow();
  release();
  await closed;
  expect(lines.join('')).toContain('"outcome":"success"');
});

test('50. A write that waits for a rate limit is not sent after the gateway has closed', async () => {
  const lines: string[] = [];
  const gateway = await startFaultyGateway(
    { LOG_LEVEL: 'info', SHUTDOWN_GRACE_MS: '1' },
    { log: (line) => lines.push(line) },
  );
  const route = 'PATCH /api/v1/organization/{org_code}';
  gateway.emulator.fault({ route, times: 1, respond: { rateLimitSeconds: 5 } });
  const write = () =>
    gateway.execute(
      'mutation { updateOrganization(input: { organizationCode: "org_1", name: "Late" }) { userErrors { code } } }',
    );
  expect((await write()).errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  lines.length = 0;
  const response = write().catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 200));
  await expect(gateway.close()).rejects.toThrow('SHUTDOWN_GRACE_MS');
  expect(lines.join('')).toMatch(/"mutation":"updateOrganization".*"outcome":"failed"/);
  await response;
});

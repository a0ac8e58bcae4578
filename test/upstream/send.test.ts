/** How calls are sent, and what an error of a write proves: only one of opening the connection says that nothing was sent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { createSend } from '../../src/upstream/send/index.js';
import { createGotSend, wasNotSent } from '../../src/upstream/send/got.js';

test.each([
  ['ECONNREFUSED', 'connect', true],
  // Node tries several addresses, and reports all of them together.
  ['ECONNREFUSED', undefined, true],
  ['ENOTFOUND', 'getaddrinfo', true],
  ['EHOSTUNREACH', 'connect', true],
  ['CERT_HAS_EXPIRED', undefined, true],
  ['EHOSTUNREACH', 'read', false],
  ['ENETUNREACH', 'write', false],
  ['ECONNRESET', 'read', false],
  ['EPIPE', 'write', false],
  ['ETIMEDOUT', 'connect', false],
])('%s by %s', (code, syscall, isProof) => {
  expect(wasNotSent({ code, cause: Object.assign(new Error(), { code, syscall }) })).toBe(isProof);
});

test('a read refuses compression, which it could not undo', async () => {
  const server = createServer(({ headers }, response) => response.end(headers['accept-encoding']));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { send, close } = createSend({
    ...{ baseUrl, timeoutMs: 5_000, maxSockets: 1, maxBodyBytes: 1_000 },
  });
  expect((await send({ method: 'GET', url: `${baseUrl}/`, headers: {} })).body).toBe('identity');
  await close();
  server.close();
});

test('a connection of writes is closed once it is idle, and not while a response is slow', async () => {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.end('done'), 20);
  });
  // Never closed by the server.
  server.keepAliveTimeout = 0;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { timeoutMs: 5_000, maxSockets: 1, maxBodyBytes: 1_000 };
  const { send, close } = createGotSend({ baseUrl, ...limits, idleMs: 1 });
  const isConnected = once(server, 'connection') as Promise<[Socket]>;
  const sent = send({ method: 'POST', url: `${baseUrl}/`, headers: {} });
  const [connection] = await isConnected;
  const isClosed = once(connection, 'close');
  expect((await sent).body).toBe('done');
  await isClosed;
  await close();
  server.close();
});

test('a read, a write and a call with headers of its own name the gateway', async () => {
  const server = createServer(({ headers }, response) => response.end(headers['user-agent']));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const limits = { timeoutMs: 5_000, maxSockets: 1, maxBodyBytes: 1_000 };
  const { send, close } = createSend({ baseUrl, ...limits });
  const bodyOf = async (method: 'GET' | 'POST', headers: Record<string, string>) =>
    (await send({ method, url: `${baseUrl}/`, headers })).body;
  expect([
    await bodyOf('GET', {}),
    await bodyOf('GET', { accept: 'application/json' }),
    await bodyOf('POST', { accept: 'application/json' }),
  ]).toEqual(['kinde-graphql', 'kinde-graphql', 'kinde-graphql']);
  await close();
  server.close();
});

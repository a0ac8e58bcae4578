/** How calls are sent, and what an error of a write proves: nothing was sent where the connection was never made. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import tls, { type ConnectionOptions } from 'node:tls';
import { describe, expect, jest, test } from '@jest/globals';
import { createSend, type SendError, type SendFailure } from '../../src/upstream/send/index.js';
import { createGotSend } from '../../src/upstream/send/got.js';
import { createCertificate } from '../support/certificate.js';
import { testWith } from '../support/programs.js';
import { stubTimeouts, UPSTREAM_TIMEOUT_MS } from '../support/timeouts.js';

const timeouts = stubTimeouts();

const LIMITS = { timeoutMs: 5_000, maxSockets: 1, maxBodyBytes: 1_000 };

/** Has a server listen, and returns its base URL. */
async function listen(server: Server, scheme: 'http' | 'https' = 'http'): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a write is known not to have been sent', () => {
  type Accept = (connection: Socket) => void;

  /** Sends a write to a server, and returns how it fails. */
  async function failureOf(scheme: 'http' | 'https', accept: Accept | undefined) {
    const server = createTcpServer((connection) => accept?.(connection.on('error', () => {})));
    const baseUrl = await listen(server, scheme);
    if (accept === undefined) await once(server.close(), 'close');
    const limits = { ...LIMITS, timeoutMs: UPSTREAM_TIMEOUT_MS };
    const { send, close } = createGotSend({ baseUrl, ...limits });
    try {
      return await send({ method: 'POST', url: `${baseUrl}/`, headers: {} }).then(
        () => undefined,
        ({ failure, notSent }: SendError) => ({ failure, notSent }),
      );
    } finally {
      await close();
      server.close();
    }
  }

  const destroy: Accept = (connection) => connection.once('data', () => connection.destroy());
  const hang: Accept = (connection) => connection.once('data', () => timeouts.endCalls());
  const sayHttp: Accept = (connection) => connection.end('HTTP/1.1 400 Bad Request\r\n\r\n');

  test.each<[string, 'http' | 'https', Accept | undefined, SendFailure]>([
    ['where the connection is refused', 'http', undefined, 'UNAVAILABLE'],
    ['where it breaks while TLS begins', 'https', destroy, 'UNAVAILABLE'],
    ['where the server speaks no TLS', 'https', sayHttp, 'UNAVAILABLE'],
    ['where TLS is not begun in time', 'https', hang, 'TIMEOUT'],
  ])('%s', async (_, scheme, accept, failure) => {
    expect(await failureOf(scheme, accept)).toEqual({ failure, notSent: true });
  });

  test.each<[string, Accept, SendFailure]>([
    ['where the connection breaks after that', destroy, 'UNAVAILABLE'],
    ['where no response comes in time', hang, 'TIMEOUT'],
  ])('not %s', async (_, accept, failure) => {
    expect(await failureOf('http', accept)).toEqual({ failure, notSent: false });
  });

  testWith('openssl')('not where it breaks once TLS has begun', async () => {
    const certificate = createCertificate();
    const { connect } = tls;
    const trusting = (options: ConnectionOptions) => connect({ ...options, ca: certificate.cert });
    const spy = jest.spyOn(tls, 'connect').mockImplementation(trusting as typeof connect);
    let requests = 0;
    const server = createHttpsServer(certificate, ({ socket }, response) => {
      if (++requests === 2) response.end();
      else socket.destroy();
    });
    const baseUrl = await listen(server, 'https');
    const { send, close } = createGotSend({ baseUrl, ...LIMITS });
    const write = () => send({ method: 'POST', url: `${baseUrl}/`, headers: {} });
    const broken = { failure: 'UNAVAILABLE', notSent: false };
    await expect(write()).rejects.toMatchObject(broken);
    await write();
    await expect(write()).rejects.toMatchObject(broken);
    expect(requests).toBe(3);
    await close();
    server.close();
    spy.mockRestore();
  });

  test('not where a connection breaks that had a response before', async () => {
    let requests = 0;
    const server = createServer(({ socket }, response) => {
      if (++requests === 1) response.end();
      else socket.destroy();
    });
    const baseUrl = await listen(server);
    const { send, close } = createGotSend({ baseUrl, ...LIMITS });
    const write = () => send({ method: 'POST', url: `${baseUrl}/`, headers: {} });
    await write();
    await expect(write()).rejects.toMatchObject({ failure: 'UNAVAILABLE', notSent: false });
    await close();
    server.close();
  });
});

test('a read refuses compression, which it could not undo', async () => {
  const server = createServer(({ headers }, response) => response.end(headers['accept-encoding']));
  const baseUrl = await listen(server);
  const { send, close } = createSend({ baseUrl, ...LIMITS });
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
  const baseUrl = await listen(server);
  const { send, close } = createGotSend({ baseUrl, ...LIMITS, idleMs: 1 });
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
  const baseUrl = await listen(server);
  const { send, close } = createSend({ baseUrl, ...LIMITS });
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

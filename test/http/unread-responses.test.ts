import { once } from 'node:events';
import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { UnreadResponses } from '../../src/http/unread-responses.js';

const server = createServer();
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const BODY = 'x'.repeat(90_000);

async function begin() {
  const { port } = server.address() as AddressInfo;
  const client = get({ port, host: '127.0.0.1', agent: false }).on('error', () => undefined);
  const [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
  return { client, response };
}

test('a response whose client has left is not counted, and costs no reader the connection', async () => {
  const unread = new UnreadResponses(200_000);
  const reader = await begin();
  unread.watch(reader.response, BODY);
  const left = await begin();
  left.client.destroy();
  await once(left.response, 'close');
  unread.watch(left.response, BODY);
  const later = await begin();
  unread.watch(later.response, BODY);
  expect([reader, later].map(({ response }) => response.destroyed)).toEqual([false, false]);
});

test('beyond the limit the oldest response is cut off', async () => {
  const unread = new UnreadResponses(200_000);
  const responses = [await begin(), await begin(), await begin()].map(({ response }) => response);
  for (const response of responses) unread.watch(response, BODY);
  expect(responses.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
});

test('bytes that several responses have count once, until all of them are written', async () => {
  const unread = new UnreadResponses(200_000);
  const shared = Buffer.alloc(150_000);
  const [one, two, other] = [await begin(), await begin(), await begin()];
  for (const { response } of [one, two]) unread.hold(response, shared);
  unread.forget(one.response);
  expect([one, two].map(({ response }) => response.destroyed)).toEqual([false, false]);
  unread.hold(other.response, Buffer.alloc(150_000));
  expect([one, two, other].map(({ response }) => response.destroyed)).toEqual([false, true, false]);
});

/** A stream holds one result for a client that reads slowly, however many there are. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { EventStream } from '../../../src/http/live/event-stream.js';
import { waitFor } from '../../support/replicas.js';

const MEGABYTE = 'x'.repeat(1024 * 1024);
const result = (n: number) => JSON.stringify({ n, MEGABYTE });

let app: FastifyInstance;
let stream: EventStream;
let client: Socket;
let buffered: () => number;
let isClosed: boolean;
let received: string;

beforeEach(async () => {
  isClosed = false;
  app = Fastify();
  const opened = new Promise<void>((resolve) => {
    app.get('/', (_request, reply) => {
      stream = EventStream.open(reply, () => (isClosed = true));
      buffered = () => reply.raw.writableLength;
      resolve();
    });
  });
  const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  client = connect(Number(port), '127.0.0.1').pause();
  client.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await opened;
  received = '';
  client.on('data', (chunk) => (received += String(chunk)));
  client.pause();
});
afterEach(async () => {
  client.destroy();
  await app.close();
});

const numbers = () => [...received.matchAll(/data: \{"n":(\d+)/g)].map(([, n]) => Number(n));

async function sendTo(last: number): Promise<void> {
  for (let n = 0; n <= last; n++) {
    stream.next(result(n));
    // Results come one at a time, so that what the kernel takes is taken.
    await new Promise((resolve) => setImmediate(resolve));
    expect(buffered()).toBeLessThan(2 * MEGABYTE.length);
  }
}

test('a client that does not read is sent the latest result once it does', async () => {
  await sendTo(100);
  client.resume();
  await waitFor(() => numbers().at(-1) === 100);
  expect(numbers().length).toBeLessThan(50);
  expect(numbers()).toEqual([...numbers()].sort((a, b) => a - b));
});

test('the latest result comes before the end', async () => {
  await sendTo(50);
  stream.complete();
  stream.next(result(51));
  client.resume();
  await waitFor(() => received.includes('event: complete\ndata:\n\n'));
  expect(numbers().at(-1)).toBe(50);
});

test('a client that leaves ends the stream', async () => {
  await sendTo(20);
  client.destroy();
  await waitFor(() => isClosed);
  stream.next(result(21));
  stream.beat();
  stream.disconnect();
});

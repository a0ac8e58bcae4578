/** Backpressure: a stream buffers one result for a slow reader, and no changes. */
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { ChangeStream } from '../../../src/http/live/change-stream.js';
import { EventStream } from '../../../src/http/live/event-stream.js';
import { UnreadResponses } from '../../../src/http/unread-responses.js';
import { ChangeFeed, FEED_LENGTH } from '../../../src/upstream/changes/feed.js';
import { waitFor } from '../../support/wait-for.js';

const MEGABYTE = 'x'.repeat(1024 * 1024);
const result = (n: number) => JSON.stringify({ n, MEGABYTE });

let app: FastifyInstance;
let stream: EventStream;
let client: Socket;
let buffered: () => number;
let hasEnded: boolean;
let received: string;

beforeEach(async () => {
  hasEnded = false;
  app = Fastify();
  const opened = new Promise<void>((resolve) => {
    app.get('/', (_request, reply) => {
      stream = EventStream.open(reply, new UnreadResponses(), () => (hasEnded = true));
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
    // Results come one at a time, so that the kernel's buffers fill first.
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
  await Promise.resolve();
  expect(hasEnded).toBe(true);
  stream.next(result(51));
  client.resume();
  await waitFor(() => received.includes('event: complete\ndata:\n\n'));
  expect(numbers().at(-1)).toBe(50);
});

test('a client that leaves ends the stream', async () => {
  await sendTo(20);
  client.destroy();
  await waitFor(() => hasEnded);
  stream.next(result(21));
  stream.beat();
  stream.disconnect();
});

describe('a subscription', () => {
  const change = (n: number) => ({
    id: `feed:${n}`,
    changes: [{ kind: 'ROLE_UPDATED', source: 'WEBHOOK', at: 0, roleId: String(n) }] as const,
  });
  /** Subscribes, with results of a megabyte. */
  const follow = (feed: ChangeFeed, place = { position: feed.end, told: 0 }) => {
    const executed: string[] = [];
    const following = new ChangeStream({
      ...{ stream, feed, place, onChange: () => undefined },
      filter: { organizationCode: undefined, kinds: new Set(['ROLE_UPDATED']) },
      execute: async ({ change: { kind, roleId }, cursor }) => {
        executed.push(roleId ?? kind);
        return { status: 200, body: JSON.stringify({ n: Number(roleId ?? 0), cursor, MEGABYTE }) };
      },
    });
    closing.push(following);
    return executed;
  };
  const turns = async (count: number) => {
    for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
  };
  const closing: { close(): void }[] = [];
  afterEach(() => {
    for (const one of closing.splice(0)) one.close();
  });

  test('whose client falls behind takes no memory, and is told to read again', async () => {
    const feed = new ChangeFeed('feed:0');
    const executed = follow(feed);
    for (let n = 1; n <= 3 * FEED_LENGTH; n++) feed.append(change(n));
    await turns(100);
    expect(buffered()).toBeLessThan(3 * MEGABYTE.length);
    expect(executed.length).toBeLessThan(50);
    client.resume();
    await waitFor(() => received.includes(`"cursor":"feed:${3 * FEED_LENGTH}"`));
    // The changes before it are in order, and none is missing.
    const told = numbers();
    expect(told.at(-1)).toBe(0);
    expect(told.slice(0, -1)).toEqual(told.slice(0, -1).map((_, index) => index + 1));
  });

  test('goes on where it was after a pause of its client', async () => {
    const feed = new ChangeFeed('feed:0');
    follow(feed);
    for (let n = 1; n <= 20; n++) feed.append(change(n));
    await turns(20);
    client.resume();
    await waitFor(() => numbers().at(-1) === 20);
    expect(numbers()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(received).toContain('id: feed:20\nevent: next\n');
  });

  test('is resumed between the changes of one event', async () => {
    const feed = new ChangeFeed('feed:0');
    const [one] = change(1).changes;
    const [two] = change(2).changes;
    feed.append({ id: 'feed:1', changes: [one, { ...one, kind: 'ROLE_ADDED' as never }, two] });
    feed.append(change(3));
    follow(feed, feed.placeAfter('feed:0'));
    client.resume();
    await waitFor(() => numbers().at(-1) === 3);
    const cursors = [...received.matchAll(/^id: (.+)$/gm)].map(([, cursor]) => cursor!);
    expect(cursors).toEqual(['feed:1~1', 'feed:1', 'feed:3']);
    expect(follow(feed, feed.placeAfter(cursors[0]!))).toEqual([]);
    await waitFor(() => numbers().length === 5);
    expect(numbers()).toEqual([1, 2, 3, 2, 3]);
    expect(feed.placeAfter('feed:9~1')).toBeUndefined();
  });

  test('tells the client its place with the heartbeat, after changes that it is not about', async () => {
    const feed = new ChangeFeed('feed:0');
    follow(feed);
    feed.append({ id: 'feed:1', changes: [] });
    await turns(5);
    stream.beat();
    stream.beat();
    client.resume();
    await waitFor(() => received.includes('id: feed:1\n\n') && received.includes(':\n\n'));
    expect(numbers()).toEqual([]);
  });
});

/** The connection that all users of Redis share, and what each of them does when Redis fails. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { ping, RedisClient, RedisUnavailableError } from '../../src/redis/client.js';
import { decodeList, script, UnexpectedReplyError } from '../../src/redis/script.js';
import { RedisUser, type RedisUserOptions } from '../../src/redis/user.js';
import { RedisTimeoutError } from '../../src/redis/within.js';
import { startFakeRedis, type FakeRedis } from '../support/fake-redis.js';
import { startRedisProxy } from '../support/redis-proxy.js';
import { describeWith } from '../support/programs.js';
import { startGateway } from '../support/gateway.js';
import { startRedis, type Redis } from '../support/redis.js';
import { startReplicas } from '../support/replicas.js';
import { waitFor } from '../support/wait-for.js';

const ECHO = script('return { ARGV[1] }', (result) => decodeList(result, 1)[0]);

const open: { close(): unknown }[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const one of open.splice(0).reverse()) await one.close();
});

const clientOf = (url: string | (() => string)) => {
  const client = new RedisClient(url);
  open.push(client);
  return client;
};
const connected = async (url: string) => {
  const client = clientOf(url);
  await client.connect();
  return client;
};
const fakeWith = async (reply: FakeRedis['reply']) => {
  const fake = await startFakeRedis(reply);
  open.push(fake);
  return fake;
};
const realNow = performance.now.bind(performance);
let shiftMs = 0;
beforeEach(() => {
  shiftMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => realNow() + shiftMs);
});
/** Lets time pass without waiting for it. */
const advance = (milliseconds: number) => void (shiftMs += milliseconds);

/** A result as the reply to a command: the request's name is the last argument of a script. */
const reply = (command: readonly string[], result: string) => {
  const request = command.at(-1)!;
  return `*2\r\n$${request.length}\r\n${request}\r\n${result}`;
};
const ONE = '*1\r\n$3\r\none\r\n';

describeWith('redis-server')('a client of Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  test('is one connection for the cache, the rate limit and idempotency keys of a gateway', async () => {
    const connections = () => redis.command('CLIENT', 'LIST').split('\n').length;
    const before = connections();
    open.push(await startReplicas([redis.url, redis.url], { UPSTREAM_RATE_LIMIT: '100' }));
    expect(connections() - before).toBe(2);
  });

  test('runs a script that Redis has lost', async () => {
    const client = await connected(redis.url);
    for (const text of ['one', 'two']) expect(await client.run(ECHO, [], [text])).toBe(text);
    redis.command('SCRIPT', 'FLUSH');
    expect(await client.run(ECHO, [], ['three'])).toBe('three');
  });

  test('connects again, and says that the connection is another one', async () => {
    const client = clientOf(redis.url);
    let ready = 0;
    let lost = 0;
    client.onReady(() => ready++);
    client.onLost(() => lost++);
    await client.connect();
    expect([ready, lost]).toEqual([1, 0]);
    redis.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await waitFor(() => ready === 2);
    expect(lost).toBe(1);
    expect(await client.run(ECHO, [], ['again'])).toBe('again');
  });

  test('receives messages over the same connection, also after a reconnect', async () => {
    const client = clientOf(redis.url);
    const heard: string[] = [];
    client.subscribe('channel', (message) => heard.push(message));
    await client.connect();
    const publish = (message: string) =>
      waitFor(() => redis.command('PUBLISH', 'channel', message) === '1');
    await publish('one');
    await waitFor(() => heard.includes('one'));
    redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await publish('two');
    await waitFor(() => heard.includes('two'));
    expect(await client.run(ECHO, [], ['as well'])).toBe('as well');
  });

  test('connects as soon as Redis is there', async () => {
    const proxy = await startRedisProxy(redis.url);
    await proxy.cut();
    const client = await connected(proxy.url);
    await expect(client.run(ECHO, [], ['no'])).rejects.toThrow(RedisUnavailableError);
    await proxy.reopen();
    await waitFor(() => client.isReady);
    expect(await client.run(ECHO, [], ['yes'])).toBe('yes');
    client.close();
    await proxy.cut();
  });

  test('goes on trying where its URL can’t be parsed, which it tells nobody', async () => {
    let { url } = redis;
    const client = new RedisClient(() => url, { longestReconnectMs: 10 });
    open.push(client);
    await client.connect();
    const lost: string[] = [];
    client.onLost((error) => lost.push(String(error)));
    url = 'redis://:s3cret@[nowhere';
    client.reconnect();
    await waitFor(() => lost.length > 2);
    expect(lost.join()).toContain('can’t be parsed');
    expect(lost.join()).not.toContain('s3cret');
    ({ url } = redis);
    await waitFor(async () => (await client.run(ECHO, [], ['x']).catch(() => '')) === 'x');
  });

  test('connects at once when its URL has changed and there is no connection', async () => {
    let url = 'redis://:50%off@localhost';
    const client = new RedisClient(() => url, { longestReconnectMs: 60_000 });
    open.push(client);
    let attempts = 0;
    client.onLost(() => attempts++);
    await client.connect();
    for (let n = 0; n < 9; n++) client.reconnect();
    // By itself it would try again after 25 seconds.
    ({ url } = redis);
    client.reconnect();
    await waitFor(() => client.isReady);
    expect(attempts).toBe(10);
  });

  test('tells in the log that a gateway starts with a URL that can’t be parsed', async () => {
    const lines: string[] = [];
    const url = 'redis://:50%off@localhost';
    open.push(
      await startGateway({
        env: { REDIS_URL: url, CACHE: 'memory', LOG_LEVEL: 'warn' },
        log: (line) => lines.push(line),
      }),
    );
    expect(lines.join('')).toContain('The URL of Redis can’t be parsed');
    expect(lines.join('')).not.toContain('50%off');
  });

  test('stays closed', async () => {
    const client = await connected(redis.url);
    const running = client.run(ECHO, [], ['lost']);
    client.close();
    await expect(running).rejects.toThrow();
    await expect(client.run(ECHO, [], ['no'])).rejects.toThrow(RedisUnavailableError);
    await client.connect();
    expect(client.isReady).toBe(false);
    const waiting = await connected('redis://127.0.0.1:1');
    let attempts = 0;
    waiting.onLost(() => attempts++);
    waiting.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(attempts).toBe(0);
  });

  test('pings', async () => {
    await ping(redis.url);
    await expect(ping('redis://127.0.0.1:1')).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a client of a server that is no Redis', () => {
  test.each([
    ['a reply to another request', '*2\r\n$3\r\nabc\r\n*1\r\n$3\r\none\r\n'],
    ['a reply that is no list', '+OK\r\n'],
  ])('rejects %s, and connects again', async (_, text) => {
    const fake = await fakeWith(() => text);
    const client = await connected(fake.url);
    await expect(client.run(ECHO, [], ['one'])).rejects.toThrow(UnexpectedReplyError);
    expect(client.isReady).toBe(false);
    fake.reply = (command) => reply(command, ONE);
    await waitFor(() => client.isReady);
    expect(await client.run(ECHO, [], ['one'])).toBe('one');
    expect(fake.connections).toBe(2);
  });

  test('is left for another one when the URL has changed', async () => {
    const [one, two] = [await fakeWith(() => '+OK\r\n'), await fakeWith((c) => reply(c, ONE))];
    let { url } = one;
    const client = clientOf(() => url);
    await client.connect();
    url = two.url;
    expect([one.connections, two.connections]).toEqual([1, 0]);
    client.reconnect();
    await waitFor(() => client.isReady);
    expect(await client.run(ECHO, [], ['one'])).toBe('one');
    expect([one.connections, two.connections]).toEqual([1, 1]);
  });

  test('rejects a result of another kind', async () => {
    const fake = await fakeWith((command) => reply(command, ':1\r\n'));
    const client = await connected(fake.url);
    await expect(client.run(ECHO, [], ['one'])).rejects.toThrow(UnexpectedReplyError);
  });

  test('rejects what is no reply, and connects again', async () => {
    const fake = await fakeWith(() => 'HTTP/1.1 400 Bad Request\r\n\r\n');
    const client = await connected(fake.url);
    await expect(client.run(ECHO, [], ['one'])).rejects.toThrow();
    fake.reply = (command) => reply(command, ONE);
    await waitFor(() => client.isReady);
    expect(await client.run(ECHO, [], ['one'])).toBe('one');
  });

  test('backs off while no reply is usable', async () => {
    const fake = await fakeWith(() => '+OK\r\n');
    const client = clientOf(fake.url);
    const readyAt: number[] = [];
    client.onReady(() => {
      readyAt.push(performance.now());
      void client.run(ECHO, [], ['one']).catch(() => undefined);
    });
    await client.connect();
    // At 0, 50, 150 and 350 ms.
    await waitFor(() => readyAt.length === 4);
    expect(readyAt[3]! - readyAt[0]!).toBeGreaterThan(300);
  });

  test('replaces a silent connection', async () => {
    const fake = await fakeWith(() => undefined);
    const client = await connected(fake.url);
    const run = () => {
      const running = client.run(ECHO, [], ['one']);
      running.catch(() => undefined);
      return running;
    };
    const first = run();
    advance(4_000);
    const second = run();
    expect(client.isReady).toBe(true);
    advance(2_000);
    const third = run();
    for (const running of [first, second, third]) await expect(running).rejects.toThrow();
    await waitFor(() => fake.connections === 2);
  });

  test('doesn’t replace an idle connection', async () => {
    const fake = await fakeWith((command) => reply(command, ONE));
    const client = await connected(fake.url);
    expect(await client.run(ECHO, [], ['one'])).toBe('one');
    advance(60_000);
    expect(await client.run(ECHO, [], ['one'])).toBe('one');
    expect(fake.connections).toBe(1);
  });
});

describe('a user of Redis', () => {
  const LIMITS = { timeoutMs: 100, pauseMs: 1_000 };
  const userOf = async (fake: FakeRedis, options: Partial<RedisUserOptions> = {}) => {
    const client = clientOf(fake.url);
    const states: boolean[] = [];
    const onState = (isAvailable: boolean) => states.push(isAvailable);
    const user = new RedisUser(client, { ...LIMITS, onState, ...options });
    await client.connect();
    return { client, user, states };
  };
  const run = (user: RedisUser) => user.run(ECHO, [], ['one']);

  test('waits until its time limit, then pauses', async () => {
    let sent = 0;
    const fake = await fakeWith(() => {
      sent++;
      return undefined;
    });
    const { user, states } = await userOf(fake);
    await expect(run(user)).rejects.toThrow(RedisTimeoutError);
    await expect(run(user)).rejects.toThrow(RedisUnavailableError);
    expect(sent).toBe(1);
    advance(LIMITS.pauseMs);
    await expect(run(user)).rejects.toThrow(RedisTimeoutError);
    expect(sent).toBe(2);
    expect(states).toEqual([false]);
  });

  test('doesn’t count time in which the process was too busy to send', async () => {
    const fake = await fakeWith((command) => reply(command, ONE));
    const { user, states } = await userOf(fake);
    const running = run(user);
    const until = realNow() + 1.5 * LIMITS.timeoutMs;
    while (realNow() < until);
    expect(await running).toBe('one');
    expect(states).toEqual([]);
  });

  test('pauses after the configured number of failures in a row', async () => {
    const fake = await fakeWith(() => '-ERR no\r\n');
    const { user, states } = await userOf(fake, { failuresBeforePause: 2 });
    await expect(run(user)).rejects.toThrow('ERR no');
    fake.reply = (command) => reply(command, ONE);
    expect(await run(user)).toBe('one');
    fake.reply = () => '-ERR no\r\n';
    await expect(run(user)).rejects.toThrow('ERR no');
    await expect(run(user)).rejects.toThrow('ERR no');
    await expect(run(user)).rejects.toThrow(RedisUnavailableError);
    expect(states).toEqual([false, true, false]);
  });

  test('pauses without the other users', async () => {
    const fake = await fakeWith(() => '-ERR no\r\n');
    const { client, user } = await userOf(fake);
    const other = new RedisUser(client, LIMITS);
    await expect(run(user)).rejects.toThrow('ERR no');
    fake.reply = (command) => reply(command, ONE);
    expect(await run(other)).toBe('one');
    await expect(run(user)).rejects.toThrow(RedisUnavailableError);
  });

  test('ends its pause with a new connection', async () => {
    const fake = await fakeWith(() => '+OK\r\n');
    const { client, user } = await userOf(fake);
    await expect(run(user)).rejects.toThrow(UnexpectedReplyError);
    fake.reply = (command) => reply(command, ONE);
    await waitFor(() => client.isReady);
    expect(await run(user)).toBe('one');
  });
});

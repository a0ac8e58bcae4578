/** Whatever becomes of Redis, no replica serves from memory what is older than an acknowledged write. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TestGateway } from '../support/gateway.js';
import { stubClock } from '../support/clock.js';
import { startFakeRedis, type FakeRedis } from '../support/fake-redis.js';
import { startRedisProxy, type RedisProxy } from '../support/redis-proxy.js';
import { describeWith } from '../support/programs.js';
import { startRedis, type Redis, type Snapshot } from '../support/redis.js';
import {
  explainName,
  nameFrom,
  rename,
  servedFromMemory,
  startReplicas,
  type Replicas,
} from '../support/replicas.js';
import { waitFor } from '../support/wait-for.js';

let replicas: Replicas;
let code: string;

const start = async (redisUrls: readonly string[], env?: Record<string, string>) => {
  replicas = await startReplicas(redisUrls, env);
  code = [...replicas.emulator.state.organizations.values()][1]!.profile.code;
  return replicas.gateways;
};
afterEach(() => replicas.close());

const keyed = (gateway: TestGateway, name: string) =>
  gateway.execute(
    `mutation ($code: ID!, $name: String!, $key: ID!) {
      updateOrganization(input: { organizationCode: $code, name: $name, idempotencyKey: $key }) {
        userErrors { code }
      }
    }`,
    { code, name, key: name },
  );

describeWith('redis-server')('two replicas', () => {
  const clock = stubClock();
  let redis: Redis;
  let other: Redis;
  beforeAll(async () => {
    [redis, other] = await Promise.all([startRedis(), startRedis()]);
  });
  afterAll(() => Promise.all([redis.kill(), other.kill()]));
  beforeEach(() => void redis.command('FLUSHALL'));

  const lose = (pattern: string) => {
    const keys = redis.command('--scan', '--pattern', pattern).split('\n').filter(Boolean);
    if (keys.length > 0) redis.command('DEL', ...keys);
  };
  /** Renames, and waits until the other replica can know of it. */
  const renameForAll = async (...write: Parameters<typeof rename>) => {
    clock.stop();
    await rename(...write);
    clock.resume();
  };
  const warm = (gateways: readonly TestGateway[], name: string) =>
    Promise.all(gateways.map((gateway) => servedFromMemory(gateway, code, name)));

  const LOSSES: [string, (before: Snapshot) => void | Promise<void>][] = [
    ['is emptied', () => void redis.command('FLUSHALL')],
    ['loses its scripts', () => void redis.command('SCRIPT', 'FLUSH')],
    ['evicts the log', () => lose('*:log')],
    ['evicts the epoch', () => lose('*:epoch')],
    ['evicts the log and the epoch', () => lose('*:[el]*o*')],
    ['evicts all marks', () => lose('*:mark *')],
    [
      'is restarted empty',
      async () => {
        await redis.kill();
        await redis.restart();
      },
    ],
    [
      'is restarted from an old file',
      async (before) => {
        await redis.kill();
        await redis.restart(before);
      },
    ],
  ];

  describe.each(LOSSES)('when Redis %s', (_, happen) => {
    test('between a write and the next read of the other replica: the new value', async () => {
      const [first, second] = await start([redis.url, redis.url]);
      await renameForAll(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      await nameFrom(second!, code);
      const snapshot = redis.snapshot();
      await renameForAll(first!, code, 'After');
      await happen(snapshot);
      expect(await nameFrom(second!, code)).toBe('After');
      await warm([first!, second!], 'After');
      expect(await nameFrom(second!, code)).toBe('After');
    });

    test('after the other replica has shown the new value: never an older one', async () => {
      const [first, second] = await start([redis.url, redis.url]);
      await renameForAll(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      const snapshot = redis.snapshot();
      await renameForAll(first!, code, 'After');
      expect(await nameFrom(second!, code)).toBe('After');
      await happen(snapshot);
      expect(await nameFrom(second!, code)).toBe('After');
      await warm([first!, second!], 'After');
      expect(await nameFrom(second!, code)).toBe('After');
    });
  });

  test.each([
    ['marks', '*:mark *'],
    ['marks and the log', '*:[lm]*'],
  ])('a response in Redis is not served once its %s are evicted', async (_, pattern) => {
    const [first, second] = await start([redis.url, redis.url]);
    const name = await nameFrom(first!, code);
    await waitFor(() => redis.command('KEYS', '*:entry *') !== '');
    await renameForAll(first!, code, 'After');
    lose(pattern);
    expect(name).not.toBe('After');
    // It has nothing in memory.
    expect(await nameFrom(second!, code)).toBe('After');
  });

  test('a log that was restored from a backup is noticed by its content', async () => {
    const [first, second] = await start([redis.url, redis.url]);
    await renameForAll(first!, code, 'Before');
    await warm([first!, second!], 'Before');
    const log = redis.command('KEYS', '*:log');
    const kept = redis.command('--raw', 'XREVRANGE', log, '+', '-', 'COUNT', '1').split('\n');
    await renameForAll(first!, code, 'After');
    expect(await nameFrom(second!, code)).toBe('After');
    // Shorter, with the entries that it had before and without the last one.
    const last = redis.command('--raw', 'XREVRANGE', log, '+', '-', 'COUNT', '1').split('\n')[0]!;
    expect(last).not.toBe(kept[0]);
    const epoch = redis.command('GET', redis.command('KEYS', '*:epoch'));
    redis.command('XDEL', log, last);
    await warm([second!], 'After');
    expect(redis.command('GET', redis.command('KEYS', '*:epoch'))).not.toBe(epoch);
  });

  describe('that reach Redis through a proxy', () => {
    let proxy: RedisProxy;
    beforeEach(async () => {
      proxy = await startRedisProxy(redis.url);
    });
    afterEach(() => proxy.cut());

    test.each(['a server that is behind', 'an empty server'])(
      'after a failover to %s that closes no connection: the new value',
      async (kind) => {
        const [first, second] = await start([proxy.url, proxy.url]);
        await renameForAll(first!, code, 'Before');
        await warm([first!, second!], 'Before');
        const snapshot = kind === 'an empty server' ? undefined : redis.snapshot();
        await renameForAll(first!, code, 'After');
        await other.kill();
        await other.restart(snapshot);
        await proxy.switchTo(other.url);
        expect(await nameFrom(second!, code)).toBe('After');
        await warm([first!, second!], 'After');
      },
    );

    test('a duplicate reply doesn’t shift the others', async () => {
      const [first, second] = await start([redis.url, proxy.url]);
      await renameForAll(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      proxy.tamper = (reply) => {
        proxy.tamper = undefined;
        return Buffer.concat([reply, reply]);
      };
      await nameFrom(second!, code);
      for (const name of ['After', 'Later', 'Last']) {
        await renameForAll(first!, code, name);
        expect(await nameFrom(second!, code)).toBe(name);
      }
      await warm([second!], 'Last');
    });

    test('an idle writer announces its writes once Redis is back', async () => {
      const [first, second] = await start([proxy.url, redis.url]);
      await rename(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      await proxy.cut();
      await rename(first!, code, 'After');
      // As docs/caching.md says: this replica has Redis and cannot know.
      expect(await explainName(second!, code)).toEqual({ name: 'Before', isFromMemory: true });
      await proxy.reopen();
      // Without a request to the first one.
      await waitFor(async () => (await nameFrom(second!, code)) === 'After');
      await warm([second!], 'After');
    });

    test('a write waits to be announced, also after an outage', async () => {
      const [first, second] = await start([proxy.url, redis.url]);
      await rename(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      await proxy.cut();
      await proxy.reopen();
      await warm([first!, second!], 'Before');
      proxy.delayMs = 100;
      for (const name of ['After', 'Later']) {
        await rename(first!, code, name);
        expect(await nameFrom(second!, code)).toBe(name);
        await warm([second!], name);
      }
    });

    test('a write waits for a connection that returns soon', async () => {
      const [first, second] = await start([proxy.url, redis.url]);
      await rename(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      await proxy.cut();
      await proxy.reopen();
      // It waits for 200 ms, in which a busy machine may not connect.
      clock.stop();
      await rename(first!, code, 'After');
      expect(await nameFrom(second!, code)).toBe('After');
    });

    test('in a long outage no write waits', async () => {
      const [first] = await start([proxy.url, redis.url]);
      await proxy.cut();
      await rename(first!, code, 'One');
      // A write that waits would wait for good.
      clock.advance(1_000);
      clock.stop();
      for (const name of ['Two', 'Three']) await rename(first!, code, name);
    });

    test('a replica that reconnects before the writer serves nothing older than the write', async () => {
      const another = await startRedisProxy(redis.url);
      try {
        const [first, second] = await start([another.url, proxy.url]);
        await rename(first!, code, 'Before');
        await warm([first!, second!], 'Before');
        await Promise.all([another.cut(), proxy.cut()]);
        await rename(first!, code, 'After');
        await proxy.reopen();
        // In Redis there still is the old value, and no word of the write.
        for (let n = 0; n < 30; n++) {
          expect(await nameFrom(second!, code)).toBe('After');
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        await another.reopen();
        await warm([first!, second!], 'After');
      } finally {
        await another.cut();
      }
    });

    test('a replica that lost Redis for a moment drops its cache', async () => {
      const [first, second] = await start([redis.url, proxy.url]);
      await rename(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      await nameFrom(second!, code);
      await proxy.cut();
      await rename(first!, code, 'After');
      expect(await nameFrom(second!, code)).toBe('After');
      // The log is gone as well, so that nothing in it tells of the write.
      redis.command('FLUSHALL');
      await proxy.reopen();
      await waitFor(async () => {
        expect(await nameFrom(second!, code)).toBe('After');
        return (await explainName(second!, code)).isFromMemory;
      });
      expect(await nameFrom(second!, code)).toBe('After');
    });
  });

  describe('while Redis refuses writes', () => {
    const config = (name: string, value: string) => redis.command('CONFIG', 'SET', name, value);
    afterEach(() => {
      redis.command('REPLICAOF', 'NO', 'ONE');
      config('replica-serve-stale-data', 'yes');
      config('min-replicas-to-write', '0');
      config('maxmemory', '0');
    });

    test.each([
      ['out of memory', () => config('maxmemory', '1'), () => config('maxmemory', '0')],
      [
        'a read-only replica',
        () => redis.command('REPLICAOF', '127.0.0.1', '1'),
        () => redis.command('REPLICAOF', 'NO', 'ONE'),
      ],
      [
        'a replica without its master',
        () => {
          config('replica-serve-stale-data', 'no');
          redis.command('REPLICAOF', '127.0.0.1', '1');
        },
        () => redis.command('REPLICAOF', 'NO', 'ONE'),
      ],
      [
        'without enough replicas of its own',
        () => config('min-replicas-to-write', '1'),
        () => config('min-replicas-to-write', '0'),
      ],
    ])(
      '(%s): nothing is served from the cache, and the write is announced once Redis takes it',
      async (_, refuse, accept) => {
        const [first, second] = await start([redis.url, redis.url]);
        await rename(first!, code, 'Before');
        await warm([first!, second!], 'Before');
        refuse();
        await rename(first!, code, 'After');
        for (let n = 0; n < 3; n++) {
          expect(await explainName(second!, code)).toEqual({ name: 'After', isFromMemory: false });
        }
        const { errors } = await keyed(first!, 'Keyed');
        expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_UNAVAILABLE' } }]);
        accept();
        // Without a request to the first one.
        await warm([second!], 'After');
      },
    );

    test('a write that was refused is announced before the writer stops', async () => {
      const [first, second] = await start([redis.url, redis.url]);
      await rename(first!, code, 'Before');
      await warm([first!, second!], 'Before');
      config('maxmemory', '1');
      await rename(first!, code, 'After');
      config('maxmemory', '0');
      await first!.close();
      expect(await nameFrom(second!, code)).toBe('After');
    });

    test('the outcome of a keyed mutation is stored once Redis takes it, without a reconnect', async () => {
      const [first, second] = await start([redis.url, redis.url]);
      replicas.emulator.fault({
        match: ({ method }) => {
          if (method !== 'GET') config('maxmemory', '1');
          return false;
        },
      });
      expect((await keyed(first!, 'Keyed')).errors).toBeUndefined();
      expect(redis.command('HGET', redis.command('KEYS', '*:write *'), 'outcome')).toBe('');
      config('maxmemory', '0');
      await waitFor(
        () => redis.command('HGET', redis.command('KEYS', '*:write *'), 'outcome') !== '',
      );
      replicas.emulator.clearRequests();
      expect((await keyed(second!, 'Keyed')).errors).toBeUndefined();
      expect(replicas.emulator.calls().filter((call) => !call.startsWith('GET'))).toEqual([]);
    });
  });
});

describe('a Redis that replies', () => {
  let fake: FakeRedis;
  afterEach(() => fake.close());

  test.each([
    ['OK to everything', '+OK\r\n'],
    ['with a number', ':1\r\n'],
    ['with nothing', '$-1\r\n'],
    ['with an empty list', '*0\r\n'],
    ['with a list of something else', '*2\r\n$3\r\nabc\r\n*0\r\n'],
    ['with what is no reply', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['twice to each request', '+OK\r\n+OK\r\n'],
    ['that it is loading', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['that it has no master', '-MASTERDOWN Link with MASTER is down\r\n'],
    ['that it is busy', '-BUSY Redis is busy running a script\r\n'],
    ['that its cluster is down', '-CLUSTERDOWN The cluster is down\r\n'],
  ])('%s is ignored', async (_, reply) => {
    fake = await startFakeRedis(() => reply);
    const [gateway] = await start([fake.url], { UPSTREAM_RATE_LIMIT: '100' });
    await rename(gateway!, code, 'Name');
    for (let n = 0; n < 3; n++) {
      expect(await explainName(gateway!, code)).toEqual({ name: 'Name', isFromMemory: false });
    }
    replicas.emulator.clearRequests();
    const { errors } = await keyed(gateway!, 'Keyed');
    expect(errors).toMatchObject([{ extensions: { code: 'IDEMPOTENCY_UNAVAILABLE' } }]);
    expect(replicas.emulator.calls()).toEqual([]);
  });
});

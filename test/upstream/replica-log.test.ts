/** The log that replicas share: what is announced, again and all at once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RedisClient } from '../../src/redis/client.js';
import { ChangeFeed } from '../../src/upstream/changes/feed.js';
import { InvalidationLog } from '../../src/upstream/cache/invalidation.js';
import { Replicas } from '../../src/upstream/cache/replicas.js';
import { startFakeRedis } from '../support/fake-redis.js';
import { describeWith } from '../support/programs.js';
import { startRedisProxy } from '../support/redis-proxy.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** Reads may take long, on a busy machine too, but in the tests of late replies. */
async function replicaOf(url: string, readTimeoutMs = 5_000) {
  const redis = new RedisClient(url);
  const invalidations = new InvalidationLog();
  const replicas = new Replicas({
    ...{ redis, invalidations, changes: new ChangeFeed('') },
    ...{ name: 'test', longestLifetimeMs: 60_000, readTimeoutMs, listenEveryMs: 50 },
  });
  open.push(redis, replicas);
  await redis.connect();
  await waitFor(() => replicas.refresh());
  return { replicas, invalidations };
}

test('a tag that is changed again while it is announced is announced again', async () => {
  const announced: string[] = [];
  const fake = await startFakeRedis((command) => {
    const request = command.at(-1)!;
    const isAnnouncement = command.includes('["tag"]');
    if (isAnnouncement) announced.push(request);
    // Of two announcements of the same tag the second one is refused.
    if (isAnnouncement && announced.length === 2) return '-OOM command not allowed\r\n';
    const result = isAnnouncement
      ? '_\r\n'
      : '*3\r\n$5\r\nepoch\r\n:0\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*0\r\n';
    return `*2\r\n$${request.length}\r\n${request}\r\n${result}`;
  });
  open.push(fake);
  const { replicas } = await replicaOf(fake.url);
  await Promise.all([replicas.announce(['tag']), replicas.announce(['tag'])]);
  await waitFor(() => announced.length === 3);
});

interface Fate {
  readonly isRefused?: boolean;
  /** Whether the reply waits for the one to the next command. */
  readonly isLate?: boolean;
}

/** A replica before a Redis that does so with its announcements of changes, in their order. */
async function replicaOfRedisThat(...fates: Fate[]) {
  const announced: string[] = [];
  let late = '';
  const fake = await startFakeRedis((command) => {
    const changes = command.find((text) => text.startsWith('[{"kind"'));
    const { isRefused = false, isLate = false } = (changes && fates.shift()) || {};
    if (!isRefused) for (const { roleId } of JSON.parse(changes ?? '[]')) announced.push(roleId);
    const request = command.at(-1)!;
    const isAnnouncement = command.some((text) => text.startsWith('["'));
    const result = isAnnouncement
      ? '_\r\n'
      : '*3\r\n$5\r\nepoch\r\n:0\r\n*1\r\n*2\r\n$3\r\n1-0\r\n*0\r\n';
    const replies = isRefused
      ? `${late}-OOM command not allowed\r\n`
      : `${late}*2\r\n$${request.length}\r\n${request}\r\n${result}`;
    late = isLate ? replies : '';
    return isLate ? undefined : replies;
  });
  open.push(fake);
  const { replicas } = await replicaOf(fake.url);
  const announce = (roleId: string) =>
    replicas.announce([roleId], { kind: 'ROLE_UPDATED', source: 'MUTATION', at: 0, roleId });
  return { announce, announced };
}

const refused = { isRefused: true };
const late = { isLate: true };

test.each([
  ['at the same time', [refused, refused, refused]],
  // The next try of the first change announces the tags of all, before the others are refused.
  ['after their tags were announced', [refused, { ...refused, ...late }, { ...refused, ...late }]],
])('changes that Redis refused %s are announced in the order of their writes', async (_, fates) => {
  const { announce, announced } = await replicaOfRedisThat(...fates);
  const ids = ['first', 'second', 'third'];
  await Promise.all(ids.map(announce));
  await waitFor(() => announced.length >= ids.length);
  expect(announced).toEqual(ids);
});

test('a change that Redis took late is announced once', async () => {
  const { announce, announced } = await replicaOfRedisThat(late);
  // Its tag is announced again after the time that a reply may take.
  await announce('first');
  await announce('second');
  expect(announced).toEqual(['first', 'second']);
});

describeWith('redis-server')('with Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  beforeEach(() => void redis.command('FLUSHALL'));

  const two = () => Promise.all([replicaOf(redis.url), replicaOf(redis.url)]);
  const tags = (count: number) => Array.from({ length: count }, (_, n) => `tag ${n}`);

  /** Adds entries to the log as another replica does, but for the message that has all read it. */
  const addUnheard = (count: number) =>
    redis.command(
      ...[
        'EVAL',
        `for _ = 1, ${count} do redis.call('XADD', KEYS[1], '*', 'by', 'x', 'tags', '["tag"]') end`,
      ],
      ...['1', redis.command('KEYS', '*:log')],
    );

  /** Resolves once a replica that is listened to, and makes no request, knows of a tag. */
  const heard = ({ invalidations }: Awaited<ReturnType<typeof replicaOf>>, tag: string) =>
    new Promise<void>((resolve) => {
      invalidations.onInvalidation((tags) => {
        if ([...(tags ?? [])].includes(tag)) resolve();
      });
    });

  test('an announcement is heard without a refresh', async () => {
    const [writer, reader] = await two();
    const hearing = heard(reader, 'tag');
    await writer.replicas.announce(['tag']);
    await hearing;
  });

  test('an announcement is heard although a late reply has just paused reads', async () => {
    const writer = await replicaOf(redis.url);
    const proxy = await startRedisProxy(redis.url);
    open.push({ close: () => proxy.cut() });
    const reader = await replicaOf(proxy.url, 100);
    const hearing = heard(reader, 'tag');
    proxy.delayMs = 300;
    expect(await reader.replicas.refresh()).toBe(false);
    // The late reply has come.
    expect(await reader.replicas.catchUp()).toBe(true);
    await writer.replicas.announce(['tag']);
    await hearing;
    expect(await reader.replicas.refresh()).toBe(false);
  });

  test('an announcement is heard though its message is lost', async () => {
    const [, reader] = await two();
    const hearing = heard(reader, 'tag');
    addUnheard(1);
    await hearing;
  });

  test('a replica without streams reads the log when an operation needs it', async () => {
    const [writer, reader] = await two();
    const { clock } = reader.invalidations;
    const scripts = () =>
      Number(/cmdstat_eval(?:sha)?:calls=(\d+)/.exec(redis.command('INFO', 'commandstats'))![1]);
    await writer.replicas.announce(['tag']);
    redis.command('CONFIG', 'RESETSTAT');
    for (let n = 0; n < 10; n++) await writer.replicas.announce(['tag']);
    expect(scripts()).toBe(10);
    expect(reader.invalidations.clock).toBe(clock);
    await reader.replicas.refresh();
    expect(reader.invalidations.isValidSince(clock, ['tag'])).toBe(false);
  });

  test('an announcement invalidates its tags and no others', async () => {
    const [writer, reader] = await two();
    const { clock } = reader.invalidations;
    await writer.replicas.announce(tags(3));
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(clock, ['tag 2'])).toBe(false);
    expect(reader.invalidations.isValidSince(clock, ['another'])).toBe(true);
  });

  test('very many tags at once invalidate everything', async () => {
    const [writer, reader] = await two();
    const { clock } = reader.invalidations;
    await writer.replicas.announce(tags(10_001));
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(clock, ['another'])).toBe(false);
  });

  describe('after a late reply of Redis', () => {
    const late = async () => {
      const proxy = await startRedisProxy(redis.url);
      open.push({ close: () => proxy.cut() });
      const { replicas } = await replicaOf(proxy.url, 100);
      const { stamp } = await replicas.responses.lookUp('key', ['tag'], 60_000);
      proxy.delayMs = 200;
      await waitFor(async () => !(await replicas.refresh()));
      proxy.delayMs = 0;
      return { replicas, stamp: stamp! };
    };

    test('a replica stores what it has claimed for those that wait', async () => {
      const [{ replicas, stamp }, other] = [await late(), await replicaOf(redis.url)];
      const find = () => other.replicas.responses.lookUp('key', ['tag'], 60_000);
      await waitFor(async () => (await find()).isClaimed);
      replicas.responses.store('key', stamp, 'body', 60_000);
      await waitFor(async () => (await find()).body === 'body');
    });

    test('a replica releases what it can’t store', async () => {
      const [{ replicas, stamp }, other] = [await late(), await replicaOf(redis.url)];
      const find = () => other.replicas.responses.lookUp('key', ['tag'], 60_000);
      await waitFor(async () => (await find()).isClaimed);
      replicas.responses.store('key', stamp, 'x'.repeat(2 ** 20 + 1), 60_000);
      await waitFor(async () => !(await find()).isClaimed);
    });

    test('a replica without requests and streams notices that Redis can be used', async () => {
      const { replicas } = await late();
      expect(replicas.isAvailable).toBe(false);
      await waitFor(() => replicas.isAvailable);
    });

    test('a replica that only has streams notices that Redis can be used', async () => {
      const { replicas } = await late();
      expect(replicas.isAvailable).toBe(false);
      await waitFor(async () => (await replicas.catchUp()) && replicas.isAvailable);
    });
  });

  test('a replica that is far behind drops everything, without a new epoch for the others', async () => {
    const [, reader] = await two();
    const { clock } = reader.invalidations;
    const epoch = redis.command('GET', redis.command('KEYS', '*:epoch'));
    addUnheard(1_001);
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(clock, ['another'])).toBe(false);
    const now = reader.invalidations.clock;
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(now, ['another'])).toBe(true);
    expect(redis.command('GET', redis.command('KEYS', '*:epoch'))).toBe(epoch);
  });

  test('a replica whose position was trimmed from the log drops everything, without a new epoch', async () => {
    const [, reader] = await two();
    const { clock } = reader.invalidations;
    const epoch = redis.command('GET', redis.command('KEYS', '*:epoch'));
    addUnheard(10);
    redis.command('XTRIM', redis.command('KEYS', '*:log'), 'MAXLEN', '5');
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(clock, ['another'])).toBe(false);
    expect(redis.command('GET', redis.command('KEYS', '*:epoch'))).toBe(epoch);
  });

  test('an entry whose tags cannot be read invalidates everything', async () => {
    const [, reader] = await two();
    const { clock } = reader.invalidations;
    redis.command('XADD', redis.command('KEYS', '*:log'), '*', 'by', 'someone', 'tags', '{');
    expect(await reader.replicas.refresh()).toBe(true);
    expect(reader.invalidations.isValidSince(clock, ['another'])).toBe(false);
  });
});

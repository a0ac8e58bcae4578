/** Two gateways before one Kinde, which agree through Redis, and do without it when it is away. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { stubClock } from '../support/clock.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const ORGANIZATIONS = '{ organizations(first: 2) { nodes { code name } } }';
const RENAME = `mutation ($code: ID!, $name: String!) {
  updateOrganization(input: { organizationCode: $code, name: $name }) { userErrors { code } }
}`;
/** On a busy machine Redis may take longer than a gateway waits for it. */
const redisTimings = { readTimeoutMs: 10_000 };
const EXPLAIN = { 'x-graphql-explain': 'true' };

describeWith('redis-server')('with Redis', () => {
  const clock = stubClock();
  let redis: Redis;
  /** The emulator is the first one's. */
  let first: TestGateway;
  let second: TestGateway;
  let code: string;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());

  const start = async () => {
    const env = { CACHE: 'memory', REDIS_URL: redis.url, UPSTREAM_RETRIES: '0' };
    first = await startGateway({ env, redisTimings });
    const { url, audience, clientId, clientSecret } = first.emulator;
    second = await startGateway({
      kindeDomain: () => url,
      credentials: { clientId, clientSecret },
      env: { ...env, KINDE_AUDIENCE: audience },
      redisTimings,
    });
    code = [...first.emulator.state.organizations.values()][1]!.profile.code;
  };
  beforeEach(async () => {
    redis.command('FLUSHALL');
    await start();
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
  });

  const nameFrom = async (gateway: TestGateway) =>
    (await gateway.query('query ($code: ID!) { organization(code: $code) { name } }', { code }))
      .organization.name as string;
  /** Renames the organization, and waits until the other replica can know of it. */
  const rename = async (gateway: TestGateway, name: string) => {
    clock.stop();
    await gateway.query(RENAME, { code, name });
    clock.resume();
  };

  test('one replica uses what the other has read', async () => {
    const answer = await first.query(ORGANIZATIONS);
    expect(first.calls()).toEqual(['GET /api/v1/organizations?page_size=2']);
    await waitFor(() => redis.command('KEYS', '*:entry *') !== '');
    expect(await second.query(ORGANIZATIONS)).toEqual(answer);
    expect(first.calls()).toEqual([]);
  });

  test('what the other has read is as old as it was there, also when it is served stale', async () => {
    await first.query(ORGANIZATIONS);
    await waitFor(() => redis.command('KEYS', '*:entry *') !== '');
    const entry = redis.command('KEYS', '*:entry *');
    // As 20 seconds later.
    redis.command('PEXPIRE', entry, '10000');
    const read = async () => (await second.execute(ORGANIZATIONS, {}, EXPLAIN)) as any;
    const { extensions } = await read();
    expect(extensions.upstream.calls).toMatchObject([{ source: 'cache' }]);
    expect(extensions.upstream.calls[0].ageSeconds).toBeGreaterThanOrEqual(20);
    first.emulator.fault({ respond: { status: 503 } });
    redis.command('DEL', entry);
    clock.advance(10_000);
    expect((await read()).extensions.stale.ageSeconds).toBeGreaterThanOrEqual(30);
  });

  test('a write through either replica is read through both, whatever they had cached', async () => {
    for (const [number, writer] of [first, second, first, second].entries()) {
      await Promise.all([nameFrom(first), nameFrom(second)]);
      await rename(writer, `Name ${number}`);
      expect(await Promise.all([nameFrom(first), nameFrom(second)])).toEqual([
        `Name ${number}`,
        `Name ${number}`,
      ]);
    }
  });

  test('what the write did not change stays cached', async () => {
    await second.query('{ roles(first: 5) { nodes { key } } }');
    await second.query(ORGANIZATIONS);
    await rename(first, 'Another name');
    first.calls();
    await second.query('{ roles(first: 5) { nodes { key } } }');
    expect(first.calls()).toEqual([]);
    await second.query(ORGANIZATIONS);
    expect(first.calls()).toEqual(['GET /api/v1/organizations?page_size=2']);
  });

  test('a write that a shutdown cuts off is announced, since it may take effect', async () => {
    const { emulator } = first;
    const env = { CACHE: 'memory', REDIS_URL: redis.url, SHUTDOWN_GRACE_MS: '1' };
    const leaving = await startGateway({ before: emulator, env });
    await nameFrom(second);
    first.calls();
    const end = emulator.fault({ route: 'PATCH /api/v1/organization/{org_code}', respond: 'hang' });
    const sent = rename(leaving, 'Cut off').catch(() => undefined);
    await waitFor(() => emulator.calls().length > 0);
    emulator.state.organizations.get(code)!.profile.name = 'Cut off';
    await expect(leaving.close()).rejects.toThrow('SHUTDOWN_GRACE_MS');
    await sent;
    end();
    expect(await nameFrom(second)).toBe('Cut off');
  });

  test('callers with tokens of their own never share, not in Redis either', async () => {
    const { emulator } = first;
    const env = { CACHE: 'memory', REDIS_URL: redis.url, AUTH_MODE: 'passthrough' };
    const shared = { kindeDomain: () => emulator.url, env, redisTimings };
    const [a, b] = await Promise.all([startGateway(shared), startGateway(shared)]);
    const [one, other] = await Promise.all([
      emulator.issueToken({}),
      emulator.issueToken({ expiresIn: 500 }),
    ]);
    const as = (token: string) => ({ authorization: `Bearer ${token}` });
    await a.execute(ORGANIZATIONS, {}, as(one));
    await waitFor(() => redis.command('KEYS', '*:entry *') !== '');
    first.calls();
    await b.execute(ORGANIZATIONS, {}, as(other));
    expect(first.calls()).toHaveLength(1);
    await b.execute(ORGANIZATIONS, {}, as(one));
    expect(first.calls()).toEqual([]);
    expect(redis.command('KEYS', '*')).not.toContain(one);
    await Promise.all([a.close(), b.close()]);
  });

  test('a lost log, as after a restart of Redis, invalidates everything', async () => {
    await rename(first, 'Before');
    await Promise.all([nameFrom(first), nameFrom(second)]);
    redis.command('FLUSHALL');
    await rename(first, 'After');
    expect(await nameFrom(second)).toBe('After');
  });

  describe('that is down', () => {
    const sources = async (gateway: TestGateway) => {
      const { extensions } = (await gateway.execute(ORGANIZATIONS, {}, EXPLAIN)) as {
        extensions?: { upstream: { calls: { source: string }[] } };
      };
      return extensions?.upstream.calls.map(({ source }) => source);
    };

    test('killed: requests are served without the cache; back: the replicas agree again', async () => {
      await Promise.all([nameFrom(first), nameFrom(second)]);
      await redis.kill();
      try {
        await first.query(RENAME, { code, name: 'While it is down' });
        expect(await nameFrom(second)).toBe('While it is down');
        expect(await sources(second)).toEqual(['upstream']);
        expect(await sources(second)).toEqual(['upstream']);
      } finally {
        await redis.restart();
      }
      await waitFor(async () => (await sources(second))?.[0] === 'cache');
      await waitFor(async () => (await sources(first))?.[0] === 'cache');
      await rename(second, 'Now it is back');
      expect(await nameFrom(first)).toBe('Now it is back');
    });

    test('slow: one short wait, then requests are served without it', async () => {
      const env = { CACHE: 'memory', REDIS_URL: redis.url };
      const gateway = await startGateway({ before: first.emulator, env });
      await gateway.query(ORGANIZATIONS);
      // Queries that waited for Redis would never end.
      const resume = redis.suspend();
      try {
        for (let n = 0; n < 20; n++) await gateway.query(ORGANIZATIONS);
      } finally {
        resume();
        await gateway.close();
      }
    });

    test('from the start: the gateway starts and serves', async () => {
      const gateway = await startGateway({
        env: { CACHE: 'memory', REDIS_URL: 'redis://127.0.0.1:1' },
      });
      try {
        expect(await gateway.query(ORGANIZATIONS)).toMatchObject({ organizations: {} });
      } finally {
        await gateway.close();
      }
    });
  });
});

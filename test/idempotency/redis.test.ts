/** An idempotency key works through every replica, also when a replica or Redis fails. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { arrive } from '../support/cached-gateway.js';
import { stubClock } from '../support/clock.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import { startHeldProxy, type HeldProxy } from '../support/held-proxy.js';
import { describeWith } from '../support/programs.js';
import { startRedisProxy } from '../support/redis-proxy.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CREATE = `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { code } userErrors { code field } }
}`;
const ROUTE = { route: 'POST /api/v1/organization' } as const;
/** Longer than a busy machine may keep Redis from replying. */
const TIMEOUT_MS = 30_000;

const create = (gateway: TestGateway, input: object = INPUT) => gateway.execute(CREATE, { input });
const INPUT = { name: 'Once', idempotencyKey: 'a key of the client' };
const codes = ({ errors }: GraphQLResult) => errors?.map(({ extensions }) => extensions['code']);
const codeIn = ({ data }: GraphQLResult) => data.createOrganization.organization.code as string;

describeWith('redis-server')('with Redis', () => {
  const clock = stubClock();
  let redis: Redis;
  let emulator: Emulator;
  /** Between the replicas and the emulator. */
  let proxy: HeldProxy;
  let first: TestGateway;
  let second: TestGateway;
  const logged: string[] = [];
  const others: TestGateway[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  const replica = async (env: Record<string, string> = {}, timeoutMs = TIMEOUT_MS) => {
    const gateway = await startGateway({
      before: emulator,
      kindeDomain: () => proxy.url,
      env: { REDIS_URL: redis.url, LOG_LEVEL: 'info', ...env },
      log: (line) => logged.push(line),
      redisTimings: { longestReconnectMs: 200, keys: { timeoutMs } },
    });
    // Fetches the token before the test.
    await gateway.query('{ organizations(first: 1) { nodes { code } } }');
    return gateway;
  };
  const another = async (...options: Parameters<typeof replica>) => {
    const gateway = await replica(...options);
    others.push(gateway);
    return gateway;
  };
  /** Sends a mutation, and holds back Kinde's response to its write. */
  const startWrite = async (gateway: TestGateway) => {
    const { made, release } = proxy.hold('POST /api/v1/organization');
    const sending = create(gateway);
    await made;
    return { sending, release };
  };
  beforeEach(async () => {
    redis.command('FLUSHALL');
    logged.length = 0;
    emulator = await startEmulator();
    proxy = await startHeldProxy();
    proxy.target = emulator.url;
    [first, second] = await Promise.all([replica(), replica()]);
    emulator.clearRequests();
  });
  afterEach(async () => {
    await Promise.all([first, second, ...others.splice(0)].map((gateway) => gateway.close()));
    await proxy.close();
    await emulator.close();
  });

  const writes = () => emulator.calls().filter((call) => call.startsWith('POST '));
  const warnings = () =>
    logged
      .map((line) => JSON.parse(line) as { level: number; msg: string })
      .filter(({ level }) => level >= 40)
      .map(({ msg }) => msg);
  const keys = () =>
    redis
      .command('--scan', '--pattern', '*:write *')
      .split('\n')
      .filter((key) => key !== '');
  const entry = (key = keys()[0]!) => {
    const lines = redis.command('HGETALL', key).split('\n');
    return Object.fromEntries(
      lines.flatMap((line, index) => (index % 2 === 0 ? [[line, lines[index + 1]]] : [])),
    ) as Record<string, string | undefined>;
  };
  describe('a retry on the other replica', () => {
    test('returns the first result, and writes nothing', async () => {
      const answer = await create(first);
      expect(answer.errors).toBeUndefined();
      expect(await create(second)).toEqual(answer);
      expect(await create(first)).toEqual(answer);
      expect(writes()).toEqual(['POST /api/v1/organization']);
    });

    test('waits while the first is in flight', async () => {
      const { sending, release } = await startWrite(first);
      const waiting = [second, first, second].map((it) => create(it));
      await Promise.all([first, second].map((gateway) => arrive(gateway)));
      release();
      const answers = await Promise.all([sending, ...waiting]);
      expect(answers[0]!.errors).toBeUndefined();
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(writes()).toHaveLength(1);
    });

    test('waits as long as the write is in flight, even longer than a claim lives', async () => {
      const { sending, release } = await startWrite(first);
      // As after its whole lease.
      redis.command('HSET', keys()[0]!, 'leasedUntil', '0');
      await waitFor(() => Number(entry().leasedUntil) > Date.now());
      const waiting = create(second);
      await arrive(second);
      release();
      const answer = await waiting;
      expect(answer).toEqual(await sending);
      expect(answer.data.createOrganization.userErrors).toEqual([]);
      expect(writes()).toHaveLength(1);
    });

    test('reads what the first has written, though its replica has cached what was before', async () => {
      const [writing, waiting] = await Promise.all([1, 2].map(() => another({ CACHE: 'memory' })));
      const { organizations } = await waiting!.query(
        '{ organizations(first: 1) { nodes { code } } }',
      );
      const [{ code }] = organizations.nodes;
      await waiting!.query('query ($code: ID!) { organization(code: $code) { senderName } }', {
        code,
      });
      emulator.clearRequests();
      const update = (gateway: TestGateway) =>
        gateway.query(
          `mutation ($input: UpdateOrganizationInput!) {
            updateOrganization(input: $input) { organization { senderName } }
          }`,
          { input: { organizationCode: code, senderName: 'New', idempotencyKey: 'k' } },
        );
      const held = proxy.hold('PATCH');
      const sending = update(writing!);
      await held.made;
      const repeated = update(waiting!);
      await arrive(waiting!);
      held.release();
      const written = { updateOrganization: { organization: { senderName: 'New' } } };
      expect(await repeated).toEqual(written);
      expect(await sending).toEqual(written);
    });

    test('waits until its deadline at most, and may retry then', async () => {
      const { sending, release } = await startWrite(first);
      redis.command('CONFIG', 'RESETSTAT');
      const waiting = create(second);
      // It has asked twice, so that it waits.
      await waitFor(() => /cmdstat_hmget:calls=[2-9]/.test(redis.command('INFO', 'commandstats')));
      clock.advance(60_000);
      expect(codes(await waiting)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      release();
      const answer = await sending;
      expect(await create(second)).toEqual(answer);
      expect(writes()).toHaveLength(1);
    });

    test('with another input is refused, during the first and after it', async () => {
      const other = { ...INPUT, name: 'Another' };
      const { sending, release } = await startWrite(first);
      const refused = {
        createOrganization: {
          organization: null,
          userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
        },
      };
      expect((await create(second, other)).data).toEqual(refused);
      release();
      await sending;
      expect((await create(second, other)).data).toEqual(refused);
      expect(writes()).toHaveLength(1);
    });

    test('after a failure that isn’t stored writes itself', async () => {
      emulator.fault({ ...ROUTE, times: 1, respond: { status: 403 } });
      const { sending, release } = await startWrite(first);
      const waiting = create(second);
      await arrive(second);
      release();
      const answers = await Promise.all([sending, waiting]);
      expect(answers.flatMap((answer) => codes(answer) ?? [])).toEqual(['FORBIDDEN']);
      expect(answers.filter(({ data }) => data.createOrganization !== null)).toHaveLength(1);
      expect(writes()).toHaveLength(2);
    });

    test('gets an unknown outcome', async () => {
      emulator.fault({ ...ROUTE, times: 1, respond: 'reset-after-write' });
      expect(codes(await create(first))).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      expect(codes(await create(second))).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      expect(writes()).toHaveLength(1);
    });

    test('doesn’t write again after the first replica died during the write', async () => {
      const child = spawn('node', ['dist/index.js'], {
        cwd: root,
        env: {
          PATH: process.env['PATH'],
          ...{ PORT: '0', AUTH_MODE: 'none', REDIS_URL: redis.url, CACHE: 'off' },
          KINDE_DOMAIN: proxy.url,
          KINDE_CLIENT_ID: emulator.clientId,
          KINDE_CLIENT_SECRET: emulator.clientSecret,
          KINDE_AUDIENCE: emulator.audience,
        },
      });
      try {
        let output = '';
        child.stdout.on('data', (text) => (output += String(text)));
        const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
        await waitFor(() => address() !== undefined);
        const held = proxy.hold('POST /api/v1/organization');
        const isMade = held.made.then(() => true);
        let sending: Promise<Response>;
        // It refuses the key until it has a connection to Redis.
        do {
          sending = fetch(`${address()}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query: CREATE, variables: { input: INPUT } }),
          });
        } while (!(await Promise.race([isMade, sending.then(() => false)])));
        child.kill('SIGKILL');
        await expect(sending).rejects.toThrow();
      } finally {
        child.kill('SIGKILL');
      }
      emulator.clearRequests();
      // Nearly the whole lease of the dead replica, which has the default length.
      const { leasedUntil } = entry();
      redis.command('HSET', keys()[0]!, 'leasedUntil', String(Number(leasedUntil) - 4_000));
      const { data, ...answer } = await create(second);
      expect(data).toEqual({ createOrganization: null });
      expect(codes(answer)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      expect(codes(await create(first))).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      expect(writes()).toEqual([]);
    });
  });

  describe('that is down', () => {
    const refused = async (gateway: TestGateway) => {
      const { data, errors } = await create(gateway);
      expect(data).toEqual({ createOrganization: null });
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining('nothing was sent to Kinde'),
          path: ['createOrganization'],
          extensions: { code: 'IDEMPOTENCY_UNAVAILABLE', retryAfterSeconds: 1 },
        },
      ]);
    };

    test('a mutation with a key is refused unsent and one without is sent; both are sent once it is back', async () => {
      await redis.kill();
      try {
        await refused(first);
        await refused(second);
        expect(emulator.calls()).toEqual([]);
        await create(first, { name: 'Without a key' });
        expect(writes()).toHaveLength(1);
        expect(warnings()).toContain(
          'Redis cannot keep idempotency keys: mutations with one are refused',
        );
      } finally {
        await redis.restart();
      }
      emulator.clearRequests();
      await waitFor(async () => (await create(first)).errors === undefined);
      expect(writes()).toHaveLength(1);
    });

    test('a gateway that starts without it serves, and refuses keys', async () => {
      const gateway = await another({ REDIS_URL: 'redis://127.0.0.1:1' });
      emulator.clearRequests();
      await refused(gateway);
      expect(emulator.calls()).toEqual([]);
      await create(gateway, { name: 'Without a key' });
      expect(writes()).toHaveLength(1);
    });

    test('when it hangs, mutations with keys are refused after a while and then at once; the key can be used on both replicas later', async () => {
      const timeoutMs = 1_000;
      const gateway = await another({}, timeoutMs);
      emulator.clearRequests();
      redis.command('CONFIG', 'RESETSTAT');
      const resume = redis.suspend();
      try {
        await refused(gateway);
        // It leaves Redis alone for a second.
        clock.stop();
        const startedAt = Date.now();
        for (let n = 0; n < 30; n++) await refused(gateway);
        // Thirty waits in sequence would take thirty times Redis' time limit.
        expect(Date.now() - startedAt).toBeLessThan(20 * timeoutMs);
      } finally {
        resume();
      }
      expect(emulator.calls()).toEqual([]);
      // Once Redis is back, the claim without a known reply is made, and released.
      await waitFor(() => redis.command('INFO', 'commandstats').includes('cmdstat_hset'));
      await waitFor(() => keys().length === 0);
      expect((await create(second)).errors).toBeUndefined();
      expect(writes()).toHaveLength(1);
    });

    test('when it dies during a write, the result is returned here and for retries, and by the other replica once it is back', async () => {
      const { sending, release } = await startWrite(first);
      await redis.kill();
      try {
        release();
        const answer = await sending;
        expect(answer.errors).toBeUndefined();
        expect(warnings()).toContain(
          'Redis could not be told the outcome of a write: until it can, only this replica knows it',
        );
        expect(await create(first)).toEqual(answer);
        await redis.restart();
        await waitFor(() => keys().length > 0 && entry().outcome !== undefined);
        // Each replica connects again by itself, and refuses keys until it has.
        await waitFor(async () => (await create(second)).errors === undefined);
        expect(await create(second)).toEqual(answer);
        expect(writes()).toHaveLength(1);
      } finally {
        await redis.kill();
        await redis.restart();
      }
    });

    test('for the writing replica only: the outcome is unknown to the other until it is stored', async () => {
      const way = await startRedisProxy(redis.url);
      try {
        const cutOff = await another({ REDIS_URL: way.url });
        emulator.clearRequests();
        const { sending, release } = await startWrite(cutOff);
        await way.cut();
        release();
        const answer = await sending;
        expect(answer.errors).toBeUndefined();
        // As after the lease, which nobody renews.
        redis.command('HSET', keys()[0]!, 'leasedUntil', '0');
        expect(codes(await create(second))).toEqual(['WRITE_OUTCOME_UNKNOWN']);
        expect(await create(cutOff)).toEqual(answer);
        await way.reopen();
        await waitFor(() => entry().outcome !== undefined);
        expect(await create(second)).toEqual(answer);
        expect(writes()).toHaveLength(1);
      } finally {
        await way.cut();
      }
    });

    test('for a replica whose write was not sent: its claim is removed later', async () => {
      const way = await startRedisProxy(redis.url);
      try {
        const cutOff = await another({ REDIS_URL: way.url });
        emulator.clearRequests();
        emulator.fault({ ...ROUTE, times: 1, respond: { status: 403 } });
        const { sending, release } = await startWrite(cutOff);
        await way.cut();
        release();
        expect(codes(await sending)).toEqual(['FORBIDDEN']);
        expect(keys()).toHaveLength(1);
        await way.reopen();
        await waitFor(() => keys().length === 0);
        expect((await create(second)).errors).toBeUndefined();
      } finally {
        await way.cut();
      }
    });

    test('a lost claim is restored while the write is in flight', async () => {
      const { sending, release } = await startWrite(first);
      redis.command('FLUSHALL');
      await waitFor(() => keys().length > 0);
      expect(entry().outcome).toBeUndefined();
      const waiting = create(second);
      await arrive(second);
      release();
      const answers = await Promise.all([sending, waiting]);
      expect(answers[1]).toEqual(answers[0]);
      expect(writes()).toHaveLength(1);
    });
  });

  describe('an entry', () => {
    test('holds a hash of the key and the ids of a payload, for the configured time', async () => {
      const gateway = await another({ IDEMPOTENCY_TTL_SECONDS: '100', LOG_LEVEL: 'silent' });
      const code = codeIn(await create(gateway));
      const [key] = keys();
      expect(key).toMatch(/^kinde-graphql:\{[\w-]{16}\}:write [0-9a-f]{64}$/);
      expect(entry()).toEqual({
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        owner: expect.stringMatching(/^[0-9a-f-]{36}$/),
        leasedUntil: '0',
        outcome: JSON.stringify({
          payload: {
            ...{ userErrors: [], organization: { code } },
            ...{ addedUserIds: [], addedUsers: [], deletedOrganizationCode: null },
          },
        }),
      });
      const lifetimeMs = Number(redis.command('PTTL', key!));
      expect(lifetimeMs).toBeGreaterThan(50_000);
      expect(lifetimeMs).toBeLessThanOrEqual(100_000);
    });

    test('expires, but not while the write is in flight', async () => {
      const brief = await another({ IDEMPOTENCY_TTL_SECONDS: '1' });
      emulator.clearRequests();
      const { sending, release } = await startWrite(brief);
      // As long after the last renewal.
      redis.command('PEXPIRE', keys()[0]!, '1000');
      await waitFor(() => keys().some((key) => Number(redis.command('PTTL', key)) > 1_000));
      release();
      const code = codeIn(await sending);
      await waitFor(() => keys().length === 0);
      expect(codeIn(await create(second))).not.toBe(code);
      expect(writes()).toHaveLength(2);
    });

    test.each([
      ['settles', 200],
      ['releases', 403],
    ])('of another owner is left alone by one that %s what it has lost', async (_, status) => {
      if (status !== 200) emulator.fault({ ...ROUTE, times: 1, respond: { status } });
      const { sending, release } = await startWrite(first);
      redis.command('HSET', keys()[0]!, 'owner', 'another');
      const before = entry();
      release();
      await sending;
      expect(entry()).toEqual(before);
    });

    test('is not shared between Kinde environments', async () => {
      const elsewhere = await startGateway({ env: { REDIS_URL: redis.url } });
      try {
        await create(first);
        await create(elsewhere);
        expect(writes()).toHaveLength(1);
        expect(elsewhere.calls().filter((call) => call.startsWith('POST '))).toHaveLength(1);
      } finally {
        await elsewhere.close();
      }
    });
  });

  test('the audit trail marks a replay, whichever replica returns it', async () => {
    await create(first);
    logged.length = 0;
    await create(second);
    const [event] = logged.flatMap((line) => {
      const { audit } = JSON.parse(line) as { audit?: object };
      return audit === undefined ? [] : [audit];
    });
    expect(event).toMatchObject({ outcome: 'replayed', replayed: 'success', calls: [] });
  });
});

/** An idempotency key works through every replica, also when a replica or Redis fails. */
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedisProxy } from '../support/redis-proxy.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const CREATE = `mutation ($input: CreateOrganizationInput!) {
  createOrganization(input: $input) { organization { code } userErrors { code field } }
}`;
const ROUTE = { route: 'POST /api/v1/organization' } as const;
/** How long a claim lasts that its replica doesn't renew. */
const LEASE_MS = 1_200;
const TIMEOUT_MS = 400;

const create = (gateway: TestGateway, input: object = INPUT) => gateway.execute(CREATE, { input });
const INPUT = { name: 'Once', idempotencyKey: 'a key of the client' };
const codes = ({ errors }: GraphQLResult) => errors?.map(({ extensions }) => extensions['code']);
const codeIn = ({ data }: GraphQLResult) => data.createOrganization.organization.code as string;

describeWith('redis-server')('with Redis', () => {
  let redis: Redis;
  let emulator: Emulator;
  let first: TestGateway;
  let second: TestGateway;
  const logged: string[] = [];
  const others: TestGateway[] = [];

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.kill());
  const replica = async (env: Record<string, string> = {}) => {
    const gateway = await startGateway({
      before: emulator,
      env: { REDIS_URL: redis.url, LOG_LEVEL: 'info', ...env },
      log: (line) => logged.push(line),
      redisTimings: {
        longestReconnectMs: 200,
        keys: { leaseMs: LEASE_MS, timeoutMs: TIMEOUT_MS },
      },
    });
    // Fetches the token before the test.
    await gateway.query('{ organizations(first: 1) { nodes { code } } }');
    return gateway;
  };
  const another = async (env: Record<string, string> = {}) => {
    const gateway = await replica(env);
    others.push(gateway);
    return gateway;
  };
  beforeEach(async () => {
    redis.command('FLUSHALL');
    logged.length = 0;
    emulator = await startEmulator();
    [first, second] = await Promise.all([replica(), replica()]);
    emulator.clearRequests();
  });
  afterEach(async () => {
    await Promise.all([first, second, ...others.splice(0)].map((gateway) => gateway.close()));
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
      emulator.latencyMs = 400;
      const answers = await Promise.all([first, second, first, second].map((it) => create(it)));
      expect(answers[0]!.errors).toBeUndefined();
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(writes()).toHaveLength(1);
    });

    test('waits as long as the write is in flight, even longer than a claim lives', async () => {
      emulator.latencyMs = LEASE_MS + 400;
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      const answer = await create(second);
      emulator.latencyMs = 0;
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
      emulator.latencyMs = 400;
      const update = (gateway: TestGateway) =>
        gateway.query(
          `mutation ($input: UpdateOrganizationInput!) {
            updateOrganization(input: $input) { organization { senderName } }
          }`,
          { input: { organizationCode: code, senderName: 'New', idempotencyKey: 'k' } },
        );
      const sending = update(writing!);
      await waitFor(() => emulator.calls().length > 0);
      emulator.latencyMs = 0;
      const written = { updateOrganization: { organization: { senderName: 'New' } } };
      expect(await update(waiting!)).toEqual(written);
      expect(await sending).toEqual(written);
    });

    test('waits until its deadline at most, and may retry then', async () => {
      const hurried = await another({ OPERATION_TIMEOUT_MS: '300' });
      emulator.latencyMs = 900;
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      expect(codes(await create(hurried))).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      emulator.latencyMs = 0;
      const answer = await sending;
      expect(await create(hurried)).toEqual(answer);
      expect(writes()).toHaveLength(1);
    });

    test('with another input is refused, during the first and after it', async () => {
      emulator.latencyMs = 400;
      const other = { ...INPUT, name: 'Another' };
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      const refused = {
        createOrganization: {
          organization: null,
          userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
        },
      };
      expect((await create(second, other)).data).toEqual(refused);
      await sending;
      expect((await create(second, other)).data).toEqual(refused);
      expect(writes()).toHaveLength(1);
    });

    test('after a failure that isn’t stored writes itself', async () => {
      emulator.latencyMs = 300;
      emulator.fault({ ...ROUTE, times: 1, respond: { status: 403 } });
      const answers = await Promise.all([create(first), create(second)]);
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
          KINDE_DOMAIN: emulator.url,
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
        emulator.latencyMs = 300;
        const sending = fetch(`${address()}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query: CREATE, variables: { input: INPUT } }),
        });
        await waitFor(() => writes().includes('POST /api/v1/organization'));
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
      redis.command('CONFIG', 'RESETSTAT');
      const resume = redis.suspend();
      try {
        await refused(first);
        const startedAt = performance.now();
        for (let n = 0; n < 30; n++) await refused(first);
        // Thirty waits in sequence would take thirty times Redis' time limit.
        expect(performance.now() - startedAt).toBeLessThan(15 * TIMEOUT_MS);
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
      emulator.latencyMs = 300;
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      await redis.kill();
      try {
        const answer = await sending;
        emulator.latencyMs = 0;
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
        emulator.latencyMs = 300;
        const sending = create(cutOff);
        await waitFor(() => writes().length > 0);
        await way.cut();
        const answer = await sending;
        emulator.latencyMs = 0;
        expect(answer.errors).toBeUndefined();
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
        emulator.latencyMs = 300;
        emulator.fault({ ...ROUTE, times: 1, respond: { status: 403 } });
        const sending = create(cutOff);
        await waitFor(() => writes().length > 0);
        await way.cut();
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
      emulator.latencyMs = LEASE_MS;
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      redis.command('FLUSHALL');
      await waitFor(() => keys().length > 0);
      expect(entry().outcome).toBeUndefined();
      const answers = await Promise.all([sending, create(second)]);
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
      const env = { IDEMPOTENCY_TTL_SECONDS: '1' };
      const [one, other] = [await another(env), await another(env)];
      emulator.clearRequests();
      emulator.latencyMs = 1_600;
      const sending = create(one);
      await waitFor(() => writes().length > 0);
      // Each renewal sets it again, and on a slow machine much of it is over when it is looked at.
      await waitFor(() => Number(redis.command('PTTL', keys()[0]!)) > 1_000);
      await sleep(1_200);
      emulator.latencyMs = 0;
      expect(codeIn(await create(other))).toBe(codeIn(await sending));
      expect(writes()).toHaveLength(1);
      await waitFor(() => keys().length === 0);
      await create(other);
      expect(writes()).toHaveLength(2);
    });

    test.each([
      ['settles', 200],
      ['releases', 403],
    ])('of another owner is left alone by one that %s what it has lost', async (_, status) => {
      emulator.latencyMs = 300;
      if (status !== 200) emulator.fault({ ...ROUTE, times: 1, respond: { status } });
      const sending = create(first);
      await waitFor(() => writes().length > 0);
      redis.command('HSET', keys()[0]!, 'owner', 'another');
      const before = entry();
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

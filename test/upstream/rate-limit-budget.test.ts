/** Replicas before one Kinde keep to its rate limit together, and do what they can while Redis is away. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { Breaker } from '../../src/upstream/policy/breaker.js';
import { OperationBudget } from '../../src/upstream/policy/call-budget.js';
import { FairQueue } from '../../src/upstream/policy/fair-queue.js';
import { Cancellation } from '../../src/upstream/policy/cancellation.js';
import { CallPolicy } from '../../src/upstream/policy/index.js';
import type { RateLimit } from '../../src/upstream/policy/rate-limit-budget.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const ROLES = '{ roles(first: 5) { nodes { key } } }';

const outcomeOf = async (gateway: TestGateway) => {
  const { errors } = await gateway.execute(ROLES);
  return errors === undefined ? 'answered' : errors[0]!.extensions['code'];
};
const count = (outcomes: unknown[]) => ({
  answered: outcomes.filter((outcome) => outcome === 'answered').length,
  refused: outcomes.filter((outcome) => outcome === 'RATE_LIMITED').length,
});

const gateways: TestGateway[] = [];
let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator();
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  await emulator.close();
});

const replica = async (env: Record<string, string>) => {
  const gateway = await startGateway({
    before: emulator,
    env: { OPERATION_TIMEOUT_MS: '5000', UPSTREAM_RETRIES: '0', ...env },
  });
  gateways.push(gateway);
  return gateway;
};

test('a single replica keeps to its limit without Redis', async () => {
  const gateway = await replica({ UPSTREAM_RATE_LIMIT: '5' });
  const outcomes: unknown[] = [];
  for (let time = 0; time < 8; time++) outcomes.push(await outcomeOf(gateway));
  expect(count(outcomes)).toEqual({ answered: 5, refused: 3 });
  expect(emulator.calls()).toHaveLength(5);
  const { errors } = await gateway.execute(ROLES);
  expect(errors![0]!.extensions['retryAfterSeconds']).toBeGreaterThan(30);
});

test('a call whose reserved time has come goes before those that wait for a slot', async () => {
  const sent: string[] = [];
  const inFlight: (() => void)[] = [];
  const queue = new FairQueue(1);
  let waitMs = 20;
  const rateLimit: RateLimit = {
    reserve: () => {
      const reservation = { waitMs, isTaken: true };
      waitMs = 0;
      return reservation;
    },
    announceHold: () => undefined,
    onHold: () => undefined,
  };
  const policy = new CallPolicy({
    ...{ queue, rateLimit, retries: 0, timeoutMs: 1_000, breaker: new Breaker() },
  });
  const budget = new OperationBudget({ timeoutMs: 10_000, calls: 9 });
  const call = (name: string) =>
    policy.execute({
      ...{ method: 'GET', operation: budget, deadline: budget },
      attempt: async () => {
        sent.push(name);
        await new Promise<void>((end) => inFlight.push(end));
        return { status: 200, headers: {}, body: '' };
      },
    });
  const queued = jest.spyOn(queue, 'acquire');
  const calls = ['reserved', 'first', 'second', 'third'].map(call);
  // The reserved call asks for its slot again when its time has come.
  await waitFor(() => queued.mock.calls.length === 5);
  for (let end; sent.length < 4 || inFlight.length > 0; end?.()) {
    end = await waitFor(() => inFlight.shift());
  }
  await Promise.all(calls);
  budget.close();
  expect(sent).toEqual(['first', 'reserved', 'second', 'third']);
});

test('calls whose time has come are no more at a time than Kinde was seen to take', async () => {
  const queue = new FairQueue(4);
  const acquire = (isDue: boolean) => queue.acquire({}, new Cancellation(), isDue);
  const responses = Array.from({ length: 4 }, () => {
    expect(acquire(false)).toBeUndefined();
    return queue.refusals;
  });
  let started = 0;
  const due = [acquire(true), acquire(true)].map((slot) => slot!.then(() => started++));
  const respond = async (status: number) => {
    queue.observe(status, responses.shift()!);
    queue.release();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await respond(429);
  await respond(429);
  expect(started).toBe(0);
  await respond(200);
  expect(started).toBe(1);
  await respond(200);
  await Promise.all(due);
});

describeWith('redis-server')('with Redis', () => {
  let redis: Redis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => void redis.command('FLUSHALL'));
  afterAll(() => redis.kill());

  const two = async (env: Record<string, string> = {}) => {
    const settings = { REDIS_URL: redis.url, ...env };
    return [await replica(settings), await replica(settings)] as const;
  };

  test('all replicas together make no more calls than the limit, and Kinde refuses none', async () => {
    const [first, second] = await two({ UPSTREAM_RATE_LIMIT: '10' });
    emulator.rateLimit = 10;
    const outcomes: unknown[] = [];
    for (let time = 0; time < 8; time++) {
      outcomes.push(...(await Promise.all([outcomeOf(first), outcomeOf(second)])));
    }
    expect(count(outcomes)).toEqual({ answered: 10, refused: 6 });
    expect(emulator.requests.map(({ status }) => status)).toEqual(Array(10).fill(200));
  });

  test('a 429 of one replica holds the others, and one that starts later', async () => {
    const [first, second] = await two();
    expect(await outcomeOf(second)).toBe('answered');
    emulator.rateLimit = 1;
    expect(await outcomeOf(first)).toBe('answered');
    expect(await outcomeOf(first)).toBe('RATE_LIMITED');
    emulator.clearRequests();
    await waitFor(() => redis.command('KEYS', '*:hold') !== '');
    const third = await replica({ REDIS_URL: redis.url });
    for (const gateway of [second, third]) {
      expect(await outcomeOf(gateway)).toBe('RATE_LIMITED');
    }
    expect(emulator.calls()).toEqual([]);
  });

  test('while Redis is down, each replica keeps to its share of the limit', async () => {
    const [first, second] = await two({ UPSTREAM_RATE_LIMIT: '8' });
    expect(await outcomeOf(first)).toBe('answered');
    expect(await outcomeOf(second)).toBe('answered');
    await redis.kill();
    try {
      const outcomes: unknown[] = [];
      for (let time = 0; time < 5; time++) {
        outcomes.push(await outcomeOf(first), await outcomeOf(second));
      }
      // The call that each made before counts.
      expect(count(outcomes)).toEqual({ answered: 6, refused: 4 });
    } finally {
      await redis.restart();
    }
  });
});

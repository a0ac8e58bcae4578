/** Admission control in a simulated process, whose time is the test's: what load makes of latency. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Admission } from '../../src/http/admission.js';
import { ConcurrencyLimit } from '../../src/http/concurrency-limit.js';

const COST_MS = 10;
/** How long there is one client, before the load begins. */
const CALM_MS = 2_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Numbers from 0 to 1, the same in each run. */
function drawFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

const SEEDS = [1, 2, 3, 4, 5, 6].map((n) => n * 7_919);

interface Load {
  /** Returns how many operations arrive in this millisecond. `ended` is how many ended in the last one. */
  arrivals: (millisecond: number, ended: number) => number;
  milliseconds: number;
  /** For how long each operation waits for the upstream when it has used half of its time. */
  upstreamMs?: number;
}

/** Operations that each take the event loop for 10 ms, one after the other. Returns their latencies. */
function simulate({ arrivals, milliseconds, upstreamMs = 0 }: Load) {
  let [now, busyMs, reportedMs, sampledAt] = [0, 0, 0, 0];
  const running: { leftMs: number; end: () => void }[] = [];
  const waiting: { until: number; operation: (typeof running)[number] }[] = [];
  const accepted: number[] = [];
  let [shed, known, isCounted] = [0, 0, false];
  const admission = new Admission({
    ...{ maxConcurrent: 1_000, maxWaitMs: 1_000, maxEventLoopDelayMs: 1_000 },
    upstreamUtilization: () => 0,
    eventLoopUtilization: () => {
      const utilization = now === sampledAt ? 0 : (busyMs - reportedMs) / (now - sampledAt);
      [reportedMs, sampledAt] = [busyMs, now];
      return utilization;
    },
  });
  const step = () => {
    while (waiting[0] !== undefined && waiting[0].until <= now) {
      running.push(waiting.shift()!.operation);
    }
    const [first] = running;
    if (first !== undefined) {
      busyMs++;
      first.leftMs--;
      if (first.leftMs === 0) running.shift()!.end();
      if (first.leftMs === COST_MS / 2 && upstreamMs > 0) {
        waiting.push({ until: now + upstreamMs, operation: running.shift()! });
      }
    }
    jest.advanceTimersByTime(1);
  };
  const arrive = () => {
    const [arrivedAt, counts] = [now, isCounted];
    const release = admission.apply((isAdmitted) => {
      if (!isAdmitted) return void (shed += Number(counts));
      running.push({
        leftMs: COST_MS,
        end: () => {
          if (counts) accepted.push(now + 1 - arrivedAt);
          release();
        },
      });
    });
  };
  for (; now < CALM_MS; now++) {
    if (running.length + waiting.length === 0) arrive();
    step();
  }
  isCounted = true;
  const until = CALM_MS + milliseconds;
  for (; now < until || running.length + waiting.length > 0; now++) {
    const ended = accepted.length + shed - known;
    known += ended;
    for (let count = now < until ? arrivals(now - CALM_MS, ended) : 0; count > 0; count--) arrive();
    step();
  }
  admission.close();
  accepted.sort((one, other) => one - other);
  return { accepted, shed, p99: accepted[Math.floor(accepted.length * 0.99)]! };
}

/** Arrivals at random, as many times as can be carried. */
function poisson(factor: number, seed: number): Load['arrivals'] {
  const draw = drawFrom(seed);
  const perMs = factor / COST_MS;
  return () => {
    let count = 0;
    for (let left = -Math.log(draw()); left < perMs; left -= Math.log(draw())) count++;
    return count;
  };
}

describe.each([1.5, 2, 5, 10])('at %d times the load that can be carried', (factor) => {
  test.each([
    [0, 0.94],
    [5, 0.8],
    [40, 0.8],
  ])('what is accepted is hardly queued: %d ms for the upstream', (upstreamMs, carried) => {
    const milliseconds = 15_000;
    const p99s = SEEDS.map((seed) => {
      const load = { arrivals: poisson(factor, seed), milliseconds, upstreamMs };
      const { accepted, p99, shed } = simulate(load);
      expect(accepted.length).toBeGreaterThan((carried * milliseconds) / COST_MS);
      expect(shed).toBeGreaterThan(0);
      return p99;
    });
    expect(Math.max(...p99s)).toBeLessThan(10 * COST_MS + 4 * upstreamMs);
  });
});

describe('clients that each wait for their response before they ask again', () => {
  test.each([
    ['16 at once', 16, 1],
    ['64 at once', 64, 1],
    ['64 that come within 4 seconds', 64, 4_000],
    ['80 that come within 4 seconds', 80, 4_000],
  ])('are all served: %s', (_, clients, withinMs) => {
    let begun = 0;
    const { accepted, shed } = simulate({
      arrivals: (now, ended) => {
        const wanted = Math.min(clients, Math.ceil(((now + 1) * clients) / withinMs));
        const more = wanted - begun;
        begun = wanted;
        return more + ended;
      },
      milliseconds: 10_000,
    });
    expect(shed).toBe(0);
    expect(accepted.at(-1)).toBeLessThan(1_000);
  });
});

describe.each([
  [85, 20],
  [80, 5],
  [60, 50],
  [40, 20],
])('%d clients that ask again about %d ms after a response', (clients, thinkMs) => {
  test.each([1, 2, 3, 4])('are all served (%d)', (seed) => {
    const draw = drawFrom(seed * 7_919);
    const due = new Map<number, number>();
    const plan = (at: number) => due.set(at, (due.get(at) ?? 0) + 1);
    for (let n = 0; n < clients; n++) plan(Math.floor(draw() * 100));
    const { accepted, shed } = simulate({
      arrivals: (now, ended) => {
        for (let n = 0; n < ended; n++) plan(now + Math.round(-Math.log(draw()) * thinkMs));
        return due.get(now) ?? 0;
      },
      milliseconds: 10_000,
    });
    expect(shed).toBe(0);
    expect(accepted.at(-1)).toBeLessThanOrEqual(1_000);
  });
});

test('a burst is queued and carried whole', () => {
  const { accepted, shed } = simulate({
    arrivals: (now) => (now === 500 ? 60 : 0),
    milliseconds: 2_000,
  });
  expect(shed).toBe(0);
  expect(accepted).toHaveLength(60);
  expect(accepted.at(-1)).toBeLessThan(1_000);
});

test.each([
  [0.2, 16],
  [0.9, 11],
  [4, 2],
  [50, 1],
])('of operations of %d ms, %d at least share a busy event loop', (costMs, least) => {
  const limit = new ConcurrencyLimit(1_000, 50);
  const count = 50 / costMs;
  for (let n = 0; n < 500; n++) {
    limit.observe({
      ...{ milliseconds: 50, eventLoop: 1, upstream: 0, isWanted: true },
      ...{ concurrency: 1, inFlight: 1, begun: count, completed: count },
    });
  }
  expect(limit.value).toBe(least);
});

test('operations that use the upstream in turns with other work may be more than that suggests', () => {
  const limit = new ConcurrencyLimit(1_000, 50);
  for (let n = 0; n < 300; n++) {
    limit.observe({
      // Each takes three observations, and uses all connections in one of them.
      ...{ milliseconds: 50, eventLoop: 0.3, upstream: n % 3 === 0 ? 1 : 0.5, isWanted: true },
      ...{ concurrency: 4, inFlight: 4, begun: 4 / 3, completed: 4 / 3 },
    });
  }
  expect(limit.value).toBeGreaterThan(8);
});

test('an observation of no time changes nothing', () => {
  const limit = new ConcurrencyLimit(1_000, 50);
  const seen = {
    ...{ eventLoop: 0.5, upstream: 0, isWanted: true },
    ...{ begun: 20, completed: 20 },
  };
  for (const milliseconds of [50, 0, 50]) {
    const concurrency = milliseconds === 0 ? NaN : 4;
    limit.observe({ ...seen, milliseconds, concurrency, inFlight: 4 });
  }
  expect(limit.value).toBeGreaterThan(0);
  expect(limit.serviceMs).toBe(10);
});

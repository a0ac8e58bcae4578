/** The faults that chaos plans, each with its numbers in the list of test/faults/coverage.test.ts. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { random, type Random } from '../../src/emulator/seed/random.js';
import {
  answer,
  bytes,
  hangUp,
  message,
  pour,
  reset,
  resetAfterwards,
  stall,
  type Fault,
} from '../support/fault-proxy.js';
import type { Redis } from '../support/redis.js';
import type { Replica } from '../support/topology.js';
import type { FaultKind } from './plan.js';
import type { Upstream } from './upstream.js';

/** What faults act on. */
export interface Target {
  readonly upstream: Upstream;
  readonly redis: Redis;
  readonly replicas: readonly Replica[];
}

export interface ChaosFault extends FaultKind {
  readonly cases: readonly number[];
  /** Whether Redis has lost its data then. */
  readonly emptiesRedis?: boolean;
  /** Begins the fault. Returns what ends it. */
  begin(target: Target, numbers: Random, lastsMs: number): Promise<() => Promise<void> | void>;
}

/** Returns what a planned fault chooses by. */
export const numbersOf = (choice: number): Random => random('chaos fault', choice);

const SHORT = [500, 3_000] as const;
/** Longer than the time limit of a call, which `MAX_CALL_MS` is. */
const LONG = [2_000, 5_000] as const;
export const MAX_CALL_MS = 1_500;

const MB = 2 ** 20;
let bomb: Buffer | undefined;
/** 64 MB of spaces in 64 kB. */
const gzipBomb = () => (bomb ??= gzipSync(Buffer.alloc(64 * MB, ' ')));

const reads = (call: string) => call.startsWith('GET ');
const writes = (call: string) => !reads(call);
const everything = () => true;

/** A fault of responses, which strikes all matching calls or a share of them. */
function responses(
  name: string,
  cases: readonly number[],
  fault: Fault,
  {
    matches = everything,
    lastsMs = SHORT,
    isRefusal = false,
  }: {
    matches?: (call: string) => boolean;
    lastsMs?: readonly [number, number];
    isRefusal?: boolean;
  } = {},
): ChaosFault {
  return {
    ...{ name, cases, lastsMs },
    begin: async ({ upstream }, numbers) => {
      // Now and then everything fails, so that the breaker opens.
      const percent = numbers.pick([10, 30, 60, 100]);
      return upstream.strike({
        matches: (call) => matches(call) && numbers.chance(percent),
        strike: fault,
        isRefusal,
      });
    },
  };
}

/** A response of 2xx: a write is done then, whatever the body says. */
const success =
  (fault: Fault): Fault =>
  async (struck) => {
    if (writes(struck.call)) await struck.swallow();
    await fault(struck);
  };

const error = (code: string) => ({ errors: [{ code, message: `${code} by chaos` }] });

const UPSTREAM: readonly ChaosFault[] = [
  {
    ...{ name: 'connections are refused', cases: [1], lastsMs: SHORT },
    resource: 'upstream socket',
    begin: async ({ upstream }) => {
      await upstream.proxy.refuse();
      return () => upstream.proxy.accept();
    },
  },
  responses('reset before headers', [2], reset()),
  responses('closed without a response', [2], hangUp),
  responses('reset in the middle of the headers', [2], reset('HTTP/1.1 200 OK\r\ncontent-')),
  responses('headers never come', [4], stall(), { lastsMs: LONG }),
  responses(
    'a body that drips',
    [5],
    success(pour(Buffer.from(' '), { everyMs: 100, most: 100 })),
    {
      lastsMs: LONG,
    },
  ),
  responses(
    'a body shorter than its Content-Length',
    [6],
    success(
      bytes(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{"organ',
      ),
    ),
  ),
  responses(
    'HTML',
    [7],
    success(answer(200, '<html>at Kinde</html>', { 'content-type': 'text/html' })),
  ),
  responses('malformed JSON', [8], success(answer(200, '{ "organizations": ['))),
  responses('an empty body', [9], success(answer(200))),
  responses('204', [10], answer(204), { matches: reads }),
  responses('null', [11], success(answer(200, 'null'))),
  responses('an array', [11], success(answer(200, '[1, 2]'))),
  responses('lists of another shape', [11], answer(200, { organizations: 1, roles: {} }), {
    matches: reads,
  }),
  responses(
    'a gzip bomb',
    [15],
    success(({ socket }) => socket.end(message(200, gzipBomb(), { 'content-encoding': 'gzip' }))),
  ),
  ...[500, 502, 503, 504].map((status) =>
    responses(`${status}`, [16, 31], answer(status, error('SERVER_ERROR'))),
  ),
  responses('429 with Retry-After', [17, 21], answer(429, error('429'), { 'retry-after': '1' }), {
    isRefusal: true,
  }),
  responses('429 with RateLimit-Reset', [19], answer(429, '', { 'ratelimit-reset': '1' }), {
    isRefusal: true,
  }),
  responses('429 for longer than an operation', [20], answer(429, '', { 'retry-after': '7' }), {
    matches: reads,
    lastsMs: [100, 200],
    isRefusal: true,
  }),
  responses('401', [22], answer(401, error('TOKEN_INVALID')), { isRefusal: true }),
  responses('403', [24], answer(403, error('FORBIDDEN')), { isRefusal: true }),
  responses('404', [25], answer(404, error('NOT_FOUND')), { matches: reads }),
  responses('400 for a write', [26], answer(400, error('NAME_INVALID')), { matches: writes }),
  responses('a slow upstream', [30], async ({ forward }) => {
    await sleep(MAX_CALL_MS / 3);
    await forward();
  }),
  responses('page tokens that are refused', [35], answer(400, error('INVALID_NEXT_TOKEN')), {
    matches: (call) => reads(call) && call.includes('next_token='),
  }),
  responses('a write that is done and reset', [16, 37], resetAfterwards, { matches: writes }),
  responses(
    'a write that is done and answered with 502',
    [16],
    async (struck) => {
      await struck.swallow();
      await answer(502)(struck);
    },
    { matches: writes },
  ),
  responses('reads that fail after writes', [37], answer(500), { matches: reads, lastsMs: LONG }),
  {
    ...{ name: 'the token endpoint is down', cases: [23], lastsMs: LONG },
    begin: async ({ upstream }) => upstream.proxy.always('POST /oauth2/token', answer(503)),
  },
  {
    ...{ name: 'the token endpoint hangs', cases: [23], lastsMs: LONG },
    begin: async ({ upstream }) => upstream.proxy.always('POST /oauth2/token', stall()),
  },
  {
    ...{ name: 'keys cannot be read', cases: [66], lastsMs: LONG },
    begin: async ({ upstream }) => upstream.proxy.always('GET /.well-known/jwks', answer(500)),
  },
];

/** Waits for a process's end at most. */
async function exited(replica: Replica): Promise<void> {
  const { process } = replica;
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
}

const AROUND: readonly ChaosFault[] = [
  {
    ...{ name: 'a replica is killed', cases: [50], lastsMs: SHORT },
    resource: 'replica',
    begin: async ({ replicas }, numbers) => {
      const replica = numbers.pick(replicas);
      const exit = exited(replica);
      replica.process.kill('SIGKILL');
      await exit;
      return () => replica.start();
    },
  },
  {
    ...{ name: 'a replica is restarted', cases: [50], lastsMs: SHORT },
    resource: 'replica',
    begin: async ({ replicas }, numbers) => {
      const replica = numbers.pick(replicas);
      const code = await replica.stop();
      if (code !== 0 && code !== 1) throw new Error(`A replica exited with ${code} after SIGTERM`);
      return () => replica.start();
    },
  },
  {
    ...{ name: 'Redis is killed, and comes back empty', cases: [46], lastsMs: LONG },
    emptiesRedis: true,
    resource: 'redis',
    begin: async ({ redis }) => {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    ...{ name: 'Redis hangs', cases: [46], lastsMs: SHORT },
    resource: 'redis',
    begin: async ({ redis }, _, lastsMs) => {
      redis.command('CLIENT', 'PAUSE', String(lastsMs));
      return () => undefined;
    },
  },
  {
    ...{ name: 'Redis loses its data', cases: [46], lastsMs: [100, 100] },
    emptiesRedis: true,
    resource: 'redis',
    begin: async ({ redis }) => {
      redis.command('FLUSHALL');
      return () => undefined;
    },
  },
];

export const FAULTS: readonly ChaosFault[] = [...UPSTREAM, ...AROUND];

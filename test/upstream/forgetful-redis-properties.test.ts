/**
 * Reads and writes through two replicas while Redis loses, refuses and delays: in whatever order, no
 * read that begins after a write was acknowledged shows what was before it.
 */
import { afterEach, expect } from '@jest/globals';
import fc from '../support/property.js';
import { startRedisProxy, type RedisProxy } from '../support/redis-proxy.js';
import { testWith } from '../support/programs.js';
import { startRedis, type Redis, type Snapshot } from '../support/redis.js';
import { nameFrom, rename, startReplicas, type Replicas } from '../support/replicas.js';
import { waitFor } from '../support/wait-for.js';

type Fault = (typeof QUICK_FAULTS)[number] | (typeof OUTAGES)[number];
type Step =
  | { kind: 'reads'; replicas: number[]; isList: boolean }
  | { kind: 'write'; replica: number; readers: number[] }
  | { kind: 'fault'; fault: Fault }
  /** Until both replicas serve from memory again. */
  | { kind: 'calm' };

const QUICK_FAULTS = [
  'empty',
  'lose scripts',
  'lose the log',
  'lose the epoch',
  'lose marks',
  'lose entries',
  'go back in time',
] as const;
const OUTAGES = [
  'restart empty',
  'restart from an old file',
  'cut connections',
  'repeat a reply',
  'refuse a write',
  'be slow',
] as const;

const replica = fc.nat(1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('reads' as const),
        replicas: fc.array(replica, { minLength: 1, maxLength: 4 }),
        isList: fc.boolean(),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('write' as const),
        replica,
        readers: fc.array(replica, { maxLength: 3 }),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('fault' as const),
        fault: fc.constantFrom<Fault>(...QUICK_FAULTS),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('fault' as const),
        fault: fc.constantFrom<Fault>(...OUTAGES),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'calm' as const }) },
  ),
  { minLength: 10, maxLength: 40 },
);

/** Two replicas, and the name of an organization as it was written last. */
class System {
  reads = 0;
  readonly #code: string;
  #name: string;
  #version = 0;
  #snapshot: Snapshot;

  constructor(
    readonly redis: Redis,
    readonly proxy: RedisProxy,
    readonly replicas: Replicas,
  ) {
    const { code, name } = [...replicas.emulator.state.organizations.values()][1]!.profile;
    this.#code = code;
    this.#name = name;
    this.#snapshot = redis.snapshot();
  }

  async run(program: readonly Step[]): Promise<void> {
    await this.#calm();
    this.#snapshot = this.redis.snapshot();
    for (const step of program) await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    switch (step.kind) {
      case 'reads':
        await Promise.all(step.replicas.map((index) => this.#read(index, step.isList)));
        return;
      case 'write':
        return this.#write(step.replica, step.readers);
      case 'fault':
        return this.#fault(step.fault);
      case 'calm':
        return this.#calm();
    }
  }

  /** A read that began before the write was acknowledged may show either. */
  async #read(index: number, isList: boolean, possible = [this.#name]): Promise<void> {
    this.reads++;
    const gateway = this.replicas.gateways[index]!;
    const name = isList
      ? (
          await gateway.query('{ organizations(first: 10) { nodes { code name } } }')
        ).organizations.nodes.find(({ code }: { code: string }) => code === this.#code).name
      : await nameFrom(gateway, this.#code);
    if (!possible.includes(name)) {
      throw new Error(`STALE: replica ${index} showed ${name}, not ${possible.join(' or ')}`);
    }
  }

  async #write(index: number, readers: readonly number[]): Promise<void> {
    const before = this.#name;
    const after = `Name ${++this.#version}`;
    await Promise.all([
      rename(this.replicas.gateways[index]!, this.#code, after),
      ...readers.map((reader) => this.#read(reader, false, [before, after])),
    ]);
    this.#name = after;
  }

  async #fault(fault: Fault): Promise<void> {
    const { redis, proxy } = this;
    const lose = (pattern: string) => {
      const keys = redis.command('--scan', '--pattern', pattern).split('\n').filter(Boolean);
      if (keys.length > 0) redis.command('DEL', ...keys);
    };
    switch (fault) {
      case 'empty':
        return void redis.command('FLUSHALL');
      case 'lose scripts':
        return void redis.command('SCRIPT', 'FLUSH');
      case 'lose the log':
        return lose('*:log');
      case 'lose the epoch':
        return lose('*:epoch');
      case 'lose marks':
        return lose('*:mark *');
      case 'lose entries':
        return lose('*:entry *');
      case 'go back in time':
        // The next restart is one to this time.
        this.#snapshot = redis.snapshot();
        return;
      case 'restart empty':
        await redis.kill();
        return redis.restart();
      case 'restart from an old file':
        await redis.kill();
        return redis.restart(this.#snapshot);
      case 'cut connections':
        await proxy.cut();
        return proxy.reopen();
      case 'repeat a reply':
        proxy.tamper = (reply) => {
          proxy.tamper = undefined;
          return Buffer.concat([reply, reply]);
        };
        return;
      case 'refuse a write': {
        redis.command('CONFIG', 'SET', 'maxmemory', '1');
        await this.#write(0, [1]);
        await this.#read(1, false);
        const before = this.#lastOfLog();
        redis.command('CONFIG', 'SET', 'maxmemory', '0');
        // As docs/caching.md says: until the writer has announced it. A new log begins without tags.
        await waitFor(() => this.#lastOfLog() !== before && this.#lastOfLog().includes('["'));
        return;
      }
      case 'be slow':
        redis.command('CLIENT', 'PAUSE', '60', 'ALL');
        return;
    }
  }

  #lastOfLog(): string {
    const { redis } = this;
    const log = redis.command('KEYS', '*:log');
    return log === '' ? '' : redis.command('XREVRANGE', log, '+', '-', 'COUNT', '1');
  }

  async #calm(): Promise<void> {
    const { emulator } = this.replicas;
    await waitFor(async () => {
      emulator.clearRequests();
      // Each read twice: what the first one had to fetch the second one has in memory.
      for (const index of [0, 1, 0, 1]) await this.#read(index, false);
      return emulator.calls().length === 0;
    });
  }
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** In milliseconds. More finds more: CONSISTENCY_MS=600000. */
const TIME_MS = Number(process.env['CONSISTENCY_MS'] ?? 4_000);
const LEAST_PROGRAMS = 3;

testWith('redis-server')(
  'two replicas serve nothing stale after an acknowledged write, whatever happens to Redis',
  async () => {
    const redis = await startRedis();
    open.push({ close: () => redis.kill() });
    const proxy = await startRedisProxy(redis.url);
    open.push({ close: () => proxy.cut() });
    // One of the faults is to be slower than a gateway waits.
    const replicas = await startReplicas([proxy.url, proxy.url], {}, {});
    open.push(replicas);
    const system = new System(redis, proxy, replicas);
    const endsAt = Date.now() + TIME_MS;
    let programs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (program) => {
        if (Date.now() > endsAt && programs >= LEAST_PROGRAMS) return;
        programs++;
        await system.run(program);
      }),
      // Not made smaller: each program begins with what is cached of those before it.
      { numRuns: Math.max(200, TIME_MS / 20), endOnFailure: true },
    );
    expect(programs).toBeGreaterThanOrEqual(LEAST_PROGRAMS);
    process.stderr.write(`${programs} programs, ${system.reads} reads.\n`);
  },
  60_000 + TIME_MS,
);

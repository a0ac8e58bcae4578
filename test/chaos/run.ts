/** One run of chaos: faults by the plan, clients all the while, and afterwards whether all is well again. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { random } from '../../src/emulator/seed/random.js';
import { REPLICAS } from '../support/topology.js';
import { Clients } from './clients.js';
import { FAULTS, numbersOf, type ChaosFault } from './faults.js';
import { Judge } from './judge.js';
import { makePlan, type Planned, type Resource } from './plan.js';
import { LIVE, readNested } from './requests.js';
import { startSystem, type System } from './system.js';

const STREAMS = 8;
/** What a container of the compose file may have. */
const MOST_MEMORY_MB = 512;
const RECOVERY_MS = 20_000;

export interface ChaosOptions {
  seed: string;
  durationMs: number;
  /** Requests a second. */
  rate: number;
  /** Receives a line for each fault that begins, and for each broken promise. */
  say: (line: string) => void;
}

/** Runs the plan of a seed. Resolves to what was seen that was promised not to be, and counts. */
export async function runChaos(options: ChaosOptions): Promise<Judge> {
  const judge = new Judge((violation) => options.say(`BROKEN: ${violation}`));
  const system = await startSystem((name, text) => judge.output(name, text));
  judge.secrets = system.secrets;
  const clients = new Clients(system, judge);
  const streams = openStreams(system, judge);
  try {
    const plan = makePlan(options.seed, options.durationMs, FAULTS);
    const faults = strikeAll(plan, system, judge, options.say);
    await Promise.all([load(clients, options), watchMemory(system, judge, options.durationMs)]);
    await faults;
    await recover(system, clients, judge, streams);
  } finally {
    streams.close();
    await system.close();
  }
  return judge;
}

/** Lets each fault happen at its time, or once the one before has given its resource back. */
async function strikeAll(
  plan: readonly Planned[],
  system: System,
  judge: Judge,
  say: (line: string) => void,
): Promise<void> {
  const startedAt = performance.now();
  const given = new Map<Resource, Promise<void>>();
  await Promise.all(
    plan.map(async (planned) => {
      const fault = FAULTS.find(({ name }) => name === planned.name) as ChaosFault;
      const before = fault.resource && given.get(fault.resource);
      const strikes = (async () => {
        await sleep(planned.atMs);
        await before;
        say(`${((performance.now() - startedAt) / 1_000).toFixed(1)} s: ${planned.name}`);
        await strike(fault, planned, system, judge);
      })().catch((error: unknown) => judge.violation('A fault begins and ends', String(error)));
      if (fault.resource !== undefined) given.set(fault.resource, strikes);
      await strikes;
    }),
  );
}

async function strike(
  fault: ChaosFault,
  { choice, lastsMs }: Planned,
  { upstream, topology }: System,
  judge: Judge,
): Promise<void> {
  judge.count('faults');
  judge.faults.add(fault.name);
  const replicas = REPLICAS.map((name) => topology.replicas[name]);
  // Which one goes isn't known before.
  const back = fault.resource === 'replica' ? REPLICAS.map((name) => judge.restarting(name)) : [];
  const target = { upstream, redis: topology.redis, replicas };
  const end = await fault.begin(target, numbersOf(choice), lastsMs);
  if (fault.emptiesRedis === true) judge.redis.forgot(Date.now());
  await sleep(lastsMs);
  await end();
  judge.faults.delete(fault.name);
  for (const note of back) note();
}

/** Requests that arrive at random, whether or not others have been answered. */
async function load(clients: Clients, { seed, durationMs, rate }: ChaosOptions): Promise<void> {
  const arrivals = random('chaos arrivals', seed);
  const pending = new Set<Promise<void>>();
  const startedAt = performance.now();
  for (let n = 0, dueMs = 0; dueMs < durationMs; n++) {
    dueMs += (-Math.log(1 - arrivals.below(1e6) / 1e6) * 1_000) / rate;
    const wait = dueMs - (performance.now() - startedAt);
    if (wait > 1) await sleep(wait);
    const request = clients
      .act(random('chaos request', seed, n))
      .finally(() => pending.delete(request));
    pending.add(request);
  }
  await Promise.all(pending);
}

async function watchMemory({ topology }: System, judge: Judge, durationMs: number): Promise<void> {
  const until = performance.now() + durationMs;
  while (performance.now() < until) {
    for (const name of REPLICAS) {
      const megabytes = residentMb(topology.replicas[name].process.pid);
      judge.counts['most resident memory, MB'] = Math.max(
        judge.counts['most resident memory, MB'] ?? 0,
        Math.round(megabytes),
      );
      if (megabytes > MOST_MEMORY_MB) judge.violation('Memory is bounded', `${megabytes} MB`);
    }
    await sleep(1_000);
  }
}

/** Zero for a process that has just gone. */
function residentMb(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

interface Streams {
  /** What each stream showed last, by the code of its organization. */
  shown(): { code: string; name: string | undefined }[];
  close(): void;
}

/** Opens live queries, which are opened again however they end. */
function openStreams({ topology, codes, elsewhere, callers }: System, judge: Judge): Streams {
  const client = createClient({
    ...{ url: `${topology.url}/graphql`, retryAttempts: Infinity },
    retry: () => sleep(100),
    headers: callers.admin.headers,
  });
  let isOpen = true;
  const shown = Array.from({ length: STREAMS }, (_, index) => ({
    code: index === 0 ? elsewhere : codes[index % codes.length]!,
    name: undefined as string | undefined,
  }));
  const follow = (entry: (typeof shown)[number]) => {
    const again = () => void (isOpen && setTimeout(() => isOpen && follow(entry), 200));
    client.subscribe<{ organization: { name: string } | null }>(
      { query: LIVE, variables: { code: entry.code } },
      {
        next: ({ data }) => {
          judge.count('stream results');
          if (data?.organization != null) entry.name = data.organization.name;
        },
        error: again,
        complete: again,
      },
    );
  };
  for (const entry of shown) follow(entry);
  return {
    shown: () => shown,
    close: () => {
      isOpen = false;
      client.dispose();
    },
  };
}

/** Once the faults are over, every request must succeed, and streams must show the present state. */
async function recover(
  system: System,
  clients: Clients,
  judge: Judge,
  streams: Streams,
): Promise<void> {
  const { codes, callers, targets, elsewhere } = system;
  await within('Writes succeed once the faults are over', judge, async () => {
    const done = await Promise.all(
      codes.map((code, n) => clients.write(code, targets[n % targets.length]!)),
    );
    return done.every(Boolean);
  });
  await system.atKinde('PATCH', `organization/${elsewhere}`, { name: 'Elsewhere at last' });
  await within('Reads succeed once the faults are over', judge, async () => {
    const bodies = await Promise.all(
      codes.flatMap((code) =>
        targets.map((target) =>
          clients.send('at the end', callers.admin, readNested(code), target),
        ),
      ),
    );
    return bodies.every((body) => body !== undefined && body.errors === undefined);
  });
  const expected = (code: string) =>
    code === elsewhere ? 'Elsewhere at last' : clients.nameOf(code);
  await within('Streams show the present state once the faults are over', judge, async () =>
    streams.shown().every(({ code, name }) => name === expected(code)),
  );
}

async function within(promise: string, judge: Judge, isSo: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + RECOVERY_MS;
  while (performance.now() < until) {
    if (await isSo()) return;
    await sleep(250);
  }
  judge.violation(promise, `not after ${RECOVERY_MS} ms`);
}

/**
 * `npm run bench:live`: two replicas behind nginx, with Redis, and many open streams. Changes are made
 * past the gateway, in the emulator, which sends its events through nginx. Measures the time from a
 * write to the new result at each client, the memory of a stream, the CPU of idle streams and the
 * upstream calls of a change; then kills a replica and stops Redis, and looks for streams that miss a
 * state. Exits with 1 when a number is over its limit.
 *
 * STREAMS (2000) are of 10 organizations, so that a change concerns a tenth of them; once with the same
 * query for all streams of an organization, and once with a query of its own for each stream. CHANGES
 * (30) is how many are made. It needs redis-server and nginx.
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './load.mjs';
import { openStreams, showing } from './live/streams.mjs';
import { startTopology } from './live/topology.mjs';

const STREAMS = Number(process.env.STREAMS ?? 2_000);
const CHANGES = Number(process.env.CHANGES ?? 30);
const ORGANIZATIONS = 10;
/** How many streams of one query on one organization are compared with a single one. */
const IDENTICAL = 500;
/** Longer than the time between two heartbeats. */
const IDLE_MS = 20_000;
const RESULT_TIMEOUT_MS = 10_000;
const RECOVERY_TIMEOUT_MS = 60_000;

const LIMITS = { p50Ms: 100, p99Ms: 1_000, heapKb: 40, idleCpu: 0.05 };

const failures = [];
/** Remembers what is over its limit, and returns how it is printed. */
function held(isHeld, text) {
  if (!isHeld) failures.push(text);
  return isHeld ? text : `${text} (FAILED)`;
}

const topology = await startTopology({
  organizations: ORGANIZATIONS + 1,
  env: {
    MAX_STREAMS: String(2 * Math.max(STREAMS, IDENTICAL)),
    // Only events and Redis tell of a change within the run.
    CACHE_TTL_SECONDS: '600',
  },
});
const { emulator, url } = topology;
const token = await emulator.issueToken();
const codes = [...emulator.state.organizations.values()]
  .filter(({ profile }) => profile.is_default !== true)
  .map(({ profile }) => profile.code)
  .slice(0, ORGANIZATIONS);

async function rename(code, name) {
  const response = await fetch(`${emulator.url}/api/v1/organization/${code}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!response.ok) throw new Error(`The emulator answers with ${response.status}.`);
  await response.arrayBuffer();
}

async function cpuShareFor(milliseconds) {
  const from = await topology.cpuMs();
  const startedAt = performance.now();
  await sleep(milliseconds);
  return ((await topology.cpuMs()) - from) / (performance.now() - startedAt);
}

/** Makes changes one after the other, and returns the time to each result. */
async function change(streams, count, title) {
  const latencies = [];
  let missing = 0;
  emulator.clearRequests();
  for (let n = 0; n < count; n++) {
    const code = codes[n % ORGANIZATIONS];
    const concerned = streams.filter((stream) => stream.code === code);
    if (concerned.length === 0) continue;
    const name = `${title} ${n}`;
    const startedAt = performance.now();
    await rename(code, name);
    missing += await showing(concerned, name, RESULT_TIMEOUT_MS);
    latencies.push(...concerned.filter((one) => one.name === name).map(({ at }) => at - startedAt));
  }
  const reads = emulator.calls().filter((call) => call.startsWith('GET')).length;
  return { latencies, missing, reads };
}

/** Writes, and returns a line about how soon all streams show the last state. */
async function survive(streams, title, write) {
  const name = `After ${title}`;
  const startedAt = performance.now();
  await write((code) => rename(code, name));
  const missing = await showing(streams, name, RECOVERY_TIMEOUT_MS);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  return held(
    missing === 0,
    `${title}: ${streams.length - missing} of ${streams.length} streams show the last state after ${seconds} s`,
  );
}

async function measureStreams(title, aliasOf) {
  // Code and caches don't count as streams.
  const warm = await openStreams(url, 4 * ORGANIZATIONS, (n) => ({
    ...{ code: codes[n % ORGANIZATIONS], alias: 'warm' },
  }));
  for (const stream of warm) stream.close();
  await sleep(1_000);
  const without = { heapMb: await topology.heapMb(), cpu: await cpuShareFor(IDLE_MS / 4) };
  const streams = await openStreams(url, STREAMS, (n) => ({
    ...{ code: codes[n % ORGANIZATIONS], alias: aliasOf(n) },
  }));
  const heapKb = (((await topology.heapMb()) - without.heapMb) * 1_024) / STREAMS;
  const idleCpu = await cpuShareFor(IDLE_MS);
  const { latencies, missing, reads } = await change(streams, CHANGES, title);
  const p50 = quantile(latencies, 0.5);
  const p99 = quantile(latencies, 0.99);
  console.log(
    [
      `${title}: ${STREAMS} streams, ${CHANGES} changes, each of ${STREAMS / ORGANIZATIONS} streams`,
      held(p50 < LIMITS.p50Ms, `  write to result, p50: ${p50.toFixed(0)} ms`),
      held(p99 < LIMITS.p99Ms, `  write to result, p99: ${p99.toFixed(0)} ms`),
      held(missing === 0, `  results missing: ${missing}`),
      `  upstream calls a change: ${(reads / CHANGES).toFixed(2)}`,
      held(heapKb < LIMITS.heapKb, `  heap a stream: ${heapKb.toFixed(1)} kB`),
      held(
        idleCpu - without.cpu < LIMITS.idleCpu,
        `  CPU while idle, both replicas: ${(1_000 * idleCpu).toFixed(1)} ms a second (${(1_000 * without.cpu).toFixed(1)} without streams)`,
      ),
    ].join('\n'),
  );
  return streams;
}

/** The calls of a change with one stream, and with many that have the same query. */
async function measureIdentical() {
  const target = () => ({ code: codes[0], alias: 'name' });
  const callsOf = async (count) => {
    const streams = await openStreams(url, count, target);
    let reads = 0;
    for (let n = 0; n < CHANGES; n++) {
      const result = await change(streams, 1, `${count} streams, change ${n},`);
      held(result.missing === 0, `${count} identical streams: ${result.missing} results missing`);
      reads += result.reads;
    }
    for (const stream of streams) stream.close();
    await sleep(500);
    return reads / CHANGES;
  };
  const one = await callsOf(1);
  const many = await callsOf(IDENTICAL);
  console.log(
    held(
      many <= one,
      `one query on one organization, upstream calls a change: ${many.toFixed(2)} with ${IDENTICAL} streams, ${one.toFixed(2)} with one`,
    ),
  );
}

async function measureFailures(streams) {
  const all = (write) => Promise.all(codes.map(write));
  console.log(
    await survive(streams, 'SIGKILL of a replica', async (write) => {
      await topology.killReplica();
      await all(write);
    }),
  );
  await topology.restartReplica();
  console.log(
    await survive(streams, 'Redis killed, and started 3 s after the writes', async (write) => {
      await topology.redis.kill();
      await all(write);
      await sleep(3_000);
      await topology.redis.restart();
    }),
  );
  console.log(await survive(streams, 'a write with all of them back', all));
}

try {
  console.log(
    `node ${process.version}, ${cpus().length} x ${cpus()[0].model}, load ${loadavg()[0].toFixed(1)} at the start`,
  );
  await measureIdentical();
  const streams = await measureStreams('one query an organization', () => 'name');
  for (const stream of streams) stream.close();
  await sleep(1_000);
  const own = await measureStreams('a query a stream', (n) => `name${n}`);
  await measureFailures(own);
  for (const stream of own) stream.close();
  console.log(failures.length === 0 ? 'All limits hold.' : `Over a limit: ${failures.length}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
} finally {
  await topology.close();
}

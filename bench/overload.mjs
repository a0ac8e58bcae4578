/**
 * `npm run bench:overload`: ten times the load that the gateway can carry. Measures what it answers
 * unloaded, then its capacity, then what becomes of requests that arrive at ten times the capacity,
 * whether or not others have been answered (an open loop); the first and the last in turns. Exits with
 * 1 when the p99 of what is accepted is over three times the unloaded one, or memory or recovery is out of
 * bounds.
 *
 * SECONDS (60) is how long the overload lasts, in two times; QUERY is `nested` or `flat`; LATENCY_MS (0) is what the
 * upstream takes for a call; FACTOR (10) is the load as a multiple of the capacity.
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { quantile } from './load.mjs';
import { start } from './processes.mjs';

const seconds = Number(process.env.SECONDS ?? 60);
const factor = Number(process.env.FACTOR ?? 10);
const latencyMs = Number(process.env.LATENCY_MS ?? 0);
const name = process.env.QUERY ?? 'nested';
const queries = {
  nested:
    '{ organizations(first: 10) { nodes { code name featureFlags { key type value } users(first: 10) { nodes { email roles { key name } permissions { key name } } pageInfo { hasNextPage endCursor } } } } }',
  flat: '{ organizations(first: 10) { nodes { code name } } }',
};
const query = queries[name];

/** The p99 of accepted requests, as a multiple of the unloaded one. */
const MOST_RATIO = 3;
/** What the process may grow by over its peak at capacity. */
const MOST_GROWTH_MB = 100;
const MOST_RECOVERY_MS = 5_000;
/** How often the load comes and goes. */
const ROUNDS = 2;
/** For how long one client asks before each time, and after it. */
const UNLOADED_SECONDS = 6;

const upstream = await start('./upstream.mjs', { LATENCY_MS: String(latencyMs) });
// What is kept would be answered from memory, and there would be no load.
const gateway = await start('./gateway.mjs', { KINDE_DOMAIN: upstream.url, CACHE: 'off' });

/** No two are the same, since what is asked at the same moment by several is executed once. */
let sent = 0;
const nextBody = () => JSON.stringify({ query, variables: { request: sent++ } });
const headers = { 'content-type': 'application/json', accept: 'application/json' };

/** What became of a request, timed from when it was due, so that a late sender hides nothing. */
async function send(pool, due = performance.now()) {
  try {
    const response = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers,
      body: nextBody(),
    });
    // Accepted answers are read whole; reading them as text would take the loader's CPU.
    await response.body.dump({ limit: 1 << 24 });
    const retryAfter = Number(response.headers['retry-after']);
    return { status: response.statusCode, retryAfter, milliseconds: performance.now() - due };
  } catch (error) {
    return { status: error.code ?? 'failed', milliseconds: performance.now() - due };
  }
}

/** A closed loop of so many clients. */
async function closed(clients, forSeconds) {
  const pool = new Pool(gateway.url, { connections: clients });
  const startedAt = performance.now();
  const results = [];
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startedAt < forSeconds * 1000) results.push(await send(pool));
    }),
  );
  const perSecond = results.length / ((performance.now() - startedAt) / 1000);
  await pool.close();
  return { results, perSecond };
}

/** Requests that arrive at random, independently of each other, so many a second. */
async function open(perSecond, forSeconds, onTick) {
  // Enough connections that none waits for another's answer.
  const pool = new Pool(gateway.url, { connections: 1_000 });
  const results = [];
  const pending = new Set();
  const startedAt = performance.now();
  let due = startedAt;
  let lateMs = 0;
  const ticker = setInterval(onTick, 200);
  while (due - startedAt < forSeconds * 1000) {
    due += (-Math.log(1 - Math.random()) * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    lateMs = Math.max(lateMs, performance.now() - due);
    const request = send(pool, due).then((result) => {
      results.push({ ...result, at: due - startedAt });
      pending.delete(request);
    });
    pending.add(request);
  }
  clearInterval(ticker);
  await Promise.all(pending);
  const elapsed = (performance.now() - startedAt) / 1000;
  await pool.destroy();
  return { results, elapsed, lateMs };
}

const failed = (results) => results.filter(({ status }) => status !== 200 && status !== 503);
const times = (results, wanted) =>
  results.filter(({ status }) => status === wanted).map(({ milliseconds }) => milliseconds);

console.log(
  `node ${process.version}, ${cpus().length} x ${cpus()[0].model}; ${name} query, upstream ${latencyMs} ms`,
);
await closed(1, 5); // So that what is measured is compiled.

let capacity = 0;
// Where the upstream takes its time, more clients at once are needed to meet the limit.
for (let clients = 1, isMore = true; clients <= 16 || (isMore && clients <= 128); clients *= 2) {
  const { results, perSecond } = await closed(clients, 3);
  const accepted = (perSecond * times(results, 200).length) / results.length;
  isMore = accepted > capacity * 1.05;
  capacity = Math.max(capacity, accepted);
}
const before = await gateway.ask('usage');
console.log(`capacity: ${capacity.toFixed(1)} requests/s, peak ${before.peakMb.toFixed(0)} MB`);
await sleep(2_000);
await gateway.ask('usage');

// In turns, so that a moment in which the machine is slower is not taken for the load.
const rate = capacity * factor;
const unloaded = [];
const results = [];
const afterwards = [];
const onset = [];
const readiness = [];
const delays = { p99: 0, max: 0 };
let elapsed = 0;
let lateMs = 0;
let cpuMs = 0;
let peakMb = 0;
let recoveryMs = 0;
for (let round = 0; round < ROUNDS; round++) {
  unloaded.push(...(await closed(1, UNLOADED_SECONDS)).results);
  const seen = [];
  const probe = async () => {
    const { status } = await fetch(`${gateway.url}/readyz`);
    if (seen.at(-1) !== status) seen.push(status);
  };
  await probe();
  const cpuBefore = (await gateway.ask('usage')).cpuMs;
  const overload = await open(rate, seconds / ROUNDS, () => void probe());
  const endedAt = performance.now();
  const after = await gateway.ask('usage');
  while (seen.at(-1) !== 200 && performance.now() - endedAt < MOST_RECOVERY_MS * 2) {
    await sleep(50);
    await probe();
  }
  recoveryMs = Math.max(recoveryMs, performance.now() - endedAt);
  readiness.push(seen.join(' -> '));
  results.push(...overload.results);
  onset.push(...overload.results.filter(({ at }) => at < 2_000));
  elapsed += overload.elapsed;
  lateMs = Math.max(lateMs, overload.lateMs);
  cpuMs += after.cpuMs - cpuBefore;
  peakMb = after.peakMb;
  delays.p99 = Math.max(delays.p99, after.delayP99Ms);
  delays.max = Math.max(delays.max, after.delayMaxMs);
  afterwards.push(...(await closed(1, UNLOADED_SECONDS)).results);
}

const accepted = times(results, 200);
const shed = times(results, 503);
const errors = failed(results);
const alone = times([...unloaded, ...afterwards], 200);
const unloadedP50 = quantile(alone, 0.5);
const unloadedP99 = quantile(alone, 0.99);
const ratio = quantile(accepted, 0.99) / unloadedP99;
const growthMb = peakMb - before.peakMb;
const goodput = accepted.length / elapsed;
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(`
| ${factor} x the load, ${ROUNDS} x ${seconds / ROUNDS} s, open loop | |
| --- | --- |
| requests | ${(results.length / elapsed).toFixed(0)}/s sent (latest ${ms(lateMs)} after it was due) |
| accepted | ${goodput.toFixed(1)}/s, ${((100 * goodput) / capacity).toFixed(0)}% of the capacity |
| shed with 503 | ${(shed.length / elapsed).toFixed(0)}/s, answered in p50 ${ms(quantile(shed, 0.5))}, p99 ${ms(quantile(shed, 0.99))} |
| without Retry-After of 1 to 3 s | ${results.filter(({ status, retryAfter }) => status === 503 && !(retryAfter >= 1 && retryAfter <= 3)).length} |
| any other outcome | ${errors.length}${errors.length > 0 ? ` (${[...new Set(errors.map(({ status }) => status))].join(', ')})` : ''} |
| unloaded, one at a time | ${alone.length} requests, before and after each time: p50 ${ms(unloadedP50)}, p99 ${ms(unloadedP99)} |
| accepted, p50 | ${ms(quantile(accepted, 0.5))} |
| accepted, p99 | ${ms(quantile(accepted, 0.99))} |
| p99 in the first 2 s | ${ms(quantile(times(onset, 200), 0.99))} |
| p99 / unloaded p99 | ${ratio.toFixed(2)} (at most ${MOST_RATIO}) |
| gateway's CPU | ${(cpuMs / elapsed / 10).toFixed(0)}% of a core |
| memory, peak | ${peakMb.toFixed(0)} MB, ${growthMb.toFixed(0)} MB over that at capacity (at most ${MOST_GROWTH_MB}) |
| event loop's delay | p99 ${ms(delays.p99)}, at most ${ms(delays.max)} |
| /readyz | ${[...new Set(readiness)].join('; ')}, each time |
| ready again after | ${ms(recoveryMs)} at worst (at most ${MOST_RECOVERY_MS}) |`);

await gateway.stop();
await upstream.stop();
const problems = [
  ratio <= MOST_RATIO ||
    `the p99 of accepted requests is over ${MOST_RATIO} times the unloaded one`,
  growthMb <= MOST_GROWTH_MB || 'memory grew',
  recoveryMs <= MOST_RECOVERY_MS || 'it was not ready again in time',
  readiness.every((statuses) => statuses === '200 -> 503 -> 200') ||
    'readiness did not flip once and recover',
  shed.length > 0 || 'nothing was shed',
  goodput >= capacity / 2 || 'less than half of the capacity was accepted',
  failed([...results, ...unloaded, ...afterwards]).length === 0 ||
    'requests failed otherwise than by 503',
  times(afterwards, 503).length === 0 || 'requests were shed after the load had ended',
].filter((problem) => problem !== true);
for (const problem of problems) console.error(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

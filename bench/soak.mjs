/**
 * `npm run bench:soak`: a steady mixed load on a gateway with Redis, and whether the gateway grows or
 * slows down under it: queries, mutations with and without keys, bad requests, clients that leave,
 * streams that come and go, webhooks of changes made past the gateway, an upstream with faults and a
 * Redis that is killed and comes back empty.
 *
 * `npm run bench:soak -- 5` lasts 5 minutes; the default is an hour. RATE (15) is the requests a
 * second. It needs redis-server. Exits with 1 past one of LIMITS.
 */
import { get } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';
import { startEmulator } from '../dist/emulator/index.js';
import { EVENT_TYPES } from '../dist/webhooks/events.js';
import { quantile } from './load.mjs';
import { start } from './processes.mjs';
import { startRedis } from './redis.mjs';

const MINUTES = Number(process.argv[2] ?? 60);
const RATE = Number(process.env.RATE ?? 15);
const REDIS_PORT = 16_398;
const STREAMS = 20;
/** One round: some seconds of load with faults, some without, then a count while nothing is sent. */
const FAULTY_MS = 8_000;
const CLEAN_MS = 20_000;
/** The first part of the run, in which caches fill and code is compiled. */
const WARM_UP = 1 / 3;
/** Redis is killed in one of so many rounds. */
const ROUNDS_OF_REDIS = 6;

const LIMITS = {
  /** What the heap may gain after the warm-up, by the fitted line. */
  heapMb: 3,
  /** How many more handles may be open at the end than after the warm-up. */
  handles: 5,
  /** The gateway's CPU a request in the last third, as a multiple of the first third's after the warm-up. */
  cpuGrowth: 1.2,
  /** The same of the p99, while the machine had CPU to spare. */
  p99Growth: 1.5,
  /** What a p99 may grow by in any case: noise of the machine. */
  p99NoiseMs: 25,
  /** The median of the event loop's delay at p99, while the machine had CPU to spare. */
  eventLoopDelayMs: 50,
};

const redis = await startRedis(REDIS_PORT);
const emulator = await startEmulator({ recordsRequests: false });
const gateway = await start(
  './gateway.mjs',
  {
    // Full within the warm-up: a cache that still fills would look like growth.
    CACHE_MAX_MB: '2',
    IDEMPOTENCY_TTL_SECONDS: '60',
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: emulator.clientId,
    KINDE_CLIENT_SECRET: emulator.clientSecret,
    KINDE_AUDIENCE: emulator.audience,
    REDIS_URL: redis.url,
  },
  ['--expose-gc', '--max-semi-space-size=64'],
);
const { url } = gateway;
emulator.webhooks.register({
  ...{ name: 'soak', description: null, event_types: [...EVENT_TYPES] },
  endpoint: `${url}/webhooks/kinde`,
});
const token = await emulator.issueToken({ expiresIn: 7 * 86_400 });
const organizations = [...emulator.state.organizations.values()]
  .filter(({ profile }) => profile.is_default !== true)
  .map(({ profile }) => profile.code);

const outcomes = {};
const count = (name) => (outcomes[name] = (outcomes[name] ?? 0) + 1);
/** The codes that a healthy gateway never answers with, and how often it did. */
const UNEXPECTED = ['INTERNAL_SERVER_ERROR'];
let unexpected = 0;
/** Milliseconds of the responses that no fault can have delayed. */
let times = [];
let isClean = false;
let agent = new Agent();

async function send(kind, body, milliseconds) {
  const signal = milliseconds === undefined ? undefined : AbortSignal.timeout(milliseconds);
  const wasClean = isClean;
  const sentAt = performance.now();
  try {
    const response = await agent.request({
      origin: url,
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal,
    });
    const text = await response.body.text();
    if (wasClean && isClean) times.push(performance.now() - sentAt);
    if (UNEXPECTED.some((code) => text.includes(`"${code}"`))) unexpected++;
    const code = /"code":"([A-Z_]+)","requestId|"code":"([A-Z_]+)"\}/.exec(text);
    count(`${kind} ${response.statusCode} ${code?.[1] ?? code?.[2] ?? ''}`.trim());
  } catch (error) {
    count(`${kind} ${signal?.aborted ? 'aborted' : (error.code ?? error.name)}`);
  }
}

const FLAG =
  'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { featureFlag { key value } userErrors { code } } }';
const flagInput = (n) => ({
  organizationCode: organizations[n % organizations.length],
  key: 'dark_mode',
  value: n % 2 === 0,
});

/**
 * Values differ without end, so that what is kept for each of them shows. Of texts there are some
 * hundreds: Apollo Server keeps parsed ones, up to 30 MB.
 */
const kinds = [
  (n) =>
    send('nested', {
      query: `query N${n % 100} { organizations(first: ${1 + (n % 10)}) { nodes { code name featureFlags { key value } users(first: 5) { nodes { email roles { key name } permissions { key } } } } } }`,
    }),
  (n) =>
    send('flat', {
      query: 'query ($code: ID!) { organization(code: $code) { name handle } }',
      variables: { code: organizations[n % organizations.length] },
    }),
  (n) =>
    send('flat', {
      query:
        'query ($first: Int, $after: String) { organizations(first: $first, after: $after) { nodes { name } } }',
      variables: { first: 1 + (n % 30), unused: `value ${n}` },
    }),
  (n) =>
    send('unknown field', { query: `{ organizations(first: 1) { nodes { nothing${n % 50} } } }` }),
  (n) =>
    send('no such organization', {
      query: 'query ($code: ID!) { organization(code: $code) { name } }',
      variables: { code: `org_none${n}` },
    }),
  () => send('bad JSON', '{ "query": '),
  (n) => send('mutation', { query: FLAG, variables: { input: flagInput(n) } }),
  (n) =>
    send('mutation with a key', {
      query: FLAG,
      variables: { input: { ...flagInput(n), idempotencyKey: `soak-${n}` } },
    }),
  (n) =>
    send(
      'client that leaves',
      {
        query: `{ organizations(first: 20) { nodes { code users(first: ${1 + (n % 20)}) { nodes { permissions { key } } } } } }`,
      },
      5 + (n % 40),
    ),
  (n) => renameAtKinde(n),
];

/** A change that the gateway learns of by a webhook, and streams show. */
async function renameAtKinde(n) {
  const code = organizations[n % organizations.length];
  const response = await agent.request({
    origin: emulator.url,
    path: `/api/v1/organization/${code}`,
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: `Soaked ${n}` }),
    // The faults are for everybody, and one of them never answers.
    signal: AbortSignal.timeout(2_000),
  });
  await response.body.dump();
  count(`change at Kinde ${response.statusCode}`);
}

/** Opens a stream. Returns what closes it. */
function openStream(n) {
  const code = organizations[n % organizations.length];
  const query = `query @live { organization(code: "${code}") { name } }`;
  const request = get(
    `${url}/graphql?${new URLSearchParams({ query })}`,
    { headers: { accept: 'text/event-stream' }, agent: false },
    (response) => {
      count(`stream ${response.statusCode}`);
      response.on('error', () => undefined);
      response.on('data', () => count('stream event'));
    },
  );
  request.on('error', () => count('stream closed'));
  return () => request.destroy();
}

const faults = [
  'reset',
  'hang',
  'reset-after-write',
  { status: 500 },
  { status: 503, body: '<html>' },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 200, body: 'null' },
  { status: 200, body: '{ "organizations": 1 }' },
];

let sent = 0;

/** The load for a time: requests that arrive at random, whether or not others have been answered. */
async function load(milliseconds, hasFaults) {
  const pending = new Set();
  const until = performance.now() + milliseconds;
  const trouble = setInterval(() => {
    if (!hasFaults) return;
    const respond = faults[Math.floor(Math.random() * faults.length)];
    emulator.fault({ respond, times: 1 + Math.floor(Math.random() * 4) });
  }, 1_000);
  while (performance.now() < until) {
    await sleep((-Math.log(1 - Math.random()) * 1_000) / RATE);
    const n = sent++;
    const request = kinds[n % kinds.length](n)
      .catch((error) => count(`failed ${error.code ?? error.name}`))
      .finally(() => pending.delete(request));
    pending.add(request);
    if (n % 10 === 0) {
      streams.shift()();
      streams.push(openStream(n));
    }
  }
  clearInterval(trouble);
  await Promise.all(pending);
}

/** One round. Returns what it saw, once nothing is in flight. */
async function run(round) {
  await load(FAULTY_MS / 2, true);
  if (round % ROUNDS_OF_REDIS === ROUNDS_OF_REDIS - 1) {
    await redis.kill();
    await load(FAULTY_MS / 2, true);
    await redis.restart();
  } else await load(FAULTY_MS / 2, true);
  // The breaker closes, and Redis is trusted again.
  await load(3_000, false);
  times = [];
  const before = await gateway.ask('usage');
  const sentBefore = sent;
  isClean = true;
  await load(CLEAN_MS, false);
  isClean = false;
  const { delayP99Ms, rssMb, cpuMs } = await gateway.ask('usage');
  const cpuMsEach = (cpuMs - before.cpuMs) / (sent - sentBefore);
  // Others' processes delay this one, which says nothing of the gateway.
  const isBusy = loadavg()[0] > cpus().length;
  // The clients go, so that what is still open is the gateway's own and the streams.
  await agent.close();
  agent = new Agent();
  await sleep(500);
  const { heapMb, externalMb, open } = await gateway.ask('left');
  const handles = Object.values(open).reduce((sum, number) => sum + number, 0);
  const at = (performance.now() - startedAt) / 60_000;
  const p99 = quantile(times, 0.99);
  console.log(
    `${at.toFixed(1)} min: ${sent} requests, heap ${heapMb.toFixed(2)} MB, external ${externalMb.toFixed(1)} MB, resident ${rssMb.toFixed(0)} MB, ${handles} handles, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, event loop p99 ${delayP99Ms.toFixed(1)} ms, CPU ${cpuMsEach.toFixed(2)} ms a request${isBusy ? ', on a busy machine' : ''}`,
  );
  return { at, heapMb, rssMb, handles, open, p99, delayP99Ms, cpuMsEach, isBusy };
}

const streams = Array.from({ length: STREAMS }, (_, n) => openStream(n));
const startedAt = performance.now();
const samples = [];
while (performance.now() - startedAt < MINUTES * 60_000) samples.push(await run(samples.length));

console.log(outcomes);
const median = (values) => quantile(values, 0.5);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const steady = samples.slice(Math.ceil(samples.length * WARM_UP));
/** What a value gains over the steady rounds, by the fitted line. */
function growth(key) {
  const [at, value] = [mean(steady.map((s) => s.at)), mean(steady.map((s) => s[key]))];
  const slope =
    steady.reduce((sum, s) => sum + (s.at - at) * (s[key] - value), 0) /
    steady.reduce((sum, s) => sum + (s.at - at) ** 2, 0);
  return slope * (steady.at(-1).at - steady[0].at);
}
const third = Math.ceil(steady.length / 3);
const [first, last] = [steady.slice(0, third), steady.slice(-third)];
const medians = (key, isCounted = () => true) =>
  [first, last].map((part) => median(part.filter(isCounted).map((s) => s[key])));
const isIdle = ({ isBusy }) => !isBusy;
const idle = samples.filter(isIdle);
const [p99Before, p99After] = medians('p99', isIdle);
const [cpuBefore, cpuAfter] = medians('cpuMsEach');
const [handlesBefore, handlesAfter] = medians('handles');
const heapMb = growth('heapMb');
const handles = handlesAfter - handlesBefore;
const delayMs = median(idle.map((s) => s.delayP99Ms));
const minutes = steady.at(-1).at - steady[0].at;
const mostP99 = Math.max(p99Before * LIMITS.p99Growth, p99Before + LIMITS.p99NoiseMs);
console.log(`
| ${MINUTES} minutes, ${RATE} requests/s, after a warm-up of ${steady[0].at.toFixed(1)} | measured | at most |
| --- | --- | --- |
| heap after garbage collection, by the fitted line | ${heapMb.toFixed(2)} MB (${((heapMb / minutes) * 60).toFixed(2)} MB an hour) | ${LIMITS.heapMb} MB |
| resident memory, by the fitted line | ${growth('rssMb').toFixed(1)} MB, at the end ${steady.at(-1).rssMb.toFixed(0)} MB | |
| more open handles | ${handles}: ${JSON.stringify(steady.at(-1).open)} | ${LIMITS.handles} |
| CPU a request, first and last third | ${cpuBefore.toFixed(2)} and ${cpuAfter.toFixed(2)} ms | ${(cpuBefore * LIMITS.cpuGrowth).toFixed(2)} ms |
| rounds while the machine had CPU to spare, which alone count below | ${idle.length} of ${samples.length} | |
| p99 without faults, first and last third | ${p99Before.toFixed(1)} and ${p99After.toFixed(1)} ms | ${mostP99.toFixed(1)} ms |
| event loop's delay, p99, median of the rounds | ${delayMs.toFixed(1)} ms | ${LIMITS.eventLoopDelayMs} ms |
| ${UNEXPECTED.join(', ')} | ${unexpected} | 0 |`);
for (const close of streams) close();
await gateway.stop();
await emulator.close();
await redis.kill();
const problems = [
  steady.length >= 3 || 'too few rounds: let it run longer',
  heapMb <= LIMITS.heapMb || 'the heap grew',
  handles <= LIMITS.handles || 'handles were left open',
  cpuAfter <= cpuBefore * LIMITS.cpuGrowth || 'requests take more CPU',
  // NaN where no round counts.
  !(p99After > mostP99) || 'responses became slower',
  !(delayMs > LIMITS.eventLoopDelayMs) || 'the event loop was blocked',
  unexpected === 0 || 'there were faults of the gateway itself',
].filter((problem) => problem !== true);
for (const problem of problems) console.error(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

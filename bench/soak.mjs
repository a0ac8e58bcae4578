/**
 * `npm run bench:soak`: a steady mixed load, and whether the gateway grows under it: nested, flat and
 * bad queries, mutations, bad JSON, clients that go away, and an upstream with faults. The heap and
 * the open handles are counted after garbage collection. Exits with 1 when, after a warm-up, the heap
 * grows by more than is noise, or handles are left.
 *
 * MINUTES (3) is how long it lasts. Every ten seconds the clients pause for a count.
 */
import { Agent } from 'undici';
import { startEmulator } from '../dist/emulator/index.js';
import { start } from './processes.mjs';

const minutes = Number(process.env.MINUTES ?? 3);
const CLIENTS = 8;
const SAMPLE_MS = 10_000;
/** What the heap may gain from the end of the warm-up to the end, by the fitted line. */
const MOST_GROWTH_MB = 3;
/** How many more handles may be open at the end than after the warm-up. */
const MOST_HANDLES = 5;

const emulator = await startEmulator({ recordsRequests: false });
const gateway = await start(
  './gateway.mjs',
  {
    // Full within the warm-up: a cache that still fills would look like growth.
    CACHE_MAX_MB: '2',
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: emulator.clientId,
    KINDE_CLIENT_SECRET: emulator.clientSecret,
    KINDE_AUDIENCE: emulator.audience,
  },
  ['--expose-gc', '--max-semi-space-size=64'],
);
const { url } = gateway;
const left = () => gateway.ask('left');

const organizations = [...emulator.state.organizations.values()].map(({ profile }) => profile.code);
const outcomes = {};
let agent = new Agent({ connections: CLIENTS });

async function send(kind, body, milliseconds) {
  const signal = milliseconds === undefined ? undefined : AbortSignal.timeout(milliseconds);
  let outcome;
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await agent.request({
      origin: url,
      path: '/graphql',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
      signal,
    });
    await answer.dump({ limit: 1 << 24 });
    outcome = String(statusCode);
    const retryAfter = Number(headers['retry-after'] ?? 0);
    if (statusCode === 503) await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000));
  } catch (error) {
    outcome = signal?.aborted ? 'aborted' : (error.code ?? error.name);
  }
  const name = `${kind} ${outcome}`;
  outcomes[name] = (outcomes[name] ?? 0) + 1;
}

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
  (n) =>
    send('mutation', {
      query:
        'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { featureFlag { key value } userErrors { code } } }',
      variables: {
        input: {
          organizationCode: organizations[n % organizations.length],
          key: 'dark_mode',
          value: n % 2 === 0,
        },
      },
    }),
  (n) =>
    send(
      'client that leaves',
      {
        query: `{ organizations(first: 20) { nodes { code users(first: ${1 + (n % 20)}) { nodes { permissions { key } } } } } }`,
      },
      5 + (n % 40),
    ),
];

const faults = ['reset', { status: 500 }, { status: 429, headers: { 'retry-after': '1' } }];

/** The load for a time; every other second the upstream fails a few calls. */
async function load(milliseconds) {
  const until = performance.now() + milliseconds;
  let round = 0;
  const trouble = setInterval(() => {
    emulator.fault({ respond: faults[round++ % faults.length], times: 3 });
  }, 2_000);
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < until) {
        const n = count++;
        await kinds[n % kinds.length](n);
      }
    }),
  );
  clearInterval(trouble);
}

let count = 0;
const samples = [];
const startedAt = performance.now();
while (performance.now() - startedAt < minutes * 60_000) {
  await load(SAMPLE_MS);
  // The clients go, so that what is still open is the gateway's own.
  await agent.close();
  agent = new Agent({ connections: CLIENTS });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { heapMb, externalMb, open } = await left();
  const at = (performance.now() - startedAt) / 60_000;
  const handles = Object.values(open).reduce((sum, number) => sum + number, 0);
  samples.push({ at, heapMb, handles });
  console.log(
    `${at.toFixed(1)} min: ${count} requests, heap ${heapMb.toFixed(2)} MB, external ${externalMb.toFixed(1)} MB, open ${JSON.stringify(open)}`,
  );
}

console.log(outcomes);
// The cache fills and code is compiled at first.
const steady = samples.slice(Math.ceil(samples.length / 3));
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const [at, heap] = [mean(steady.map((s) => s.at)), mean(steady.map((s) => s.heapMb))];
const slope =
  steady.reduce((sum, s) => sum + (s.at - at) * (s.heapMb - heap), 0) /
  steady.reduce((sum, s) => sum + (s.at - at) ** 2, 0);
const growthMb = slope * (steady.at(-1).at - steady[0].at);
const moreHandles = steady.at(-1).handles - steady[0].handles;
console.log(
  `after the warm-up: ${slope.toFixed(3)} MB a minute, ${growthMb.toFixed(2)} MB in all (at most ${MOST_GROWTH_MB}); ${moreHandles} more handles (at most ${MOST_HANDLES})`,
);
await gateway.stop();
await emulator.close();
const problems = [
  steady.length >= 3 || 'too few samples: let it run longer',
  growthMb <= MOST_GROWTH_MB || 'the heap grew',
  moreHandles <= MOST_HANDLES || 'handles were left open',
].filter((problem) => problem !== true);
for (const problem of problems) console.error(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

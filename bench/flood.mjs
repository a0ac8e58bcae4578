/**
 * `npm run bench:flood`: one caller floods two replicas that share a Redis, with CALLER_COST_PER_MINUTE,
 * and others send a steady load. Compares the others' p99 with the flood and without it, in rounds that
 * alternate, once the flood is refused. What it may use in a minute it uses in a second or two, which is
 * shown apart. Exits with 1 when the p99 is more than MOST_RATIO times as long, or when the flood isn't
 * refused.
 *
 * FLOOD (400) is the flood's requests a second, OTHERS (40) those of all others together, SECONDS (8)
 * the length of a round, ROUNDS (5) how many there are of each kind. It needs redis-server.
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { startEmulator } from '../dist/emulator/index.js';
import { quantile } from './load.mjs';
import { cpuMs, start } from './processes.mjs';
import { startRedis } from './redis.mjs';

const FLOOD = Number(process.env.FLOOD ?? 400);
const OTHERS = Number(process.env.OTHERS ?? 40);
const SECONDS = Number(process.env.SECONDS ?? 8);
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const CALLERS = 10;
const MOST_RATIO = 1.5;
/** Twice what each of the others uses, and used up by the flood within two seconds. */
const LIMIT = 20_000;
const REDIS_PORT = 16_397;

const redis = await startRedis(REDIS_PORT);
const emulator = await startEmulator({ recordsRequests: false });
const env = {
  AUTH_MODE: 'jwt',
  CALLER_COST_PER_MINUTE: String(LIMIT),
  KINDE_DOMAIN: emulator.url,
  KINDE_CLIENT_ID: emulator.clientId,
  KINDE_CLIENT_SECRET: emulator.clientSecret,
  KINDE_AUDIENCE: emulator.audience,
  REDIS_URL: redis.url,
};
const replicas = await Promise.all([0, 1].map(() => start('./gateway.mjs', env)));
const pools = replicas.map(({ url }) => new Pool(url, { connections: 100 }));
const tokenOf = (azp) => emulator.issueToken({ expiresIn: 86_400, claims: { azp, sub: azp } });
const flooder = await tokenOf('the flooder');
const others = await Promise.all(Array.from({ length: CALLERS }, (_, n) => tokenOf(`caller ${n}`)));

/** What takes a while, and differs each time, so that neither cache nor coalescing answers it. */
let sent = 0;
const bodyOf = (first) =>
  JSON.stringify({
    query: `query ($first: Int) { organizations(first: $first) { nodes { code name users(first: 5) { nodes { email roles { key name } } } } } }`,
    variables: { first, request: sent++ },
  });

async function send(token, first) {
  const sentAt = performance.now();
  const pool = pools[sent % pools.length];
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: bodyOf(first),
  });
  const text = await body.text();
  return { statusCode, text, sentAt, milliseconds: performance.now() - sentAt };
}

/** Requests that arrive at random, so many a second, whether or not others have been answered. */
async function open(perSecond, next) {
  const pending = [];
  const startedAt = performance.now();
  for (let due = 0; due < SECONDS * 1_000;) {
    due += (-Math.log(1 - Math.random()) * 1_000) / perSecond;
    const wait = startedAt + due - performance.now();
    if (wait > 1) await sleep(wait);
    pending.push(next());
  }
  return Promise.all(pending);
}

const usedMs = async () => {
  const [one, two] = await Promise.all(replicas.map(cpuMs));
  return one + two;
};

async function round(isFlooded) {
  const before = await usedMs();
  const [steady, flood] = await Promise.all([
    open(OTHERS, () => send(others[sent % CALLERS], 3 + (sent % 5))),
    isFlooded ? open(FLOOD, () => send(flooder, 3 + (sent % 5))) : [],
  ]);
  const cpu = (await usedMs()) - before;
  // What the flood has left behind isn't counted for the round without it.
  await sleep(500);
  return { steady, flood, cpu };
}

console.log(`node ${process.version}, ${cpus().length} x ${cpus()[0].model}`);
await round(false);
await round(true);
const quiet = [];
const flooded = [];
for (let n = 0; n < ROUNDS; n++) {
  quiet.push(await round(false));
  flooded.push(await round(true));
}
await Promise.all(pools.map((pool) => pool.destroy()));
await Promise.all(replicas.map((replica) => replica.stop()));
await emulator.close();
await redis.kill();

/** The seconds in which some of the flood was served, and the next, in which that is still worked on. */
const served = new Set(
  flooded
    .flatMap(({ flood }) => flood)
    .filter(({ statusCode }) => statusCode === 200)
    .flatMap(({ sentAt }) => [Math.floor(sentAt / 1_000), Math.floor(sentAt / 1_000) + 1]),
);
const isServed = ({ sentAt }) => served.has(Math.floor(sentAt / 1_000));

const all = (rounds, key) => rounds.flatMap((one) => one[key]);
const timesOf = (responses) => responses.map(({ milliseconds }) => milliseconds);
const quietTimes = timesOf(all(quiet, 'steady'));
const steady = all(flooded, 'steady');
const floodedTimes = timesOf(steady.filter((response) => !isServed(response)));
const burstTimes = timesOf(steady.filter(isServed));
const sum = (rounds) => rounds.reduce((total, { cpu }) => total + cpu, 0);
const refused = all(flooded, 'flood').filter(({ statusCode }) => statusCode === 429);
const shed = all(flooded, 'flood').filter(({ statusCode }) => statusCode === 503);
const coded = refused.filter(({ text }) => text.includes('"RATE_LIMITED"'));
const failed = [...all(quiet, 'steady'), ...all(flooded, 'steady')].filter(
  ({ statusCode, text }) => statusCode !== 200 || text.includes('"errors"'),
);
const [p99Quiet, p99Flooded] = [quietTimes, floodedTimes].map((one) => quantile(one, 0.99));
const ratio = p99Flooded / p99Quiet;
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(`
| ${ROUNDS} rounds of ${SECONDS} s each, ${OTHERS}/s of ${CALLERS} callers | without the flood | with ${FLOOD}/s of one caller, refused | while it is served |
| --- | --- | --- | --- |
| others, requests | ${quietTimes.length} | ${floodedTimes.length} | ${burstTimes.length} |
| others, p50 | ${ms(quantile(quietTimes, 0.5))} | ${ms(quantile(floodedTimes, 0.5))} | ${ms(quantile(burstTimes, 0.5))} |
| others, p99 | ${ms(p99Quiet)} | ${ms(p99Flooded)} | ${ms(quantile(burstTimes, 0.99))} |
| flood: refused with 429 | | ${refused.length} of ${all(flooded, 'flood').length}, in p50 ${ms(quantile(timesOf(refused), 0.5))}; ${shed.length} shed with 503 | |
| CPU of both replicas | ${(sum(quiet) / ROUNDS / SECONDS / 10).toFixed(0)}% of a core | ${(sum(flooded) / ROUNDS / SECONDS / 10).toFixed(0)}% of a core with both | |

p99 with the flood / without: ${ratio.toFixed(2)} (at most ${MOST_RATIO})`);
const problems = [
  ratio <= MOST_RATIO || 'others were slowed down',
  refused.length + shed.length > 0.8 * all(flooded, 'flood').length || 'the flood was not refused',
  coded.length === refused.length || 'a refusal has no RATE_LIMITED',
  failed.length === 0 ||
    `${failed.length} requests of others failed: ${failed[0].statusCode} ${failed[0].text.slice(0, 300)}`,
].filter((problem) => problem !== true);
for (const problem of problems) console.error(`FAILED: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);

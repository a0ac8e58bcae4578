/**
 * `npm run bench:live`: two replicas that share a Redis, many open streams, and changes made past them
 * through the emulator, which tells one replica by a webhook. Measures the time from a write to the new
 * result at each client that it concerns, the memory of a stream, the CPU of idle streams, and the
 * upstream calls of a change.
 *
 * STREAMS (2000) are of 10 organizations, so that a change concerns a tenth of them; once with the same
 * query for all streams of an organization, and once with a query of its own for each stream. CHANGES
 * (30) is how many are made. It needs redis-server.
 */
import { Agent, get } from 'node:http';
import { startEmulator } from '../dist/emulator/index.js';
import { EVENT_TYPES } from '../dist/webhooks/events.js';
import { start } from './processes.mjs';
import { startRedis } from './redis.mjs';

const STREAMS = Number(process.env.STREAMS ?? 2_000);
const CHANGES = Number(process.env.CHANGES ?? 30);
const ORGANIZATIONS = 10;
const REDIS_PORT = 16_399;
/** How long idle streams are watched. */
const IDLE_MS = 5_000;

const redis = await startRedis(REDIS_PORT);
const emulator = await startEmulator({ organizations: ORGANIZATIONS + 1 });
const env = {
  KINDE_DOMAIN: emulator.url,
  KINDE_CLIENT_ID: emulator.clientId,
  KINDE_CLIENT_SECRET: emulator.clientSecret,
  KINDE_AUDIENCE: emulator.audience,
  REDIS_URL: redis.url,
  MAX_STREAMS: String(STREAMS),
  CACHE_TTL_SECONDS: '600',
};
const token = await emulator.issueToken();
const codes = [...emulator.state.organizations.values()]
  .filter(({ profile }) => profile.is_default !== true)
  .map(({ profile }) => profile.code)
  .slice(0, ORGANIZATIONS);
// Each stream is a connection of its own, as a browser's is.
const agent = new Agent({ keepAlive: false, maxSockets: Infinity });

/** Opens a stream; `onName` hears of each name that it shows. Resolves at the first one. */
function openStream(origin, code, alias, onName) {
  const query = `query @live { organization(code: "${code}") { ${alias}: name } }`;
  return new Promise((resolve, reject) => {
    const url = `${origin}/graphql?${new URLSearchParams({ query })}`;
    const request = get(url, { agent, headers: { accept: 'text/event-stream' } }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`HTTP ${response.statusCode}`));
      let text = '';
      response.setEncoding('utf8');
      response.on('error', () => undefined);
      response.on('data', (chunk) => {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const event = text.slice(0, end);
          text = text.slice(end + 2);
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data === undefined) continue;
          onName(JSON.parse(data).data.organization[alias]);
          resolve(() => request.destroy());
        }
      });
    });
    request.on('error', reject);
  });
}

const percentile = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
const total = (usages, key) => usages.reduce((sum, usage) => sum + usage[key], 0);

async function measure(title, aliasOf) {
  const replicas = await Promise.all(
    [0, 1].map(() => start('./gateway.mjs', env, ['--expose-gc'])),
  );
  emulator.webhooks.registered.clear();
  emulator.webhooks.register({
    ...{ name: 'bench', description: null, event_types: [...EVENT_TYPES] },
    endpoint: `${replicas[0].url}/webhooks/kinde`,
  });
  const usage = () => Promise.all(replicas.map((replica) => replica.ask('usage')));
  const heapMb = async () => {
    const left = await Promise.all(replicas.map((replica) => replica.ask('left')));
    return total(left, 'heapMb') + total(left, 'externalMb');
  };
  // Warm, so that code and caches don't count as streams.
  const warm = await Promise.all(
    replicas.flatMap(({ url }) =>
      codes.map((code) => openStream(url, code, 'warm', () => undefined)),
    ),
  );
  for (const close of warm) close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  const before = await heapMb();

  const seen = new Map();
  const closers = [];
  for (let from = 0; from < STREAMS; from += 50) {
    const opening = Array.from({ length: Math.min(50, STREAMS - from) }, (_, n) => {
      const index = from + n;
      // Each organization has streams on both replicas.
      const code = codes[Math.floor(index / 2) % ORGANIZATIONS];
      const onName = (name) => seen.get(name)?.push(performance.now());
      return openStream(replicas[index % 2].url, code, aliasOf(index), onName);
    });
    closers.push(...(await Promise.all(opening)));
  }
  const perStreamKb = (((await heapMb()) - before) * 1024) / STREAMS;
  const idleFrom = await usage();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleCpu = (total(await usage(), 'cpuMs') - total(idleFrom, 'cpuMs')) / IDLE_MS;

  const latencies = [];
  let missing = 0;
  emulator.clearRequests();
  for (let n = 0; n < CHANGES; n++) {
    const name = `Change ${title} ${n}`;
    const code = codes[n % ORGANIZATIONS];
    const concerned = STREAMS / ORGANIZATIONS;
    const times = [];
    seen.set(name, times);
    const startedAt = performance.now();
    const response = await fetch(`${emulator.url}/api/v1/organization/${code}`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name }),
    });
    await response.arrayBuffer();
    for (let waited = 0; times.length < concerned && waited < 5_000; waited += 20) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    missing += concerned - times.length;
    latencies.push(...times.map((time) => time - startedAt));
  }
  const reads = emulator.calls().filter((call) => call.startsWith('GET')).length;
  latencies.sort((a, b) => a - b);
  console.log(
    [
      `${title}: ${STREAMS} streams, ${CHANGES} changes, each of ${STREAMS / ORGANIZATIONS} streams`,
      `  write to result: p50 ${percentile(latencies, 0.5).toFixed(0)} ms, p99 ${percentile(latencies, 0.99).toFixed(0)} ms, ${missing} results missing`,
      `  upstream reads a change: ${(reads / CHANGES).toFixed(1)}`,
      `  heap a stream: ${perStreamKb.toFixed(1)} kB; CPU of idle streams: ${(idleCpu * 100).toFixed(1)}% of a core`,
    ].join('\n'),
  );
  for (const close of closers) close();
  await Promise.all(replicas.map((replica) => replica.stop()));
  return missing;
}

try {
  const missing =
    (await measure('one query an organization', () => 'name')) +
    (await measure('a query a stream', (index) => `name${index}`));
  process.exitCode = missing > 0 ? 1 : 0;
} finally {
  await emulator.close();
  await redis.kill();
}

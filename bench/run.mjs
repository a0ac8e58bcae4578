/**
 * `npm run bench`: this gateway beside a hand-written one and beside the limit, in one run, in turns.
 * Prints a table; the ratios are what to quote, since machines differ and are noisy.
 *
 * SECONDS (2) is how long each measurement takes, ROUNDS (2) how often each is repeated.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { Pool } from 'undici';

const seconds = Number(process.env.SECONDS ?? 2);
const rounds = Number(process.env.ROUNDS ?? 2);
const NESTED =
  '{ organizations(first: 10) { nodes { code name featureFlags { key type value } users(first: 10) { nodes { email roles { key name } permissions { key name } } pageInfo { hasNextPage endCursor } } } } }';
const queries = {
  nested: NESTED,
  'without permissions': NESTED.replace(' permissions { key name }', ''),
  flat: '{ organizations(first: 10) { nodes { code name } } }',
};

async function start(file, env) {
  const child = fork(new URL(file, import.meta.url), {
    env: { ...process.env, ...env },
    // As `npm start` has it; the others get it too.
    execArgv: ['--max-semi-space-size=64'],
  });
  const [{ url }] = await once(child, 'message');
  const ask = async () => {
    child.send('usage');
    return (await once(child, 'message'))[0];
  };
  return { url, ask, stop: () => child.kill() };
}

async function post(pool, path, query) {
  const response = await pool.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.body.text();
}

const quantile = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];

/** A closed loop of `concurrency` clients for the time of a measurement. */
async function measure(server, upstream, query, concurrency) {
  const pool = new Pool(server.url, { connections: concurrency });
  const path = '/graphql';
  await post(pool, path, query);
  const before = await server.ask();
  const callsBefore = Number(await (await fetch(`${upstream.url}/calls`)).text());
  const times = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      do {
        const sentAt = performance.now();
        await post(pool, path, query);
        times.push(performance.now() - sentAt);
      } while (performance.now() < until);
    }),
  );
  const elapsed = (performance.now() - startedAt) / 1000;
  const after = await server.ask();
  const calls = Number(await (await fetch(`${upstream.url}/calls`)).text()) - callsBefore;
  await pool.close();
  times.sort((a, b) => a - b);
  return {
    perSecond: times.length / elapsed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    cpuMs: (after.cpuMs - before.cpuMs) / times.length,
    calls: calls / times.length,
    peakMb: after.peakMb,
  };
}

const median = (values) =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

console.log(
  `node ${process.version}, ${cpus().length} x ${cpus()[0].model}, ${seconds} s x ${rounds} rounds`,
);
for (const latency of [0, 20]) {
  const upstream = await start('./upstream.mjs', { LATENCY_MS: String(latency) });
  const gateway = await start('./servers.mjs', { SERVER: 'gateway', UPSTREAM: upstream.url });
  const handwritten = await start('./servers.mjs', {
    SERVER: 'handwritten',
    UPSTREAM: upstream.url,
  });
  for (const [name, query] of Object.entries(queries)) {
    const pool = new Pool(gateway.url);
    const answer = await post(pool, '/graphql', query);
    await pool.close();
    if (JSON.parse(answer).errors !== undefined) throw new Error(answer.slice(0, 500));
    const bare = await start('./servers.mjs', {
      SERVER: 'bare',
      ANSWER: Buffer.from(answer).toString('base64'),
    });
    const servers = { 'this gateway': gateway, 'hand-written': handwritten, 'node:http': bare };
    for (const concurrency of [1, 16, 64]) {
      const results = Object.fromEntries(Object.keys(servers).map((server) => [server, []]));
      for (let round = 0; round < rounds; round++) {
        for (const [server, running] of Object.entries(servers)) {
          results[server].push(await measure(running, upstream, query, concurrency));
        }
      }
      console.log(
        `\n${name}, ${answer.length} bytes, upstream ${latency} ms, concurrency ${concurrency}`,
      );
      console.log(
        '| server | queries/s | p50 ms | p99 ms | CPU ms a query | upstream calls | peak MB |',
      );
      console.log('| --- | --- | --- | --- | --- | --- | --- |');
      const of = (server, figure) => median(results[server].map((result) => result[figure]));
      for (const server of Object.keys(servers)) {
        const cells = ['perSecond', 'p50', 'p99', 'cpuMs', 'calls', 'peakMb'].map((figure) =>
          of(server, figure).toFixed(figure === 'cpuMs' ? 2 : figure === 'calls' ? 0 : 1),
        );
        console.log(`| ${server} | ${cells.join(' | ')} |`);
      }
      const ratio = (figure, other) => (of('this gateway', figure) / of(other, figure)).toFixed(2);
      console.log(
        `this gateway / hand-written: ${ratio('perSecond', 'hand-written')} x the queries, ${ratio('cpuMs', 'hand-written')} x the CPU, ${ratio('calls', 'hand-written')} x the calls; / node:http: ${ratio('perSecond', 'node:http')} x the queries`,
      );
    }
    bare.stop();
  }
  for (const server of [gateway, handwritten, upstream]) server.stop();
}

/**
 * `npm run bench`: this gateway, its rivals and the limit, in one run, in turns. `--help` tells the
 * options. Quote the ratios: machines differ and are noisy.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    servers: { type: 'string', default: '' },
    concurrency: { type: 'string', default: '1,16,64' },
    latency: { type: 'string', default: '0,20' },
    seconds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '1' },
    hive: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    functions: { type: 'string', default: '0' },
    'no-checks': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(`npm run bench -- [options]
  --only=nested,flat       kinds of queries, by the beginning of their names
  --servers=cold,tailcall  cold, warm, mixed, handwritten, mercurius, tailcall, merging, hive, bare
  --concurrency=1,16,64    clients
  --latency=0,20           milliseconds that the upstream takes
  --seconds=1 --rounds=1   how long and how often each is measured; the median counts
  --hive                   Hive Gateway as well, whose packages are large and installed for it
  --no-checks              the measurements alone
  --profile                where time and memory go, by layer; of cold and mercurius, or of the
                           --servers that run on Node
  --functions=20           with it, the functions that take most
  --write                  bench/RESULTS.md from this run
TAILCALL_GLIBC names a folder with the C library that Tailcall's binary wants, where the system's is older.`);
  process.exit();
}
if (process.platform !== 'linux') throw new Error('CPU and memory are read from Linux’s /proc.');

function install(folder, what) {
  if (existsSync(here(`${folder}/node_modules`))) return;
  console.error(`Installing ${what} into bench/${folder}`);
  execFileSync('npm', ['ci', '--prefix', here(folder), '--no-audit', '--no-fund', '--silent'], {
    stdio: 'inherit',
  });
}
install('.', 'the rivals');
if (options.hive) install('hive', 'Hive Gateway');

// These import what has just been installed.
const { check } = await import('./checks.mjs');
const { connect, quantile, run } = await import('./load.mjs');
const { cpuMs, resetPeak, residentMb, start } = await import('./processes.mjs');
const queries = await import('./queries.mjs');
const { servers } = await import('./rivals.mjs');
const { summary } = await import('./targets.mjs');

const list = (text) => text.split(',').filter((part) => part !== '');
const numbers = (text) => list(text).map(Number);
const wanted = list(options.servers);
const unknown = wanted.filter((name) => !(name in servers));
if (unknown.length > 0) throw new Error(`No such server: ${unknown.join(', ')}`);
const chosen = Object.entries(servers).filter(([name, { isOptional }]) =>
  wanted.length > 0 ? wanted.includes(name) : !isOptional || options.hive,
);
const kinds = queries.kinds.filter(
  ({ name }) => options.only === '' || list(options.only).some((start) => name.startsWith(start)),
);
const concurrencies = numbers(options.concurrency);
const latencies = numbers(options.latency);
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
// Before a kind of query is measured first, so that its code is compiled.
const WARM_UP_SECONDS = 1;

const report = [];
const say = (line = '') => {
  report.push(line);
  console.log(line);
};
const table = (head, rows) => {
  say();
  say(`| ${head.join(' | ')} |`);
  say(`| ${head.map(() => '---').join(' | ')} |`);
  for (const row of rows) say(`| ${row.join(' | ')} |`);
  say();
};

if (options.profile) {
  const { profileAll } = await import('./profile.mjs');
  await profileAll({ names: wanted, kinds, options, say, table });
  process.exit();
}

const cells = latencies.length * kinds.length * concurrencies.length;
const estimate =
  chosen.length *
  (cells * rounds * (seconds + 0.2) + latencies.length * kinds.length * WARM_UP_SECONDS);
// Slow servers need longer than a measurement for one answer to each of 64 clients.
console.error(
  `About ${Math.ceil((estimate * 1.4) / 60) + (options['no-checks'] ? 0 : 1)} minutes: ${cells} tables, ${chosen.length} servers`,
);

const callsOf = async ({ url }) => Number(await (await fetch(`${url}/calls`)).text());
const skipped = new Map();

/** Starts all that take part in front of an upstream; says loudly who cannot. */
async function startAll(upstream) {
  const running = {};
  for (const [name, { title, file, env }] of chosen) {
    if (skipped.has(name)) continue;
    try {
      running[name] = await start(file, { ...env, UPSTREAM: upstream.url });
    } catch (error) {
      // A comparison without the product is none.
      if (servers[name].isOurs) throw error;
      // Where it is on this machine is nobody's concern in a report.
      const reason = error.message.replaceAll(here('.'), '');
      skipped.set(name, reason);
      console.error(`\n!!! ${title} DOES NOT TAKE PART: ${reason}\n`);
    }
  }
  return running;
}

let gatewayCursors;
/** What a server is asked for one kind of query: a function that gives the next request as text. */
function requestsOf(name, { query, variables }) {
  const { isOurs, isGenerated, writeEvery } = servers[name];
  const document = isGenerated ? queries.ofGeneratedGraph(query) : query;
  const texts = variables(isOurs ? gatewayCursors : queries.pageTokens).map((each) =>
    JSON.stringify({ query: document, variables: each }),
  );
  let count = 0;
  const next = () => {
    count++;
    if (writeEvery !== undefined && count % writeEvery === 0) {
      return JSON.stringify(queries.write(texts.length === 1 ? count % 10 : draw(1_000)));
    }
    return texts[texts.length === 1 ? 0 : draw(texts.length)];
  };
  return { texts, next };
}
const draw = (count) => Math.floor(Math.random() * count);

/** Fails unless every server returns the same data. Returns the size of the gateway's response in bytes. */
async function compare(running, kind) {
  const expected = {};
  let answer;
  for (const [name, server] of Object.entries(running)) {
    if (servers[name].isBare) continue;
    const client = connect(server.url, 1);
    const { texts } = requestsOf(name, kind);
    for (const place of new Set([0, Math.floor(texts.length / 2)])) {
      const bytes = await client.ask(texts[place]);
      const form = queries.normalized(bytes.toString());
      expected[place] ??= form;
      if (place === 0 && (answer === undefined || servers[name].isOurs)) answer = bytes;
      if (form !== expected[place]) {
        const from = Math.max(
          0,
          [...form].findIndex((letter, at) => letter !== expected[place][at]) - 50,
        );
        const [given, other] = [form, expected[place]].map((text) => text.slice(from, from + 200));
        throw new Error(`${name} answers "${kind.name}" otherwise:\n${given}\n${other}`);
      }
    }
    await client.close();
  }
  return answer;
}

async function measure(name, server, upstream, kind, concurrency) {
  const client = connect(server.url, concurrency);
  const { texts, next } = requestsOf(name, kind);
  const WARMING = 8;
  const warming = connect(server.url, WARMING);
  if (servers[name].isWarm) {
    // All of the variables, before each measurement: what is cached lives for half a minute.
    const left = [...texts];
    await Promise.all(
      Array.from({ length: WARMING }, async () => {
        while (left.length > 0) await warming.ask(left.pop());
      }),
    );
  }
  if (!server.warmed.has(kind.name)) {
    server.warmed.add(kind.name);
    await run(warming, next, WARMING, WARM_UP_SECONDS);
  }
  await warming.close();
  await resetPeak(server);
  const [cpuBefore, callsBefore] = [await cpuMs(server), await callsOf(upstream)];
  const seen = await run(client, next, concurrency, seconds);
  const [cpuAfter, callsAfter] = [await cpuMs(server), await callsOf(upstream)];
  await client.close();
  if (seen.failed > 0) console.error(`${name}: ${seen.failed} failed: ${seen.failure}`);
  return {
    ...seen,
    cpuMs: (cpuAfter - cpuBefore) / seen.count,
    calls: (callsAfter - callsBefore) / seen.count,
    peakMb: await residentMb(server),
  };
}

const FIGURES = {
  'queries/s': ({ perSecond }) => perSecond.toFixed(perSecond < 100 ? 1 : 0),
  'p50 ms': ({ p50 }) => p50.toFixed(1),
  'p99 ms': ({ p99 }) => p99.toFixed(1),
  'CPU ms a query': ({ cpuMs }) => cpuMs.toFixed(cpuMs < 10 ? 2 : 0),
  'upstream calls a query': ({ calls }) => calls.toFixed(calls === 0 || calls >= 100 ? 0 : 1),
  'peak MB': ({ peakMb }) => peakMb.toFixed(0),
  failed: ({ failed }) => String(failed),
};

const medianOf = (results) =>
  Object.fromEntries(
    Object.keys(results[0]).map((key) => [
      key,
      quantile(
        results.map((result) => result[key]),
        0.5,
      ),
    ]),
  );

/** How ours compare with each of the others, as paragraphs. */
function sayRatios(figures) {
  const times = (ours, theirs) => {
    const ratio = ours / theirs;
    return ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(2);
  };
  for (const [name, { title, isOurs }] of chosen) {
    if (!isOurs || figures[name] === undefined) continue;
    const ratios = chosen
      .filter(([other, { isOurs }]) => !isOurs && figures[other] !== undefined)
      .map(([other, { title }]) => {
        const [ours, theirs] = [figures[name], figures[other]];
        return `${times(ours.perSecond, theirs.perSecond)} x the queries and ${times(ours.cpuMs, theirs.cpuMs)} x the CPU of ${title}`;
      });
    if (ratios.length > 0) say(`${title}: ${ratios.join('; ')}.\n`);
  }
}

const git = (...words) =>
  execFileSync('git', words, { cwd: here('.'), encoding: 'utf8', stdio: 'pipe' }).trim();
const versionOf = (name) => {
  for (const folder of ['hive/node_modules', 'node_modules']) {
    const file = here(`${folder}/${name}/package.json`);
    if (existsSync(file)) return `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}`;
  }
  return `${name} not installed`;
};

say('# The last run of `npm run bench`');
say();
const commit = existsSync(here('../.git')) ? `, commit ${git('rev-parse', '--short', 'HEAD')}` : '';
say(
  `Node ${process.version}, ${cpus().length} x ${cpus()[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, ${new Date().toISOString().slice(0, 10)}${commit}; ${seconds} s, ${rounds} round${rounds === 1 ? '' : 's'}. ${[
    '@apollo/server',
    'got',
    'dataloader',
    'mercurius',
    'undici',
    '@tailcallhq/core-linux-x64-gnu',
    'graphql',
    ...(options.hive ? ['@graphql-hive/gateway'] : []),
  ]
    .map(versionOf)
    .join(', ')}.`,
);
say();
say(
  'Quote the ratios: clients, servers and upstream share the cores, and machines are noisy. Every server gave the same answers before it was measured. CPU is that of the server alone, all its threads. Memory is the peak during the measurement in a process that has already answered the measurements above it at the same upstream latency, so heaps grown there count. “Distinct” draws the variables from a thousand; a warm cache has seen all of them.',
);
say();
say(
  'Tailcall and Hive Gateway cannot pass the organization’s code down to a member’s roles by configuration, nor make a list of an object or say whether a page follows: the bench’s upstream puts these into their answers. Tailcall checks no query against its schema by default. “Merging” is `dedupe: true`: identical queries in flight are executed once.',
);

const results = [];
for (const latency of latencies) {
  const upstream = await start('./upstream.mjs', { LATENCY_MS: String(latency) });
  const running = await startAll(upstream);
  for (const server of Object.values(running)) server.warmed = new Set();
  const ours = Object.entries(running).find(([name]) => servers[name].isOurs);
  if (gatewayCursors === undefined && ours !== undefined) {
    const client = connect(ours[1].url, 1);
    gatewayCursors = await queries.walkCursors(client.ask);
    await client.close();
  }
  for (const kind of kinds) {
    const answer = await compare(running, kind);
    await running.bare?.ask({ answer: answer.toString('base64') });
    for (const concurrency of concurrencies) {
      const seen = {};
      for (let round = 0; round < rounds; round++) {
        for (const [name, server] of Object.entries(running)) {
          (seen[name] ??= []).push(await measure(name, server, upstream, kind, concurrency));
        }
      }
      const figures = Object.fromEntries(
        Object.entries(seen).map(([name, measured]) => [name, medianOf(measured)]),
      );
      results.push({ kind: kind.name, latency, concurrency, figures });
      say(
        `\n## ${kind.name}, ${answer.length} bytes, upstream ${latency} ms, concurrency ${concurrency}`,
      );
      table(
        ['server', ...Object.keys(FIGURES)],
        Object.entries(figures).map(([name, figure]) => [
          servers[name].title,
          ...Object.values(FIGURES).map((format) => format(figure)),
        ]),
      );
      sayRatios(figures);
    }
  }
  for (const server of Object.values(running)) await server.stop();
  await upstream.stop();
}

for (const [name, reason] of skipped) say(`${servers[name].title} did not take part: ${reason}\n`);
const checks = options['no-checks'] ? [] : await check();
say('\n## The targets');
table(['target', 'measured', 'reached'], summary(results, checks));

if (options.write) {
  writeFileSync(
    here('RESULTS.md'),
    `${report
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`,
  );
  execFileSync('npx', ['prettier', '--log-level', 'warn', '--write', here('RESULTS.md')], {
    cwd: here('..'),
    stdio: 'inherit',
  });
}

/**
 * `npm run bench -- --profile`: where a query's time and memory go, by layer: the kernel, Node, each
 * library, each room of src/. Self time and allocated bytes a query, the servers side by side.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, run } from './load.mjs';
import { cpuMs, NODE_FLAGS, start } from './processes.mjs';
import { servers } from './rivals.mjs';

const WRITES = new Set(['writev', 'writeUtf8String', 'writeLatin1String', 'writeBuffer']);
const OUTSIDE_JS = 'kernel reads, HTTP parser, libuv';
const SPECIAL = new Map([
  ['(garbage collector)', 'garbage collection'],
  ['(program)', OUTSIDE_JS],
  ['runMicrotasks', 'microtasks'],
]);
const WAIT_FOR_FILE_MS = 20_000;
// Until V8 has compiled what is hot, code takes half as long again.
const WARM_UP_SECONDS = 6;
const MIN_SECONDS = 3;

const packageIn = /node_modules\/((?:@[^/]+\/)?[^/]+)\//g;

/** Names the layer of a frame; one without a place of its own counts with its caller. */
function layerOf({ functionName, url }, caller) {
  if (SPECIAL.has(functionName)) return SPECIAL.get(functionName);
  if (url === '' && WRITES.has(functionName)) return 'kernel writes';
  if (url.startsWith('node:')) return 'node';
  const name = [...url.matchAll(packageIn)].at(-1)?.[1];
  if (name !== undefined) return name;
  const room = /\/dist\/(.*)\//.exec(url)?.[1];
  if (room !== undefined) return `src/${room}`;
  if (/\/dist\/|\/bench\//.test(url)) return 'src';
  return caller ?? OUTSIDE_JS;
}

const isProfiler = ({ functionName, url }) =>
  (functionName === 'dispatch' && url === '') || url.includes('inspector');

/** Adds what each function of a CPU profile took itself, in microseconds. */
function eachCpu({ nodes, samples, timeDeltas }, add) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selfUs = new Map();
  samples.forEach((id, at) => selfUs.set(id, (selfUs.get(id) ?? 0) + timeDeltas[at]));
  const walk = (node, caller) => {
    const { callFrame, children = [] } = node;
    // The second is the profiler itself.
    if (callFrame.functionName === '(idle)' || isProfiler(callFrame)) return;
    const layer = callFrame.functionName === '(root)' ? undefined : layerOf(callFrame, caller);
    const us = selfUs.get(node.id);
    if (us !== undefined && layer !== undefined) add(layer, callFrame, us);
    for (const child of children) walk(byId.get(child), layer);
  };
  walk(nodes[0], undefined);
}

/** Adds what each function of a heap profile allocated itself, in bytes. */
function eachAllocation({ head }, add) {
  const walk = ({ callFrame, selfSize, children }, caller) => {
    const layer = layerOf(callFrame, caller);
    if (selfSize > 0) add(layer, callFrame, selfSize);
    for (const child of children) walk(child, layer);
  };
  walk(head, undefined);
}

const readers = { cpu: eachCpu, heap: eachAllocation };

async function waitForFile(file) {
  const until = performance.now() + WAIT_FOR_FILE_MS;
  while (!existsSync(file)) {
    if (performance.now() > until) throw new Error(`No profile after ${WAIT_FOR_FILE_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * Measures one server under one kind of query, by its CPU time or by what it allocates. Returns the
 * queries a second, the CPU of the process in milliseconds a query, and what each layer and each
 * function took, in microseconds or bytes a query.
 */
async function profileOne(server, { profile, texts, concurrency, seconds, upstream }) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-profile-'));
  const file = join(folder, 'profile.json');
  const profiler = new URL('profiler.mjs', import.meta.url).href;
  const running = await start(
    server.file,
    { ...server.env, UPSTREAM: upstream.url, PROFILE: profile, PROFILE_FILE: file },
    [...NODE_FLAGS, '--import', profiler],
  );
  const client = connect(running.url, concurrency);
  const next = () => texts[Math.floor(Math.random() * texts.length)];
  try {
    await run(client, next, concurrency, WARM_UP_SECONDS);
    process.kill(running.pid, 'SIGUSR2');
    const cpuBefore = await cpuMs(running);
    const { count, perSecond, failed, failure } = await run(client, next, concurrency, seconds);
    if (failed > 0) console.error(`${server.title}: ${failed} failed: ${failure}`);
    const cpu = ((await cpuMs(running)) - cpuBefore) / count;
    process.kill(running.pid, 'SIGUSR2');
    const layers = new Map();
    const functions = new Map();
    const add = (map, key, amount) => map.set(key, (map.get(key) ?? 0) + amount / count);
    readers[profile](await waitForFile(file), (layer, frame, amount) => {
      const { functionName, url, lineNumber } = frame;
      add(layers, layer, amount);
      const file = url.split('/').slice(-2).join('/');
      add(functions, `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`, amount);
    });
    return { perSecond, cpu, layers, functions };
  } finally {
    await client.close();
    await running.stop();
    rmSync(folder, { recursive: true });
  }
}

const SMALLEST_US = 1;
const sumOf = (map) => [...map.values()].reduce((sum, value) => sum + value, 0);
const round = (value) => value.toFixed(value < 100 ? 1 : 0);

/** The rows of one kind's table: a layer with each server's microseconds and kilobytes a query. */
function rowsOf(measured) {
  const cells = (layer) =>
    measured.flatMap(({ cpu, heap }) => [
      round(cpu.layers.get(layer) ?? 0),
      round((heap.layers.get(layer) ?? 0) / 1_024),
    ]);
  const layers = new Set(measured.flatMap(({ cpu }) => [...cpu.layers.keys()]));
  const most = (layer) => Math.max(...measured.map(({ cpu }) => cpu.layers.get(layer) ?? 0));
  const [first] = measured;
  const byFirst = (a, b) =>
    (first.cpu.layers.get(b) ?? 0) - (first.cpu.layers.get(a) ?? 0) || most(b) - most(a);
  return [
    [
      '**all**',
      ...measured.flatMap(({ cpu, heap }) => [
        round(sumOf(cpu.layers)),
        round(sumOf(heap.layers) / 1_024),
      ]),
    ],
    ...[...layers]
      .filter((layer) => most(layer) >= SMALLEST_US)
      .sort(byFirst)
      .map((layer) => [layer, ...cells(layer)]),
  ];
}

/**
 * Profiles servers under each kind of query, by the options of the bench. `say` and `table` print.
 */
export async function profileAll({ names, kinds, options, say, table }) {
  const profiled = names.length > 0 ? names : ['cold', 'mercurius'];
  const chosen = Object.entries(servers).filter(([name]) => profiled.includes(name));
  const concurrency = options.concurrency.includes(',') ? 16 : Number(options.concurrency);
  const seconds = Math.max(MIN_SECONDS, Number(options.seconds));
  const upstream = await start('./upstream.mjs', { LATENCY_MS: '0' });
  for (const { name, query, variables } of kinds) {
    // Cursors are each server's own.
    if (name.startsWith('paged')) continue;
    const texts = variables([]).map((each) => JSON.stringify({ query, variables: each }));
    const load = { texts, concurrency, seconds, upstream };
    const measured = [];
    for (const [, server] of chosen) {
      const cpu = await profileOne(server, { ...load, profile: 'cpu' });
      const heap = await profileOne(server, { ...load, profile: 'heap' });
      measured.push({ title: server.title, cpu, heap });
    }
    say(`\n## ${name}, concurrency ${concurrency}: self time and allocations of a query`);
    for (const { title, cpu } of measured) {
      const [perSecond, ms] = [cpu.perSecond.toFixed(0), cpu.cpu.toFixed(2)];
      say(`${title}: ${perSecond} queries/s, ${ms} ms of CPU a query`);
    }
    const head = measured.flatMap(({ title }) => [`${title}: µs`, 'kB']);
    table(['layer', ...head], rowsOf(measured));
    const most = Number(options.functions);
    for (const { title, cpu } of most === 0 ? [] : measured) {
      const sorted = [...cpu.functions].sort(([, a], [, b]) => b - a).slice(0, most);
      table(
        [title, 'µs'],
        sorted.map(([place, us]) => [place, round(us)]),
      );
    }
  }
  await upstream.stop();
}

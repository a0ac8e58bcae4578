/** What is counted rather than timed: the calls of a query, of a thousand at once, and how cost grows. */
import { connect } from './load.mjs';
import { cpuMs, resetPeak, residentMb, start } from './processes.mjs';
import { NESTED } from './queries.mjs';
import { servers } from './rivals.mjs';

const NO_PERMISSIONS = NESTED.replace(' permissions { key name }', '');
const ROLE_KEYS = NO_PERMISSIONS.replace('roles { key name }', 'roles { key }');
const sized = (query, organizations, users) =>
  query
    .replace('organizations(first: 10)', `organizations(first: ${organizations})`)
    .replace('users(first: 10)', `users(first: ${users})`);

const BOUND_MB = 768;
const QUERY_MB = 10;
const UNLIMITED = {
  UPSTREAM_CALLS_PER_OPERATION: '1000000',
  MAX_COST: '1000000000',
  MAX_WAIT_MS: '600000',
};

/** A new gateway that has its token and has answered a query, so that neither counts. */
async function startGateway(upstream, env, execArgv) {
  const gateway = await start(servers.cold.file, { ...env, UPSTREAM: upstream.url }, execArgv);
  const client = connect(gateway.url, 1);
  await client.ask({ query: '{ organization(code: "org_9999") { name } }' });
  await client.close();
  return gateway;
}

async function countCalls(upstream, work) {
  const count = async () => Number(await (await fetch(`${upstream.url}/calls`)).text());
  const before = await count();
  await work();
  return (await count()) - before;
}

/** The CPU of a query, asked one after another, and the growth of memory by one of many at once. */
async function costOf(upstream, query) {
  // A young generation of a megabyte keeps garbage from counting as what a query holds.
  const gateway = await startGateway(upstream, { ...servers.cold.env, ...UNLIMITED }, [
    '--max-semi-space-size=1',
  ]);
  const TIMES = 16;
  const client = connect(gateway.url, TIMES);
  // No two are the same, since those would be executed once.
  let asked = 0;
  const ask = () => client.ask({ query, variables: { request: asked++ } });
  // Compiled and connected, as a gateway is that has served for a while.
  for (let times = 0; times < 40; times++) await client.ask({ query: NESTED });
  await resetPeak(gateway);
  const memoryBefore = await residentMb(gateway, 'VmRSS');
  await Promise.all(Array.from({ length: TIMES }, ask));
  const memoryMb = ((await residentMb(gateway)) - memoryBefore) / TIMES;
  const cpuBefore = await cpuMs(gateway);
  for (let times = 0; times < TIMES; times++) await ask();
  const cpu = ((await cpuMs(gateway)) - cpuBefore) / TIMES;
  await client.close();
  await gateway.stop();
  return { cpuMs: cpu, memoryMb };
}

/** One query at a new gateway: its answer's size or its error, how long it took and the peak memory. */
async function answerOf(upstream, query, env) {
  const gateway = await startGateway(upstream, env);
  const client = connect(gateway.url, 1);
  const startedAt = performance.now();
  const outcome = await client.ask({ query }).then(
    (answer) => `${(answer.length / 2 ** 20).toFixed(1)} MB`,
    (error) => error,
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const peakMb = await residentMb(gateway);
  await client.close();
  await gateway.stop();
  const measured = `${outcome instanceof Error ? outcome.message.slice(0, 160) : outcome} in ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`;
  return { measured, reached: !(outcome instanceof Error) && peakMb <= BOUND_MB };
}

async function thousandAtOnce(upstream, env) {
  const THOUSAND = 1_000;
  const gateway = await startGateway(upstream, env);
  const client = connect(gateway.url, THOUSAND);
  // Connected before, so that they come at once.
  await Promise.all(
    Array.from({ length: THOUSAND }, () => client.ask({ query: '{ __typename }' })),
  );
  let failed = 0;
  let failure = '';
  const startedAt = performance.now();
  const calls = await countCalls(upstream, () =>
    Promise.all(
      Array.from({ length: THOUSAND }, () =>
        client.ask({ query: NESTED }).catch((error) => {
          failed++;
          failure ||= ` (${error.message.slice(0, 160)})`;
        }),
      ),
    ),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const peakMb = await residentMb(gateway);
  await client.close();
  await gateway.stop();
  return {
    calls,
    failed,
    measured: `${calls} calls, ${failed} failed${failure}, ${seconds.toFixed(1)} s, peak ${peakMb.toFixed(0)} MB`,
  };
}

/** Every check: its target, what was measured and whether it was reached. */
export async function check() {
  const lines = [];
  const say = (target, measured, reached) => {
    lines.push({ target, measured, reached });
    console.error(`${reached ? 'pass' : 'FAIL'}: ${target}: ${measured}`);
  };

  const upstream = await start('./upstream.mjs', { LATENCY_MS: '0' });
  const gateway = await startGateway(upstream, servers.cold.env);
  const client = connect(gateway.url, 1);
  let callsOfOne;
  for (const [what, query, most] of [
    ['with permissions', NESTED, 122],
    ['with role names', NO_PERMISSIONS, 22],
    ['with role keys and flags', ROLE_KEYS, 21],
  ]) {
    const calls = await countCalls(upstream, () => client.ask({ query }));
    callsOfOne ??= calls;
    say(`a cold nested query ${what}: at most ${most} calls`, `${calls}`, calls <= most);
  }
  await client.close();
  await gateway.stop();

  const small = await costOf(upstream, NESTED);
  const large = await costOf(upstream, sized(NESTED, 10, 100));
  const ratio = large.cpuMs / small.cpuMs;
  say(
    '10 times the members: at most 10.5 times the ms of CPU a query',
    `${large.cpuMs.toFixed(1)} / ${small.cpuMs.toFixed(1)} = ${ratio.toFixed(1)}`,
    ratio <= 10.5,
  );
  // No ratio: what a query of a tenth of the members takes is less than what a heap has to spare.
  say(
    `1,000 members and their permissions: at most ${QUERY_MB} MB a query`,
    large.memoryMb.toFixed(1),
    large.memoryMb <= QUERY_MB,
  );

  for (const [what, query] of [
    ['', NO_PERMISSIONS],
    [' and their permissions', NESTED],
  ]) {
    const answer = await answerOf(upstream, sized(query, 100, 100), servers.cold.env);
    say(
      `100 organizations x 100 users${what}: an answer under the default limits, within ${BOUND_MB} MB`,
      answer.measured,
      answer.reached,
    );
    if (!answer.reached) {
      const unlimited = await answerOf(upstream, sized(query, 100, 100), {
        ...servers.cold.env,
        ...UNLIMITED,
      });
      say(
        `the same with ${Object.keys(UNLIMITED).join(' and ')} raised`,
        unlimited.measured,
        unlimited.reached,
      );
    }
  }
  await upstream.stop();

  const slow = await start('./upstream.mjs', { LATENCY_MS: '20' });
  for (const [what, env] of [
    ['nothing cached yet', {}],
    ['cache off', servers.cold.env],
  ]) {
    const { calls, failed, measured } = await thousandAtOnce(slow, env);
    say(
      `1,000 identical queries at once, ${what}: the calls of one`,
      measured,
      failed === 0 && calls <= callsOfOne,
    );
  }
  await slow.stop();
  return lines;
}

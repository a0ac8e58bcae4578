/** The gateway keeps nothing of what it has answered: its heap, in a process of its own, after garbage collection. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
let emulator: Emulator;
let gateway: ChildProcess;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ recordsRequests: false });
  gateway = fork(`${root}bench/gateway.mjs`, {
    execArgv: ['--expose-gc'],
    env: {
      PATH: process.env['PATH'],
      KINDE_DOMAIN: emulator.url,
      KINDE_CLIENT_ID: emulator.clientId,
      KINDE_CLIENT_SECRET: emulator.clientSecret,
      KINDE_AUDIENCE: emulator.audience,
      CACHE: 'off',
      MAX_WAIT_MS: '60000',
      MAX_EVENT_LOOP_DELAY_MS: '60000',
    },
  });
  url = ((await once(gateway, 'message')) as [{ url: string }])[0].url;
});
afterAll(async () => {
  gateway.kill();
  await emulator.close();
});

async function left(): Promise<{ heapMb: number; open: Record<string, number> }> {
  gateway.send('left');
  return (
    (await once(gateway, 'message')) as [{ heapMb: number; open: Record<string, number> }]
  )[0];
}

/**
 * What clients do, one thing after the other. Of texts there are as many as an application has, since
 * parsed ones are kept, up to 64 MB; of values in variables there is no end.
 */
const requests: ((n: number) => { body: string; leavesAfterMs?: number })[] = [
  (n) => ({
    body: query('query ($code: ID!) { organization(code: $code) { name } }', { code: `org_${n}` }),
  }),
  (n) => ({
    body: query(
      `query ($first: Int) { organizations(first: 1) { nodes { users(first: $first) { nodes { email permissions { key } } } } } }`,
      { first: 1 + (n % 3), unused: `value ${n}` },
    ),
  }),
  (n) => ({ body: query(`{ organizations(first: 1) { nothing${n % 10} } }`) }),
  (n) => ({
    body: query(
      'mutation ($input: DeleteFeatureFlagOverrideInput!) { deleteFeatureFlagOverride(input: $input) { userErrors { code } } }',
      { input: { organizationCode: 'org_none', key: `key_${n}` } },
    ),
  }),
  () => ({ body: '{ "query": ' }),
  (n) => ({
    body: query(
      'query ($first: Int) { organizations(first: 4) { nodes { users(first: $first) { nodes { email } } } } }',
      { first: 1 + (n % 400) },
    ),
    leavesAfterMs: n % 10,
  }),
];
const query = (document: string, variables?: object) =>
  JSON.stringify({ query: document, variables });

async function serve(from: number, count: number): Promise<Set<number>> {
  const statuses = new Set<number>();
  let next = from;
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (next < from + count) {
        const n = next++;
        const { body, leavesAfterMs } = requests[n % requests.length]!(n);
        const response = await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          ...(leavesAfterMs === undefined ? {} : { signal: AbortSignal.timeout(leavesAfterMs) }),
        }).catch(() => undefined);
        await response?.text().catch(() => undefined);
        if (response !== undefined) statuses.add(response.status);
      }
    }),
  );
  return statuses;
}

test('2,000 operations, with failures and disconnects, leak no memory', async () => {
  // Compiled code, connections and what is kept for each field fill at first.
  await serve(0, 2_000);
  const before = await left();
  const statuses = await serve(2_000, 2_000);
  expect([...statuses].sort()).toEqual([200, 400]);
  const after = await left();
  // 1 kB kept of each request would be 2 MB.
  expect(after.heapMb - before.heapMb).toBeLessThan(1.5);
  expect(Object.keys(after.open)).toEqual(Object.keys(before.open));
});

const LARGE = 900_000;

/** Sends each operation a number of times, and returns by how much the heap has grown. */
async function growthMb(times: number, bodies: readonly string[]): Promise<number> {
  const before = await left();
  for (let round = 0; round < times; round++) {
    for (const body of bodies) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect(await response.json()).toEqual({ data: { __typename: 'Query' } });
    }
  }
  const { heapMb } = await left();
  return heapMb - before.heapMb;
}

test('queries that repeat leave nothing of their variables', async () => {
  const bodies = Array.from({ length: 25 }, (_, n) =>
    query(
      `query ($code: ID!, $isWanted: Boolean!) {
        __typename
        organization(code: $code) @include(if: $isWanted) { n${n}: name }
      }`,
      {
        code: String(n)
          .repeat(LARGE / 2)
          .slice(0, LARGE),
        isWanted: false,
      },
    ),
  );
  // 22 MB with the variables.
  expect(await growthMb(2, bodies)).toBeLessThan(5);
});

test('costs are not remembered for long names of variables', async () => {
  const name = 'n'.repeat(LARGE / 3);
  const document = `query ($${name}: Int) { __typename organizations(first: $${name}) @skip(if: true) { nodes { name } } }`;
  const bodies = Array.from({ length: 32 }, (_, n) => query(document, { [name]: 1 + n }));
  // 9.6 MB with all.
  expect(await growthMb(1, bodies)).toBeLessThan(5);
});

test('long texts of documents are kept up to 64 MB', async () => {
  const bodies = Array.from({ length: 60 }, (_, n) =>
    query(`
      { __typename organization(code: "org_of_many_${n}") @skip(if: true) { name } }
      # ${'-'.repeat(LARGE)}
    `),
  );
  // 54 MB with all texts. Those with characters beyond Latin-1 would take twice as much.
  expect(await growthMb(1, bodies)).toBeLessThan(40);
});

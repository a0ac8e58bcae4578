/** What the gateway does of its own accord when the upstream is in trouble, or an operation asks too much. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/index.js';
import { Breaker, sendThrough, type ExchangeOutcome } from '../../src/upstream/policy/breaker.js';
import { LearnedConcurrency } from '../../src/upstream/policy/learned-concurrency.js';
import { RateLimitHold } from '../../src/upstream/policy/rate-limit-hold.js';
import {
  askedWaitMs,
  RetryBudget,
  retryWaitMs,
  type Outcome,
} from '../../src/upstream/policy/retry.js';
import { SendError } from '../../src/upstream/send/index.js';
import { arrive } from '../support/cached-gateway.js';
import { stubClock } from '../support/clock.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';
import { mutationDocument, targetsIn } from '../support/mutations.js';
import {
  OPERATION_TIMEOUT_MS,
  stubTimeouts,
  TIMEOUTS,
  UPSTREAM_TIMEOUT_MS,
} from '../support/timeouts.js';
import { waitFor } from '../support/wait-for.js';

const { advance, stop } = stubClock();
const timeouts = stubTimeouts();
const open: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

/** A gateway of a test's own: what it has learnt of the upstream must not reach the next test. */
async function gatewayWith(env: Record<string, string>, options: TestOptions = {}) {
  const gateway = await startGateway({ ...options, env });
  open.push(gateway);
  // The token and the connection are there, so that times and calls are those of the test.
  await gateway.query('{ roles(first: 1) { nodes { key } } }');
  gateway.calls();
  return gateway;
}

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const result = await run();
  return [result, performance.now() - startedAt];
}

const codes = (errors: { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions['code']);

const ORGANIZATIONS = '{ organizations(first: 1) { nodes { code } } }';
const TWO_WRITES = `mutation ($code: ID!) {
  a: deleteFeatureFlagOverrides(input: { organizationCode: $code }) { userErrors { code } }
  b: deleteOrganization(input: { organizationCode: $code }) { userErrors { code } }
}`;
/** Queries that no two operations share a call for. */
const distinct = (count: number) =>
  Array.from({ length: count }, (_, n) => `{ organizations(first: ${n + 2}) { nodes { code } } }`);
const BOTH = '{ organizations(first: 1) { nodes { code } } roles(first: 1) { nodes { key } } }';
const list = { route: 'GET /api/v1/organizations' } as const;

async function aCode(gateway: TestGateway): Promise<string> {
  const { organizations } = await gateway.query(ORGANIZATIONS);
  gateway.calls();
  return organizations.nodes[0].code;
}

const RENAME =
  'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "New" }) { userErrors { code } } }';

describe('a read', () => {
  test.each<[string, Fault['respond']]>([
    ...[500, 502, 503, 504, 429].map((status): [string, Fault['respond']] => [
      `a ${status}`,
      { status },
    ]),
    ['a broken connection', 'reset'],
  ])('is retried after %s, and succeeds', async (_, respond) => {
    const gateway = await gatewayWith({});
    gateway.emulator.fault({ ...list, times: 2, respond });
    await gateway.query(ORGANIZATIONS);
    expect(gateway.calls()).toHaveLength(3);
  });

  test('is retried UPSTREAM_RETRIES times at most', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '3' });
    gateway.emulator.fault({ ...list, respond: { status: 503 } });
    const { errors } = await gateway.execute(ORGANIZATIONS);
    expect(codes(errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(gateway.calls()).toHaveLength(4);
  });

  test.each([400, 403, 404, 501])('is not retried after a %i', async (status) => {
    const gateway = await gatewayWith({});
    gateway.emulator.fault({ ...list, respond: { status } });
    expect((await gateway.execute(ORGANIZATIONS)).errors).toHaveLength(1);
    expect(gateway.calls()).toHaveLength(1);
  });

  test('waits as long as the response says, by each header', async () => {
    const headers: [string, () => string][] = [
      ['RateLimit-Reset', () => '1'],
      ['Retry-After', () => '1'],
      ['Retry-After', () => new Date(Date.now() + 2_000).toUTCString()],
    ];
    // Their times pass together.
    const gateways = await Promise.all(headers.map(() => gatewayWith({})));
    await Promise.all(
      headers.map(async ([name, value], n) => {
        const gateway = gateways[n]!;
        gateway.emulator.fault({
          ...list,
          times: 1,
          respond: { status: 429, headers: { [name]: value() } },
        });
        const [, milliseconds] = await timed(() => gateway.query(ORGANIZATIONS));
        expect(milliseconds).toBeGreaterThan(900);
        expect(gateway.calls()).toHaveLength(2);
      }),
    );
  });

  test('does not wait past the deadline: it fails at once, and says how long to wait', async () => {
    const gateway = await gatewayWith({});
    gateway.emulator.fault({
      ...list,
      respond: { status: 429, headers: { 'ratelimit-reset': '3600' } },
    });
    const [{ errors }, milliseconds] = await timed(() => gateway.execute(ORGANIZATIONS));
    expect(errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 3600 } },
    ]);
    expect(milliseconds).toBeLessThan(20_000);
    expect(gateway.calls()).toHaveLength(1);
  });

  test('is retried after a timeout only if the deadline leaves time for a full attempt', async () => {
    const gateway = await gatewayWith(TIMEOUTS);
    let attempts = 0;
    gateway.emulator.fault({
      ...list,
      match: () => {
        if (++attempts === 2) advance(OPERATION_TIMEOUT_MS - UPSTREAM_TIMEOUT_MS);
        return timeouts.endCalls();
      },
      respond: 'hang',
    });
    const { errors } = await gateway.execute(ORGANIZATIONS);
    expect(codes(errors)).toEqual(['UPSTREAM_TIMEOUT']);
    expect(gateway.calls()).toHaveLength(2);
  });

  test('is not retried once retries are a fifth of all calls', async () => {
    const gateway = await gatewayWith({});
    // They are counted for ten seconds.
    stop();
    gateway.emulator.fault({ respond: { status: 429 } });
    await Promise.all(distinct(100).map((query) => gateway.execute(query)));
    const sent = gateway.calls().length;
    expect(sent).toBeGreaterThan(100);
    expect(sent).toBeLessThanOrEqual(120);
  });
});

test.each<[string, Fault['respond'], string]>([
  ['a 429', { status: 429, headers: { 'ratelimit-reset': '0' } }, 'RATE_LIMITED'],
  ['a 503', { status: 503 }, 'WRITE_OUTCOME_UNKNOWN'],
  ['a broken connection', 'reset', 'WRITE_OUTCOME_UNKNOWN'],
  ['no answer', 'hang', 'WRITE_OUTCOME_UNKNOWN'],
])('a write is not retried after %s', async (_, respond, code) => {
  const gateway = await gatewayWith(TIMEOUTS);
  const organizationCode = await aCode(gateway);
  const match = ({ method }: { method: string }) =>
    method !== 'GET' && (respond !== 'hang' || timeouts.endCalls());
  gateway.emulator.fault({ match, respond });
  const { errors } = await gateway.execute(RENAME, { code: organizationCode });
  expect(codes(errors)).toEqual([code]);
  expect(gateway.calls()).toEqual([`PATCH /api/v1/organization/${organizationCode}`]);
});

describe('the deadline of an operation', () => {
  test('ends a read that hangs, and returns what is finished', async () => {
    const gateway = await gatewayWith(TIMEOUTS);
    gateway.emulator.fault({ ...list, respond: 'hang' });
    const response = gateway.execute(BOTH);
    const { emulator } = gateway;
    await waitFor(
      () => emulator.calls().length === 2 && emulator.requests.some(({ status }) => status === 200),
    );
    await arrive(gateway);
    timeouts.endOperations();
    const { data, errors } = await response;
    expect(data).toEqual({ organizations: null, roles: { nodes: [{ key: expect.any(String) }] } });
    expect(errors).toMatchObject([
      { path: ['organizations'], extensions: { code: 'DEADLINE_EXCEEDED' } },
    ]);
  });

  test('ends queued reads, which are never sent', async () => {
    const gateway = await gatewayWith({ ...TIMEOUTS, UPSTREAM_CONCURRENCY: '1' });
    gateway.emulator.fault({ ...list, match: () => timeouts.endOperations(), respond: 'hang' });
    const { errors } = await gateway.execute(BOTH);
    expect(codes(errors)).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    expect(gateway.calls()).toHaveLength(1);
  });

  describe('that passes while a write is in flight', () => {
    const start = (log?: (line: string) => void) => gatewayWith(TIMEOUTS, { ...(log && { log }) });
    /** Ends the time of the operation when the emulator gets its first call by this method. */
    const endDuring = ({ emulator }: TestGateway, wanted: string) =>
      emulator.fault({
        match: ({ method }) => method === wanted && timeouts.endOperations(),
        times: 1,
      });

    test('lets it finish, and refuses the next one', async () => {
      const gateway = await start();
      const code = await aCode(gateway);
      endDuring(gateway, 'DELETE');
      const { data, errors } = await gateway.execute(TWO_WRITES, { code });
      expect(data).toEqual({ a: { userErrors: [] }, b: null });
      expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'DEADLINE_EXCEEDED' } }]);
      expect(gateway.calls()).toEqual([`DELETE /api/v1/organizations/${code}/feature_flags`]);
      expect(gateway.emulator.state.organizations.has(code)).toBe(true);
    });

    test('counts for the mutations of a client that has left, too', async () => {
      const events: string[] = [];
      const gateway = await start((line) => events.push(line));
      const code = await aCode(gateway);
      endDuring(gateway, 'POST');
      const client = new AbortController();
      const leave = ({ method }: { method: string }) => {
        if (method === 'DELETE') client.abort();
        return method === 'DELETE';
      };
      // So that the gateway hears of it before its next write.
      gateway.emulator.fault({ match: leave, times: 1, delayMs: 200 });
      const users = strangers(101).map(asUser);
      const asked = fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          query: `mutation ($code: ID!, $input: AddOrganizationUsersInput!) {
            deleteFeatureFlagOverrides(input: { organizationCode: $code }) { userErrors { code } }
            addOrganizationUsers(input: $input) { userErrors { code } }
          }`,
          variables: { code, input: { organizationCode: code, users } },
        }),
        signal: client.signal,
      });
      await expect(asked).rejects.toThrow();
      await waitFor(() => events.some((event) => event.includes('addOrganizationUsers')));
      // The second batch would begin after the deadline.
      expect(gateway.calls()).toEqual([
        `DELETE /api/v1/organizations/${code}/feature_flags`,
        `POST /api/v1/organizations/${code}/users`,
      ]);
    });
  });
});

const strangers = (count: number) => Array.from({ length: count }, (_, n) => `kp_${n}`);
const asUser = (userId: string) => ({ userId });
/** Keys of more permissions than two batches take. */
const MANY = Array.from({ length: 250 }, (_, n) => `print:page_${n}`);
const PERMISSION_CHANGES = {
  addPermissions: [{ key: MANY[0] }],
  removePermissions: [{ key: MANY[1] }],
};

describe('the cap on the calls of an operation', () => {
  const EXPLAIN = { 'x-graphql-explain': 'true' };

  test('limits each operation: fields beyond it are errors, and the rest is returned', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '4' });
    const document = '{ organizations(first: 10) { nodes { name featureFlags { key } } } }';
    for (let time = 0; time < 2; time++) {
      const { data, errors, ...rest } = await gateway.execute(document, undefined, EXPLAIN);
      expect(gateway.calls()).toHaveLength(4);
      // What is refused is not saved.
      expect(rest).toMatchObject({ extensions: { upstream: { made: 4, saved: 0 } } });
      expect(data.organizations.nodes).toHaveLength(10);
      expect(data.organizations.nodes.filter((node: any) => node.featureFlags)).toHaveLength(3);
      expect(codes(errors)).toEqual(Array(7).fill('UPSTREAM_BUDGET_EXCEEDED'));
    }
  });

  test('counts a retried call once', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '1' });
    gateway.emulator.fault({ times: 2, respond: { status: 503 } });
    await gateway.query(ORGANIZATIONS);
  });

  test('refuses a write unsent', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '1' });
    const code = await aCode(gateway);
    const { data, errors } = await gateway.execute(TWO_WRITES, { code });
    expect(data).toEqual({ a: { userErrors: [] }, b: null });
    expect(errors).toMatchObject([
      { path: ['b'], extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' } },
    ]);
    expect(gateway.calls()).toHaveLength(1);
  });

  test.each<[string, string, (of: { code: string; members: string[] }) => object]>([
    [
      'addOrganizationUsers',
      'batches',
      ({ code }) => ({ organizationCode: code, users: strangers(550).map(asUser) }),
    ],
    [
      'addOrganizationUsers',
      'batches and claims',
      ({ code }) => ({
        organizationCode: code,
        users: strangers(5).map(asUser),
        refreshClaims: true,
      }),
    ],
    [
      'removeOrganizationUsers',
      'batches',
      ({ code }) => ({ organizationCode: code, userIds: strangers(550) }),
    ],
    [
      'createOrganization',
      'batches, and a deletion',
      () => ({ name: 'New', users: strangers(350).map(asUser), deleteOnFailure: true }),
    ],
    [
      'updateOrganizationUsers',
      'permissions and claims',
      ({ code, members }) => ({
        organizationCode: code,
        users: members.map((userId) => ({ userId, ...PERMISSION_CHANGES })),
        refreshClaims: true,
      }),
    ],
    [
      'updateOrganizationUsers',
      'roles that the batches may leave',
      ({ code, members }) => ({
        organizationCode: code,
        users: members.map((userId) => ({ userId, setRoles: [] })),
      }),
    ],
    [
      'setRolePermissions',
      'batches',
      () => ({ role: { key: 'member' }, permissions: MANY.map((key) => ({ key })) }),
    ],
  ])('refuses %s before its first write: %s', async (name, _, inputOf) => {
    const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '5' });
    const { state } = gateway.emulator;
    const { organizationCode: code } = targetsIn(gateway.emulator);
    const { members } = state.organization(code);
    const two = [...members.values()].slice(0, 2);
    for (const { roles } of two) for (const role of state.roles.values()) roles.add(role);
    for (const key of MANY) state.permissions.add({ id: key, key, name: key, description: '' });
    const { data, errors } = await gateway.execute(mutationDocument(name), {
      input: inputOf({ code, members: two.map(({ user }) => user.id) }),
    });
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(
          /^The mutation may take \d+ more calls .* the operation has \d+ of 5 left .* Nothing was written/,
        ),
        extensions: { code: 'UPSTREAM_BUDGET_EXCEEDED' },
      },
    ]);
    expect(data).toEqual({ [name]: null });
    expect(gateway.calls().filter((call) => !call.startsWith('GET '))).toEqual([]);
  });

  test('lets a mutation take all calls that are left', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '5' });
    const { organizationCode } = targetsIn(gateway.emulator);
    const input = { organizationCode, userIds: strangers(500) };
    const { data } = await gateway.execute(mutationDocument('removeOrganizationUsers'), { input });
    expect(data.removeOrganizationUsers).toBeDefined();
    expect(gateway.calls()).toHaveLength(5);
  });
});

describe('after a 429 that names a wait', () => {
  const limited = (seconds: string, times: number): Fault => ({
    ...list,
    times,
    respond: { status: 429, headers: { 'ratelimit-reset': seconds } },
  });

  test('holds new operations during the wait, then sends each call once', async () => {
    const gateway = await gatewayWith({});
    const sentAt: number[] = [];
    gateway.emulator.fault({
      ...limited('1', Infinity),
      match: () => sentAt.push(performance.now()) === 1,
    });
    const first = gateway.query(ORGANIZATIONS);
    await waitFor(() => sentAt.length > 0);
    await arrive(gateway);
    await Promise.all([first, ...distinct(100).map((query) => gateway.query(query))]);
    expect(gateway.calls()).toHaveLength(102);
    const [limitedAt, ...others] = sentAt;
    expect(others).toHaveLength(101);
    expect(Math.min(...others) - limitedAt!).toBeGreaterThan(950);
  });

  test('fails calls at once as RATE_LIMITED, writes too, when the wait outlasts their deadline', async () => {
    const gateway = await gatewayWith({});
    const code = await aCode(gateway);
    gateway.emulator.fault(limited('45', 1));
    await gateway.execute(ORGANIZATIONS);
    gateway.calls();
    for (const document of [ORGANIZATIONS, RENAME]) {
      const [{ errors }, milliseconds] = await timed(() => gateway.execute(document, { code }));
      const { extensions } = errors![0]!;
      expect(extensions).toMatchObject({ code: 'RATE_LIMITED' });
      expect(extensions['retryAfterSeconds']).toBeGreaterThan(40);
      expect(milliseconds).toBeLessThan(20_000);
    }
    expect(gateway.calls()).toEqual([]);
  });

  test('holds a write, and sends it once', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    const code = await aCode(gateway);
    gateway.emulator.fault(limited('1', 1));
    await gateway.execute(ORGANIZATIONS);
    gateway.calls();
    const [, milliseconds] = await timed(() => gateway.query(RENAME, { code }));
    expect(milliseconds).toBeGreaterThan(500);
    expect(gateway.calls()).toEqual([`PATCH /api/v1/organization/${code}`]);
  });

  test('also holds calls that are queued in one operation', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CONCURRENCY: '1' });
    gateway.emulator.rateLimit = 3;
    const { data, errors } = await gateway.execute(
      '{ organizations(first: 20) { nodes { name featureFlags { key } } } }',
    );
    expect(data.organizations.nodes).toHaveLength(20);
    expect(new Set(codes(errors))).toEqual(new Set(['RATE_LIMITED']));
    expect(errors).toHaveLength(18);
    expect(gateway.calls()).toHaveLength(4);
  });

  test('probes with a few calls whether the rate limit still holds', async () => {
    let fewest = Infinity;
    // A process that stands still while the calls would begin one by one sends them together.
    for (let round = 0; round < 5 && fewest >= 15; round++) {
      const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
      gateway.emulator.fault(limited('1', 1));
      await gateway.execute(ORGANIZATIONS);
      gateway.emulator.fault(limited('60', Infinity));
      gateway.emulator.latencyMs = 100;
      gateway.calls();
      const answers = await Promise.all(distinct(60).map((query) => gateway.execute(query)));
      for (const { errors } of answers) expect(codes(errors)).toEqual(['RATE_LIMITED']);
      fewest = Math.min(fewest, gateway.calls().length);
    }
    expect(fewest).toBeLessThan(15);
  });

  test('raises the rate of calls step by step after the wait', () => {
    let drawn = 0;
    const hold = new RateLimitHold(
      () => 0,
      () => drawn++ / 100,
    );
    const waits = Array.from({ length: 100 }, () => hold.drawWaitMs());
    const within = (from: number, to: number) =>
      waits.filter((wait) => from <= wait && wait < to).length;
    expect([within(0, 250), within(250, 500), within(500, 1_000)]).toEqual([7, 18, 75]);
  });

  test('holds calls for a minute at most, whatever the response asks for', () => {
    const hold = new RateLimitHold(
      () => 0,
      () => 1,
    );
    expect(hold.remainingMs).toBe(0);
    hold.begin(86_400_000);
    hold.begin(1_000);
    expect(hold.remainingMs).toBe(60_000);
    expect(hold.drawWaitMs()).toBe(61_000);
  });
});

describe('where the upstream limits calls in flight', () => {
  /** The reads of `count` members' permissions, one for each. */
  async function permissionsOf(gateway: TestGateway, code: string, count: number) {
    const nodes = `nodes { permissions { key } }`;
    const result = await gateway.execute(
      `{ organization(code: "${code}") { users(first: ${count}) { ${nodes} } } }`,
    );
    const refused = refusals(gateway);
    gateway.calls();
    return { result, refused };
  }

  const refusals = ({ emulator }: TestGateway) =>
    emulator.requests.filter(({ status }) => status === 429).length;

  const start = (env: Record<string, string> = {}, log?: (line: string) => void) =>
    gatewayWith(env, {
      emulator: { organizations: 1, usersPerOrganization: 40 },
      ...(log && { log }),
    });

  test('completes an operation of many calls, and sends no more at a time from then on', async () => {
    const lines: string[] = [];
    const gateway = await start({ LOG_LEVEL: 'warn' }, (line) => lines.push(line));
    const code = await aCode(gateway);
    Object.assign(gateway.emulator, { concurrencyLimit: 5, latencyMs: 1_000 });
    const reading = permissionsOf(gateway, code, 40);
    // Until then the first ones are in flight, however slowly a busy machine sends the others.
    await waitFor(() => refusals(gateway) > 20);
    gateway.emulator.latencyMs = 30;
    const first = await reading;
    expect(first.result.errors).toBeUndefined();
    const second = await permissionsOf(gateway, code, 40);
    expect(second.result.errors).toBeUndefined();
    expect(second.refused).toBe(0);
    const told = lines.filter((line) => line.includes('UPSTREAM_CONCURRENCY'));
    expect(told).toHaveLength(1);
    expect([1, 2, 3, 4, 5]).toContain(JSON.parse(told[0]!).calls);
  });

  test('tries more at a time later, and ever less often while they are refused', () => {
    let now = 0;
    const learned = new LearnedConcurrency(64, () => now);
    /** Sends as many calls as may be, of which the upstream accepts ten, and returns how many it refuses. */
    const round = (accepts = 10) => {
      const { limit, refusals } = learned;
      const refused = Math.max(0, limit - accepts);
      for (let n = 0; n < refused; n++) learned.refused(limit - n);
      // Each slot is taken again at once, since more calls are queued.
      for (let n = refused; n < limit; n++) learned.accepted(learned.limit, refusals);
      now += 100;
      return refused;
    };
    expect(round()).toBe(54);
    const refusedAt = (seconds: number, accepts?: number) => {
      const times: number[] = [];
      for (const until = now + seconds * 1_000; now < until;) {
        if (round(accepts) > 0) times.push(Math.round(now / 1_000));
      }
      return times;
    };
    const [first, second, third, ...others] = refusedAt(300);
    expect([first, second! - first!, third! - second!]).toEqual([
      expect.closeTo(31, -1),
      expect.closeTo(61, -1),
      expect.closeTo(121, -1),
    ]);
    expect(others).toEqual([]);
    // Other applications take all but one, so that it is tried again soon.
    now += 3_600_000;
    expect(refusedAt(200, 1).length).toBeGreaterThan(5);
    // The limit was raised.
    now += 3_600_000;
    for (let n = 0; n < 80; n++) round(64);
    expect(learned).toMatchObject({ limit: 64, isLearned: false });
  });

  test('learns nothing from a limit of calls a minute', () => {
    const learned = new LearnedConcurrency(64, () => 0);
    for (let inFlight = 64; inFlight > 0; inFlight--) learned.refused(inFlight);
    expect(learned).toMatchObject({ limit: 1, isLearned: false });
    for (let n = 0; n < 63; n++) learned.accepted(64, learned.refusals);
    expect(learned.limit).toBe(64);
    // Some were sent just before it was reached.
    learned.refused(40);
    learned.accepted(39, learned.refusals - 1);
    expect(learned.isLearned).toBe(true);
    for (let inFlight = 38; inFlight > 0; inFlight--) learned.refused(inFlight);
    expect(learned.isLearned).toBe(false);
  });
});

describe('the circuit breaker', () => {
  const fail = (gateway: TestGateway) =>
    Promise.all(distinct(20).map((query) => gateway.execute(query)));

  test('opens when the upstream fails, sends nothing, and closes after a call that succeeds', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    const end = gateway.emulator.fault({ respond: { status: 503 } });
    await fail(gateway);
    gateway.calls();
    const { errors } = await gateway.execute(ORGANIZATIONS);
    expect(errors).toMatchObject([
      { extensions: { code: 'UPSTREAM_UNAVAILABLE', retryAfterSeconds: expect.any(Number) } },
    ]);
    expect(gateway.calls()).toEqual([]);
    end();
    advance(5_100);
    await gateway.query(ORGANIZATIONS);
    await Promise.all(distinct(20).map((query) => gateway.query(query)));
  });

  test('refuses at once while the probe hangs and occupies the only slot', async () => {
    const gateway = await gatewayWith({ ...TIMEOUTS, UPSTREAM_CONCURRENCY: '1' });
    const end = gateway.emulator.fault({ respond: { status: 503 } });
    await fail(gateway);
    end();
    gateway.emulator.fault({ respond: 'hang' });
    advance(5_100);
    gateway.calls();
    const tried = gateway.execute(ORGANIZATIONS);
    await waitFor(() => gateway.emulator.calls().length === 1);
    const { errors } = await gateway.execute(distinct(1)[0]!);
    expect(codes(errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    timeouts.endCalls();
    expect((await tried).errors).toHaveLength(1);
  });

  test('says of a refused write that it was not sent', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    const code = await aCode(gateway);
    gateway.emulator.fault({ respond: { status: 503 } });
    await fail(gateway);
    expect(codes((await gateway.execute(RENAME, { code })).errors)).toEqual([
      'UPSTREAM_UNAVAILABLE',
    ]);
  });

  test.each([400, 404, 429])('does not open for a %i', async (status) => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    const end = gateway.emulator.fault({ ...list, respond: { status } });
    await fail(gateway);
    end();
    await gateway.query(ORGANIZATIONS);
  });

  describe('by its clock', () => {
    let now = 0;
    let breaker: Breaker;
    beforeEach(() => {
      now = 0;
      breaker = new Breaker({ now: () => now });
    });
    const exchange = (outcome: ExchangeOutcome, times = 1) => {
      for (let i = 0; i < times; i++) breaker.begin()(outcome);
    };

    test('opens at twenty exchanges of which half failed, and no sooner', () => {
      exchange('answered', 10);
      exchange('failed', 9);
      expect(breaker.refusedForMs).toBe(0);
      exchange('failed');
      expect(breaker.refusedForMs).toBe(5_000);
    });

    test('forgets failures after ten seconds, and does not count what is unknown', () => {
      exchange('failed', 19);
      exchange('unknown', 100);
      now = 10_000;
      exchange('failed', 19);
      expect(breaker.refusedForMs).toBe(0);
    });

    test('probes after five seconds: a failure opens it again, a success closes it', () => {
      exchange('failed', 20);
      now = 5_000;
      expect(breaker.refusedForMs).toBe(0);
      let end = breaker.begin();
      expect(breaker.refusedForMs).toBe(1_000);
      end('failed');
      expect(breaker.refusedForMs).toBe(5_000);
      now = 10_000;
      end = breaker.begin();
      end('answered');
      expect(breaker.refusedForMs).toBe(0);
      exchange('failed', 19);
      expect(breaker.refusedForMs).toBe(0);
    });

    test('probes with the next call when the caller of the first probe has left', () => {
      exchange('failed', 20);
      now = 5_000;
      breaker.begin()('unknown');
      expect(breaker.refusedForMs).toBe(0);
    });

    test('ignores calls that began before it opened', () => {
      const late = [breaker.begin(), breaker.begin()];
      exchange('failed', 20);
      late[0]!('answered');
      expect(breaker.refusedForMs).toBe(5_000);
      now = 5_000;
      breaker.begin();
      late[1]!('answered');
      expect(breaker.refusedForMs).toBe(1_000);
    });

    test('refuses in the same turn of the event loop', async () => {
      exchange('failed', 20);
      const send = sendThrough(breaker, async () => ({ status: 200, headers: {}, body: '' }));
      let refusal: unknown;
      send({ method: 'GET', url: '', headers: {} }).catch((error) => (refusal = error));
      await new Promise(process.nextTick);
      expect(refusal).toMatchObject({ failure: 'REFUSED', notSent: true, retryAfterSeconds: 5 });
    });
  });
});

test('a token endpoint that is down opens the breaker, so that further operations don’t call it', async () => {
  const gateway = await startGateway();
  open.push(gateway);
  const end = gateway.emulator.fault({ route: 'POST /oauth2/token', respond: { status: 503 } });
  for (let i = 0; i < 25; i++) {
    expect(codes((await gateway.execute(ORGANIZATIONS)).errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
  }
  expect(gateway.emulator.tokenRequests).toHaveLength(20);
  end();
});

describe('the wait before a retry', () => {
  const wait = (outcome: Outcome, more: Partial<Parameters<typeof retryWaitMs>[1]> = {}) =>
    retryWaitMs(outcome, {
      retry: 0,
      remainingMs: 60_000,
      timeoutMs: 10_000,
      random: () => 1,
      ...more,
    });
  const answer = (status: number, headers = {}) => ({ status, headers, body: '' });

  test('is drawn below a bound that doubles up to two seconds', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6].map((retry) => wait(answer(503), { retry }));
    expect(bounds).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000]);
    expect(wait(answer(503), { random: () => 0 })).toBe(0);
  });

  test.each([
    [{ 'ratelimit-reset': '7', 'retry-after': '3' }, 7_000],
    [{ 'ratelimit-reset': 'soon', 'retry-after': '3' }, 3_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': new Date(0).toUTCString() }, 0],
    [{ 'retry-after': new Date(9_000).toUTCString() }, 4_000],
    [{}, undefined],
  ])('is %p for %j', (headers, milliseconds) => {
    expect(askedWaitMs(answer(429, headers), () => 5_000)).toBe(milliseconds);
  });

  test('ends before the deadline, and after a timeout leaves time for a full attempt', () => {
    const timeout = new SendError('TIMEOUT', false, 'ETIMEDOUT');
    expect(wait(answer(429, { 'retry-after': '60' }))).toBeUndefined();
    expect(wait(timeout, { remainingMs: 10_101 })).toBe(100);
    expect(wait(timeout, { remainingMs: 10_100 })).toBeUndefined();
  });

  test.each(['ABORTED', 'DEADLINE_EXCEEDED', 'TOO_LARGE', 'REFUSED'] as const)(
    'is none for %s',
    (failure) => {
      expect(wait(new SendError(failure, false, 'X'))).toBeUndefined();
    },
  );
});

test('the retry budget allows ten retries, or a fifth of the calls in ten seconds', () => {
  let now = 0;
  const budget = new RetryBudget(() => now);
  const spendAll = () => {
    let spent = 0;
    while (budget.spend()) spent++;
    return spent;
  };
  expect(spendAll()).toBe(10);
  for (let i = 0; i < 100; i++) budget.called();
  expect(spendAll()).toBe(10);
  now = 9_000;
  expect(spendAll()).toBe(0);
  now = 10_000;
  expect(spendAll()).toBe(10);
});

/** A caller's budget of cost per minute: refused with 429 beyond it, shared by replicas. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { CallerBudget, type CallerBudgetOptions } from '../../src/http/caller-budget.js';
import { RedisClient } from '../../src/redis/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { openStream } from '../support/event-stream.js';
import { describeWith } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const QUERY = '{ organizations(first: 10) { nodes { code name } } }';
const LIMIT = 1_000;

// The clock stands still: a minute could end between two requests.
const NOW = Date.now();
beforeAll(() => void jest.spyOn(Date, 'now').mockReturnValue(NOW));
afterAll(() => void jest.restoreAllMocks());

describe('a gateway with CALLER_COST_PER_MINUTE', () => {
  let emulator: Emulator;
  let gateway: TestGateway;
  let cost: number;
  let callers = 0;

  beforeAll(async () => {
    emulator = await startEmulator();
    gateway = await startGateway({
      before: emulator,
      env: {
        ...{ AUTH_MODE: 'jwt', CALLER_COST_PER_MINUTE: String(LIMIT), CACHE: 'memory' },
        METRICS_PORT: '0',
      },
    });
    const { extensions } = (await (await send({ query: QUERY }, await user())).json()) as any;
    cost = extensions.cost.requested;
  });
  afterAll(async () => {
    await gateway?.close();
    await emulator?.close();
  });

  const asOrganization = () => {
    const [{ profile }] = [...emulator.state.organizations.values()] as [any];
    return profile.code as string;
  };
  /** Returns the token of a new user. */
  const user = async (subject = `kp_${callers++}`) =>
    emulator.issueToken({
      scopes: [],
      claims: {
        ...{ sub: subject, org_code: asOrganization(), gty: undefined },
        permissions: ['read:organizations'],
      },
    });
  const application = (clientId: string) =>
    emulator.issueToken({ claims: { azp: clientId, client_id: clientId } });
  const send = (body: object, token: string, headers = {}) =>
    fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', authorization: `Bearer ${token}` },
        ...{ 'x-graphql-cost': 'true', ...headers },
      },
      body: JSON.stringify(body),
    });

  const remainingOf = async (token: string) => {
    const { headers } = await send({ query: QUERY }, token);
    return Number(/r=(\d+)/.exec(headers.get('ratelimit')!)![1]);
  };

  test('serves a caller until its cost is used, and others on', async () => {
    const token = await application('one');
    const served = Math.floor(LIMIT / cost);
    for (let count = 0; count < served; count++) {
      const response = await send({ query: QUERY }, token);
      expect([response.status, response.headers.get('ratelimit-policy')]).toEqual([
        200,
        `"cost";q=${LIMIT};w=60`,
      ]);
      expect(response.headers.get('ratelimit')).toMatch(
        new RegExp(`^"cost";r=${LIMIT - (count + 1) * cost};t=[1-9]\\d?$`),
      );
    }
    gateway.calls();
    const refused = await send({ query: QUERY }, token);
    const { data, errors } = (await refused.json()) as any;
    const seconds = Number(refused.headers.get('retry-after'));
    expect([refused.status, data, seconds > 0 && seconds <= 60]).toEqual([429, undefined, true]);
    expect(errors).toEqual([
      {
        message: `You may use a cost of ${LIMIT} in a minute (\`CALLER_COST_PER_MINUTE\`), and too little of it is left. Try again in ${seconds} seconds, or ask for less.`,
        extensions: {
          ...{ code: 'RATE_LIMITED', retryAfterSeconds: seconds },
          requestId: expect.any(String),
        },
      },
    ]);
    expect(gateway.calls()).toEqual([]);
    expect((await send({ query: QUERY }, await application('two'))).status).toBe(200);
  });

  test('refuses who has nothing left without reading the document, and others not', async () => {
    const [token, other] = [await application('flooder'), await application('neighbour')];
    // Refusals cost 1 each, so that what is too little for a query is used up as well.
    while ((await remainingOf(token)) > 0);
    const invalid = await send({ query: '{ this is no document' }, token);
    const { errors } = (await invalid.json()) as any;
    expect([invalid.status, errors[0].extensions.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(invalid.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(invalid.headers.get('ratelimit')).toMatch(/^"cost";r=0;t=/);
    expect((await send({ query: QUERY }, other)).status).toBe(200);
  });

  test.each<[string, object]>([
    ['a syntax error', { query: '{' }],
    ['an unknown field', { query: '{ nope }' }],
    [
      'a cost over the limit',
      {
        query:
          '{ organizations(first: 500) { nodes { users(first: 500) { nodes { permissions { key } } } } } }',
      },
    ],
    ['no query', {}],
    ['several operations', [{ query: QUERY }]],
  ])('charges 1 for a request that is refused for %s, as a stream too', async (_, body) => {
    const token = await user();
    const before = await remainingOf(token);
    const { headers } = await send(body, token);
    expect(headers.get('ratelimit')).toMatch(new RegExp(`r=${before - 1};`));
    await (await send(body, token, { accept: 'text/event-stream' })).text();
    expect(await remainingOf(token)).toBe(before - 2 - cost);
  });

  test('counts a user in all its organizations, by its subject', async () => {
    const [first, second] = [await user('kp_same'), await user('kp_same')];
    const remaining = async (token: string) => {
      const { data } = (await (
        await send({ query: '{ rateLimit { cost limit remaining resetsAt } }' }, token)
      ).json()) as any;
      return data.rateLimit;
    };
    const one = await remaining(first);
    expect(one).toMatchObject({ limit: LIMIT, remaining: LIMIT - one.cost });
    expect(Date.parse(one.resetsAt) - Date.now()).toBeLessThanOrEqual(60_000);
    expect(Date.parse(one.resetsAt)).toBeGreaterThan(Date.now());
    expect(await remaining(second)).toMatchObject({ remaining: LIMIT - 2 * one.cost });
    expect(await remaining(await user())).toMatchObject({ remaining: LIMIT - one.cost });
  });

  test('refuses a stream to who has nothing left, and leaves those of others alone', async () => {
    const [token, spender, writer] = [await user(), await user(), await application('writer')];
    const live = 'query ($code: ID!) @live { organization(code: $code) { name } }';
    const variables = { code: asOrganization() };
    const as = (bearer: string) => ({ variables, headers: { authorization: `Bearer ${bearer}` } });
    const stream = await openStream(gateway.url, live, as(token));
    await stream.next();
    while ((await remainingOf(spender)) > 0);
    expect((await openStream(gateway.url, live, as(spender))).status).toBe(429);
    const query =
      'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "Then" }) { userErrors { code } } }';
    await send({ query, variables }, writer);
    expect((await stream.next()).data.organization.name).toBe('Then');
    stream.close();
  });

  test('charges a stream once, and not for what others change', async () => {
    const [token, writer] = [await user(), await application('writer')];
    const live = 'query ($code: ID!) @live { organization(code: $code) { name } }';
    const variables = { code: asOrganization() };
    const headers = { authorization: `Bearer ${token}` };
    const first = await openStream(gateway.url, live, { variables, headers });
    const second = await openStream(gateway.url, live, { variables, headers });
    await Promise.all([first.next(), second.next()]);
    const paid = LIMIT - (await remainingOf(token)) - cost;
    // The second goes on alone, with executions for its own request.
    first.close();
    for (const name of ['Once', 'Twice']) {
      await send(
        {
          query: `mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "${name}" }) { userErrors { code } } }`,
          variables,
        },
        writer,
      );
      expect((await second.next()).data.organization.name).toBe(name);
    }
    expect(LIMIT - (await remainingOf(token))).toBe(paid + 2 * cost);
    second.close();
  });

  test('tells each of several callers its own standing, though they ask the same at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 5 }, () => user()));
    // Slow, so that all of them wait for the first one's execution.
    const end = emulator.fault({ route: 'GET /api/v1/organization', delayMs: 200 });
    await send({ query: QUERY }, tokens[0]!);
    const standings = await Promise.all(
      tokens.map(async (token) => {
        const request = {
          query: `{ rateLimit { remaining } organization(code: "${asOrganization()}") { isSuspended } }`,
        };
        const { data } = (await (
          await fetch(`${gateway.url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
            body: JSON.stringify(request),
          })
        ).json()) as any;
        return data.rateLimit.remaining;
      }),
    );
    end();
    expect(standings[0]).toBeLessThan(standings[1]);
    expect(new Set(standings.slice(1)).size).toBe(1);
  });

  test('takes one for a response from the cache, and refuses that too', async () => {
    const token = await application('cached');
    const request = () =>
      fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: '{ organizations(first: 3) { nodes { code } } }' }),
      });
    const remainingOf = (response: Response) =>
      Number(/r=(\d+)/.exec(response.headers.get('ratelimit')!)![1]);
    let left = remainingOf(await request());
    for (const count of [1, 2, 3]) expect(remainingOf(await request())).toBe(left - count);
    left -= 3;
    // No document is the same as another, so that each is executed.
    for (; left >= cost; left -= cost) {
      const { status } = await send({ query: `${QUERY} # ${left}` }, token);
      expect(status).toBe(200);
    }
    for (; left > 0; left--) expect((await request()).status).toBe(200);
    const refused = await request();
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
    const metrics = await (await fetch(`${gateway.metricsUrl}`)).text();
    expect(metrics).toMatch(/^kinde_graphql_callers_limited_total [1-9]/m);
  });

  test('charges a live query once, when its stream opens, and tells what is left with each result', async () => {
    const [token, writer] = [await application('live'), await application('writer')];
    const live =
      'query ($code: ID!) @live { organization(code: $code) { name } rateLimit { cost remaining } }';
    const variables = { code: asOrganization() };
    const headers = { authorization: `Bearer ${token}` };
    const stream = await openStream(gateway.url, live, { variables, headers });
    expect(stream.headers.get('ratelimit')).toMatch(new RegExp(`r=${LIMIT - 1};`));
    const standings = [(await stream.next()).data.rateLimit];
    await send({ query: QUERY }, token);
    await send(
      {
        query: `mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "Changed" }) { userErrors { code } } }`,
        variables,
      },
      writer,
    );
    standings.push((await stream.next()).data.rateLimit);
    stream.close();
    expect(standings).toEqual([
      { cost: 1, remaining: LIMIT - 1 },
      { cost: 0, remaining: LIMIT - 1 - cost },
    ]);
    expect(await remainingOf(token)).toBe(LIMIT - 1 - 2 * cost);
  });

  test('refuses a caller who is not authenticated as before', async () => {
    const response = await send({ query: QUERY }, 'no token');
    expect([response.status, response.headers.get('ratelimit')]).toEqual([401, null]);
  });
});

test('without the setting there is no limit, and rateLimit is null', async () => {
  const gateway = await startGateway();
  try {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ rateLimit { limit } }' }),
    });
    expect(response.headers.get('ratelimit')).toBeNull();
    expect(await response.json()).toEqual({ data: { rateLimit: null } });
  } finally {
    await gateway.close();
  }
});

test('callers without authentication are told apart by the address that a trusted proxy gives', async () => {
  const limit = { CALLER_COST_PER_MINUTE: '10' };
  const trusting = await startGateway({ env: { ...limit, TRUSTED_PROXIES: '127.0.0.0/8' } });
  const doubting = await startGateway({ before: trusting.emulator, env: limit });
  const remaining = async ({ execute }: TestGateway, address: string) =>
    (
      await execute('{ rateLimit { remaining } }', undefined, {
        'x-forwarded-for': address,
      })
    ).data.rateLimit.remaining;
  try {
    const first = await remaining(trusting, '203.0.113.1');
    expect(await remaining(trusting, '203.0.113.2')).toBe(first);
    expect(await remaining(trusting, '203.0.113.1')).toBeLessThan(first);
    // A client has a whole network of IPv6.
    expect(await remaining(trusting, '2001:db8::1')).toBe(first);
    expect(await remaining(trusting, '2001:db8::2')).toBeLessThan(first);
    expect(await remaining(doubting, '203.0.113.1')).toBe(first);
    expect(await remaining(doubting, '203.0.113.2')).toBeLessThan(first);
  } finally {
    await doubting.close();
    await trusting.close();
  }
});

describe('the budget of a caller', () => {
  const budgets: CallerBudget[] = [];
  afterEach(() => budgets.splice(0).forEach((budget) => budget.close()));
  const create = (options: Partial<CallerBudgetOptions> = {}) => {
    const budget = new CallerBudget({ limit: 10, redis: undefined, name: 'test', ...options });
    budgets.push(budget);
    return budget;
  };

  test('is whole again a minute later, for each caller at another moment', () => {
    let now = 1_700_000_000_000;
    const budget = create({ now: () => now });
    const resets = ['a', 'b', 'c'].map((caller) => {
      expect(budget.charge(caller, 10)).toMatchObject({ isAllowed: true, remaining: 0 });
      const { isAllowed, resetsAt, retryAfterSeconds } = budget.charge(caller, 1);
      expect([isAllowed, retryAfterSeconds]).toEqual([false, Math.ceil((resetsAt - now) / 1000)]);
      return { caller, resetsAt };
    });
    expect(new Set(resets.map(({ resetsAt }) => resetsAt)).size).toBe(3);
    for (const { caller, resetsAt } of resets.sort((a, b) => a.resetsAt - b.resetsAt)) {
      now = resetsAt - 1;
      expect(budget.charge(caller, 1).isAllowed).toBe(false);
      now = resetsAt;
      expect(budget.charge(caller, 10).isAllowed).toBe(true);
    }
  });

  test('loses 1 for an operation that costs too much, and no more', () => {
    const budget = create();
    expect(budget.charge('a', 11)).toMatchObject({ isAllowed: false, remaining: 9 });
    expect(budget.charge('a', 9)).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(budget.charge('a', 1)).toMatchObject({ isAllowed: false, remaining: 0 });
  });

  test('has back what an operation was charged that was refused afterwards', () => {
    let now = 1_700_000_000_000;
    const budget = create({ now: () => now });
    const charge = budget.charge('a', 8);
    expect(budget.refund('a', charge)).toMatchObject({ isAllowed: true, cost: 8, remaining: 9 });
    expect(budget.refund('a', budget.standing('a'))).toMatchObject({ cost: 0, remaining: 9 });
    expect(budget.charge('a', 9)).toMatchObject({ isAllowed: true, remaining: 0 });
    now = charge.resetsAt;
    expect(budget.charge('a', 7).remaining).toBe(3);
    expect(budget.refund('a', charge)).toEqual(charge);
    expect(budget.charge('a', 0).remaining).toBe(3);
  });

  test('is known to be spent by the credential for a second, or until it is whole again', () => {
    let now = 1_700_000_000_000;
    const onRefused = jest.fn();
    const budget = create({ now: () => now, onRefused });
    expect(budget.charge('a', 10, 'token').isAllowed).toBe(true);
    expect(budget.spent('token')).toBeUndefined();
    const { resetsAt } = budget.charge('a', 1, 'token');
    expect(budget.spent('token')).toMatchObject({ isAllowed: false, remaining: 0, resetsAt });
    expect(onRefused).toHaveBeenCalledTimes(2);
    expect(budget.spent('another token')).toBeUndefined();
    now += 1_000;
    expect(budget.spent('token')).toBeUndefined();
    now = resetsAt - 1;
    budget.charge('a', 1, 'token');
    expect(budget.spent('token')).toBeDefined();
    now = resetsAt;
    expect(budget.spent('token')).toBeUndefined();
  });

  describeWith('redis-server')('with Redis', () => {
    let redis: Redis;
    const clients: RedisClient[] = [];
    beforeAll(async () => {
      redis = await startRedis();
    });
    beforeEach(() => void redis.command('FLUSHALL'));
    afterEach(() => clients.splice(0).forEach((client) => client.close()));
    afterAll(() => redis.kill());

    const replica = async () => {
      const client = new RedisClient(redis.url);
      clients.push(client);
      // The budget subscribes first, as in a gateway.
      const budget = create({ redis: client, limit: 100 });
      await client.connect();
      return budget;
    };
    const remaining = (budget: CallerBudget) => budget.charge('a', 0).remaining;

    test('is one for all replicas, and Redis has no name of a caller', async () => {
      const [one, two] = [await replica(), await replica()];
      for (let count = 0; count < 30; count++) one.charge('a', 1);
      two.charge('a', 20);
      await waitFor(() => {
        one.charge('a', 0);
        return redis.command('KEYS', '*:caller:*') !== '';
      });
      await waitFor(() => {
        // A charge has the sum read again.
        const sums = [one, two].map((budget) => (budget.charge('b', 1), remaining(budget)));
        one.charge('a', 0);
        two.charge('a', 0);
        return sums.every((sum) => sum === 50);
      });
      expect(redis.command('KEYS', '*')).not.toMatch(/:a:|:a$/m);
      expect(one.charge('a', 51).isAllowed).toBe(false);
    });

    test('is divided among the replicas while Redis is away, and never zero', async () => {
      const [one, two] = [await replica(), await replica()];
      one.charge('a', 1);
      two.charge('a', 1);
      // With the sum of both comes the number of replicas.
      await waitFor(() => remaining(one) === 98);
      await redis.kill();
      one.charge('a', 1);
      await waitFor(() => one.charge('a', 0).limit === 50);
      expect(one.charge('new', 50).isAllowed).toBe(true);
      expect(one.charge('new', 1).isAllowed).toBe(false);
      await redis.restart();
      await waitFor(() => {
        one.charge('b', 1);
        return one.charge('a', 0).limit === 100;
      });
    });
  });
});

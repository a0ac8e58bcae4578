/** What is sent again, what never is, how long it waits, and when nothing is sent at all. */
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { arrive } from '../support/cached-gateway.js';
import { stubClock } from '../support/clock.js';
import {
  answer,
  reset,
  startFaultyGateway,
  type Fault,
  type FaultyGateway,
  type Outcome,
} from '../support/fault-proxy.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';
import { waitFor } from '../support/wait-for.js';

const { advance, stop } = stubClock();
const timeouts = stubTimeouts();
const open: FaultyGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});
/** A gateway of a test's own: what it has learnt of the upstream must not reach the next test. */
async function gatewayWith(env: Record<string, string> = {}, isCold = false) {
  const gateway = await startFaultyGateway(env, { isCold });
  open.push(gateway);
  return gateway;
}

const list = (first: number) => `{ organizations(first: ${first}) { nodes { code } } }`;
const call = (first: number) => `GET /api/v1/organizations?page_size=${first}`;
const LIST = 'GET /api/v1/organizations';
/** No two of them share a call. */
const distinct = (count: number) => Array.from({ length: count }, (_, index) => list(index + 2));
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

describe('16. A read is retried after', () => {
  test.each<[string, Fault]>([
    ...[500, 502, 503, 504].map((status): [string, Fault] => [`a ${status}`, answer(status)]),
    ['a reset', reset()],
    ['no HTTP', reset('garbage\r\n')],
    ['a body that breaks off', reset('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{')],
  ])('%s, and succeeds', async (_, fault) => {
    const gateway = await gatewayWith();
    gateway.proxy.next(LIST, fault, fault);
    const { data, codes, calls } = await gateway.outcome(list(1));
    expect(codes).toEqual({});
    expect(data.organizations.nodes).toHaveLength(1);
    expect(calls).toEqual([call(1), call(1), call(1)]);
  });

  test('a 503 twice at most', async () => {
    const gateway = await gatewayWith();
    gateway.proxy.always(LIST, answer(503));
    const { codes, calls } = await gateway.outcome(list(1));
    expect(codes).toEqual({ organizations: 'UPSTREAM_UNAVAILABLE' });
    expect(calls).toEqual([call(1), call(1), call(1)]);
  });

  test('but not after unusable responses', async () => {
    const gateway = await gatewayWith();
    gateway.proxy.always(LIST, answer(200, '<html>'));
    const { calls } = await gateway.outcome(list(1));
    expect(calls).toEqual([call(1)]);
  });
});

const WRITES: [method: string, mutation: string][] = [
  ['POST', 'createOrganization(input: { name: "N" })'],
  ['PATCH', 'updateOrganization(input: { organizationCode: "org_1", name: "N" })'],
  ['DELETE', 'deleteOrganization(input: { organizationCode: "org_1" })'],
];
test.each(WRITES)(
  '16. A %s is never sent twice, whatever 5xx it gets',
  async (method, mutation) => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '5' });
    for (const status of [500, 502, 503, 504]) {
      gateway.proxy.next('*', answer(status));
      const { codes, calls } = await gateway.outcome(
        `mutation { ${mutation} { userErrors { code } } }`,
      );
      expect(Object.values(codes)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      expect(calls).toEqual([expect.stringMatching(`^${method} `)]);
    }
  },
);

describe('a 429', () => {
  describe('that names a wait', () => {
    const HEADERS: [string, () => object][] = [
      ['17. with Retry-After in seconds', () => ({ 'retry-after': '1' })],
      [
        '18. with Retry-After as a date',
        () => ({ 'retry-after': new Date(Date.now() + 2_000).toUTCString() }),
      ],
      ['19. with RateLimit-Reset alone', () => ({ 'ratelimit-reset': '1' })],
    ];
    let outcomes: Promise<Outcome>[];
    // Their times pass together.
    beforeAll(async () => {
      const gateways = await Promise.all(HEADERS.map(() => startFaultyGateway()));
      outcomes = HEADERS.map(([, headers], n) => {
        const { proxy, outcome } = gateways[n]!;
        proxy.next(LIST, (struck) => answer(429, '', headers())(struck));
        return outcome(list(1));
      });
      await Promise.allSettled(outcomes);
      await Promise.all(gateways.map((gateway) => gateway.close()));
    });

    test.each(HEADERS.map(([title], n) => [title, n] as const))(
      '%s is waited for, within the deadline',
      async (_, n) => {
        const { codes, calls, milliseconds } = await outcomes[n]!;
        expect(codes).toEqual({});
        expect(calls).toEqual([call(1), call(1)]);
        expect(milliseconds).toBeGreaterThan(900);
      },
    );
  });

  test.each<[string, object, number]>([
    ['an hour', { 'retry-after': '3600' }, 3600],
    ['a day, by Kinde’s header', { 'ratelimit-reset': '86400' }, 86_400],
    ['ten thousand years', { 'retry-after': '315360000000' }, 315_360_000_000],
  ])('20. with an absurd wait of %s is RATE_LIMITED at once', async (_, headers, seconds) => {
    const gateway = await gatewayWith();
    gateway.proxy.always(LIST, answer(429, '', headers));
    const startedAt = performance.now();
    const { errors } = await gateway.execute(list(1));
    expect(errors).toMatchObject([
      { extensions: { code: 'RATE_LIMITED', retryAfterSeconds: seconds } },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(gateway.proxy.calls()).toEqual([call(1)]);
  });

  test.each(['-5', 'soon', '1e9', '', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
    '20. with a wait of %j has no wait',
    async (value) => {
      const gateway = await gatewayWith();
      gateway.proxy.next(LIST, answer(429, '', { 'retry-after': value }));
      const { codes, calls, milliseconds } = await gateway.outcome(list(1));
      expect(codes).toEqual({});
      expect(calls).toEqual([call(1), call(1)]);
      expect(milliseconds).toBeLessThan(20_000);
    },
  );

  test('21. A storm: the upstream sees at most 1.2 times the calls', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '10' });
    // Retries are a fifth of the calls of ten seconds.
    stop();
    gateway.proxy.always('*', answer(429));
    await Promise.all(distinct(100).map((query) => gateway.execute(query)));
    const { length } = gateway.proxy.calls();
    expect(length).toBeGreaterThan(100);
    expect(length).toBeLessThanOrEqual(120);
  });

  test('21. A storm with a Retry-After: nothing is sent during it, and everything after it', async () => {
    const gateway = await gatewayWith();
    const sentAt: number[] = [];
    gateway.proxy.always(LIST, (struck) => {
      sentAt.push(performance.now());
      return sentAt.length > 1
        ? struck.forward()
        : answer(429, '', { 'ratelimit-reset': '1' })(struck);
    });
    const first = gateway.query(list(1));
    await waitFor(() => sentAt.length > 0);
    await arrive(gateway);
    await Promise.all([first, ...distinct(50).map((query) => gateway.query(query))]);
    const [limitedAt, ...others] = sentAt;
    expect(others).toHaveLength(51);
    expect(Math.min(...others) - limitedAt!).toBeGreaterThan(950);
  });
});

describe('the credentials', () => {
  test('22. A 401: one forced renewal for all waiting calls, which then succeed', async () => {
    const gateway = await gatewayWith();
    // Else the new token may be the old one to the letter, when both are made in one second.
    await gateway.emulator.rotateKey();
    let refused: string | undefined;
    gateway.proxy.always('GET', (struck) => {
      refused ??= struck.headers.authorization;
      return struck.headers.authorization === refused ? answer(401)(struck) : struck.forward();
    });
    await Promise.all(distinct(20).map((query) => gateway.query(query)));
    expect(gateway.proxy.tokenRequests).toBe(1);
    // Those that are sent only after the renewal are not refused.
    const sent = gateway.proxy.calls().length;
    expect(sent).toBeGreaterThan(20);
    expect(sent).toBeLessThanOrEqual(40);
  });

  test('22. A 401 that stays: UNAUTHENTICATED, after one renewal', async () => {
    const gateway = await gatewayWith();
    gateway.proxy.always(LIST, answer(401));
    const { codes, calls } = await gateway.outcome(list(1));
    expect(codes).toEqual({ organizations: 'UNAUTHENTICATED' });
    expect(calls).toEqual([call(1), call(1)]);
    expect(gateway.proxy.tokenRequests).toBe(1);
  });

  test('22. A 401 of a write, which was refused, is sent with the new token', async () => {
    const gateway = await gatewayWith();
    const { organizations } = await gateway.query(list(1));
    gateway.proxy.calls();
    const { code } = organizations.nodes[0];
    gateway.proxy.next('PATCH', answer(401));
    const { codes, calls } = await gateway.outcome(
      'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "N" }) { userErrors { code } } }',
      { code },
    );
    expect(codes).toEqual({});
    expect(calls).toEqual(Array(2).fill(`PATCH /api/v1/organization/${code}`));
  });

  test.each<[string, Fault, string, number?]>([
    ['that is down', answer(503), 'UPSTREAM_UNAVAILABLE', 3],
    ['that breaks the connection', reset(), 'UPSTREAM_UNAVAILABLE', 3],
    ['that is slow', () => timeouts.endCalls(), 'UPSTREAM_TIMEOUT'],
    ['that answers HTML', answer(200, '<html>'), 'UPSTREAM_BAD_RESPONSE'],
    ['that answers null', answer(200, 'null'), 'UPSTREAM_BAD_RESPONSE'],
    ['without a token', token({ access_token: undefined }), 'UPSTREAM_BAD_RESPONSE'],
    ['whose token is a number', token({ access_token: 7 }), 'UPSTREAM_BAD_RESPONSE'],
    [
      'whose token cannot be a header',
      token({ access_token: 'a\r\nb: c' }),
      'UPSTREAM_BAD_RESPONSE',
    ],
    ['with a token that has expired', token({ expires_in: 0 }), 'UPSTREAM_BAD_RESPONSE'],
    ['with a negative lifetime', token({ expires_in: -3600 }), 'UPSTREAM_BAD_RESPONSE'],
    ['that redirects', answer(302, '', { location: '/oauth2/auth' }), 'UNAUTHENTICATED'],
    ['that refuses', answer(401, { error: 'invalid_client' }), 'UNAUTHENTICATED'],
    ['that limits', answer(429, '', { 'retry-after': '900' }), 'UPSTREAM_UNAVAILABLE'],
  ])(
    '23. A token endpoint %s: an error, and the next operation tries again',
    async (_, fault, code, requests = 1) => {
      const gateway = await gatewayWith(TIMEOUTS, true);
      const end = gateway.proxy.always('POST /oauth2/token', fault);
      const { codes, calls } = await gateway.outcome(list(1));
      expect(codes).toEqual({ organizations: code });
      expect(calls).toEqual([]);
      expect(gateway.proxy.tokenRequests).toBe(requests);
      end();
      await gateway.query(list(1));
    },
  );

  test.each([
    ['read', list(1)],
    ['write', `mutation { it: ${WRITES[1]![1]} { userErrors { code } } }`],
  ])(
    '23. A token endpoint slower than the operation may take: DEADLINE_EXCEEDED, a %s',
    async (_, document) => {
      const gateway = await gatewayWith(TIMEOUTS, true);
      gateway.proxy.always('POST /oauth2/token', () => timeouts.endOperations());
      const { codes, calls } = await gateway.outcome(document);
      expect(Object.values(codes)).toEqual(['DEADLINE_EXCEEDED']);
      expect(calls).toEqual([]);
    },
  );

  test('23. A token that is expired already: renewed once', async () => {
    const gateway = await gatewayWith({}, true);
    const expired = await gateway.emulator.issueToken({ expiresIn: -60 });
    gateway.proxy.always('POST /oauth2/token', token({ access_token: expired }));
    const { codes, calls } = await gateway.outcome(list(1));
    expect(codes).toEqual({ organizations: 'UNAUTHENTICATED' });
    expect(calls).toEqual([call(1), call(1)]);
    expect(gateway.proxy.tokenRequests).toBe(2);
  });
});

function token(changes: object): Fault {
  return answer(200, { access_token: 't', token_type: 'bearer', expires_in: 3600, ...changes });
}

describe('a refusal', () => {
  const USERS = 'GET /api/v1/organizations/{org_code}/users';
  const nested =
    '{ organizations(first: 1) { nodes { name users(first: 1) { nodes { userId } } } } }';

  test('24. A 403: FORBIDDEN with the missing scope, and the rest is returned', async () => {
    const gateway = await gatewayWith();
    const message = 'The scope read:organization_users is missing.';
    gateway.proxy.always(USERS, answer(403, { errors: [{ code: 'FORBIDDEN', message }] }));
    const { data, errors } = await gateway.execute(nested);
    expect(data.organizations.nodes).toEqual([{ name: expect.any(String), users: null }]);
    expect(errors).toMatchObject([
      {
        path: ['organizations', 'nodes', 0, 'users'],
        extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_users' },
      },
    ]);
    expect(gateway.proxy.calls()).toHaveLength(2);
  });

  const missing = { errors: [{ code: 'ORGANIZATION_NOT_FOUND', message: 'None such.' }] };
  test.each<[string, Fault]>([
    ['404', answer(404, { errors: { code: 'ROUTE_NOT_FOUND', message: 'No.' } })],
    ['404 in HTML', answer(404, '<html>')],
    ['400', answer(400, missing)],
  ])(
    '25. A %s for a missing object: null for a query, a userError for a mutation',
    async (_, fault) => {
      const gateway = await gatewayWith();
      gateway.proxy.always('*', fault);
      const query = await gateway.outcome('{ organization(code: "org_1") { name } }');
      expect([query.data, query.codes]).toEqual([{ organization: null }, {}]);
      expect(query.calls).toEqual(['GET /api/v1/organization?code=org_1']);
      const mutation = await gateway.outcome(
        'mutation { deleteOrganization(input: { organizationCode: "org_1" }) { userErrors { code } } }',
      );
      expect(mutation.codes).toEqual({});
      expect(mutation.data.deleteOrganization.userErrors).toHaveLength(1);
      expect(mutation.calls).toEqual(['DELETE /api/v1/organization/org_1']);
    },
  );

  test('26. A 400 about the input: userErrors with the path of the input', async () => {
    const gateway = await gatewayWith();
    const errors = [{ code: 'HANDLE_TAKEN', message: 'Another has it.' }];
    gateway.proxy.always('*', answer(400, { errors }));
    const { data, codes, calls } = await gateway.outcome(
      'mutation { updateOrganization(input: { organizationCode: "org_1", handle: "h" }) { userErrors { code kindeCode field message } } }',
    );
    expect(codes).toEqual({});
    expect(data.updateOrganization.userErrors).toEqual([
      {
        code: 'REFUSED_BY_KINDE',
        kindeCode: 'HANDLE_TAKEN',
        field: ['handle'],
        message: 'Another has it.',
      },
    ]);
    expect(calls).toEqual(['PATCH /api/v1/organization/org_1']);
  });
});

describe('an upstream in trouble', () => {
  test('29. The breaker opens, fails without a call, probes with one and closes', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    await gateway.proxy.refuse();
    await Promise.all(distinct(20).map((query) => gateway.execute(query)));
    await gateway.proxy.accept();
    expect((await gateway.outcome(list(1))).codes).toEqual({
      organizations: 'UPSTREAM_UNAVAILABLE',
    });
    expect(gateway.proxy.calls()).toEqual([]);
    advance(5_200);
    // Of many that come at once, one tries, and the others are refused.
    let refused = 0;
    gateway.proxy.always(LIST, async ({ forward }) => {
      await waitFor(() => refused === 9);
      await forward();
    });
    const results = await Promise.all(
      distinct(10).map(async (query) => {
        const result = await gateway.execute(query);
        if (result.errors !== undefined) refused++;
        return result;
      }),
    );
    expect(gateway.proxy.calls()).toHaveLength(1);
    expect(results.filter(({ errors }) => errors === undefined)).toHaveLength(1);
    gateway.proxy.reset();
    await gateway.query(list(1));
  });

  test('30. A slow upstream: sockets are limited, and the event loop is free', async () => {
    const gateway = await gatewayWith({ UPSTREAM_CONCURRENCY: '8' });
    let most = 0;
    let inFlight = 0;
    gateway.proxy.always('*', async ({ forward }) => {
      most = Math.max(most, ++inFlight);
      await wait(50);
      // The first ones until all sockets are in use, however slowly a busy machine sends them.
      await waitFor(() => most === 8);
      inFlight--;
      await forward();
    });
    const queries = distinct(60).map((query) => gateway.query(query));
    // CPU time, since on a busy machine others run between two turns.
    const turnsMs: number[] = [];
    let lastMs = cpuMs();
    const ticks = setInterval(() => {
      turnsMs.push(cpuMs() - lastMs);
      lastMs = cpuMs();
    }, 5);
    await Promise.all(queries);
    clearInterval(ticks);
    expect(gateway.proxy.calls()).toHaveLength(60);
    // One more than the reads take is that of the token.
    expect(gateway.proxy.mostConnections).toBeGreaterThanOrEqual(8);
    expect(gateway.proxy.mostConnections).toBeLessThanOrEqual(9);
    turnsMs.sort((one, other) => one - other);
    expect(turnsMs[Math.floor(turnsMs.length / 2)]).toBeLessThan(50);
  });

  test('31. After a flapping upstream recovers, errors stop within the breaker’s window', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '0' });
    // Failures count for ten seconds.
    stop();
    let count = 0;
    const end = gateway.proxy.always(LIST, (struck) =>
      count++ % 3 === 0 ? struck.forward() : answer(503)(struck),
    );
    for (const query of distinct(40)) await gateway.execute(query);
    expect(count).toBeLessThan(40);
    end();
    let waitedMs = 0;
    for (; (await gateway.execute(list(1))).errors !== undefined; waitedMs += 100) {
      expect(waitedMs).toBeLessThan(10_000);
      advance(100);
    }
    await Promise.all(distinct(40).map((query) => gateway.query(query)));
  });
});

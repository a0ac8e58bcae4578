/** Live queries: a new result for each change of what they show, for callers who may see it. */
import { ApolloServer } from '@apollo/server';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { arrive, cachedGateways } from '../../support/cached-gateway.js';
import {
  COMPLETE,
  DISCONNECTED,
  openStream,
  type StreamOptions,
} from '../../support/event-stream.js';
import type { TestGateway } from '../../support/gateway.js';
import { describeWith } from '../../support/programs.js';
import { startRedis, type Redis } from '../../support/redis.js';
import { rename, startReplicas } from '../../support/replicas.js';
import { stubTimeouts } from '../../support/timeouts.js';
import { waitFor } from '../../support/wait-for.js';

const { gatewayWith, heldGatewayWith, advance } = cachedGateways();
const timeouts = stubTimeouts();
const streams: { close(): void }[] = [];
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});

const open = async (gateway: Pick<TestGateway, 'url'>, query: string, options?: StreamOptions) => {
  const stream = await openStream(gateway.url, query, options);
  streams.push(stream);
  return stream;
};

const LIVE_NAME = 'query ($code: ID!) @live { organization(code: $code) { name } }';
const codeOf = ({ emulator }: TestGateway, index = 1) =>
  [...emulator.state.organizations.values()][index]!.profile.code;
const named = (name: string) => ({ data: { organization: { name } } });

/** Lets what has been sent arrive, where operations have to wait. */
const arriveUnmetered = async ({ url }: TestGateway) => {
  for (let time = 0; time < 5; time++) await fetch(`${url}/livez`);
};

let event = 0;
const deliver = async (gateway: TestGateway, type: string, data: object) => {
  const body = await gateway.emulator.signEvent({ type, event_id: `event_${++event}`, data });
  const { status } = await fetch(`${gateway.url}/webhooks/kinde`, { method: 'POST', body });
  expect(status).toBe(200);
};

describe('a live query', () => {
  test('sends the first result at once, and a new one after a mutation', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    expect(stream.status).toBe(200);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.headers.get('cache-control')).toBe('no-store');
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    await stream.next();
    for (const name of ['After', 'Later']) {
      await rename(gateway, code, name);
      expect(await stream.next()).toEqual(named(name));
    }
  });

  test('sends a new result after an event of Kinde', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    gateway.emulator.state.organizations.get(code)!.profile.name = 'After';
    await deliver(gateway, 'organization.updated', { organization: { code } });
    expect(await stream.next()).toEqual(named('After'));
  });

  test('makes only the calls that the change concerns, and none for other changes', async () => {
    const gateway = await gatewayWith();
    const [code, other] = [codeOf(gateway), codeOf(gateway, 2)];
    const stream = await open(
      gateway,
      'query ($code: ID!) @live { organization(code: $code) { name featureFlags { key } users(first: 2) { nodes { userId } } } }',
      { variables: { code } },
    );
    await stream.next();
    gateway.calls();
    await rename(gateway, other, 'Other');
    await rename(gateway, code, 'After');
    expect((await stream.next()).data.organization.name).toBe('After');
    expect(gateway.calls()).toEqual([
      `PATCH /api/v1/organization/${other}`,
      `PATCH /api/v1/organization/${code}`,
      `GET /api/v1/organization?code=${code}`,
    ]);
  });

  test('sends nothing when the new result is the same', async () => {
    const gateway = await gatewayWith({ METRICS_PORT: '0' });
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    await deliver(gateway, 'organization.updated', { organization: { code } });
    const metric = async (name: string) =>
      (await (await fetch(gateway.metricsUrl!)).text()).match(new RegExp(`^${name}.*`, 'm'))?.[0];
    await waitFor(
      async () =>
        (await metric('kinde_graphql_live_executions_total')) ===
        'kinde_graphql_live_executions_total{changed="false"} 1',
    );
    expect(stream.waiting).toBe(0);
    expect(await metric('kinde_graphql_streams')).toBe('kinde_graphql_streams 1');
    expect(await metric('kinde_graphql_live_queries')).toBe('kinde_graphql_live_queries 1');
    expect(await metric('kinde_graphql_live_results_sent_total')).toBe(
      'kinde_graphql_live_results_sent_total 0',
    );
  });

  test('of many streams is executed once for all of them', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const many = await Promise.all(
      Array.from({ length: 50 }, () => open(gateway, LIVE_NAME, { variables: { code } })),
    );
    await Promise.all(many.map((stream) => stream.next()));
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${code}`]);
    await rename(gateway, code, 'After');
    for (const stream of many) expect(await stream.next()).toEqual(named('After'));
    expect(gateway.calls()).toEqual([
      `PATCH /api/v1/organization/${code}`,
      `GET /api/v1/organization?code=${code}`,
    ]);
  });

  test('gathers a burst of changes', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    gateway.calls();
    await Promise.all(Array.from({ length: 19 }, (_, n) => rename(gateway, code, `Name ${n}`)));
    await rename(gateway, code, 'Name 19');
    let last;
    do last = await stream.next();
    while (last.data.organization.name !== 'Name 19');
    const reads = gateway.calls().filter((call) => call.startsWith('GET'));
    expect(reads.length).toBeLessThan(15);
  });

  test('shows a stream that opens after a mutation nothing older', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const code = codeOf(gateway);
    const first = await open(gateway, LIVE_NAME, { variables: { code } });
    await first.next();
    await rename(gateway, code, 'One');
    const held = proxy.hold(`GET /api/v1/organization?code=${code}`);
    await held.made;
    await rename(gateway, code, 'Two');
    const opening = open(gateway, LIVE_NAME, { variables: { code } });
    held.release();
    expect(await (await opening).next()).toEqual(named('Two'));
  });

  test('is read again when it expires, since some changes cause no event', async () => {
    const gateway = await gatewayWith({ CACHE_TTL_SECONDS: '1' });
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    gateway.emulator.state.organizations.get(code)!.profile.name = 'After';
    advance(1_000);
    expect(await stream.next()).toEqual(named('After'));
  });

  test('that fails is tried again, and shows the failure meanwhile', async () => {
    const gateway = await gatewayWith({
      CACHE_TTL_SECONDS: '1',
      CACHE_STALE_IF_ERROR_SECONDS: '0',
    });
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    const first = await stream.next();
    const end = gateway.emulator.fault({ respond: { status: 500 } });
    await deliver(gateway, 'organization.updated', { organization: { code } });
    const { data, errors } = await stream.next();
    expect(data).toEqual({ organization: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    end();
    expect(await stream.next()).toEqual(first);
  });

  test('shows an organization once it exists', async () => {
    const gateway = await gatewayWith();
    const stream = await open(
      gateway,
      '{ organizations(first: 50) { nodes { name } } }'.replace('{', 'query @live {'),
    );
    const count = (result: any) => result.data.organizations.nodes.length;
    const before = count(await stream.next());
    await gateway.query(
      'mutation { createOrganization(input: { name: "New" }) { userErrors { code } } }',
    );
    expect(count(await stream.next())).toBe(before + 1);
  });

  test('can be opened by GET, as EventSource does', async () => {
    const gateway = await gatewayWith({ NODE_ENV: 'production' });
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code }, method: 'GET' });
    await stream.next();
    await rename(gateway, code, 'After');
    expect(await stream.next()).toEqual(named('After'));
  });

  test('loses no result though its reader has waited in vain before', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    await expect(stream.next(100)).rejects.toThrow('No event came');
    await rename(gateway, code, 'After');
    expect(await stream.next()).toEqual(named('After'));
  });

  test('that two wait for is executed again for the one that stays', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const variables = { code: codeOf(gateway) };
    const held = proxy.hold('GET /api/v1/organization');
    const gone = new AbortController();
    const leaving = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: LIVE_NAME, variables }),
      signal: gone.signal,
    }).catch(() => undefined);
    await held.made;
    const staying = open(gateway, LIVE_NAME, { variables });
    gone.abort();
    await leaving;
    // By then the gateway knows of both.
    for (const path of ['livez', 'livez']) await fetch(`${gateway.url}/${path}`);
    held.release();
    const stream = await staying;
    await stream.next();
    await rename(gateway, variables.code, 'After');
    expect(await stream.next()).toEqual(named('After'));
  });

  test('is not held up by a stream that opens while operations take all the memory', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      ...{ MAX_COST_IN_FLIGHT: '30', OPERATION_TIMEOUT_MS: '15000', UPSTREAM_TIMEOUT_MS: '60000' },
    });
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    const large = proxy.hold('GET /api/v1/organizations');
    const first = gateway.execute('{ organizations(first: 60) { nodes { name } } }');
    await large.made;
    const change = async (name: string) => {
      gateway.emulator.state.organizations.get(code)!.profile.name = name;
      await deliver(gateway, 'organization.updated', { organization: { code } });
    };
    const held = proxy.hold(`GET /api/v1/organization?code=${code}`);
    await change('One');
    await held.made;
    // It waits for an execution that is out of date when it ends.
    const opening = open(gateway, LIVE_NAME, { variables: { code } });
    await arriveUnmetered(gateway);
    await change('Two');
    held.release();
    expect(await stream.next()).toEqual(named('One'));
    expect(await stream.next()).toEqual(named('Two'));
    expect(await (await opening).next()).toEqual(named('Two'));
    large.release();
    await first;
  });

  test('without a stream is answered once', async () => {
    const gateway = await gatewayWith();
    const { organization } = await gateway.query(LIVE_NAME, { code: codeOf(gateway) });
    expect(organization.name).toEqual(expect.any(String));
  });
});

describe('a stream without @live', () => {
  test('completes after the result', async () => {
    const gateway = await gatewayWith();
    const stream = await open(gateway, '{ organizations(first: 1) { nodes { code } } }');
    expect((await stream.next()).data.organizations.nodes).toHaveLength(1);
    expect(await stream.next()).toBe(COMPLETE);
    expect(await stream.next()).toBe(DISCONNECTED);
  });

  test.each([
    ['only speaks of it', '{ organizations(first: 1) { nodes { code } } } # no @live'],
    ['is invalid', 'query @live { nothing }'],
  ])('is executed for each of many that ask at once, when the document %s', async (_, query) => {
    const gateway = await gatewayWith({}, { emulator: { latencyMs: 50 } });
    const opened = await Promise.all(Array.from({ length: 6 }, () => open(gateway, query)));
    expect(opened.map(({ status }) => status)).toEqual(opened.map(() => 200));
  });

  test('carries out each mutation, also where two are the same', async () => {
    const gateway = await gatewayWith();
    const create =
      'mutation { createOrganization(input: { name: "@live" }) { organization { code } userErrors { code } } }';
    const both = await Promise.all([open(gateway, create), open(gateway, create)]);
    const codes = await Promise.all(
      both.map(async (stream) => (await stream.next()).data.createOrganization.organization.code),
    );
    expect(new Set(codes).size).toBe(2);
    for (const stream of both) expect(await stream.next()).toBe(COMPLETE);
  });

  test('carries out a mutation once, though it changes what it has read', async () => {
    const gateway = await gatewayWith();
    const stream = await open(
      gateway,
      'mutation { updateRole(input: { role: { key: "admin" }, name: "Head" }) { role { name } userErrors { code } } }',
    );
    const { role, userErrors } = (await stream.next()).data.updateRole;
    expect([role, userErrors]).toEqual([{ name: 'Head' }, []]);
    expect(await stream.next()).toBe(COMPLETE);
    const isWrite = (call: string) => !call.startsWith('GET ');
    expect(gateway.calls().filter(isWrite)).toEqual([expect.stringMatching(/^PATCH .*roles/)]);
  });

  test('is told apart from another with the same request id, which clients choose', async () => {
    const { gateway, proxy } = await heldGatewayWith({ AUTH_MODE: 'passthrough' });
    const headers = { 'x-request-id': 'the-same' };
    const authorization = `Bearer ${await gateway.emulator.issueToken()}`;
    const held = proxy.hold('GET /api/v1/organizations');
    const query = '{ organizations(first: 1) { nodes { code } } }';
    const own = open(gateway, query, { headers: { ...headers, authorization } });
    await held.made;
    const stranger = await open(gateway, query, { headers });
    expect(stranger.status).toBe(401);
    held.release();
    expect((await (await own).next()).data.organizations.nodes).toHaveLength(1);
  });

  test('tells what is wrong with a document as a result, which clients show', async () => {
    const gateway = await gatewayWith();
    const stream = await open(gateway, 'query @live { nothing }');
    expect((await stream.next()).errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await stream.next()).toBe(COMPLETE);
  });

  test('of a GET whose URL can’t be decoded is a refusal, and no internal error', async () => {
    const gateway = await gatewayWith();
    const response = await fetch(`${gateway.url}/graphql?query=%E0%A4%A`, {
      headers: { accept: 'text/event-stream' },
    });
    expect(response.status).toBeLessThan(500);
    await response.body!.cancel();
  });

  test('is not chosen by a client that prefers JSON', async () => {
    const gateway = await gatewayWith();
    const accept = 'application/json, text/event-stream;q=0.5';
    const stream = await open(gateway, '{ __typename }', { headers: { accept } });
    expect(stream.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

describe('authority', () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

  test('a caller without a token gets 401, and no stream', async () => {
    const gateway = await gatewayWith({ AUTH_MODE: 'passthrough' });
    const { status, headers } = await open(gateway, LIVE_NAME, { variables: { code: 'org_1' } });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a stream ends with an error when its token expires and is refused from then on', async () => {
    const gateway = await gatewayWith({ AUTH_MODE: 'jwt' });
    const openFor = async (seconds: number) => {
      const token = await gateway.emulator.issueToken({ expiresIn: seconds });
      const variables = { code: codeOf(gateway) };
      return open(gateway, LIVE_NAME, { variables, headers: bearer(token) });
    };
    const stream = await openFor(600);
    await stream.next();
    // The clocks of Kinde and of the gateway may stand five seconds apart.
    expect([timeouts.end(600_000), timeouts.end(605_000)]).toEqual([false, true]);
    const { errors } = await stream.next();
    expect(errors).toEqual([
      {
        message: 'The access token has expired. Open a stream with a new one.',
        extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) },
      },
    ]);
    expect(await stream.next()).toBe(COMPLETE);
    expect((await openFor(-1)).status).toBe(200);
    expect((await openFor(-6)).status).toBe(401);
  });

  test('a stream shows what its caller may see, and shares results with equals alone', async () => {
    const gateway = await gatewayWith({ AUTH_MODE: 'jwt', JWT_ISSUER: '' }, {});
    const [A, B] = [codeOf(gateway, 1), codeOf(gateway, 2)];
    const user = (org_code: string, permissions: string[]) =>
      gateway.emulator.issueToken({
        audience: [],
        scopes: [],
        claims: { gty: undefined, scope: undefined, sub: 'kp_1', org_code, permissions },
      });
    const [reader, stranger, powerless] = await Promise.all([
      user(A, ['read:organizations']),
      user(B, ['read:organizations']),
      user(A, []),
    ]);
    const all = await Promise.all(
      [reader, reader, stranger, powerless].map((token) =>
        open(gateway, LIVE_NAME, { variables: { code: A }, headers: bearer(token) }),
      ),
    );
    const firsts = await Promise.all(all.map((stream) => stream.next()));
    expect(firsts.map(({ data }) => data.organization !== null)).toEqual([
      ...[true, true, false, false],
    ]);
    await gateway.execute(
      'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "After" }) { userErrors { code } } }',
      { code: A },
      bearer(await gateway.emulator.issueToken()),
    );
    expect(await all[0]!.next()).toEqual(named('After'));
    expect(await all[1]!.next()).toEqual(named('After'));
    expect(all[2]!.waiting + all[3]!.waiting).toBe(0);
  });

  test('a caller who has too little cost left is refused, and not those that wait with it', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      ...{ AUTH_MODE: 'jwt', CALLER_COST_PER_MINUTE: '20', MAX_CONCURRENT_OPERATIONS: '1' },
    });
    const code = codeOf(gateway);
    const application = async (azp: string) =>
      bearer(await gateway.emulator.issueToken({ claims: { azp, iss: proxy.url } }));
    const [spender, other, third] = await Promise.all(['A', 'B', 'C'].map(application));
    const query = `{ organization(code: "${code}") { users(first: 10) { nodes { userId } } } }`;
    expect((await gateway.execute(query, {}, spender)).errors).toBeUndefined();
    const held = proxy.hold('GET /api/v1/organizations?');
    const first = gateway.execute('{ organizations(first: 3) { nodes { code } } }', {}, third);
    await held.made;
    const opening = [];
    for (const headers of [spender!, other!]) {
      opening.push(open(gateway, `query @live ${query}`, { headers }));
      await arriveUnmetered(gateway);
    }
    held.release();
    await first;
    const opened = await Promise.all(opening);
    expect(opened.map(({ status }) => status)).toEqual([429, 200]);
  });

  test('a caller, and a process, may have so many streams open', async () => {
    const gateway = await gatewayWith({
      ...{ AUTH_MODE: 'passthrough', MAX_STREAMS: '3', MAX_STREAMS_PER_CALLER: '2' },
    });
    const variables = { code: codeOf(gateway) };
    const [one, other] = await Promise.all([
      gateway.emulator.issueToken(),
      gateway.emulator.issueToken(),
    ]);
    const openAs = (token: string) =>
      open(gateway, LIVE_NAME, { variables, headers: bearer(token) });
    const first = await openAs(one);
    await openAs(one);
    const refused = await openAs(one);
    expect(refused.status).toBe(429);
    expect((await refused.next()).errors[0].extensions.code).toBe('RATE_LIMITED');
    await openAs(other);
    expect((await openAs(other)).status).toBe(503);
    first.close();
    await waitFor(async () => (await openAs(one)).status === 200);
  });

  test('a stream holds no long request', async () => {
    const gateway = await gatewayWith();
    const variables = { code: codeOf(gateway) };
    const long = ` # ${'x'.repeat(65_536)}`;
    const refused = await open(gateway, LIVE_NAME + long, { variables });
    expect(refused.status).toBe(413);
    expect((await refused.next()).errors[0].extensions.code).toBe('PAYLOAD_TOO_LARGE');
    // It is over as soon as it is sent.
    const { status } = await open(gateway, `{ __typename }${long}`);
    expect(status).toBe(200);
  });

  test('the limit holds for streams that are opened at the same time', async () => {
    const { gateway, proxy } = await heldGatewayWith({ MAX_STREAMS: '2' });
    const held = [0, 1, 2].map(() => proxy.hold('GET /api/v1/organization'));
    const opened = [0, 1, 2].map((index) =>
      open(gateway, LIVE_NAME, { variables: { code: codeOf(gateway, index) } }),
    );
    await Promise.all(held.map(({ made }) => made));
    for (const { release } of held) release();
    const statuses = (await Promise.all(opened)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 503]);
  });
});

test('what a caller may still use is told to each by itself', async () => {
  const gateway = await gatewayWith({
    ...{ AUTH_MODE: 'jwt', JWT_ISSUER: '', CALLER_COST_PER_MINUTE: '1000' },
  });
  const live =
    'query ($code: ID!) @live { rateLimit { remaining } organization(code: $code) { name } }';
  const variables = { code: codeOf(gateway) };
  const [one, other] = await Promise.all(
    ['one', 'other'].map(async (client) => ({
      authorization: `Bearer ${await gateway.emulator.issueToken({ claims: { azp: client } })}`,
    })),
  );
  for (let n = 0; n < 3; n++) await gateway.execute(LIVE_NAME, variables, one!);
  const remaining = async (headers: Record<string, string>) => {
    const { data } = await (await open(gateway, live, { variables, headers })).next();
    return data.rateLimit.remaining as number;
  };
  expect(await remaining(other!)).toBeGreaterThan(await remaining(one!));
});

describe('connections', () => {
  test('a shutdown ends streams without completing them, so that clients connect again', async () => {
    const gateway = await gatewayWith();
    const stream = await open(gateway, LIVE_NAME, { variables: { code: codeOf(gateway) } });
    await stream.next();
    await gateway.close();
    expect(await stream.next()).toBe(DISCONNECTED);
  });

  test('a shutdown sends the result of a mutation that is carried out', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const code = codeOf(gateway);
    const held = proxy.hold(`PATCH /api/v1/organization/${code}`);
    const mutation = open(
      gateway,
      `mutation { updateOrganization(input: { organizationCode: "${code}", name: "After" }) { organization { name } } }`,
    );
    await held.made;
    const closed = gateway.close();
    held.release();
    const stream = await mutation;
    expect(await stream.next()).toEqual({ data: { updateOrganization: named('After').data } });
    expect(await stream.next()).toBe(COMPLETE);
    await closed;
  });

  test('a bug during a mutation is no refusal: it may have been carried out', async () => {
    const lines: any[] = [];
    const log = (line: string) => lines.push(JSON.parse(line));
    const gateway = await gatewayWith({ LOG_LEVEL: 'error' }, { log });
    jest
      .spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest')
      .mockRejectedValueOnce(new TypeError('A bug'));
    const code = codeOf(gateway);
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({
        query: `mutation { deleteOrganization(input: { organizationCode: "${code}" }) { deletedOrganizationCode } }`,
      }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([500, null]);
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR', requestId: expect.any(String) } }],
    });
    expect(lines.some(({ err }) => err?.message === 'A bug')).toBe(true);
  });

  test('a stream that closes leaves nothing to execute', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await open(gateway, LIVE_NAME, { variables: { code } });
    await stream.next();
    stream.close();
    expect(await stream.next()).toBe(DISCONNECTED);
    await arrive(gateway);
    gateway.calls();
    await rename(gateway, code, 'After');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(gateway.calls()).toEqual([`PATCH /api/v1/organization/${code}`]);
  });

  test('a heartbeat is sent every 15 seconds', async () => {
    jest.useFakeTimers({
      doNotFake: [
        'nextTick',
        'setImmediate',
        'setTimeout',
        'performance',
        'Date',
        'queueMicrotask',
      ],
    });
    try {
      const gateway = await gatewayWith();
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: LIVE_NAME, variables: { code: codeOf(gateway) } }),
      });
      const reader = response.body!.getReader();
      await reader.read();
      jest.advanceTimersByTime(15_000);
      expect(new TextDecoder().decode((await reader.read()).value)).toBe(':\n\n');
      await reader.cancel();
    } finally {
      jest.useRealTimers();
    }
  });
});

describeWith('redis-server')('with replicas', () => {
  let redis: Redis;
  const closing: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of closing.splice(0).reverse()) await one.close();
  });
  const start = async (lifetimeSeconds = 1) => {
    redis = await startRedis();
    closing.push({ close: () => redis.kill() });
    const replicas = await startReplicas([redis.url, redis.url], {
      CACHE_TTL_SECONDS: String(lifetimeSeconds),
    });
    closing.push(replicas);
    const [first, second] = replicas.gateways as [TestGateway, TestGateway];
    return { first, second, code: codeOf(first), emulator: replicas.emulator };
  };
  /** Opens the same query on each replica, and reads the first results. */
  const startBoth = async () => {
    const system = await start(600);
    const { first, second, code } = system;
    const both = await Promise.all(
      [first, second].map((gateway) => open(gateway, LIVE_NAME, { variables: { code } })),
    );
    for (const stream of both) await stream.next();
    first.calls();
    return { ...system, both };
  };

  test('a mutation through one replica reaches a stream of the other', async () => {
    const { first, second, code } = await start();
    const stream = await open(second, LIVE_NAME, { variables: { code } });
    await stream.next();
    await rename(first, code, 'After');
    expect(await stream.next()).toEqual(named('After'));
  });

  test('a change costs the calls of one execution on all replicas together', async () => {
    const { first, code, emulator, both } = await startBoth();
    emulator.latencyMs = 200;
    const costs: number[] = [];
    // A replica continues without Redis when it is slow, as on a busy machine.
    for (let n = 0; n < 20 && costs.slice(-2).join() !== '1,1'; n++) {
      await rename(first, code, `Name ${n}`);
      for (const stream of both) expect(await stream.next()).toEqual(named(`Name ${n}`));
      costs.push(first.calls().filter((call) => call.startsWith('GET')).length);
    }
    expect(costs.slice(-2)).toEqual([1, 1]);
  });

  test('a call that fails on one replica is made by the other one', async () => {
    const { first, emulator, code, both } = await startBoth();
    const respond = { status: 500, body: '' };
    emulator.fault({ route: 'GET /api/v1/organization', times: 1, delayMs: 50, respond });
    await rename(first, code, 'After');
    const results = await Promise.all(both.map((stream) => stream.next()));
    expect(results).toContainEqual(named('After'));
    expect(results.filter(({ errors }) => errors !== undefined)).toMatchObject([
      { errors: [{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }] },
    ]);
  });

  test('a call that fails leaves no claim that others would wait for', async () => {
    const { first, emulator, code, both } = await startBoth();
    // Not sent again: the attempts at a 500 can take longer than a claim lasts.
    const respond = { status: 403, body: '' };
    const claims = () => redis.command('--scan', '--pattern', '*:claim *');
    let kept = 0;
    // A claim that nobody releases would expire.
    const match = () => {
      if (claims() !== '') kept += Number(redis.command('PERSIST', claims()));
      return true;
    };
    emulator.fault({ route: 'GET /api/v1/organization', match, respond });
    await rename(first, code, 'After');
    for (const stream of both) expect((await stream.next()).errors).toHaveLength(1);
    // A failed execution is tried again.
    await waitFor(() => kept > 0);
    await waitFor(() => claims() === '');
  });

  test('a replica that doesn’t get its response holds others up for a second at most', async () => {
    const { first, emulator, code, both } = await startBoth();
    emulator.fault({ route: 'GET /api/v1/organization', times: 1, respond: 'hang' });
    await rename(first, code, 'After');
    // In one command, since the claim expires.
    const TAKE = `
      local claim = redis.call('KEYS', '*:claim *')[1]
      if not claim then return false end
      local remaining = redis.call('PTTL', claim)
      redis.call('DEL', claim)
      return remaining`;
    const remainingMs = Number(await waitFor(() => redis.command('EVAL', TAKE, '0') || undefined));
    expect(remainingMs).toBeGreaterThan(0);
    expect(remainingMs).toBeLessThanOrEqual(1_000);
    expect(both.map(({ waiting }) => waiting)).toEqual([0, 0]);
    expect(await Promise.race(both.map((stream) => stream.next()))).toEqual(named('After'));
  });

  test('shows a stream that opens while Redis is down nothing older than a mutation', async () => {
    const { first, second, code } = await start(600);
    const early = await open(second, LIVE_NAME, { variables: { code } });
    await early.next();
    await redis.kill();
    await rename(first, code, 'After');
    const late = await open(second, LIVE_NAME, { variables: { code } });
    const after = { ...named('After'), extensions: { live: { mode: 'POLLING' } } };
    expect([await late.next(), await early.next()]).toEqual([after, after]);
  });

  test('while Redis is down results are read again as they expire, and say so', async () => {
    const { first, second, code } = await start();
    const stream = await open(second, LIVE_NAME, { variables: { code } });
    const result = await stream.next();
    await redis.kill();
    await rename(first, code, 'After');
    const polling = { extensions: { live: { mode: 'POLLING' } } };
    let seen = await stream.next();
    if (seen.data.organization.name !== 'After') {
      expect(seen).toEqual({ ...result, ...polling });
      seen = await stream.next();
    }
    expect(seen).toEqual({ ...named('After'), ...polling });
    await redis.restart();
    expect(await stream.next()).toEqual(named('After'));
    await rename(first, code, 'Later');
    expect(await stream.next()).toEqual(named('Later'));
  });
});

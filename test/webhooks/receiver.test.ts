/** An event of Kinde makes the next read of what it names go to Kinde, on every replica. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Member } from '../../src/emulator/index.js';
import { createProcessedEvents } from '../../src/webhooks/deduplicate.js';
import { webhookRoute } from '../../src/webhooks/receiver.js';
import { cachedGateways, nodeId } from '../support/cached-gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { nameFrom, servedFromMemory, startReplicas } from '../support/replicas.js';
import { waitFor } from '../support/wait-for.js';

const { gatewayWith, advance } = cachedGateways();

/** As in the test of kinde-oss/webhook at 70897bd, but for the ids. */
const event = (type: string, data: object, more: object = {}) => ({
  data,
  event_id: `event_${randomUUID().replaceAll('-', '')}`,
  source: 'admin',
  timestamp: '2024-05-01T17:41:45.592145+10:00',
  type,
  ...more,
});

const post = async (
  gateway: Pick<TestGateway, 'url'>,
  body: string,
  type = 'application/jwt',
): Promise<{ status: number; body: any }> => {
  const response = await fetch(`${gateway.url}/webhooks/kinde`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  return { status: response.status, body: await response.json() };
};

const deliver = async (gateway: TestGateway, payload: Record<string, unknown>, to = gateway) =>
  post(to, await gateway.emulator.signEvent(payload));

const EVERYTHING = `query ($code: ID!, $member: ID!) {
  organization(code: $code) {
    name
    users(first: 5) { nodes { userId firstName roles { key name } permissions { key name } } }
    featureFlags { key }
  }
  organizations(first: 10) { nodes { name } }
  node(id: $member) { ... on OrganizationUser { email } }
}`;
const ROUTES = {
  organization: /^GET \/api\/v1\/organization\?/,
  organizations: /^GET \/api\/v1\/organizations\?/,
  members: /^GET \/api\/v1\/organizations\/[^/]+\/users\?/,
  people: /^GET \/api\/v1\/users\?/,
  permissions: /^GET \/api\/v1\/organizations\/[^/]+\/users\/[^/]+\/permissions/,
  flags: /^GET \/api\/v1\/organizations\/[^/]+\/feature_flags/,
  roles: /^GET \/api\/v1\/roles/,
};

/** The kinds of reads that go to Kinde, and how often. */
function kindsOf(calls: string[]): Record<string, number> {
  const counts = Object.entries(ROUTES).map(([kind, route]) => [
    kind,
    calls.filter((call) => route.test(call)).length,
  ]);
  return Object.fromEntries(counts.filter(([, count]) => count !== 0));
}

describe('the reads that an event invalidates', () => {
  const cases: [type: string, data: (ids: Ids) => object, again: Record<string, number>][] = [
    [
      'organization.updated',
      ({ code }) => ({ organization: { code, name: 'New' } }),
      { organization: 1, organizations: 1 },
    ],
    ['organization.created', () => ({ organization: { code: 'org_new' } }), { organizations: 1 }],
    [
      'organization.deleted',
      ({ code }) => ({ organization: { code } }),
      { organization: 1, organizations: 1, members: 1, people: 1, permissions: 2, flags: 1 },
    ],
    [
      'user.updated',
      ({ user }) => ({ user: { id: user, organizations: null } }),
      { members: 1, people: 1, permissions: 1 },
    ],
    [
      'user.deleted',
      ({ user }) => ({ user: { id: user } }),
      { members: 1, people: 1, permissions: 1 },
    ],
    ['user.created', () => ({ user: { id: 'kp_new' } }), { members: 1, people: 1 }],
    ['user.updated', () => ({ user: {} }), { members: 1, people: 1, permissions: 2 }],
    ['role.created', () => ({ role: { id: 'r' } }), { roles: 1 }],
    ['role.updated', () => ({ role: { id: 'r' } }), { members: 1, permissions: 2, roles: 1 }],
    ['role.deleted', () => ({ role: { id: 'r' } }), { members: 1, permissions: 2, roles: 1 }],
    ['permission.deleted', () => ({ permission: { id: 'p' } }), { members: 1, permissions: 2 }],
    ['customer.plan_changed', () => ({}), { organization: 1, organizations: 1 }],
    ['user.authenticated', ({ user }) => ({ user: { id: user } }), {}],
    ['passkey.added', () => ({}), {}],
    ['constructor', () => ({}), {}],
    ['something.new', () => ({ organization: { code: 'x' } }), {}],
    [
      'organization.updated',
      () => ({ organization: { code: 7 } }),
      { organization: 1, organizations: 1 },
    ],
  ];

  interface Ids {
    code: string;
    user: string;
  }

  test.each(cases)('%s', async (type, data, again) => {
    const gateway = await gatewayWith();
    const [, organization] = gateway.emulator.state.organizations.values();
    const { code } = organization!.profile;
    const [
      {
        user: { id: user },
      },
    ] = [...organization!.members.values()] as [Member];
    const variables = { code, member: nodeId('OrganizationUser', code, user) };
    await gateway.query(EVERYTHING, variables);
    gateway.calls();
    await gateway.query(EVERYTHING, variables);
    expect(gateway.calls()).toEqual([]);
    const { status } = await deliver(gateway, event(type, data({ code, user })));
    expect(status).toBe(200);
    await gateway.query(EVERYTHING, variables);
    expect(kindsOf(gateway.calls())).toEqual(again);
  });
});

test.each<[string, object, string[]]>([
  ['role.updated', { role: { id: 'r' } }, ['count', 'permissions']],
  ['permission.updated', { permission: { id: 'p' } }, ['count', 'permissions']],
  ['user.updated', { user: { id: 'kp_1' } }, ['count']],
  ['organization.updated', { organization: { code: 'org_1' } }, []],
])('%s about %j invalidates a role’s %j', async (type, data, again) => {
  const gateway = await gatewayWith();
  const [organization] = gateway.emulator.state.organizations.values();
  const read = async () => {
    gateway.calls();
    await gateway.query(
      'query ($code: ID!) { roles(first: 1) { nodes { usersCount(organizationCode: $code) permissions { key } } } }',
      { code: organization!.profile.code },
    );
    const ends = gateway.calls().map((call) => /\/roles\/.+\/(\w+)/.exec(call)?.[1]);
    return ends.filter((end) => end !== undefined).sort();
  };
  expect(await read()).toEqual(['count', 'permissions']);
  expect(await read()).toEqual([]);
  await deliver(gateway, event(type, data));
  expect(await read()).toEqual(again);
});

test('a removed member is in no list after user.updated, which does not name the organization', async () => {
  const gateway = await gatewayWith();
  const { state } = gateway.emulator;
  const [, organization] = state.organizations.values();
  const { code } = organization!.profile;
  const [
    {
      user: { id: leaver },
    },
  ] = [...organization!.members.values()] as [Member];
  const members = async () =>
    (
      await gateway.query(
        'query ($code: ID!) { organization(code: $code) { users(first: 50) { nodes { userId } } } }',
        { code },
      )
    ).organization.users.nodes.map(({ userId }: { userId: string }) => userId);
  expect(await members()).toContain(leaver);
  organization!.members.delete(leaver);
  expect(await members()).toContain(leaver);
  await deliver(gateway, event('user.updated', { user: { id: leaver, organizations: [] } }));
  expect(await members()).not.toContain(leaver);
});

describe('the response', () => {
  test('has the outcome of the delivery', async () => {
    const gateway = await gatewayWith();
    const created = event('organization.created', { organization: { code: 'org_1' } });
    expect(await deliver(gateway, created)).toEqual({
      status: 200,
      body: { outcome: 'processed' },
    });
    expect(await deliver(gateway, created)).toEqual({
      status: 200,
      body: { outcome: 'duplicate' },
    });
    expect(await deliver(gateway, event('access_request.created', {}))).toEqual({
      status: 200,
      body: { outcome: 'ignored' },
    });
  });

  test('a repeated event invalidates nothing', async () => {
    const gateway = await gatewayWith();
    const payload = event('organization.created', { organization: { code: 'org_1' } });
    await deliver(gateway, payload);
    await gateway.query('{ organizations(first: 3) { nodes { code } } }');
    gateway.calls();
    await deliver(gateway, payload);
    await gateway.query('{ organizations(first: 3) { nodes { code } } }');
    expect(gateway.calls()).toEqual([]);
  });

  test.each(['application/jwt; charset=utf-8', 'application/json', 'text/plain', 'a/b', 'jwt', ''])(
    'takes an event sent as %s',
    async (type) => {
      const gateway = await gatewayWith();
      const body = await gateway.emulator.signEvent(event('role.created', {}));
      expect((await post(gateway, body, type)).status).toBe(200);
    },
  );

  test('takes an event that is signed by a new key', async () => {
    const gateway = await gatewayWith();
    await deliver(gateway, event('role.created', {}));
    await gateway.emulator.rotateKey();
    expect((await deliver(gateway, event('role.created', {}))).status).toBe(200);
  });

  const bodies: [string, (gateway: TestGateway) => Promise<string>][] = [
    ['nothing', async () => ''],
    ['what is no JWT', async () => 'a.b.c'],
    ['a JSON object', async () => JSON.stringify(event('role.created', {}))],
    ['an access token', async ({ emulator }) => emulator.issueToken()],
    [
      'an access token with the claims of an event',
      async ({ emulator }) => emulator.issueToken({ claims: event('role.created', {}) }),
    ],
    [
      'an event without an id',
      async ({ emulator }) => emulator.signEvent({ type: 'role.created' }),
    ],
    [
      'an event without a type',
      async ({ emulator }) => emulator.signEvent({ event_id: 'event_1' }),
    ],
    [
      'an event whose id is endless',
      async ({ emulator }) =>
        emulator.signEvent(event('role.created', {}, { event_id: 'e'.repeat(10_000) })),
    ],
    [
      'an event with a changed payload',
      async ({ emulator }) => {
        const [header, , signature] = (await emulator.signEvent(event('role.created', {}))).split(
          '.',
        );
        const other = Buffer.from(JSON.stringify(event('role.deleted', {}))).toString('base64url');
        return [header, other, signature].join('.');
      },
    ],
    [
      'an event without a signature',
      async () =>
        `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(event('role.created', {}))).toString('base64url')}.`,
    ],
    [
      'an event signed by the published key as a secret',
      async ({ emulator }) => {
        const { keys } = await (await fetch(`${emulator.url}/.well-known/jwks`)).json();
        return new SignJWT(event('role.created', {}))
          .setProtectedHeader({ alg: 'HS256', kid: keys[0].kid })
          .sign(new TextEncoder().encode(JSON.stringify(keys[0])));
      },
    ],
    [
      'an event signed by somebody else under a known key id',
      async ({ emulator }) => {
        const { keys } = await (await fetch(`${emulator.url}/.well-known/jwks`)).json();
        const { privateKey } = await generateKeyPair('RS256');
        return new SignJWT(event('role.created', {}))
          .setProtectedHeader({ alg: 'RS256', kid: keys[0].kid })
          .sign(privateKey);
      },
    ],
    [
      'an event that brings its own key',
      async () => {
        const { privateKey, publicKey } = await generateKeyPair('RS256');
        return new SignJWT(event('role.created', {}))
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(publicKey) })
          .sign(privateKey);
      },
    ],
  ];

  test.each(bodies)('refuses %s', async (_, bodyOf) => {
    const gateway = await gatewayWith();
    const { status, body } = await post(gateway, await bodyOf(gateway));
    expect(status).toBe(400);
    expect(body.errors[0].message).toBe('The body is not an event of this Kinde environment.');
  });

  test('takes an event about a person who is in 500 organizations', async () => {
    const gateway = await gatewayWith();
    const permissions = Array.from({ length: 10 }, () => ({
      id: randomUUID(),
      key: 'read:invoices',
    }));
    const roles = [{ id: randomUUID(), key: 'support' }];
    const organizations = Array.from({ length: 500 }, (_, index) => ({
      ...{ code: `org_${String(index).padStart(11, '0')}`, roles, permissions },
    }));
    const user = { id: 'kp_support', organizations };
    expect((await deliver(gateway, event('user.updated', { user }))).status).toBe(200);
  });

  test('refuses a body over 1 MB before it verifies it, and says so', async () => {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const env = { LOG_LEVEL: 'warn', METRICS_PORT: '0' };
    const gateway = await gatewayWith(env, { log });
    const { status, body } = await post(gateway, 'x'.repeat(1024 * 1024 + 1));
    expect(status).toBe(413);
    expect(body.errors[0].message).toBe('The body is over 1048576 bytes. Send less at once.');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { msg: 'webhook refused', reason: 'the body is too long' },
    ]);
    const metrics = await (await fetch(gateway.metricsUrl!)).text();
    expect(metrics).toContain('deliveries_total{type="",outcome="invalid"} 1');
  });

  test('is 503 while the keys can’t be read, and 200 when the event is delivered again', async () => {
    const gateway = await gatewayWith();
    const end = gateway.emulator.fault({
      route: 'GET /.well-known/jwks',
      respond: { status: 500 },
    });
    const payload = event('role.created', {});
    expect((await deliver(gateway, payload)).status).toBe(503);
    end();
    await waitFor(async () => (await deliver(gateway, payload)).status === 200);
  });

  test('is 404 where WEBHOOKS is off', async () => {
    const gateway = await gatewayWith({ WEBHOOKS: 'off' });
    expect((await deliver(gateway, event('role.created', {}))).status).toBe(404);
  });

  test('is 429 for an address that posts too often', async () => {
    const app = Fastify();
    try {
      await app.register(
        webhookRoute({
          keys: () => Promise.reject(new TypeError('Not asked for')),
          processed: createProcessedEvents(undefined, ''),
          invalidate: async () => true,
          maxPerMinute: 2,
        }),
      );
      const url = await app.listen({ port: 0, host: '127.0.0.1' });
      const statuses = [];
      for (let n = 0; n < 3; n++) statuses.push((await post({ url }, 'x')).status);
      expect(statuses).toEqual([400, 400, 429]);
    } finally {
      await app.close();
    }
  });
});

test('metrics have the number of deliveries, and the age of the last event', async () => {
  const gateway = await gatewayWith({ METRICS_PORT: '0' });
  const happened = event('role.created', {}, { event_timestamp: new Date().toISOString() });
  await deliver(gateway, happened);
  await deliver(gateway, happened);
  await post(gateway, 'x');
  const metrics = await (await fetch(gateway.metricsUrl!)).text();
  const deliveries = metrics.match(/^kinde_graphql_webhook_deliveries_total\{.*$/gm);
  expect(deliveries?.sort()).toEqual([
    'kinde_graphql_webhook_deliveries_total{type="",outcome="deferred"} 0',
    'kinde_graphql_webhook_deliveries_total{type="",outcome="invalid"} 1',
    'kinde_graphql_webhook_deliveries_total{type="role.created",outcome="duplicate"} 1',
    'kinde_graphql_webhook_deliveries_total{type="role.created",outcome="processed"} 1',
  ]);
  expect(metrics).toMatch(/kinde_graphql_webhook_lag_seconds_count 1/);
  const [, at] = /^kinde_graphql_webhook_last_event_timestamp_seconds (\S+)/m.exec(metrics)!;
  expect(Number(at)).toBeGreaterThan(Date.now() / 1000 - 60);
});

describeWith('redis-server')('with replicas', () => {
  let redis: Redis;
  const open: { close(): Promise<unknown> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const start = async () => {
    redis = await startRedis();
    open.push({ close: () => redis.kill() });
    const replicas = await startReplicas([redis.url, redis.url]);
    open.push(replicas);
    const [first, second] = replicas.gateways as [TestGateway, TestGateway];
    const [, { profile }] = [...replicas.emulator.state.organizations.values()] as any;
    return { first, second, profile };
  };

  test('an event at one replica is known to the other before the response', async () => {
    const { first, second, profile } = await start();
    const { code } = profile;
    await servedFromMemory(second, code, profile.name);
    profile.name = 'After';
    const payload = event('organization.updated', { organization: { code } });
    expect((await deliver(first, payload)).status).toBe(200);
    expect(await nameFrom(second, code)).toBe('After');
    await waitFor(async () => (await deliver(second, payload)).body.outcome === 'duplicate');
  });

  test('is 503 while Redis is down, and 200 when the event is delivered again', async () => {
    const { first, second, profile } = await start();
    await nameFrom(first, profile.code);
    await redis.kill();
    const payload = event('organization.updated', { organization: { code: profile.code } });
    expect((await deliver(first, payload)).status).toBe(503);
    await redis.restart();
    profile.name = 'After';
    await waitFor(async () => (await deliver(first, payload)).status === 200);
    expect(await nameFrom(second, profile.code)).toBe('After');
  });
});

test('remembers events as long as Kinde may repeat them, and evicts the oldest first', async () => {
  const processed = createProcessedEvents(undefined, 'name');
  for (let n = 0; n <= 50_000; n++) processed.add(`event_${n}`);
  expect(await processed.has('event_0')).toBe(false);
  expect(await processed.has('event_1')).toBe(true);
});

test('only what events cover is cached for longer', async () => {
  const env = { CACHE_TTL_SECONDS: '30', CACHE_CATALOGUE_TTL_SECONDS: '30' };
  const gateway = await gatewayWith({ ...env, CACHE_EVENTS_TTL_SECONDS: '3600' });
  const ordinary = await gatewayWith(env);
  for (const [each, again] of [
    [gateway, { organization: 1, permissions: 2, flags: 1 }],
    [ordinary, { organization: 1, organizations: 1, members: 1, permissions: 2, flags: 1 }],
  ] as const) {
    const [, organization] = each.emulator.state.organizations.values();
    const { code } = organization!.profile;
    const QUERY = EVERYTHING.replace(/ {2}node\(.*\n/, '').replace(', $member: ID!', '');
    await each.query(QUERY, { code });
    each.calls();
    advance(31_000);
    await each.query(QUERY, { code });
    const { roles: _, ...calls } = kindsOf(each.calls());
    expect(calls).toEqual(again);
  }
});

test('a list of the holders of a permission is not among it, since no event tells of roles’ permissions', async () => {
  const gateway = await gatewayWith({ CACHE_TTL_SECONDS: '30', CACHE_EVENTS_TTL_SECONDS: '3600' });
  const [, organization] = gateway.emulator.state.organizations.values();
  const read = () =>
    gateway.query(
      `query ($code: ID!) { organization(code: $code) {
        all: users { nodes { userId } }
        some: users(permissions: ["read:projects"]) { nodes { userId } }
      } }`,
      { code: organization!.profile.code },
    );
  await read();
  gateway.calls();
  advance(31_000);
  await read();
  const calls = gateway.calls().filter((call) => call.includes('/users?'));
  expect(calls).toEqual([expect.stringContaining('permissions=read%3Aprojects')]);
});

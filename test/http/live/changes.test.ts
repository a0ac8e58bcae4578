/** The change feed: subscriptions over SSE, filtered by authorization, resumed by `Last-Event-ID`. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { EventSource } from 'undici';
import { cachedGateways } from '../../support/cached-gateway.js';
import {
  COMPLETE,
  DISCONNECTED,
  openStream,
  type StreamOptions,
} from '../../support/event-stream.js';
import type { TestGateway } from '../../support/gateway.js';
import { describeWith } from '../../support/programs.js';
import { startRedis } from '../../support/redis.js';
import { startRedisProxy as startTcpProxy } from '../../support/redis-proxy.js';
import { rename, startReplicas } from '../../support/replicas.js';
import { stubTimeouts } from '../../support/timeouts.js';
import { waitFor } from '../../support/wait-for.js';

const { gatewayWith } = cachedGateways();
const timeouts = stubTimeouts();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const CHANGES = `subscription ($code: ID, $kinds: [ChangeKind!]) {
  changes(organizationCode: $code, kinds: $kinds) {
    kind source cursor organizationCode userId roleId permissionId
  }
}`;
const subscribe = async (
  gateway: Pick<TestGateway, 'url'>,
  variables: { code?: string; kinds?: string[] } = {},
  { query = CHANGES, ...options }: StreamOptions & { query?: string } = {},
) => {
  const stream = await openStream(gateway.url, query, { variables, ...options });
  open.push(stream);
  return { ...stream, next: async () => (await stream.next()).data?.changes, raw: stream };
};
/** Opens a subscription that has received its first RESYNC. */
const subscribed = async (...args: Parameters<typeof subscribe>) => {
  const stream = await subscribe(...args);
  const first = await stream.next();
  expect(first).toMatchObject({ kind: 'RESYNC', source: 'GATEWAY' });
  return { ...stream, cursor: first.cursor as string };
};
const organizationOf = ({ emulator }: TestGateway, index = 1) =>
  [...emulator.state.organizations.values()][index]!;
const codeOf = (gateway: TestGateway, index?: number) =>
  organizationOf(gateway, index).profile.code;

const EXPLAIN = { 'x-graphql-explain': 'true' };
let event = 0;
const deliver = async (gateway: TestGateway, type: string, data: object, more: object = {}) => {
  const claims = { type, event_id: `event_${++event}`, data, ...more };
  const body = await gateway.emulator.signEvent(claims);
  const { status } = await fetch(`${gateway.url}/webhooks/kinde`, { method: 'POST', body });
  expect(status).toBe(200);
};
const write = (gateway: TestGateway, mutation: string, input: string) =>
  gateway.query(`mutation { ${mutation}(input: { ${input} }) { userErrors { code } } }`);

const JWT = { AUTH_MODE: 'jwt', JWT_ISSUER: '' };
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

describe('a subscription', () => {
  test('begins with RESYNC, and tells of each mutation with the objects as they are now', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const stream = await subscribe(
      gateway,
      {},
      {
        query:
          'subscription { changes { kind source organizationCode changedAt organization { name } user { id } } }',
      },
    );
    expect(stream.raw.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const before = Date.now();
    expect(await stream.next()).toMatchObject({ kind: 'RESYNC', organization: null, user: null });
    expect(gateway.calls()).toEqual([]);
    await rename(gateway, code, 'After');
    const { changedAt, ...change } = await stream.next();
    expect(change).toEqual({
      ...{ kind: 'ORGANIZATION_UPDATED', source: 'MUTATION', organizationCode: code },
      ...{ organization: { name: 'After' }, user: null },
    });
    expect(Date.parse(changedAt)).toBeGreaterThanOrEqual(before);
    expect(gateway.calls()).toEqual([
      `PATCH /api/v1/organization/${code}`,
      `GET /api/v1/organization?code=${code}`,
    ]);
  });

  test('tells of Kinde’s events, with their time', async () => {
    const gateway = await gatewayWith();
    const { user } = [...organizationOf(gateway).members.values()][0]!;
    const stream = await subscribe(
      gateway,
      {},
      { query: 'subscription { changes { kind source changedAt userId user { email } } }' },
    );
    await stream.next();
    const event_timestamp = '2026-03-01T09:30:00.000Z';
    await deliver(gateway, 'user.updated', { user: { id: user.id } }, { event_timestamp });
    expect(await stream.next()).toEqual({
      ...{ kind: 'USER_UPDATED', source: 'WEBHOOK', changedAt: event_timestamp },
      ...{ userId: user.id, user: { email: user.email } },
    });
    expect(gateway.calls()).toEqual([expect.stringMatching(/^GET \/api\/v1\/users\?/)]);
    const { extensions } = (await gateway.execute('{ __typename }', {}, EXPLAIN)) as any;
    const age = (Date.now() - Date.parse(event_timestamp)) / 1000;
    expect(Math.abs(extensions.upstream.lastEventSecondsAgo - age)).toBeLessThan(5);
    await deliver(gateway, 'user.authenticated', { user: { id: user.id } });
    await deliver(gateway, 'role.deleted', { role: { id: 'role_1' } });
    expect(await stream.next()).toMatchObject({ kind: 'ROLE_DELETED' });
  });

  test('names what each write is about', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const { user } = [...organizationOf(gateway).members.values()][0]!;
    const stream = await subscribed(gateway);
    const organization = `organizationCode: "${code}"`;
    await write(gateway, 'createOrganization', 'name: "New"');
    await write(gateway, 'createRole', 'name: "Help", key: "help"');
    await write(
      gateway,
      'updateFeatureFlagOverride',
      `${organization}, key: "max_projects", value: 7`,
    );
    await write(gateway, 'removeOrganizationUser', `${organization}, userId: "${user.id}"`);
    const created = [...gateway.emulator.state.organizations.values()].at(-1)!.profile.code;
    const none = { organizationCode: null, userId: null, roleId: null, permissionId: null };
    for (const expected of [
      { kind: 'ORGANIZATION_CREATED', ...none, organizationCode: created },
      { kind: 'ROLE_CREATED', ...none, roleId: gateway.emulator.state.roleByKey('help').id },
      { kind: 'FEATURE_FLAGS_UPDATED', ...none, organizationCode: code },
      { kind: 'ORGANIZATION_USERS_UPDATED', ...none, organizationCode: code, userId: user.id },
    ]) {
      expect(await stream.next()).toEqual({
        ...expected,
        ...{ source: 'MUTATION', cursor: expect.any(String) },
      });
    }
  });

  test('tells nothing of a write that Kinde refuses', async () => {
    const gateway = await gatewayWith();
    const stream = await subscribed(gateway);
    await gateway.execute(
      'mutation { updateRole(input: { role: { roleId: "none" }, name: "x" }) { userErrors { code } } }',
    );
    await rename(gateway, codeOf(gateway), 'After');
    expect((await stream.next()).kind).toBe('ORGANIZATION_UPDATED');
  });

  test('to an organization tells what concerns it, and that a user may have left it', async () => {
    const gateway = await gatewayWith();
    const [code, other] = [codeOf(gateway), codeOf(gateway, 2)];
    const stream = await subscribed(gateway, { code });
    await rename(gateway, other, 'Other');
    const inOrganization = (...codes: string[]) => ({
      user: { id: 'kp_1', organizations: codes.map((one) => ({ code: one, roles: null })) },
    });
    await deliver(gateway, 'user.updated', inOrganization(other, code));
    expect(await stream.next()).toMatchObject({
      ...{ kind: 'USER_UPDATED', organizationCode: code, userId: 'kp_1' },
    });
    await deliver(gateway, 'user.updated', inOrganization(other));
    expect(await stream.next()).toMatchObject({
      ...{ kind: 'ORGANIZATION_USERS_UPDATED', organizationCode: code, userId: null },
    });
    await deliver(gateway, 'customer.plan_changed', inOrganization(other));
    expect(await stream.next()).toMatchObject({
      ...{ kind: 'BILLING_UPDATED', organizationCode: null, userId: null },
    });
    await deliver(gateway, 'permission.updated', { permission: { id: 'p_1' } });
    expect(await stream.next()).toMatchObject({
      ...{ kind: 'PERMISSION_UPDATED', organizationCode: null, permissionId: 'p_1' },
    });
  });

  test('to some kinds tells of no others', async () => {
    const gateway = await gatewayWith();
    const stream = await subscribed(gateway, { kinds: ['ROLE_CREATED'] });
    await rename(gateway, codeOf(gateway), 'After');
    await write(gateway, 'createRole', 'name: "Help", key: "help"');
    expect((await stream.next()).kind).toBe('ROLE_CREATED');
  });

  test('resumes after a change that it names, and is told to read again after an unknown one', async () => {
    const gateway = await gatewayWith();
    const code = codeOf(gateway);
    const first = await subscribed(gateway);
    await rename(gateway, code, 'One');
    const { cursor } = await first.next();
    first.close();
    await rename(gateway, code, 'Two');
    await write(gateway, 'createRole', 'name: "Help", key: "help"');
    const resumedAt = (id: string) => subscribe(gateway, {}, { headers: { 'last-event-id': id } });
    const resumed = await resumedAt(cursor);
    expect((await resumed.next()).kind).toBe('ORGANIZATION_UPDATED');
    expect((await resumed.next()).kind).toBe('ROLE_CREATED');
    const stranger = await resumedAt('elsewhere:1');
    expect((await stranger.next()).kind).toBe('RESYNC');
    // The id of a RESYNC can be resumed from, too.
    const begun = await resumedAt(first.cursor);
    expect((await begun.next()).kind).toBe('ORGANIZATION_UPDATED');
  });

  test('of many identical streams is executed once for each change', async () => {
    const lines: string[] = [];
    const gateway = await gatewayWith(
      { LOG_LEVEL: 'info', CACHE: 'off' },
      { log: (line) => lines.push(line) },
    );
    const executions = () =>
      lines.splice(0).filter((line) => line.includes('"operation":"subscription"')).length;
    const code = codeOf(gateway);
    const query = 'subscription { changes { kind organization { name } } }';
    const many = await Promise.all(
      Array.from({ length: 20 }, () => subscribe(gateway, {}, { query })),
    );
    const other = await subscribe(gateway, {}, { query: query.replace('kind', 'kind source') });
    for (const stream of [...many, other]) await stream.next();
    executions();
    for (const name of ['One', 'Two']) {
      await rename(gateway, code, name);
      const expected = { kind: 'ORGANIZATION_UPDATED', organization: { name } };
      for (const stream of many) expect(await stream.next()).toEqual(expected);
      expect(await other.next()).toEqual({ ...expected, source: 'MUTATION' });
      expect(executions()).toBe(2);
    }
    gateway.calls();
    many[0]!.close();
    await rename(gateway, code, 'Three');
    for (const stream of many.slice(1)) {
      expect((await stream.next()).organization.name).toBe('Three');
    }
  });

  test('is opened by GET as well, and a browser’s EventSource resumes it', async () => {
    const gateway = await gatewayWith({ NODE_ENV: 'production' });
    const code = codeOf(gateway);
    const { url, ...proxy } = await startTcpProxy(gateway.url);
    open.push({ close: () => proxy.cut() });
    const search = new URLSearchParams({ query: CHANGES, variables: JSON.stringify({ code }) });
    const source = new EventSource(`http://${new URL(url).host}/graphql?${search}`, {
      node: { reconnectionTime: 5 },
    });
    open.push(source);
    const told: string[] = [];
    source.addEventListener('next', (event) => {
      told.push(JSON.parse((event as MessageEvent<string>).data).data.changes.kind);
    });
    await waitFor(() => told.length === 1);
    await proxy.cut();
    await rename(gateway, code, 'Meanwhile');
    await write(gateway, 'createRole', 'name: "Help", key: "help"');
    await proxy.reopen();
    await waitFor(() => told.length === 3);
    expect(told).toEqual(['RESYNC', 'ORGANIZATION_UPDATED', 'ROLE_CREATED']);
  });

  test('by GET lets no mutation through, whatever stands beside it', async () => {
    const gateway = await gatewayWith();
    const mutation =
      'mutation M { createRole(input: { name: "Help", key: "help" }) { userErrors { code } } }';
    const subscription = 'subscription S { changes { kind } }';
    const sent = async (accept: string, query: string, operationName = '') => {
      const search = new URLSearchParams({ query, operationName });
      const response = await fetch(`${gateway.url}/graphql?${search}`, { headers: { accept } });
      const text = await response.text();
      return [response.status, /"code":"(\w+)"/.exec(text)?.[1]];
    };
    for (const [query, operationName] of [
      [mutation, 'M'],
      [`${mutation} # subscription`, 'M'],
      [`${mutation} ${subscription}`, 'M'],
      [`${subscription} ${mutation}`, 'M'],
    ] as const) {
      const answer = await sent('text/event-stream', query, operationName);
      expect([query, ...answer]).toEqual([query, 405, 'METHOD_NOT_ALLOWED']);
    }
    // With two operations and no name, none is chosen.
    expect(await sent('text/event-stream', `${subscription} ${mutation}`)).toEqual([
      ...[200, 'OPERATION_RESOLUTION_FAILURE'],
    ]);
    expect(await sent('application/json', subscription, 'S')).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(gateway.calls()).toEqual([]);
  });

  test('by GET is refused without a token, over the limits, and where the document is too large', async () => {
    const gateway = await gatewayWith({ ...JWT, MAX_STREAMS_PER_CALLER: '1', MAX_DEPTH: '2' });
    const options = { method: 'GET' as const, query: 'subscription { changes { kind } }' };
    const anonymous = await subscribe(gateway, {}, options);
    expect(anonymous.raw.status).toBe(401);
    const application = { ...options, ...bearer(await gateway.emulator.issueToken()) };
    const deep = 'subscription { changes { kind organization { name } } }';
    const refused = await subscribe(gateway, {}, { ...application, query: deep });
    expect((await refused.raw.next()).errors[0].message).toContain('deep');
    expect(await refused.raw.next()).toBe(COMPLETE);
    const followed = await subscribe(gateway, {}, application);
    expect(await followed.next()).toEqual({ kind: 'RESYNC' });
    expect((await subscribe(gateway, {}, application)).raw.status).toBe(429);
  });

  test('that isn’t streamed is refused, and says how to send it', async () => {
    const gateway = await gatewayWith();
    const { errors } = await gateway.execute('subscription { changes { kind } }');
    expect(errors).toMatchObject([
      {
        message: expect.stringContaining('Accept: text/event-stream'),
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test('that isn’t valid gets the errors as a result', async () => {
    const gateway = await gatewayWith();
    const stream = await subscribe(gateway, {}, { query: 'subscription { changes { nothing } }' });
    expect((await stream.raw.next()).errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(await stream.raw.next()).toBe(COMPLETE);
  });

  test('ends with the gateway, without completing', async () => {
    const gateway = await gatewayWith();
    const stream = await subscribed(gateway);
    await gateway.close();
    expect(await stream.raw.next()).toBe(DISCONNECTED);
  });
});

describe('authority', () => {
  const userToken = (gateway: TestGateway, org_code: string, ...permissions: string[]) =>
    gateway.emulator.issueToken({
      audience: [],
      scopes: [],
      claims: { gty: undefined, scope: undefined, sub: 'kp_1', org_code, permissions },
    });
  const codeOfRefusal = async (stream: Awaited<ReturnType<typeof subscribe>>) => {
    const { errors } = await stream.raw.next();
    expect(await stream.raw.next()).toBe(COMPLETE);
    return errors[0].extensions;
  };

  test('a user hears of its own organization, as far as its permissions go', async () => {
    const gateway = await gatewayWith(JWT);
    const [code, other] = [codeOf(gateway), codeOf(gateway, 2)];
    const user = bearer(await userToken(gateway, code, 'read:organizations'));
    const stream = await subscribed(gateway, { code }, user);
    await deliver(gateway, 'organization.updated', { organization: { code: other } });
    await deliver(gateway, 'role.updated', { role: { id: 'role_1' } });
    await deliver(gateway, 'user.updated', { user: { id: 'kp_2', organizations: [{ code }] } });
    await deliver(gateway, 'organization.updated', { organization: { code } });
    expect(await stream.next()).toMatchObject({
      kind: 'ORGANIZATION_UPDATED',
      organizationCode: code,
    });
    for (const variables of [{}, { code: other }]) {
      const refused = await subscribe(gateway, variables, user);
      expect(await codeOfRefusal(refused)).toMatchObject({ code: 'FORBIDDEN' });
    }
  });

  test('a kind that is named takes its scope, and so does the feed', async () => {
    const gateway = await gatewayWith(JWT);
    const code = codeOf(gateway);
    const application = bearer(await gateway.emulator.issueToken({ scopes: ['read:roles'] }));
    const stream = await subscribed(gateway, {}, application);
    await deliver(gateway, 'organization.updated', { organization: { code } });
    await deliver(gateway, 'role.updated', { role: { id: 'role_1' } });
    expect(await stream.next()).toMatchObject({ kind: 'ROLE_UPDATED', roleId: 'role_1' });
    const named = await subscribe(gateway, { kinds: ['USER_UPDATED'] }, application);
    expect(await codeOfRefusal(named)).toMatchObject({ requiredScope: 'read:users' });
    const powerless = bearer(await userToken(gateway, code));
    expect(await codeOfRefusal(await subscribe(gateway, { code }, powerless))).toMatchObject({
      ...{ code: 'FORBIDDEN', requiredScope: 'read:organizations' },
    });
  });

  test('objects take their own scopes', async () => {
    const gateway = await gatewayWith(JWT);
    const application = bearer(
      await gateway.emulator.issueToken({ scopes: ['read:organizations'] }),
    );
    const query = 'subscription { changes { kind organization { name } user { id } } }';
    const stream = await subscribe(gateway, {}, { ...application, query });
    await stream.next();
    await deliver(gateway, 'organization.updated', { organization: { code: codeOf(gateway) } });
    expect((await stream.next()).organization.name).toEqual(expect.any(String));
    const users = bearer(await gateway.emulator.issueToken({ scopes: ['read:users'] }));
    const other = await subscribe(gateway, {}, { ...users, query });
    await other.next();
    const { user } = [...organizationOf(gateway).members.values()][0]!;
    await deliver(gateway, 'user.created', { user: { id: user.id } });
    expect((await other.next()).user.id).toEqual(expect.any(String));
  });

  test('is not offered where only Kinde knows what a token may do', async () => {
    const gateway = await gatewayWith({ AUTH_MODE: 'passthrough' });
    const caller = bearer(await gateway.emulator.issueToken());
    expect(await codeOfRefusal(await subscribe(gateway, {}, caller))).toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  test('ends with its token', async () => {
    const gateway = await gatewayWith(JWT);
    const application = bearer(await gateway.emulator.issueToken({ expiresIn: 600 }));
    const stream = await subscribed(gateway, {}, application);
    timeouts.end(605_000);
    expect((await stream.raw.next()).errors[0].extensions.code).toBe('UNAUTHENTICATED');
    expect(await stream.raw.next()).toBe(COMPLETE);
  });
});

describeWith('redis-server')('with replicas', () => {
  test('the feed is the same on all of them, and resumes on another', async () => {
    const redis = await startRedis();
    open.push({ close: () => redis.kill() });
    const replicas = await startReplicas([redis.url, redis.url]);
    open.push(replicas);
    const [first, second] = replicas.gateways as [TestGateway, TestGateway];
    const code = codeOf(first);
    const [here, there] = [await subscribed(first), await subscribed(second)];
    await rename(first, code, 'One');
    await deliver(second, 'organization.updated', { organization: { code } });
    const heard = [await here.next(), await here.next()];
    expect(heard.map(({ source }) => source)).toEqual(['MUTATION', 'WEBHOOK']);
    expect([await there.next(), await there.next()]).toEqual(heard);
    const headers = { 'last-event-id': heard[0].cursor };
    const resumed = await subscribe(second, {}, { headers });
    expect(await resumed.next()).toEqual(heard[1]);

    await redis.kill();
    await rename(first, code, 'Unheard');
    await redis.restart();
    // Redis has lost the feed.
    expect((await there.next()).kind).toBe('RESYNC');
    expect((await (await subscribe(second, {}, { headers })).next()).kind).toBe('RESYNC');
  });
});

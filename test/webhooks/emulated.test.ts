/** The emulator sends the events of its changes, and a gateway that hears them shows nothing older. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { EVENT_TYPES } from '../../src/webhooks/events.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { waitFor } from '../support/wait-for.js';

const open: { close(): Promise<unknown> }[] = [];
let emulator: Emulator;
/** Writes as another application would: what it writes is known to no other gateway but by events. */
let elsewhere: TestGateway;
let code: string;
let member: string;
let role: string;

beforeEach(async () => {
  emulator = await startEmulator({
    ...{ organizations: 3, usersPerOrganization: 3 },
    switches: { eventRetryScale: 0.001 },
  });
  open.push(emulator);
  elsewhere = await startGateway({ before: emulator });
  open.push(elsewhere);
  const [, organization] = emulator.state.organizations.values();
  code = organization!.profile.code;
  member = [...organization!.members.values()][0]!.user.id;
  role = [...emulator.state.roles.values()][0]!.key;
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const write = (mutation: string, input: string) =>
  elsewhere.query(
    `mutation { ${mutation}(input: { organizationCode: "${code}" ${input} }) { userErrors { code } } }`,
  );
const rename = (name: string) => write('updateOrganization', `name: "${name}"`);
const register = (endpoint: string, event_types: string[] = [...EVENT_TYPES]) =>
  emulator.webhooks.register({ name: 'test', description: null, endpoint, event_types });

describe('an event', () => {
  let server: Server;
  let url: string;
  let received: { headers: IncomingMessage['headers']; body: string }[];
  let statuses: number[];
  beforeEach(async () => {
    received = [];
    statuses = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        received.push({ headers: request.headers, body });
        response.writeHead(statuses.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    open.push({ close: () => new Promise((resolve) => server.close(resolve)) });
  });

  test('is a JWT of the event alone, signed by the environment', async () => {
    register(url);
    await rename('After');
    await waitFor(() => received.length === 1);
    const [{ headers, body }] = received as [(typeof received)[0]];
    expect(headers['content-type']).toBe('application/jwt');
    expect(headers['webhook-id']).toMatch(/^webhook_\w+:event_[0-9a-f]{32}$/);
    expect(decodeProtectedHeader(body)).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    expect(decodeJwt(body)).toEqual({
      type: 'organization.updated',
      data: { organization: expect.objectContaining({ code, name: 'After' }) },
      event_id: expect.stringMatching(/^event_[0-9a-f]{32}$/),
      event_timestamp: expect.any(String),
      timestamp: expect.any(String),
      source: 'api',
    });
  });

  test('of a member has the state after the change, without the organization that was left', async () => {
    register(url);
    await write('removeOrganizationUser', `userId: "${member}"`);
    await waitFor(() => received.length === 1);
    const { data, type } = decodeJwt(received[0]!.body) as any;
    expect(type).toBe('user.updated');
    expect(data.user.id).toBe(member);
    expect(data.user.organizations?.map((one: any) => one.code) ?? []).not.toContain(code);
  });

  test('is delivered again until the response is 200, with the same ids', async () => {
    register(url);
    statuses = [500, 201, 404];
    await rename('After');
    await waitFor(() => emulator.webhooks.deliveries.length === 4);
    expect(emulator.webhooks.deliveries.map(({ status }) => status)).toEqual([500, 201, 404, 200]);
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(received.map(({ body }) => decodeJwt(body)['event_id'])).size).toBe(1);
  });

  test('is not delivered after a reset, nor again to a webhook that was removed', async () => {
    emulator.switches.eventDelayMs = 60_000;
    register(url);
    await rename('Delayed');
    emulator.switches.eventDelayMs = 0;
    await rename('Before');
    await waitFor(() => received.length === 1);
    emulator.reset();
    expect(emulator.webhooks.deliveries).toEqual([]);
    statuses = [500];
    emulator.switches.eventRetryScale = 0.02;
    const { id } = register(url);
    await rename('Removed');
    await waitFor(() => emulator.webhooks.deliveries.length === 1);
    emulator.webhooks.registered.delete(id);
    register(url);
    await rename('After');
    await waitFor(() => emulator.webhooks.deliveries.some(({ status }) => status === 200));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const names = received.map(({ body }) => (decodeJwt(body)['data'] as any).organization.name);
    expect(names).toEqual(['Before', 'Removed', 'After']);
  });

  test('is sent for each change of a role or a permission, but not of what a role grants', async () => {
    register(url);
    const change = async (mutation: string, input: string) => {
      const data = await elsewhere.query(
        `mutation { ${mutation}(input: { ${input} }) { userErrors { code } } }`,
      );
      expect(data[mutation].userErrors).toEqual([]);
    };
    await change('createRole', 'name: "Support", key: "support", isDefault: true');
    await change('updateRole', 'role: { key: "support" }, name: "Help"');
    const granted = 'permissions: [{ key: "read:billing" }]';
    await change('setRolePermissions', `role: { key: "support" }, ${granted}`);
    const { id } = emulator.state.roleByKey('support');
    await change('deleteRole', 'role: { key: "support" }');
    await change('createPermission', 'name: "Print", key: "print"');
    await change('updatePermission', 'permission: { key: "print" }, description: "On paper"');
    const { id: printId } = emulator.state.permissionByKey('print');
    await change('deletePermission', 'permission: { key: "print" }');
    await waitFor(() => received.length === 6);
    const support = { id, key: 'support', is_default_role: true };
    const print = { id: printId, key: 'print', name: 'Print' };
    const events = received.map(({ body }) => decodeJwt(body));
    expect(new Map(events.map(({ type, data }) => [type, data]))).toEqual(
      new Map([
        ['role.created', { role: { ...support, name: 'Support', description: null } }],
        ['role.updated', { role: { ...support, name: 'Help', description: null } }],
        ['role.deleted', { role: { id } }],
        ['permission.created', { permission: { ...print, description: '' } }],
        ['permission.updated', { permission: { ...print, description: 'On paper' } }],
        ['permission.deleted', { permission: { id: printId } }],
      ]),
    );
  });

  test('is not sent for other types, for flags, or for a refused write', async () => {
    register(url, ['role.created', 'user.updated']);
    await rename('After');
    await write('updateFeatureFlagOverride', 'key: "max_projects", value: 7');
    await elsewhere.execute(
      `mutation { addOrganizationUserRole(input: { organizationCode: "${code}", userId: "${member}", role: { key: "none" } }) { userErrors { code } } }`,
    );
    await write(
      'addOrganizationUserPermission',
      `userId: "${member}", permission: { key: "deploy:production" }`,
    );
    await waitFor(() => received.length === 1);
    expect(decodeJwt(received[0]!.body)['type']).toBe('user.updated');
  });
});

describe('the management of webhooks', () => {
  const call = async (method: string, path: string, body?: object, scopes?: string[]) => {
    const token = await emulator.issueToken(scopes === undefined ? {} : { scopes });
    const response = await fetch(`${emulator.url}/api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as any };
  };

  test('creates, lists, changes and deletes', async () => {
    const endpoint = 'http://127.0.0.1:1/hook';
    const creation = { endpoint, name: 'n', event_types: ['role.created'] };
    const { status, body } = await call('POST', 'webhooks', creation);
    expect({ status, body }).toMatchObject({ status: 200, body: { webhook: { endpoint } } });
    const { id } = body.webhook;
    expect(await call('PATCH', `webhooks/${id}`, { event_types: ['role.deleted'] })).toMatchObject({
      status: 200,
    });
    expect((await call('GET', 'webhooks')).body.webhooks).toMatchObject([
      { id, endpoint, name: 'n', description: null, event_types: ['role.deleted'] },
    ]);
    expect((await call('DELETE', `webhooks/${id}`)).status).toBe(200);
    expect((await call('DELETE', `webhooks/${id}`)).status).toBe(400);
    expect((await call('GET', 'webhooks')).body.webhooks).toEqual([]);
  });

  test('refuses other event types, other addresses and tokens without the scope', async () => {
    const good = { endpoint: 'https://example.com', name: 'n', event_types: ['role.created'] };
    expect((await call('POST', 'webhooks', { ...good, event_types: ['x'] })).status).toBe(400);
    expect((await call('POST', 'webhooks', { ...good, endpoint: 'ftp://a' })).status).toBe(400);
    expect((await call('POST', 'webhooks', good, ['read:webhooks'])).status).toBe(403);
    expect((await call('GET', 'webhooks', undefined, [])).status).toBe(403);
  });

  test('knows every type that the gateway wants', async () => {
    const { body } = await call('GET', 'event_types');
    const codes = body.event_types.map((type: { code: string }) => type.code);
    expect(codes).toEqual(expect.arrayContaining([...EVENT_TYPES]));
  });
});

type Change = 'rename' | 'leave or join' | 'role' | 'permission';

test('after late, repeated and unordered events nothing is outdated', async () => {
  const cached = await startGateway({ before: emulator, env: { CACHE: 'memory' } });
  open.push(cached);
  register(`${cached.url}/webhooks/kinde`);
  Object.assign(emulator.switches, { eventDelayMs: 20, repeatsEvents: true });
  const QUERY = `query ($code: ID!, $member: ID!) {
    organization(code: $code) {
      name
      users(first: 10) { nodes { userId roles { key } permissions { key } } }
      user(userId: $member) { userId roles { key } }
    }
    organizations(first: 10) { nodes { name } }
  }`;
  const read = (gateway: TestGateway) => gateway.execute(QUERY, { code, member });
  const user = `userId: "${member}"`;
  let version = 0;
  const has = (kind: 'roles' | 'permissions', key: string) =>
    [...(emulator.state.organization(code).members.get(member)?.[kind] ?? [])].some(
      (grant) => grant.key === key,
    );
  const isMember = () => emulator.state.organization(code).members.has(member);
  const CHANGES: Record<Change, () => Promise<unknown>> = {
    rename: () => rename(`Name ${++version}`),
    'leave or join': () =>
      isMember()
        ? write('removeOrganizationUser', user)
        : write('addOrganizationUsers', `users: [{ ${user} }]`),
    role: async () =>
      isMember() &&
      write(
        has('roles', role) ? 'removeOrganizationUserRole' : 'addOrganizationUserRole',
        `${user}, role: { key: "${role}" }`,
      ),
    permission: async () =>
      isMember() &&
      write(
        has('permissions', 'deploy:production')
          ? 'removeOrganizationUserPermission'
          : 'addOrganizationUserPermission',
        `${user}, permission: { key: "deploy:production" }`,
      ),
  };
  const isSettled = () => {
    const { deliveries } = emulator.webhooks;
    const counts = new Map<string, number>();
    for (const { eventId, status } of deliveries) {
      expect(status).toBe(200);
      counts.set(eventId, (counts.get(eventId) ?? 0) + 1);
    }
    return counts.size === expected && [...counts.values()].every((count) => count === 2);
  };
  let expected = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...(Object.keys(CHANGES) as Change[])), {
        minLength: 1,
        maxLength: 6,
      }),
      async (changes) => {
        emulator.webhooks.deliveries.length = 0;
        expected = 0;
        for (const change of changes) {
          if ((await CHANGES[change]()) !== false) expected++;
          await read(cached);
        }
        await waitFor(isSettled);
        expect((await read(cached)).data).toEqual((await read(elsewhere)).data);
      },
    ),
    { numRuns: Number(process.env['WEBHOOK_RUNS'] ?? 20), endOnFailure: true },
  );
});

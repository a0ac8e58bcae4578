/** The audit trail: who asked for which mutation on what, and what came of it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/index.js';
import { mutationDocument } from '../support/mutations.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';

const open: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

async function audited(options: TestOptions = {}) {
  const lines: any[] = [];
  const gateway = await startGateway({ ...options, log: (line) => lines.push(JSON.parse(line)) });
  open.push(gateway);
  const { organizations, users } = gateway.emulator.state;
  const { profile, members } = [...organizations.values()].find(
    (organization) => organization.profile.is_default !== true && organization.members.size > 1,
  )!;
  const strangers = [...users.values()].map(({ id }) => id).filter((id) => !members.has(id));
  return {
    gateway,
    lines,
    /** The events since the last time that they were asked for. */
    events: () => lines.splice(0).flatMap(({ audit }) => audit ?? []),
    code: profile.code,
    memberId: [...members.values()][0]!.user.id,
    strangers,
  };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('an event has the actor, the action, the target, the outcome and the request', async () => {
  const { gateway, lines, code, memberId } = await audited();
  const admin = gateway.emulator.state.roleByKey('admin')!;
  await gateway.execute(
    `mutation Promote($input: AddOrganizationUserRoleInput!) {
      addOrganizationUserRole(input: $input) { organizationUser { email } userErrors { code } }
    }`,
    { input: { organizationCode: code, userId: memberId, role: { roleId: admin.id } } },
    { 'x-request-id': 'request-1' },
  );
  expect(lines.filter(({ msg }) => msg === 'audit')).toMatchObject([
    {
      level: 30,
      audit: {
        requestId: 'request-1',
        who: { kind: 'everybody' },
        mutation: 'addOrganizationUserRole',
        operationName: 'Promote',
        target: { organizationCode: code, userIds: [memberId], userCount: 1, roles: [admin.id] },
        calls: [
          {
            route: 'POST /api/v1/organizations/{org_code}/users/{user_id}/roles',
            status: expect.any(Number),
            count: 1,
          },
        ],
        milliseconds: expect.any(Number),
      },
    },
  ]);
});

describe('an event names what was written, and holds no values', () => {
  test('of an organization: its new code, and the names of the given properties', async () => {
    const { gateway, events } = await audited();
    const secret = 'Nobody shall read this';
    const { createOrganization } = await gateway.query(
      'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { code } } }',
      { input: { name: secret, senderEmail: 'a@example.com', branding: { linkColor: '#fff' } } },
    );
    const { code } = createOrganization.organization;
    await gateway.query(
      'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { userErrors { code } } }',
      { input: { organizationCode: code, key: 'data_region', value: secret } },
    );
    const told = events();
    expect(told).toMatchObject([
      {
        outcome: 'success',
        target: { organizationCode: code, fields: ['name', 'senderEmail', 'branding'] },
      },
      { target: { organizationCode: code, key: 'data_region', fields: ['value'] } },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/Nobody|example\.com|#fff/);
  });

  test('of ids, all but those that work like a password', async () => {
    const { gateway, events, code } = await audited();
    const send = (mutation: string, input: object) =>
      gateway.query(mutationDocument(mutation), { input: { organizationCode: code, ...input } });
    await send('enableOrganizationSignInMethod', { connectionId: 'conn_1' });
    await send('uploadOrganizationLogo', { type: 'DARK', data: 'Zmlyc3QgYW5kIHNlY3JldA==' });
    await send('revokeOrganizationInvite', { inviteCode: 'inv_secret', idempotencyKey: 'key-1' });
    const told = events();
    expect(told).toMatchObject([
      { target: { organizationCode: code, connectionId: 'conn_1' } },
      { target: { organizationCode: code, fields: ['type', 'data'] } },
      { target: { organizationCode: code, fields: ['inviteCode'], isKeyed: true } },
    ]);
    expect(told[0].target).not.toHaveProperty('fields');
    expect(JSON.stringify(told)).not.toMatch(/inv_secret|key-1|Zmlyc3Q/);
  });

  test('of lists of permissions, roles and properties: their keys', async () => {
    const { gateway, events, code } = await audited();
    const send = (mutation: string, input: object) =>
      gateway.query(mutationDocument(mutation), { input });
    await send('setRolePermissions', { role: { key: 'member' }, permissions: [] });
    await send('setRolePermissions', {
      role: { key: 'member' },
      permissions: [{ key: 'read:billing' }],
    });
    await send('createOrganizationInvite', {
      ...{ organizationCode: code, email: 'a@example.com', sendEmail: true },
      roles: [{ key: 'admin' }],
    });
    await send('updateOrganizationProperties', {
      organizationCode: code,
      properties: [{ key: 'kp_org_city', value: 'Nobody shall read this' }],
    });
    const told = events();
    expect(told.map(({ target }) => target)).toEqual([
      { roles: ['member'], permissions: [] },
      { roles: ['member'], permissions: ['read:billing'] },
      { organizationCode: code, roles: ['admin'], fields: ['email', 'sendEmail'] },
      { organizationCode: code, properties: ['kp_org_city'] },
    ]);
    expect(JSON.stringify(told)).not.toMatch(/Nobody|example\.com/);
  });

  test('of an organization that was deleted again: its code', async () => {
    const { gateway, events } = await audited();
    const { createOrganization } = await gateway.query(
      `mutation ($input: CreateOrganizationInput!) {
        createOrganization(input: $input) { deletedOrganizationCode }
      }`,
      { input: { name: 'Short-lived', users: [{ userId: 'kp_nobody' }], deleteOnFailure: true } },
    );
    expect(events()).toMatchObject([
      { target: { organizationCode: createOrganization.deletedOrganizationCode } },
    ]);
    expect(createOrganization.deletedOrganizationCode).toMatch(/^org_/);
  });

  test('of many users: twenty of their ids, and their number', async () => {
    const { gateway, events, code, strangers } = await audited();
    const users = strangers.slice(0, 120).map((userId) => ({
      userId,
      roles: [{ key: 'admin' }],
    }));
    await gateway.query(
      'mutation ($input: AddOrganizationUsersInput!) { addOrganizationUsers(input: $input) { addedUserIds } }',
      { input: { organizationCode: code, users } },
    );
    expect(events()).toMatchObject([
      {
        outcome: 'success',
        target: { userIds: strangers.slice(0, 20), userCount: 120, roles: ['admin'] },
        users: { added: 120, updated: 0, removed: 0 },
        calls: [
          { route: 'GET /api/v1/roles', status: 200, count: 1 },
          { route: 'POST /api/v1/organizations/{org_code}/users', status: 200, count: 2 },
        ],
      },
    ]);
  });
});

describe('a bulk write', () => {
  const run = async (mutation: string, inputType: string, inputOf: (userId: string) => object) => {
    const { gateway, events, code, memberId } = await audited();
    await gateway.query(
      `mutation ($input: ${inputType}!) { ${mutation}(input: $input) { userErrors { code } } }`,
      { input: { organizationCode: code, ...inputOf(memberId) } },
    );
    return { events: events(), memberId };
  };

  test('that updates members lists which roles and permissions are added and removed', async () => {
    const { events, memberId } = await run(
      'updateOrganizationUsers',
      'UpdateOrganizationUsersInput',
      (userId) => ({
        users: [
          {
            userId,
            addRoles: [{ key: 'auditor' }],
            removeRoles: [{ key: 'admin' }],
            addPermissions: [{ key: 'read:projects' }],
          },
        ],
      }),
    );
    expect(events).toMatchObject([
      {
        outcome: 'success',
        target: {
          userIds: [memberId],
          ...{ addRoles: ['auditor'], removeRoles: ['admin'] },
          addPermissions: ['read:projects'],
        },
        users: { added: 0, updated: 1, removed: 0 },
      },
    ]);
  });

  test('that is done in part for its only user is partial', async () => {
    const { events } = await run(
      'updateOrganizationUsers',
      'UpdateOrganizationUsersInput',
      (userId) => ({
        users: [
          {
            userId,
            addPermissions: [{ key: 'deploy:staging' }],
            removePermissions: [{ key: 'read:projects' }],
          },
        ],
      }),
    );
    expect(events).toMatchObject([{ outcome: 'partial', users: { updated: 0 } }]);
  });

  test('that removes members lists them', async () => {
    const { events, memberId } = await run(
      'removeOrganizationUsers',
      'RemoveOrganizationUsersInput',
      (userId) => ({ userIds: [userId] }),
    );
    expect(events).toMatchObject([
      {
        outcome: 'success',
        target: { userIds: [memberId], userCount: 1 },
        users: { added: 0, updated: 0, removed: 1 },
      },
    ]);
  });
});

describe('the outcome', () => {
  const remove = (gateway: TestGateway, code: string, headers = {}) =>
    gateway.execute(
      'mutation ($code: ID!) { deleteOrganization(input: { organizationCode: $code, idempotencyKey: "k" }) { userErrors { code } } }',
      { code },
      headers,
    );

  test('of a bulk write that is done in part is partial', async () => {
    const { gateway, events, code, memberId, strangers } = await audited();
    await gateway.query(
      'mutation ($input: AddOrganizationUsersInput!) { addOrganizationUsers(input: $input) { addedUserIds } }',
      {
        input: {
          organizationCode: code,
          users: [{ userId: memberId }, { userId: strangers[0] }],
        },
      },
    );
    expect(events()).toMatchObject([
      { outcome: 'partial', codes: ['NOT_ADDED'], users: { added: 1 } },
    ]);
  });

  test('of a bulk write whose first batch is refused and whose second one is unknown is unknown', async () => {
    const { gateway, events, code } = await audited();
    const route = 'PATCH /api/v1/organizations/{org_code}/users';
    const answer = (status: number, reason: string) => ({
      status,
      body: { errors: [{ code: reason, message: '' }] },
    });
    gateway.emulator.fault({ route, respond: answer(500, 'BROKEN') });
    gateway.emulator.fault({ route, times: 1, respond: answer(400, 'REFUSED') });
    await gateway.query(mutationDocument('removeOrganizationUsers'), {
      input: { organizationCode: code, userIds: Array.from({ length: 101 }, (_, n) => `kp_${n}`) },
    });
    expect(events()).toMatchObject([{ outcome: 'unknown', codes: ['REFUSED', 'BROKEN'] }]);
  });

  test.each<[string, string, Fault['respond'], object[]]>([
    ['denied', 'FORBIDDEN', { status: 403 }, [{ status: 403, count: 1 }]],
    ['failed', 'RATE_LIMITED', { status: 429 }, [{ status: 429, count: 1 }]],
    ['unknown', 'WRITE_OUTCOME_UNKNOWN', { status: 500 }, [{ status: 500, count: 1 }]],
    ['unknown', 'WRITE_OUTCOME_UNKNOWN', 'reset-after-write', [{ status: null, count: 1 }]],
    [
      'refused',
      'ORGANIZATION_IN_USE',
      { status: 400, body: { errors: { code: 'ORGANIZATION_IN_USE', message: 'a@example.com' } } },
      [{ status: 400, count: 1 }],
    ],
  ])('is %s by %s', async (outcome, failure, respond, calls) => {
    const { gateway, events, code } = await audited();
    gateway.emulator.fault({ route: 'DELETE /api/v1/organization/{org_code}', respond });
    await remove(gateway, code);
    expect(events()).toMatchObject([
      { mutation: 'deleteOrganization', outcome, codes: [failure], calls },
    ]);
  });

  test.each<[string, string, Fault['respond']]>([
    ['refused', 'BATCH', { status: 400, body: { errors: { code: 'BATCH', message: '' } } }],
    ['denied', 'FORBIDDEN', { status: 403 }],
    ['failed', 'RATE_LIMITED', { status: 429 }],
  ])('of a write in two calls is partial where the second is %s', async (_, failure, respond) => {
    const { gateway, events } = await audited();
    const { permissions } = gateway.emulator.state;
    const keys = Array.from({ length: 101 }, (_, n) => `print:page_${n}`);
    for (const key of keys) permissions.add({ id: key, key, name: key, description: '' });
    const route = 'PATCH /api/v1/roles/{role_id}/permissions';
    gateway.emulator.fault({ route, respond });
    gateway.emulator.fault({ route, times: 1, delayMs: 0 });
    await gateway.execute(mutationDocument('setRolePermissions'), {
      input: { role: { key: 'member' }, permissions: keys.map((key) => ({ key })) },
    });
    expect(events()).toMatchObject([{ outcome: 'partial', codes: [failure] }]);
  });

  test('of a retry with the same key is replayed, without calls', async () => {
    const { gateway, events, code } = await audited();
    await remove(gateway, code);
    await remove(gateway, code);
    expect(events()).toMatchObject([
      { outcome: 'success', target: { isKeyed: true } },
      { outcome: 'replayed', replayed: 'success', calls: [] },
    ]);
  });

  test('of a mutation that the gateway denies is denied, and names the caller', async () => {
    const { gateway, events, code } = await audited({ env: { AUTH_MODE: 'jwt' } });
    const token = await gateway.emulator.issueToken({
      claims: { gty: undefined, sub: 'kp_1', org_code: code, permissions: [] },
    });
    await remove(gateway, code, bearer(token));
    const { errors } = await remove(gateway, code, bearer(token));
    expect(events()[1]).toEqual({
      requestId: errors![0]!.extensions['requestId'],
      who: { kind: 'user', userId: 'kp_1', organization: code },
      mutation: 'deleteOrganization',
      target: { organizationCode: code, isKeyed: true },
      outcome: 'denied',
      codes: ['FORBIDDEN'],
      calls: [],
      milliseconds: expect.any(Number),
    });
  });
});

describe('the actor', () => {
  test('is the application of a verified token, with the organization that it is held to', async () => {
    const { gateway, events, code } = await audited({ env: { AUTH_MODE: 'jwt' } });
    const mutation = `mutation { deleteFeatureFlagOverrides(input: { organizationCode: "${code}" }) { userErrors { code } } }`;
    for (const claims of [{ azp: 'client_a' }, { azp: 'client_a', org_code: code }]) {
      await gateway.execute(mutation, {}, bearer(await gateway.emulator.issueToken({ claims })));
    }
    expect(events().map(({ who }) => who)).toEqual([
      { kind: 'machine', clientId: 'client_a' },
      { kind: 'machine', clientId: 'client_a', organization: code },
    ]);
  });

  test('is a hash of a passthrough token, marked as unverified', async () => {
    const { gateway, events, code } = await audited({ env: { AUTH_MODE: 'passthrough' } });
    const mutation = `mutation { deleteFeatureFlagOverrides(input: { organizationCode: "${code}" }) { userErrors { code } } }`;
    const token = await gateway.emulator.issueToken();
    await gateway.execute(mutation, {}, bearer(token));
    await gateway.execute(mutation, {}, bearer('no-good'));
    expect(events()).toMatchObject([
      {
        outcome: 'success',
        who: {
          kind: 'bearer',
          isVerified: false,
          tokenHash: expect.stringMatching(/^[0-9a-f]{16}$/),
        },
      },
      { outcome: 'denied', codes: ['UNAUTHENTICATED'] },
    ]);
  });
});

describe('the audit trail', () => {
  const create =
    'mutation { createOrganization(input: { name: "New" }) { organization { code name } } }';

  test.each(['warn', 'silent'])(
    'is written with LOG_LEVEL=%s, and nothing else is',
    async (level) => {
      const { gateway, lines } = await audited({ env: { LOG_LEVEL: level } });
      await gateway.query(create);
      expect(lines.map(({ msg }) => msg)).toEqual(['audit']);
    },
  );

  test('ends with AUDIT_LOG=false', async () => {
    const { gateway, lines } = await audited({ env: { AUDIT_LOG: 'false', LOG_LEVEL: 'info' } });
    await gateway.query(create);
    expect(lines.map(({ msg }) => msg)).not.toContain('audit');
    expect(lines.map(({ msg }) => msg)).toContain('operation');
  });

  test('has no event for a query, nor for a mutation that is refused before execution', async () => {
    const { gateway, events } = await audited({ env: { MAX_COST: '50' } });
    const many = JSON.stringify(Array.from({ length: 60 }, (_, i) => ({ userId: `kp_${i}` })));
    for (const document of [
      '{ organizations(first: 1) { nodes { code } } }',
      'mutation { createOrganization(input: {}) { organization { code } } }',
      'mutation { nothing }',
      `mutation { addOrganizationUsers(input: { organizationCode: "a", users: ${many.replaceAll('"userId"', 'userId')} }) { addedUserIds } }`,
    ]) {
      await gateway.execute(document);
    }
    expect(events()).toEqual([]);
  });
});

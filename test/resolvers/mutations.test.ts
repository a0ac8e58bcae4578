/** Every write through the door: the calls that it made, what it answered, and what is so afterwards. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getNamedType, isInputObjectType, type GraphQLInputType } from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { IMPOSSIBLE_IDS } from '../support/ids.js';
import {
  inputTypeOf,
  MUTATIONS,
  mutationDocument,
  mutationField,
  validInputs,
} from '../support/mutations.js';

let gateway: TestGateway;
/** An organization that is not the default one, a member of it and a person who is not. */
let code: string;
let memberId: string;
let strangerId: string;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  const { organizations, users } = gateway.emulator.state;
  const organization = [...organizations.values()].find(
    ({ profile }) => profile.is_default !== true,
  )!;
  code = organization.profile.code;
  const members = new Set([...organization.members.values()].map(({ user }) => user.id));
  // Somebody to whom something can still be given.
  memberId = [...organization.members.values()].find(({ roles }) => {
    const granted = new Set([...roles].flatMap(({ permissions }) => permissions));
    return granted.size < gateway.emulator.state.permissions.size;
  })!.user.id;
  strangerId = [...users.values()].map(({ id }) => id).find((id) => !members.has(id))!;
});

const state = () => gateway.emulator.state;
const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
const member = (userId: string) => state().organizations.get(code)?.members.get(userId);
const roleKeys = (userId: string) =>
  gateway
    .query('query ($id: ID!) { node(id: $id) { ... on OrganizationUser { roles { key } } } }', {
      id: globalId('OrganizationUser', code, userId),
    })
    .then(({ node }) => node.roles.map(({ key }: { key: string }) => key) as string[]);

/** Sends a mutation with one input and gives its payload; `fields` is what is asked of the payload. */
async function mutate(name: string, input: object, fields: string) {
  gateway.calls();
  const data = await gateway.query(mutationDocument(name, fields), { input });
  return data[name];
}

describe('organizations', () => {
  test('createOrganization sends the given properties and reads the new organization', async () => {
    const payload = await mutate(
      'createOrganization',
      {
        name: 'Hilltop Foods',
        externalId: 'ht-1',
        isAutoMembershipEnabled: false,
        senderName: null,
        branding: { linkColor: '#0066ff', themeCode: 'USER_PREFERENCE' },
      },
      'organization { code name externalId isAutoMembershipEnabled branding { linkColor { hex } themeCode } }',
    );
    expect(payload).toMatchObject({
      userErrors: [],
      organization: {
        name: 'Hilltop Foods',
        externalId: 'ht-1',
        isAutoMembershipEnabled: false,
        branding: { linkColor: { hex: '#0066ff' }, themeCode: 'USER_PREFERENCE' },
      },
    });
    expect(gateway.emulator.requests[0]?.body).toEqual({
      name: 'Hilltop Foods',
      external_id: 'ht-1',
      is_auto_membership_enabled: false,
      sender_name: null,
      link_color: '#0066ff',
      theme_code: 'user_preference',
    });
    expect(gateway.calls()).toEqual([
      'POST /api/v1/organization',
      `GET /api/v1/organization?code=${payload.organization.code}`,
    ]);
    expect(state().organizations.get(payload.organization.code)?.profile.name).toBe(
      'Hilltop Foods',
    );
  });

  test('updateOrganization changes the given properties and reads them back', async () => {
    const payload = await mutate(
      'updateOrganization',
      {
        organizationCode: code,
        name: 'New name',
        allowedDomains: ['example.com'],
        isSuspended: true,
        branding: { buttonColorDark: '#123456' },
      },
      'organization { code name isSuspended allowedDomains branding { buttonColorDark { raw } } }',
    );
    expect(payload).toMatchObject({
      userErrors: [],
      organization: {
        code,
        name: 'New name',
        isSuspended: true,
        allowedDomains: ['example.com'],
        branding: { buttonColorDark: { raw: '#123456' } },
      },
    });
    expect(gateway.calls()).toEqual([
      `PATCH /api/v1/organization/${code}`,
      `GET /api/v1/organization?code=${code}`,
    ]);
  });

  test('half a character is refused anywhere in a body, without a call', async () => {
    const half = 'A\ud800';
    const renamed = await mutate(
      'updateOrganization',
      { organizationCode: code, name: half },
      'organization { code }',
    );
    expect(renamed).toMatchObject({
      organization: null,
      userErrors: [{ code: 'INVALID_ID', field: ['name'] }],
    });
    const described = await mutate(
      'updateOrganizationProperties',
      { organizationCode: code, properties: [{ key: 'size', value: half }] },
      'organization { code }',
    );
    expect(described.userErrors).toMatchObject([{ code: 'INVALID_ID', field: ['properties'] }]);
    expect(gateway.calls()).toEqual([]);
  });

  test('updateOrganization refuses null where Kinde takes none, and an empty change, without a call', async () => {
    const nulls = await mutate(
      'updateOrganization',
      { organizationCode: code, name: null, branding: { linkColor: null } },
      'organization { code }',
    );
    expect(nulls).toMatchObject({
      organization: null,
      userErrors: [{ code: 'INVALID_VALUE', field: ['name'] }],
    });
    const nothing = await mutate(
      'updateOrganization',
      { organizationCode: code },
      'organization { code }',
    );
    expect(nothing.userErrors).toMatchObject([{ code: 'NO_FIELDS_TO_UPDATE', field: null }]);
    expect(gateway.calls()).toEqual([]);
  });

  test('updateOrganization returns Kinde’s reason, at the field to blame', async () => {
    const standard = [...state().organizations.values()].find(
      ({ profile }) => profile.is_default === true,
    )!;
    const payload = await mutate(
      'updateOrganization',
      { organizationCode: standard.profile.code, isSuspended: true },
      'organization { code }',
    );
    expect(payload).toMatchObject({
      organization: null,
      userErrors: [
        {
          code: 'REFUSED_BY_KINDE',
          kindeCode: 'DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED',
          field: ['isSuspended'],
        },
      ],
    });
  });

  test('deleteOrganization deletes', async () => {
    const payload = await mutate(
      'deleteOrganization',
      { organizationCode: code },
      'deletedOrganizationCode deletedOrganizationId',
    );
    expect(payload).toMatchObject({ deletedOrganizationCode: code, userErrors: [] });
    expect(gateway.calls()).toEqual([`DELETE /api/v1/organization/${code}`]);
    expect(state().organizations.has(code)).toBe(false);
    const { node } = await gateway.query('query ($id: ID!) { node(id: $id) { id } }', {
      id: payload.deletedOrganizationId,
    });
    expect(node).toBeNull();
    const again = await mutate(
      'deleteOrganization',
      { organizationCode: code },
      'deletedOrganizationCode',
    );
    expect(again).toMatchObject({
      deletedOrganizationCode: null,
      userErrors: [{ code: expect.stringContaining('NOT_FOUND'), field: ['organizationCode'] }],
    });
  });
});

describe('users', () => {
  test('addOrganizationUsers adds with roles and permissions by key or by id', async () => {
    const admin = state().roleByKey('admin')!;
    const [permission] = [...state().permissions.values()];
    const payload = await mutate(
      'addOrganizationUsers',
      {
        organizationCode: code,
        users: [
          {
            userId: strangerId,
            roles: [{ roleId: admin.id }],
            permissions: [{ key: permission!.key }],
          },
        ],
      },
      'organization { code } addedUserIds addedUsers { userId email roles { key name } permissions { key } }',
    );
    expect(payload).toMatchObject({
      organization: { code },
      addedUserIds: [strangerId],
      addedUsers: [{ userId: strangerId, roles: [{ key: 'admin', name: admin.name }] }],
      userErrors: [],
    });
    expect(gateway.emulator.requests.find(({ method }) => method === 'POST')?.body).toEqual({
      users: [{ id: strangerId, roles: ['admin'], permissions: [permission!.key] }],
    });
    const [roles, permissions, write, ...reads] = gateway.calls();
    expect([roles, permissions, write]).toEqual([
      'GET /api/v1/roles?page_size=500',
      'GET /api/v1/permissions?page_size=500',
      `POST /api/v1/organizations/${code}/users`,
    ]);
    expect(reads.sort()).toEqual([
      `GET /api/v1/organizations/${code}/users/${strangerId}/permissions`,
      `GET /api/v1/organizations/${code}/users/${strangerId}/roles`,
      `GET /api/v1/users?user_id=${strangerId}&page_size=1&expand=organizations`,
    ]);
    expect(member(strangerId)).toBeDefined();
  });

  test('a success that did nothing is an error for each user', async () => {
    const payload = await mutate(
      'addOrganizationUsers',
      { organizationCode: code, users: [{ userId: memberId }, { userId: strangerId }] },
      'addedUserIds organization { code }',
    );
    expect(payload).toMatchObject({
      addedUserIds: [strangerId],
      organization: { code },
      userErrors: [{ code: 'NOT_ADDED', field: ['users', '0'] }],
    });
    const nobody = await mutate(
      'addOrganizationUsers',
      { organizationCode: code, users: [{ userId: memberId }] },
      'addedUserIds organization { code }',
    );
    expect(nobody).toMatchObject({
      addedUserIds: [],
      organization: null,
      userErrors: [{ code: 'NOT_ADDED', field: ['users', '0'] }],
    });
  });

  test('unknown references, invalid ids and repeated users are refused without a write', async () => {
    const add = (...users: object[]) =>
      mutate('addOrganizationUsers', { organizationCode: code, users }, 'addedUserIds');
    expect(
      (await add({ userId: strangerId, roles: [{ roleId: 'no-such-id' }] })).userErrors,
    ).toMatchObject([{ code: 'UNKNOWN_ROLE', field: ['users', '0', 'roles', '0', 'roleId'] }]);
    expect(gateway.calls()).toEqual(['GET /api/v1/roles?page_size=500']);
    expect(
      (await add({ userId: strangerId }, { userId: '..' }, { userId: strangerId })).userErrors,
    ).toMatchObject([
      { code: 'INVALID_ID', field: ['users', '1', 'userId'] },
      { code: 'DUPLICATE_USER', field: ['users', '2', 'userId'] },
    ]);
    expect(gateway.calls()).toEqual([]);
  });

  test('removeOrganizationUsers removes members, and names them by both of their ids', async () => {
    const ids = [...state().organizations.get(code)!.members.values()]
      .map(({ user }) => user.id)
      .slice(0, 2);
    const payload = await mutate(
      'removeOrganizationUsers',
      { organizationCode: code, userIds: ids },
      'organization { code } removedUserIds removedOrganizationUserIds',
    );
    expect(payload).toEqual({
      organization: { code },
      removedUserIds: ids,
      removedOrganizationUserIds: ids.map((id) => globalId('OrganizationUser', code, id)),
      userErrors: [],
    });
    expect(gateway.emulator.requests[0]?.body).toEqual({
      users: ids.map((id) => ({ id, operation: 'delete' })),
    });
    expect(gateway.calls()).toEqual([`PATCH /api/v1/organizations/${code}/users`]);
    expect(ids.map(member)).toEqual([undefined, undefined]);
  });

  test('removeOrganizationUser removes a member, and refuses a user who is not one', async () => {
    const fields = 'organization { code } removedUserId removedOrganizationUserId';
    const input = { organizationCode: code, userId: memberId };
    const payload = await mutate('removeOrganizationUser', input, fields);
    expect(payload).toMatchObject({
      organization: { code },
      removedUserId: memberId,
      userErrors: [],
    });
    expect(gateway.calls()).toEqual([`DELETE /api/v1/organizations/${code}/users/${memberId}`]);
    expect(member(memberId)).toBeUndefined();
    expect(await mutate('removeOrganizationUser', input, fields)).toMatchObject({
      organization: null,
      removedUserId: null,
      userErrors: [{ code: 'NOT_FOUND', kindeCode: 'USER_NOT_IN_ORGANIZATION', field: ['userId'] }],
    });
  });
});

describe('roles and permissions', () => {
  test('a role is added and removed by key, through the catalogue', async () => {
    const missing = [...state().roles.values()].find(
      (role) =>
        !JSON.stringify([...member(memberId)!.roles]).includes(role.id) &&
        !JSON.stringify([...member(memberId)!.roles]).includes(`"${role.key}"`),
    )!;
    const input = { organizationCode: code, userId: memberId, role: { key: missing.key } };
    const fields = 'organizationUser { userId roles { key } }';
    const given = await mutate('addOrganizationUserRole', input, fields);
    expect(given.userErrors).toEqual([]);
    expect(given.organizationUser.roles).toContainEqual({ key: missing.key });
    expect(gateway.calls()).toEqual([
      'GET /api/v1/roles?page_size=500',
      `POST /api/v1/organizations/${code}/users/${memberId}/roles`,
      `GET /api/v1/organizations/${code}/users/${memberId}/roles`,
    ]);
    expect(await roleKeys(memberId)).toContain(missing.key);

    const taken = await mutate('removeOrganizationUserRole', input, fields);
    expect(taken.organizationUser.roles).not.toContainEqual({ key: missing.key });
    expect(gateway.calls()).toEqual([
      'GET /api/v1/roles?page_size=500',
      `DELETE /api/v1/organizations/${code}/users/${memberId}/roles/${missing.id}`,
      `GET /api/v1/organizations/${code}/users/${memberId}/roles`,
    ]);
    const again = await mutate(
      'removeOrganizationUserRole',
      { ...input, role: { roleId: missing.id } },
      'organizationUser { userId }',
    );
    expect(again).toMatchObject({ organizationUser: null, userErrors: [{ field: ['role'] }] });
    expect(gateway.calls()).toEqual([
      `DELETE /api/v1/organizations/${code}/users/${memberId}/roles/${missing.id}`,
      // Whether the role exists at all.
      'GET /api/v1/roles?page_size=500',
    ]);
  });

  test('an unknown key costs the catalogue and no write; a user who is no member is refused', async () => {
    const unknown = await mutate(
      'addOrganizationUserRole',
      { organizationCode: code, userId: memberId, role: { key: 'no_such_role' } },
      'organizationUser { userId }',
    );
    expect(unknown).toMatchObject({
      organizationUser: null,
      userErrors: [{ code: 'UNKNOWN_ROLE', field: ['role', 'key'] }],
    });
    expect(gateway.calls()).toEqual(['GET /api/v1/roles?page_size=500']);
    const nonMember = await mutate(
      'addOrganizationUserRole',
      { organizationCode: code, userId: strangerId, role: { key: 'admin' } },
      'organizationUser { userId }',
    );
    expect(nonMember.userErrors).toMatchObject([
      { code: 'NOT_FOUND', kindeCode: 'USER_NOT_IN_ORGANIZATION', field: ['userId'] },
    ]);
  });

  test('a permission is granted and revoked', async () => {
    const held = await gateway.query(
      'query ($id: ID!) { node(id: $id) { ... on OrganizationUser { permissions { key } } } }',
      {
        id: globalId('OrganizationUser', code, memberId),
      },
    );
    const keys = held.node.permissions.map(({ key }: { key: string }) => key);
    const missing = [...state().permissions.values()].find(({ key }) => !keys.includes(key))!;
    const input = { organizationCode: code, userId: memberId, permission: { key: missing.key } };
    const fields =
      'organizationUser { permissionGrants { permission { key permissionId } roles { key } } }';
    const given = await mutate('addOrganizationUserPermission', input, fields);
    expect(given.organizationUser.permissionGrants).toContainEqual({
      permission: { key: missing.key, permissionId: missing.id },
      roles: [],
    });
    expect(gateway.calls()).toEqual([
      'GET /api/v1/permissions?page_size=500',
      `POST /api/v1/organizations/${code}/users/${memberId}/permissions`,
      `GET /api/v1/organizations/${code}/users/${memberId}/permissions?expand=roles`,
    ]);
    const taken = await mutate(
      'removeOrganizationUserPermission',
      { ...input, permission: { permissionId: missing.id } },
      'organizationUser { permissions { key } }',
    );
    expect(taken.organizationUser.permissions).not.toContainEqual({ key: missing.key });
    expect(gateway.calls()).toEqual([
      `DELETE /api/v1/organizations/${code}/users/${memberId}/permissions/${missing.id}`,
      `GET /api/v1/organizations/${code}/users/${memberId}/permissions`,
    ]);
    const again = await mutate(
      'removeOrganizationUserPermission',
      input,
      'organizationUser { userId }',
    );
    expect(again.userErrors).toMatchObject([{ field: ['permission'] }]);
  });
});

describe('a role or permission is looked up past the cache', () => {
  let cached: TestGateway;
  const CATALOGUES =
    '{ roles(first: 500) { nodes { key } } permissions(first: 500) { nodes { key } } }';
  const ROLES = 'GET /api/v1/roles?page_size=500';
  const catalogueReads = () =>
    gateway.calls().filter((call) => /^GET \/api\/v1\/(roles|permissions)\?/.test(call));

  beforeEach(async () => {
    cached = await startGateway({ before: gateway.emulator, env: { CACHE: 'memory' } });
    await cached.query(CATALOGUES);
    gateway.calls();
    member(memberId)!.roles.clear();
    member(memberId)!.permissions.clear();
  });
  afterEach(() => cached.close());

  const mutateCached = async (name: string, input: object, fields?: string) =>
    (await cached.query(mutationDocument(name, fields), { input }))[name];
  const update = (change: object) => () =>
    mutateCached('updateOrganizationUsers', {
      organizationCode: code,
      users: [{ userId: memberId, ...change }],
    });
  /** As somebody does in Kinde's pages, where the gateway doesn't hear of it. */
  function swapKeys() {
    const roles = [state().roleByKey('admin'), state().roleByKey('member')] as const;
    const permissions = ['read:billing', 'read:projects'].map((key) =>
      state().permissionByKey(key),
    );
    for (const [one, other] of [roles, permissions]) {
      [one!.key, other!.key] = [other!.key, one!.key];
    }
  }
  const rolesHeld = () => [...member(memberId)!.roles].map(({ key }) => key);
  const permissionsHeld = () => [...member(memberId)!.permissions].map(({ key }) => key);

  test.each<[string, () => Promise<any>, () => string[], string[]]>([
    [
      'addOrganizationUserRole',
      () =>
        mutateCached('addOrganizationUserRole', {
          ...{ organizationCode: code, userId: memberId },
          role: { key: 'member' },
        }),
      rolesHeld,
      ['member'],
    ],
    [
      'addOrganizationUserPermission',
      () =>
        mutateCached('addOrganizationUserPermission', {
          ...{ organizationCode: code, userId: memberId },
          permission: { key: 'read:projects' },
        }),
      permissionsHeld,
      ['read:projects'],
    ],
    ['addRoles', update({ addRoles: [{ key: 'member' }] }), rolesHeld, ['member']],
    [
      'addPermissions',
      update({ addPermissions: [{ key: 'read:projects' }] }),
      permissionsHeld,
      ['read:projects'],
    ],
  ])('by %s: the entry that has the key now is given', async (_, write, held, expected) => {
    swapKeys();
    expect((await write()).userErrors).toEqual([]);
    expect(held()).toEqual(expected);
    expect(catalogueReads()).toHaveLength(1);
  });

  test('so that an id stands for the key that the entry has now', async () => {
    const { id } = state().roleByKey('member');
    swapKeys();
    await update({ setRoles: [{ roleId: id }] })();
    expect(rolesHeld()).toEqual(['admin']);
    expect(state().roleByKey('admin').id).toBe(id);
  });

  test('to remove what a bulk update has left', async () => {
    state().bulkUpdates = 'add';
    swapKeys();
    member(memberId)!.roles.add(state().roleByKey('member'));
    expect((await update({ setRoles: [] })()).userErrors).toEqual([]);
    expect(rolesHeld()).toEqual([]);
  });

  test('so that a new one is known at once', async () => {
    await gateway.query(mutationDocument('createRole'), { input: { name: 'New', key: 'fresh' } });
    const roles = [{ key: 'fresh' }];
    const users = [{ userId: strangerId, roles }];
    const invite = { organizationCode: code, email: 'new@example.com', roles };
    for (const [name, input] of [
      ['addOrganizationUsers', { organizationCode: code, users }],
      ['createOrganization', { name: 'New', users }],
      ['createOrganizationInvite', invite],
    ] as const) {
      expect([name, (await mutateCached(name, input)).userErrors]).toEqual([name, []]);
    }
    const { userErrors } = await mutateCached('addOrganizationUserRole', {
      ...{ organizationCode: code, userId: memberId },
      role: { key: 'freshh' },
    });
    expect(userErrors).toMatchObject([
      { code: 'UNKNOWN_ROLE', message: expect.stringContaining('Did you mean `fresh`?') },
    ]);
  });

  test('with one read for all references of an operation and for its payload, and none for an id', async () => {
    const { id } = state().roleByKey('auditor');
    const add = (role: string) =>
      `addOrganizationUserRole(input: { organizationCode: "${code}", userId: "${memberId}", role: ${role} }) { organizationUser { roles { key name } } userErrors { code } }`;
    const { a, b } = await gateway.query(
      `mutation { a: ${add('{ key: "admin" }')} b: ${add('{ key: "member" }')} }`,
    );
    expect([a.userErrors, b.userErrors]).toEqual([[], []]);
    expect(catalogueReads()).toEqual([ROLES]);
    const payload = await cached.query(`mutation { a: ${add(`{ roleId: "${id}" }`)} }`);
    expect(payload.a.userErrors).toEqual([]);
    expect(catalogueReads()).toEqual([]);
  });

  test('except where the token may not read them: then Kinde judges the key', async () => {
    gateway.emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 403 } });
    const add = (key: string) =>
      mutateCached('createOrganizationInvite', {
        ...{ organizationCode: code, email: `${key}@example.com` },
        roles: [{ key }],
      });
    expect((await add('member')).userErrors).toEqual([]);
    expect((await add('astronaut')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });
});

describe('feature flags', () => {
  const flag = (type: 'bool' | 'int' | 'str') =>
    [...state().featureFlags].find(([, definition]) => definition.type === type)![0];

  test('values of each type are sent as text and read back in their type', async () => {
    for (const [type, value, text] of [
      ['bool', false, 'false'],
      ['int', 0, '0'],
      ['str', 'a b&c=d', 'a%20b%26c%3Dd'],
      ['str', '', ''],
    ] as const) {
      const key = flag(type);
      const payload = await mutate(
        'updateFeatureFlagOverride',
        { organizationCode: code, key, value },
        'featureFlag { key type value } organization { featureFlag(key: "none") { key } }',
      );
      expect(payload).toMatchObject({ featureFlag: { key, value }, userErrors: [] });
      expect(gateway.calls()).toEqual([
        `PATCH /api/v1/organizations/${code}/feature_flags/${key}?value=${text}`,
        `GET /api/v1/organizations/${code}/feature_flags`,
      ]);
    }
  });

  test('a value of the wrong type and an unknown flag are userErrors', async () => {
    const update = (key: string, value: unknown) =>
      mutate(
        'updateFeatureFlagOverride',
        { organizationCode: code, key, value },
        'featureFlag { key }',
      );
    expect(await update(flag('bool'), 'maybe')).toMatchObject({
      featureFlag: null,
      userErrors: [{ field: ['value'] }],
    });
    expect((await update('no_such_flag', true)).userErrors).toMatchObject([{ field: ['key'] }]);
  });

  test('a value that JSON cannot carry exactly is refused before anything else', async () => {
    const document =
      'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { userErrors { code } } }';
    gateway.calls();
    for (const value of [1.5, 2 ** 53, null, [], {}]) {
      const { errors } = await gateway.execute(document, {
        input: { organizationCode: code, key: flag('int'), value },
      });
      expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
    }
    expect(gateway.calls()).toEqual([]);
  });

  test('one override and all of them are deleted', async () => {
    for (const type of ['bool', 'str'] as const) {
      await mutate(
        'updateFeatureFlagOverride',
        { organizationCode: code, key: flag(type), value: type === 'bool' ? true : 'x' },
        'featureFlag { key }',
      );
    }
    const one = await mutate(
      'deleteFeatureFlagOverride',
      { organizationCode: code, key: flag('bool') },
      'deletedFeatureFlagKey organization { featureFlags { key } }',
    );
    expect(one).toMatchObject({ deletedFeatureFlagKey: flag('bool'), userErrors: [] });
    expect(one.organization.featureFlags).not.toContainEqual({ key: flag('bool') });
    expect(one.organization.featureFlags).toContainEqual({ key: flag('str') });
    expect(gateway.calls()).toEqual([
      `DELETE /api/v1/organizations/${code}/feature_flags/${flag('bool')}`,
      `GET /api/v1/organizations/${code}/feature_flags`,
    ]);
    const all = await mutate(
      'deleteFeatureFlagOverrides',
      { organizationCode: code },
      'organization { featureFlags { key } }',
    );
    expect(all).toEqual({ organization: { featureFlags: [] }, userErrors: [] });
    expect(gateway.calls()).toEqual([
      `DELETE /api/v1/organizations/${code}/feature_flags`,
      `GET /api/v1/organizations/${code}/feature_flags`,
    ]);
  });
});

describe('a write', () => {
  test('clears the reads of the request, so that the next mutation’s payload is fresh', async () => {
    const { a, b } = await gateway.query(
      `mutation ($code: ID!) {
        a: updateOrganization(input: { organizationCode: $code, name: "One" }) { organization { name } }
        b: updateOrganization(input: { organizationCode: $code, name: "Two" }) { organization { name } }
      }`,
      { code },
    );
    expect([a.organization.name, b.organization.name]).toEqual(['One', 'Two']);
  });

  test('that succeeded while the read after it failed is a success, with null and an error at that path', async () => {
    gateway.emulator.fault({ route: 'GET /api/v1/organization', respond: { status: 500 } });
    const { data, errors } = await gateway.execute(
      'mutation ($code: ID!) { updateOrganization(input: { organizationCode: $code, name: "One" }) { organization { name } userErrors { code } } }',
      { code },
    );
    expect(data).toEqual({
      updateOrganization: { organization: { name: null }, userErrors: [] },
    });
    expect(errors).toMatchObject([
      {
        path: ['updateOrganization', 'organization', 'name'],
        extensions: { code: 'UPSTREAM_UNAVAILABLE' },
      },
    ]);
  });

  test.each([
    ['the connection breaks after it', 'reset-after-write' as const],
    ['the answer is a 500', { status: 500 }],
    // Clients repeat what names a wait.
    ['the answer is a 503 that names a wait', { status: 503, headers: { 'retry-after': '7' } }],
  ])('is sent once and has an unknown outcome when %s', async (_, respond) => {
    gateway.emulator.fault({ route: 'DELETE /api/v1/organization/{org_code}', respond });
    gateway.calls();
    const { data, errors } = await gateway.execute(
      'mutation ($code: ID!) { deleteOrganization(input: { organizationCode: $code }) { userErrors { code } } }',
      { code },
    );
    expect(data).toEqual({ deleteOrganization: null });
    const extensions = { code: 'WRITE_OUTCOME_UNKNOWN', requestId: expect.any(String) };
    expect(errors?.map((error) => error.extensions)).toEqual([extensions]);
    expect(gateway.calls()).toEqual([`DELETE /api/v1/organization/${code}`]);
  });

  test('with a token that only reads is FORBIDDEN with the scope’s name, and changes nothing', async () => {
    const reader = await startGateway({ readOnly: true });
    try {
      const { organizations } = await reader.query(
        '{ organizations(first: 1) { nodes { code } } }',
      );
      const { data, errors } = await reader.execute(
        'mutation ($code: ID!) { deleteOrganization(input: { organizationCode: $code }) { userErrors { code } } }',
        { code: organizations.nodes[0].code },
      );
      expect(data).toEqual({ deleteOrganization: null });
      expect(errors).toMatchObject([
        { extensions: { code: 'FORBIDDEN', requiredScope: 'delete:organizations' } },
      ]);
      expect(reader.emulator.state.organizations.has(organizations.nodes[0].code)).toBe(true);
    } finally {
      await reader.close();
    }
  });
});

describe('invalid ids', () => {
  const schema = createSchema();

  /** The paths to the ids and keys in a value of an input type. */
  function idsIn(type: GraphQLInputType, value: unknown, path: string[] = []): string[][] {
    const named = getNamedType(type);
    if (Array.isArray(value)) {
      return value.flatMap((item, index) => idsIn(named, item, [...path, String(index)]));
    }
    if (!isInputObjectType(named)) {
      return named.name === 'ID' || path.at(-1) === 'key' ? [path] : [];
    }
    return Object.entries(value as object).flatMap(([name, part]) =>
      idsIn(named.getFields()[name]!.type, part, [...path, name]),
    );
  }

  function withValueAt(value: unknown, [name, ...rest]: string[], bad: string): unknown {
    if (name === undefined) return bad;
    const copy: any = Array.isArray(value) ? [...value] : { ...(value as object) };
    copy[name] = withValueAt(copy[name], rest, bad);
    return copy;
  }

  // A reference by key is in the table already; one by id is another input.
  const byId = (input: object): object =>
    JSON.parse(
      JSON.stringify(input)
        .replaceAll(/("roles?":\[?)\{"key":"[^"]*"\}/g, '$1{"roleId":"r"}')
        .replaceAll(/("permissions?":\[?)\{"key":"[^"]*"\}/g, '$1{"permissionId":"p"}'),
    );
  const different = (...inputs: object[]): object[] =>
    [...new Set(inputs.map((input) => JSON.stringify(input)))].map((text) => JSON.parse(text));
  const inputs = Object.entries(
    validInputs({ organizationCode: 'org_1', userId: 'kp_1', strangerId: 'kp_2' }),
  ).flatMap(([name, input]) =>
    different(input, byId(input)).flatMap((valid) =>
      idsIn(schema.getType(inputTypeOf(name)) as GraphQLInputType, valid).map(
        (path) => [name, path.join('.'), valid] as const,
      ),
    ),
  );

  test('are tested in each id of every mutation', () => {
    const tried = new Set(inputs.map(([name]) => name));
    expect(MUTATIONS.filter((name) => !tried.has(name))).toEqual(['createOrganization']);
    expect(inputs.map(([name, path]) => `${name} ${path}`)).toEqual(
      expect.arrayContaining([
        'addOrganizationUsers users.0.userId',
        'addOrganizationUsers users.0.roles.0.key',
        'addOrganizationUserRole role.roleId',
        'addOrganizationUserPermission permission.permissionId',
        'deleteFeatureFlagOverride key',
      ]),
    );
  });

  // All values in one operation, since a request for each takes most of the time.
  let lenient: TestGateway;
  beforeAll(async () => {
    lenient = await startGateway({
      env: { MAX_ALIASES: '100', MAX_ROOT_FIELDS: '100', MAX_COST: '1000000' },
    });
  });
  afterAll(() => lenient.close());

  test.each(inputs)('are refused by %s in %s, without a call', async (name, path, input) => {
    const numbers = IMPOSSIBLE_IDS.map((_, n) => n);
    const variables = numbers.map((n) => `$input${n}: ${inputTypeOf(name)}!`);
    const fields = numbers.map((n) => `field${n}: ${mutationField(name, `$input${n}`)}`);
    const data = await lenient.query(
      `mutation (${variables.join()}) { ${fields.join(' ')} }`,
      Object.fromEntries(
        IMPOSSIBLE_IDS.map((bad, n) => [`input${n}`, withValueAt(input, path.split('.'), bad)]),
      ),
    );
    for (const [n, bad] of IMPOSSIBLE_IDS.entries()) {
      expect({ bad, ...data[`field${n}`] }).toEqual({
        bad,
        userErrors: [
          {
            code: 'INVALID_ID',
            kindeCode: null,
            message: expect.any(String),
            field: expect.arrayContaining([path.split('.')[0]]),
          },
        ],
      });
    }
    expect(lenient.calls()).toEqual([]);
  });

  test('are refused by queries, without a call', async () => {
    gateway.calls();
    for (const bad of IMPOSSIBLE_IDS) {
      const { data, errors } = await gateway.execute(
        'query ($bad: ID!) { organization(code: $bad) { name users { nodes { userId } } } }',
        { bad },
      );
      expect(data).toEqual({ organization: null });
      expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
    }
    expect(gateway.calls()).toEqual([]);
  });
});

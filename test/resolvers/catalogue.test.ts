/** The environment's roles and permissions: created, changed and deleted, and what roles grant. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway } from '../support/gateway.js';
import { mutationDocument, validInputs } from '../support/mutations.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const globalId = (...keys: string[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');
const ROLES = 'GET /api/v1/roles?page_size=500';
const PERMISSIONS = 'GET /api/v1/permissions?page_size=500';
const grantsOf = (roleKey: string) =>
  state()
    .roleByKey(roleKey)
    .permissions.map(({ key }) => key)
    .sort();

/** The bodies of the writes that the emulator has received. */
const writes = () =>
  domain.gateway.emulator.requests.filter(({ method }) => method !== 'GET').map(({ body }) => body);

beforeEach(() => void domain.gateway.calls());

describe('createRole', () => {
  const create = (input: object) =>
    domain.mutate('createRole', input, 'role { id key roleId name description isDefault }');

  test('creates a role, which is read again after the write', async () => {
    const input = { name: 'Support', key: 'support', description: 'Helps', isDefault: true };
    const { role, userErrors } = await create(input);
    const record = state().roleByKey('support');
    expect(userErrors).toEqual([]);
    expect(role).toEqual({ id: globalId('Role', 'support'), roleId: record.id, ...input });
    expect(record).toMatchObject({ name: 'Support', is_default_role: true, permissions: [] });
    expect(domain.gateway.calls()).toEqual(['POST /api/v1/roles', ROLES]);
  });

  test('sends nothing that the input leaves out', async () => {
    const { role } = await create({ name: 'Support', key: 'support' });
    expect(role).toMatchObject({ description: null, isDefault: false });
    expect(writes()).toEqual([{ name: 'Support', key: 'support' }]);
  });

  test('names the key where another role has it', async () => {
    expect(await create({ name: 'Other', key: 'admin' })).toMatchObject({
      role: null,
      userErrors: [
        { code: 'REFUSED_BY_KINDE', kindeCode: 'ROLE_KEY_ALREADY_EXISTS', field: ['key'] },
      ],
    });
  });

  test.each<[object, string, string[]]>([
    [{ key: 'a/b' }, 'INVALID_ID', ['key']],
    [{ key: globalId('Role', 'admin') }, 'INVALID_ID', ['key']],
    [{ description: null }, 'INVALID_VALUE', ['description']],
    [{ isDefault: null }, 'INVALID_VALUE', ['isDefault']],
  ])('refuses %j and sends nothing', async (input, code, field) => {
    const { userErrors } = await create({ name: 'Support', key: 'support', ...input });
    expect(userErrors).toMatchObject([{ code, field }]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

describe('updateRole', () => {
  const update = (input: object) =>
    domain.mutate(
      'updateRole',
      input,
      'role { id key roleId name description isDefault } replacedRoleId',
    );

  test('sends the name and the key that Kinde wants, and leaves the rest as it is', async () => {
    const { id } = state().roleByKey('admin');
    const { role, replacedRoleId, userErrors } = await update({
      role: { key: 'admin' },
      description: 'Runs it',
    });
    expect(userErrors).toEqual([]);
    expect(replacedRoleId).toBeNull();
    expect(role).toMatchObject({ key: 'admin', name: 'Admin', description: 'Runs it' });
    expect(writes()).toEqual([
      { name: 'Admin', key: 'admin', description: 'Runs it', is_default_role: role.isDefault },
    ]);
    expect(domain.gateway.calls()).toEqual([ROLES, `PATCH /api/v1/roles/${id}`, ROLES]);
  });

  test('with a new key names the global id that clients have cached', async () => {
    const { id } = state().roleByKey('admin');
    const payload = await update({ role: { roleId: id }, key: 'boss', isDefault: true });
    expect(payload).toMatchObject({
      role: { id: globalId('Role', 'boss'), roleId: id, key: 'boss', isDefault: true },
      replacedRoleId: globalId('Role', 'admin'),
      userErrors: [],
    });
    expect(state().roles.get(id)).toMatchObject({ key: 'boss', name: 'Admin' });
  });

  test('can empty a description, and sends none for a role without one', async () => {
    await update({ role: { key: 'admin' }, description: '' });
    expect(writes()).toMatchObject([{ description: '' }]);
    await update({ role: { key: 'member' }, name: 'Everybody' });
    expect(writes()).toEqual([expect.not.objectContaining({ description: expect.anything() })]);
  });

  test('changes the role that has the key now, and not the one that had it when it was cached', async () => {
    const scopes = ['read:roles', 'update:roles'];
    const [admin, member] = [state().roleByKey('admin'), state().roleByKey('member')];
    await domain.executeWith(scopes, '{ roles(first: 500) { nodes { key name } } }');
    [admin.key, member.key] = [member.key, admin.key];
    const { data } = await domain.executeWith(scopes, mutationDocument('updateRole'), {
      input: { role: { key: 'admin' }, name: 'New' },
    });
    expect(data.updateRole.userErrors).toEqual([]);
    expect([admin.name, member.name]).toEqual(['Admin', 'New']);
  });

  test.each<[object, string, string[] | null]>([
    [{}, 'NO_FIELDS_TO_UPDATE', null],
    [{ name: null }, 'INVALID_VALUE', ['name']],
    [{ key: 'a b' }, 'INVALID_ID', ['key']],
    [{ role: { key: '..' }, name: 'X' }, 'INVALID_ID', ['role', 'key']],
  ])('refuses %j and makes no call', async (input, code, field) => {
    const { userErrors } = await update({ role: { key: 'admin' }, ...input });
    expect(userErrors).toMatchObject([{ code, field }]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

describe('deleteRole', () => {
  const remove = (role: object) =>
    domain.mutate('deleteRole', { role }, 'deletedRoleId deletedRoleKey');

  test.each(['key', 'roleId'])('by %s takes the role from all members', async (name) => {
    const role = state().roleByKey('member');
    expect(await remove({ [name]: name === 'key' ? 'member' : role.id })).toEqual({
      deletedRoleId: globalId('Role', 'member'),
      deletedRoleKey: 'member',
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([ROLES, `DELETE /api/v1/roles/${role.id}`]);
    expect(state().roles.has(role.id)).toBe(false);
    for (const { members, invites } of state().organizations.values()) {
      for (const { roles } of members.values()) expect(roles.has(role)).toBe(false);
      for (const { roles } of invites.values()) expect(roles).not.toContain(role);
    }
  });
});

describe.each<[string, string, (role: object) => object]>([
  ['updateRole', 'UNKNOWN_ROLE', (role) => ({ role, name: 'X' })],
  ['deleteRole', 'UNKNOWN_ROLE', (role) => ({ role })],
  ['setRolePermissions', 'UNKNOWN_ROLE', (role) => ({ role, permissions: [] })],
])('%s', (mutation, code, inputOf) => {
  test('suggests the key that resembles an unknown one, and writes nothing', async () => {
    const { userErrors } = await domain.mutate(mutation, inputOf({ key: 'admn' }));
    expect(userErrors).toMatchObject([
      { code, field: ['role', 'key'], message: expect.stringContaining('`admin`') },
    ]);
    expect(writes()).toEqual([]);
  });

  test('takes the global id in place of Kinde’s', async () => {
    const { id } = state().roleByKey('admin');
    const { userErrors } = await domain.mutate(
      mutation,
      inputOf({ roleId: globalId('Role', 'admin') }),
    );
    expect(userErrors).toEqual([]);
    const written = domain.gateway.calls().filter((call) => !call.startsWith('GET '));
    expect(written).toEqual([expect.stringContaining(`/api/v1/roles/${id}`)]);
  });
});

describe('setRolePermissions', () => {
  const set = (key: string, permissions: object[]) =>
    domain.mutate(
      'setRolePermissions',
      { role: { key }, permissions },
      'role { key permissions { key } }',
    );

  test('adds what is missing and removes what is left over, in one write', async () => {
    const role = state().roleByKey('member');
    const { id: billing } = state().permissionByKey('read:billing');
    const removed = role.permissions.filter(({ key }) => key !== 'read:projects');
    const payload = await set('member', [
      { key: 'read:billing' },
      { permissionId: globalId('Permission', 'read:projects') },
      { permissionId: billing },
    ]);
    expect(payload.userErrors).toEqual([]);
    expect(payload.role.permissions.map(({ key }: any) => key).sort()).toEqual([
      'read:billing',
      'read:projects',
    ]);
    expect(grantsOf('member')).toEqual(['read:billing', 'read:projects']);
    const [{ permissions }] = writes() as [{ permissions: object[] }];
    expect(permissions).toHaveLength(1 + removed.length);
    expect(permissions).toEqual(
      expect.arrayContaining([
        { id: billing },
        ...removed.map(({ id }) => ({ id, operation: 'delete' })),
      ]),
    );
    const path = `/api/v1/roles/${role.id}/permissions`;
    const calls = domain.gateway.calls();
    expect(calls.slice(0, 2).sort()).toEqual([PERMISSIONS, ROLES]);
    expect(calls.slice(2)).toEqual([
      `GET ${path}?page_size=500`,
      `PATCH ${path}`,
      `GET ${path}?page_size=500`,
    ]);
  });

  test('sends a hundred changes at a time, as many as Kinde takes', async () => {
    const keys = Array.from({ length: 150 }, (_, n) => `print:page_${n}`);
    for (const key of keys) state().permissions.add({ id: key, key, name: key, description: '' });
    const removed = grantsOf('member').length;
    const set150 = await set(
      'member',
      keys.map((key) => ({ key })),
    );
    expect(set150.userErrors).toEqual([]);
    expect(grantsOf('member')).toEqual([...keys].sort());
    const sent = writes() as { permissions: object[] }[];
    expect(sent.map(({ permissions }) => permissions.length)).toEqual([100, 50 + removed]);
  });

  test('sends what is missing when it is repeated with its key, after a refusal in between', async () => {
    const keys = Array.from({ length: 150 }, (_, n) => `scan:page_${n}`);
    for (const key of keys) state().permissions.add({ id: key, key, name: key, description: '' });
    let patches = 0;
    domain.gateway.emulator.fault({
      match: ({ method }) => method === 'PATCH' && ++patches === 2,
      respond: { status: 400, body: { errors: [{ code: 'REFUSED', message: 'Not now.' }] } },
    });
    const input = {
      role: { key: 'member' },
      permissions: keys.map((key) => ({ key })),
      idempotencyKey: 'repeated',
    };
    const repeat = () =>
      domain.gateway.query(mutationDocument('setRolePermissions', 'role { key }'), { input });
    const refused = (await repeat()).setRolePermissions;
    expect(refused).toMatchObject({ role: null, userErrors: [{ kindeCode: 'REFUSED' }] });
    expect(grantsOf('member')).not.toEqual([...keys].sort());
    const repeated = (await repeat()).setRolePermissions;
    expect(repeated).toMatchObject({ role: { key: 'member' }, userErrors: [] });
    expect(grantsOf('member')).toEqual([...keys].sort());
  });

  test('writes nothing where nothing would change', async () => {
    const keys = grantsOf('member');
    const payload = await set(
      'member',
      keys.map((key) => ({ key })),
    );
    expect(payload).toMatchObject({ role: { key: 'member' }, userErrors: [] });
    expect(writes()).toEqual([]);
  });

  test('removes everything with an empty list', async () => {
    expect(await set('owner', [])).toEqual({
      role: { key: 'owner', permissions: [] },
      userErrors: [],
    });
    expect(grantsOf('owner')).toEqual([]);
  });

  test('starts from what the role grants now, not from the cache', async () => {
    const scopes = [
      ...['read:roles', 'read:permissions'],
      ...['read:role_permissions', 'update:role_permissions'],
    ];
    const role = state().roleByKey('member');
    await domain.executeWith(scopes, '{ roles { nodes { permissions { key } } } }');
    role.permissions = [state().permissionByKey('deploy:production')];
    await domain.executeWith(scopes, mutationDocument('setRolePermissions'), {
      input: { role: { key: 'member' }, permissions: [{ key: 'read:projects' }] },
    });
    expect(grantsOf('member')).toEqual(['read:projects']);
  });

  test('names each unknown permission, together with an unknown role, and writes nothing', async () => {
    const { userErrors } = await set('admn', [
      { key: 'read:projects' },
      { key: 'read:project' },
      { permissionId: 'none' },
    ]);
    expect(userErrors).toMatchObject([
      { code: 'UNKNOWN_ROLE', field: ['role', 'key'] },
      { code: 'UNKNOWN_PERMISSION', field: ['permissions', '1', 'key'] },
      { code: 'UNKNOWN_PERMISSION', field: ['permissions', '2', 'permissionId'] },
    ]);
    expect(writes()).toEqual([]);
  });

  test('writes nothing where one of the role’s permissions is unusable', async () => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/roles/{role_id}/permissions',
      respond: { status: 200, body: { code: 'OK', permissions: [{ key: 'no id' }] } as object },
    });
    const { errors } = await domain.gateway.execute(mutationDocument('setRolePermissions'), {
      input: { role: { key: 'member' }, permissions: [] },
    });
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
    expect(writes()).toEqual([]);
  });
});

describe('permissions', () => {
  const FIELDS = 'permission { id key permissionId name description }';

  test('are created, and found by their key, since Kinde doesn’t tell the id', async () => {
    const input = { name: 'Read invoices', key: 'read:invoices', description: 'See invoices' };
    const { permission, userErrors } = await domain.mutate('createPermission', input, FIELDS);
    expect(userErrors).toEqual([]);
    const { id } = state().permissionByKey('read:invoices');
    expect(permission).toEqual({
      ...{ id: globalId('Permission', 'read:invoices'), permissionId: id },
      ...input,
    });
    expect(domain.gateway.calls()).toEqual(['POST /api/v1/permissions', PERMISSIONS]);
  });

  test('are not created twice', async () => {
    const input = { name: 'Other', key: 'read:billing' };
    expect(await domain.mutate('createPermission', input, FIELDS)).toMatchObject({
      permission: null,
      userErrors: [{ kindeCode: 'PERMISSION_KEY_ALREADY_EXISTS', field: ['key'] }],
    });
  });

  test('are changed, and sent to Kinde whole', async () => {
    const { id } = state().permissionByKey('read:billing');
    const payload = await domain.mutate(
      'updatePermission',
      { permission: { key: 'read:billing' }, key: 'read:invoices' },
      `${FIELDS} replacedPermissionId`,
    );
    expect(payload).toMatchObject({
      permission: { permissionId: id, key: 'read:invoices', name: 'Read billing' },
      replacedPermissionId: globalId('Permission', 'read:billing'),
      userErrors: [],
    });
    expect(writes()).toEqual([
      { name: 'Read billing', key: 'read:invoices', description: 'See invoices and the plan' },
    ]);
    expect(domain.gateway.calls()).toEqual([
      PERMISSIONS,
      `PATCH /api/v1/permissions/${id}`,
      PERMISSIONS,
    ]);
  });

  test('keep their global id with another name', async () => {
    const payload = await domain.mutate(
      'updatePermission',
      { permission: { key: 'read:billing' }, name: 'See invoices' },
      'permission { id name } replacedPermissionId',
    );
    expect(payload).toEqual({
      permission: { id: globalId('Permission', 'read:billing'), name: 'See invoices' },
      replacedPermissionId: null,
      userErrors: [],
    });
  });

  test('are deleted, and taken from roles and members', async () => {
    const permission = state().permissionByKey('read:billing');
    const { permissions: direct } = state().member(domain.organizationCode, domain.userId);
    direct.add(permission);
    expect(
      await domain.mutate(
        'deletePermission',
        { permission: { permissionId: permission.id } },
        'deletedPermissionId deletedPermissionKey',
      ),
    ).toEqual({
      deletedPermissionId: globalId('Permission', 'read:billing'),
      deletedPermissionKey: 'read:billing',
      userErrors: [],
    });
    expect(state().permissions.has(permission.id)).toBe(false);
    expect(direct.has(permission)).toBe(false);
    for (const { permissions } of state().roles.values()) {
      expect(permissions).not.toContain(permission);
    }
  });

  test.each<[string, object, string, string[] | null]>([
    ['createPermission', { name: 'X', key: 'a#b' }, 'INVALID_ID', ['key']],
    [
      'createPermission',
      { name: 'X', key: 'x', description: null },
      'INVALID_VALUE',
      ['description'],
    ],
    ['updatePermission', { permission: { key: 'read:billing' } }, 'NO_FIELDS_TO_UPDATE', null],
    [
      'updatePermission',
      { permission: { key: 'read:bill' }, name: 'X' },
      'UNKNOWN_PERMISSION',
      ['permission', 'key'],
    ],
    [
      'deletePermission',
      { permission: { permissionId: 'none' } },
      'UNKNOWN_PERMISSION',
      ['permission', 'permissionId'],
    ],
  ])('%s refuses %j', async (mutation, input, code, field) => {
    const { userErrors } = await domain.mutate(mutation, input);
    expect(userErrors).toMatchObject([{ code, field }]);
    expect(writes()).toEqual([]);
  });
});

/** The scopes that each mutation needs. */
const SCOPES: Record<string, string[]> = {
  createRole: ['create:roles'],
  updateRole: ['update:roles', 'read:roles'],
  deleteRole: ['delete:roles', 'read:roles'],
  setRolePermissions: [
    ...['update:role_permissions', 'read:role_permissions'],
    ...['read:roles', 'read:permissions'],
  ],
  createPermission: ['create:permissions'],
  updatePermission: ['update:permissions', 'read:permissions'],
  deletePermission: ['delete:permissions', 'read:permissions'],
};

describe.each(Object.entries(SCOPES))('%s', (mutation, scopes) => {
  const send = (granted: string[], claims?: Record<string, unknown>, fields = '') =>
    domain.executeWith(
      granted,
      mutationDocument(mutation, fields),
      { input: validInputs(domain)[mutation] },
      claims,
    );

  test('needs no scopes but its own', async () => {
    const { data, errors } = await send(scopes);
    expect(errors).toBeUndefined();
    expect(data[mutation].userErrors).toEqual([]);
    expect(writes()).toHaveLength(1);
  });

  test.each(scopes)('is denied without %s, and makes no call', async (lacking) => {
    const { data, errors } = await send(scopes.filter((scope) => scope !== lacking));
    expect(data[mutation]).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope: lacking } }]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test('is denied to a token that is for one organization', async () => {
    const { errors } = await send(scopes, { org_code: domain.organizationCode });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

test('what a mutation returns needs the scope to read it', async () => {
  const { data, errors } = await domain.executeWith(
    ['create:permissions'],
    mutationDocument('createPermission', 'permission { key }'),
    { input: validInputs(domain)['createPermission'] },
  );
  expect(data.createPermission).toEqual({ permission: null, userErrors: [] });
  expect(errors).toMatchObject([{ extensions: { requiredScope: 'read:permissions' } }]);
});

describe('the cache', () => {
  const READ = `query ($code: ID!) {
    roles { nodes { key name permissions { key } } }
    permissions(first: 50) { nodes { key name } }
    organization(code: $code) {
      users(first: 50) { nodes { userId roles { key name } permissions { key } } }
      holders: users(first: 50, permissions: ["read:billing"]) { nodes { userId } }
      invites(first: 50) { nodes { roles { key name } } }
    }
  }`;

  test.each(Object.keys(SCOPES))('shows the change of %s at once', async (mutation) => {
    const { gateway, organizationCode } = domain;
    const cached = await startGateway({ before: gateway.emulator, env: { CACHE: 'memory' } });
    const read = async (from: typeof gateway) =>
      (await from.execute(READ, { code: organizationCode })).data;
    try {
      const before = await read(cached);
      gateway.calls();
      expect(await read(cached)).toEqual(before);
      expect(gateway.calls()).toEqual([]);
      const input = validInputs(domain)[mutation];
      const payload = await cached.query(mutationDocument(mutation), { input });
      expect(payload[mutation].userErrors).toEqual([]);
      const after = await read(cached);
      expect(after).toEqual(await read(gateway));
      expect(after).not.toEqual(before);
    } finally {
      await cached.close();
    }
  });
});

test('an idempotency key makes a retry write once', async () => {
  const input = { name: 'Support', key: 'support', idempotencyKey: 'once' };
  const first = await domain.mutate('createRole', input, 'role { key roleId }');
  expect(first).toMatchObject({ role: { key: 'support' }, userErrors: [] });
  expect(writes()).toHaveLength(1);
  expect(await domain.mutate('createRole', input, 'role { key roleId }')).toEqual(first);
  expect(writes()).toEqual([]);
});

test('the audit trail tells which role', async () => {
  const events: any[] = [];
  const audited = await startGateway({
    before: domain.gateway.emulator,
    env: { AUDIT_LOG: 'true' },
    log: (line) => events.push(JSON.parse(line).audit),
  });
  const input = { role: { key: 'admin' }, key: 'boss', description: 'Runs it' };
  await audited.query(mutationDocument('updateRole'), { input });
  await audited.close();
  expect(events.filter(Boolean)).toMatchObject([
    {
      mutation: 'updateRole',
      outcome: 'success',
      target: { roles: ['admin'], key: 'boss', fields: ['description'] },
    },
  ]);
});

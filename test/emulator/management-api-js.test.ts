/**
 * The official client, @kinde/management-api-js, drives the emulator: what works here is what the
 * emulator promises to anything that was written for Kinde.
 */
import { expect, test } from '@jest/globals';
import type { Endpoints } from '../../src/upstream/endpoints/index.js';
import {
  actAs,
  type Call,
  refusal,
  refused,
  servicesAs,
  startManagementApi,
} from '../support/management-api.js';

type Rows = Endpoints['organizations'];
type RoleRows = Endpoints['organizationRoles'];
type MfaRows = Endpoints['organizationUserMfa'];
type ApiScopeRows = Endpoints['organizationUserApiScopes'];

/** The part of the client that is used here: the first nineteen operations, and their neighbours. */
interface ManagementApi {
  Organizations: {
    addOrganizationUserApiScope: Call<ApiScopeRows['add']>;
    addOrganizationUsers: Call<Rows['addUsers']>;
    createOrganization: Call<Rows['create']>;
    createOrganizationUserPermission: Call<Rows['addUserPermission']>;
    createOrganizationUserRole: Call<Rows['addUserRole']>;
    deleteOrganization: Call<Rows['delete']>;
    deleteOrganizationFeatureFlagOverride: Call<Rows['deleteFeatureFlag']>;
    deleteOrganizationFeatureFlagOverrides: Call<Rows['deleteFeatureFlags']>;
    deleteOrganizationUserApiScope: Call<ApiScopeRows['remove']>;
    deleteOrganizationUserPermission: Call<Rows['removeUserPermission']>;
    deleteOrganizationUserRole: Call<Rows['removeUserRole']>;
    getOrgUserMfa: Call<MfaRows['factors']>;
    getOrganization: Call<Rows['get']>;
    getOrganizationRoleUsers: Call<RoleRows['users']>;
    getOrganizationFeatureFlags: Call<Rows['featureFlags']>;
    getOrganizationUserPermissions: Call<Rows['userPermissions']>;
    getOrganizationUserRoles: Call<Rows['userRoles']>;
    getOrganizationUsers: Call<Rows['users']>;
    getOrganizations: Call<Rows['list']>;
    removeOrganizationUser: Call<Rows['removeUser']>;
    resetOrgUserMfa: Call<MfaRows['reset']>;
    resetOrgUserMfaAll: Call<MfaRows['resetAll']>;
    updateOrganization: Call<Rows['update']>;
    updateOrganizationFeatureFlagOverride: Call<Rows['updateFeatureFlag']>;
    updateOrganizationUsers: Call<Rows['updateUsers']>;
  };
  Users: {
    getUsers: Call<Endpoints['users']['list']>;
    refreshUserClaims: Call<Endpoints['users']['refreshClaims']>;
  };
  Roles: {
    createRole: Call<Endpoints['roles']['create']>;
    deleteRole: Call<Endpoints['roles']['delete']>;
    getRolePermissions: Call<Endpoints['roles']['permissions']>;
    getRoles: Call<Endpoints['roles']['list']>;
    updateRolePermissions: Call<Endpoints['roles']['updatePermissions']>;
    updateRoles: Call<Endpoints['roles']['update']>;
  };
  Search: { searchUsers: Call<Endpoints['users']['search']> };
  Permissions: {
    createPermission: Call<Endpoints['permissions']['create']>;
    deletePermission: Call<Endpoints['permissions']['delete']>;
    getPermissions: Call<Endpoints['permissions']['list']>;
    updatePermissions: Call<Endpoints['permissions']['update']>;
  };
  Environments: { getEnvironementFeatureFlags: Call<Endpoints['featureFlags']['environment']> };
}

const { Environments, Organizations, Permissions, Roles, Search, Users } =
  servicesAs<ManagementApi>();

const api = startManagementApi();

async function everyMember(orgCode: string) {
  const members = [];
  let nextToken: string | null | undefined;
  do {
    const page = await Organizations.getOrganizationUsers({ orgCode, pageSize: 9, nextToken });
    members.push(...page.organization_users);
    nextToken = page.next_token;
  } while (nextToken);
  return members;
}

/** A new organization, and two people who are in none. */
async function beginnings() {
  const { organization } = await Organizations.createOrganization({
    requestBody: { name: 'Acme' },
  });
  const { users } = await Users.getUsers({ hasOrganization: false, pageSize: 2 });
  const [ana, ben] = users.map(({ id }) => id) as [string, string];
  return { orgCode: organization.code, ana, ben };
}

test('one token serves many calls, and all pages are read', async () => {
  const names: string[] = [];
  let nextToken: string | null | undefined;
  do {
    const page = await Organizations.getOrganizations({
      pageSize: 15,
      sort: 'name_asc',
      nextToken,
    });
    expect(page.code).toBe('OK');
    names.push(...page.organizations.map(({ name }) => name!));
    nextToken = page.next_token;
  } while (nextToken);
  expect(names).toEqual(
    [...api.emulator.state.organizations.values()].map(({ profile }) => profile.name).toSorted(),
  );
  expect(api.emulator.calls()).toHaveLength(3);
  expect(api.emulator.tokenRequests).toHaveLength(1);
});

test('an organization is created, read, updated, suspended and deleted', async () => {
  const { organization, code } = await Organizations.createOrganization({
    requestBody: { name: 'Acme', handle: 'acme', button_color: '#ff0000' },
  });
  expect(code).toBe('OK');
  const orgCode = organization.code;
  expect(await Organizations.getOrganization({ code: orgCode })).toMatchObject({
    code: orgCode,
    name: 'Acme',
    handle: 'acme',
    button_color: { raw: '#ff0000', hex: '#ff0000', hsl: 'hsl(0, 100%, 50%)' },
    is_default: false,
    is_suspended: false,
  });
  await Organizations.updateOrganization({
    orgCode,
    requestBody: { name: 'Acme & Sons', theme_code: 'dark', is_suspended: true },
  });
  expect(await Organizations.getOrganization({ code: orgCode })).toMatchObject({
    name: 'Acme & Sons',
    handle: 'acme',
    theme_code: 'dark',
    is_suspended: true,
  });
  await Organizations.deleteOrganization({ orgCode });
  expect(await refusal(Organizations.getOrganization({ code: orgCode }))).toEqual(
    refused(400, 'ORGANIZATION_NOT_FOUND'),
  );
});

test('users are added, changed and removed in bulk', async () => {
  const { orgCode, ana, ben } = await beginnings();
  const added = await Organizations.addOrganizationUsers({
    orgCode,
    requestBody: { users: [{ id: ana, roles: ['owner'] }, { id: ben }] },
  });
  expect(added.users_added).toEqual([ana, ben]);
  const again = await Organizations.addOrganizationUsers({
    orgCode,
    requestBody: { users: [{ id: ana }] },
  });
  expect(again).toMatchObject({ message: 'No users added', users_added: [] });

  const updated = await Organizations.updateOrganizationUsers({
    orgCode,
    requestBody: {
      users: [
        { id: ana, operation: 'delete' },
        { id: ben, roles: ['member', 'auditor'] },
      ],
    },
  });
  expect(updated).toMatchObject({ users_added: [], users_updated: [ben], users_removed: [ana] });
  expect((await everyMember(orgCode)).map(({ id, roles }) => [id, roles])).toEqual([
    [ben, ['member', 'auditor']],
  ]);

  await Organizations.removeOrganizationUser({ orgCode, userId: ben });
  expect(await everyMember(orgCode)).toEqual([]);
  expect(await refusal(Organizations.removeOrganizationUser({ orgCode, userId: ben }))).toEqual(
    refused(400, 'USER_NOT_IN_ORGANIZATION'),
  );
});

test('members are listed to the last, and filtered by role', async () => {
  const { profile, members } = [...api.emulator.state.organizations.values()].toSorted(
    (a, b) => b.members.size - a.members.size,
  )[0]!;
  const all = await everyMember(profile.code);
  expect(new Set(all.map(({ id }) => id))).toEqual(
    new Set(Array.from(members.values(), ({ user }) => user.id)),
  );
  const owners = await Organizations.getOrganizationUsers({
    orgCode: profile.code,
    roles: 'owner',
  });
  expect(owners.organization_users).toHaveLength(1);
});

test('a role is added to a member and removed', async () => {
  const { orgCode, ana, ben } = await beginnings();
  await Organizations.addOrganizationUsers({ orgCode, requestBody: { users: [{ id: ana }] } });
  const { roles } = await Roles.getRoles();
  const auditor = roles.find(({ key }) => key === 'auditor')!;
  const requestBody = { role_id: auditor.id };

  await Organizations.createOrganizationUserRole({ orgCode, userId: ana, requestBody });
  const held = await Organizations.getOrganizationUserRoles({ orgCode, userId: ana });
  expect(held.roles).toEqual([{ id: auditor.id, key: 'auditor', name: 'Auditor' }]);
  const removal = { orgCode, userId: ana, roleId: auditor.id! };
  await Organizations.deleteOrganizationUserRole(removal);
  expect((await Organizations.getOrganizationUserRoles({ orgCode, userId: ana })).roles).toEqual(
    [],
  );

  expect(await refusal(Organizations.deleteOrganizationUserRole(removal))).toEqual(
    refused(400, 'ROLE_NOT_FOUND'),
  );
  expect(
    await refusal(Organizations.createOrganizationUserRole({ orgCode, userId: ben, requestBody })),
  ).toEqual(refused(400, 'USER_NOT_IN_ORGANIZATION'));
});

test('what a role grants is listed, and who has it in an organization', async () => {
  const { profile, members } = [...api.emulator.state.organizations.values()].toSorted(
    (a, b) => b.members.size - a.members.size,
  )[0]!;
  const { roles } = await Roles.getRoles();
  const { id: roleId } = roles.find(({ key }) => key === 'member')!;
  const role = api.emulator.state.role(roleId);

  const page = await Roles.getRolePermissions({ roleId, sort: 'id_desc', pageSize: 2 });
  const rest = await Roles.getRolePermissions({
    roleId,
    sort: 'id_desc',
    nextToken: page.next_token,
  });
  const granted = [...page.permissions, ...rest.permissions];
  expect(granted).toEqual(role.permissions.toSorted((a, b) => (a.id < b.id ? 1 : -1)));

  const holders: string[] = [];
  let nextToken: string | null | undefined;
  do {
    const found = await Organizations.getOrganizationRoleUsers({
      orgCode: profile.code,
      roleId,
      pageSize: 7,
      nextToken,
    });
    holders.push(...found.users.map(({ id }) => id));
    nextToken = found.next_token;
  } while (nextToken);
  const expected = [...members.values()].filter(({ roles }) => roles.has(role));
  expect(holders.toSorted()).toEqual(expected.map(({ user }) => user.id).sort());
  expect(
    await refusal(
      Organizations.getOrganizationRoleUsers({ orgCode: profile.code, roleId: 'none' }),
    ),
  ).toEqual(refused(400, 'ROLE_NOT_FOUND'));
});

test('second factors are read one at a time, and reset', async () => {
  const { orgCode, ana: userId } = await beginnings();
  await Organizations.addOrganizationUsers({ orgCode, requestBody: { users: [{ id: userId }] } });
  const factors = ['mfa_a', 'mfa_b', 'mfa_c'].map((id) => ({ id, type: 'email', name: id }));
  api.emulator.state.mfaFactors.set(userId, new Map(factors.map((factor) => [factor.id, factor])));
  const read = async () => (await Organizations.getOrgUserMfa({ orgCode, userId })).mfa;

  expect(await read()).toEqual(factors[0]);
  await Organizations.resetOrgUserMfa({ orgCode, userId, factorId: 'mfa_a' });
  expect(await read()).toEqual(factors[1]);
  expect(
    await refusal(Organizations.resetOrgUserMfa({ orgCode, userId, factorId: 'mfa_a' })),
  ).toEqual({
    status: 404,
    body: { errors: { code: 'MFA_FACTOR_NOT_FOUND', message: expect.any(String) } },
  });
  await Organizations.resetOrgUserMfaAll({ orgCode, userId });
  expect(await read()).toBeUndefined();
});

test('an API’s scope is added to a member and removed, without a body in the responses', async () => {
  const { orgCode, ana: userId } = await beginnings();
  await Organizations.addOrganizationUsers({ orgCode, requestBody: { users: [{ id: userId }] } });
  const [apiId, { scopes }] = [...api.emulator.state.apis][0]!;
  const [scopeId] = [...scopes.keys()] as [string];
  const scope = { orgCode, userId, apiId, scopeId };
  expect(await Organizations.addOrganizationUserApiScope(scope)).toBeUndefined();
  expect(api.emulator.state.member(orgCode, userId).apiScopes).toEqual(
    new Set([scopes.get(scopeId)]),
  );
  expect(await Organizations.deleteOrganizationUserApiScope(scope)).toBeUndefined();
  expect(await refusal(Organizations.deleteOrganizationUserApiScope(scope))).toEqual(
    refused(400, 'API_SCOPE_NOT_FOUND'),
  );
});

test('a permission is granted to a member and revoked', async () => {
  const { orgCode, ana } = await beginnings();
  await Organizations.addOrganizationUsers({
    orgCode,
    requestBody: { users: [{ id: ana, roles: ['member'] }] },
  });
  const { permissions } = await Permissions.getPermissions({ pageSize: 500 });
  const deploy = permissions.find(({ key }) => key === 'deploy:production')!;
  await Organizations.createOrganizationUserPermission({
    orgCode,
    userId: ana,
    requestBody: { permission_id: deploy.id },
  });
  const grants = async () => {
    const answer = await Organizations.getOrganizationUserPermissions({
      orgCode,
      userId: ana,
      expand: 'roles',
    });
    return answer.permissions.map(({ key, roles }) => [key, roles!.map((role) => role.key).join()]);
  };
  const inherited = [
    ['read:projects', 'member'],
    ['read:reports', 'member'],
    ['read:members', 'member'],
  ];
  expect(await grants()).toEqual([['deploy:production', ''], ...inherited]);
  const removal = { orgCode, userId: ana, permissionId: deploy.id! };
  await Organizations.deleteOrganizationUserPermission(removal);
  expect(await grants()).toEqual(inherited);
  expect(await refusal(Organizations.deleteOrganizationUserPermission(removal))).toEqual(
    refused(400, 'INVALID_PERMISSION_ID'),
  );
});

test('feature flags are overridden and go back to the environment’s', async () => {
  const { orgCode } = await beginnings();
  const flags = async () =>
    (await Organizations.getOrganizationFeatureFlags({ orgCode })).feature_flags;
  const set = (featureFlagKey: string, value: string) =>
    Organizations.updateOrganizationFeatureFlagOverride({ orgCode, featureFlagKey, value });
  expect(await flags()).toEqual({});
  await set('dark_mode', 'false');
  await set('max_projects', '0');
  await set('data_region', 'us east & west');
  expect(await flags()).toEqual({
    dark_mode: { type: 'bool', value: 'false' },
    max_projects: { type: 'int', value: '0' },
    data_region: { type: 'str', value: 'us east & west' },
  });
  expect(await refusal(set('max_projects', 'many'))).toEqual(
    refused(400, 'INVALID_FEATURE_FLAG_VALUE'),
  );
  await Organizations.deleteOrganizationFeatureFlagOverride({
    orgCode,
    featureFlagKey: 'dark_mode',
  });
  expect(Object.keys(await flags())).toEqual(['max_projects', 'data_region']);
  await Organizations.deleteOrganizationFeatureFlagOverrides({ orgCode });
  expect(await flags()).toEqual({});
  const environment = await Environments.getEnvironementFeatureFlags();
  expect(environment.feature_flags).toMatchObject({ max_projects: { type: 'int', value: '10' } });
});

test('profiles are read in a batch', async () => {
  const { ana, ben } = await beginnings();
  const { users } = await Users.getUsers({ userId: `${ana},${ben}`, expand: 'organizations' });
  expect(users.map(({ id, organizations }) => [id, organizations])).toEqual([
    [ana, []],
    [ben, []],
  ]);
});

test('a read-only client gets the missing scope’s name', async () => {
  actAs(api.emulator, api.emulator.readOnlyClient);
  expect((await Organizations.getOrganizations()).organizations).toHaveLength(10);
  const { status, body } = await refusal(
    Organizations.createOrganization({ requestBody: { name: 'Acme' } }),
  );
  expect([status, JSON.stringify(body)]).toEqual([
    403,
    expect.stringContaining('create:organizations'),
  ]);
});

test('unknown organizations are a 400, but a 404 with an object when deleted', async () => {
  const orgCode = 'org_00000000000';
  expect(await refusal(Organizations.getOrganizationUsers({ orgCode }))).toEqual(
    refused(400, 'ORGANIZATION_NOT_FOUND'),
  );
  expect(await refusal(Organizations.deleteOrganization({ orgCode }))).toEqual({
    status: 404,
    body: { errors: { code: 'ORGANIZATION_NOT_FOUND', message: expect.any(String) } },
  });
});

test('a path parameter that the client does not escape is an unknown route', async () => {
  const before = api.emulator.state.organizations.size;
  expect((await refusal(Organizations.deleteOrganization({ orgCode: '..' }))).status).toBe(404);
  expect(api.emulator.calls()).toEqual(['DELETE /api/v1/']);
  expect(api.emulator.state.organizations.size).toBe(before);
});

test('people are searched, and a search continues after the last id', async () => {
  const everybody: string[] = [];
  let startingAfter: string | undefined;
  for (;;) {
    const { results } = await Search.searchUsers({ query: '*', pageSize: 100, startingAfter });
    everybody.push(...results.map(({ id }) => id));
    startingAfter = results.at(-1)?.id;
    if (results.length < 100) break;
  }
  expect(new Set(everybody).size).toBe(api.emulator.state.users.size);
  const { results } = await Search.searchUsers({ query: '@example.org', expand: 'organizations' });
  expect(results.map(({ organizations }) => organizations)).toEqual(results.map(() => []));
});

test('claims are refreshed', async () => {
  const [user] = api.emulator.state.users.values();
  expect(await Users.refreshUserClaims({ userId: user!.id })).toMatchObject({ code: 'OK' });
  expect(api.emulator.state.claimRefreshes).toEqual([user!.id]);
});

test('a permission is created, changed, granted by a new role, and deleted with it', async () => {
  const permissionOf = async (key: string) => {
    const { permissions } = await Permissions.getPermissions({ pageSize: 100 });
    return permissions.find((permission) => permission.key === key);
  };
  await Permissions.createPermission({ requestBody: { name: 'Print', key: 'print' } });
  // The creation doesn't tell the id.
  const { id: permissionId } = (await permissionOf('print'))!;
  await Permissions.updatePermissions({ permissionId, requestBody: { name: 'Print it' } });
  expect(await permissionOf('print')).toMatchObject({ name: 'Print it' });

  const { role } = await Roles.createRole({ requestBody: { name: 'Printer', key: 'printer' } });
  const roleId = role.id;
  const grant = (permission: object) =>
    Roles.updateRolePermissions({ roleId, requestBody: { permissions: [permission] } });
  const granted = async () => (await Roles.getRolePermissions({ roleId })).permissions;
  expect(await grant({ id: permissionId })).toMatchObject({
    permissions_added: [permissionId],
    permissions_removed: [],
  });
  expect(await granted()).toMatchObject([{ key: 'print' }]);
  expect(await grant({ id: permissionId, operation: 'delete' })).toMatchObject({
    permissions_added: [],
    permissions_removed: [permissionId],
  });
  expect(await granted()).toEqual([]);
  await grant({ id: permissionId });

  await Roles.updateRoles({ roleId, requestBody: { name: 'Press', key: 'press' } });
  const { roles } = await Roles.getRoles({ pageSize: 100 });
  expect(roles).toContainEqual(expect.objectContaining({ id: roleId, key: 'press' }));
  const taken = { roleId, requestBody: { name: 'Press', key: 'admin' } };
  expect(await refusal(Roles.updateRoles(taken))).toEqual(refused(400, 'ROLE_KEY_ALREADY_EXISTS'));

  await Permissions.deletePermission({ permissionId });
  expect(await granted()).toEqual([]);
  await Roles.deleteRole({ roleId });
  expect(await refusal(Roles.getRolePermissions({ roleId }))).toEqual(
    refused(400, 'ROLE_NOT_FOUND'),
  );
});

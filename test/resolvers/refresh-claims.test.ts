/** Claims are refreshed by themselves, and after the writes that change what a token should say. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { mutationDocument } from '../support/mutations.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const refreshOf = (userId: string) => `POST /api/v1/users/${userId}/refresh_claims`;
const forbidden = (requiredScope?: string) => ({
  extensions: { code: 'FORBIDDEN', ...(requiredScope && { requiredScope }) },
});
let ofOrganization: { org_code: string };

beforeEach(() => {
  ofOrganization = { org_code: domain.organizationCode };
});

describe('refreshUserClaims', () => {
  const DOCUMENT = mutationDocument('refreshUserClaims', 'refreshedUserId');
  const refresh = (scopes: string[], input: object, claims = {}) =>
    domain.executeWith(['update:user_refresh_claims', ...scopes], DOCUMENT, { input }, claims);

  test('takes one call', async () => {
    const payload = await domain.mutate(
      'refreshUserClaims',
      { userId: domain.userId },
      'refreshedUserId',
    );
    expect(payload).toEqual({ refreshedUserId: domain.userId, userErrors: [] });
    expect(domain.gateway.calls()).toEqual([refreshOf(domain.userId)]);
    expect(state().claimRefreshes).toEqual([domain.userId]);
  });

  test.each([
    ['kp_nobody', 'NOT_FOUND', 'USER_NOT_FOUND'],
    ['../x', 'INVALID_ID', null],
  ])('refuses %j with a reason', async (userId, code, kindeCode) => {
    const payload = await domain.mutate('refreshUserClaims', { userId }, 'refreshedUserId');
    expect(payload).toMatchObject({
      refreshedUserId: null,
      userErrors: [{ code, kindeCode, field: ['userId'] }],
    });
    expect(state().claimRefreshes).toEqual([]);
  });

  test('needs the scope', async () => {
    const { data, errors } = await domain.executeWith(['read:users'], DOCUMENT, {
      input: { userId: domain.userId },
    });
    expect(data.refreshUserClaims).toBeNull();
    expect(errors).toMatchObject([forbidden('update:user_refresh_claims')]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  describe('by a caller of one organization', () => {
    test('reaches its members, named with the organization', async () => {
      const { data } = await refresh(
        ['read:organization_user_roles'],
        { userId: domain.userId, organizationCode: domain.organizationCode },
        ofOrganization,
      );
      expect(data.refreshUserClaims.refreshedUserId).toBe(domain.userId);
      expect(state().claimRefreshes).toEqual([domain.userId]);
    });

    test('never reaches anybody else, nor a member without the organization or with another one', async () => {
      const stranger = await refresh(
        ['read:organization_user_roles'],
        { userId: domain.strangerId, organizationCode: domain.organizationCode },
        ofOrganization,
      );
      expect(stranger.data.refreshUserClaims).toMatchObject({
        refreshedUserId: null,
        userErrors: [{ code: 'NOT_FOUND', field: ['userId'] }],
      });
      for (const organizationCode of [undefined, 'org_other']) {
        const { errors } = await refresh(
          ['read:organization_user_roles'],
          { userId: domain.userId, organizationCode },
          ofOrganization,
        );
        expect(errors).toMatchObject([forbidden()]);
        expect(domain.gateway.calls()).toEqual([]);
      }
      const blind = await refresh(
        [],
        { userId: domain.userId, organizationCode: domain.organizationCode },
        ofOrganization,
      );
      expect(blind.errors).toMatchObject([forbidden()]);
      expect(state().claimRefreshes).toEqual([]);
    });
  });
});

describe('refreshClaims: true', () => {
  const writes = () => ({
    addOrganizationUserRole: { role: { key: 'auditor' } },
    removeOrganizationUserRole: { role: { key: 'auditor' } },
    addOrganizationUserPermission: { permission: { key: 'deploy:production' } },
    removeOrganizationUserPermission: { permission: { key: 'deploy:production' } },
  });

  test.each(Object.keys(writes()) as (keyof ReturnType<typeof writes>)[])(
    '%s refreshes the member’s claims after the write',
    async (mutation) => {
      const member = state().member(domain.organizationCode, domain.userId);
      if (mutation.startsWith('remove')) {
        member.roles.add(state().roleByKey('auditor'));
        member.permissions.add(state().permissionByKey('deploy:production'));
      }
      const input = {
        organizationCode: domain.organizationCode,
        userId: domain.userId,
        ...writes()[mutation],
      };
      const payload = await domain.mutate(
        mutation,
        { ...input, refreshClaims: true },
        'organizationUser { userId }',
      );
      expect(payload).toEqual({ organizationUser: { userId: domain.userId }, userErrors: [] });
      expect(domain.gateway.calls().at(-1)).toBe(refreshOf(domain.userId));
      expect(state().claimRefreshes).toEqual([domain.userId]);
    },
  );

  test('bulk writes refresh the changed users, and no others', async () => {
    const { organizationCode, userId, strangerId } = domain;
    const added = await domain.mutate(
      'addOrganizationUsers',
      { organizationCode, users: [{ userId }, { userId: strangerId }], refreshClaims: true },
      'addedUserIds',
    );
    expect(added.addedUserIds).toEqual([strangerId]);
    expect(state().claimRefreshes).toEqual([strangerId]);
    await domain.mutate('updateOrganizationUsers', {
      organizationCode,
      users: [{ userId, setRoles: [{ key: 'auditor' }] }],
      refreshClaims: true,
    });
    expect(state().claimRefreshes).toEqual([strangerId, userId]);
  });

  test.each([
    [403, /^The write was done, .* were not refreshed: .*Not on this plan\./],
    [500, /^The write was done, .* may not have been refreshed: Kinde gave no usable response\./],
  ])('that fails with %i leaves the write done, and says so', async (status, told) => {
    domain.gateway.emulator.fault({
      route: 'POST /api/v1/users/{user_id}/refresh_claims',
      respond: {
        status,
        body: { errors: [{ code: 'NOT_ALLOWED', message: 'Not on this plan.' }] },
      },
    });
    const payload = await domain.mutate(
      'addOrganizationUserRole',
      {
        organizationCode: domain.organizationCode,
        userId: domain.userId,
        role: { key: 'auditor' },
        refreshClaims: true,
      },
      'organizationUser { roles { key } }',
    );
    expect(payload.organizationUser.roles).toContainEqual({ key: 'auditor' });
    expect(payload.userErrors).toEqual([
      {
        code: 'CLAIMS_NOT_REFRESHED',
        kindeCode: 'NOT_ALLOWED',
        field: ['refreshClaims'],
        message: expect.stringMatching(told),
      },
    ]);
  });

  test('is checked before the write: without the scope nothing is sent', async () => {
    const input = {
      organizationCode: domain.organizationCode,
      userId: domain.userId,
      role: { key: 'auditor' },
    };
    const scopes = ['create:organization_user_roles', 'read:roles'];
    const document = mutationDocument('addOrganizationUserRole');
    const asked = await domain.executeWith(scopes, document, {
      input: { ...input, refreshClaims: true },
    });
    expect(asked.errors).toMatchObject([forbidden('update:user_refresh_claims')]);
    expect(domain.gateway.calls()).toEqual([]);
    for (const refreshClaims of [false, null]) {
      const { errors } = await domain.executeWith(scopes, document, {
        input: { ...input, refreshClaims },
      });
      expect(errors).toBeUndefined();
    }
    expect(state().claimRefreshes).toEqual([]);
  });

  test('works for a user of the organization, with the permission of that name', async () => {
    const { errors } = await domain.executeWith(
      ['openid'],
      mutationDocument('addOrganizationUserRole'),
      {
        input: {
          organizationCode: domain.organizationCode,
          userId: domain.userId,
          role: { key: 'auditor' },
          refreshClaims: true,
        },
      },
      {
        ...{ gty: undefined, scope: undefined, sub: 'kp_1', ...ofOrganization },
        permissions: ['create:organization_user_roles', 'update:user_refresh_claims'],
      },
    );
    expect(errors).toBeUndefined();
    expect(state().claimRefreshes).toEqual([domain.userId]);
  });
});

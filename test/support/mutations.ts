/** A valid input for each mutation: tests of what holds for every mutation take it from here. */
import type { Emulator } from '../../src/emulator/index.js';

/** The objects that inputs name. */
export interface Targets {
  organizationCode: string;
  /** A member of the organization. */
  userId: string;
  /** Somebody who is not. */
  strangerId: string;
}

/** Returns an organization that is not the default one, with a member of it and a person who is none. */
export function targetsIn({ state }: Emulator): Targets {
  const { profile, members } = [...state.organizations.values()].find(
    ({ profile, members }) => profile.is_default !== true && members.size > 1,
  )!;
  const strangerId = [...state.users.values()].find(({ id }) => !members.has(id))!.id;
  return {
    organizationCode: profile.code,
    userId: [...members.values()][0]!.user.id,
    strangerId,
  };
}

/** By mutation, an input that is sent to Kinde as one write. */
export function validInputs({
  organizationCode,
  userId,
  strangerId,
}: Targets): Record<string, object> {
  const organization = { organizationCode };
  const member = { organizationCode, userId };
  return {
    createOrganization: { name: 'New' },
    refreshUserClaims: { userId },
    updateOrganization: { ...organization, name: 'Other' },
    deleteOrganization: organization,
    addOrganizationUsers: {
      ...organization,
      users: [{ userId: strangerId, roles: [{ key: 'admin' }] }],
    },
    updateOrganizationUsers: { ...organization, users: [{ userId, setRoles: [] }] },
    removeOrganizationUsers: { ...organization, userIds: [userId] },
    removeOrganizationUser: member,
    addOrganizationUserRole: { ...member, role: { key: 'auditor' } },
    removeOrganizationUserRole: { ...member, role: { key: 'auditor' } },
    addOrganizationUserPermission: { ...member, permission: { key: 'read:projects' } },
    removeOrganizationUserPermission: { ...member, permission: { key: 'read:projects' } },
    updateFeatureFlagOverride: { ...organization, key: 'dark_mode', value: true },
    deleteFeatureFlagOverride: { ...organization, key: 'dark_mode' },
    deleteFeatureFlagOverrides: organization,
    updateOrganizationMfaPolicy: { ...organization, enabledFactors: ['EMAIL'] },
    updateOrganizationPasskeyPolicy: { ...organization, requirement: 'MANDATORY' },
    updateOrganizationSessionPolicy: { ...organization, lifetimeSeconds: 3600 },
    deleteOrganizationHandle: organization,
    uploadOrganizationLogo: {
      ...organization,
      type: 'LIGHT',
      data: 'R0lGODlhAQABAAAAACwAAAAAAQABAAA7',
    },
    deleteOrganizationLogo: { ...organization, type: 'LIGHT' },
    enableOrganizationSignInMethod: { ...organization, connectionId: 'conn_0' },
    disableOrganizationSignInMethod: { ...organization, connectionId: 'conn_0' },
    resetOrganizationUserMfaFactor: { ...member, factorId: 'mfa_0' },
    resetOrganizationUserMfa: member,
    addOrganizationUserApiScope: { ...member, apiId: '0', scopeId: 'api_scope_0' },
    removeOrganizationUserApiScope: { ...member, apiId: '0', scopeId: 'api_scope_0' },
    createOrganizationInvite: {
      ...organization,
      email: 'new@example.com',
      roles: [{ key: 'member' }],
    },
    revokeOrganizationInvite: { ...organization, inviteCode: 'inv_0' },
    updateOrganizationProperty: { ...organization, key: 'industry', value: 'Shipping' },
    updateOrganizationProperties: {
      ...organization,
      properties: [{ key: 'industry', value: 'Shipping' }],
    },
    createRole: { name: 'Support', key: 'support' },
    updateRole: { role: { key: 'member' }, key: 'colleague' },
    deleteRole: { role: { key: 'member' } },
    setRolePermissions: { role: { key: 'member' }, permissions: [{ key: 'read:billing' }] },
    createPermission: { name: 'Read invoices', key: 'read:invoices' },
    updatePermission: { permission: { key: 'read:billing' }, name: 'See invoices' },
    deletePermission: { permission: { key: 'read:billing' } },
  };
}

/** The mutations of the table, which `test/resolvers/payloads.test.ts` compares with the schema's. */
export const MUTATIONS = Object.keys(
  validInputs({ organizationCode: '', userId: '', strangerId: '' }),
);

/** Returns the name of a mutation's input type. */
export const inputTypeOf = (mutation: string) =>
  `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;

/** Returns the field of a mutation; `fields` are what it selects besides `userErrors`. */
export const mutationField = (mutation: string, input: string, fields = '') =>
  `${mutation}(input: ${input}) { ${fields} userErrors { code kindeCode field message } }`;

/** Returns a document that sends one mutation. */
export const mutationDocument = (mutation: string, fields = '') =>
  `mutation ($input: ${inputTypeOf(mutation)}!) { ${mutationField(mutation, '$input', fields)} }`;

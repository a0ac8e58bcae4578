import type {
  MfaFactorType,
  ResetOrganizationUserMfaFactorInput,
  ResetOrganizationUserMfaInput,
  Resolvers,
} from '../generated/resolvers.js';
import { reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';

/** By Kinde's names, with and without the prefix that the policy of an organization has. */
const TYPES: ReadonlyMap<string | undefined, MfaFactorType> = new Map([
  ['email', 'EMAIL'],
  ['sms', 'SMS'],
  ['authenticator_app', 'AUTHENTICATOR_APP'],
]);

export const resolvers = {
  OrganizationUser: {
    mfaFactors: async ({ org_code, user_id }, _, { loaders }) =>
      reported(await loaders.organizationUserMfa.ofMember({ org_code, user_id })),
  },

  MfaFactor: {
    id: ({ org_code, user_id, id }) => nodeId('MfaFactor', org_code, user_id, id),
    factorId: ({ id }) => id,
    type: ({ type }) => TYPES.get(type?.replace(/^mfa:/, '')) ?? null,
    createdOn: ({ created_on }) => created_on,
    isVerified: ({ is_verified }) => is_verified,
    usageCount: ({ usage_count }) => usage_count,
    lastUsedOn: ({ last_used_on }) => last_used_on,
  },

  Mutation: {
    resetOrganizationUserMfaFactor: mutation(
      { organizationUser: null, deletedMfaFactorId: null },
      async (
        { organizationCode, userId, factorId }: ResetOrganizationUserMfaFactorInput,
        { upstream },
      ) => {
        const member = { org_code: organizationCode, user_id: userId };
        await upstream.organizationUserMfa.reset({ ...member, factor_id: factorId });
        return {
          organizationUser: member,
          deletedMfaFactorId: nodeId('MfaFactor', organizationCode, userId, factorId),
        };
      },
    ),

    resetOrganizationUserMfa: mutation(
      { organizationUser: null },
      async ({ organizationCode, userId }: ResetOrganizationUserMfaInput, { upstream }) => {
        const member = { org_code: organizationCode, user_id: userId };
        await upstream.organizationUserMfa.resetAll(member);
        return { organizationUser: member };
      },
    ),
  },
} satisfies Resolvers;

import type {
  CreateOrganizationInviteInput,
  Resolvers,
  RevokeOrganizationInviteInput,
} from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import {
  inviteTraits,
  type InviteSort,
  type OrganizationInviteParent,
} from '../loaders/organization-invites.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries } from './entries.js';
import { INVITE_CODE, requireId } from './id-input.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import type { CreateOrganizationInvitePayloadParent } from './parents.js';
import { roleKeys } from './roles.js';

/** What a mutation created or revoked, read after it. */
const afterMutation = {
  organizationInvite: (
    { organization, inviteCode }: CreateOrganizationInvitePayloadParent,
    _: unknown,
    { loaders }: Context,
  ) =>
    organization === null || inviteCode === null
      ? null
      : loaders.organizationInvites.find({ org_code: organization.code, invite_code: inviteCode }),
};

function statusOf({ is_revoked, accepted_on }: OrganizationInviteParent) {
  if (is_revoked === true) return 'REVOKED';
  return accepted_on == null ? 'PENDING' : 'ACCEPTED';
}

export const resolvers = {
  Organization: {
    invites: ({ code }, { sort, includeRevoked, includeAccepted, ...page }, context) => {
      const filters = { include_revoked: includeRevoked, include_accepted: includeAccepted };
      return connection(
        { ...page, sort: sort?.toLowerCase() as InviteSort | undefined },
        {
          load: context.loaders.organizationInvites.page,
          traits: inviteTraits,
          identity: ['invites', code, includeRevoked, includeAccepted],
          listIn: (order) => ({ org_code: code, sort: order, ...filters }),
        },
        context,
      );
    },
    invite: ({ code }, { code: invite_code }, { loaders }) =>
      loaders.organizationInvites.find({
        org_code: code,
        invite_code: requireId(INVITE_CODE, 'code', invite_code),
      }),
  },

  OrganizationInvite: {
    id: ({ org_code, code }) => nodeId('OrganizationInvite', org_code, code),
    status: statusOf,
    firstName: ({ first_name }) => first_name,
    lastName: ({ last_name }) => last_name,
    fullName: ({ full_name }) => full_name,
    createdOn: ({ created_on }) => created_on,
    acceptedOn: ({ accepted_on }) => accepted_on,
    isSent: ({ is_sent }) => is_sent,
    inviteLink: ({ invite_link }) => invite_link,
    roles: ({ roles }) =>
      mapEntries(roles ?? [], ({ key, name }) => (name == null ? { key } : { key, name })),
    organization: ({ org_code }) => ({ code: org_code }),
  },

  OrganizationInviteConnection: connectionResolvers,

  CreateOrganizationInvitePayload: afterMutation,
  RevokeOrganizationInvitePayload: afterMutation,

  Mutation: {
    createOrganizationInvite: mutation(
      { organization: null, inviteCode: null },
      async (
        {
          organizationCode,
          email,
          firstName,
          lastName,
          roles,
          sendEmail,
        }: CreateOrganizationInviteInput,
        { upstream, loaders },
      ) => {
        const [keys] = await roleKeys(loaders, [{ references: roles, field: ['roles'] }]);
        const { invite } = await upstream.organizationInvites.create({
          org_code: organizationCode,
          email,
          first_name: firstName ?? undefined,
          last_name: lastName ?? undefined,
          roles: keys ?? [],
          send_email: sendEmail,
        });
        return { organization: { code: organizationCode }, inviteCode: invite.code };
      },
    ),

    revokeOrganizationInvite: mutation(
      { organization: null, inviteCode: null },
      async ({ organizationCode, inviteCode }: RevokeOrganizationInviteInput, { upstream }) => {
        await upstream.organizationInvites.revoke({
          org_code: organizationCode,
          invite_code: inviteCode,
        });
        return { organization: { code: organizationCode }, inviteCode };
      },
    ),
  },
} satisfies Resolvers;

/** Invitations to join an organization. Their routes begin with `organization`, in the singular. */
import { type Static, Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { list } from '../schema-decoder.js';
import { flag, instant, maybeEnveloped, NextToken, optional, Success, text } from '../types.js';
import { page } from './page.js';

export const OrganizationInvite = t.Object({
  id: text,
  code: t.String(),
  email: text,
  first_name: text,
  last_name: text,
  full_name: text,
  created_on: instant,
  accepted_on: instant,
  is_sent: flag,
  is_revoked: flag,
  roles: optional(list(t.Object({ key: t.String(), name: text }))),
  invite_link: text,
});
export type OrganizationInvite = Static<typeof OrganizationInvite>;

const written = ['invites {org_code}'] as const;

/** An invitation has the keys and names of its roles, which a change of a role changes. */
const tags = [...written, 'all invites'] as const;

export const organizationInvites = {
  list: endpoint('GET /api/v1/organization/{org_code}/invites', {
    summary:
      'The pending invitations of an organization, a page at a time; others where asked for.',
    scope: 'read:organization_invites',
    tags,
    query: t.Object({
      sort: t.Optional(
        t.Union([
          t.Literal('created_on_asc'),
          t.Literal('created_on_desc'),
          t.Literal('email_asc'),
          t.Literal('email_desc'),
          t.Literal('name_asc'),
          t.Literal('name_desc'),
        ]),
      ),
      ...page,
      include_revoked: t.Optional(t.Boolean()),
      include_accepted: t.Optional(t.Boolean()),
    }),
    returns: t.Object({ invites: list(OrganizationInvite), next_token: NextToken }),
  }),

  get: endpoint('GET /api/v1/organization/{org_code}/invites/{invite_code}', {
    summary:
      'One invitation, in any state. The response has no envelope: its `code` is the invitation’s.',
    scope: 'read:organization_invites',
    tags,
    returns: maybeEnveloped('invite', OrganizationInvite),
  }),

  create: endpoint('POST /api/v1/organization/{org_code}/invites', {
    summary: 'Invite a person by e-mail address, with the keys of the roles to have.',
    scope: 'create:organization_invites',
    tags: written,
    body: t.Object({
      email: t.String(),
      first_name: t.Optional(t.String()),
      last_name: t.Optional(t.String()),
      roles: t.Array(t.String()),
      send_email: t.Optional(t.Boolean()),
    }),
    returns: t.Object({ ...Success.properties, invite: t.Object({ code: t.String() }) }),
  }),

  revoke: endpoint('DELETE /api/v1/organization/{org_code}/invites/{invite_code}', {
    summary: 'Revoke an invitation. It stays readable, as revoked.',
    scope: 'delete:organization_invites',
    tags: written,
    returns: Success,
  }),
};

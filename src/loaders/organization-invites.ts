import type { OrganizationInvite } from '../upstream/endpoints/organization-invites.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import type { EntryTraits } from './page-run.js';
import { nextToken } from './shared-reads.js';
import type { Sources } from './sources.js';

export type OrganizationInviteParent = OrganizationInvite & { org_code: string };

export interface InviteReference {
  org_code: string;
  invite_code: string;
}

/** The orders that Kinde offers for invitations. */
export type InviteSort = `${'created_on' | 'email' | 'name'}_${'asc' | 'desc'}`;

/** What identifies a list of an organization's invitations. */
export interface InviteList {
  org_code: string;
  sort: InviteSort | undefined;
  include_revoked: boolean;
  include_accepted: boolean;
}

export const inviteTraits: EntryTraits<InviteList, OrganizationInviteParent> = {
  keyOf: ({ code }) => code,
  orderOf: ({ sort }) => {
    const isDescending = sort?.endsWith('_desc') ?? false;
    if (sort?.startsWith('email')) return { textOf: ({ email }) => email, isDescending };
    if (sort?.startsWith('name')) return { textOf: ({ full_name }) => full_name, isDescending };
    return undefined;
  },
};

export function createOrganizationInviteLoaders({
  upstream: { organizationInvites },
  reads,
}: Sources) {
  const page = reads.pages<InviteList, OrganizationInviteParent>(async ({ list, size, token }) => {
    const response = await organizationInvites.list({
      ...list,
      page_size: size,
      next_token: token,
    });
    const entries = response.invites.map((invite) =>
      invite instanceof UpstreamError ? invite : { ...invite, org_code: list.org_code },
    );
    return { entries, next: nextToken(response.next_token), size };
  });

  const one = reads.one(
    async ({ org_code, invite_code }: InviteReference): Promise<OrganizationInviteParent> => ({
      ...(await organizationInvites.get({ org_code, invite_code })),
      org_code,
    }),
    ({ org_code, invite_code }) => `${org_code} ${invite_code}`,
  );

  return {
    /** A page of an organization's invitations. */
    page,
    /** The invitation in any state, or null when there is none. */
    find: (invite: InviteReference): Promise<OrganizationInviteParent | null> =>
      one(invite).catch((error: unknown) => {
        if (hasFailed(error, 'NOT_FOUND')) return null;
        throw error;
      }),
  };
}

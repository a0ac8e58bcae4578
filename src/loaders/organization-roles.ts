import { UpstreamError } from '../upstream/errors.js';
import type { EntryTraits } from './page-run.js';
import { nextToken } from './shared-reads.js';
import type { Sources } from './sources.js';
import type { Member } from './users.js';

/** A role in an organization. It identifies the list of the members who have it. */
export interface OrganizationRole {
  org_code: string;
  role_id: string;
}

interface DateTimeWindow {
  date_time_from: string;
  date_time_to: string;
}

/** Members who have a role are listed in Kinde's own order, which is not documented. */
export const holderTraits: EntryTraits<OrganizationRole, Member> = {
  keyOf: ({ user_id }) => user_id,
  orderOf: () => undefined,
};

const nameOf = ({ org_code, role_id }: OrganizationRole) => `${org_code} ${role_id}`;

export function createOrganizationRoleLoaders({ upstream: { organizationRoles }, reads }: Sources) {
  return {
    /** A page of the members who have a role. */
    users: reads.pages<OrganizationRole, Member>(async ({ list, size, token }) => {
      const page = { ...list, page_size: size, next_token: token };
      const { users, next_token } = await organizationRoles.users(page);
      const entries = users.map((user) =>
        user instanceof UpstreamError ? user : { org_code: list.org_code, user_id: user.id },
      );
      return { entries, next: nextToken(next_token), size };
    }),

    /** How many members have a role. */
    usersCount: reads.one(
      async (role: OrganizationRole) => (await organizationRoles.usersCount(role)).count ?? null,
      nameOf,
    ),

    /** How many members who have a role were active in a window. */
    activeUsersCount: reads.one(
      async (role: OrganizationRole & DateTimeWindow) =>
        (await organizationRoles.activeUsersCount(role)).active_users_count ?? null,
      ({ date_time_from, date_time_to, ...role }) =>
        `${nameOf(role)} ${date_time_from} ${date_time_to}`,
    ),
  };
}

import type { Resolvers } from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import { holderTraits, type OrganizationRole } from '../loaders/organization-roles.js';
import type { RoleParent } from '../loaders/roles.js';
import { connection } from './connection.js';
import { ORGANIZATION_CODE, requireId } from './id-input.js';

/** Reads of a role in an organization; null for a role that the environment no longer defines. */
async function readRole<T>(
  role: RoleParent,
  organizationCode: string,
  { roles }: Loaders,
  read: (role: OrganizationRole) => Promise<T>,
): Promise<T | null> {
  const org_code = requireId(ORGANIZATION_CODE, 'organizationCode', organizationCode);
  const role_id = await roles.idOf(role);
  return role_id === undefined ? null : read({ org_code, role_id });
}

/** Kinde takes whole seconds. */
const wholeSeconds = (dateTime: string) => dateTime.replace(/\.\d+Z$/, 'Z');

export const resolvers = {
  Role: {
    users: (role, { organizationCode, ...page }, context) =>
      readRole(role, organizationCode, context.loaders, (list) =>
        connection(
          page,
          {
            load: context.loaders.organizationRoles.users,
            traits: holderTraits,
            identity: ['users of role', organizationCode, role.key],
            listIn: () => list,
          },
          context,
        ),
      ),

    usersCount: (role, { organizationCode }, { loaders }) =>
      readRole(role, organizationCode, loaders, loaders.organizationRoles.usersCount),

    activeUsersCount: (role, { organizationCode, from, to }, { loaders }) =>
      readRole(role, organizationCode, loaders, (found) =>
        loaders.organizationRoles.activeUsersCount({
          ...found,
          date_time_from: wholeSeconds(from),
          date_time_to: wholeSeconds(to),
        }),
      ),
  },
} satisfies Resolvers;

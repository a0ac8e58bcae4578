/** The parents of resolvers that are no loader's objects. */
import type { UserError } from '../graphql/errors.js';
import type { OrganizationParent } from '../loaders/organizations.js';
import type { PermissionParent } from '../loaders/permissions.js';
import type { RoleParent } from '../loaders/roles.js';
import type { Member } from '../loaders/users.js';
import type { Connection } from './connection.js';

export type OrganizationConnectionParent = Connection<OrganizationParent>;
export type OrganizationUserConnectionParent = Connection<Member>;
export type RoleConnectionParent = Connection<RoleParent>;
export type PermissionConnectionParent = Connection<PermissionParent>;

/** What updateFeatureFlagOverride did: the override itself is read when it is asked for. */
export interface UpdatedOverride {
  organization: OrganizationParent | null;
  key: string | null;
  userErrors: readonly UserError[];
}

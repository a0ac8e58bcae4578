import { endpoints } from '../upstream/endpoints/index.js';
import type { OrganizationUserPermission, Permission } from '../upstream/types.js';
import { createCatalogue } from './catalogue.js';
import type { MemberReference } from './users.js';
import { nextToken, type Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

export type PermissionParent = Permission;

/** A member's permission; `roles` are there when it was read as a grant. */
export type PermissionGrantParent = OrganizationUserPermission;

export function createPermissionLoaders({ upstream, granted, reads }: Sources) {
  const catalogue = createCatalogue(
    { granted, reads },
    endpoints.permissions.list,
    async (page, options) => {
      const response = await upstream.permissions.list(page, options);
      return {
        entries: response.permissions,
        next: nextToken(response.next_token),
      };
    },
  );

  const ofMember = reads.expandable<MemberReference, Entry<PermissionGrantParent>[]>(
    async ({ org_code, user_id }, expanded) => {
      const expand = expanded ? ('roles' as const) : undefined;
      return (await upstream.organizations.userPermissions({ org_code, user_id, expand }))
        .permissions;
    },
    ({ org_code, user_id }) => `${org_code} ${user_id}`,
  );

  return {
    ...catalogue,
    /** A member's permissions: a call for each member, shared with `grantsOfMember`. */
    ofMember: (member: MemberReference) => ofMember(member, false),
    /** The same with the roles that each comes through. */
    grantsOfMember: (member: MemberReference) => ofMember(member, true),
  };
}

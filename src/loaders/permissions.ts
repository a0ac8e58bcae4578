import { endpoints } from '../upstream/endpoints/index.js';
import type { OrganizationUserPermission, Permission } from '../upstream/types.js';
import { createCatalogue } from './catalogue.js';
import { byOrganization, nameOfMember, type MemberReference } from './membership-test.js';
import { FEWEST_MEMBERS, PermissionPlan, type PlanOptions } from './permission-plan.js';
import { nextToken, type Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

export type PermissionParent = Permission;

/** A member's permission; `roles` are there when it was read as a grant. */
export type PermissionGrantParent = OrganizationUserPermission;

type MemberPermissions = Entry<PermissionGrantParent>[];

export function createPermissionLoaders(
  { upstream, granted, reads, maxPageSize }: Sources,
  plan: Pick<PlanOptions, 'lists' | 'users' | 'roles' | 'differing' | 'onPlan'>,
) {
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

  const read = async (
    { org_code, user_id }: MemberReference,
    isExpanded: boolean,
  ): Promise<MemberPermissions> => {
    const expand = isExpanded ? ('roles' as const) : undefined;
    return (await upstream.organizations.userPermissions({ org_code, user_id, expand }))
      .permissions;
  };
  const currentPlan = reads.state(
    () =>
      new PermissionPlan({
        ...plan,
        granted,
        maxPageSize,
        catalogue: catalogue.recentEntries,
        ofMember: (member) => read(member, false),
      }),
  );
  const ofMember = reads.expandable<MemberReference, MemberPermissions>(
    read,
    nameOfMember,
    (members) => readByKey(members, currentPlan()),
  );

  return {
    /**
     * A member's permissions: a call for each member, shared with `grantsOfMember`, or fewer for many
     * members of one organization.
     */
    ofMember: (member: MemberReference) => ofMember(member, false),
    /** The same with the roles that each comes through. */
    grantsOfMember: (member: MemberReference) => ofMember(member, true),
    // Last, since V8 adds properties behind a spread ten times slower.
    ...catalogue,
  };
}

/** Reads the permissions of members by key, organization by organization. Undefined for a few members. */
function readByKey(members: readonly MemberReference[], plan: PermissionPlan) {
  if (members.length < FEWEST_MEMBERS && !plan.isBegun) return undefined;
  const found = new Map(
    [...byOrganization(members)].map(([code, each]) => [code, plan.read(code, each)]),
  );
  return async ({ org_code, user_id }: MemberReference) =>
    (await found.get(org_code)!).get(user_id);
}

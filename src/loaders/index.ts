/** All reads of one operation. They are created for each operation, and nothing outlives it. */
import type { Endpoint } from '../upstream/endpoint.js';
import { createFeatureFlagLoaders } from './feature-flags.js';
import { MemberLists } from './member-lists.js';
import { createOrganizationConnectionLoaders } from './organization-connections.js';
import { createOrganizationInviteLoaders } from './organization-invites.js';
import { createOrganizationLogoLoaders } from './organization-logos.js';
import { createOrganizationPropertyLoaders } from './organization-properties.js';
import { createOrganizationRoleLoaders } from './organization-roles.js';
import { createOrganizationSecurityLoaders } from './organization-security.js';
import { createOrganizationUserMfaLoaders } from './organization-user-mfa.js';
import { createOrganizationLoaders } from './organizations.js';
import { createPeopleLoaders } from './people.js';
import type { DifferingOrganizations, PlanReport } from './permission-plan.js';
import { createPermissionLoaders } from './permissions.js';
import { createRoleLoaders } from './roles.js';
import { SharedReads } from './shared-reads.js';
import type { Sources } from './sources.js';
import { createUserLoaders } from './users.js';

export interface LoaderOptions extends Omit<Sources, 'reads'> {
  differing: DifferingOrganizations;
}

export function createLoaders({ differing, ...options }: LoaderOptions) {
  let asked = 0;
  const count = () => asked++;
  const reads = new SharedReads();
  const sources = { ...options, reads };
  const memberLists = reads.state(() => new MemberLists());
  const plans: PlanReport[] = [];
  const people = createPeopleLoaders(sources);
  const roles = createRoleLoaders(sources);
  const users = createUserLoaders(sources, people.find, roles.ofMember, memberLists);
  const permissions = createPermissionLoaders(sources, {
    ...{ roles, differing, lists: memberLists, users: users.page },
    onPlan: (report) => void plans.push(report),
  });
  return {
    organizations: counted(count, createOrganizationLoaders(sources)),
    organizationConnections: counted(count, createOrganizationConnectionLoaders(sources)),
    organizationInvites: counted(count, createOrganizationInviteLoaders(sources)),
    organizationLogos: counted(count, createOrganizationLogoLoaders(sources)),
    organizationProperties: counted(count, createOrganizationPropertyLoaders(sources)),
    organizationRoles: counted(count, createOrganizationRoleLoaders(sources)),
    organizationSecurity: counted(count, createOrganizationSecurityLoaders(sources)),
    organizationUserMfa: counted(count, createOrganizationUserMfaLoaders(sources)),
    people: counted(count, people),
    users: counted(count, users),
    roles: counted(count, roles),
    permissions: counted(count, permissions),
    featureFlags: counted(count, createFeatureFlagLoaders(sources)),
    /** Returns how many reads the resolvers have asked for, each of which would be a call without sharing. */
    asked: () => asked,
    memberLists,
    /** Returns how the permissions of many members were read, in the order of the decisions. */
    plans: () => plans,
    /** Drops what earlier mutations of the operation have read, and all errors. Catalogues are kept. */
    beginMutation: () => reads.clearAfter([]),
    /**
     * Drops what has been read so far, after calls of these rows. Catalogues are kept unless one of
     * the calls has written to them.
     */
    clearAfter: (calls: readonly Endpoint[]) => reads.clearAfter(calls),
  };
}

/** Returns the same loaders, which report each read. */
function counted<L extends Record<string, (argument: never) => unknown>>(
  count: () => void,
  loaders: L,
): L {
  return Object.fromEntries(
    Object.entries(loaders).map(([name, load]) => [
      name,
      (argument: never) => {
        count();
        return load(argument);
      },
    ]),
  ) as L;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** All reads of one request. Made for each request and passed by hand: nothing outlives it. */
import type { Upstream } from '../upstream/client.js';
import { createFeatureFlagLoaders } from './feature-flags.js';
import { createOrganizationLoaders, type OrganizationParent } from './organizations.js';
import { createPermissionLoaders, type PermissionParent } from './permissions.js';
import { createRoleLoaders, type RoleParent } from './roles.js';
import type { GrantedScopes } from './scopes.js';
import { createUserLoaders, type Member } from './users.js';

/** What `node(id:)` gives to the resolvers of the type that it names. */
export type NodeParent = { __typename: string } & (
  OrganizationParent | Member | RoleParent | PermissionParent
);

export function createLoaders(upstream: Upstream, granted: GrantedScopes) {
  const organizations = createOrganizationLoaders(upstream);
  const users = createUserLoaders(upstream, granted);
  const roles = createRoleLoaders(upstream, granted);
  const permissions = createPermissionLoaders(upstream);
  const featureFlags = createFeatureFlagLoaders(upstream);
  return {
    organizations,
    users,
    roles,
    permissions,
    featureFlags,
    /** Forgets what a write may have changed. The catalogues stay: no operation here writes them. */
    clear: () => {
      for (const loaders of [organizations, users, roles, permissions, featureFlags]) {
        loaders.clear();
      }
    },
  };
}

export type Loaders = ReturnType<typeof createLoaders>;

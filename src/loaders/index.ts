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
  let asked = 0;
  const ask = () => asked++;
  const organizations = counted(ask, createOrganizationLoaders(upstream));
  const users = counted(ask, createUserLoaders(upstream, granted));
  const roles = counted(ask, createRoleLoaders(upstream, granted));
  const permissions = counted(ask, createPermissionLoaders(upstream));
  const featureFlags = counted(ask, createFeatureFlagLoaders(upstream));
  return {
    organizations,
    users,
    roles,
    permissions,
    featureFlags,
    /** How many reads the resolvers have asked for, each of which would be a call without sharing. */
    asked: () => asked,
    /** Forgets what a write may have changed. The catalogues stay: no operation here writes them. */
    clear: () => {
      for (const loaders of [organizations, users, roles, permissions, featureFlags]) {
        loaders.clear();
      }
    },
  };
}

/** The same loaders, which tell of each read that they are asked for. */
function counted<L extends Record<string, (argument: never) => unknown>>(
  ask: () => void,
  loaders: L,
): L {
  return Object.fromEntries(
    Object.entries(loaders).map(([name, load]) => [
      name,
      name === 'clear'
        ? load
        : (argument: never) => {
            ask();
            return load(argument);
          },
    ]),
  ) as L;
}

export type Loaders = ReturnType<typeof createLoaders>;

/** Gathers the domains, and holds the compiler to the promise that every field is supplied. */
import type { Resolvers, ResolversParentTypes } from '../generated/resolvers.js';
import * as featureFlags from './feature-flags.js';
import { UserErrorResolvers } from './mutation.js';
import * as nodes from './nodes.js';
import * as organizations from './organizations.js';
import * as permissions from './permissions.js';
import * as roles from './roles.js';
import { DateTime, FeatureFlagValue } from './scalars.js';
import * as users from './users.js';

export const resolvers = {
  DateTime,
  FeatureFlagValue,
  Node: nodes.resolvers.Node,
  Query: {
    ...nodes.resolvers.Query,
    ...organizations.resolvers.Query,
    ...roles.resolvers.Query,
    ...permissions.resolvers.Query,
  },
  Mutation: {
    ...organizations.resolvers.Mutation,
    ...users.resolvers.Mutation,
    ...roles.resolvers.Mutation,
    ...permissions.resolvers.Mutation,
    ...featureFlags.resolvers.Mutation,
  },
  Organization: {
    ...organizations.resolvers.Organization,
    ...users.resolvers.Organization,
    ...featureFlags.resolvers.Organization,
  },
  OrganizationBranding: organizations.resolvers.OrganizationBranding,
  OrganizationBilling: organizations.resolvers.OrganizationBilling,
  BillingAgreement: organizations.resolvers.BillingAgreement,
  OrganizationConnection: organizations.resolvers.OrganizationConnection,
  OrganizationUser: {
    ...users.resolvers.OrganizationUser,
    ...roles.resolvers.OrganizationUser,
    ...permissions.resolvers.OrganizationUser,
  },
  OrganizationUserConnection: users.resolvers.OrganizationUserConnection,
  Role: roles.resolvers.Role,
  RoleConnection: roles.resolvers.RoleConnection,
  Permission: permissions.resolvers.Permission,
  PermissionGrant: permissions.resolvers.PermissionGrant,
  PermissionConnection: permissions.resolvers.PermissionConnection,
  FeatureFlag: featureFlags.resolvers.FeatureFlag,
  UpdateFeatureFlagOverridePayload: featureFlags.resolvers.UpdateFeatureFlagOverridePayload,
  UserError: UserErrorResolvers,
} satisfies Resolvers;

type Supplied<T extends keyof Resolvers> =
  | (T extends keyof typeof resolvers ? keyof (typeof resolvers)[T] : never)
  | (T extends keyof ResolversParentTypes ? keyof ResolversParentTypes[T] : never);

/** The schema's fields that neither a resolver nor a parent of the same name supplies. */
type Unsupplied = {
  [T in keyof Resolvers & keyof ResolversParentTypes]: `${T}.${Exclude<
    keyof NonNullable<Resolvers[T]>,
    Supplied<T> | `__${string}` | symbol | number
  >}`;
}[keyof Resolvers & keyof ResolversParentTypes];

/** Fails to compile with the name of each field that nobody supplies, e.g. "Organization.externalId". */
const everyFieldIsSupplied: [Unsupplied] extends [never] ? true : Unsupplied = true;
void everyFieldIsSupplied;

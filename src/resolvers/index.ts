/** Gathers the domains, and makes the compiler name every field of the schema that none of them supplies. */
import type {
  Resolvers,
  ResolversParentTypes,
  UserErrorCode as SchemaCode,
} from '../generated/resolvers.js';
import type { UserErrorCode } from '../graphql/user-errors.js';
import type { Expect, ListOf } from '../upstream/type-checks.js';
import * as changes from './changes.js';
import * as createOrganization from './create-organization.js';
import * as featureFlags from './feature-flags.js';
import * as mutations from './mutation.js';
import * as nodes from './nodes.js';
import * as organizationConnections from './organization-connections.js';
import * as organizationInvites from './organization-invites.js';
import * as organizationLogos from './organization-logos.js';
import * as organizationProperties from './organization-properties.js';
import * as organizationRoles from './organization-roles.js';
import * as organizationSecurity from './organization-security.js';
import * as organizationUserApiScopes from './organization-user-api-scopes.js';
import * as organizationUserMfa from './organization-user-mfa.js';
import * as organizations from './organizations.js';
import * as people from './people.js';
import * as permissions from './permissions.js';
import * as rateLimit from './rate-limit.js';
import * as refreshClaims from './refresh-claims.js';
import * as roles from './roles.js';
import * as scalars from './scalars.js';
import * as users from './users.js';
import * as viewer from './viewer.js';

const domains = [
  scalars.resolvers,
  mutations.resolvers,
  nodes.resolvers,
  organizations.resolvers,
  createOrganization.resolvers,
  refreshClaims.resolvers,
  organizationConnections.resolvers,
  organizationInvites.resolvers,
  organizationLogos.resolvers,
  organizationProperties.resolvers,
  organizationRoles.resolvers,
  organizationSecurity.resolvers,
  organizationUserApiScopes.resolvers,
  organizationUserMfa.resolvers,
  users.resolvers,
  people.resolvers,
  roles.resolvers,
  permissions.resolvers,
  featureFlags.resolvers,
  viewer.resolvers,
  rateLimit.resolvers,
  changes.resolvers,
];

/** The resolvers of each domain; the schema merges them, type by type. */
export const resolvers: readonly Resolvers[] = domains;

/** The fields that the domains have a resolver for, by type. */
type Resolved<T, Domain = (typeof domains)[number]> = Domain extends unknown
  ? T extends keyof Domain
    ? keyof Domain[T]
    : never
  : never;

/** The fields whose parent has a property of the same name. */
type Carried<T> = T extends keyof ResolversParentTypes ? keyof ResolversParentTypes[T] : never;

type Unsupplied = {
  [T in keyof Resolvers & keyof ResolversParentTypes]: `${T}.${Exclude<
    keyof NonNullable<Resolvers[T]>,
    Resolved<T> | Carried<T> | `__${string}` | symbol | number
  >}`;
}[keyof Resolvers & keyof ResolversParentTypes];

type Difference<A, B> = Exclude<A, B> | Exclude<B, A>;

export type ResolverChecks = [
  Expect<'no field without a resolver', ListOf<Unsupplied>>,
  Expect<'no code that only one of them has', ListOf<Difference<UserErrorCode, SchemaCode>>>,
];

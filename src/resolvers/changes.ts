import { GraphQLError } from 'graphql';
import { authorize, canUse, type Owner, type Viewer } from '../auth/viewer.js';
import type { Resolvers, SubscriptionChangesArgs } from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import { changeFor, type ChangeFilter, type ChangeKind } from '../upstream/changes/change.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { ORGANIZATION_CODE, requireId } from './id-input.js';

const ORGANIZATION = endpoints.organizations.get.scope;
const MEMBERS = endpoints.organizations.users.scope;
const ROLES = endpoints.roles.list.scope;
const PERMISSIONS = endpoints.permissions.list.scope;
/** Of the users of the environment; those of an organization are its members. */
const USERS = endpoints.users.list.scope;

type ScopedKind = Exclude<ChangeKind, 'RESYNC'>;

/** The scope that a caller needs for changes of a kind. The descriptions of the schema say the same. */
const SCOPES: Readonly<Record<ScopedKind, string>> = {
  ORGANIZATION_CREATED: ORGANIZATION,
  ORGANIZATION_UPDATED: ORGANIZATION,
  ORGANIZATION_DELETED: ORGANIZATION,
  ORGANIZATION_USERS_UPDATED: MEMBERS,
  FEATURE_FLAGS_UPDATED: endpoints.organizations.featureFlags.scope,
  USER_CREATED: USERS,
  USER_UPDATED: USERS,
  USER_DELETED: USERS,
  ROLE_CREATED: ROLES,
  ROLE_UPDATED: ROLES,
  ROLE_DELETED: ROLES,
  PERMISSION_CREATED: PERMISSIONS,
  PERMISSION_UPDATED: PERMISSIONS,
  PERMISSION_DELETED: PERMISSIONS,
  BILLING_UPDATED: ORGANIZATION,
};
const KINDS = Object.keys(SCOPES) as ScopedKind[];

/**
 * Returns what a subscription is about. Throws FORBIDDEN for a kind that it names without having the
 * scope, and for a caller who may be told of none.
 */
function filterOf(
  viewer: Viewer,
  organizationCode: string | undefined,
  wanted: readonly ChangeKind[] | undefined,
): ChangeFilter {
  // Neither the gateway nor Kinde has verified this token: a change is sent without a call.
  if (viewer.kind === 'bearer') {
    throw new GraphQLError('The feed of changes is not offered with `AUTH_MODE=passthrough`.', {
      extensions: { code: 'FORBIDDEN' },
    });
  }
  const owner: Owner =
    organizationCode === undefined
      ? { kind: 'environment' }
      : { kind: 'organization', code: organizationCode };
  authorize(viewer, [], owner);
  const scopeOf = (kind: ScopedKind) =>
    organizationCode !== undefined && SCOPES[kind] === USERS ? MEMBERS : SCOPES[kind];
  const mayHear = (kind: ScopedKind) => canUse(viewer, scopeOf(kind), owner.kind === 'environment');
  const scoped = wanted?.filter((kind): kind is ScopedKind => kind !== 'RESYNC');
  const kinds = scoped ?? KINDS.filter(mayHear);
  // All kinds where there is none, so that the message names a scope.
  const refused = (kinds.length > 0 ? kinds : KINDS).find((kind) => !mayHear(kind));
  if (refused !== undefined) authorize(viewer, [[scopeOf(refused)]], owner);
  return { organizationCode, kinds: new Set(kinds) };
}

export const resolvers = {
  Subscription: {
    changes: {
      // Each change is executed by itself, with its own context: see src/http/live.
      subscribe: () => {
        throw new TypeError('The HTTP side reads the feed.');
      },
      resolve: (
        _: unknown,
        { organizationCode, kinds }: Partial<SubscriptionChangesArgs>,
        { viewer, delivery }: Context,
      ) => {
        if (delivery === undefined) {
          throw badUserInput(
            'Subscriptions are streamed. Send this one with `Accept: text/event-stream`.',
          );
        }
        if (organizationCode != null) {
          requireId(ORGANIZATION_CODE, 'organizationCode', organizationCode);
        }
        // At each change again, as a query's rights are checked at each request.
        delivery.filter = filterOf(viewer, organizationCode ?? undefined, kinds ?? undefined);
        const change = changeFor(delivery.filter, delivery.change);
        if (change === undefined) throw new TypeError('This change is for another subscription.');
        return { ...change, cursor: delivery.cursor };
      },
    },
  },

  Change: {
    changedAt: ({ at }) => new Date(at).toISOString(),
    organizationCode: ({ organizationCode }) => organizationCode ?? null,
    userId: ({ userId }) => userId ?? null,
    roleId: ({ roleId }) => roleId ?? null,
    permissionId: ({ permissionId }) => permissionId ?? null,
    organization: ({ organizationCode }, _, { loaders }) =>
      organizationCode === undefined ? null : loaders.organizations.find(organizationCode),
    user: ({ userId }, _, { loaders }) =>
      userId === undefined ? null : loaders.people.find(userId),
  },
} satisfies Resolvers;

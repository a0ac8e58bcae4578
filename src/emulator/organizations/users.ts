import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { type Grants, type Member, permissionsOf, type State } from '../state.js';
import { success } from '../success.js';
import { separated } from '../users.js';

type Operations = 'users' | 'addUsers' | 'updateUsers' | 'removeUser';

/** What Kinde does with `update` isn't documented: here it is what leaving `operation` out is. */
const OPERATIONS: ReadonlySet<string> = new Set(['delete', 'update']);

export const users: Pick<Handlers['organizations'], Operations> = {
  // A decision: sorted by name where the request does not say.
  users: (state, { org_code, sort = 'name_asc', permissions, roles, ...page }) => {
    const { members } = state.organization(org_code);
    const list = `users of ${org_code} with ${roles ?? ''} and ${permissions ?? ''}`;
    const { items, next_token } = members.page(list, sort, page, {
      matches: holding(state, separated(roles), separated(permissions)),
    });
    return success({ organization_users: items.map(present), next_token });
  },

  addUsers: (state, { org_code, users = [] }) => {
    const organization = state.organization(org_code);
    const asked = users.map((given) => ({
      user: state.user(given.id),
      grants: grantsByKey(state, given),
    }));
    const added: string[] = [];
    for (const { user, grants } of asked) {
      if (organization.members.has(user.id)) continue;
      // A decision: a new member holds what the request names and not the default role as well.
      state.addMember(organization, { user, ...joining(), ...nothing(), ...grants });
      added.push(user.id);
    }
    return success({ users_added: added }, added.length > 0 ? 'Success' : 'No users added');
  },

  updateUsers: (state, { org_code, users = [] }) => {
    const organization = state.organization(org_code);
    const { members } = organization;
    // Everything is checked before anything is changed, so a refused request changes nothing.
    const present = new Map<string, boolean>();
    const asked = users.map((given) => {
      const isDelete = given.operation === 'delete';
      if (given.operation !== undefined && !OPERATIONS.has(given.operation)) {
        // A decision: the documented value, and the one that applications send.
        throw invalid('INVALID_OPERATION', `Not an operation: ${given.operation}`);
      }
      const user = state.user(given.id);
      if (isDelete && !(present.get(user.id) ?? members.has(user.id))) {
        throw state.blame('USER_NOT_IN_ORGANIZATION', 'Not a member', { user_id: user.id });
      }
      present.set(user.id, !isDelete);
      return { user, isDelete, grants: grantsByKey(state, given) };
    });

    const result = {
      users_added: [] as string[],
      users_updated: [] as string[],
      users_removed: [] as string[],
    };
    for (const { user, isDelete, grants } of asked) {
      const member = members.get(user.id);
      if (!member) {
        state.addMember(organization, { user, ...joining(), ...nothing(), ...grants });
        result.users_added.push(user.id);
      } else if (isDelete) {
        state.removeMember(organization, member);
        result.users_removed.push(user.id);
      } else if (grants.roles || grants.permissions) {
        // A decision: what is left out stays. Whether the rest goes isn't documented, so it can be switched.
        Object.assign(member, state.bulkUpdates === 'replace' ? grants : union(member, grants));
        result.users_updated.push(user.id);
      }
    }
    return success(result);
  },

  removeUser: (state, { org_code, user_id }) => {
    state.removeMember(state.organization(org_code), state.member(org_code, user_id));
    return success({});
  },
};

function present({ user, joined_on, last_accessed_on, roles }: Member) {
  return {
    id: user.id,
    email: user.email ?? null,
    full_name: user.full_name,
    last_name: user.last_name ?? null,
    first_name: user.first_name ?? null,
    picture: user.picture ?? null,
    joined_on,
    last_accessed_on,
    is_suspended: user.is_suspended,
    roles: Array.from(roles, ({ key }) => key),
  };
}

/**
 * Whether a member has all of the roles and all of the permissions, by key. Decisions: permissions
 * through roles count unless the state says otherwise, and a key that nothing has matches nobody.
 */
function holding(
  { permissionFilter }: State,
  roleKeys: string[],
  permissionKeys: string[],
): (member: Member) => boolean {
  if (roleKeys.length === 0 && permissionKeys.length === 0) return () => true;
  return (member) => {
    const roles = new Set(Array.from(member.roles, ({ key }) => key));
    if (!roleKeys.every((key) => roles.has(key))) return false;
    if (permissionKeys.length === 0) return true;
    const matched = permissionFilter === 'all' ? permissionsOf(member).keys() : member.permissions;
    const permissions = new Set(Array.from(matched, ({ key }) => key));
    return permissionKeys.every((key) => permissions.has(key));
  };
}

/** The roles and permissions that a request names by key; only those of which it has a list. */
function grantsByKey(
  state: State,
  { roles, permissions }: { roles?: string[]; permissions?: string[] },
): Partial<Grants> {
  return {
    ...(roles && { roles: new Set(roles.map((key) => state.roleByKey(key))) }),
    ...(permissions && {
      permissions: new Set(permissions.map((key) => state.permissionByKey(key))),
    }),
  };
}

/** Returns grants with those that a member has already, list by list. */
const union = (member: Grants, { roles, permissions }: Partial<Grants>): Partial<Grants> => ({
  ...(roles && { roles: new Set([...member.roles, ...roles]) }),
  ...(permissions && { permissions: new Set([...member.permissions, ...permissions]) }),
});

const joining = () => ({ joined_on: new Date().toISOString(), last_accessed_on: null });

const nothing = (): Grants => ({ roles: new Set(), permissions: new Set() });

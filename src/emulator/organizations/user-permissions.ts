import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { permissionsOf } from '../state.js';
import { success } from '../success.js';

type Operations = 'userPermissions' | 'addUserPermission' | 'removeUserPermission';

export const userPermissions: Pick<Handlers['organizations'], Operations> = {
  // A decision: a permission that the member has directly, and through no role, has no roles: [].
  userPermissions: (state, { org_code, user_id, expand }) => {
    const granted = permissionsOf(state.member(org_code, user_id));
    return success({
      permissions: Array.from(granted, ([permission, roles]) => ({
        ...permission,
        ...(expand === 'roles' && { roles: roles.map(({ id, key }) => ({ id, key })) }),
      })),
    });
  },

  // A decision: granting a permission that the member has is a success that changes nothing.
  addUserPermission: (state, { org_code, user_id, permission_id }) => {
    state.member(org_code, user_id).permissions.add(state.permission(permission_id));
    return success({});
  },

  removeUserPermission: (state, { org_code, user_id, permission_id }) => {
    const member = state.member(org_code, user_id);
    const permission = state.permission(permission_id);
    if (!member.permissions.delete(permission)) {
      // A decision: which of the two documented codes is meant for which case is a guess.
      throw permissionsOf(member).has(permission)
        ? invalid('INVALID_PERMISSION_ID_ROLE', 'The user has the permission through a role')
        : invalid('INVALID_PERMISSION_ID', 'The user does not have the permission');
    }
    return success({});
  },
};

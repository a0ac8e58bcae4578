import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { success } from '../success.js';

type Operations = 'userRoles' | 'addUserRole' | 'removeUserRole';

export const userRoles: Pick<Handlers['organizations'], Operations> = {
  userRoles: (state, { org_code, user_id }) => {
    const { roles } = state.member(org_code, user_id);
    return success({ roles: Array.from(roles, ({ id, key, name }) => ({ id, key, name })) });
  },

  // A decision: adding a role that the member has is a success that changes nothing.
  addUserRole: (state, { org_code, user_id, role_id }) => {
    state.member(org_code, user_id).roles.add(state.role(role_id));
    return success({});
  },

  removeUserRole: (state, { org_code, user_id, role_id }) => {
    const { roles } = state.member(org_code, user_id);
    if (!roles.delete(state.role(role_id))) {
      throw invalid('ROLE_NOT_FOUND', 'The user does not have the role');
    }
    return success({});
  },
};

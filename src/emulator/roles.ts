import type { Handlers } from './handler.js';
import { success } from './success.js';

export const roles: Handlers['roles'] = {
  // A decision: sorted by name where the request does not say.
  list: (state, { sort = 'name_asc', ...page }) => {
    const { items, next_token } = state.roles.page('roles', sort, page);
    return success({ roles: items.map(({ permissions: _, ...role }) => role), next_token });
  },

  // A decision: sorted by name where the request does not say.
  permissions: (state, { role_id, sort = 'name_asc', ...page }) => {
    const { permissions } = state.role(role_id);
    const { items, next_token } = state.permissions.page(`permissions of ${role_id}`, sort, page, {
      ids: permissions.map(({ id }) => id),
    });
    return success({ permissions: items, next_token });
  },
};

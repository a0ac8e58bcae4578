import type { Handlers } from './handler.js';
import { success } from './success.js';

export const roles: Handlers['roles'] = {
  // A decision: sorted by name where the request does not say.
  list: (state, { sort = 'name_asc', ...page }) => {
    const { items, next_token } = state.roles.page('roles', sort, page);
    return success({ roles: items.map(({ permissions: _, ...role }) => role), next_token });
  },
};

import type { Handlers } from './handler.js';
import { success } from './success.js';

export const permissions: Handlers['permissions'] = {
  // A decision: sorted by name where the request does not say.
  list: (state, { sort = 'name_asc', ...page }) => {
    const { items, next_token } = state.permissions.page('permissions', sort, page);
    return success({ permissions: items, next_token });
  },
};

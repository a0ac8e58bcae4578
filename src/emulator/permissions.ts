import { newCatalogueId, requireFreeKey } from './catalogue.js';
import type { Handlers } from './handler.js';
import { created, success } from './success.js';

export const permissions: Handlers['permissions'] = {
  // A decision: sorted by name where the request does not say.
  list: (state, { sort = 'name_asc', ...page }) => {
    const { items, next_token } = state.permissions.page('permissions', sort, page);
    return success({ permissions: items, next_token });
  },

  create: (state, { name, key, description = '' }) => {
    requireFreeKey(state.permissions, key, 'PERMISSION_KEY_ALREADY_EXISTS');
    state.permissions.add({ id: newCatalogueId(state), key, name, description });
    return created('OK', 'Permission created', {});
  },

  update: (state, { permission_id, ...changes }) => {
    const permission = state.permission(permission_id);
    const { key = permission.key } = changes;
    requireFreeKey(state.permissions, key, 'PERMISSION_KEY_ALREADY_EXISTS', permission);
    Object.assign(permission, changes);
    state.permissions.resort();
    return success({});
  },

  delete: (state, { permission_id }) => {
    state.removePermission(state.permission(permission_id));
    return success({});
  },
};

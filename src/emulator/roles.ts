import { newCatalogueId, requireFreeKey } from './catalogue.js';
import type { Handlers } from './handler.js';
import { created, success } from './success.js';

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

  create: (state, { name, key, description, is_default_role = false }) => {
    requireFreeKey(state.roles, key, 'ROLE_KEY_ALREADY_EXISTS');
    const id = newCatalogueId(state);
    state.roles.add({
      id,
      key,
      name,
      description: description ?? null,
      is_default_role,
      permissions: [],
    });
    return created('OK', 'Role created', { role: { id } });
  },

  update: (state, { role_id, ...changes }) => {
    const role = state.role(role_id);
    requireFreeKey(state.roles, changes.key, 'ROLE_KEY_ALREADY_EXISTS', role);
    Object.assign(role, changes);
    state.roles.resort();
    return created('OK', 'Role updated', {});
  },

  delete: (state, { role_id }) => {
    state.removeRole(state.role(role_id));
    return success({});
  },

  // A decision: the lists have ids, and only of what changed.
  updatePermissions: (state, { role_id, permissions }) => {
    const role = state.role(role_id);
    const named = permissions.map(({ id, operation }) => ({
      permission: state.permission(id),
      isRemoved: operation === 'delete',
    }));
    const held = new Set(role.permissions);
    const changed = named.filter(({ permission, isRemoved }) => held.has(permission) === isRemoved);
    for (const { permission, isRemoved } of changed) {
      if (isRemoved) held.delete(permission);
      else held.add(permission);
    }
    role.permissions = [...held];
    const idsOf = (removed: boolean) =>
      changed
        .filter(({ isRemoved }) => isRemoved === removed)
        .map(({ permission }) => permission.id);
    return success({ permissions_added: idsOf(false), permissions_removed: idsOf(true) });
  },
};

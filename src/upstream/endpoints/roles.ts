import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Permission, Role, Success } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

/**
 * What repeats a role's key or name, or follows from what it grants: lists of members, which can be
 * filtered by permissions, members' own roles and permissions, and invitations.
 */
const written = ['roles', 'all member lists', 'all users', 'all invites'] as const;

/** Kinde's documented limit for the objects of one bulk write. */
export const MAX_BULK_PERMISSIONS = 100;

export const roles = {
  list: endpoint('GET /api/v1/roles', {
    summary: 'The environment’s roles, a page at a time.',
    scope: 'read:roles',
    hasEvents: true,
    tags: ['roles'],
    isCatalogue: true,
    query: t.Object({
      sort: t.Optional(
        t.Union([
          t.Literal('name_asc'),
          t.Literal('name_desc'),
          t.Literal('key_asc'),
          t.Literal('key_desc'),
        ]),
      ),
      ...page,
    }),
    returns: t.Object({ roles: list(Role), next_token: NextToken }),
  }),

  permissions: endpoint('GET /api/v1/roles/{role_id}/permissions', {
    summary: 'The permissions that a role grants in every organization, a page at a time.',
    scope: 'read:role_permissions',
    tags: ['role {role_id}', 'roles', 'permissions'],
    isCatalogue: true,
    query: t.Object({
      sort: t.Optional(
        t.Union([
          t.Literal('name_asc'),
          t.Literal('name_desc'),
          t.Literal('id_asc'),
          t.Literal('id_desc'),
        ]),
      ),
      ...page,
    }),
    returns: t.Object({ permissions: list(Permission), next_token: NextToken }),
  }),

  create: endpoint('POST /api/v1/roles', {
    summary: 'Create a role. The response, a 201, holds the new id alone.',
    scope: 'create:roles',
    tags: ['roles'],
    body: t.Object({
      name: t.String(),
      key: t.String(),
      description: t.Optional(t.String()),
      is_default_role: t.Optional(t.Boolean()),
    }),
    returns: t.Object({ ...Success.properties, role: t.Object({ id: t.String() }) }),
  }),

  update: endpoint('PATCH /api/v1/roles/{role_id}', {
    summary: 'Change a role. The body needs the name and the key, changed or not.',
    scope: 'update:roles',
    tags: written,
    body: t.Object({
      name: t.String(),
      key: t.String(),
      description: t.Optional(t.String()),
      is_default_role: t.Optional(t.Boolean()),
    }),
    returns: Success,
  }),

  delete: endpoint('DELETE /api/v1/roles/{role_id}', {
    summary: 'Delete a role.',
    scope: 'delete:roles',
    tags: written,
    returns: Success,
  }),

  updatePermissions: endpoint('PATCH /api/v1/roles/{role_id}/permissions', {
    summary: 'Add permissions to a role and remove others, up to 100 by their ids.',
    scope: 'update:role_permissions',
    tags: ['role {role_id}', 'all member lists', 'all users'],
    body: t.Object({
      permissions: t.Array(
        t.Object({
          id: t.String(),
          /** "delete" removes the permission. Without it the permission is added. */
          operation: t.Optional(t.Literal('delete')),
        }),
        { maxItems: MAX_BULK_PERMISSIONS },
      ),
    }),
    returns: Success,
  }),
};

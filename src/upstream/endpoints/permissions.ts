import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Permission, Success } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

/**
 * What repeats a permission's key or name: what roles grant (a read with the same tag), members'
 * permissions, and lists of members, which can be filtered by them.
 */
const written = ['permissions', 'all member lists', 'all users'] as const;

export const permissions = {
  list: endpoint('GET /api/v1/permissions', {
    summary: 'The environment’s permissions, a page at a time.',
    scope: 'read:permissions',
    hasEvents: true,
    tags: ['permissions'],
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

  create: endpoint('POST /api/v1/permissions', {
    summary: 'Create a permission. The response, a 201, doesn’t tell the new id.',
    scope: 'create:permissions',
    tags: ['permissions'],
    body: t.Object({ name: t.String(), key: t.String(), description: t.Optional(t.String()) }),
    returns: Success,
  }),

  update: endpoint('PATCH /api/v1/permissions/{permission_id}', {
    summary: 'Change a permission.',
    scope: 'update:permissions',
    tags: written,
    body: t.Object({
      name: t.Optional(t.String()),
      key: t.Optional(t.String()),
      description: t.Optional(t.String()),
    }),
    returns: Success,
  }),

  delete: endpoint('DELETE /api/v1/permissions/{permission_id}', {
    summary: 'Delete a permission.',
    scope: 'delete:permissions',
    tags: written,
    returns: Success,
  }),
};

import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Permission, Role } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

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
};

import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Permission } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

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
};

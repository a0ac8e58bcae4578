import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Role } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

export const roles = {
  list: endpoint('GET /api/v1/roles', {
    summary: 'The environment’s roles, a page at a time.',
    scope: 'read:roles',
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
};

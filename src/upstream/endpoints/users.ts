import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, User } from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

export const users = {
  list: endpoint('GET /api/v1/users', {
    summary: 'People of the environment; by their ids, the one batch read that the API has.',
    scope: 'read:users',
    tags: ['people'],
    query: t.Object({
      ...page,
      /** User ids, comma separated. */
      user_id: t.Optional(t.String()),
      /** E-mail addresses, comma separated. */
      email: t.Optional(t.String()),
      /** User names, comma separated. */
      username: t.Optional(t.String()),
      /** Telephone numbers, comma separated. */
      phone: t.Optional(t.String()),
      /** What else to send, comma separated: organizations, identities, billing. */
      expand: t.Optional(t.String()),
      has_organization: t.Optional(t.Boolean()),
      active_since: t.Optional(t.String()),
    }),
    returns: t.Object({ users: list(User), next_token: NextToken }),
  }),
};

import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { NextToken, Success, User } from '../types.js';
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

  search: endpoint('GET /api/v1/search/users', {
    summary:
      'People of the environment by their name or e-mail address. It has no token: the next page starts after the last id.',
    scope: 'read:users',
    tags: ['people'],
    query: t.Object({
      page_size: page.page_size,
      /** Text to search for; `*` for everybody. */
      query: t.Optional(t.String()),
      /** The id of the last person of the page before. */
      starting_after: t.Optional(t.String()),
      /** What else to send, comma separated: organizations, identities, properties. */
      expand: t.Optional(t.String()),
    }),
    ids: ['starting_after'],
    returns: t.Object({ results: list(User) }),
  }),

  refreshClaims: endpoint('POST /api/v1/users/{user_id}/refresh_claims', {
    summary: 'Let the next token of a person have its present roles and permissions.',
    scope: 'update:user_refresh_claims',
    tags: [],
    returns: Success,
  }),
};

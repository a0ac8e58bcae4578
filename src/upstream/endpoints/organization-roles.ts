/** Who has a role in an organization. The roles themselves belong to the environment. */
import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { list } from '../schema-decoder.js';
import { integer, NextToken } from '../types.js';
import { page } from './page.js';

const scope = 'read:organization_user_roles';
const tags = ['members {org_code}', 'all member lists'] as const;

export const organizationRoles = {
  users: endpoint('GET /api/v1/organizations/{org_code}/roles/{role_id}/users', {
    summary: 'The ids of an organization’s members who have a role, a page at a time.',
    scope,
    tags,
    query: t.Object(page),
    returns: t.Object({ users: list(t.Object({ id: t.String() })), next_token: NextToken }),
  }),

  usersCount: endpoint('GET /api/v1/organizations/{org_code}/roles/{role_id}/users/count', {
    summary: 'How many of an organization’s members have a role.',
    scope,
    tags,
    returns: t.Object({ count: integer }),
  }),

  activeUsersCount: endpoint(
    'GET /api/v1/organizations/{org_code}/roles/{role_id}/active_users/count',
    {
      summary: 'How many of them were active in a window of up to three days.',
      scope,
      tags,
      query: t.Object({
        /** In UTC and whole seconds, as `2026-07-01T00:00:00Z`. */
        date_time_from: t.String(),
        date_time_to: t.String(),
      }),
      returns: t.Object({ active_users_count: integer }),
    },
  ),
};

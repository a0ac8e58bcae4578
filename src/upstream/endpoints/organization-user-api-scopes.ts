/** The scopes of APIs that members have in an organization. No operation of an organization lists them. */
import { endpoint } from '../endpoint.js';
import { Success } from '../types.js';

/** Only the search of people shows a member's scopes. */
const tags = ['people'] as const;

export const organizationUserApiScopes = {
  add: endpoint(
    'POST /api/v1/organizations/{org_code}/users/{user_id}/apis/{api_id}/scopes/{scope_id}',
    {
      summary: 'Give a member a scope of an API, by the scope’s id. The answer has no body.',
      scope: 'create:organization_user_api_scopes',
      tags,
      returns: Success,
    },
  ),

  remove: endpoint(
    'DELETE /api/v1/organizations/{org_code}/users/{user_id}/apis/{api_id}/scopes/{scope_id}',
    {
      summary: 'Take a scope of an API from a member. The answer has no body.',
      scope: 'delete:organization_user_api_scopes',
      tags,
      returns: Success,
    },
  ),
};

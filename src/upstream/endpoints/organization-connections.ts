/** The connections, which are ways to sign in, that an organization has enabled. */
import { type Static, Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { list } from '../schema-decoder.js';
import { enveloped, flag, Success, text } from '../types.js';

export const OrganizationConnection = t.Object({
  id: t.String(),
  name: text,
  display_name: text,
  strategy: text,
});
export type OrganizationConnection = Static<typeof OrganizationConnection>;

const tags = ['connections {organization_code}'] as const;

export const organizationConnections = {
  list: endpoint('GET /api/v1/organizations/{organization_code}/connections', {
    summary:
      'The connections that an organization has enabled. No parameter reads more where it `has_more`.',
    scope: 'read:organization_connections',
    tags,
    returns: t.Object({
      connections: list(enveloped('connection', OrganizationConnection)),
      has_more: flag,
    }),
  }),

  enable: endpoint('POST /api/v1/organizations/{organization_code}/connections/{connection_id}', {
    summary: 'Enable a connection for an organization. The response has no body.',
    scope: 'create:organization_connections',
    tags,
    returns: Success,
  }),

  disable: endpoint(
    'DELETE /api/v1/organizations/{organization_code}/connections/{connection_id}',
    {
      summary: 'Disable a connection for an organization.',
      scope: 'delete:organization_connections',
      tags,
      returns: Success,
    },
  ),
};

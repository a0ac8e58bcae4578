/** Properties: values of a business's own about an organization, under keys that the environment defines. */
import { type Static, Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { list } from '../schema-decoder.js';
import { NextToken, Success, text } from '../types.js';

/** `value` is null where the organization has none. */
export const OrganizationProperty = t.Object({
  id: text,
  key: t.String(),
  name: text,
  description: text,
  value: text,
});
export type OrganizationProperty = Static<typeof OrganizationProperty>;

export const organizationProperties = {
  list: endpoint('GET /api/v1/organizations/{org_code}/properties', {
    summary:
      'The properties of an organization, with and without a value. No parameter takes the `next_token`.',
    scope: 'read:organization_properties',
    tags: ['properties {org_code}'],
    returns: t.Object({ properties: list(OrganizationProperty), next_token: NextToken }),
  }),

  update: endpoint('PUT /api/v1/organizations/{org_code}/properties/{property_key}', {
    summary: 'Set the value of one property. The value is text in the query string.',
    scope: 'update:organization_properties',
    tags: ['properties {org_code}'],
    query: t.Object({ value: t.String() }),
    returns: Success,
  }),

  updateAll: endpoint('PATCH /api/v1/organizations/{org_code}/properties', {
    summary: 'Set the values of several properties by key, and leave the others.',
    scope: 'update:organization_properties',
    tags: ['properties {org_code}'],
    body: t.Object({ properties: t.Record(t.String(), t.String()) }),
    returns: Success,
  }),
};

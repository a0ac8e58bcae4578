import {
  organizationProperties,
  type OrganizationProperty,
} from '../upstream/endpoints/organization-properties.js';
import { withRest } from './incomplete.js';
import { createOrganizationList, type OfOrganization } from './organization-list.js';
import { nextToken } from './shared-reads.js';
import type { Sources } from './sources.js';

export type OrganizationPropertyParent = OfOrganization<OrganizationProperty>;

/** The properties of an organization, with and without a value. */
export function createOrganizationPropertyLoaders({ upstream, reads }: Sources) {
  return createOrganizationList(
    reads,
    async (org_code) => {
      const { properties, next_token } = await upstream.organizationProperties.list({ org_code });
      const hasMore = nextToken(next_token) !== undefined;
      return withRest(organizationProperties.list, properties, hasMore);
    },
    ({ key }) => key,
  );
}

import {
  organizationConnections,
  type OrganizationConnection,
} from '../upstream/endpoints/organization-connections.js';
import { UpstreamError } from '../upstream/errors.js';
import { withRest } from './incomplete.js';
import { createOrganizationList, type OfOrganization } from './organization-list.js';
import type { Sources } from './sources.js';

export type OrganizationSignInMethodParent = OfOrganization<OrganizationConnection>;

/** The connections that an organization has enabled, by their ids. */
export function createOrganizationConnectionLoaders({ upstream, reads }: Sources) {
  return createOrganizationList(
    reads,
    async (organization_code) => {
      const response = await upstream.organizationConnections.list({ organization_code });
      const entries = response.connections.map((entry) =>
        entry instanceof UpstreamError ? entry : entry.connection,
      );
      return withRest(organizationConnections.list, entries, response.has_more === true);
    },
    ({ id }) => id,
  );
}

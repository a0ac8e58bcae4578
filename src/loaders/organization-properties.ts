import type { OrganizationProperty } from '../upstream/endpoints/organization-properties.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

export type OrganizationPropertyParent = OrganizationProperty & { org_code: string };

interface PropertyReference {
  org_code: string;
  key: string;
}

export function createOrganizationPropertyLoaders({ upstream, reads }: Sources) {
  const properties = reads.one(
    async (org_code: string): Promise<Entry<OrganizationPropertyParent>[]> => {
      const response = await upstream.organizationProperties.list({ org_code });
      return response.properties.map((property) =>
        property instanceof UpstreamError ? property : { ...property, org_code },
      );
    },
    (org_code) => org_code,
  );

  return {
    /** The properties of an organization, with and without a value. */
    ofOrganization: properties,
    /** One of them by its key, or null. */
    find: async ({
      org_code,
      key,
    }: PropertyReference): Promise<OrganizationPropertyParent | null> =>
      (await properties(org_code)).find(
        (property): property is OrganizationPropertyParent =>
          !(property instanceof UpstreamError) && property.key === key,
      ) ?? null,
  };
}

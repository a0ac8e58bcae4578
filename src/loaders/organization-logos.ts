import type { OrganizationLogo } from '../upstream/endpoints/organization-logos.js';
import { createOrganizationList, type OfOrganization } from './organization-list.js';
import type { Sources } from './sources.js';

export type OrganizationLogoParent = OfOrganization<OrganizationLogo>;

/** The logos of an organization, by their types. */
export function createOrganizationLogoLoaders({ upstream, reads }: Sources) {
  return createOrganizationList(
    reads,
    async (org_code) => (await upstream.organizationLogos.list({ org_code })).logos,
    ({ type }) => type,
  );
}

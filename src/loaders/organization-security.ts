import type { PasskeyPolicy } from '../upstream/endpoints/organization-security.js';
import type { Sources } from './sources.js';

export type PasskeyPolicyParent = PasskeyPolicy;

export function createOrganizationSecurityLoaders({ upstream, reads }: Sources) {
  return {
    /** The passkey policy of an organization. */
    passkey: reads.one(
      (org_code: string) => upstream.organizationSecurity.passkey({ org_code }),
      (org_code) => org_code,
    ),
  };
}

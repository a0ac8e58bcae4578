import type { FeatureFlag } from '../upstream/types.js';
import type { Sources } from './sources.js';

/** A flag with its key, which the API gives as the name of a property. */
export type FeatureFlagParent = FeatureFlag & { key: string };

export function createFeatureFlagLoaders({ upstream, reads }: Sources) {
  const overrides = reads.one(
    async (org_code: string): Promise<FeatureFlagParent[]> => {
      const { feature_flags } = await upstream.organizations.featureFlags({ org_code });
      return Object.entries(feature_flags)
        .map(([key, flag]) => ({ ...flag, key }))
        .sort((a, b) => (a.key < b.key ? -1 : 1));
    },
    (org_code) => org_code,
  );

  return {
    /** The flags that an organization overrides, by key. */
    ofOrganization: overrides,
  };
}

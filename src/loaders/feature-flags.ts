import { UpstreamError } from '../upstream/errors.js';
import type { FeatureFlag } from '../upstream/types.js';
import type { Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

/** A flag with its key, which the API gives as the name of a property. */
export type FeatureFlagParent = FeatureFlag & { key: string };

export function createFeatureFlagLoaders({ upstream, reads }: Sources) {
  const overrides = reads.one(
    async (org_code: string): Promise<ReadonlyMap<string, Entry<FeatureFlagParent>>> => {
      const { feature_flags } = await upstream.organizations.featureFlags({ org_code });
      const keys = Object.keys(feature_flags).sort();
      return new Map(
        keys.map((key) => {
          const flag = feature_flags[key]!;
          return [key, flag instanceof UpstreamError ? flag : { ...flag, key }];
        }),
      );
    },
    (org_code) => org_code,
  );

  return {
    /** Returns the flags that an organization overrides, by key and in the order of their keys. */
    ofOrganization: overrides,
  };
}

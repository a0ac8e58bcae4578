import { UpstreamError } from '../upstream/errors.js';
import type { FeatureFlag } from '../upstream/types.js';
import type { Entry } from './shared-reads.js';
import type { Sources } from './sources.js';

/** Which flag in which organization. */
interface FlagReference {
  org_code: string;
  key: string;
}

/** A flag with its key, which the API gives as the name of a property. */
export type FeatureFlagParent = FeatureFlag & FlagReference;

export function createFeatureFlagLoaders({ upstream, reads }: Sources) {
  const overrides = reads.one(
    async (org_code: string): Promise<ReadonlyMap<string, Entry<FeatureFlagParent>>> => {
      const { feature_flags } = await upstream.organizations.featureFlags({ org_code });
      const keys = Object.keys(feature_flags).sort();
      return new Map(
        keys.map((key) => {
          const flag = feature_flags[key]!;
          return [key, flag instanceof UpstreamError ? flag : { ...flag, org_code, key }];
        }),
      );
    },
    (org_code) => org_code,
  );

  return {
    /** Returns the flags that an organization overrides, by key and in the order of their keys. */
    ofOrganization: overrides,
    /** Returns an organization's override of one flag, or null. Throws when Kinde sent it unusable. */
    find: async ({ org_code, key }: FlagReference): Promise<FeatureFlagParent | null> => {
      const override = (await overrides(org_code)).get(key) ?? null;
      if (override instanceof UpstreamError) throw override;
      return override;
    },
  };
}

import type {
  DeleteFeatureFlagOverrideInput,
  DeleteFeatureFlagOverridesInput,
  Resolvers,
  UpdateFeatureFlagOverrideInput,
} from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import { UpstreamError } from '../upstream/errors.js';
import { reported } from './entries.js';
import { mutation } from './mutation.js';

const TYPES = { bool: 'BOOLEAN', int: 'INTEGER', str: 'STRING', json: 'JSON' } as const;

async function findOverride(loaders: Loaders, code: string, key: string) {
  const override = (await loaders.featureFlags.ofOrganization(code)).get(key) ?? null;
  if (override instanceof UpstreamError) throw override;
  return override;
}

export const resolvers = {
  Organization: {
    featureFlags: async ({ code }, _, { loaders }) =>
      reported((await loaders.featureFlags.ofOrganization(code)).values()),
    featureFlag: ({ code }, { key }, { loaders }) => findOverride(loaders, code, key),
  },

  FeatureFlag: {
    type: ({ type }) => TYPES[type],
  },

  UpdateFeatureFlagOverridePayload: {
    featureFlag: ({ organization, key }, _, { loaders }) =>
      organization === null || key === null ? null : findOverride(loaders, organization.code, key),
  },

  Mutation: {
    updateFeatureFlagOverride: mutation(
      { organization: null, key: null },
      async ({ organizationCode, key, value }: UpdateFeatureFlagOverrideInput, { upstream }) => {
        await upstream.organizations.updateFeatureFlag({
          org_code: organizationCode,
          feature_flag_key: key,
          value: String(value),
        });
        return { organization: { code: organizationCode }, key };
      },
    ),

    deleteFeatureFlagOverride: mutation(
      { organization: null, deletedKey: null },
      async ({ organizationCode, key }: DeleteFeatureFlagOverrideInput, { upstream }) => {
        await upstream.organizations.deleteFeatureFlag({
          org_code: organizationCode,
          feature_flag_key: key,
        });
        return { organization: { code: organizationCode }, deletedKey: key };
      },
    ),

    deleteFeatureFlagOverrides: mutation(
      { organization: null },
      async ({ organizationCode }: DeleteFeatureFlagOverridesInput, { upstream }) => {
        await upstream.organizations.deleteFeatureFlags({ org_code: organizationCode });
        return { organization: { code: organizationCode } };
      },
    ),
  },
} satisfies Resolvers;

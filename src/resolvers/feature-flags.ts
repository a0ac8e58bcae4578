import type {
  DeleteFeatureFlagOverrideInput,
  DeleteFeatureFlagOverridesInput,
  Resolvers,
  UpdateFeatureFlagOverrideInput,
} from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import { UpstreamError } from '../upstream/errors.js';
import { reported } from './entries.js';
import { KEY, requireId } from './id-input.js';
import { mutation, selects } from './mutation.js';
import { nodeId } from './node-id.js';

const TYPES = { bool: 'BOOLEAN', int: 'INTEGER', str: 'STRING', json: 'JSON' } as const;

/** Returns the global ids of what an organization overrides; null when that can't be read. */
async function overrideIds({ featureFlags }: Loaders, code: string): Promise<string[] | null> {
  try {
    const keys = [...(await featureFlags.currentOfOrganization(code)).keys()];
    return keys.map((key) => nodeId('FeatureFlag', code, key));
  } catch (error) {
    if (error instanceof UpstreamError) return null;
    throw error;
  }
}

export const resolvers = {
  Query: {
    featureFlags: async (_, __, { loaders }) =>
      reported(await loaders.featureFlags.ofEnvironment()),
  },

  Organization: {
    featureFlags: async ({ code }, { includeInherited }, { loaders: { featureFlags } }) =>
      reported(
        includeInherited
          ? await featureFlags.effectiveIn(code)
          : (await featureFlags.ofOrganization(code)).values(),
      ),
    featureFlag: ({ code }, { key, includeInherited }, { loaders: { featureFlags } }) => {
      const flag = { org_code: code, key: requireId(KEY, 'key', key) };
      return includeInherited ? featureFlags.effective(flag) : featureFlags.find(flag);
    },
  },

  EnvironmentFeatureFlag: {
    id: ({ key }) => nodeId('EnvironmentFeatureFlag', key),
    type: ({ type }) => TYPES[type],
  },

  FeatureFlag: {
    id: ({ org_code, key }) => nodeId('FeatureFlag', org_code, key),
    type: ({ type }) => TYPES[type],
  },

  UpdateFeatureFlagOverridePayload: {
    featureFlag: ({ organization, key }, _, { loaders }) =>
      organization === null || key === null
        ? null
        : loaders.featureFlags.find({ org_code: organization.code, key }),
  },

  DeleteFeatureFlagOverridePayload: {
    featureFlag: ({ organization, deletedFeatureFlagKey: key }, _, { loaders }) =>
      organization === null || key === null
        ? null
        : loaders.featureFlags.inherited({ org_code: organization.code, key }),
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
      { organization: null, deletedFeatureFlagId: null, deletedFeatureFlagKey: null },
      async ({ organizationCode, key }: DeleteFeatureFlagOverrideInput, { upstream }) => {
        await upstream.organizations.deleteFeatureFlag({
          org_code: organizationCode,
          feature_flag_key: key,
        });
        return {
          organization: { code: organizationCode },
          deletedFeatureFlagId: nodeId('FeatureFlag', organizationCode, key),
          deletedFeatureFlagKey: key,
        };
      },
    ),

    deleteFeatureFlagOverrides: mutation(
      { organization: null, deletedFeatureFlagIds: null },
      async ({ organizationCode }: DeleteFeatureFlagOverridesInput, context, info) => {
        const deletedFeatureFlagIds = selects(info, 'deletedFeatureFlagIds')
          ? await overrideIds(context.loaders, organizationCode)
          : null;
        await context.upstream.organizations.deleteFeatureFlags({ org_code: organizationCode });
        return { organization: { code: organizationCode }, deletedFeatureFlagIds };
      },
    ),
  },
} satisfies Resolvers;

import type {
  DeleteFeatureFlagOverrideInput,
  DeleteFeatureFlagOverridesInput,
  Resolvers,
  UpdateFeatureFlagOverrideInput,
} from '../generated/resolvers.js';
import type { FeatureFlagParent } from '../loaders/feature-flags.js';
import type { Loaders } from '../loaders/index.js';
import { UpstreamError } from '../upstream/errors.js';
import { mutation } from './mutation.js';

/** By Kinde's names, in a Map: a type that Kinde made up, even `constructor`, is none of them. */
const TYPES = new Map([
  ['bool', 'BOOLEAN'],
  ['int', 'INTEGER'],
  ['str', 'STRING'],
] as const);

/** A flag's value in its JSON type: the API sends text for all of them. */
function typedValue({ type, value, key }: FeatureFlagParent): boolean | number | string {
  if (type === 'bool' && (value === 'true' || value === 'false')) return value === 'true';
  if (type === 'int' && Number.isSafeInteger(Number(value)) && value.trim() !== '') {
    return Number(value);
  }
  if (type === 'bool' || type === 'int') {
    throw new UpstreamError('BAD_RESPONSE', `The flag ${key} has a value that is no ${type}`);
  }
  return value;
}

async function findOverride(loaders: Loaders, code: string, key: string) {
  const overrides = await loaders.featureFlags.ofOrganization(code);
  return overrides.find((flag) => flag.key === key) ?? null;
}

export const resolvers = {
  Organization: {
    featureFlags: ({ code }, _, { loaders }) => loaders.featureFlags.ofOrganization(code),
    featureFlag: ({ code }, { key }, { loaders }) => findOverride(loaders, code, key),
  },

  FeatureFlag: {
    type: ({ type }) => TYPES.get(type as 'str') ?? 'STRING',
    value: typedValue,
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

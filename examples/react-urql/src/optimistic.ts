import type { OptimisticMutationConfig } from '@urql/exchange-graphcache';
import type { SetFlagMutationVariables } from './gql/graphql.js';

/** The operation doesn't declare `id`, so urql doesn't send it. */
export type FlagVariables = SetFlagMutationVariables & { id: string };

/** What mutations are expected to return. Graphcache shows it at once, and the real result afterwards. */
export const optimistic: OptimisticMutationConfig = {
  updateFeatureFlagOverride: (_, __, info) => {
    const { id, input } = info.variables as FlagVariables;
    return {
      __typename: 'UpdateFeatureFlagOverridePayload',
      featureFlag: {
        ...{ __typename: 'FeatureFlag', id, key: input.key },
        ...{ source: 'ORGANIZATION', value: input.value },
      },
      userErrors: [],
    };
  },
};

import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { FeatureFlags, NextToken } from '../types.js';

export const featureFlags = {
  environment: endpoint('GET /api/v1/environment/feature_flags', {
    summary:
      'The environment’s feature flags with their values, by key: what an organization may override. No parameter takes the `next_token`.',
    scope: 'read:environment_feature_flags',
    tags: ['flags of the environment'],
    isCatalogue: true,
    returns: t.Object({ feature_flags: FeatureFlags, next_token: NextToken }),
  }),
};

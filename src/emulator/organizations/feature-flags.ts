import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import { success } from '../success.js';

type Operations = 'featureFlags' | 'updateFeatureFlag' | 'deleteFeatureFlag' | 'deleteFeatureFlags';

/** The texts that a flag of each type takes. */
const VALUES: Record<string, RegExp> = { bool: /^(true|false)$/, int: /^-?\d{1,15}$/, str: /^/ };

export const featureFlags: Pick<Handlers['organizations'], Operations> = {
  featureFlags: (state, { org_code }) => {
    const { overrides } = state.organization(org_code);
    return success({
      feature_flags: Object.fromEntries(
        Array.from(overrides, ([key, value]) => [
          key,
          { type: state.featureFlag(key).type, value },
        ]),
      ),
    });
  },

  updateFeatureFlag: (state, { org_code, feature_flag_key, value }) => {
    const { overrides } = state.organization(org_code);
    const { type } = state.featureFlag(feature_flag_key);
    if (!VALUES[type]!.test(value)) {
      // The code is a decision: none is documented for a value that is not of the flag's type.
      throw invalid('INVALID_FEATURE_FLAG_VALUE', `Not a value of type ${type}: ${value}`);
    }
    overrides.set(feature_flag_key, value);
    return success({});
  },

  deleteFeatureFlag: (state, { org_code, feature_flag_key }) => {
    const { overrides } = state.organization(org_code);
    state.featureFlag(feature_flag_key);
    // A decision: as with roles, removing what isn't there is an error.
    if (!overrides.delete(feature_flag_key)) {
      throw invalid(
        'FEATURE_FLAG_OVERRIDE_NOT_FOUND',
        `The organization does not override ${feature_flag_key}`,
      );
    }
    return success({});
  },

  deleteFeatureFlags: (state, { org_code }) => {
    state.organization(org_code).overrides.clear();
    return success({});
  },
};

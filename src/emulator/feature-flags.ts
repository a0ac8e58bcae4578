import type { Handlers } from './handler.js';
import { success } from './success.js';

export const featureFlags: Handlers['featureFlags'] = {
  environment: (state) => success({ feature_flags: Object.fromEntries(state.featureFlags) }),
};

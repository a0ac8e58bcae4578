import { invalid } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { PasskeyMode } from '../organization-settings.js';
import { success } from '../success.js';

/** A decision: the environment leaves passkeys to its users. */
const ENVIRONMENT_POLICY: PasskeyMode = 'optional';

export const organizationSecurity: Handlers['organizationSecurity'] = {
  // A decision: recovery codes are on unless the request says otherwise, as the specification's default.
  updateMfa: (state, { org_code, enabled_factors, is_recovery_codes_enabled = true }) => {
    state.organization(org_code).mfa = { enabled_factors, is_recovery_codes_enabled };
    return success({});
  },

  passkey: (state, { org_code }) =>
    success({
      ...present(state.organization(org_code).passkey),
      environment_policy: ENVIRONMENT_POLICY,
    }),

  updatePasskey: (state, { org_code, ...given }) => {
    const organization = state.organization(org_code);
    const { policy, is_override_environment_passkey_settings: isOverriding } = given;
    if (isOverriding === false) organization.passkey = undefined;
    // A decision: a policy without the switch overrides the environment's.
    else if (policy !== undefined) organization.passkey = policy;
    else throw invalid('PASSKEY_POLICY_REQUIRED', 'policy is required to override');
    return success(present(organization.passkey));
  },

  updateSessions: (state, { org_code, ...changes }) => {
    const { sessions } = state.organization(org_code);
    const { authenticated_session_lifetime: lifetime } = changes;
    // A decision: a session lasts a second at least.
    if (lifetime !== undefined && lifetime < 1) {
      throw invalid('INVALID_SESSION_LIFETIME', 'authenticated_session_lifetime is too short');
    }
    Object.assign(sessions, changes);
    return success({});
  },
};

function present(own: PasskeyMode | undefined) {
  const policy = own ?? ENVIRONMENT_POLICY;
  return {
    enabled: policy !== 'off',
    policy,
    is_override_environment_passkey_settings: own !== undefined,
  };
}

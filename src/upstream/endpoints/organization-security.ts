/** How the members of an organization must sign in. Kinde tells only the passkey policy. */
import { type Static, Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import { flag, Success, text } from '../types.js';

/** The policies are `off`, `optional` and `mandatory`. */
export const PasskeyPolicy = t.Object({
  enabled: flag,
  policy: text,
  is_override_environment_passkey_settings: flag,
  environment_policy: text,
});
export type PasskeyPolicy = Static<typeof PasskeyPolicy>;

export const organizationSecurity = {
  updateMfa: endpoint('PUT /api/v1/organizations/{org_code}/mfa', {
    summary: 'Set the second factors of an organization. No operation reads them.',
    scope: 'update:organization_mfa',
    tags: ['organization {org_code}'],
    body: t.Object({
      enabled_factors: t.Array(
        t.Union([t.Literal('mfa:email'), t.Literal('mfa:sms'), t.Literal('mfa:authenticator_app')]),
      ),
      is_recovery_codes_enabled: t.Optional(t.Boolean()),
    }),
    returns: Success,
  }),

  passkey: endpoint('GET /api/v1/organizations/{org_code}/passkey', {
    summary: 'The passkey policy of an organization, beside the environment’s.',
    scope: 'read:organization_passkey',
    tags: ['passkey {org_code}'],
    returns: PasskeyPolicy,
  }),

  updatePasskey: endpoint('PUT /api/v1/organizations/{org_code}/passkey', {
    summary: 'Set the passkey policy of an organization, or go back to the environment’s.',
    scope: 'update:organization_passkey',
    tags: ['passkey {org_code}'],
    body: t.Object({
      policy: t.Optional(
        t.Union([t.Literal('off'), t.Literal('optional'), t.Literal('mandatory')]),
      ),
      is_override_environment_passkey_settings: t.Optional(t.Boolean()),
    }),
    returns: Success,
  }),

  updateSessions: endpoint('PATCH /api/v1/organizations/{org_code}/sessions', {
    summary: 'Change the session policy of an organization. No operation reads it.',
    scope: 'update:organizations',
    tags: ['organization {org_code}'],
    body: t.Object({
      is_use_org_sso_session_policy: t.Optional(t.Boolean()),
      sso_session_persistence_mode: t.Optional(
        t.Union([t.Literal('persistent'), t.Literal('non_persistent')]),
      ),
      is_use_org_authenticated_session_lifetime: t.Optional(t.Boolean()),
      authenticated_session_lifetime: t.Optional(t.Integer()),
    }),
    returns: Success,
  }),
};

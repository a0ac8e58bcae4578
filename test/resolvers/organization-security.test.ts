/** Sign-in policies of an organization, and its handle, through the door. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();
const organization = () => domain.gateway.emulator.state.organization(domain.organizationCode);
const path = (rest: string) => `/api/v1/organizations/${domain.organizationCode}/${rest}`;
const update = (mutation: string, input: object, fields = 'organization { code }') =>
  domain.mutate(mutation, { organizationCode: domain.organizationCode, ...input }, fields);
const written = () => ({ organization: { code: domain.organizationCode }, userErrors: [] });
const POLICY =
  'organization { passkeyPolicy { isEnabled requirement environmentRequirement isOverridden } }';

describe('the passkey policy', () => {
  test('is overridden and reset to the environment’s, and read after each', async () => {
    const own = await update(
      'updateOrganizationPasskeyPolicy',
      { requirement: 'MANDATORY' },
      POLICY,
    );
    expect(own.organization.passkeyPolicy).toEqual({
      isEnabled: true,
      requirement: 'MANDATORY',
      environmentRequirement: 'OPTIONAL',
      isOverridden: true,
    });
    expect(domain.gateway.emulator.requests[0]?.body).toEqual({
      policy: 'mandatory',
      is_override_environment_passkey_settings: true,
    });
    expect(domain.gateway.calls()).toEqual([`PUT ${path('passkey')}`, `GET ${path('passkey')}`]);
    expect(organization().passkey).toBe('mandatory');

    const inherited = await update('updateOrganizationPasskeyPolicy', {}, POLICY);
    expect(inherited.organization.passkeyPolicy).toMatchObject({
      requirement: 'OPTIONAL',
      isOverridden: false,
    });
    expect(domain.gateway.emulator.requests[0]?.body).toEqual({
      is_override_environment_passkey_settings: false,
    });
  });

  test('needs its own scope, and takes no call without it', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:organizations'],
      'query ($code: ID!) { organization(code: $code) { passkeyPolicy { requirement } } }',
      { code: domain.organizationCode },
    );
    expect(data.organization.passkeyPolicy).toBeNull();
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_passkey' } },
    ]);
    expect(domain.gateway.calls().filter((call) => call.includes('passkey'))).toEqual([]);
  });
});

test('second factors are replaced, each once', async () => {
  const input = {
    enabledFactors: ['EMAIL', 'AUTHENTICATOR_APP', 'EMAIL'],
    allowsRecoveryCodes: false,
  };
  expect(await update('updateOrganizationMfaPolicy', input)).toEqual(written());
  expect(domain.gateway.calls()).toEqual([`PUT ${path('mfa')}`]);
  expect(organization().mfa).toEqual({
    enabled_factors: ['mfa:email', 'mfa:authenticator_app'],
    is_recovery_codes_enabled: false,
  });
});

describe('the session policy', () => {
  test('changes what is given', async () => {
    const input = {
      overridesSsoPolicy: true,
      ssoPersistence: 'NON_PERSISTENT',
      lifetimeSeconds: 60,
    };
    expect(await update('updateOrganizationSessionPolicy', input)).toEqual(written());
    expect(domain.gateway.calls()).toEqual([`PATCH ${path('sessions')}`]);
    expect(organization().sessions).toEqual({
      is_use_org_sso_session_policy: true,
      sso_session_persistence_mode: 'non_persistent',
      authenticated_session_lifetime: 60,
    });
  });

  test('refuses no change before any call, and passes on why Kinde refuses a lifetime', async () => {
    const nothing = await update('updateOrganizationSessionPolicy', { overridesLifetime: null });
    expect(nothing.userErrors).toMatchObject([{ code: 'NO_FIELDS_TO_UPDATE', field: null }]);
    expect(domain.gateway.calls()).toEqual([]);
    const short = await update('updateOrganizationSessionPolicy', { lifetimeSeconds: 0 });
    expect(short.userErrors).toMatchObject([
      {
        code: 'REFUSED_BY_KINDE',
        kindeCode: 'INVALID_SESSION_LIFETIME',
        field: ['lifetimeSeconds'],
      },
    ]);
  });
});

test('the handle is deleted, and read as null', async () => {
  organization().profile.handle = 'acme';
  const payload = await update('deleteOrganizationHandle', {}, 'organization { handle }');
  expect(payload).toEqual({ organization: { handle: null }, userErrors: [] });
  expect(domain.gateway.calls()).toEqual([
    `DELETE /api/v1/organization/${domain.organizationCode}/handle`,
    `GET /api/v1/organization?code=${domain.organizationCode}`,
  ]);
});

test.each([
  ['updateOrganizationMfaPolicy', { enabledFactors: [] }],
  ['updateOrganizationPasskeyPolicy', { requirement: 'OFF' }],
  ['updateOrganizationSessionPolicy', { lifetimeSeconds: 60 }],
  ['deleteOrganizationHandle', {}],
])('%s names an organization that does not exist', async (mutation, input) => {
  const { userErrors } = await update(mutation, { ...input, organizationCode: 'org_none' });
  expect(userErrors).toMatchObject([
    { code: 'NOT_FOUND', kindeCode: 'ORGANIZATION_NOT_FOUND', field: ['organizationCode'] },
  ]);
});

import type {
  PasskeyRequirement,
  Resolvers,
  UpdateOrganizationMfaPolicyInput,
  UpdateOrganizationPasskeyPolicyInput,
  UpdateOrganizationSessionPolicyInput,
} from '../generated/resolvers.js';
import { InputError } from '../graphql/user-errors.js';
import { mutation } from './mutation.js';

const FACTORS = {
  EMAIL: 'mfa:email',
  SMS: 'mfa:sms',
  AUTHENTICATOR_APP: 'mfa:authenticator_app',
} as const;

const REQUIREMENTS: ReadonlyMap<string | null | undefined, PasskeyRequirement> = new Map([
  ['off', 'OFF'],
  ['optional', 'OPTIONAL'],
  ['mandatory', 'MANDATORY'],
]);

/** Throws an InputError when none of the values is given. */
function requireChange(values: object): void {
  if (Object.values(values).some((value) => value != null)) return;
  throw new InputError([
    { message: 'There is nothing to change.', code: 'NO_FIELDS_TO_UPDATE', field: null },
  ]);
}

export const resolvers = {
  Organization: {
    passkeyPolicy: ({ code }, _, { loaders }) => loaders.organizationSecurity.passkey(code),
  },

  PasskeyPolicy: {
    isEnabled: ({ enabled }) => enabled,
    requirement: ({ policy }) => REQUIREMENTS.get(policy) ?? null,
    environmentRequirement: ({ environment_policy }) =>
      REQUIREMENTS.get(environment_policy) ?? null,
    isOverridden: (policy) => policy.is_override_environment_passkey_settings,
  },

  Mutation: {
    updateOrganizationMfaPolicy: mutation(
      { organization: null },
      async (input: UpdateOrganizationMfaPolicyInput, { upstream }) => {
        await upstream.organizationSecurity.updateMfa({
          org_code: input.organizationCode,
          enabled_factors: [...new Set(input.enabledFactors)].map((factor) => FACTORS[factor]),
          is_recovery_codes_enabled: input.allowsRecoveryCodes ?? undefined,
        });
        return { organization: { code: input.organizationCode } };
      },
    ),

    updateOrganizationPasskeyPolicy: mutation(
      { organization: null },
      async (input: UpdateOrganizationPasskeyPolicyInput, { upstream }) => {
        const { organizationCode, requirement } = input;
        await upstream.organizationSecurity.updatePasskey({
          org_code: organizationCode,
          // Without a requirement of its own, an organization goes back to the environment's.
          ...(requirement == null
            ? {}
            : { policy: requirement.toLowerCase() as Lowercase<PasskeyRequirement> }),
          is_override_environment_passkey_settings: requirement != null,
        });
        return { organization: { code: organizationCode } };
      },
    ),

    updateOrganizationSessionPolicy: mutation(
      { organization: null },
      async (
        { organizationCode, ...changes }: UpdateOrganizationSessionPolicyInput,
        { upstream },
      ) => {
        requireChange(changes);
        const { ssoPersistence, lifetimeSeconds } = changes;
        await upstream.organizationSecurity.updateSessions({
          org_code: organizationCode,
          is_use_org_sso_session_policy: changes.overridesSsoPolicy ?? undefined,
          sso_session_persistence_mode:
            ssoPersistence == null
              ? undefined
              : (ssoPersistence.toLowerCase() as Lowercase<typeof ssoPersistence>),
          is_use_org_authenticated_session_lifetime: changes.overridesLifetime ?? undefined,
          authenticated_session_lifetime: lifetimeSeconds ?? undefined,
        });
        return { organization: { code: organizationCode } };
      },
    ),
  },
} satisfies Resolvers;

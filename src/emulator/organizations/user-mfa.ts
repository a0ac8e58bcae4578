import { KindeError } from '../errors.js';
import type { Handlers } from '../handler.js';
import type { Random } from '../seed/random.js';
import type { MfaFactorRecord, State, UserRecord } from '../state.js';
import { success } from '../success.js';

export const organizationUserMfa: Handlers['organizationUserMfa'] = {
  // Decisions: of several factors the first is sent, and without one the response omits `mfa`.
  factors: (state, { org_code, user_id }) => {
    const [mfa] = factorsOf(state, org_code, user_id).values();
    return success({ ...(mfa && { mfa }) });
  },

  reset: (state, { org_code, user_id, factor_id }) => {
    if (!factorsOf(state, org_code, user_id).delete(factor_id)) {
      // The code is a decision: only the status is documented.
      throw new KindeError(404, 'MFA_FACTOR_NOT_FOUND', 'MFA factor not found');
    }
    return success({});
  },

  // A decision: resetting the factors of a member without any is a success that changes nothing.
  resetAll: (state, { org_code, user_id }) => {
    factorsOf(state, org_code, user_id).clear();
    return success({});
  },
};

/** A decision: a person has the same factors in every organization. */
function factorsOf(state: State, code: string, userId: string): Map<string, MfaFactorRecord> {
  const { user } = state.member(code, userId);
  let factors = state.mfaFactors.get(user.id);
  if (factors === undefined) state.mfaFactors.set(user.id, (factors = new Map()));
  return factors;
}

/** Two in five people have a factor, and some of them two. */
export function seedMfaFactors(
  state: State,
  { id, email, created_on }: UserRecord,
  chance: Random,
) {
  if (!chance.chance(40)) return;
  const factors = new Map<string, MfaFactorRecord>();
  const types = chance.chance(25) ? ['authenticator_app', 'email'] : ['authenticator_app'];
  for (const type of types) {
    const factor: MfaFactorRecord = {
      id: `mfa_${chance.hex(32)}`,
      type,
      created_on: created_on!,
      name: type === 'email' && email ? email : 'Authenticator app',
      is_verified: true,
      usage_count: chance.below(50),
    };
    factors.set(factor.id, factor);
  }
  state.mfaFactors.set(id, factors);
}

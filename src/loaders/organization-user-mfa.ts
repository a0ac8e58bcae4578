import type { MfaFactor } from '../upstream/endpoints/organization-user-mfa.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import { EntryIndex, type Entry } from './shared-reads.js';
import type { Sources } from './sources.js';
import type { MemberReference } from './users.js';

export type MfaFactorParent = MfaFactor & MemberReference;

interface MfaFactorReference extends MemberReference {
  factor_id: string;
}

export function createOrganizationUserMfaLoaders({
  upstream: { organizationUserMfa },
  reads,
}: Sources) {
  const ofMember = reads.one(
    async ({ org_code, user_id }: MemberReference): Promise<Entry<MfaFactorParent>[]> => {
      const member = { org_code, user_id };
      const { mfa } = await organizationUserMfa.factors(member).catch((error: unknown) => {
        if (saysNone(error)) return { mfa: null };
        throw error;
      });
      return [mfa ?? []]
        .flat()
        .map((factor) => (factor instanceof UpstreamError ? factor : { ...factor, ...member }));
    },
    ({ org_code, user_id }) => `${org_code} ${user_id}`,
  );

  return {
    /** The second factors of a member: a call for each member. */
    ofMember,
    /** One of them, or null when the member or the factor doesn't exist. */
    find: async ({ factor_id, ...member }: MfaFactorReference): Promise<MfaFactorParent | null> => {
      const factors = await ofMember(member).catch((error: unknown) => {
        if (hasFailed(error, 'NOT_FOUND')) return [];
        throw error;
      });
      const index = new EntryIndex<MfaFactorParent>(({ id }) => id);
      index.add(factors);
      return index.find(factor_id);
    },
  };
}

/**
 * Returns whether Kinde says that a member has no factor. It isn't documented how: any other 404 stays
 * an error, since it may mean something else.
 */
const saysNone = (error: unknown): boolean =>
  error instanceof UpstreamError &&
  error.failure === 'NOT_FOUND' &&
  error.reasons.some(({ code }) => /MFA|FACTOR/.test(code));

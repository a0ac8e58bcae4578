/** Tests whether a user is a member, with one call. */
import { endpoints } from '../upstream/endpoints/index.js';
import { hasFailed } from '../upstream/errors.js';
import { ifPermitted } from './scopes.js';
import type { Sources } from './sources.js';

/** A user in an organization. */
export interface MemberReference {
  org_code: string;
  user_id: string;
}

/** How many memberships of one organization are tested by a call each. */
const MAX_SINGLE_TESTS = 3;

export const nameOfMember = ({ org_code, user_id }: MemberReference) => `${org_code} ${user_id}`;

/** Returns users by the code of their organization. */
export function byOrganization(
  members: readonly MemberReference[],
): ReadonlyMap<string, MemberReference[]> {
  const found = new Map<string, MemberReference[]>();
  for (const member of members) {
    const others = found.get(member.org_code);
    if (others === undefined) found.set(member.org_code, [member]);
    else others.push(member);
  }
  return found;
}

/**
 * Creates a read of whether a user is a member. A few are tested by a call each, for the user's roles in
 * the organization. More of them are looked for in its list, which has 500 members a call.
 */
export function createMembershipTest(
  { granted, reads }: Pick<Sources, 'granted' | 'reads'>,
  /** Throws NOT_FOUND for a user who is no member. */
  rolesOf: (member: MemberReference) => Promise<unknown>,
  /** Returns null for a user whom the list doesn't have. */
  inList: (member: MemberReference) => Promise<object | null>,
): (member: MemberReference) => Promise<boolean> {
  const byList = async (member: MemberReference) => (await inList(member)) !== null;

  const byRoles = async (member: MemberReference) => {
    try {
      await rolesOf(member);
      return true;
    } catch (error) {
      if (hasFailed(error, 'NOT_FOUND')) return false;
      throw error;
    }
  };

  const tests = reads.batch<MemberReference, boolean>(
    async (members) => {
      const tested = byOrganization(members);
      return members.map((member) =>
        tested.get(member.org_code)!.length > MAX_SINGLE_TESTS
          ? byList(member)
          : ifPermitted(
              granted,
              endpoints.organizations.userRoles,
              () => byRoles(member),
              () => byList(member),
            ),
      );
    },
    { nameOf: nameOfMember },
  );
  return tests.load;
}

/** The roles of members: from a call for each or, for many of one organization, from its list. */
import { UpstreamError } from '../upstream/errors.js';
import type { OrganizationUserRole } from '../upstream/types.js';
import { MEMBERS_PER_PAGE, searchRoles, type RolesByUser } from './current-roles.js';
import { wholeList, type Member, type MemberList } from './member-lists.js';
import { byOrganization, nameOfMember, type MemberReference } from './membership-test.js';
import { pagesOf } from './pagination.js';
import type { Entry, ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';

/** A member's role: with id and name where the member's own read told it, else with the member. */
type MemberRole = Pick<OrganizationUserRole, 'key'> &
  Partial<OrganizationUserRole> & { member?: MemberReference };

export type MemberRoles = readonly Entry<MemberRole>[];

/**
 * Creates a read of members' roles. Where many members of one organization are wanted, it reads the
 * organization's list, which has 500 members a call, up to a page for every MEMBERS_PER_PAGE of them.
 * Those whose roles that doesn't tell are read by a call for each.
 */
export function createMemberRoles(
  reads: Sources['reads'],
  /** Reads a page of an organization's members. */
  page: ReadPage<MemberList, Member>,
  /** Reads one member's roles. */
  ofMember: (member: MemberReference) => Promise<MemberRoles>,
): (member: MemberReference) => Promise<MemberRoles> {
  /** By organization, how many members were wanted. Long lists of them are completed in parts. */
  const asked = reads.state(() => new Map<string, number>());

  /** Returns undefined where the members are too few. */
  function inList(org_code: string, members: readonly MemberReference[]) {
    const count = (asked().get(org_code) ?? 0) + members.length;
    asked().set(org_code, count);
    const maxPages = Math.floor(count / MEMBERS_PER_PAGE);
    const user_ids = members.map(({ user_id }) => user_id);
    return maxPages === 0 ? undefined : search(org_code, user_ids, maxPages);
  }

  async function search(
    org_code: string,
    user_ids: readonly string[],
    maxPages: number,
  ): Promise<RolesByUser> {
    try {
      return (await searchRoles(pagesOf(page, wholeList(org_code)), user_ids, maxPages)).found;
    } catch (error) {
      // Each member's own read then succeeds or tells what is wrong.
      if (error instanceof UpstreamError) return new Map();
      throw error;
    }
  }

  async function found(member: MemberReference, roles: Promise<RolesByUser>): Promise<MemberRoles> {
    const keys = (await roles).get(member.user_id);
    return keys === undefined ? ofMember(member) : Array.from(keys, (key) => ({ key, member }));
  }

  const roles = reads.batch<MemberReference, MemberRoles>(
    async (members) => {
      const lists = new Map(
        [...byOrganization(members)].map(([code, each]) => [code, inList(code, each)]),
      );
      return members.map((member) => {
        const list = lists.get(member.org_code);
        return list === undefined ? ofMember(member) : found(member, list);
      });
    },
    { nameOf: nameOfMember },
  );
  return roles.load;
}

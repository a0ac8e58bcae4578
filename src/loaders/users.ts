import { endpoints } from '../upstream/endpoints/index.js';
import { UpstreamError } from '../upstream/errors.js';
import { isId } from '../upstream/id.js';
import type { OrganizationUser, User } from '../upstream/types.js';
import { wholeList, type Member, type MemberList, type MemberLists } from './member-lists.js';
import { createMemberRoles, type MemberRoles } from './member-roles.js';
import {
  byOrganization,
  createMembershipTest,
  nameOfMember,
  type MemberReference,
} from './membership-test.js';
import type { EntryTraits } from './page-run.js';
import { pagesOf } from './pagination.js';
import type { UserParent } from './people.js';
import { ifPermitted } from './scopes.js';
import { EntryIndex, nextToken, type BatchedRead, type ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';

export type { Member, MemberList } from './member-lists.js';
export type { MemberReference } from './membership-test.js';

export type OrganizationUserParent = Member;

export const memberTraits: EntryTraits<MemberList, Member> = {
  keyOf: ({ user_id }) => user_id,
  orderOf: ({ sort }) =>
    sort && {
      textOf: sort.startsWith('name') ? ({ full_name }) => full_name : ({ email }) => email,
      isDescending: sort.endsWith('_desc'),
    },
};

/** The part of a member that the person has in every organization. */
export type Profile = Pick<
  Partial<OrganizationUser>,
  'email' | 'full_name' | 'first_name' | 'last_name' | 'picture'
>;

/**
 * What Kinde knows about a user: a member of the organization, no member, or unknown. ABSENT is no
 * member about whom the token may read no more.
 */
export type Standing = 'MEMBER' | 'NO_MEMBER' | 'UNKNOWN' | 'ABSENT';

export function createUserLoaders(
  { upstream: { organizations }, granted, reads }: Sources,
  /** Reads a person by the id. */
  findPerson: (id: string) => Promise<User | null>,
  /** Reads a member's roles; throws NOT_FOUND for a user who is no member. */
  rolesOf: (member: MemberReference) => Promise<MemberRoles>,
  /** What the operation has seen of lists, which each page adds to. */
  lists: () => MemberLists,
) {
  const page = reads.pages<MemberList, Member>(async (request) => {
    const { list, size, token } = request;
    const response = await organizations.users({ ...list, page_size: size, next_token: token });
    const entries = response.organization_users.map((entry) =>
      entry instanceof UpstreamError ? entry : memberOf(list.org_code, entry),
    );
    for (const entry of entries) if (!(entry instanceof UpstreamError)) members.prime(entry, entry);
    const read = { entries, next: nextToken(response.next_token), size };
    lists().notePage(request, read);
    return read;
  });

  const members = createMemberSearch(reads, page);

  const isMemberByCall = createMembershipTest({ granted, reads }, rolesOf, members.load);

  /** From the batch read of people or, where the token may not make it, from the organization's list. */
  function viaPeople<T>(
    member: MemberReference,
    fromPerson: (person: User | null) => T,
    fromMember: (member: Member | null) => T,
  ): Promise<T> {
    return ifPermitted(
      granted,
      endpoints.users.list,
      async () => fromPerson(await findPerson(member.user_id)),
      async () => fromMember(await members.load(member)),
    );
  }

  return {
    /** A page of an organization's users. */
    page,
    /** The membership as the organization's list carries it, or null when there is none. */
    membership: members.load,
    /** A member's roles: a call for each member, or fewer for many members of one organization. */
    roles: createMemberRoles(reads, page, rolesOf),
    /** The person's e-mail address, names and picture, or null when there is no such person. */
    profile: (member: MemberReference) =>
      viaPeople<Profile | null>(
        member,
        (person) => person,
        (found) => found,
      ),
    /** Returns what Kinde knows about a user; undefined where it doesn't say. */
    standing: (member: MemberReference) =>
      viaPeople<Standing | undefined>(
        member,
        (person) => standingOf(person, member.org_code),
        (found) => (found === null ? 'ABSENT' : 'MEMBER'),
      ),
    /** The member, or null when the user is not a member of the organization. */
    find: async ({ org_code, user_id }: MemberReference): Promise<Member | null> => {
      if (!isId(org_code) || !isId(user_id)) return null;
      const member = { org_code, user_id };
      const isMember = await ifPermitted<boolean | undefined>(
        granted,
        endpoints.users.list,
        async () => {
          const person = await findPerson(user_id);
          return person === null ? false : isIn(person.organizations, org_code);
        },
        async () => undefined,
      );
      return (isMember ?? (await isMemberByCall(member))) ? member : null;
    },
  };
}

/**
 * Returns a list's entry as a member. The entry is in the cache, so it is copied. V8 copies ten times
 * slower into an object that gets its own properties last; they are set again over those of an entry
 * that has properties of these names.
 */
function memberOf(org_code: string, entry: OrganizationUser): Member {
  const member: Member = { org_code, user_id: entry.id, ...entry };
  member.org_code = org_code;
  member.user_id = entry.id;
  return member;
}

/** The API has no read for one member's details: the organization's list is walked until all are found. */
function createMemberSearch(
  reads: Sources['reads'],
  page: ReadPage<MemberList, Member>,
): BatchedRead<MemberReference, Member | null> {
  return reads.batch<MemberReference, Member | null>(
    async (references) => {
      const searches = new Map(
        [...byOrganization(references)].map(([code, each]) => [
          code,
          findMembers(page, code, each),
        ]),
      );
      return references.map(({ org_code, user_id }) =>
        searches.get(org_code)!.then((members) => members.find(user_id)),
      );
    },
    { nameOf: nameOfMember },
  );
}

/** Returns whether a person is in an organization; undefined where Kinde doesn't say. */
function isIn(codes: User['organizations'], code: string): boolean | undefined {
  if (codes == null) return undefined;
  if (codes.includes(code)) return true;
  return codes.some((entry) => entry instanceof UpstreamError) ? undefined : false;
}

/** Returns a person as a member of one of the organizations that it is in. */
export const asMember = (person: UserParent, org_code: string): Member => ({
  org_code,
  user_id: person.id,
  email: person.email,
  first_name: person.first_name,
  last_name: person.last_name,
  full_name: fullName(person),
  picture: person.picture,
});

/**
 * Returns a person's full name. The batch read of people has none, the list of members has: it is made
 * of the other two wherever they are known, so that it is the same by either way.
 */
export function fullName({ first_name, last_name, full_name }: Profile): string | null {
  const names = [first_name, last_name].filter((name) => name != null && name !== '');
  return names.join(' ') || full_name || null;
}

/** Finds members by reading an organization's list until all of them are found. */
async function findMembers(
  page: ReadPage<MemberList, Member>,
  org_code: string,
  wanted: readonly MemberReference[],
): Promise<EntryIndex<Member>> {
  const index = new EntryIndex<Member>(({ user_id }) => user_id);
  const ids = wanted.map(({ user_id }) => user_id);
  for await (const { entries } of pagesOf(page, wholeList(org_code))) {
    index.add(entries);
    if (index.hasAll(ids)) break;
  }
  return index;
}

function standingOf(person: User | null, org_code: string): Standing | undefined {
  if (person === null) return 'UNKNOWN';
  if (person.organizations == null) return undefined;
  return person.organizations.includes(org_code) ? 'MEMBER' : 'NO_MEMBER';
}

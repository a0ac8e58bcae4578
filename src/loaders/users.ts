import { endpoints } from '../upstream/endpoints/index.js';
import { MAX_BULK_USERS } from '../upstream/endpoints/organizations.js';
import { UpstreamError } from '../upstream/errors.js';
import { isId } from '../upstream/id.js';
import type { OrganizationUser, User } from '../upstream/types.js';
import type { Sort } from './organizations.js';
import type { EntryTraits } from './page-run.js';
import { pagesOf } from './pagination.js';
import { ifPermitted } from './scopes.js';
import { nextToken, type ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';

/** Which person in which organization. */
export interface MemberReference {
  org_code: string;
  user_id: string;
}

/** A member as far as what led here carries it: at least the person and the organization. */
export type Member = MemberReference & Partial<OrganizationUser>;
export type OrganizationUserParent = Member;

/** What identifies a list of an organization's users; roles and permissions are comma separated. */
export interface MemberList {
  org_code: string;
  sort: Sort | undefined;
  roles: string | undefined;
  permissions: string | undefined;
}

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

export function createUserLoaders({ upstream: { organizations, users }, granted, reads }: Sources) {
  const page = reads.pages<MemberList, Member>(async ({ list, size, token }) => {
    const answer = await organizations.users({ ...list, page_size: size, next_token: token });
    const entries = answer.organization_users.map((entry) =>
      entry instanceof UpstreamError
        ? entry
        : Object.assign(entry, { org_code: list.org_code, user_id: entry.id }),
    );
    for (const entry of entries) if (!(entry instanceof UpstreamError)) members.prime(entry, entry);
    return { entries, next: nextToken(answer.next_token), size };
  });

  /** The API has no read for one member: the organization's list is walked until all are found. */
  const members = reads.batch<MemberReference, Member | null>(
    async (references) => {
      const wanted = new Map<string, Set<string>>();
      for (const { org_code, user_id } of references) {
        wanted.set(org_code, (wanted.get(org_code) ?? new Set()).add(user_id));
      }
      const searches = new Map(
        [...wanted].map(([org_code, ids]) => [org_code, findMembers(page, org_code, ids)]),
      );
      return references.map(({ org_code, user_id }) =>
        searches.get(org_code)!.then((found) => found.get(user_id) ?? null),
      );
    },
    { nameOf: ({ org_code, user_id }) => `${org_code} ${user_id}` },
  );

  const people = createPeopleLoader({ upstream: { users }, reads });

  /** From the batch read of people or, where the token may not make it, from the organization's list. */
  function viaPeople<T>(
    member: MemberReference,
    fromPerson: (person: User | null) => T,
    fromMember: (member: Member | null) => T,
  ): Promise<T> {
    return ifPermitted(
      granted,
      endpoints.users.list,
      async () => fromPerson(await people.load(member.user_id)),
      async () => fromMember(await members.load(member)),
    );
  }

  return {
    /** A page of an organization's users. */
    page,
    /** The membership as the organization's list carries it, or null when there is none. */
    membership: members.load,
    /** The person's e-mail address, names and picture, or null when there is no such person. */
    profile: (member: MemberReference) =>
      viaPeople<Profile | null>(
        member,
        (person) => person && { ...person, full_name: fullName(person) },
        (found) => found,
      ),
    /** The reference as a member, or null when the person is not one of the organization. */
    find: async ({ org_code, user_id }: MemberReference): Promise<Member | null> => {
      if (!isId(org_code) || !isId(user_id)) return null;
      const isMember = await viaPeople(
        { org_code, user_id },
        (person) => person?.organizations?.includes(org_code) === true,
        (found) => found !== null,
      );
      return isMember ? { org_code, user_id } : null;
    },
  };
}

/** The batch read has no full name; the list of members does. */
function fullName({ first_name, last_name }: User): string | null {
  return [first_name, last_name].filter((name) => name != null && name !== '').join(' ') || null;
}

/** Finds members by reading an organization's list until all of them are found. */
async function findMembers(
  page: ReadPage<MemberList, Member>,
  org_code: string,
  wanted: Set<string>,
): Promise<Map<string, Member>> {
  const found = new Map<string, Member>();
  const list = { org_code, sort: undefined, roles: undefined, permissions: undefined };
  for await (const { entries } of pagesOf(page, list)) {
    for (const entry of entries) {
      if (!(entry instanceof UpstreamError) && wanted.delete(entry.user_id)) {
        found.set(entry.user_id, entry);
      }
    }
    if (wanted.size === 0) break;
  }
  return found;
}

/** Loads people by their ids, a hundred a call, so that the URL stays under 4 KB. */
function createPeopleLoader({
  upstream: { users },
  reads,
}: Pick<Sources, 'reads'> & { upstream: Pick<Sources['upstream'], 'users'> }) {
  return reads.batch<string, User | null>(
    async (ids) => {
      const answer = await users.list({
        user_id: ids.join(','),
        page_size: ids.length,
        expand: 'organizations',
      });
      const found = new Map<string, User>();
      for (const user of answer.users) {
        if (!(user instanceof UpstreamError)) found.set(user.id, user);
      }
      return ids.map((id) => found.get(id) ?? null);
    },
    { nameOf: (id) => id, maxBatchSize: MAX_BULK_USERS },
  );
}

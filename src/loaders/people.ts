/** The people of the environment, whether they are members of an organization or not. */
import { MAX_BULK_USERS } from '../upstream/endpoints/organizations.js';
import { UpstreamError } from '../upstream/errors.js';
import { isId } from '../upstream/id.js';
import { User } from '../upstream/types.js';
import type { EntryTraits } from './page-run.js';
import { EntryIndex, nextToken, type BatchedRead, type Entry, type Page } from './shared-reads.js';
import type { Sources } from './sources.js';

/** A person with the properties that the read before returned: at least the id. */
export type UserParent = Pick<User, 'id'> & Partial<User>;

/** A list of people: by address, name or number, by a search, or all. */
export type PeopleList = Partial<Record<'email' | 'username' | 'phone' | 'search', string>>;

/** People are listed in Kinde's own order, which is not documented. */
export const peopleTraits: EntryTraits<PeopleList, UserParent> = {
  keyOf: ({ id }) => id,
  orderOf: () => undefined,
};

/** Organizations are always included, so that `memberships` takes no further call. */
const expand = 'organizations';

/**
 * The largest page of a search. It ends with the first page that is shorter than asked for, and smaller
 * pages than this are not known to be cut without saying so.
 */
const MAX_SEARCH_PAGE = 100;

/** What a list leaves out, as APIs do with null, is null: it takes no call of its own. */
const UNSAID = Object.fromEntries(Object.keys(User.properties).map((name) => [name, null]));

const saidOrNull = (user: User): User => ({ ...UNSAID, ...user });

/** The same for results of a search. They never have telephone numbers, which take a call of their own. */
function saidByASearch(user: User): UserParent {
  const { phone, ...rest } = saidOrNull(user);
  return phone === null ? rest : { ...rest, phone };
}

function mapUsable<T, R>(entries: readonly Entry<T>[], map: (entry: T) => R): Entry<R>[] {
  return entries.map((entry) => (entry instanceof UpstreamError ? entry : map(entry)));
}

export function createPeopleLoaders({ upstream: { users }, reads, maxPageSize }: Sources) {
  const byId = createBatchedPeople(users, reads);

  async function listPage(
    list: PeopleList,
    size: number,
    token: string | undefined,
  ): Promise<Page<UserParent>> {
    const response = await users.list({ ...list, page_size: size, next_token: token, expand });
    const entries = mapUsable(response.users, saidOrNull);
    for (const entry of entries) if (!(entry instanceof UpstreamError)) byId.prime(entry.id, entry);
    return { entries, next: nextToken(response.next_token), size };
  }

  /** Searches have no page tokens: a page starts after the last id of the one before. */
  async function searchPage(
    query: string,
    size: number,
    starting_after: string | undefined,
  ): Promise<Page<UserParent>> {
    // One more than wanted, to know whether others follow.
    const page_size = Math.min(size + 1, MAX_SEARCH_PAGE);
    const { results } = await users.search({ query, page_size, starting_after, expand });
    const isLast = results.length < Math.min(page_size, maxPageSize());
    const last = results.findLast((entry): entry is User => !(entry instanceof UpstreamError));
    const entries = mapUsable(results, saidByASearch);
    return { entries, next: isLast ? undefined : last?.id, size };
  }

  return {
    /** A page of people. */
    page: reads.pages<PeopleList, UserParent>(({ list, size, token }) =>
      list.search === undefined
        ? listPage(list, size, token)
        : searchPage(list.search, size, token),
    ),
    /** The person with this id, or null when there is none. */
    find: async (id: string): Promise<User | null> => (isId(id) ? byId.load(id) : null),
  };
}

/** Loads people by their ids, a hundred a call, so that the URL stays under 4 KB. */
function createBatchedPeople(
  users: Sources['upstream']['users'],
  reads: Sources['reads'],
): BatchedRead<string, User | null> {
  return reads.batch<string, User | null>(
    async (ids) => {
      const index = new EntryIndex<User>(({ id }) => id);
      const query = { user_id: ids.join(','), page_size: ids.length, expand };
      let token: string | undefined;
      // In one page, unless Kinde accepts smaller ones only.
      for (let page = 0; page < ids.length; page++) {
        const response = await users.list({ ...query, next_token: token });
        index.add(response.users);
        const next = nextToken(response.next_token);
        if (next === undefined || index.hasAll(ids)) break;
        if (next instanceof UpstreamError) throw next;
        token = next;
      }
      return ids.map((id) => index.find(id));
    },
    { nameOf: (id) => id, maxBatchSize: MAX_BULK_USERS },
  );
}

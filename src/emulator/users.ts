import { invalid } from './errors.js';
import type { Handlers } from './handler.js';
import { success } from './success.js';
import type { UserRecord } from './state.js';

const EXPANSIONS = ['organizations', 'identities', 'billing'];
const SEARCH_EXPANSIONS = ['organizations', 'identities', 'properties'];

export const users: Handlers['users'] = {
  list: (state, { page_size, next_token, expand, ...filters }) => {
    const expansions = expansionsIn(expand, EXPANSIONS);
    const page = state.users.page(
      `users ${JSON.stringify(filters)}`,
      'id_asc',
      { page_size, next_token },
      { ids: given(filters.user_id), matches: matching(filters) },
    );
    return success({
      users: page.items.map((user) => present(user, expansions)),
      next_token: page.next_token,
    });
  },

  refreshClaims: (state, { user_id }) => {
    state.claimRefreshes.push(state.user(user_id).id);
    return success({});
  },

  // Decisions: sorted by id, and an unknown id to start after is refused.
  search: (state, { page_size = 10, query = '*', starting_after, expand }) => {
    const expansions = expansionsIn(expand, SEARCH_EXPANSIONS);
    if (starting_after !== undefined && !state.users.has(starting_after)) {
      throw invalid('INVALID_STARTING_AFTER', 'There is no user to start after');
    }
    const found = [...state.users.values()]
      .filter(({ id }) => starting_after === undefined || id > starting_after)
      .filter(query === '*' ? () => true : mentions(query))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return success({
      results: found.slice(0, page_size).map((user) => {
        // The specification has no telephone number in what a search finds.
        const { phone: _, ...rest } = present(user, expansions);
        return expansions.includes('properties') ? { ...rest, properties: {} } : rest;
      }),
    });
  },
};

function expansionsIn(expand: string | undefined, known: readonly string[]): string[] {
  const expansions = separated(expand);
  for (const expansion of expansions) {
    if (!known.includes(expansion)) {
      throw invalid('INVALID_EXPAND', `Cannot expand users by ${expansion}`);
    }
  }
  return expansions;
}

/** A decision: the text may be anywhere in the name or the e-mail address, in any case. */
function mentions(query: string): (user: UserRecord) => boolean {
  const text = query.toLowerCase();
  return ({ full_name, email = '' }) =>
    [full_name, email].some((value) => value?.toLowerCase().includes(text));
}

/** Returns the values of a comma-separated parameter. */
export const separated = (text: string | undefined) => (text ?? '').split(',').filter(Boolean);

/** A decision: a filter that names nothing filters nothing. */
function given(text: string | undefined): string[] | undefined {
  const texts = separated(text);
  return texts.length > 0 ? texts : undefined;
}

interface Filters {
  email?: string;
  username?: string;
  phone?: string;
  has_organization?: boolean;
  active_since?: string;
}

/** A decision: filters that are given together must all match. */
function matching(filters: Filters): (user: UserRecord) => boolean {
  const tests: ((user: UserRecord) => boolean)[] = [];
  const among = (text: string | undefined, of: (user: UserRecord) => string | null | undefined) => {
    const wanted = given(text);
    if (wanted) tests.push((user) => wanted.includes(of(user) ?? ''));
  };
  among(filters.email, ({ email }) => email);
  among(filters.username, ({ username }) => username);
  among(filters.phone, ({ phone }) => phone);
  if (filters.has_organization !== undefined) {
    tests.push(({ organizations }) => organizations.length > 0 === filters.has_organization);
  }
  if (filters.active_since !== undefined) {
    const since = Date.parse(filters.active_since);
    if (Number.isNaN(since)) {
      throw invalid('INVALID_ACTIVE_SINCE', 'active_since is not a date and time');
    }
    tests.push(({ last_signed_in }) => !!last_signed_in && Date.parse(last_signed_in) >= since);
  }
  return (user) => tests.every((test) => test(user));
}

function present(record: UserRecord, expansions: string[]) {
  const { full_name: _, organizations, ...user } = record;
  return {
    ...user,
    ...(expansions.includes('organizations') && { organizations }),
    ...(expansions.includes('identities') && { identities: identities(record) }),
    ...(expansions.includes('billing') && { billing: {} }),
  };
}

function identities({ email, phone, username }: UserRecord) {
  return Object.entries({ email, phone, username }).flatMap(([type, identity]) =>
    identity ? [{ type, identity, connection_id: null }] : [],
  );
}

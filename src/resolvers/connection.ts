/** Relay connections over lists that the API pages by token. */
import { badUserInput } from '../graphql/errors.js';
import type { Entry, ReadPage } from '../loaders/shared-reads.js';
import { START, walk } from '../loaders/pagination.js';
import { decodeCursor, encodeCursor } from './cursor.js';

/** The most that one field reads: ten pages of the API. */
export const MAX_FIRST = 5_000;

export interface Connection<T> {
  entries: Entry<T>[];
  cursorOf: (index: number) => string;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

interface Arguments {
  first?: number | null;
  after?: string | null;
}

/**
 * The asked-for part of a list. `identity` is what a cursor of the list belongs to, and `listIn` the
 * list in an order: the one asked for or, where none is, the one that the cursor holds.
 */
export async function connection<L, T, S extends string = never>(
  { first, after }: Arguments,
  load: ReadPage<L, T>,
  identity: readonly unknown[],
  listIn: (sort: S | undefined) => L,
  sort?: S,
): Promise<Connection<T>> {
  const wanted = first ?? 10;
  if (wanted < 1 || wanted > MAX_FIRST) {
    throw badUserInput(`\`first\` must be between 1 and ${MAX_FIRST}.`);
  }
  const from =
    after == null ? { position: START, sort } : decodeCursor<S>(after, { list: identity, sort });
  const { entries, positions, hasMore } = await walk(
    load,
    listIn(from.sort),
    from.position,
    wanted,
  );
  return {
    entries,
    cursorOf: (index) => encodeCursor({ list: identity, sort: from.sort }, positions[index]!),
    hasNextPage: hasMore,
    hasPreviousPage: after != null,
  };
}

/** The resolvers of every connection type. An entry that is an error is reported at its path. */
export const connectionResolvers = {
  edges: <T>({ entries, cursorOf }: Connection<T>) =>
    entries.map((entry, index) => ({ cursor: cursorOf(index), node: entry as T })),
  nodes: <T>({ entries }: Connection<T>) => entries as T[],
  pageInfo: ({ entries, cursorOf, hasNextPage, hasPreviousPage }: Connection<unknown>) => ({
    hasNextPage,
    hasPreviousPage,
    startCursor: entries.length === 0 ? null : cursorOf(0),
    endCursor: entries.length === 0 ? null : cursorOf(entries.length - 1),
  }),
};

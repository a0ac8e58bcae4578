/** Relay connections over lists that the API pages by token. */
import type { TextSeal } from '../graphql/context.js';
import { badUserInput } from '../graphql/errors.js';
import type { EntryTraits, Position } from '../loaders/page-run.js';
import { walk } from '../loaders/pagination.js';
import type { Entry, ReadPage } from '../loaders/shared-reads.js';
import { decodeCursor, encodeCursor, fingerprintsBy } from './cursor.js';

/** The most entries that one field reads: ten pages of the API. */
export const MAX_FIRST = 5_000;

export interface Connection<T> {
  entries: Entry<T>[];
  cursorOf: (index: number) => string;
  /** Returns the cursor of the next page: after the last entry, unless entries that don't match follow it. */
  endCursor: () => string | null;
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

interface Arguments<S> {
  first?: number | null;
  after?: string | null;
  sort?: S | undefined;
}

/** A list that is served as a connection. */
interface ConnectionSource<L, T, S extends string> {
  load: ReadPage<L, T>;
  traits: EntryTraits<L, T>;
  /** What a cursor of the list belongs to: its field, its owner and its filters. */
  identity: readonly unknown[];
  /** Returns the list in an order: the one asked for or else the one that the cursor holds. */
  listIn: (sort: S | undefined) => L;
  /** The gateway's own filter, where Kinde has none. */
  matches?: ((entry: T) => boolean) | undefined;
}

/**
 * Returns the part of a list that the arguments ask for. Throws BAD_USER_INPUT for a cursor that is not
 * the list's, and for one whose entry is gone without a known successor.
 */
export async function connection<L, T, S extends string = never>(
  { first, after, sort }: Arguments<S>,
  { load, traits, identity, listIn, matches }: ConnectionSource<L, T, S>,
  { seal }: { seal: TextSeal | undefined },
): Promise<Connection<T>> {
  const wanted = first ?? 10;
  if (wanted < 1 || wanted > MAX_FIRST) {
    throw badUserInput(`\`first\` must be between 1 and ${MAX_FIRST}.`);
  }
  const from =
    after == null
      ? { position: undefined, sort }
      : decodeCursor<S>(after, { list: identity, sort }, seal);
  const list = listIn(from.sort);
  const listing = { load, list, traits, matches, fingerprints: fingerprintsBy(seal) };
  const slice = await walk(listing, from.position, wanted);
  if (slice === undefined) {
    throw badUserInput(
      'The entry of `after` has moved or is gone, and where to read on is not known. Read the list again from its start.',
      'CURSOR_STALE',
    );
  }
  const { entries, positionOf, end, hasMore } = slice;
  const cursorAt = (position: Position) =>
    encodeCursor({ list: identity, sort: from.sort }, position, seal);
  return {
    entries,
    cursorOf: (index) => cursorAt(positionOf(index)),
    endCursor: () =>
      end === undefined || (entries.length === 0 && !hasMore) ? null : cursorAt(end),
    hasNextPage: hasMore,
    hasPreviousPage: after != null,
  };
}

/** An entry with its cursor, which is made only where it is selected. */
class Edge<T> {
  readonly node: T;

  constructor(
    entry: Entry<T>,
    private readonly index: number,
    private readonly connection: Connection<T>,
  ) {
    // One that is an error is reported at its path.
    this.node = entry as T;
  }

  get cursor(): string {
    return this.connection.cursorOf(this.index);
  }
}

class PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;

  constructor(private readonly connection: Connection<unknown>) {
    this.hasNextPage = connection.hasNextPage;
    this.hasPreviousPage = connection.hasPreviousPage;
  }

  get startCursor(): string | null {
    const { entries, cursorOf } = this.connection;
    return entries.length === 0 ? null : cursorOf(0);
  }

  get endCursor(): string | null {
    return this.connection.endCursor();
  }
}

/** The resolvers of every connection type. */
export const connectionResolvers = {
  edges: <T>(connection: Connection<T>) =>
    connection.entries.map((entry, index) => new Edge(entry, index, connection)),
  nodes: <T>({ entries }: Connection<T>) => entries as T[],
  pageInfo: (connection: Connection<unknown>) => new PageInfo(connection),
};

/** Lists of which single entries may have been lost. */
import type { Entry } from '../loaders/shared-reads.js';
import { UpstreamError } from '../upstream/errors.js';

/** Returns the entries as resolvers return them: graphql-js reports each error at its entry's path. */
export function reported<T>(entries: Iterable<Entry<T>>): readonly T[] {
  return [...entries] as readonly T[];
}

/** Maps the entries that Kinde sent usable, and leaves the errors in their places. */
export function mapEntries<T, R>(entries: readonly Entry<T>[], map: (entry: T) => R): readonly R[] {
  return entries.map((entry) =>
    entry instanceof UpstreamError ? entry : map(entry),
  ) as readonly R[];
}

/** Returns the entries that Kinde sent usable. */
export function usable<T>(entries: readonly Entry<T>[] | null | undefined): readonly T[] {
  return (entries ?? []).filter((entry): entry is T => !(entry instanceof UpstreamError));
}

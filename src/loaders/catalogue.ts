/** The environment's catalogues of roles and of permissions: small, and read whole. */
import type { Endpoint } from '../upstream/endpoint.js';
import { UpstreamError } from '../upstream/errors.js';
import type { EntryTraits } from './page-run.js';
import { ifPermitted } from './scopes.js';
import { EntryIndex, type Entry, type Page, type PageRequest } from './shared-reads.js';
import type { Sources } from './sources.js';
import { walkToTheEnd } from './pagination.js';
import type { Source } from '../upstream/cache/reads.js';
import type { CallOptions } from '../upstream/client.js';

interface CatalogueEntry {
  id: string;
  key: string;
}

export type CatalogueList = Record<never, never>;

/**
 * A catalogue, read bypassing the cache. Rejects when an unusable entry may be the one that is looked up.
 */
export interface CurrentCatalogue<T> {
  byKey: (key: string) => Promise<T | null>;
  byId: (id: string) => Promise<T | null>;
}

/** Catalogues are listed in Kinde's own order, which is not documented. */
export const catalogueTraits: EntryTraits<CatalogueList, Pick<CatalogueEntry, 'key'>> = {
  keyOf: ({ key }) => key,
  orderOf: () => undefined,
};

type Property = 'id' | 'key';

function indexBy<T extends CatalogueEntry>(
  property: Property,
  entries: readonly Entry<T>[],
): EntryIndex<T> {
  const index = new EntryIndex<T>((entry) => entry[property]);
  index.add(entries);
  return index;
}

interface LookupReads<T> {
  readAll: () => Promise<Entry<T>[]>;
  /** Reads the catalogue as it was a short time ago at most; undefined where `readAll` does. */
  readNewer: () => Promise<Entry<T>[]> | undefined;
}

/**
 * Creates the lookup of entries. One that the catalogue lacks is looked for in a newer read: its key may
 * come from one, such as that of members' roles.
 */
function createLookup<T extends CatalogueEntry>(
  reads: Sources['reads'],
  property: Property,
  { readAll, readNewer }: LookupReads<T>,
): (value: string) => Promise<T | null> {
  return reads.batch<string, T | null>(
    async (wanted) => {
      const index = indexBy(property, await readAll());
      const isMissing = (value: string) => !index.hasAll([value]);
      // Where an entry can't be used, that may be the one.
      const newer =
        index.isUsable && wanted.some(isMissing)
          ? readNewer()?.then((entries) => indexBy(property, entries))
          : undefined;
      return wanted.map((value) =>
        newer !== undefined && isMissing(value)
          ? newer.then((recent) => recent.find(value))
          : index.find(value),
      );
    },
    { nameOf: (value) => value },
  ).load;
}

/**
 * Creates the reads of a catalogue. It is read as a whole, once per operation, for all lookups of a key
 * or an id, and once more bypassing the cache for the lookups of writes. Its pages can also be read one by
 * one.
 */
export function createCatalogue<T extends CatalogueEntry>(
  { granted, reads: all }: Pick<Sources, 'granted' | 'reads'>,
  endpoint: Endpoint,
  read: (
    page: { page_size: number; next_token: string | undefined },
    options?: CallOptions,
  ) => Promise<Pick<Page<T>, 'entries' | 'next'>>,
) {
  const reads = all.ofCatalogue(endpoint);
  const readPage =
    (options?: CallOptions) =>
    async ({ size, token }: PageRequest<CatalogueList>) => ({
      ...(await read({ page_size: size, next_token: token }, options)),
      size,
    });
  const progress = reads.state(() => ({ isCurrentRead: false, isOlder: false }));
  const onSource = (source: Source) => {
    if (source !== 'upstream') progress().isOlder = true;
  };
  const page = reads.pages<CatalogueList, T>(readPage({ onSource }));
  const currentPage = reads.pages<CatalogueList, T>(readPage({ skipsCache: true }));
  const recentPage = reads.pages<CatalogueList, T>(readPage({ expiresEarly: true }));
  /** Reads the whole catalogue: what the operation has read bypassing the cache is no older than the cache. */
  const readAll = () => walkToTheEnd(progress().isCurrentRead ? currentPage : page, {});
  const readRecent = () => walkToTheEnd(recentPage, {});
  /** What the operation has read itself has nothing newer. */
  const readNewer = () =>
    progress().isCurrentRead || !progress().isOlder ? undefined : readRecent();
  const lookUp = (property: Property) => createLookup(reads, property, { readAll, readNewer });
  const byKey = lookUp('key');
  async function currentCatalogue(): Promise<CurrentCatalogue<T>> {
    const entries = await walkToTheEnd(currentPage, {});
    progress().isCurrentRead = true;
    const [keys, ids] = [indexBy<T>('key', entries), indexBy<T>('id', entries)];
    return { byKey: (key) => keys.find(key), byId: (id) => ids.find(id) };
  }
  return {
    page,
    /** Returns the entry with this key, or null. Throws when an unusable entry may be it. */
    byKey,
    /** Returns the entry with this id, or null. Throws when an unusable entry may be it. */
    byId: lookUp('id'),
    /** Returns whether the catalogue has this key; undefined where the token may not read it. */
    hasKey: (key: string): Promise<boolean | undefined> =>
      ifPermitted<boolean | undefined>(
        granted,
        endpoint,
        async () => (await byKey(key)) !== null,
        async () => undefined,
      ),
    /**
     * Returns the catalogue bypassing the cache, from one read for all writes of the operation, unless one
     * of them changes it. A write must not start from an outdated entry, whose key may belong to another
     * entry by now.
     */
    currentCatalogue,
    /** The same; undefined where the token may not read it. */
    currentIfPermitted: (): Promise<CurrentCatalogue<T> | undefined> =>
      ifPermitted<CurrentCatalogue<T> | undefined>(
        granted,
        endpoint,
        currentCatalogue,
        async () => undefined,
      ),
    /** Returns all entries, no older than what is cached of members. */
    recentEntries: (): Promise<Entry<T>[]> => readRecent(),
    /** Returns all keys. */
    keys: async (): Promise<string[]> =>
      (await readAll()).flatMap((entry) => (entry instanceof UpstreamError ? [] : [entry.key])),
  };
}

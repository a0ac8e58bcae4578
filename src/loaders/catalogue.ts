/** The environment's catalogues of roles and of permissions: small, and read whole. */
import type { Endpoint } from '../upstream/endpoint.js';
import { UpstreamError } from '../upstream/errors.js';
import type { EntryTraits } from './page-run.js';
import { ifPermitted } from './scopes.js';
import { EntryIndex, type Entry, type Page, type PageRequest } from './shared-reads.js';
import type { Sources } from './sources.js';
import { walkToTheEnd } from './pagination.js';
import type { CallOptions } from '../upstream/client.js';

interface CatalogueEntry {
  id: string;
  key: string;
}

export type CatalogueList = Record<never, never>;

/**
 * A catalogue, read past every cache. Rejects when an unusable entry may be the one that is looked up.
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

/**
 * Creates the reads of a catalogue. It is read as a whole, once per operation, for all lookups of a key
 * or an id, and once more past the cache for the lookups of writes. Its pages can also be read one by
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
  const page = reads.pages<CatalogueList, T>(readPage());
  const currentPage = reads.pages<CatalogueList, T>(readPage({ skipsCache: true }));
  const recentPage = reads.pages<CatalogueList, T>(readPage({ expiresEarly: true }));
  const progress = reads.state(() => ({ isCurrentRead: false }));
  /** Reads the whole catalogue: what the operation has read past the cache is no older than the cache. */
  const readAll = () => walkToTheEnd(progress().isCurrentRead ? currentPage : page, {});
  const lookUp = (property: 'id' | 'key') =>
    reads.batch<string, T | null>(
      async (wanted) => {
        const index = new EntryIndex<T>((entry) => entry[property]);
        index.add(await readAll());
        return wanted.map((value) => index.find(value));
      },
      { nameOf: (value) => value },
    );
  const byKey = lookUp('key').load;
  async function currentCatalogue(): Promise<CurrentCatalogue<T>> {
    const entries = await walkToTheEnd(currentPage, {});
    progress().isCurrentRead = true;
    const indexBy = (property: 'id' | 'key') => {
      const index = new EntryIndex<T>((entry) => entry[property]);
      index.add(entries);
      return (value: string) => index.find(value);
    };
    return { byKey: indexBy('key'), byId: indexBy('id') };
  }
  return {
    page,
    /** Returns the entry with this key, or null. Throws when an unusable entry may be it. */
    byKey,
    /** Returns the entry with this id, or null. Throws when an unusable entry may be it. */
    byId: lookUp('id').load,
    /** Returns whether the catalogue has this key; undefined where the token may not read it. */
    hasKey: (key: string): Promise<boolean | undefined> =>
      ifPermitted<boolean | undefined>(
        granted,
        endpoint,
        async () => (await byKey(key)) !== null,
        async () => undefined,
      ),
    /**
     * Returns the catalogue past every cache, from one read for all writes of the operation, unless one
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
    recentEntries: (): Promise<Entry<T>[]> => walkToTheEnd(recentPage, {}),
    /** Returns all keys. */
    keys: async (): Promise<string[]> =>
      (await readAll()).flatMap((entry) => (entry instanceof UpstreamError ? [] : [entry.key])),
  };
}

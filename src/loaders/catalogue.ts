/** The environment's catalogues of roles and of permissions: small, and read whole. */
import type { EntryTraits } from './page-run.js';
import { EntryIndex, type Page, type PageRequest, type SharedReads } from './shared-reads.js';
import { walkToTheEnd } from './pagination.js';

interface CatalogueEntry {
  id: string;
  key: string;
}

export type CatalogueList = Record<never, never>;

/** Catalogues are listed in Kinde's own order, which is not documented. */
export const catalogueTraits: EntryTraits<CatalogueList, Pick<CatalogueEntry, 'key'>> = {
  keyOf: ({ key }) => key,
  orderOf: () => undefined,
};

/**
 * A catalogue is read at most once a request, whole, for all who look up a key or an id in it; its
 * pages can also be read one by one.
 */
export function createCatalogue<T extends CatalogueEntry>(
  reads: SharedReads,
  read: (page: {
    page_size: number;
    next_token: string | undefined;
  }) => Promise<Pick<Page<T>, 'entries' | 'next'>>,
) {
  const page = reads.pages<CatalogueList, T>(
    async ({ size, token }: PageRequest<CatalogueList>) => ({
      ...(await read({ page_size: size, next_token: token })),
      size,
    }),
  );
  const lookUp = (property: 'id' | 'key') =>
    reads.batch<string, T | null>(
      async (wanted) => {
        const index = new EntryIndex<T>((entry) => entry[property]);
        index.add(await walkToTheEnd(page, {}));
        return wanted.map((value) => index.find(value));
      },
      { nameOf: (value) => value },
    );
  return {
    page,
    /** Returns the entry with this key, or null. Throws when an unusable entry may be it. */
    byKey: lookUp('key').load,
    /** Returns the entry with this id, or null. Throws when an unusable entry may be it. */
    byId: lookUp('id').load,
  };
}

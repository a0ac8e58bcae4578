/** The environment's catalogues of roles and of permissions: small, and read whole. */
import { UpstreamError } from '../upstream/errors.js';
import type { EntryTraits } from './page-run.js';
import type { Page, PageRequest, SharedReads } from './shared-reads.js';
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
        const entries = await walkToTheEnd(page, {});
        const found = new Map<string, T>();
        for (const entry of entries) {
          if (!(entry instanceof UpstreamError)) found.set(entry[property], entry);
        }
        return wanted.map((value) => found.get(value) ?? null);
      },
      { nameOf: (value) => value },
    );
  return {
    page,
    /** The entry with this key, or null. */
    byKey: lookUp('key').load,
    /** The entry with this id, or null. */
    byId: lookUp('id').load,
  };
}

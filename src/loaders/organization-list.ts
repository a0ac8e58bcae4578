/** Lists of an organization that Kinde sends whole, in one response. */
import { UpstreamError } from '../upstream/errors.js';
import { EntryIndex, type Entry, type SharedReads } from './shared-reads.js';

/** An entry with the code of the organization that it belongs to. */
export type OfOrganization<T> = T & { org_code: string };

/** Which entry of which organization. */
export interface EntryReference {
  org_code: string;
  key: string;
}

/** Shares the reads of one kind of list: an organization's is read once, for its entries as well. */
export function createOrganizationList<T extends object>(
  reads: SharedReads,
  read: (org_code: string) => Promise<readonly Entry<T>[]>,
  keyOf: (entry: T) => string,
) {
  const ofOrganization = reads.one(
    async (org_code: string): Promise<Entry<OfOrganization<T>>[]> =>
      (await read(org_code)).map((entry) =>
        entry instanceof UpstreamError ? entry : { ...entry, org_code },
      ),
    (org_code) => org_code,
  );
  return {
    /** The whole list of an organization. */
    ofOrganization,
    /** One entry by its key, or null. */
    find: async ({ org_code, key }: EntryReference): Promise<OfOrganization<T> | null> => {
      const index = new EntryIndex<OfOrganization<T>>(keyOf);
      index.add(await ofOrganization(org_code));
      return index.find(key);
    },
  };
}

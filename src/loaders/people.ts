import { MAX_BULK_USERS } from '../upstream/endpoints/organizations.js';
import { UpstreamError } from '../upstream/errors.js';
import type { User } from '../upstream/types.js';
import { EntryIndex, nextToken } from './shared-reads.js';
import type { Sources } from './sources.js';

/** Loads people by their ids, a hundred a call, so that the URL stays under 4 KB. */
export function createPeopleLoader({
  upstream: { users },
  reads,
}: Pick<Sources, 'reads'> & { upstream: Pick<Sources['upstream'], 'users'> }) {
  return reads.batch<string, User | null>(
    async (ids) => {
      const index = new EntryIndex<User>(({ id }) => id);
      const query = { user_id: ids.join(','), page_size: ids.length, expand: 'organizations' };
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

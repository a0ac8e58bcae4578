/** The roles that members have now. Writes are computed from them, so they are read bypassing the cache. */
import { endpoints } from '../upstream/endpoints/index.js';
import { hasFailed, UpstreamError } from '../upstream/errors.js';
import { incomplete } from './incomplete.js';
import { pagesOf } from './pagination.js';
import { ifPermitted } from './scopes.js';
import { nextToken, type Page, type ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';
import type { OrganizationUser } from '../upstream/types.js';

interface Members {
  org_code: string;
  user_ids: readonly string[];
}

type ListedMember = Pick<Partial<OrganizationUser>, 'id' | 'roles'>;

/** By user id, the keys of a member's roles. Users who are no members are missing. */
export type RolesByUser = ReadonlyMap<string, ReadonlySet<string>>;

/** For how many members a page of the list may be read before they are read one by one. */
export const MEMBERS_PER_PAGE = 10;

const skipsCache = { skipsCache: true };

/**
 * Creates the read of many members' roles in one organization. It reads the list, which has 500 members a
 * call, unless the list is too long for so few: then the rest is read by a call for each.
 */
export function createCurrentRoles({
  upstream: { organizations },
  granted,
}: Pick<Sources, 'upstream' | 'granted'>): (members: Members) => Promise<RolesByUser> {
  const page: ReadPage<string, OrganizationUser> = async ({ list, size, token }) => {
    const args = { org_code: list, page_size: size, next_token: token };
    const { organization_users, next_token } = await organizations.users(args, skipsCache);
    return { entries: organization_users, next: nextToken(next_token), size };
  };

  const search = ({ org_code, user_ids }: Members, maxPages: number) =>
    searchRoles(pagesOf(page, org_code), user_ids, maxPages);

  async function ofOne(org_code: string, user_id: string) {
    try {
      const { roles, next_token } = await organizations.userRoles(
        { org_code, user_id },
        skipsCache,
      );
      // A write that is computed from a part of the roles would take the others away.
      if (nextToken(next_token) !== undefined) throw incomplete(endpoints.organizations.userRoles);
      const broken = roles.find((role) => role instanceof UpstreamError);
      if (broken !== undefined) throw broken;
      return new Set(roles.map((role) => (role as { key: string }).key));
    } catch (error) {
      if (hasFailed(error, 'NOT_FOUND')) return undefined;
      throw error;
    }
  }

  return async (members) => {
    const maxPages = Math.ceil(members.user_ids.length / MEMBERS_PER_PAGE);
    const { found, missing } = await search(members, maxPages);
    if (missing.length === 0) return found;
    return ifPermitted<RolesByUser>(
      granted,
      endpoints.organizations.userRoles,
      async () => {
        const roles = await Promise.all(missing.map((id) => ofOne(members.org_code, id)));
        for (const [index, keys] of roles.entries()) {
          if (keys !== undefined) found.set(missing[index]!, keys);
        }
        return found;
      },
      async () => (await search(members, Infinity)).found,
    );
  };
}

/** Searches the pages of a list for the roles of members. Returns also the ids of those it doesn't tell. */
export async function searchRoles(
  pages: AsyncIterable<Pick<Page<ListedMember>, 'entries'>>,
  user_ids: readonly string[],
  maxPages: number,
) {
  const missing = new Set(user_ids);
  const found = new Map<string, ReadonlySet<string>>();
  let count = 0;
  for await (const { entries } of pages) {
    for (const entry of entries) {
      if (entry instanceof UpstreamError || entry.id === undefined) continue;
      if (!missing.has(entry.id)) continue;
      const keys = roleKeysOf(entry);
      if (keys === undefined) continue;
      found.set(entry.id, keys);
      missing.delete(entry.id);
    }
    if (missing.size === 0 || ++count === maxPages) break;
  }
  return { found, missing: [...missing] };
}

/** Returns the role keys of a list's entry; undefined where Kinde doesn't say all of them. */
export function roleKeysOf({
  roles,
}: Pick<Partial<OrganizationUser>, 'roles'>): Set<string> | undefined {
  if (roles == null) return undefined;
  const keys = roles.filter((key): key is string => !(key instanceof UpstreamError));
  return keys.length === roles.length ? new Set(keys) : undefined;
}

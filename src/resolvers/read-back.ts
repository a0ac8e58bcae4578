/** What a bulk write has done where Kinde's response has no list of the changed users. */
import type { Problem } from '../graphql/user-errors.js';
import type { RolesByUser } from '../loaders/current-roles.js';
import type { Loaders } from '../loaders/index.js';
import { UpstreamError } from '../upstream/errors.js';
import { nothingDone, standingIn } from './standing.js';

interface Addition {
  id: string;
  roles?: readonly string[] | undefined;
  permissions?: readonly string[] | undefined;
}

const unknown = (reason: string): Problem => ({
  code: 'WRITE_OUTCOME_UNKNOWN',
  message: `Kinde took the write, but did not say for whom, and ${reason}. Read before you repeat it.`,
});

const UNREAD = unknown('what it did could not be read');
const UNCONFIRMED = unknown(
  'only the membership and its roles were confirmed, not the permissions',
);

/**
 * Reads what an addition has done. Returns undefined for a user who is a member now, with the roles that
 * were asked for. A member who lacks one was a member before: Kinde adds users with their roles.
 */
export async function additionProblems(
  org_code: string,
  additions: readonly Addition[],
  loaders: Loaders,
): Promise<(Problem | undefined)[]> {
  const standingOf = standingIn(org_code, loaders);
  const standings = await Promise.all(additions.map(({ id }) => standingOf(id)));
  const user_ids = additions
    .filter(({ roles = [] }, index) => standings[index] === 'MEMBER' && roles.length > 0)
    .map(({ id }) => id);
  const held = await currentRoles(org_code, user_ids, loaders);
  return additions.map(({ id, roles = [], permissions = [] }, index) => {
    const standing = standings[index];
    if (standing === undefined) return UNREAD;
    if (standing !== 'MEMBER') return nothingDone('NOT_ADDED', standing);
    if (roles.length > 0) {
      const now = held?.get(id);
      if (now === undefined) return UNREAD;
      if (!roles.every((key) => now.has(key))) return nothingDone('NOT_ADDED', 'MEMBER');
    }
    return permissions.length > 0 ? UNCONFIRMED : undefined;
  });
}

/** Reads what a removal has done. Returns undefined for a user who is no member now. */
export function removalProblems(
  org_code: string,
  users: readonly { id: string }[],
  loaders: Loaders,
): Promise<(Problem | undefined)[]> {
  const standingOf = standingIn(org_code, loaders);
  return Promise.all(
    users.map(async ({ id }) => {
      const standing = await standingOf(id);
      if (standing === undefined) return UNREAD;
      const isGone = standing === 'NO_MEMBER' || standing === 'ABSENT';
      return isGone ? undefined : nothingDone('NOT_REMOVED', standing);
    }),
  );
}

/** Returns the roles that members have now; undefined where that can't be read. */
async function currentRoles(
  org_code: string,
  user_ids: readonly string[],
  { roles }: Loaders,
): Promise<RolesByUser | undefined> {
  if (user_ids.length === 0) return new Map();
  try {
    return await roles.current({ org_code, user_ids });
  } catch (error) {
    if (error instanceof UpstreamError) return undefined;
    throw error;
  }
}

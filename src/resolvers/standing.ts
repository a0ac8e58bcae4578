/** What Kinde knows about the users that it ignored in a bulk write. */
import type { Problem, UserErrorCode } from '../graphql/user-errors.js';
import type { Loaders } from '../loaders/index.js';
import type { Standing } from '../loaders/users.js';
import { UpstreamError } from '../upstream/errors.js';

const NO_SUCH_USER = 'this Kinde environment has no user with this id.';

const TEXTS = {
  NOT_ADDED: {
    MEMBER: 'Not added: already a member of the organization.',
    UNKNOWN: `Not added: ${NO_SUCH_USER}`,
    ABSENT: 'Not added: no member either, and probably unknown to this Kinde environment.',
    NO_MEMBER: 'Not added: Kinde gives no reason. The user exists and is no member.',
    UNREAD: 'Not added: already a member, or unknown to this Kinde environment.',
  },
  NOT_UPDATED: {
    MEMBER: 'Nothing was done: Kinde found nothing to change about this member.',
    UNKNOWN: `Nothing was done: ${NO_SUCH_USER}`,
    ABSENT: 'Nothing was done: not a member of the organization.',
    NO_MEMBER: 'Nothing was done: not a member of the organization.',
    UNREAD: 'Nothing was done: not a member, or unknown to this Kinde environment.',
  },
  NOT_REMOVED: {
    MEMBER: 'Not removed: Kinde gives no reason. The user is a member.',
    UNKNOWN: `Not removed: ${NO_SUCH_USER}`,
    ABSENT: 'Not removed: not a member of the organization.',
    NO_MEMBER: 'Not removed: not a member of the organization.',
    UNREAD: 'Not removed: not a member, or unknown to this Kinde environment.',
  },
} satisfies Partial<Record<UserErrorCode, Record<Standing | 'UNREAD', string>>>;

/** Returns a read of what Kinde knows about a user; its result is undefined where that can't be read. */
export const standingIn =
  (org_code: string, { users }: Loaders) =>
  (user_id: string): Promise<Standing | undefined> =>
    users.standing({ org_code, user_id }).catch((error: unknown) => {
      if (error instanceof UpstreamError) return undefined;
      throw error;
    });

/** Returns the problem of a user whom Kinde ignored. */
export const nothingDone = (code: keyof typeof TEXTS, standing: Standing | undefined): Problem => ({
  code,
  message: TEXTS[code][standing ?? 'UNREAD'],
});

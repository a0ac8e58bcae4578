/** Refreshes people's claims, so that their next tokens have their present roles and permissions. */
import type { RefreshUserClaimsInput, Resolvers } from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import { InputError, problemOf, type UserError } from '../graphql/user-errors.js';
import { UpstreamError } from '../upstream/errors.js';
import { mutation } from './mutation.js';

interface RefreshInput {
  refreshClaims?: boolean | null | undefined;
}

/** Returns how many calls `refreshAfterWrite` may take. */
export const refreshesOf = ({ refreshClaims }: RefreshInput, users: number) =>
  refreshClaims === true ? users : 0;

/**
 * Refreshes the claims of users after a write, where its input asks for it. Returns an error for each
 * whose claims were not refreshed: the write itself is done.
 */
export async function refreshAfterWrite(
  { refreshClaims }: RefreshInput,
  userIds: readonly string[],
  { upstream }: Context,
): Promise<UserError[]> {
  if (refreshClaims !== true) return [];
  const errors = await Promise.all(
    userIds.map(async (user_id): Promise<UserError | undefined> => {
      try {
        await upstream.users.refreshClaims({ user_id });
        return undefined;
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error;
        const { message, kindeCode } = problemOf(error);
        return {
          code: 'CLAIMS_NOT_REFRESHED',
          message: error.outcomeUnknown
            ? `The write was done, and the claims of ${user_id} may not have been refreshed: Kinde gave no usable response. To refresh them twice does no harm.`
            : `The write was done, and the claims of ${user_id} were not refreshed: ${message}`,
          kindeCode,
          field: ['refreshClaims'],
        };
      }
    }),
  );
  return errors.filter((error) => error !== undefined);
}

export const resolvers = {
  Mutation: {
    refreshUserClaims: mutation(
      { refreshedUserId: null },
      async (
        { userId, organizationCode }: RefreshUserClaimsInput,
        { upstream, loaders }: Context,
      ) => {
        // Without an organization, the caller acts for the whole environment.
        if (organizationCode != null) {
          const member = { org_code: organizationCode, user_id: userId };
          if ((await loaders.users.find(member)) === null) {
            const message = `The user ${userId} is not a member of ${organizationCode}.`;
            throw new InputError([{ code: 'NOT_FOUND', message, field: ['userId'] }]);
          }
        }
        await upstream.users.refreshClaims({ user_id: userId });
        return { refreshedUserId: userId };
      },
    ),
  },
} satisfies Resolvers;

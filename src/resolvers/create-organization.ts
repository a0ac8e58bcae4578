/** The creation of an organization with its first users: two writes, of which the second may fail. */
import type { CreateOrganizationInput, Resolvers } from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import { messageOf } from '../graphql/errors.js';
import { problemOf, type UserError } from '../graphql/user-errors.js';
import { UpstreamError } from '../upstream/errors.js';
import { batchesOf, type BulkOutcome } from './bulk.js';
import { mutation, requireCalls } from './mutation.js';
import { creationOf } from './organizations.js';
import { refreshAfterWrite, refreshesOf } from './refresh-claims.js';
import { addUsers, asMembers, usersToAdd } from './users.js';

type Outcome = Pick<BulkOutcome, 'addedUserIds' | 'userErrors'>;

/** Adds the first users. A failure is reported, not thrown: the organization exists by then. */
async function addFirstUsers(
  code: string,
  additions: Parameters<typeof addUsers>[1],
  context: Context,
): Promise<Outcome> {
  if (additions.length === 0) return { addedUserIds: [], userErrors: [] };
  try {
    return await addUsers(code, additions, context);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { addedUserIds: [], userErrors: [{ ...problemOf(error), field: ['users'] }] };
  }
}

/** Deletes the organization again. Returns the error that says whether it is gone, as far as is known. */
async function undo(code: string, { upstream }: Context): Promise<UserError> {
  try {
    await upstream.organizations.delete({ org_code: code });
    return {
      code: 'CREATION_UNDONE',
      message: `The organization ${code} was created, and deleted again because not all of its users were added.`,
      field: ['users'],
    };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    const state = error.outcomeUnknown ? 'may still exist' : 'exists';
    return {
      code: 'CREATION_NOT_UNDONE',
      message: `The organization ${code} was created and ${state}. It was to be deleted, because not all of its users were added, and that failed: ${messageOf(error)}`,
      field: ['deleteOnFailure'],
    };
  }
}

/** Returns how many calls a creation may take. */
function callsOf(input: CreateOrganizationInput): number {
  const users = input.users?.length ?? 0;
  const deletions = users > 0 && input.deleteOnFailure === true ? 1 : 0;
  return 1 + batchesOf(users) + deletions + refreshesOf(input, users);
}

export const resolvers = {
  Mutation: {
    createOrganization: mutation(
      { organization: null, addedUserIds: [], addedUsers: [], deletedOrganizationCode: null },
      async (input: CreateOrganizationInput, context: Context) => {
        const users = input.users ?? [];
        const additions = users.length === 0 ? [] : await usersToAdd(users, context.loaders);
        requireCalls(callsOf(input), context);
        const { organization } = await context.upstream.organizations.create(creationOf(input));
        const { code } = organization;
        const { addedUserIds, userErrors } = await addFirstUsers(code, additions, context);
        if (userErrors.length > 0 && input.deleteOnFailure === true) {
          const undone = await undo(code, context);
          const isDeleted = undone.code === 'CREATION_UNDONE';
          const left = isDeleted ? [] : addedUserIds;
          return {
            organization: isDeleted ? null : { code },
            addedUserIds: left,
            addedUsers: asMembers(code, left),
            deletedOrganizationCode: isDeleted ? code : null,
            userErrors: [...userErrors, undone],
          };
        }
        if (userErrors.length > 0) {
          userErrors.push({
            code: 'USERS_NOT_ADDED',
            message: `The organization ${code} was created and exists. Added to it: ${addedUserIds.length} of ${users.length} users.`,
            field: ['users'],
          });
        }
        return {
          organization: { code },
          addedUserIds,
          addedUsers: asMembers(code, addedUserIds),
          deletedOrganizationCode: null,
          userErrors: [...userErrors, ...(await refreshAfterWrite(input, addedUserIds, context))],
        };
      },
    ),
  },
} satisfies Resolvers;

import { badUserInput } from '../graphql/errors.js';
import type {
  AddOrganizationUsersInput,
  OrganizationUserAdditionInput,
  RemoveOrganizationUserInput,
  RemoveOrganizationUsersInput,
  Resolvers,
  UpdateOrganizationUsersInput,
} from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import type { Loaders } from '../loaders/index.js';
import { fullName, memberTraits, type Member } from '../loaders/users.js';
import { endpoints } from '../upstream/endpoints/index.js';
import { batchesOf, checkUserIds, sendInBatches, type BulkOutcome } from './bulk.js';
import { updateMembers } from './bulk-update.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { idProblem, KEY, requireId, USER_ID } from './id-input.js';
import { mutation, requireCalls } from './mutation.js';
import { nodeId } from './node-id.js';
import { checkPermissionFilter, permissionKeys } from './permissions.js';
import { additionProblems, removalProblems } from './read-back.js';
import { allOrInputError } from './reference.js';
import { checkRoleFilter, roleKeys } from './roles.js';
import { refreshAfterWrite, refreshesOf } from './refresh-claims.js';
import { searchText } from './search-text.js';
import { nothingDone, standingIn } from './standing.js';

/** A property of the person: from the parent where it carries it, else by the batch read of people. */
const personal = carriedOr((member: Member, { users }) => users.profile(member));

/** A property of the membership: from the parent where it carries it, else from the list of members. */
const ofMembership = carriedOr((member: Member, { users }) => users.membership(member));

/** How many keys a filter may have: they go into the URL of the call. */
const MAX_FILTER_KEYS = 100;

/** Returns a filter as Kinde takes it. A key with a comma would read as two. */
function filter(name: string, keys: readonly string[] | null | undefined): string | undefined {
  if (keys == null || keys.length === 0) return undefined;
  if (keys.length > MAX_FILTER_KEYS) {
    throw badUserInput(`\`${name}\` takes at most ${MAX_FILTER_KEYS} keys, not ${keys.length}.`);
  }
  for (const key of keys) {
    const problem = idProblem(KEY, `An entry of \`${name}\``, key);
    if (problem !== undefined) throw badUserInput(problem);
  }
  return [...keys].sort().join(',');
}

/** Returns a text without what a search doesn't distinguish: case and accents. */
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** Returns the test for members whose name or e-mail address has a text. */
function mentioning(text: string): (member: Member) => boolean {
  const wanted = folded(text);
  return (member) =>
    [fullName(member), member.email].some(
      (value) => value != null && folded(value).includes(wanted),
    );
}

/** Returns users that were written as members, to be read again. */
export const asMembers = (org_code: string, userIds: readonly string[]): Member[] =>
  userIds.map((user_id) => ({ org_code, user_id }));

/** Returns users as Kinde takes them to add. Throws an InputError that names all invalid values. */
export async function usersToAdd(
  users: readonly OrganizationUserAdditionInput[],
  loaders: Loaders,
) {
  checkUserIds(
    'users',
    users.map(({ userId }) => userId),
  );
  const listsOf = (name: 'roles' | 'permissions') =>
    users.map((user, position) => ({ references: user[name], field: ['users', position, name] }));
  const [roles, permissions] = await allOrInputError([
    roleKeys(loaders, listsOf('roles')),
    permissionKeys(loaders, listsOf('permissions')),
  ]);
  return users.map((user, position) => ({
    position,
    body: { id: user.userId, roles: roles[position], permissions: permissions[position] },
  }));
}

/** Adds users in batches, and returns each user's outcome. */
export function addUsers(
  org_code: string,
  additions: Awaited<ReturnType<typeof usersToAdd>>,
  { upstream, loaders }: Context,
): Promise<BulkOutcome> {
  const standingOf = standingIn(org_code, loaders);
  return sendInBatches(additions, {
    list: 'users',
    send: (users) => upstream.organizations.addUsers({ org_code, users }),
    standingOf,
    nothingDone: async ({ body }) => nothingDone('NOT_ADDED', await standingOf(body.id)),
    readBack: {
      list: 'users_added',
      problemsOf: (bodies) => additionProblems(org_code, bodies, loaders),
    },
    clearReads: () => loaders.clearAfter([endpoints.organizations.addUsers]),
  });
}

export const resolvers = {
  Organization: {
    user: ({ code }, { userId }, { loaders }) =>
      loaders.users.find({ org_code: code, user_id: requireId(USER_ID, 'userId', userId) }),
    users: async ({ code }, { sort, roles, permissions, search, ...page }, context) => {
      const filters = {
        roles: filter('roles', roles),
        permissions: filter('permissions', permissions),
      };
      const members = await connection(
        { ...page, sort: sort?.toLowerCase() as Lowercase<NonNullable<typeof sort>> | undefined },
        {
          load: context.loaders.users.page,
          traits: memberTraits,
          identity: ['users', code, filters.roles, filters.permissions, search ?? undefined],
          listIn: (order) => ({ org_code: code, sort: order, ...filters }),
          matches: search == null ? undefined : mentioning(searchText('search', search)),
        },
        context,
      );
      context.loaders.memberLists().noteShown(code, members.entries.length);
      if (members.entries.length === 0) {
        await checkRoleFilter(context.loaders, roles ?? []);
        await checkPermissionFilter(context.loaders, permissions ?? []);
      }
      return members;
    },
  },

  OrganizationUser: {
    id: ({ org_code, user_id }) => nodeId('OrganizationUser', org_code, user_id),
    userId: ({ user_id }) => user_id,
    email: personal('email'),
    fullName: (member, _, { loaders }) =>
      'full_name' in member
        ? fullName(member)
        : loaders.users.profile(member).then((person) => person && fullName(person)),
    firstName: personal('first_name'),
    lastName: personal('last_name'),
    picture: personal('picture'),
    joinedOn: ofMembership('joined_on'),
    lastAccessedOn: ofMembership('last_accessed_on'),
    isSuspended: ofMembership('is_suspended'),
    organization: ({ org_code }) => ({ code: org_code }),
  },

  OrganizationUserConnection: connectionResolvers,

  Mutation: {
    addOrganizationUsers: mutation(
      { organization: null, addedUserIds: [], addedUsers: [] },
      async (input: AddOrganizationUsersInput, context) => {
        const { organizationCode, users } = input;
        const additions = await usersToAdd(users, context.loaders);
        requireCalls(batchesOf(users.length) + refreshesOf(input, users.length), context);
        const { addedUserIds, userErrors } = await addUsers(organizationCode, additions, context);
        return {
          organization: addedUserIds.length === 0 ? null : { code: organizationCode },
          addedUserIds,
          addedUsers: asMembers(organizationCode, addedUserIds),
          userErrors: [...userErrors, ...(await refreshAfterWrite(input, addedUserIds, context))],
        };
      },
    ),

    updateOrganizationUsers: mutation(
      { organization: null, updatedUserIds: [], changedUserIds: [], updatedUsers: [] },
      async (input: UpdateOrganizationUsersInput, context) => {
        const { organizationCode } = input;
        const { userErrors, ...outcome } = await updateMembers(input, context);
        const { updatedUserIds, changedUserIds } = outcome;
        const refreshed = [...new Set([...updatedUserIds, ...changedUserIds])];
        return {
          organization: updatedUserIds.length === 0 ? null : { code: organizationCode },
          ...outcome,
          updatedUsers: asMembers(organizationCode, updatedUserIds),
          userErrors: [...userErrors, ...(await refreshAfterWrite(input, refreshed, context))],
        };
      },
    ),

    removeOrganizationUsers: mutation(
      { organization: null, removedUserIds: [], removedOrganizationUserIds: [] },
      async ({ organizationCode, userIds }: RemoveOrganizationUsersInput, context) => {
        const { upstream, loaders } = context;
        checkUserIds('userIds', userIds);
        requireCalls(batchesOf(userIds.length), context);
        const standingOf = standingIn(organizationCode, loaders);
        const { removedUserIds, userErrors } = await sendInBatches(
          userIds.map((id, position) => ({ position, body: { id, operation: 'delete' } })),
          {
            list: 'userIds',
            send: (users) =>
              upstream.organizations.updateUsers({ org_code: organizationCode, users }),
            standingOf,
            nothingDone: async ({ body }) => nothingDone('NOT_REMOVED', await standingOf(body.id)),
            readBack: {
              list: 'users_removed',
              problemsOf: (bodies) => removalProblems(organizationCode, bodies, loaders),
            },
            clearReads: () => loaders.clearAfter([endpoints.organizations.updateUsers]),
          },
        );
        return {
          organization: removedUserIds.length === 0 ? null : { code: organizationCode },
          removedUserIds,
          removedOrganizationUserIds: removedUserIds.map((userId) =>
            nodeId('OrganizationUser', organizationCode, userId),
          ),
          userErrors,
        };
      },
    ),

    removeOrganizationUser: mutation(
      { organization: null, removedUserId: null, removedOrganizationUserId: null },
      async ({ organizationCode, userId }: RemoveOrganizationUserInput, { upstream }) => {
        await upstream.organizations.removeUser({ org_code: organizationCode, user_id: userId });
        return {
          organization: { code: organizationCode },
          removedUserId: userId,
          removedOrganizationUserId: nodeId('OrganizationUser', organizationCode, userId),
        };
      },
    ),
  },
} satisfies Resolvers;

import { badUserInput } from '../graphql/errors.js';
import type {
  AddOrganizationUsersInput,
  OrganizationUserAdditionInput,
  OrganizationUserChangeInput,
  RemoveOrganizationUserInput,
  Resolvers,
  UpdateOrganizationUsersInput,
} from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import { fullName, memberTraits, type Member, type Standing } from '../loaders/users.js';
import { UpstreamError } from '../upstream/errors.js';
import { checkUsers, sendInBatches } from './bulk.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { idProblem, KEY, requireId, USER_ID } from './id-input.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { checkPermissionFilter, permissionKeys } from './permissions.js';
import { allOrInputError } from './reference.js';
import { checkRoleFilter, roleKeys } from './roles.js';
import { searchText } from './search-text.js';

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
const asMembers = (org_code: string, userIds: readonly string[]): Member[] =>
  userIds.map((user_id) => ({ org_code, user_id }));

/** Returns users as Kinde's bulk writes take them. Throws an InputError that names all invalid values. */
async function bulkUsers(
  users: readonly (OrganizationUserAdditionInput | OrganizationUserChangeInput)[],
  loaders: Loaders,
) {
  checkUsers(users);
  const listsOf = (name: 'roles' | 'permissions') =>
    users.map((user, position) => ({ references: user[name], field: ['users', position, name] }));
  const [roles, permissions] = await allOrInputError([
    roleKeys(loaders, listsOf('roles')),
    permissionKeys(loaders, listsOf('permissions')),
  ]);
  return users.map((user, position) => ({
    position,
    body: {
      id: user.userId,
      ...('operation' in user && user.operation === 'DELETE' ? { operation: 'delete' } : {}),
      roles: roles![position],
      permissions: permissions![position],
    },
  }));
}

/** Returns what Kinde knows about users of a bulk write; undefined where that can't be read. */
const standingIn =
  (org_code: string, { users }: Loaders) =>
  (user_id: string): Promise<Standing | undefined> =>
    users.standing({ org_code, user_id }).catch((error: unknown) => {
      if (error instanceof UpstreamError) return undefined;
      throw error;
    });

const NO_SUCH_USER = 'this Kinde environment has no user with this id.';

const NOT_ADDED: Record<Standing | 'UNREAD', string> = {
  MEMBER: 'already a member of the organization.',
  UNKNOWN: NO_SUCH_USER,
  ABSENT: 'no member either, and probably unknown to this Kinde environment.',
  NO_MEMBER: 'Kinde gives no reason. The user exists and is no member.',
  UNREAD: 'already a member, or unknown to this Kinde environment.',
};

const NOT_UPDATED: Record<Standing | 'UNREAD', string> = {
  MEMBER: 'Kinde found nothing to change about this member.',
  UNKNOWN: NO_SUCH_USER,
  ABSENT: 'not a member of the organization.',
  NO_MEMBER: 'not a member of the organization.',
  UNREAD: 'not a member, or unknown to this Kinde environment.',
};

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
      async ({ organizationCode, users }: AddOrganizationUsersInput, { upstream, loaders }) => {
        const { addedUserIds, userErrors } = await sendInBatches(await bulkUsers(users, loaders), {
          send: (batch) =>
            upstream.organizations.addUsers({ org_code: organizationCode, users: batch }),
          standingOf: standingIn(organizationCode, loaders),
          nothingDone: (standing) => ({
            code: 'NOT_ADDED',
            message: `Not added: ${NOT_ADDED[standing ?? 'UNREAD']}`,
          }),
        });
        return {
          organization: addedUserIds.length === 0 ? null : { code: organizationCode },
          addedUserIds,
          addedUsers: asMembers(organizationCode, addedUserIds),
          userErrors,
        };
      },
    ),

    updateOrganizationUsers: mutation(
      {
        organization: null,
        addedUserIds: [],
        updatedUserIds: [],
        removedUserIds: [],
        updatedUsers: [],
      },
      async ({ organizationCode, users }: UpdateOrganizationUsersInput, { upstream, loaders }) => {
        const { addedUserIds, updatedUserIds, removedUserIds, userErrors } = await sendInBatches(
          await bulkUsers(users, loaders),
          {
            send: (batch) =>
              upstream.organizations.updateUsers({ org_code: organizationCode, users: batch }),
            standingOf: standingIn(organizationCode, loaders),
            nothingDone: (standing) => ({
              code: 'NOT_UPDATED',
              message: `Nothing was done: ${NOT_UPDATED[standing ?? 'UNREAD']}`,
            }),
          },
        );
        const changed = [...addedUserIds, ...updatedUserIds];
        const isChanged = changed.length + removedUserIds.length > 0;
        return {
          organization: isChanged ? { code: organizationCode } : null,
          addedUserIds,
          updatedUserIds,
          removedUserIds,
          updatedUsers: asMembers(organizationCode, changed),
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

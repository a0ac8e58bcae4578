import type {
  AddOrganizationUserRoleInput,
  RemoveOrganizationUserRoleInput,
  Resolvers,
  RoleReference,
} from '../generated/resolvers.js';
import { catalogueTraits } from '../loaders/catalogue.js';
import type { Loaders } from '../loaders/index.js';
import type { RoleParent } from '../loaders/roles.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { refreshAfterWrite } from './refresh-claims.js';
import {
  checkFilterKeys,
  resolveKeys,
  writeWithId,
  type ReferenceKind,
  type ReferenceList,
} from './reference.js';

/** A property that only the environment's catalogue has, unless what led here carries it. */
const described = carriedOr((role: RoleParent, { roles }) => roles.describe(role));

const kindOf = ({ roles }: Loaders): ReferenceKind => ({
  ...roles,
  noun: 'role',
  idName: 'roleId',
  typeName: 'Role',
  unknownCode: 'UNKNOWN_ROLE',
});

/** Returns the keys of lists of references. Throws an InputError that names those that don't exist. */
export const roleKeys = (loaders: Loaders, lists: readonly ReferenceList[]) =>
  resolveKeys(lists, kindOf(loaders));

/** Throws BAD_USER_INPUT for a key that no role has. */
export const checkRoleFilter = (loaders: Loaders, keys: readonly string[]) =>
  checkFilterKeys(keys, kindOf(loaders));

const withRoleId = <T>(
  loaders: Loaders,
  reference: RoleReference,
  write: (id: string) => Promise<T>,
) => writeWithId(reference, kindOf(loaders), ['role'], write);

export const resolvers = {
  Query: {
    roles: (_, page, context) =>
      connection(
        page,
        {
          load: context.loaders.roles.page,
          traits: catalogueTraits,
          identity: ['roles'],
          listIn: () => ({}),
        },
        context,
      ),
  },

  OrganizationUser: {
    roles: ({ org_code, user_id, roles }, _, { loaders }) => {
      const member = { org_code, user_id };
      return roles == null
        ? loaders.roles.ofMember(member).then((found) => reported<RoleParent>(found))
        : mapEntries(roles, (key) => ({ key, member }));
    },
  },

  Role: {
    id: ({ key }) => nodeId('Role', key),
    roleId: described('id'),
    name: described('name'),
    description: async (role, _, { loaders }) =>
      ('description' in role ? role : await loaders.roles.byKey(role.key))?.description ?? null,
  },

  RoleConnection: connectionResolvers,

  Mutation: {
    addOrganizationUserRole: mutation(
      { organizationUser: null },
      async (input: AddOrganizationUserRoleInput, context) => {
        const { upstream, loaders } = context;
        const member = { org_code: input.organizationCode, user_id: input.userId };
        await withRoleId(loaders, input.role, (role_id) =>
          upstream.organizations.addUserRole({ ...member, role_id }),
        );
        const userErrors = await refreshAfterWrite(input, [member.user_id], context);
        return { organizationUser: member, userErrors };
      },
    ),

    removeOrganizationUserRole: mutation(
      { organizationUser: null },
      async (input: RemoveOrganizationUserRoleInput, context) => {
        const { upstream, loaders } = context;
        const member = { org_code: input.organizationCode, user_id: input.userId };
        await withRoleId(loaders, input.role, (role_id) =>
          upstream.organizations.removeUserRole({ ...member, role_id }),
        );
        const userErrors = await refreshAfterWrite(input, [member.user_id], context);
        return { organizationUser: member, userErrors };
      },
    ),
  },
} satisfies Resolvers;

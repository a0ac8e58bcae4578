import type {
  AddOrganizationUserPermissionInput,
  PermissionReference,
  RemoveOrganizationUserPermissionInput,
  Resolvers,
} from '../generated/resolvers.js';
import { catalogueTraits } from '../loaders/catalogue.js';
import type { Loaders } from '../loaders/index.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { refreshAfterWrite } from './refresh-claims.js';
import {
  checkFilterKeys,
  resolveIds,
  resolveKeys,
  writeWithId,
  type ReferenceKind,
  type ReferenceList,
} from './reference.js';

const kindOf = ({ permissions }: Loaders): ReferenceKind => ({
  ...permissions,
  noun: 'permission',
  idName: 'permissionId',
  typeName: 'Permission',
  unknownCode: 'UNKNOWN_PERMISSION',
});

/** Returns the keys of lists of references. Throws an InputError that names those that don't exist. */
export const permissionKeys = (loaders: Loaders, lists: readonly ReferenceList[]) =>
  resolveKeys(lists, kindOf(loaders));

/** Returns the ids of lists of references. Throws an InputError that names those that don't exist. */
export const permissionIds = (loaders: Loaders, lists: readonly ReferenceList[]) =>
  resolveIds(lists, kindOf(loaders));

/** Throws BAD_USER_INPUT for a key that no permission has. */
export const checkPermissionFilter = (loaders: Loaders, keys: readonly string[]) =>
  checkFilterKeys(keys, kindOf(loaders));

const withPermissionId = <T>(
  loaders: Loaders,
  reference: PermissionReference,
  write: (id: string) => Promise<T>,
) => writeWithId(reference, kindOf(loaders), ['permission'], write);

export const resolvers = {
  Query: {
    permissions: (_, page, context) =>
      connection(
        page,
        {
          load: context.loaders.permissions.page,
          traits: catalogueTraits,
          identity: ['permissions'],
          listIn: () => ({}),
        },
        context,
      ),
  },

  OrganizationUser: {
    permissions: async ({ org_code, user_id }, _, { loaders }) =>
      reported(await loaders.permissions.ofMember({ org_code, user_id })),
    permissionGrants: async ({ org_code, user_id }, _, { loaders }) =>
      reported(await loaders.permissions.grantsOfMember({ org_code, user_id })),
  },

  Role: {
    permissions: async (role, _, { loaders }) => {
      const roleId = await loaders.roles.idOf(role);
      return roleId === undefined ? null : reported(await loaders.roles.permissions(roleId));
    },
  },

  Permission: {
    id: ({ key }) => nodeId('Permission', key),
    permissionId: ({ id }) => id ?? null,
  },

  PermissionGrant: {
    permission: (grant) => grant,
    roles: ({ roles }) =>
      mapEntries(roles ?? [], ({ id, key }) => (id == null ? { key } : { key, id })),
  },

  PermissionConnection: connectionResolvers,

  Mutation: {
    addOrganizationUserPermission: mutation(
      { organizationUser: null },
      async (input: AddOrganizationUserPermissionInput, context) => {
        const { upstream, loaders } = context;
        const member = { org_code: input.organizationCode, user_id: input.userId };
        await withPermissionId(loaders, input.permission, (permission_id) =>
          upstream.organizations.addUserPermission({ ...member, permission_id }),
        );
        const userErrors = await refreshAfterWrite(input, [member.user_id], context);
        return { organizationUser: member, userErrors };
      },
    ),

    removeOrganizationUserPermission: mutation(
      { organizationUser: null },
      async (input: RemoveOrganizationUserPermissionInput, context) => {
        const { upstream, loaders } = context;
        const member = { org_code: input.organizationCode, user_id: input.userId };
        await withPermissionId(loaders, input.permission, (permission_id) =>
          upstream.organizations.removeUserPermission({ ...member, permission_id }),
        );
        const userErrors = await refreshAfterWrite(input, [member.user_id], context);
        return { organizationUser: member, userErrors };
      },
    ),
  },
} satisfies Resolvers;

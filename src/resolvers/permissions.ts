import type {
  AddOrganizationUserPermissionInput,
  CreatePermissionInput,
  DeletePermissionInput,
  PermissionReference,
  RemoveOrganizationUserPermissionInput,
  Resolvers,
  SetRolePermissionsInput,
  UpdatePermissionInput,
} from '../generated/resolvers.js';
import { catalogueTraits } from '../loaders/catalogue.js';
import type { Context } from '../graphql/context.js';
import type { Loaders } from '../loaders/index.js';
import type { Arguments } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Permission } from '../upstream/types.js';
import type { Entry } from '../loaders/shared-reads.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { refreshAfterWrite } from './refresh-claims.js';
import {
  allOrInputError,
  checkReferences,
  checkFilterKeys,
  resolveIds,
  currentEntries,
  currentEntry,
  resolveKeys,
  writeWithId,
  type ReferenceKind,
  type ReferenceList,
} from './reference.js';
import { rolePlace } from './roles.js';
import { requireChange, writeProperties } from './write-properties.js';

const kindOf = ({ permissions }: Loaders): ReferenceKind<Permission> => ({
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

const placesOf = (references: readonly PermissionReference[]) =>
  references.map((reference, position) => ({ reference, field: ['permissions', position] }));

const currentPermission = (loaders: Loaders, reference: PermissionReference) =>
  currentEntry({ reference, field: ['permission'] }, kindOf(loaders));

/** The input's properties in the API's spelling. */
const PROPERTIES = {
  name: 'name',
  key: 'key',
  description: 'description',
} as const satisfies Record<
  keyof Omit<CreatePermissionInput, 'idempotencyKey'>,
  keyof Arguments<Endpoints['permissions']['create']>
>;

/** What a mutation wrote, found by its key: Kinde doesn't tell the id of a new permission. */
const afterMutation = {
  permission: ({ key }: { key: string | null }, _: unknown, { loaders }: Context) =>
    key === null ? null : loaders.permissions.byKey(key),
};

/** Returns all of a permission that Kinde takes in a write: whether it clears what is left out is unknown. */
const written = ({ name, key, description }: Permission) => ({
  name: name ?? key,
  key,
  description: description ?? undefined,
});

/** Returns a complete list. Throws for an unusable entry, which might be one to keep or to remove. */
function usable(entries: readonly Entry<Permission>[]): Permission[] {
  return entries.map((entry) => {
    if (entry instanceof UpstreamError) throw entry;
    return entry;
  });
}

/** Returns what to send so that a role grants these permissions and no others. */
function changesOf(granted: readonly Permission[], wanted: readonly Permission[]) {
  const grantedIds = new Set(granted.map(({ id }) => id));
  const wantedIds = new Set(wanted.map(({ id }) => id));
  return [
    ...[...wantedIds].filter((id) => !grantedIds.has(id)).map((id) => ({ id })),
    ...[...grantedIds]
      .filter((id) => !wantedIds.has(id))
      .map((id) => ({ id, operation: 'delete' as const })),
  ];
}

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
    permissionId: ({ id }) => id,
  },

  PermissionGrant: {
    permission: (grant) => grant,
    roles: ({ roles }) =>
      mapEntries(roles ?? [], ({ id, key }) => (id == null ? { key } : { key, id })),
  },

  PermissionConnection: connectionResolvers,

  CreatePermissionPayload: afterMutation,

  UpdatePermissionPayload: afterMutation,

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

    setRolePermissions: mutation(
      { role: null },
      async (input: SetRolePermissionsInput, { upstream, loaders }) => {
        const [role, kind] = rolePlace(loaders, input.role);
        const wantedPlaces = placesOf(input.permissions);
        checkReferences([[role], kind], [wantedPlaces, kindOf(loaders)]);
        const [{ id, key }, wanted] = await allOrInputError([
          currentEntry(role, kind),
          currentEntries(wantedPlaces, kindOf(loaders)),
        ]);
        const granted = await loaders.roles.currentPermissions(id);
        const permissions = changesOf(usable(granted), wanted);
        if (permissions.length > 0) {
          await upstream.roles.updatePermissions({ role_id: id, permissions });
        }
        return { role: { key, id } };
      },
    ),

    createPermission: mutation(
      { key: null },
      async (input: CreatePermissionInput, { upstream }) => {
        await upstream.permissions.create(
          writeProperties(input, PROPERTIES) as Arguments<Endpoints['permissions']['create']>,
        );
        return { key: input.key };
      },
    ),

    updatePermission: mutation(
      { key: null, replacedPermissionId: null },
      async ({ permission: reference, ...input }: UpdatePermissionInput, { upstream, loaders }) => {
        const changes: Partial<Arguments<Endpoints['permissions']['create']>> = writeProperties(
          input,
          PROPERTIES,
        );
        requireChange(changes);
        const permission = await currentPermission(loaders, reference);
        const { key, ...others } = { ...written(permission), ...changes };
        await upstream.permissions.update({ permission_id: permission.id, key, ...others });
        const isRenamed = key !== permission.key;
        return {
          key,
          replacedPermissionId: isRenamed ? nodeId('Permission', permission.key) : null,
        };
      },
    ),

    deletePermission: mutation(
      { deletedPermissionId: null, deletedPermissionKey: null },
      async ({ permission }: DeletePermissionInput, { upstream, loaders }) => {
        const { id, key } = await currentPermission(loaders, permission);
        await upstream.permissions.delete({ permission_id: id });
        return { deletedPermissionId: nodeId('Permission', key), deletedPermissionKey: key };
      },
    ),
  },
} satisfies Resolvers;

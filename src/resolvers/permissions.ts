import type {
  CreatePermissionInput,
  DeletePermissionInput,
  PermissionReference,
  Resolvers,
  SetRolePermissionsInput,
  UpdatePermissionInput,
} from '../generated/resolvers.js';
import type { Context } from '../graphql/context.js';
import type { Loaders } from '../loaders/index.js';
import type { Arguments } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import { MAX_BULK_PERMISSIONS } from '../upstream/endpoints/roles.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Permission } from '../upstream/types.js';
import type { Entry } from '../loaders/shared-reads.js';
import { catalogueConnection, createCatalogueWrites, readsOf } from './catalogue.js';
import { connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation, requireCalls } from './mutation.js';
import { nodeId } from './node-id.js';
import {
  allOrInputError,
  checkReferences,
  currentEntries,
  currentEntry,
  type ReferenceKind,
} from './reference.js';
import { rolePlace } from './roles.js';
import { writeProperties } from './write-properties.js';

const kindOf = ({ permissions }: Loaders): ReferenceKind<Permission> => ({
  ...readsOf(permissions),
  noun: 'permission',
  idName: 'permissionId',
  typeName: 'Permission',
  unknownCode: 'UNKNOWN_PERMISSION',
});

const placesOf = (references: readonly PermissionReference[]) =>
  references.map((reference, position) => ({ reference, field: ['permissions', position] }));

/** The input's properties in the API's spelling. */
const PROPERTIES = {
  name: 'name',
  key: 'key',
  description: 'description',
} as const satisfies Record<
  keyof Omit<CreatePermissionInput, 'idempotencyKey'>,
  keyof Arguments<Endpoints['permissions']['create']>
>;

type PermissionWrite = Arguments<Endpoints['permissions']['create']>;

const writes = createCatalogueWrites<'permission', Permission, PermissionWrite>({
  noun: 'permission',
  kindOf,
  names: PROPERTIES,
});

export const {
  keys: permissionKeys,
  ids: permissionIds,
  checkFilter: checkPermissionFilter,
} = writes;

/** What a mutation wrote, found by its key: Kinde doesn't tell the id of a new permission. */
const afterMutation = {
  permission: ({ key }: { key: string | null }, _: unknown, { loaders }: Context) =>
    key === null ? null : loaders.permissions.byKey(key),
};

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
    permissions: catalogueConnection('permissions', ({ permissions }) => permissions.page),
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
    addOrganizationUserPermission: writes.memberMutation((upstream, member, permission_id) =>
      upstream.organizations.addUserPermission({ ...member, permission_id }),
    ),

    removeOrganizationUserPermission: writes.memberMutation((upstream, member, permission_id) =>
      upstream.organizations.removeUserPermission({ ...member, permission_id }),
    ),

    setRolePermissions: mutation(
      { role: null },
      async (input: SetRolePermissionsInput, context) => {
        const { upstream, loaders } = context;
        const [role, kind] = rolePlace(loaders, input.role);
        const wantedPlaces = placesOf(input.permissions);
        checkReferences([[role], kind], [wantedPlaces, kindOf(loaders)]);
        const [{ id, key }, wanted] = await allOrInputError([
          currentEntry(role, kind),
          currentEntries(wantedPlaces, kindOf(loaders)),
        ]);
        const granted = await loaders.roles.currentPermissions(id);
        const changes = changesOf(usable(granted), wanted);
        requireCalls(Math.ceil(changes.length / MAX_BULK_PERMISSIONS), context);
        for (let from = 0; from < changes.length; from += MAX_BULK_PERMISSIONS) {
          const permissions = changes.slice(from, from + MAX_BULK_PERMISSIONS);
          await upstream.roles.updatePermissions({ role_id: id, permissions });
        }
        return { role: { key, id } };
      },
      { storesRefusals: false },
    ),

    createPermission: mutation(
      { key: null },
      async (input: CreatePermissionInput, { upstream }) => {
        await upstream.permissions.create(writeProperties(input, PROPERTIES) as PermissionWrite);
        return { key: input.key };
      },
    ),

    updatePermission: mutation(
      { key: null, replacedPermissionId: null },
      async ({ permission: reference, ...input }: UpdatePermissionInput, { upstream, loaders }) => {
        const { entry, written, replacedId } = await writes.changed(loaders, reference, input);
        await upstream.permissions.update({ permission_id: entry.id, ...written });
        return { key: written.key, replacedPermissionId: replacedId };
      },
    ),

    deletePermission: mutation(
      { deletedPermissionId: null, deletedPermissionKey: null },
      async ({ permission }: DeletePermissionInput, { upstream, loaders }) => {
        const { id, key } = await writes.current(loaders, permission);
        await upstream.permissions.delete({ permission_id: id });
        return { deletedPermissionId: nodeId('Permission', key), deletedPermissionKey: key };
      },
    ),
  },
} satisfies Resolvers;

import type {
  CreateRoleInput,
  DeleteRoleInput,
  Resolvers,
  RoleReference,
  UpdateRoleInput,
} from '../generated/resolvers.js';
import type { Loaders } from '../loaders/index.js';
import type { RoleParent } from '../loaders/roles.js';
import type { Arguments } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import type { Role } from '../upstream/types.js';
import { carriedOr } from './from-parent.js';
import { catalogueConnection, createCatalogueWrites, readsOf } from './catalogue.js';
import { connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import type { ReferenceKind } from './reference.js';
import { writeProperties } from './write-properties.js';

/** A property from the environment's catalogue, unless the parent carries it. */
const described = carriedOr((role: RoleParent, { roles }) => roles.describe(role));

/** A property that a member's own roles lack. */
const fromCatalogue = carriedOr(({ key }: RoleParent, { roles }) => roles.byKey(key));

const kindOf = ({ roles }: Loaders): ReferenceKind<Role> => ({
  ...readsOf(roles),
  noun: 'role',
  idName: 'roleId',
  typeName: 'Role',
  unknownCode: 'UNKNOWN_ROLE',
});

/** The input's properties in the API's spelling. */
const PROPERTIES = {
  name: 'name',
  key: 'key',
  description: 'description',
  isDefault: 'is_default_role',
} as const satisfies Record<
  keyof Omit<CreateRoleInput, 'idempotencyKey'>,
  keyof Arguments<Endpoints['roles']['create']>
>;

type RoleWrite = Arguments<Endpoints['roles']['create']>;

const writes = createCatalogueWrites<'role', Role, RoleWrite>({
  noun: 'role',
  kindOf,
  names: PROPERTIES,
});

export const { keys: roleKeys, checkFilter: checkRoleFilter } = writes;

/** Returns the place of the input's `role`, as it is checked and looked up. */
export const rolePlace = (loaders: Loaders, reference: RoleReference) =>
  [writes.placeOf(reference), kindOf(loaders)] as const;

export const resolvers = {
  Query: {
    roles: catalogueConnection('roles', ({ roles }) => roles.page),
  },

  OrganizationUser: {
    roles: ({ org_code, user_id, roles }, _, { loaders }) => {
      const member = { org_code, user_id };
      return roles == null
        ? loaders.users.roles(member).then((found) => reported<RoleParent>(found))
        : mapEntries(roles, (key) => ({ key, member }));
    },
  },

  Role: {
    id: ({ key }) => nodeId('Role', key),
    roleId: described('id'),
    name: described('name'),
    description: fromCatalogue('description'),
    isDefault: fromCatalogue('is_default_role'),
  },

  RoleConnection: connectionResolvers,

  Mutation: {
    addOrganizationUserRole: writes.memberMutation((upstream, member, role_id) =>
      upstream.organizations.addUserRole({ ...member, role_id }),
    ),

    removeOrganizationUserRole: writes.memberMutation((upstream, member, role_id) =>
      upstream.organizations.removeUserRole({ ...member, role_id }),
    ),

    createRole: mutation({ role: null }, async (input: CreateRoleInput, { upstream }) => {
      const { role } = await upstream.roles.create(writeProperties(input, PROPERTIES) as RoleWrite);
      return { role: { key: input.key, id: role.id } };
    }),

    updateRole: mutation(
      { role: null, replacedRoleId: null },
      async ({ role: reference, ...input }: UpdateRoleInput, { upstream, loaders }) => {
        const { entry, written, replacedId } = await writes.changed(loaders, reference, input);
        await upstream.roles.update({ role_id: entry.id, ...written });
        return { role: { key: written.key, id: entry.id }, replacedRoleId: replacedId };
      },
    ),

    deleteRole: mutation(
      { deletedRoleId: null, deletedRoleKey: null },
      async ({ role }: DeleteRoleInput, { upstream, loaders }) => {
        const { id, key } = await writes.current(loaders, role);
        await upstream.roles.delete({ role_id: id });
        return { deletedRoleId: nodeId('Role', key), deletedRoleKey: key };
      },
    ),
  },
} satisfies Resolvers;

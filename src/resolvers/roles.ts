import type {
  AddOrganizationUserRoleInput,
  CreateRoleInput,
  DeleteRoleInput,
  RemoveOrganizationUserRoleInput,
  Resolvers,
  RoleReference,
  UpdateRoleInput,
} from '../generated/resolvers.js';
import { catalogueTraits } from '../loaders/catalogue.js';
import type { Loaders } from '../loaders/index.js';
import type { RoleParent } from '../loaders/roles.js';
import type { Arguments } from '../upstream/endpoint.js';
import type { Endpoints } from '../upstream/endpoints/index.js';
import type { Role } from '../upstream/types.js';
import { carriedOr } from './from-parent.js';
import { connection, connectionResolvers } from './connection.js';
import { mapEntries, reported } from './entries.js';
import { mutation } from './mutation.js';
import { nodeId } from './node-id.js';
import { refreshAfterWrite } from './refresh-claims.js';
import {
  checkFilterKeys,
  currentEntry,
  resolveKeys,
  writeWithId,
  type ReferenceKind,
  type ReferenceList,
} from './reference.js';
import { requireChange, writeProperties } from './write-properties.js';

/** A property that only the environment's catalogue has, unless what led here carries it. */
const described = carriedOr((role: RoleParent, { roles }) => roles.describe(role));

/** A property that a member's own roles lack. */
const fromCatalogue = carriedOr(({ key }: RoleParent, { roles }) => roles.byKey(key));

const kindOf = ({ roles }: Loaders): ReferenceKind<Role> => ({
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

/** Returns the place of the input's `role`, as it is checked and looked up. */
export const rolePlace = (loaders: Loaders, reference: RoleReference) =>
  [{ reference, field: ['role'] }, kindOf(loaders)] as const;

/** Returns the role that the input's `role` names, from a read past every cache. */
const currentRole = (loaders: Loaders, reference: RoleReference) =>
  currentEntry(...rolePlace(loaders, reference));

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

/** Returns all of a role that Kinde takes in a write, so that nothing depends on what it makes of gaps. */
const written = ({ name, key, description, is_default_role }: Role) => ({
  name: name ?? key,
  key,
  description: description ?? undefined,
  is_default_role: is_default_role ?? undefined,
});

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
    description: fromCatalogue('description'),
    isDefault: fromCatalogue('is_default_role'),
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

    createRole: mutation({ role: null }, async (input: CreateRoleInput, { upstream }) => {
      const properties = writeProperties(input, PROPERTIES);
      const { role } = await upstream.roles.create(
        properties as Arguments<Endpoints['roles']['create']>,
      );
      return { role: { key: input.key, id: role.id } };
    }),

    updateRole: mutation(
      { role: null, replacedRoleId: null },
      async ({ role: reference, ...input }: UpdateRoleInput, { upstream, loaders }) => {
        const changes: Partial<Arguments<Endpoints['roles']['create']>> = writeProperties(
          input,
          PROPERTIES,
        );
        requireChange(changes);
        const role = await currentRole(loaders, reference);
        const { key, ...others } = { ...written(role), ...changes };
        await upstream.roles.update({ role_id: role.id, key, ...others });
        return {
          role: { key, id: role.id },
          replacedRoleId: key === role.key ? null : nodeId('Role', role.key),
        };
      },
    ),

    deleteRole: mutation(
      { deletedRoleId: null, deletedRoleKey: null },
      async ({ role }: DeleteRoleInput, { upstream, loaders }) => {
        const { id, key } = await currentRole(loaders, role);
        await upstream.roles.delete({ role_id: id });
        return { deletedRoleId: nodeId('Role', key), deletedRoleKey: key };
      },
    ),
  },
} satisfies Resolvers;

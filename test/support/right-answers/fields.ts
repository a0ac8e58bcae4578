/** What each field of the public schema is, read from the emulator's state without calls, pages or caches. */
import {
  permissionsOf,
  type OrganizationRecord,
  type PermissionRecord,
  type State,
  type UserRecord,
} from '../../../src/emulator/state.js';
import { nodeId, type NodeType } from '../../../src/resolvers/node-id.js';
import {
  byName,
  codeOf,
  connection,
  connectionsOf,
  environmentFlags,
  factorsOf,
  filteredInvites,
  filteredMembers,
  filteredPeople,
  flagOf,
  fullName,
  holders,
  instant,
  invitesOf,
  inviteStatus,
  isText,
  logosOf,
  memberOf,
  propertiesOf,
  sorted,
  sortedFlags,
  type Args,
  type MemberOf,
} from './state.js';

export type Field = (parent: any, args: Args, state: State) => unknown;

/** Finds what a global id names. */
export const NODES: Record<NodeType, (state: State, keys: string[]) => unknown> = {
  Organization: ({ organizations }, [code]) => organizations.get(code!),
  OrganizationUser: (state, [code, id]) => memberOf(state, code!, id!),
  OrganizationInvite: (state, [code, id]) =>
    invitesOf(state.organization(code!)).find(({ invite }) => invite.code === id),
  OrganizationLogo: (state, [code, type]) =>
    logosOf(state.organization(code!)).find(({ key }) => key === type),
  OrganizationProperty: (state, [code, wanted]) =>
    propertiesOf(state, state.organization(code!)).find(({ key }) => key === wanted),
  FeatureFlag: (state, [code, key]) => flagOf(state, state.organization(code!), key!, true),
  EnvironmentFeatureFlag: (state, [wanted]) =>
    environmentFlags(state).find(({ key }) => key === wanted),
  OrganizationSignInMethod: (state, [code, wanted]) =>
    connectionsOf(state, state.organization(code!)).find(({ id }) => id === wanted),
  User: ({ users }, [id]) => users.get(id!),
  MfaFactor: (state, [code, userId, wanted]) => {
    const found = memberOf(state, code!, userId!);
    return found && factorsOf(state, found).find(({ id }) => id === wanted);
  },
  Role: ({ roles }, [wanted]) => [...roles.values()].find(({ key }) => key === wanted),
  Permission: ({ permissions }, [wanted]) =>
    [...permissions.values()].find(({ key }) => key === wanted),
};

type Fields = Record<string, Field>;

/** Fields that have the value of a property under another name. */
const renamed = (names: Record<string, string>, inside?: string): Fields =>
  Object.fromEntries(
    Object.entries(names).map(([name, property]) => [
      name,
      (parent) => (inside === undefined ? parent : parent[inside])[property] ?? null,
    ]),
  );

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const snakeCased = (names: string[], inside?: string): Fields =>
  renamed(Object.fromEntries(names.map((name) => [name, snakeCase(name)])), inside);

const instants = (names: Record<string, string>, inside?: string): Fields =>
  Object.fromEntries(
    Object.entries(renamed(names, inside)).map(([name, field]) => [
      name,
      (...of) => instant(field(...of)),
    ]),
  );

const QUERY: Fields = {
  organization: (_, { code }, { organizations }) => organizations.get(code),
  organizationByHandle: (_, { handle }, { organizations }) =>
    [...organizations.values()].find(({ profile }) => profile.handle === handle),
  organizationByExternalId: (_, { externalId }, { organizations }) =>
    [...organizations.values()].find(({ profile }) => profile.external_id === externalId),
  organizations: (_, args, { organizations }) => {
    const isDescending = args['sort'] === 'NAME_DESC';
    const nameOf = ({ profile }: OrganizationRecord) => profile.name;
    return connection(sorted(organizations.values(), nameOf, codeOf, isDescending), args);
  },
  roles: (_, args, { roles }) => connection(byName(roles.values()), args),
  permissions: (_, args, { permissions }) => connection(byName(permissions.values()), args),
  featureFlags: (_, __, state) => environmentFlags(state),
  user: (_, { userId }, { users }) => users.get(userId),
  users: (_, args, state) => connection(filteredPeople(state, args), args),
};

const ORGANIZATION: Fields = {
  id: (parent) => nodeId('Organization', codeOf(parent)),
  ...snakeCased(
    [
      ...['code', 'name', 'handle', 'externalId', 'isDefault', 'isAutoMembershipEnabled'],
      ...['allowedDomains', 'isSuspended', 'senderName', 'senderEmail'],
    ],
    'profile',
  ),
  ...instants({ suspendedOn: 'suspended_on', createdOn: 'created_on' }, 'profile'),
  branding: (parent) => parent,
  featureFlag: (parent, { key, includeInherited }, state) =>
    flagOf(state, parent, key, includeInherited),
  featureFlags: (parent, { includeInherited }, state) =>
    sortedFlags(state).flatMap((key) => flagOf(state, parent, key, includeInherited) ?? []),
  invite: (parent, { code }) => invitesOf(parent).find(({ invite }) => invite.code === code),
  invites: (parent, args) => connection(filteredInvites(parent, args), args),
  logos: logosOf,
  passkeyPolicy: ({ passkey }) => ({
    environmentRequirement: 'OPTIONAL',
    requirement: (passkey ?? 'optional').toUpperCase(),
    isEnabled: passkey !== 'off',
    isOverridden: passkey !== undefined,
  }),
  properties: (parent, _, state) => propertiesOf(state, parent),
  signInMethods: (parent, _, state) => connectionsOf(state, parent),
  user: (parent, { userId }, state) => memberOf(state, codeOf(parent), userId),
  users: (parent, args, state) => connection(filteredMembers(state, parent, args), args),
};

const ORGANIZATION_USER: Fields = {
  id: ({ organization, member }) =>
    nodeId('OrganizationUser', codeOf(organization), member.user.id),
  userId: ({ member }) => member.user.id,
  fullName: ({ member }) => fullName(member.user),
  ...Object.fromEntries(
    Object.entries(
      snakeCased(['email', 'firstName', 'lastName', 'picture', 'isSuspended'], 'user'),
    ).map(([name, field]) => [name, ({ member }, ...more): unknown => field(member, ...more)]),
  ),
  ...instants({ joinedOn: 'joined_on', lastAccessedOn: 'last_accessed_on' }, 'member'),
  mfaFactors: (parent, _, state) => factorsOf(state, parent),
  permissions: ({ member }) => [...permissionsOf(member).keys()],
  permissionGrants: ({ member }) =>
    Array.from(permissionsOf(member), ([permission, roles]) => ({ permission, roles })),
  roles: ({ member }) => [...member.roles],
  user: ({ member }) => member.user,
};

const isActive =
  ({ from, to }: Args) =>
  ({ member: { last_accessed_on } }: MemberOf) =>
    last_accessed_on !== null &&
    Date.parse(last_accessed_on) >= Date.parse(from) &&
    Date.parse(last_accessed_on) <= Date.parse(to);

const ROLE: Fields = {
  id: ({ key }) => nodeId('Role', key),
  ...renamed({ roleId: 'id', isDefault: 'is_default_role' }),
  permissions: ({ permissions }: { permissions: PermissionRecord[] }) => byName(permissions),
  users: (role, args, state) => connection(holders(state, role, args['organizationCode']), args),
  usersCount: (role, { organizationCode }, state) => holders(state, role, organizationCode).length,
  activeUsersCount: (role, args, state) =>
    holders(state, role, args['organizationCode']).filter(isActive(args)).length,
};

const USER: Fields = {
  id: ({ id }) => nodeId('User', id),
  userId: ({ id }) => id,
  fullName,
  ...snakeCased([...['providedId', 'firstName', 'lastName', 'isSuspended']]),
  ...renamed({ totalSignIns: 'total_sign_ins', failedSignIns: 'failed_sign_ins' }),
  ...instants({ lastSignedInOn: 'last_signed_in', createdOn: 'created_on' }),
  membership: ({ id }, { organizationCode }, state) => memberOf(state, organizationCode, id),
  memberships: ({ id, organizations }: UserRecord, _, state) =>
    organizations.map((code) => memberOf(state, code, id)),
};

const INVITE: Fields = {
  id: ({ organization, invite }) => nodeId('OrganizationInvite', codeOf(organization), invite.code),
  ...snakeCased(['code', 'email', 'firstName', 'lastName', 'isSent', 'roles'], 'invite'),
  ...instants({ createdOn: 'created_on', acceptedOn: 'accepted_on' }, 'invite'),
  fullName: ({ invite }) => [invite.first_name, invite.last_name].filter(isText).join(' '),
  inviteLink: ({ invite }) => `https://invites.example.com/team_invitation?code=${invite.code}`,
  status: ({ invite }) => inviteStatus(invite),
};

const ownId =
  (type: NodeType, key: string): Field =>
  (parent) =>
    nodeId(type, codeOf(parent.organization), parent[key]);

/** By type. A field that is missing has the value of the property of its name. */
export const FIELDS: Readonly<Record<string, Fields>> = {
  Query: QUERY,
  Organization: ORGANIZATION,
  OrganizationBranding: {
    ...snakeCased(
      [
        ...['linkColor', 'backgroundColor', 'buttonColor', 'buttonTextColor', 'logo'],
        ...['linkColorDark', 'backgroundColorDark', 'buttonColorDark', 'buttonTextColorDark'],
        ...['buttonBorderRadius', 'cardBorderRadius', 'inputBorderRadius', 'colorScheme'],
        ...['logoDark', 'faviconSvg', 'faviconFallback'],
      ],
      'profile',
    ),
    themeCode: ({ profile }) => profile.theme_code.toUpperCase(),
  },
  OrganizationBilling: renamed({ customerId: 'billing_customer_id' }),
  BillingAgreement: snakeCased(['agreementId', 'planCode']),
  OrganizationUser: ORGANIZATION_USER,
  OrganizationInvite: INVITE,
  OrganizationLogo: { id: ownId('OrganizationLogo', 'key') },
  OrganizationProperty: { id: ownId('OrganizationProperty', 'key') },
  OrganizationSignInMethod: {
    id: ownId('OrganizationSignInMethod', 'id'),
    ...renamed({ connectionId: 'id', displayName: 'display_name' }),
  },
  FeatureFlag: { id: ownId('FeatureFlag', 'key') },
  EnvironmentFeatureFlag: { id: ({ key }) => nodeId('EnvironmentFeatureFlag', key) },
  MfaFactor: {
    id: ({ organization, member, id }) =>
      nodeId('MfaFactor', codeOf(organization), member.user.id, id),
    factorId: ({ id }) => id,
    type: ({ type }) => type.toUpperCase(),
    ...instants({ createdOn: 'created_on', lastUsedOn: 'last_used_on' }),
    ...snakeCased(['isVerified', 'usageCount']),
  },
  Role: ROLE,
  Permission: { id: ({ key }) => nodeId('Permission', key), permissionId: ({ id }) => id },
  User: USER,
};

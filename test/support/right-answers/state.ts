/** What the emulator's state holds, in the lists and with the filters of Kinde and of the gateway. */
import { toInstant } from '../../../src/upstream/convert.js';
import {
  permissionsOf,
  type Member,
  type OrganizationRecord,
  type RoleRecord,
  type State,
  type UserRecord,
} from '../../../src/emulator/state.js';

export type Args = Record<string, any>;

export interface MemberOf {
  organization: OrganizationRecord;
  member: Member;
}

export const instant = (value: unknown) => (value == null ? null : toInstant(value));
export const isText = (text: string | null | undefined) => text != null && text !== '';
export const codeOf = ({ profile }: OrganizationRecord) => profile.code;
const keysOf = (entries: Iterable<{ key: string }>) => new Set(Array.from(entries, (e) => e.key));
const folded = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export const fullName = ({ first_name, last_name, full_name }: Partial<UserRecord>) =>
  [first_name, last_name].filter(isText).join(' ') || (full_name ?? '') || null;

/** Sorts as the emulator does, which stands for Kinde. */
export function sorted<T>(
  items: Iterable<T>,
  textOf: (item: T) => string | null | undefined,
  idOf: (item: T) => string,
  isDescending = false,
): T[] {
  const compare = (a: string, b: string) => (a === b ? 0 : a < b ? -1 : 1);
  const places = Array.from(items, (item) => ({
    ...{ item, text: folded(textOf(item) ?? ''), id: idOf(item) },
  })).sort((a, b) => compare(a.text, b.text) || compare(a.id, b.id));
  if (isDescending) places.reverse();
  return places.map(({ item }) => item);
}

/** Returns the first entries of a list. Cursors are compared elsewhere. */
export function connection<T>(all: T[], { first = 10 }: Args) {
  const nodes = all.slice(0, first);
  const pageInfo = { hasNextPage: first < all.length, hasPreviousPage: false };
  return { nodes, edges: nodes.map((node) => ({ node })), pageInfo };
}

export const byName = <T extends { id: string; name?: string | null }>(entries: Iterable<T>) =>
  sorted(
    entries,
    ({ name }) => name,
    ({ id }) => id,
  );

const membersOf = (organization: OrganizationRecord, sort = 'NAME_ASC'): MemberOf[] =>
  sorted(
    organization.members.values(),
    ({ user }) => (sort.startsWith('NAME') ? user.full_name : user.email),
    ({ user }) => user.id,
    sort.endsWith('DESC'),
  ).map((member) => ({ organization, member }));

export function filteredMembers(
  { permissionFilter }: State,
  organization: OrganizationRecord,
  { sort, roles = [], permissions = [], search }: Args,
): MemberOf[] {
  return membersOf(organization, sort).filter(({ member }) => {
    const held = keysOf(member.roles);
    const may = keysOf(
      permissionFilter === 'all' ? permissionsOf(member).keys() : member.permissions,
    );
    const texts = [fullName(member.user), member.user.email].filter(isText) as string[];
    return (
      roles.every((key: string) => held.has(key)) &&
      permissions.every((key: string) => may.has(key)) &&
      (search == null || texts.some((text) => folded(text).includes(folded(search))))
    );
  });
}

export const memberOf = (state: State, code: string, userId: string): MemberOf | null => {
  const organization = state.organizations.get(code);
  const member = organization?.members.get(userId);
  return organization && member ? { organization, member } : null;
};

export function filteredPeople({ users }: State, { search, notInOrganization, ...exact }: Args) {
  const people = sorted(
    users.values(),
    ({ id }) => id,
    ({ id }) => id,
  );
  return people.filter(
    (user) =>
      (['email', 'username', 'phone'] as const).every(
        (name) => exact[name] == null || user[name] === exact[name],
      ) &&
      (notInOrganization == null || !user.organizations.includes(notInOrganization)) &&
      (search == null ||
        [user.full_name, user.email ?? ''].some((text) =>
          text.toLowerCase().includes(search.toLowerCase()),
        )),
  );
}

const FLAG_TYPES = { bool: 'BOOLEAN', int: 'INTEGER', str: 'STRING', json: 'JSON' } as const;

function flagValue(type: string, text: string) {
  if (type === 'bool') return text === 'true';
  return type === 'int' ? Number(text) : text;
}

export function flagOf(
  { featureFlags }: State,
  organization: OrganizationRecord,
  key: string,
  inherits: boolean,
) {
  const flag = featureFlags.get(key);
  const own = organization.overrides.get(key);
  if (flag === undefined || (own === undefined && !inherits)) return null;
  return {
    ...{ key, organization, type: FLAG_TYPES[flag.type] },
    value: flagValue(flag.type, own ?? flag.value),
    source: own === undefined ? 'ENVIRONMENT' : 'ORGANIZATION',
  };
}

export const sortedFlags = ({ featureFlags }: State) => [...featureFlags.keys()].sort();

export const environmentFlags = (state: State) =>
  sortedFlags(state).map((key) => {
    const { type, value } = state.featureFlags.get(key)!;
    return { key, type: FLAG_TYPES[type], value: flagValue(type, value) };
  });

export const holders = (state: State, { key }: RoleRecord, code: string) =>
  membersOf(state.organization(code)).filter(({ member }) => keysOf(member.roles).has(key));

export const logosOf = (organization: OrganizationRecord) =>
  Array.from(organization.logos, ([key, { name }]) => ({
    ...{ organization, key, type: key.toUpperCase(), fileName: name },
    path: `/${key === 'light' ? 'logo' : 'logo_dark'}?p_org_code=${codeOf(organization)}`,
  }));

export const propertiesOf = ({ properties }: State, organization: OrganizationRecord) =>
  Array.from(properties.values(), (property) => ({
    ...{ ...property, organization, propertyId: property.id },
    value: organization.properties.get(property.key) ?? null,
  }));

export const connectionsOf = ({ connections }: State, organization: OrganizationRecord) =>
  Array.from(organization.connections, (id) => ({ ...connections.get(id)!, organization }));

/** The emulator has the first factor alone in its response. */
export const factorsOf = ({ mfaFactors }: State, { organization, member }: MemberOf) => {
  const [factor] = mfaFactors.get(member.user.id)?.values() ?? [];
  return factor === undefined ? [] : [{ ...factor, organization, member }];
};

export const invitesOf = (organization: OrganizationRecord) =>
  [...organization.invites.values()].map((invite) => ({ organization, invite }));

export function filteredInvites(
  organization: OrganizationRecord,
  { sort = 'CREATED_ON_DESC', includeAccepted, includeRevoked }: Args,
) {
  const textOf = ({ invite }: ReturnType<typeof invitesOf>[0]) => {
    if (sort.startsWith('EMAIL')) return invite.email;
    return sort.startsWith('NAME')
      ? [invite.first_name, invite.last_name].filter(isText).join(' ')
      : invite.created_on;
  };
  return sorted(
    invitesOf(organization),
    textOf,
    ({ invite }) => invite.code,
    sort.endsWith('DESC'),
  ).filter(
    ({ invite }) =>
      (includeRevoked || !invite.is_revoked) && (includeAccepted || !invite.accepted_on),
  );
}

export function inviteStatus({
  is_revoked,
  accepted_on,
}: {
  is_revoked: boolean;
  accepted_on: unknown;
}) {
  if (is_revoked) return 'REVOKED';
  return accepted_on === null ? 'PENDING' : 'ACCEPTED';
}

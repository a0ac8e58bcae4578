/** What the components show. The fields are nullable where the schema's are, so responses fit as they are. */
export interface OrganizationItem {
  readonly id: string;
  readonly code: string;
  readonly name?: string | null;
}

export interface RoleItem {
  readonly id: string;
  readonly key: string;
  readonly name?: string | null;
}

export interface MemberItem {
  readonly id: string;
  readonly userId: string;
  readonly fullName?: string | null;
  readonly email?: string | null;
  readonly roles?: readonly (RoleItem | null)[] | null;
}

export interface FlagItem {
  readonly id: string;
  readonly key: string;
  readonly source: 'ENVIRONMENT' | 'ORGANIZATION' | (string & {});
  readonly value?: unknown;
}

export interface InviteItem {
  readonly id: string;
  readonly code: string;
  readonly email?: string | null;
  readonly roles: readonly (RoleItem | null)[];
}

/** A list as GraphQL returns it: an entry that can't be read is null. */
export type Entries<Item> = readonly (Item | null | undefined)[];

export const readable = <Item>(entries: Entries<Item> | null | undefined): Item[] =>
  (entries ?? []).filter((entry) => entry != null);

export const nameOf = ({ name, key }: RoleItem) => name ?? key;
export const personOf = ({ fullName, email, userId }: MemberItem) => fullName ?? email ?? userId;

/** The roles to choose from: all of them where they can be read, and else those that members have. */
export function roleChoices(
  catalogue: Entries<RoleItem> | null | undefined,
  members: Entries<MemberItem> | null | undefined,
): RoleItem[] {
  const known = catalogue ?? readable(members).flatMap(({ roles }) => roles ?? []);
  const byKey = new Map(readable(known).map((role) => [role.key, role]));
  return [...byKey.values()].sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

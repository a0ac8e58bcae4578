/**
 * Reads the permissions of an organization's members by their keys, where that takes fewer calls than
 * one for each member: 20 to 34 calls for 500 members and 20 keys.
 *
 * permissions(member) = (what the member's roles grant) ∪ {key : member is in users?permissions=key}
 *
 * Kinde doesn't document whether that filter matches permissions held directly, those through roles, or
 * both. The union is the same in any case. It takes for granted that a member's own read shows these two
 * kinds and nothing else, so one member is read on its own and compared.
 *
 * No part is older than a member's own read may be, though catalogues are cached for longer.
 */
import { LRUCache } from 'lru-cache';
import { endpoints } from '../upstream/endpoints/index.js';
import { MAX_PAGE_SIZE } from '../upstream/endpoints/page.js';
import { UpstreamError } from '../upstream/errors.js';
import type { OrganizationUserPermission, Permission } from '../upstream/types.js';
import { roleKeysOf } from './current-roles.js';
import { wholeList, type MemberLists } from './member-lists.js';
import { pagesOf, walkToTheEnd } from './pagination.js';
import type { createRoleLoaders } from './roles.js';
import type { Entry, ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';
import type { Member, MemberList, MemberReference } from './users.js';

/** How the permissions of an organization's members were read, and why. */
export interface PlanReport {
  readonly organizationCode: string;
  /** How many members' permissions were wanted at once. */
  readonly members: number;
  readonly plan: 'BY_KEY' | 'BY_MEMBER';
  readonly reason: string;
}

/**
 * The organizations in which a member's own read has differed from the union, so that they are read
 * member by member. Shared by all operations of a process.
 */
export class DifferingOrganizations {
  readonly #codes = new LRUCache<string, true>({ max: 10_000, ttl: 10 * 60_000 });

  /** `onDifference` is called with the organization's code, for the log. */
  constructor(private readonly onDifference: (org_code: string) => void = () => undefined) {}

  has(org_code: string): boolean {
    return this.#codes.has(org_code);
  }

  add(org_code: string): void {
    this.#codes.set(org_code, true);
    this.onDifference(org_code);
  }
}

/** Permissions by user id. Members whose roles the list didn't tell are missing. */
type PermissionsByUser = ReadonlyMap<string, OrganizationUserPermission[]>;

const NOTHING: PermissionsByUser = new Map();

/** Fewer members than this are read one by one without a look at the catalogue. */
export const FEWEST_MEMBERS = 20;
/**
 * From this many on, the rest of a list is expected to be wanted as well: long lists are completed in
 * parts, which src/graphql/list-turns.ts decides.
 */
const PART_OF_A_LIST = 100;
/** How many times as many calls as the plan's own the members must take. */
const CLEARLY_MORE = 2;
/** The catalogues of permissions and of roles, and the member who is compared. */
const FIXED_CALLS = 3;

/** Beside the scope of the members' list. */
const NEEDED_SCOPES = [
  endpoints.permissions.list,
  endpoints.roles.list,
  endpoints.roles.permissions,
].map(({ scope }) => scope);

export interface PlanOptions extends Pick<Sources, 'granted' | 'maxPageSize'> {
  /** What the operation has seen of organizations' lists of members. */
  lists: () => MemberLists;
  /** Reads a page of an organization's members. */
  users: ReadPage<MemberList, Member>;
  /** Reads all entries of the environment's catalogue. */
  catalogue: () => Promise<Entry<Permission>[]>;
  roles: Pick<ReturnType<typeof createRoleLoaders>, 'recentEntries' | 'recentPermissions'>;
  /** Reads one member's permissions. */
  ofMember: (member: MemberReference) => Promise<Entry<OrganizationUserPermission>[]>;
  differing: DifferingOrganizations;
  /** Called with each decision about many members. */
  onPlan: (report: PlanReport) => void;
}

/** One operation's reads by key. A mutation drops them. */
export class PermissionPlan {
  readonly #byOrganization = new Map<string, Promise<PermissionsByUser | undefined>>();

  constructor(private readonly options: PlanOptions) {}

  /** Whether the members of any organization have been read by key. */
  get isBegun(): boolean {
    return this.#byOrganization.size > 0;
  }

  /**
   * Returns the permissions of members of one organization who are wanted together, by user id. A member
   * who is missing is to be read alone: all are where the plan doesn't pay, or fails.
   */
  async read(org_code: string, wanted: readonly MemberReference[]): Promise<PermissionsByUser> {
    const begun = this.#byOrganization.get(org_code);
    if (begun !== undefined) return (await begun) ?? NOTHING;
    if (wanted.length < FEWEST_MEMBERS) return NOTHING;
    const report = (plan: PlanReport['plan'], reason: string) =>
      this.options.onPlan({ organizationCode: org_code, members: wanted.length, plan, reason });
    const reading = this.#begin(org_code, wanted, report).catch((error: unknown) => {
      // Each member's own read then succeeds or tells what is wrong.
      report('BY_MEMBER', error instanceof CantPlanError ? error.message : 'A call by key failed.');
      return undefined;
    });
    this.#byOrganization.set(org_code, reading);
    const found = await reading;
    // More members may be wanted in a later turn, and then it may pay.
    if (found === undefined) this.#byOrganization.delete(org_code);
    return found ?? NOTHING;
  }

  async #begin(
    org_code: string,
    wanted: readonly MemberReference[],
    report: (plan: PlanReport['plan'], reason: string) => void,
  ): Promise<PermissionsByUser> {
    const { differing, lists, maxPageSize } = this.options;
    const isListRead = lists().all(org_code) !== undefined;
    if (!isListRead && lists().shown(org_code) > 0) {
      throw new CantPlanError('The list of members isn’t known as a whole.');
    }
    if (differing.has(org_code)) {
      throw new CantPlanError('A member’s own permissions differed from those by key.');
    }
    await this.#requireScopes();
    const catalogue = all(await this.options.catalogue());
    const members =
      lists().all(org_code) ?? (await this.#readList(org_code, wanted.length, catalogue.length));
    const roleKeys = new Set(members.flatMap((member) => [...(roleKeysOf(member) ?? [])]));
    const pages = Math.ceil(members.length / Math.min(MAX_PAGE_SIZE, maxPageSize()));
    const listCalls = isListRead ? 0 : pages;
    const calls = catalogue.length * pages + listCalls + roleKeys.size + FIXED_CALLS;
    const expected =
      wanted.length < PART_OF_A_LIST
        ? wanted.length
        : Math.max(wanted.length, lists().shown(org_code));
    const comparison = `${expected} members, ${calls} calls by key`;
    if (expected < CLEARLY_MORE * calls) throw new CantPlanError(`${comparison}.`);
    const union = await this.#union(org_code, members, catalogue, roleKeys);
    await this.#compare(org_code, wanted, union);
    report('BY_KEY', `${comparison}.`);
    return union;
  }

  /**
   * Reads the list of an organization of which the operation shows none, as far as the plan can pay: its
   * members come from a payload or by their ids.
   */
  async #readList(org_code: string, wanted: number, keys: number): Promise<readonly Member[]> {
    const maxPages = Math.floor((wanted / CLEARLY_MORE - FIXED_CALLS) / (keys + 1));
    const pages = pagesOf(this.options.users, wholeList(org_code));
    for (let count = 0; count < maxPages; count++) if ((await pages.next()).done === true) break;
    const members = this.options.lists().all(org_code);
    if (members === undefined) throw new CantPlanError('The list of members is too long.');
    return members;
  }

  async #requireScopes(): Promise<void> {
    const scopes = await this.options.granted();
    const missing = NEEDED_SCOPES.find((scope) => scopes?.has(scope) === false);
    if (missing !== undefined) throw new CantPlanError(`The token lacks ${missing}.`);
  }

  async #union(
    org_code: string,
    members: readonly Member[],
    catalogue: readonly Permission[],
    roleKeys: ReadonlySet<string>,
  ): Promise<PermissionsByUser> {
    // First, since a token of which only Kinde knows the scopes may not read these.
    const byRole = await this.#grantedByRoles(roleKeys);
    const holders = await Promise.all(
      catalogue.map(async (permission) => {
        const ids = await this.#holdersOf(org_code, permission.key);
        return { permission, ids };
      }),
    );
    const union = new Map<string, Map<string, OrganizationUserPermission>>();
    for (const member of members) {
      const keys = roleKeysOf(member);
      if (keys === undefined) continue;
      const held = [...keys].flatMap((key) => byRole.get(key)!);
      union.set(member.user_id, new Map(held.map((permission) => [permission.key, permission])));
    }
    for (const { permission, ids } of holders) {
      for (const id of ids) union.get(id)?.set(permission.key, permission);
    }
    return new Map([...union].map(([id, permissions]) => [id, [...permissions.values()]]));
  }

  /** Returns what roles grant, by the role's key. */
  async #grantedByRoles(keys: ReadonlySet<string>): Promise<ReadonlyMap<string, Permission[]>> {
    if (keys.size === 0) return new Map();
    const { roles } = this.options;
    const ids = new Map(all(await roles.recentEntries()).map(({ id, key }) => [key, id]));
    const granted = await Promise.all(
      [...keys].map(async (key) => {
        const id = ids.get(key);
        if (id === undefined)
          throw new CantPlanError('A member has a role that the catalogue lacks.');
        return [key, all(await roles.recentPermissions(id))] as const;
      }),
    );
    return new Map(granted);
  }

  async #holdersOf(org_code: string, key: string): Promise<string[]> {
    // The filter would read it as two keys.
    if (key.includes(',')) throw new CantPlanError('The key of a permission has a comma.');
    const list = { ...wholeList(org_code), permissions: key };
    return all(await walkToTheEnd(this.options.users, list)).map(({ user_id }) => user_id);
  }

  /** Compares the one of the wanted members who has most with that member's own read. */
  async #compare(
    org_code: string,
    wanted: readonly MemberReference[],
    union: PermissionsByUser,
  ): Promise<void> {
    const countOf = ({ user_id }: MemberReference) => union.get(user_id)?.length ?? -1;
    const member = wanted.reduce((most, each) => (countOf(each) > countOf(most) ? each : most));
    const own = new Set(all(await this.options.ofMember(member)).map(({ key }) => key));
    const planned = union.get(member.user_id) ?? [];
    if (own.size === planned.length && planned.every(({ key }) => own.has(key))) return;
    this.options.differing.add(org_code);
    throw new CantPlanError('A member’s own permissions differ from those by key.');
  }
}

/** Why members are read one by one. */
class CantPlanError extends Error {}

function all<T>(entries: readonly Entry<T>[]): T[] {
  return entries.map((entry) => {
    if (entry instanceof UpstreamError) throw new CantPlanError('Kinde sent an unusable entry.');
    return entry;
  });
}

import type { CallOptions } from '../upstream/client.js';
import { endpoints } from '../upstream/endpoints/index.js';
import type { OrganizationUserRole, Permission, Role } from '../upstream/types.js';
import { createCatalogue } from './catalogue.js';
import { createCurrentRoles } from './current-roles.js';
import { withRest } from './incomplete.js';
import { walkToTheEnd } from './pagination.js';
import type { MemberReference } from './users.js';
import { ifPermitted } from './scopes.js';
import { EntryIndex, nextToken, type Entry, type ReadPage } from './shared-reads.js';
import type { Sources } from './sources.js';

/** A role with the properties that the read before returned: at least its key and, for a member's role, the member. */
export type RoleParent = Pick<Role, 'key'> & Partial<Role> & { member?: MemberReference };

export function createRoleLoaders({ upstream, granted, reads }: Sources) {
  const catalogue = createCatalogue(
    { granted, reads },
    endpoints.roles.list,
    async (page, options) => {
      const response = await upstream.roles.list(page, options);
      return { entries: response.roles, next: nextToken(response.next_token) };
    },
  );

  const ofMember = reads.one(
    async ({
      org_code,
      user_id,
    }: MemberReference): Promise<readonly Entry<OrganizationUserRole>[]> => {
      const { roles, next_token } = await upstream.organizations.userRoles({ org_code, user_id });
      return withRest(
        endpoints.organizations.userRoles,
        roles,
        nextToken(next_token) !== undefined,
      );
    },
    ({ org_code, user_id }) => `${org_code} ${user_id}`,
  );

  const describe = createDescribe({ granted, reads }, catalogue.byKey, ofMember);

  const ofRoles = reads.ofCatalogue(endpoints.roles.permissions);
  const readPermissions =
    (options?: CallOptions): ReadPage<string, Permission> =>
    async ({ list, size, token }) => {
      const page = { role_id: list, page_size: size, next_token: token };
      const answer = await upstream.roles.permissions(page, options);
      return { entries: answer.permissions, next: nextToken(answer.next_token), size };
    };
  const permissionPage = ofRoles.pages(readPermissions());
  const recentPermissionPage = ofRoles.pages(readPermissions({ expiresEarly: true }));

  return {
    /** A member's roles with ids and names: a call for each member. */
    ofMember,
    /**
     * The id and name of a role of which the key is known: from the catalogue, one call for all of a
     * request, or, where the token may not read that, from the member's own roles.
     */
    describe,
    /** Returns the roles that members have now, bypassing the cache. */
    current: createCurrentRoles({ upstream, granted }),
    /** Returns a role's id; undefined for a role that the environment no longer defines. */
    idOf: async (role: RoleParent): Promise<string | undefined> =>
      role.id ?? (await describe(role))?.id,
    /** Returns what a role grants, by the role's id. A call for each role and 500 permissions. */
    permissions: (role_id: string): Promise<Entry<Permission>[]> =>
      walkToTheEnd(permissionPage, role_id),
    /** Returns the same, no older than what is cached of members. */
    recentPermissions: (role_id: string): Promise<Entry<Permission>[]> =>
      walkToTheEnd(recentPermissionPage, role_id),
    /** Returns what a role grants now, bypassing the cache. */
    currentPermissions: (role_id: string): Promise<Entry<Permission>[]> =>
      walkToTheEnd(readPermissions({ skipsCache: true }), role_id),
    // Last, since V8 adds properties behind a spread ten times slower.
    ...catalogue,
  };
}

/**
 * Creates the read of a role of which the key is known: from the catalogue or, where the token may not
 * read that, from the member's own roles.
 */
function createDescribe(
  { granted, reads }: Pick<Sources, 'granted' | 'reads'>,
  byKey: (key: string) => Promise<Role | null>,
  ofMember: (member: MemberReference) => Promise<readonly Entry<OrganizationUserRole>[]>,
): (role: RoleParent) => Promise<Role | null> {
  // A page of members has the same few roles many times.
  const read = reads.state(() => new Map<string, Promise<Role | null | undefined>>());

  /** Returns a role from the catalogue; undefined where the token may not read that. */
  function fromCatalogue(key: string): Promise<Role | null | undefined> {
    const roles = read();
    let role = roles.get(key);
    if (role === undefined) {
      role = ifPermitted<Role | null | undefined>(
        granted,
        endpoints.roles.list,
        () => byKey(key),
        async () => undefined,
      );
      roles.set(key, role);
    }
    return role;
  }

  async function fromMember(key: string, member: MemberReference): Promise<Role | null> {
    const roles = new EntryIndex<OrganizationUserRole>((role) => role.key);
    roles.add(await ofMember(member));
    return roles.find(key);
  }

  return ({ key, member }) =>
    member === undefined
      ? byKey(key)
      : fromCatalogue(key).then((found) => (found === undefined ? fromMember(key, member) : found));
}

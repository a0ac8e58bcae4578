import type { FlagType, Organization, Permission, Role, Sent, User } from '../upstream/types.js';
import type { OrganizationConnection } from '../upstream/endpoints/organization-connections.js';
import type { OrganizationProperty } from '../upstream/endpoints/organization-properties.js';
import type { MfaFactor } from '../upstream/endpoints/organization-user-mfa.js';
import { Collection } from './collection.js';
import { type CulpritPlace, invalid, KindeError } from './errors.js';
import { newSettings, type OrganizationSettings } from './organization-settings.js';
import { type PageTokenOptions, PageTokens } from './page-tokens.js';

export interface RoleRecord extends Role {
  /** What the role grants. */
  permissions: PermissionRecord[];
}

/** The specification has no null for a permission's description, unlike a role's. */
export interface PermissionRecord extends Permission {
  name: string;
  description: string;
}

export interface UserRecord extends Sent<User> {
  full_name: string;
  /** The codes of the organizations that the user is a member of. */
  organizations: string[];
}

export interface Member {
  user: UserRecord;
  joined_on: string;
  last_accessed_on: string | null;
  roles: Set<RoleRecord>;
  /** Those given directly; the others come through the roles. */
  permissions: Set<PermissionRecord>;
  /** The scopes of APIs that were given; undefined before the first. */
  apiScopes?: Set<ApiScopeRecord>;
}

/** A second factor, without what it has no value for. */
export type MfaFactorRecord = Sent<MfaFactor>;

/** An API of the environment. */
export interface ApiRecord {
  name: string;
  /** By their ids. */
  scopes: Map<string, ApiScopeRecord>;
}

export interface ApiScopeRecord {
  id: string;
  key: string;
}

/** Every organization of the environment has a name. */
export type OrganizationProfile = Sent<Organization> & { name: string };

export interface OrganizationRecord extends OrganizationSettings {
  /** The response to a read of the organization. */
  profile: OrganizationProfile;
  billing: NonNullable<OrganizationProfile['billing']> | null;
  members: Collection<Member>;
}

/** A flag of the environment. Its value is text, whatever its type. */
export interface FeatureFlagRecord {
  type: FlagType;
  value: string;
}

/** A property that the environment defines for its organizations. */
export type PropertyRecord = Required<Omit<OrganizationProperty, 'value'>>;

export type Grants = Pick<Member, 'roles' | 'permissions'>;

/** What a bulk update does with the roles and permissions that a member has. Kinde doesn't document it. */
export const BULK_UPDATES = ['replace', 'add'] as const;

/** Which permissions `users?permissions=` matches: those held directly, or through roles too. Kinde doesn't document it. */
export const PERMISSION_FILTERS = ['all', 'direct'] as const;

export type PermissionFilter = (typeof PERMISSION_FILTERS)[number];

export type BulkUpdate = (typeof BULK_UPDATES)[number];

export interface StateOptions {
  pageTokens?: PageTokenOptions;
  culprits?: CulpritPlace | undefined;
  bulkUpdates?: BulkUpdate | undefined;
  permissionFilter?: PermissionFilter | undefined;
}

/** Everything that the emulated environment holds. Tests may read it and change it. */
export class State {
  /** How many organizations there may be. At the limit, a creation is refused with 403. */
  organizationLimit = Infinity;
  readonly pageTokens: PageTokens;
  /** May be changed at any time. */
  culprits: CulpritPlace;
  /** May be changed at any time. */
  bulkUpdates: BulkUpdate;
  /** May be changed at any time. */
  permissionFilter: PermissionFilter;
  readonly organizations: Collection<OrganizationRecord>;
  readonly users: Collection<UserRecord>;
  /** The ids of those whose claims were refreshed, in order. */
  readonly claimRefreshes: string[] = [];
  readonly roles: Collection<RoleRecord>;
  readonly permissions: Collection<PermissionRecord>;
  /** The environment's flags, which an organization may override. */
  readonly featureFlags = new Map<string, FeatureFlagRecord>();
  /** The properties that an organization may have a value for, by key. */
  readonly properties = new Map<string, PropertyRecord>();
  /** The connections that an organization may enable, by id. */
  readonly connections = new Map<string, OrganizationConnection>();
  /** The second factors that people have set up, by the person's id and the factor's. */
  readonly mfaFactors = new Map<string, Map<string, MfaFactorRecord>>();
  /** The environment's APIs, by id. */
  readonly apis = new Map<string, ApiRecord>();

  /** `newHex` makes the ids of what is created later. */
  constructor(
    readonly newHex: (length: number) => string,
    {
      pageTokens,
      culprits = 'message',
      bulkUpdates = 'replace',
      permissionFilter = 'all',
    }: StateOptions = {},
  ) {
    this.culprits = culprits;
    this.bulkUpdates = bulkUpdates;
    this.permissionFilter = permissionFilter;
    this.pageTokens = new PageTokens(pageTokens);
    this.organizations = new Collection(this.pageTokens, ({ profile }) => profile.code, {
      name: ({ profile }) => profile.name,
      // A decision: an organization has no e-mail address but its sender's.
      email: ({ profile }) => profile.sender_email,
    });
    this.users = new Collection(this.pageTokens, ({ id }) => id, { id: ({ id }) => id });
    this.roles = new Collection(this.pageTokens, ({ id }) => id, {
      name: ({ name }) => name,
      key: ({ key }) => key,
    });
    this.permissions = new Collection(this.pageTokens, ({ id }) => id, {
      name: ({ name }) => name,
      id: ({ id }) => id,
    });
  }

  /** Returns the refusal of a bulk write for one of its values, which it names as `culprits` says. */
  blame(code: string, message: string, culprit: Record<string, string>): KindeError {
    if (this.culprits === 'details') return new KindeError(400, code, message, culprit);
    const named = this.culprits === 'message' ? `: ${Object.values(culprit).join(', ')}` : '';
    return invalid(code, message + named);
  }

  organization(code: string): OrganizationRecord {
    const organization = this.organizations.get(code);
    if (!organization) throw invalid('ORGANIZATION_NOT_FOUND', 'Organization not found');
    return organization;
  }

  member(code: string, userId: string): Member {
    const member = this.organization(code).members.get(userId);
    if (!member) {
      throw invalid('USER_NOT_IN_ORGANIZATION', 'User does not belong to the organization');
    }
    return member;
  }

  user(id: string): UserRecord {
    const user = this.users.get(id);
    // The code is a decision: none is documented for an unknown user.
    if (!user) throw this.blame('USER_NOT_FOUND', 'User not found', { user_id: id });
    return user;
  }

  role(id: string): RoleRecord {
    const role = this.roles.get(id);
    if (!role) throw invalid('ROLE_NOT_FOUND', 'Role not found');
    return role;
  }

  permission(id: string): PermissionRecord {
    const permission = this.permissions.get(id);
    if (!permission) throw invalid('INVALID_PERMISSION_ID', 'Permission not found');
    return permission;
  }

  roleByKey(key: string): RoleRecord {
    for (const role of this.roles.values()) if (role.key === key) return role;
    throw this.blame('ROLE_NOT_FOUND', 'Role not found', { role: key });
  }

  permissionByKey(key: string): PermissionRecord {
    for (const permission of this.permissions.values()) {
      if (permission.key === key) return permission;
    }
    // The code is a decision: the documented one, INVALID_PERMISSION_ID, speaks of ids.
    throw this.blame('PERMISSION_NOT_FOUND', 'Permission not found', { permission: key });
  }

  featureFlag(key: string): FeatureFlagRecord {
    const flag = this.featureFlags.get(key);
    // The code is a decision: none is documented for an unknown flag.
    if (!flag) throw invalid('FEATURE_FLAG_NOT_FOUND', `Feature flag not found: ${key}`);
    return flag;
  }

  /** Removes a role from all members. */
  removeRole(role: RoleRecord): void {
    this.roles.delete(role.id);
    for (const { members, invites } of this.organizations.values()) {
      for (const { roles } of members.values()) roles.delete(role);
      for (const invite of invites.values()) {
        invite.roles = invite.roles.filter((other) => other !== role);
      }
    }
  }

  /** Removes a permission from all roles and members. */
  removePermission(permission: PermissionRecord): void {
    this.permissions.delete(permission.id);
    for (const role of this.roles.values()) {
      role.permissions = role.permissions.filter((other) => other !== permission);
    }
    for (const { members } of this.organizations.values()) {
      for (const { permissions } of members.values()) permissions.delete(permission);
    }
  }

  addOrganization(
    profile: OrganizationProfile,
    billing: OrganizationRecord['billing'] = null,
  ): OrganizationRecord {
    const organization: OrganizationRecord = {
      profile,
      billing,
      members: new Collection(this.pageTokens, ({ user }) => user.id, {
        name: ({ user }) => user.full_name,
        email: ({ user }) => user.email,
      }),
      ...newSettings(this.pageTokens),
    };
    this.organizations.add(organization);
    return organization;
  }

  removeOrganization({ profile, members }: OrganizationRecord): void {
    for (const { user } of members.values()) leave(user, profile.code);
    this.organizations.delete(profile.code);
  }

  addMember(organization: OrganizationRecord, member: Member): void {
    organization.members.add(member);
    member.user.organizations.push(organization.profile.code);
  }

  removeMember({ profile, members }: OrganizationRecord, { user }: Member): void {
    members.delete(user.id);
    leave(user, profile.code);
  }
}

function leave(user: UserRecord, code: string): void {
  user.organizations = user.organizations.filter((other) => other !== code);
}

/** The permissions of a member, direct and through roles, with the roles that each comes through. */
export function permissionsOf({ roles, permissions }: Grants): Map<PermissionRecord, RoleRecord[]> {
  const granted = new Map<PermissionRecord, RoleRecord[]>();
  for (const permission of permissions) granted.set(permission, []);
  for (const role of roles) {
    for (const permission of role.permissions) {
      const through = granted.get(permission);
      if (through) through.push(role);
      else granted.set(permission, [role]);
    }
  }
  return granted;
}

/** Kinde's Organizations API: the 19 operations. */
import { Type as t } from 'typebox';
import { endpoint } from '../endpoint.js';
import {
  FeatureFlags,
  maybeEnveloped,
  NextToken,
  Organization,
  OrganizationItem,
  OrganizationUser,
  OrganizationUserPermission,
  OrganizationUserRole,
  Success,
} from '../types.js';
import { list } from '../schema-decoder.js';
import { page } from './page.js';

const branding = {
  background_color: t.Optional(t.String()),
  button_color: t.Optional(t.String()),
  button_text_color: t.Optional(t.String()),
  link_color: t.Optional(t.String()),
  background_color_dark: t.Optional(t.String()),
  button_color_dark: t.Optional(t.String()),
  button_text_color_dark: t.Optional(t.String()),
  link_color_dark: t.Optional(t.String()),
};

const sender = {
  sender_name: t.Optional(t.Union([t.String(), t.Null()])),
  sender_email: t.Optional(t.Union([t.String(), t.Null()])),
};

const sort = t.Optional(
  t.Union([
    t.Literal('name_asc'),
    t.Literal('name_desc'),
    t.Literal('email_asc'),
    t.Literal('email_desc'),
  ]),
);

/** The ids of those to whom a bulk write did something. */
const userIds = t.Optional(t.Union([list(t.String()), t.Null()]));

/** Kinde's documented limit for the objects of one bulk write. */
export const MAX_BULK_USERS = 100;

/**
 * `members` are an organization's lists of users, which carry role keys and can be filtered by roles
 * and permissions; `member` are the reads of one user in it, and `every member` those of all. Where
 * people are members is part of what is read of `people`.
 */
export const organizations = {
  list: endpoint('GET /api/v1/organizations', {
    summary: 'The organizations of the environment, a page at a time.',
    scope: 'read:organizations',
    hasEvents: true,
    tags: ['organizations'],
    query: t.Object({ sort, ...page }),
    returns: t.Object({ organizations: list(OrganizationItem), next_token: NextToken }),
  }),

  get: endpoint('GET /api/v1/organization', {
    summary: 'One organization in full, by its code.',
    scope: 'read:organizations',
    tags: ['organization {code}', 'all organizations'],
    query: t.Object({ code: t.String(), expand: t.Optional(t.Literal('billing')) }),
    ids: ['code'],
    organizationParameter: 'code',
    returns: maybeEnveloped('organization', Organization),
  }),

  create: endpoint('POST /api/v1/organization', {
    summary: 'Create an organization. The response holds the new code alone.',
    scope: 'create:organizations',
    tags: ['organizations', 'people'],
    body: t.Object({
      name: t.String(),
      // The specification declares the values to be the names of types, which is taken for a
      // mistake of its own; overrides are therefore set by updateFeatureFlag after the creation.
      feature_flags: t.Optional(
        t.Record(t.String(), t.Union([t.Literal('str'), t.Literal('int'), t.Literal('bool')])),
      ),
      external_id: t.Optional(t.String()),
      ...branding,
      theme_code: t.Optional(t.String()),
      handle: t.Optional(t.String()),
      is_allow_registrations: t.Optional(t.Boolean()),
      is_auto_membership_enabled: t.Optional(t.Boolean()),
      ...sender,
      is_create_billing_customer: t.Optional(t.Boolean()),
      billing_email: t.Optional(t.String()),
      billing_plan_code: t.Optional(t.String()),
    }),
    returns: t.Object({
      ...Success.properties,
      organization: t.Object({
        code: t.String(),
        billing_customer_id: t.Optional(t.Union([t.String(), t.Null()])),
      }),
    }),
  }),

  update: endpoint('PATCH /api/v1/organization/{org_code}', {
    summary: 'Change the given properties of an organization and leave the others.',
    scope: 'update:organizations',
    tags: ['organizations', 'organization {org_code}'],
    query: t.Object({ expand: t.Optional(t.Literal('billing')) }),
    body: t.Object({
      name: t.Optional(t.String()),
      external_id: t.Optional(t.String()),
      ...branding,
      theme_code: t.Optional(
        t.Union([t.Literal('light'), t.Literal('dark'), t.Literal('user_preference')]),
      ),
      handle: t.Optional(t.String()),
      is_allow_registrations: t.Optional(t.Boolean()),
      is_auto_membership_enabled: t.Optional(t.Boolean()),
      is_auto_join_domain_list: t.Optional(t.Boolean()),
      allowed_domains: t.Optional(t.Array(t.String())),
      is_enable_advanced_orgs: t.Optional(t.Boolean()),
      is_enforce_mfa: t.Optional(t.Boolean()),
      ...sender,
      is_suspended: t.Optional(t.Boolean()),
    }),
    returns: Success,
  }),

  deleteHandle: endpoint('DELETE /api/v1/organization/{org_code}/handle', {
    summary: 'Delete the handle of an organization, which an update can’t set to null.',
    scope: 'delete:organization_handles',
    tags: ['organizations', 'organization {org_code}'],
    returns: Success,
  }),

  users: endpoint('GET /api/v1/organizations/{org_code}/users', {
    summary: 'Members of an organization, a page at a time.',
    scope: 'read:organization_users',
    hasEvents: true,
    // No event tells that a role was given or lost a permission.
    eventlessParameters: ['permissions'],
    tags: ['members {org_code}', 'all member lists'],
    query: t.Object({
      sort,
      ...page,
      /** Permission keys, comma separated; members that have all of them. */
      permissions: t.Optional(t.String()),
      /** Role keys, comma separated; members that have all of them. */
      roles: t.Optional(t.String()),
    }),
    returns: t.Object({ organization_users: list(OrganizationUser), next_token: NextToken }),
  }),

  addUsers: endpoint('POST /api/v1/organizations/{org_code}/users', {
    summary: 'Add up to 100 users, each with role and permission keys.',
    scope: 'create:organization_users',
    tags: ['members {org_code}', 'every member {org_code}', 'people'],
    body: t.Object({
      users: t.Optional(
        t.Array(
          t.Object({
            id: t.String(),
            roles: t.Optional(t.Array(t.String())),
            permissions: t.Optional(t.Array(t.String())),
          }),
          { maxItems: MAX_BULK_USERS },
        ),
      ),
    }),
    returns: t.Object({
      ...Success.properties,
      users_added: userIds,
    }),
  }),

  updateUsers: endpoint('PATCH /api/v1/organizations/{org_code}/users', {
    summary: 'Change the roles and permissions of up to 100 members by key, or remove them.',
    scope: 'update:organization_users',
    tags: ['members {org_code}', 'every member {org_code}', 'people'],
    body: t.Object({
      users: t.Optional(
        t.Array(
          t.Object({
            id: t.String(),
            /** "delete" removes the member. No other value is documented, though applications send "update". */
            operation: t.Optional(t.String()),
            roles: t.Optional(t.Array(t.String())),
            permissions: t.Optional(t.Array(t.String())),
          }),
          { maxItems: MAX_BULK_USERS },
        ),
      ),
    }),
    returns: t.Object({
      ...Success.properties,
      users_added: userIds,
      users_updated: userIds,
      users_removed: userIds,
    }),
  }),

  removeUser: endpoint('DELETE /api/v1/organizations/{org_code}/users/{user_id}', {
    summary: 'Remove a member from an organization.',
    scope: 'delete:organization_users',
    tags: ['members {org_code}', 'member {org_code} {user_id}', 'people'],
    returns: Success,
  }),

  userRoles: endpoint('GET /api/v1/organizations/{org_code}/users/{user_id}/roles', {
    summary: 'The roles of a member. No parameter takes the `next_token`.',
    scope: 'read:organization_user_roles',
    hasEvents: true,
    tags: ['member {org_code} {user_id}', 'every member {org_code}', 'user {user_id}', 'all users'],
    returns: t.Object({ roles: list(OrganizationUserRole), next_token: NextToken }),
  }),

  addUserRole: endpoint('POST /api/v1/organizations/{org_code}/users/{user_id}/roles', {
    summary: 'Give a member a role, by the role’s id.',
    scope: 'create:organization_user_roles',
    tags: ['members {org_code}', 'member {org_code} {user_id}'],
    body: t.Object({ role_id: t.String() }),
    returns: Success,
  }),

  removeUserRole: endpoint(
    'DELETE /api/v1/organizations/{org_code}/users/{user_id}/roles/{role_id}',
    {
      summary: 'Take a role from a member, by the role’s id.',
      scope: 'delete:organization_user_roles',
      tags: ['members {org_code}', 'member {org_code} {user_id}'],
      returns: Success,
    },
  ),

  userPermissions: endpoint('GET /api/v1/organizations/{org_code}/users/{user_id}/permissions', {
    summary:
      'The permissions of a member; with expand=roles, also the roles that they come through.',
    scope: 'read:organization_user_permissions',
    // No event tells that a role was given or lost a permission.
    tags: ['member {org_code} {user_id}', 'every member {org_code}', 'user {user_id}', 'all users'],
    query: t.Object({ expand: t.Optional(t.Literal('roles')) }),
    returns: t.Object({ permissions: list(OrganizationUserPermission) }),
  }),

  addUserPermission: endpoint('POST /api/v1/organizations/{org_code}/users/{user_id}/permissions', {
    summary: 'Give a member a permission directly, by the permission’s id.',
    scope: 'create:organization_user_permissions',
    tags: ['members {org_code}', 'member {org_code} {user_id}'],
    body: t.Object({ permission_id: t.String() }),
    returns: Success,
  }),

  removeUserPermission: endpoint(
    'DELETE /api/v1/organizations/{org_code}/users/{user_id}/permissions/{permission_id}',
    {
      summary: 'Take a direct permission from a member, by the permission’s id.',
      scope: 'delete:organization_user_permissions',
      tags: ['members {org_code}', 'member {org_code} {user_id}'],
      returns: Success,
    },
  ),

  featureFlags: endpoint('GET /api/v1/organizations/{org_code}/feature_flags', {
    summary: 'The feature flags that an organization overrides, by key; values are text.',
    scope: 'read:organization_feature_flags',
    tags: ['flags {org_code}'],
    returns: t.Object({ feature_flags: FeatureFlags }),
  }),

  updateFeatureFlag: endpoint(
    'PATCH /api/v1/organizations/{org_code}/feature_flags/{feature_flag_key}',
    {
      summary:
        'Override a feature flag for an organization. The value is text in the query string.',
      scope: 'update:organization_feature_flags',
      tags: ['flags {org_code}'],
      query: t.Object({ value: t.String() }),
      returns: Success,
    },
  ),

  deleteFeatureFlag: endpoint(
    'DELETE /api/v1/organizations/{org_code}/feature_flags/{feature_flag_key}',
    {
      summary: 'Delete one feature flag override of an organization.',
      scope: 'delete:organization_feature_flags',
      tags: ['flags {org_code}'],
      returns: Success,
    },
  ),

  deleteFeatureFlags: endpoint('DELETE /api/v1/organizations/{org_code}/feature_flags', {
    summary: 'Delete every feature flag override of an organization.',
    scope: 'delete:organization_feature_flags',
    tags: ['flags {org_code}'],
    returns: Success,
  }),
};

/** The deletion of an organization. Its tags are derived from the whole table: see `tagsOfDeletion`. */
export const deleteOrganization = (tags: readonly string[]) =>
  endpoint('DELETE /api/v1/organization/{org_code}', {
    summary: 'Delete an organization.',
    scope: 'delete:organizations',
    tags,
    returns: Success,
  });

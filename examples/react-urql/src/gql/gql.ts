/* eslint-disable */
import * as types from './graphql.js';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Viewer {\n    viewer {\n      organization {\n        id\n        code\n        name\n      }\n      mayReadInherited: can(scope: \"read:environment_feature_flags\")\n      maySwitchFlags: can(scope: \"update:organization_feature_flags\")\n      mayAddRoles: can(scope: \"create:organization_user_roles\")\n      mayRemoveRoles: can(scope: \"delete:organization_user_roles\")\n      mayInvite: can(scope: \"create:organization_invites\")\n      mayRevoke: can(scope: \"delete:organization_invites\")\n    }\n  }\n": typeof types.ViewerDocument,
    "\n  query Organizations($after: String) {\n    organizations(first: 20, after: $after, sort: NAME_ASC) {\n      nodes {\n        id\n        code\n        name\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": typeof types.OrganizationsDocument,
    "\n  query Organization(\n    $code: ID!\n    $search: String\n    $roles: [String!]\n    $after: String\n    $includeInherited: Boolean!\n  ) {\n    organization(code: $code) {\n      id\n      name\n      users(first: 20, after: $after, search: $search, roles: $roles, sort: NAME_ASC) {\n        nodes {\n          id\n          userId\n          fullName\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n      featureFlags(includeInherited: $includeInherited) {\n        id\n        key\n        source\n        value\n      }\n      invites(first: 100) {\n        nodes {\n          id\n          code\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n      }\n    }\n  }\n": typeof types.OrganizationDocument,
    "\n  query Roles {\n    roles(first: 100) {\n      nodes {\n        id\n        key\n        name\n      }\n    }\n  }\n": typeof types.RolesDocument,
    "\n  mutation AddRole($input: AddOrganizationUserRoleInput!) {\n    addOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.AddRoleDocument,
    "\n  mutation RemoveRole($input: RemoveOrganizationUserRoleInput!) {\n    removeOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.RemoveRoleDocument,
    "\n  mutation SetFlag($input: UpdateFeatureFlagOverrideInput!) {\n    updateFeatureFlagOverride(input: $input) {\n      featureFlag {\n        id\n        key\n        source\n        value\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.SetFlagDocument,
    "\n  mutation Invite($input: CreateOrganizationInviteInput!) {\n    createOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.InviteDocument,
    "\n  mutation RevokeInvite($input: RevokeOrganizationInviteInput!) {\n    revokeOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n": typeof types.RevokeInviteDocument,
};
const documents: Documents = {
    "\n  query Viewer {\n    viewer {\n      organization {\n        id\n        code\n        name\n      }\n      mayReadInherited: can(scope: \"read:environment_feature_flags\")\n      maySwitchFlags: can(scope: \"update:organization_feature_flags\")\n      mayAddRoles: can(scope: \"create:organization_user_roles\")\n      mayRemoveRoles: can(scope: \"delete:organization_user_roles\")\n      mayInvite: can(scope: \"create:organization_invites\")\n      mayRevoke: can(scope: \"delete:organization_invites\")\n    }\n  }\n": types.ViewerDocument,
    "\n  query Organizations($after: String) {\n    organizations(first: 20, after: $after, sort: NAME_ASC) {\n      nodes {\n        id\n        code\n        name\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n": types.OrganizationsDocument,
    "\n  query Organization(\n    $code: ID!\n    $search: String\n    $roles: [String!]\n    $after: String\n    $includeInherited: Boolean!\n  ) {\n    organization(code: $code) {\n      id\n      name\n      users(first: 20, after: $after, search: $search, roles: $roles, sort: NAME_ASC) {\n        nodes {\n          id\n          userId\n          fullName\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n      featureFlags(includeInherited: $includeInherited) {\n        id\n        key\n        source\n        value\n      }\n      invites(first: 100) {\n        nodes {\n          id\n          code\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n      }\n    }\n  }\n": types.OrganizationDocument,
    "\n  query Roles {\n    roles(first: 100) {\n      nodes {\n        id\n        key\n        name\n      }\n    }\n  }\n": types.RolesDocument,
    "\n  mutation AddRole($input: AddOrganizationUserRoleInput!) {\n    addOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": types.AddRoleDocument,
    "\n  mutation RemoveRole($input: RemoveOrganizationUserRoleInput!) {\n    removeOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": types.RemoveRoleDocument,
    "\n  mutation SetFlag($input: UpdateFeatureFlagOverrideInput!) {\n    updateFeatureFlagOverride(input: $input) {\n      featureFlag {\n        id\n        key\n        source\n        value\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n": types.SetFlagDocument,
    "\n  mutation Invite($input: CreateOrganizationInviteInput!) {\n    createOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n": types.InviteDocument,
    "\n  mutation RevokeInvite($input: RevokeOrganizationInviteInput!) {\n    revokeOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n": types.RevokeInviteDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      organization {\n        id\n        code\n        name\n      }\n      mayReadInherited: can(scope: \"read:environment_feature_flags\")\n      maySwitchFlags: can(scope: \"update:organization_feature_flags\")\n      mayAddRoles: can(scope: \"create:organization_user_roles\")\n      mayRemoveRoles: can(scope: \"delete:organization_user_roles\")\n      mayInvite: can(scope: \"create:organization_invites\")\n      mayRevoke: can(scope: \"delete:organization_invites\")\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      organization {\n        id\n        code\n        name\n      }\n      mayReadInherited: can(scope: \"read:environment_feature_flags\")\n      maySwitchFlags: can(scope: \"update:organization_feature_flags\")\n      mayAddRoles: can(scope: \"create:organization_user_roles\")\n      mayRemoveRoles: can(scope: \"delete:organization_user_roles\")\n      mayInvite: can(scope: \"create:organization_invites\")\n      mayRevoke: can(scope: \"delete:organization_invites\")\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Organizations($after: String) {\n    organizations(first: 20, after: $after, sort: NAME_ASC) {\n      nodes {\n        id\n        code\n        name\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"): (typeof documents)["\n  query Organizations($after: String) {\n    organizations(first: 20, after: $after, sort: NAME_ASC) {\n      nodes {\n        id\n        code\n        name\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Organization(\n    $code: ID!\n    $search: String\n    $roles: [String!]\n    $after: String\n    $includeInherited: Boolean!\n  ) {\n    organization(code: $code) {\n      id\n      name\n      users(first: 20, after: $after, search: $search, roles: $roles, sort: NAME_ASC) {\n        nodes {\n          id\n          userId\n          fullName\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n      featureFlags(includeInherited: $includeInherited) {\n        id\n        key\n        source\n        value\n      }\n      invites(first: 100) {\n        nodes {\n          id\n          code\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Organization(\n    $code: ID!\n    $search: String\n    $roles: [String!]\n    $after: String\n    $includeInherited: Boolean!\n  ) {\n    organization(code: $code) {\n      id\n      name\n      users(first: 20, after: $after, search: $search, roles: $roles, sort: NAME_ASC) {\n        nodes {\n          id\n          userId\n          fullName\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n        pageInfo {\n          hasNextPage\n          endCursor\n        }\n      }\n      featureFlags(includeInherited: $includeInherited) {\n        id\n        key\n        source\n        value\n      }\n      invites(first: 100) {\n        nodes {\n          id\n          code\n          email\n          roles {\n            id\n            key\n            name\n          }\n        }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Roles {\n    roles(first: 100) {\n      nodes {\n        id\n        key\n        name\n      }\n    }\n  }\n"): (typeof documents)["\n  query Roles {\n    roles(first: 100) {\n      nodes {\n        id\n        key\n        name\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddRole($input: AddOrganizationUserRoleInput!) {\n    addOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation AddRole($input: AddOrganizationUserRoleInput!) {\n    addOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveRole($input: RemoveOrganizationUserRoleInput!) {\n    removeOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RemoveRole($input: RemoveOrganizationUserRoleInput!) {\n    removeOrganizationUserRole(input: $input) {\n      organizationUser {\n        id\n        roles {\n          id\n          key\n          name\n        }\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetFlag($input: UpdateFeatureFlagOverrideInput!) {\n    updateFeatureFlagOverride(input: $input) {\n      featureFlag {\n        id\n        key\n        source\n        value\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation SetFlag($input: UpdateFeatureFlagOverrideInput!) {\n    updateFeatureFlagOverride(input: $input) {\n      featureFlag {\n        id\n        key\n        source\n        value\n      }\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Invite($input: CreateOrganizationInviteInput!) {\n    createOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation Invite($input: CreateOrganizationInviteInput!) {\n    createOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeInvite($input: RevokeOrganizationInviteInput!) {\n    revokeOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation RevokeInvite($input: RevokeOrganizationInviteInput!) {\n    revokeOrganizationInvite(input: $input) {\n      inviteCode\n      userErrors {\n        message\n      }\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;
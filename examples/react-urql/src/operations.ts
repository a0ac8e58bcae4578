import { graphql } from './gql/index.js';

/** What this person may do, so that the page can hide the rest. */
export const VIEWER = graphql(`
  query Viewer {
    viewer {
      organization {
        id
        code
        name
      }
      mayReadInherited: can(scope: "read:environment_feature_flags")
      maySwitchFlags: can(scope: "update:organization_feature_flags")
      mayAddRoles: can(scope: "create:organization_user_roles")
      mayRemoveRoles: can(scope: "delete:organization_user_roles")
      mayInvite: can(scope: "create:organization_invites")
      mayRevoke: can(scope: "delete:organization_invites")
    }
  }
`);

export const ORGANIZATIONS = graphql(`
  query Organizations($after: String) {
    organizations(first: 20, after: $after, sort: NAME_ASC) {
      nodes {
        id
        code
        name
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

/** All of an organization's page. */
export const ORGANIZATION = graphql(`
  query Organization(
    $code: ID!
    $search: String
    $roles: [String!]
    $after: String
    $includeInherited: Boolean!
  ) {
    organization(code: $code) {
      id
      name
      users(first: 20, after: $after, search: $search, roles: $roles, sort: NAME_ASC) {
        nodes {
          id
          userId
          fullName
          email
          roles {
            id
            key
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
      featureFlags(includeInherited: $includeInherited) {
        id
        key
        source
        value
      }
      invites(first: 100) {
        nodes {
          id
          code
          email
          roles {
            id
            key
            name
          }
        }
      }
    }
  }
`);

/** The catalogue of roles. Null for people, who see one organization and not the environment. */
export const ROLES = graphql(`
  query Roles {
    roles(first: 100) {
      nodes {
        id
        key
        name
      }
    }
  }
`);

export const ADD_ROLE = graphql(`
  mutation AddRole($input: AddOrganizationUserRoleInput!) {
    addOrganizationUserRole(input: $input) {
      organizationUser {
        id
        roles {
          id
          key
          name
        }
      }
      userErrors {
        message
      }
    }
  }
`);

export const REMOVE_ROLE = graphql(`
  mutation RemoveRole($input: RemoveOrganizationUserRoleInput!) {
    removeOrganizationUserRole(input: $input) {
      organizationUser {
        id
        roles {
          id
          key
          name
        }
      }
      userErrors {
        message
      }
    }
  }
`);

export const SET_FLAG = graphql(`
  mutation SetFlag($input: UpdateFeatureFlagOverrideInput!) {
    updateFeatureFlagOverride(input: $input) {
      featureFlag {
        id
        key
        source
        value
      }
      userErrors {
        message
      }
    }
  }
`);

export const INVITE = graphql(`
  mutation Invite($input: CreateOrganizationInviteInput!) {
    createOrganizationInvite(input: $input) {
      inviteCode
      userErrors {
        message
      }
    }
  }
`);

export const REVOKE_INVITE = graphql(`
  mutation RevokeInvite($input: RevokeOrganizationInviteInput!) {
    revokeOrganizationInvite(input: $input) {
      inviteCode
      userErrors {
        message
      }
    }
  }
`);

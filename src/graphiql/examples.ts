/** An operation that the GraphiQL page opens in a tab of its own, named after the operation. */
export type Example = { query: string; variables?: string };

/**
 * What the page opens with. The queries and the first mutation run as they stand against any
 * environment that has an organization; the others say what to paste where. Kept free of React, so
 * that a test holds them valid against schema/.
 */
export const examples: Example[] = [
  {
    query: `# Organizations with their flags and users,
# and what each user may do.
query Organizations {
  organizations(first: 3) {
    nodes {
      code
      name
      featureFlags {
        key
        type
        value
      }
      users(first: 5) {
        nodes {
          email
          roles {
            key
            name
          }
          permissions {
            key
            name
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
`,
  },
  {
    query: `# One organization's users, three at a time.
# The response's endCursor, given to the variable
# "after", reads the next three.
query UsersPage($first: Int!, $after: String) {
  organizations(first: 1) {
    nodes {
      name
      users(first: $first, after: $after) {
        nodes {
          fullName
          email
          joinedOn
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
}
`,
    variables: variables({ first: 3, after: null }),
  },
  {
    query: `# What one member may do, and through which roles.
# A permission without roles was given directly.
query PermissionGrants {
  organizations(first: 1) {
    nodes {
      code
      users(first: 1) {
        nodes {
          userId
          fullName
          permissionGrants {
            permission {
              key
              name
            }
            roles {
              key
            }
          }
        }
      }
    }
  }
}
`,
  },
  {
    query: `# A new organization, read back as Kinde has it.
# Errors that you can fix by changing the input are in userErrors.
mutation CreateOrganization($input: CreateOrganizationInput!) {
  createOrganization(input: $input) {
    organization {
      code
      name
      createdOn
    }
    userErrors {
      message
      code
      field
    }
  }
}
`,
    variables: variables({ input: { name: 'Northwind Traders', isAutoMembershipEnabled: false } }),
  },
  {
    query: `# A user joins with one role and gets another.
# Paste into the variables the code of the tab
# CreateOrganization and a userId of the tab
# PermissionGrants, once you have run both.
mutation AddUser(
  $organizationCode: ID!
  $userId: ID!
  $firstRole: RoleReference!
  $secondRole: RoleReference!
) {
  addOrganizationUsers(
    input: {
      organizationCode: $organizationCode
      users: [{ userId: $userId, roles: [$firstRole] }]
    }
  ) {
    addedUserIds
    userErrors {
      message
      code
      field
    }
  }
  addOrganizationUserRole(
    input: {
      organizationCode: $organizationCode
      userId: $userId
      role: $secondRole
    }
  ) {
    organizationUser {
      email
      roles {
        key
        name
      }
    }
    userErrors {
      message
      code
      field
    }
  }
}
`,
    variables: variables({
      organizationCode: 'org_paste_a_code',
      userId: 'kp_paste_a_userId',
      firstRole: { key: 'member' },
      secondRole: { key: 'admin' },
    }),
  },
  {
    query: `# A flag's value for one organization alone.
# Paste into the variables a code of the tab
# Organizations, and give the flag a value of
# its own type: true, 42 or "text".
mutation OverrideFeatureFlag($input: UpdateFeatureFlagOverrideInput!) {
  updateFeatureFlagOverride(input: $input) {
    featureFlag {
      key
      type
      value
    }
    userErrors {
      message
      code
      field
    }
  }
}
`,
    variables: variables({
      input: { organizationCode: 'org_paste_a_code', key: 'dark_mode', value: false },
    }),
  },
];

function variables(values: object): string {
  return JSON.stringify(values, null, 2);
}

/** An operation that the GraphiQL page opens in a tab of its own, named after the operation. */
export type Example = { query: string; variables?: string };

/**
 * What the page opens with. src/graphiql/example-values.ts reads what belongs in place of the texts such
 * as `<organizationCode>`, so that each runs as it stands against any environment that has an
 * organization. Kept free of React, so that a test holds them valid against schema/.
 */
export const examples: Example[] = [
  {
    query: `# One organization with its flags and members,
# and what each of them may do.
query Organization($organizationCode: ID!) {
  organization(code: $organizationCode) {
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
`,
    variables: variables({ organizationCode: '<organizationCode>' }),
  },
  {
    query: `# Members of an organization, three at a time.
# The response's endCursor, given to the variable
# "after", reads the next three.
query MembersPage(
  $organizationCode: ID!
  $first: Int!
  $after: String
) {
  organization(code: $organizationCode) {
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
`,
    variables: variables({ organizationCode: '<organizationCode>', first: 3, after: null }),
  },
  {
    query: `# What one member may do, and through which roles.
# A permission without roles was given directly.
query PermissionGrants($organizationCode: ID!) {
  organization(code: $organizationCode) {
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
`,
    variables: variables({ organizationCode: '<organizationCode>' }),
  },
  {
    query: `# Results come again whenever something that they
# show has changed. Change a member in a second
# window: another tab of this page ends the stream.
# So does the square button.
query LiveMembers($organizationCode: ID!) @live {
  organization(code: $organizationCode) {
    name
    users(first: 5) {
      nodes {
        fullName
        roles {
          key
        }
      }
    }
  }
}
`,
    variables: variables({ organizationCode: '<organizationCode>' }),
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
      organizationCode: '<organizationCode>',
      userId: '<userId>',
      firstRole: { key: '<firstRole>' },
      secondRole: { key: '<secondRole>' },
    }),
  },
  {
    query: `# A flag's value for one organization alone.
# It is of the flag's own type: true, 42 or "text".
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
      input: { organizationCode: '<organizationCode>', key: '<flagKey>', value: '<flagValue>' },
    }),
  },
];

function variables(values: object): string {
  return JSON.stringify(values, null, 2);
}

/* Made by `npm run generate`; edit schema/ instead. */
export const possibleTypes = {
  "Node": [
    "EnvironmentFeatureFlag",
    "FeatureFlag",
    "MfaFactor",
    "Organization",
    "OrganizationInvite",
    "OrganizationLogo",
    "OrganizationProperty",
    "OrganizationSignInMethod",
    "OrganizationUser",
    "Permission",
    "Role",
    "User"
  ]
} as const;
export const connections = {
  "Query": {
    "users": {
      "filters": [
        "email",
        "username",
        "phone",
        "search",
        "notInOrganization"
      ],
      "defaultFirst": 10
    },
    "organizations": {
      "filters": [
        "sort"
      ],
      "defaultFirst": 10
    },
    "roles": {
      "filters": [],
      "defaultFirst": 10
    },
    "permissions": {
      "filters": [],
      "defaultFirst": 10
    }
  },
  "Organization": {
    "invites": {
      "filters": [
        "sort",
        "includeAccepted",
        "includeRevoked"
      ],
      "defaultFirst": 10
    },
    "users": {
      "filters": [
        "sort",
        "roles",
        "permissions",
        "search"
      ],
      "defaultFirst": 10
    }
  },
  "Role": {
    "users": {
      "filters": [
        "organizationCode"
      ],
      "defaultFirst": 10
    }
  }
} as const;
export const lists = {
  "Query": [
    "featureFlags",
    "nodes"
  ],
  "Organization": [
    "signInMethods",
    "logos",
    "properties",
    "allowedDomains",
    "featureFlags"
  ],
  "OrganizationInvite": [
    "roles"
  ],
  "Role": [
    "permissions"
  ],
  "OrganizationUser": [
    "mfaFactors",
    "roles",
    "permissions",
    "permissionGrants"
  ],
  "OrganizationBilling": [
    "agreements"
  ],
  "User": [
    "memberships"
  ],
  "PermissionGrant": [
    "roles"
  ],
  "UserError": [
    "field"
  ],
  "Viewer": [
    "scopes",
    "permissions"
  ]
} as const;
export const embeddedTypes = [
  "BillingAgreement",
  "Change",
  "Color",
  "OrganizationBilling",
  "OrganizationBranding",
  "OrganizationConnection",
  "OrganizationEdge",
  "OrganizationInviteConnection",
  "OrganizationInviteEdge",
  "OrganizationUserConnection",
  "OrganizationUserEdge",
  "PageInfo",
  "PasskeyPolicy",
  "PermissionConnection",
  "PermissionEdge",
  "PermissionGrant",
  "RateLimit",
  "RoleConnection",
  "RoleEdge",
  "UserConnection",
  "UserEdge",
  "UserError",
  "Viewer"
] as const;
export const mergedTypes = [
  "Color",
  "OrganizationBilling",
  "OrganizationBranding",
  "PasskeyPolicy",
  "RateLimit",
  "Viewer"
] as const;

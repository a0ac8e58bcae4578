/* Made by `npm run generate`; edit schema/ instead. */
export const possibleTypes = {
  "Node": [
    "FeatureFlag",
    "Organization",
    "OrganizationInvite",
    "OrganizationLogo",
    "OrganizationProperty",
    "OrganizationSignInMethod",
    "OrganizationUser",
    "Permission",
    "Role"
  ]
} as const;
export const connections = {
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
        "permissions"
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
  },
  "Query": {
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
  }
} as const;
export const lists = {
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
  "OrganizationBilling": [
    "agreements"
  ],
  "PermissionGrant": [
    "roles"
  ],
  "UserError": [
    "field"
  ],
  "Query": [
    "nodes"
  ],
  "OrganizationUser": [
    "roles",
    "permissions",
    "permissionGrants"
  ],
  "Viewer": [
    "scopes",
    "permissions"
  ]
} as const;
export const embeddedTypes = [
  "BillingAgreement",
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
  "RoleConnection",
  "RoleEdge",
  "UserError",
  "Viewer"
] as const;
export const mergedTypes = [
  "Color",
  "OrganizationBilling",
  "OrganizationBranding",
  "PasskeyPolicy",
  "Viewer"
] as const;

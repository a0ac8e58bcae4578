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
export const entryMutations = {
  "deleteFeatureFlagOverride": {
    "type": "FeatureFlag",
    "query": [],
    "organization": [
      "featureFlags"
    ],
    "removed": [
      "deletedFeatureFlagId"
    ]
  },
  "deleteFeatureFlagOverrides": {
    "type": "FeatureFlag",
    "query": [],
    "organization": [
      "featureFlags"
    ],
    "removed": [
      "deletedFeatureFlagIds"
    ]
  },
  "enableOrganizationSignInMethod": {
    "type": "OrganizationSignInMethod",
    "query": [],
    "organization": [
      "signInMethods"
    ],
    "removed": []
  },
  "disableOrganizationSignInMethod": {
    "type": "OrganizationSignInMethod",
    "query": [],
    "organization": [
      "signInMethods"
    ],
    "removed": [
      "disabledOrganizationSignInMethodId"
    ]
  },
  "createOrganizationInvite": {
    "type": "OrganizationInvite",
    "query": [],
    "organization": [
      "invites"
    ],
    "removed": []
  },
  "revokeOrganizationInvite": {
    "type": "OrganizationInvite",
    "query": [],
    "organization": [
      "invites"
    ],
    "removed": []
  },
  "uploadOrganizationLogo": {
    "type": "OrganizationLogo",
    "query": [],
    "organization": [
      "logos"
    ],
    "removed": []
  },
  "deleteOrganizationLogo": {
    "type": "OrganizationLogo",
    "query": [],
    "organization": [
      "logos"
    ],
    "removed": [
      "deletedOrganizationLogoId"
    ]
  },
  "createOrganization": {
    "type": "Organization",
    "query": [
      "organizations"
    ],
    "organization": [],
    "removed": []
  },
  "deleteOrganization": {
    "type": "Organization",
    "query": [
      "organizations"
    ],
    "organization": [],
    "removed": [
      "deletedOrganizationId"
    ]
  },
  "createPermission": {
    "type": "Permission",
    "query": [
      "permissions"
    ],
    "organization": [],
    "removed": []
  },
  "deletePermission": {
    "type": "Permission",
    "query": [
      "permissions"
    ],
    "organization": [],
    "removed": [
      "deletedPermissionId"
    ]
  },
  "createRole": {
    "type": "Role",
    "query": [
      "roles"
    ],
    "organization": [],
    "removed": []
  },
  "deleteRole": {
    "type": "Role",
    "query": [
      "roles"
    ],
    "organization": [],
    "removed": [
      "deletedRoleId"
    ]
  },
  "addOrganizationUsers": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users"
    ],
    "removed": []
  },
  "removeOrganizationUsers": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users"
    ],
    "removed": [
      "removedOrganizationUserIds"
    ]
  },
  "removeOrganizationUser": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users"
    ],
    "removed": [
      "removedOrganizationUserId"
    ]
  }
} as const;
export const memberMutations = [
  "addOrganizationUserRole",
  "removeOrganizationUserRole",
  "addOrganizationUsers",
  "updateOrganizationUsers",
  "removeOrganizationUsers",
  "removeOrganizationUser"
] as const;
export const memberFields = {
  "Organization": [
    "user"
  ],
  "Role": [
    "users"
  ],
  "User": [
    "memberships",
    "membership"
  ]
} as const;

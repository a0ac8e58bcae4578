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
      "featureFlags",
      "featureFlag"
    ],
    "removed": [
      "deletedFeatureFlagId"
    ],
    "replaced": []
  },
  "deleteFeatureFlagOverrides": {
    "type": "FeatureFlag",
    "query": [],
    "organization": [
      "featureFlags",
      "featureFlag"
    ],
    "removed": [
      "deletedFeatureFlagIds"
    ],
    "replaced": []
  },
  "enableOrganizationSignInMethod": {
    "type": "OrganizationSignInMethod",
    "query": [],
    "organization": [
      "signInMethods"
    ],
    "removed": [],
    "replaced": []
  },
  "disableOrganizationSignInMethod": {
    "type": "OrganizationSignInMethod",
    "query": [],
    "organization": [
      "signInMethods"
    ],
    "removed": [
      "disabledOrganizationSignInMethodId"
    ],
    "replaced": []
  },
  "createOrganizationInvite": {
    "type": "OrganizationInvite",
    "query": [],
    "organization": [
      "invites",
      "invite"
    ],
    "removed": [],
    "replaced": []
  },
  "revokeOrganizationInvite": {
    "type": "OrganizationInvite",
    "query": [],
    "organization": [
      "invites",
      "invite"
    ],
    "removed": [],
    "replaced": []
  },
  "uploadOrganizationLogo": {
    "type": "OrganizationLogo",
    "query": [],
    "organization": [
      "logos"
    ],
    "removed": [],
    "replaced": []
  },
  "deleteOrganizationLogo": {
    "type": "OrganizationLogo",
    "query": [],
    "organization": [
      "logos"
    ],
    "removed": [
      "deletedOrganizationLogoId"
    ],
    "replaced": []
  },
  "resetOrganizationUserMfaFactor": {
    "type": "MfaFactor",
    "query": [],
    "organization": [],
    "removed": [
      "deletedMfaFactorId"
    ],
    "replaced": []
  },
  "createOrganization": {
    "type": "Organization",
    "query": [
      "organization",
      "organizationByHandle",
      "organizationByExternalId",
      "organizations"
    ],
    "organization": [],
    "removed": [],
    "replaced": []
  },
  "deleteOrganization": {
    "type": "Organization",
    "query": [
      "organization",
      "organizationByHandle",
      "organizationByExternalId",
      "organizations"
    ],
    "organization": [],
    "removed": [
      "deletedOrganizationId"
    ],
    "replaced": []
  },
  "createPermission": {
    "type": "Permission",
    "query": [
      "permissions"
    ],
    "organization": [],
    "removed": [],
    "replaced": []
  },
  "updatePermission": {
    "type": "Permission",
    "query": [
      "permissions"
    ],
    "organization": [],
    "removed": [],
    "replaced": [
      "replacedPermissionId"
    ]
  },
  "deletePermission": {
    "type": "Permission",
    "query": [
      "permissions"
    ],
    "organization": [],
    "removed": [
      "deletedPermissionId"
    ],
    "replaced": []
  },
  "createRole": {
    "type": "Role",
    "query": [
      "roles"
    ],
    "organization": [],
    "removed": [],
    "replaced": []
  },
  "updateRole": {
    "type": "Role",
    "query": [
      "roles"
    ],
    "organization": [],
    "removed": [],
    "replaced": [
      "replacedRoleId"
    ]
  },
  "deleteRole": {
    "type": "Role",
    "query": [
      "roles"
    ],
    "organization": [],
    "removed": [
      "deletedRoleId"
    ],
    "replaced": []
  },
  "addOrganizationUsers": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users",
      "user"
    ],
    "removed": [],
    "replaced": []
  },
  "removeOrganizationUsers": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users",
      "user"
    ],
    "removed": [
      "removedOrganizationUserIds"
    ],
    "replaced": []
  },
  "removeOrganizationUser": {
    "type": "OrganizationUser",
    "query": [],
    "organization": [
      "users",
      "user"
    ],
    "removed": [
      "removedOrganizationUserId"
    ],
    "replaced": []
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

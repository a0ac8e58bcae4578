/**
 * @generated SignedSource<<1b5999db0fa667d7183ed7667674d8f5>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
import { Result } from "relay-runtime";
export type FeatureFlagSource = "ENVIRONMENT" | "ORGANIZATION" | "%future added value";
export type organizationPageQuery$variables = {
  code: string;
  count: number;
  includeInherited: boolean;
  roles?: ReadonlyArray<string> | null | undefined;
  search?: string | null | undefined;
};
export type organizationPageQuery$data = {
  readonly organization: {
    readonly featureFlags: Result<ReadonlyArray<{
      readonly id: string;
      readonly key: string;
      readonly source: FeatureFlagSource;
      readonly value: boolean | number | string | null | undefined;
    }>, unknown>;
    readonly id: string;
    readonly invites: Result<{
      readonly nodes: ReadonlyArray<{
        readonly code: string;
        readonly email: string | null | undefined;
        readonly id: string;
        readonly roles: ReadonlyArray<{
          readonly id: string;
          readonly key: string;
          readonly name: string | null | undefined;
        }>;
      }>;
    }, unknown>;
    readonly name: string | null | undefined;
    readonly users: Result<{
      readonly nodes: ReadonlyArray<{
        readonly email: string | null | undefined;
        readonly fullName: string | null | undefined;
        readonly id: string;
        readonly roles: ReadonlyArray<{
          readonly id: string;
          readonly key: string;
          readonly name: string | null | undefined;
        }>;
        readonly userId: string;
      }>;
      readonly pageInfo: {
        readonly endCursor: string | null | undefined;
        readonly hasNextPage: boolean;
      };
    }, unknown>;
  } | null | undefined;
};
export type organizationPageQuery = {
  response: organizationPageQuery$data;
  variables: organizationPageQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "code"
},
v1 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "count"
},
v2 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "includeInherited"
},
v3 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "roles"
},
v4 = {
  "defaultValue": null,
  "kind": "LocalArgument",
  "name": "search"
},
v5 = [
  {
    "kind": "Variable",
    "name": "code",
    "variableName": "code"
  }
],
v6 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v7 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "name",
  "storageKey": null
},
v8 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "email",
  "storageKey": null
},
v9 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "key",
  "storageKey": null
},
v10 = {
  "alias": null,
  "args": null,
  "concreteType": "Role",
  "kind": "LinkedField",
  "name": "roles",
  "plural": true,
  "selections": [
    (v6/*:: as any*/),
    (v9/*:: as any*/),
    (v7/*:: as any*/)
  ],
  "storageKey": null
},
v11 = {
  "alias": null,
  "args": [
    {
      "kind": "Variable",
      "name": "first",
      "variableName": "count"
    },
    {
      "kind": "Variable",
      "name": "roles",
      "variableName": "roles"
    },
    {
      "kind": "Variable",
      "name": "search",
      "variableName": "search"
    },
    {
      "kind": "Literal",
      "name": "sort",
      "value": "NAME_ASC"
    }
  ],
  "concreteType": "OrganizationUserConnection",
  "kind": "LinkedField",
  "name": "users",
  "plural": false,
  "selections": [
    {
      "alias": null,
      "args": null,
      "concreteType": "OrganizationUser",
      "kind": "LinkedField",
      "name": "nodes",
      "plural": true,
      "selections": [
        (v6/*:: as any*/),
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "userId",
          "storageKey": null
        },
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "fullName",
          "storageKey": null
        },
        (v8/*:: as any*/),
        (v10/*:: as any*/)
      ],
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "concreteType": "PageInfo",
      "kind": "LinkedField",
      "name": "pageInfo",
      "plural": false,
      "selections": [
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "hasNextPage",
          "storageKey": null
        },
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "endCursor",
          "storageKey": null
        }
      ],
      "storageKey": null
    }
  ],
  "storageKey": null
},
v12 = {
  "alias": null,
  "args": [
    {
      "kind": "Variable",
      "name": "includeInherited",
      "variableName": "includeInherited"
    }
  ],
  "concreteType": "FeatureFlag",
  "kind": "LinkedField",
  "name": "featureFlags",
  "plural": true,
  "selections": [
    (v6/*:: as any*/),
    (v9/*:: as any*/),
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "source",
      "storageKey": null
    },
    {
      "alias": null,
      "args": null,
      "kind": "ScalarField",
      "name": "value",
      "storageKey": null
    }
  ],
  "storageKey": null
},
v13 = {
  "alias": null,
  "args": [
    {
      "kind": "Literal",
      "name": "first",
      "value": 100
    }
  ],
  "concreteType": "OrganizationInviteConnection",
  "kind": "LinkedField",
  "name": "invites",
  "plural": false,
  "selections": [
    {
      "alias": null,
      "args": null,
      "concreteType": "OrganizationInvite",
      "kind": "LinkedField",
      "name": "nodes",
      "plural": true,
      "selections": [
        (v6/*:: as any*/),
        {
          "alias": null,
          "args": null,
          "kind": "ScalarField",
          "name": "code",
          "storageKey": null
        },
        (v8/*:: as any*/),
        (v10/*:: as any*/)
      ],
      "storageKey": null
    }
  ],
  "storageKey": "invites(first:100)"
};
return {
  "fragment": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/),
      (v2/*:: as any*/),
      (v3/*:: as any*/),
      (v4/*:: as any*/)
    ],
    "kind": "Fragment",
    "metadata": null,
    "name": "organizationPageQuery",
    "selections": [
      {
        "alias": null,
        "args": (v5/*:: as any*/),
        "concreteType": "Organization",
        "kind": "LinkedField",
        "name": "organization",
        "plural": false,
        "selections": [
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          {
            "kind": "CatchField",
            "field": (v11/*:: as any*/),
            "to": "RESULT"
          },
          {
            "kind": "CatchField",
            "field": (v12/*:: as any*/),
            "to": "RESULT"
          },
          {
            "kind": "CatchField",
            "field": (v13/*:: as any*/),
            "to": "RESULT"
          }
        ],
        "storageKey": null
      }
    ],
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [
      (v0/*:: as any*/),
      (v1/*:: as any*/),
      (v4/*:: as any*/),
      (v3/*:: as any*/),
      (v2/*:: as any*/)
    ],
    "kind": "Operation",
    "name": "organizationPageQuery",
    "selections": [
      {
        "alias": null,
        "args": (v5/*:: as any*/),
        "concreteType": "Organization",
        "kind": "LinkedField",
        "name": "organization",
        "plural": false,
        "selections": [
          (v6/*:: as any*/),
          (v7/*:: as any*/),
          (v11/*:: as any*/),
          (v12/*:: as any*/),
          (v13/*:: as any*/)
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "cacheID": "8740fd8636f4f2f63d014cf60067e457",
    "id": null,
    "metadata": {},
    "name": "organizationPageQuery",
    "operationKind": "query",
    "text": "query organizationPageQuery(\n  $code: ID!\n  $count: Int!\n  $search: String\n  $roles: [String!]\n  $includeInherited: Boolean!\n) @live {\n  organization(code: $code) {\n    id\n    name\n    users(first: $count, search: $search, roles: $roles, sort: NAME_ASC) {\n      nodes {\n        id\n        userId\n        fullName\n        email\n        roles {\n          id\n          key\n          name\n        }\n      }\n      pageInfo {\n        hasNextPage\n        endCursor\n      }\n    }\n    featureFlags(includeInherited: $includeInherited) {\n      id\n      key\n      source\n      value\n    }\n    invites(first: 100) {\n      nodes {\n        id\n        code\n        email\n        roles {\n          id\n          key\n          name\n        }\n      }\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "93c1963f7a77f0a8c9e6620f45cd3f2a";

export default node;

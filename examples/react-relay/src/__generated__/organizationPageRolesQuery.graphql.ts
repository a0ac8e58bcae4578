/**
 * @generated SignedSource<<238d6e05cef82f7e61b3c4bda97c406e>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type organizationPageRolesQuery$variables = {
  mayRead: boolean;
};
export type organizationPageRolesQuery$data = {
  readonly roles?: {
    readonly nodes: ReadonlyArray<{
      readonly id: string;
      readonly key: string;
      readonly name: string | null | undefined;
    } | null | undefined>;
  } | null | undefined;
};
export type organizationPageRolesQuery = {
  response: organizationPageRolesQuery$data;
  variables: organizationPageRolesQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "mayRead"
  }
],
v1 = [
  {
    "condition": "mayRead",
    "kind": "Condition",
    "passingValue": true,
    "selections": [
      {
        "alias": null,
        "args": [
          {
            "kind": "Literal",
            "name": "first",
            "value": 100
          }
        ],
        "concreteType": "RoleConnection",
        "kind": "LinkedField",
        "name": "roles",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "concreteType": "Role",
            "kind": "LinkedField",
            "name": "nodes",
            "plural": true,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "id",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "key",
                "storageKey": null
              },
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "name",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": "roles(first:100)"
      }
    ]
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "organizationPageRolesQuery",
    "selections": (v1/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "organizationPageRolesQuery",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "c92961202631b6cf5bb8291d8f38e768",
    "id": null,
    "metadata": {},
    "name": "organizationPageRolesQuery",
    "operationKind": "query",
    "text": "query organizationPageRolesQuery(\n  $mayRead: Boolean!\n) {\n  roles(first: 100) @include(if: $mayRead) {\n    nodes {\n      id\n      key\n      name\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "77de21dd0761270e223451f00efb588e";

export default node;

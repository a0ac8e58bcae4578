/**
 * @generated SignedSource<<b3f30f1599150fe5ec59b11e7bae68ce>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type AddOrganizationUserRoleInput = {
  idempotencyKey?: string | null | undefined;
  organizationCode: string;
  refreshClaims?: boolean | null | undefined;
  role: RoleReference;
  userId: string;
};
export type RoleReference = {
  key: string;
  roleId?: never;
} | {
  key?: never;
  roleId: string;
};
export type membersAddRoleMutation$variables = {
  input: AddOrganizationUserRoleInput;
};
export type membersAddRoleMutation$data = {
  readonly addOrganizationUserRole: {
    readonly organizationUser: {
      readonly id: string;
      readonly roles: ReadonlyArray<{
        readonly id: string;
        readonly key: string;
        readonly name: string | null | undefined;
      } | null | undefined> | null | undefined;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly message: string;
    }>;
  } | null | undefined;
};
export type membersAddRoleMutation = {
  response: membersAddRoleMutation$data;
  variables: membersAddRoleMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v2 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "AddOrganizationUserRolePayload",
    "kind": "LinkedField",
    "name": "addOrganizationUserRole",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "OrganizationUser",
        "kind": "LinkedField",
        "name": "organizationUser",
        "plural": false,
        "selections": [
          (v1/*:: as any*/),
          {
            "alias": null,
            "args": null,
            "concreteType": "Role",
            "kind": "LinkedField",
            "name": "roles",
            "plural": true,
            "selections": [
              (v1/*:: as any*/),
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
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "UserError",
        "kind": "LinkedField",
        "name": "userErrors",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "message",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "membersAddRoleMutation",
    "selections": (v2/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "membersAddRoleMutation",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "56922bdb6f843ee23462e616b515a0fc",
    "id": null,
    "metadata": {},
    "name": "membersAddRoleMutation",
    "operationKind": "mutation",
    "text": "mutation membersAddRoleMutation(\n  $input: AddOrganizationUserRoleInput!\n) {\n  addOrganizationUserRole(input: $input) {\n    organizationUser {\n      id\n      roles {\n        id\n        key\n        name\n      }\n    }\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "609934f9b6db65bd494cad7813a3f44a";

export default node;

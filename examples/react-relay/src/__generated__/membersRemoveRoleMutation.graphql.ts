/**
 * @generated SignedSource<<e542c51a98cfb5073a3b3fc773dd4cb8>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type RemoveOrganizationUserRoleInput = {
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
export type membersRemoveRoleMutation$variables = {
  input: RemoveOrganizationUserRoleInput;
};
export type membersRemoveRoleMutation$data = {
  readonly removeOrganizationUserRole: {
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
export type membersRemoveRoleMutation = {
  response: membersRemoveRoleMutation$data;
  variables: membersRemoveRoleMutation$variables;
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
    "concreteType": "RemoveOrganizationUserRolePayload",
    "kind": "LinkedField",
    "name": "removeOrganizationUserRole",
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
    "name": "membersRemoveRoleMutation",
    "selections": (v2/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "membersRemoveRoleMutation",
    "selections": (v2/*:: as any*/)
  },
  "params": {
    "cacheID": "8dd69920fe4ea956f0c7e720efbb81d4",
    "id": null,
    "metadata": {},
    "name": "membersRemoveRoleMutation",
    "operationKind": "mutation",
    "text": "mutation membersRemoveRoleMutation(\n  $input: RemoveOrganizationUserRoleInput!\n) {\n  removeOrganizationUserRole(input: $input) {\n    organizationUser {\n      id\n      roles {\n        id\n        key\n        name\n      }\n    }\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "0e2061d31147c2bce3e1529a050339a5";

export default node;

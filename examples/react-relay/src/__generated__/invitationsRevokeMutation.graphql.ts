/**
 * @generated SignedSource<<6357700bdd3c242afb9cf1b4909f6516>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type RevokeOrganizationInviteInput = {
  idempotencyKey?: string | null | undefined;
  inviteCode: string;
  organizationCode: string;
};
export type invitationsRevokeMutation$variables = {
  input: RevokeOrganizationInviteInput;
};
export type invitationsRevokeMutation$data = {
  readonly revokeOrganizationInvite: {
    readonly inviteCode: string | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly message: string;
    }>;
  } | null | undefined;
};
export type invitationsRevokeMutation = {
  response: invitationsRevokeMutation$data;
  variables: invitationsRevokeMutation$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "input"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "input",
        "variableName": "input"
      }
    ],
    "concreteType": "RevokeOrganizationInvitePayload",
    "kind": "LinkedField",
    "name": "revokeOrganizationInvite",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "kind": "ScalarField",
        "name": "inviteCode",
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
    "name": "invitationsRevokeMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "invitationsRevokeMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "2ae4cd944d730f198dc00eb3ec84a381",
    "id": null,
    "metadata": {},
    "name": "invitationsRevokeMutation",
    "operationKind": "mutation",
    "text": "mutation invitationsRevokeMutation(\n  $input: RevokeOrganizationInviteInput!\n) {\n  revokeOrganizationInvite(input: $input) {\n    inviteCode\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "77a4555e82394ac62dcbaedf186c12de";

export default node;

/**
 * @generated SignedSource<<888835ac7b46e20b05dca9170678393b>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type CreateOrganizationInviteInput = {
  email: string;
  firstName?: string | null | undefined;
  idempotencyKey?: string | null | undefined;
  lastName?: string | null | undefined;
  organizationCode: string;
  roles: ReadonlyArray<RoleReference>;
  sendEmail?: boolean;
};
export type RoleReference = {
  key: string;
  roleId?: never;
} | {
  key?: never;
  roleId: string;
};
export type invitationsInviteMutation$variables = {
  input: CreateOrganizationInviteInput;
};
export type invitationsInviteMutation$data = {
  readonly createOrganizationInvite: {
    readonly inviteCode: string | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly message: string;
    }>;
  } | null | undefined;
};
export type invitationsInviteMutation = {
  response: invitationsInviteMutation$data;
  variables: invitationsInviteMutation$variables;
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
    "concreteType": "CreateOrganizationInvitePayload",
    "kind": "LinkedField",
    "name": "createOrganizationInvite",
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
    "name": "invitationsInviteMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "invitationsInviteMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "232630a4a7eb5d70b75417421b2cb655",
    "id": null,
    "metadata": {},
    "name": "invitationsInviteMutation",
    "operationKind": "mutation",
    "text": "mutation invitationsInviteMutation(\n  $input: CreateOrganizationInviteInput!\n) {\n  createOrganizationInvite(input: $input) {\n    inviteCode\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "f4bdfc0f8e379565381b1509817ca2a3";

export default node;

/**
 * @generated SignedSource<<3761a261755d0e8d5160a53d6382f9a4>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type appViewerQuery$variables = Record<PropertyKey, never>;
export type appViewerQuery$data = {
  readonly viewer: {
    readonly mayAddRoles: boolean | null | undefined;
    readonly mayInvite: boolean | null | undefined;
    readonly mayReadInherited: boolean | null | undefined;
    readonly mayReadRoles: boolean | null | undefined;
    readonly mayRemoveRoles: boolean | null | undefined;
    readonly mayRevoke: boolean | null | undefined;
    readonly maySwitchFlags: boolean | null | undefined;
    readonly organization: {
      readonly code: string;
      readonly id: string;
      readonly name: string | null | undefined;
    } | null | undefined;
  };
};
export type appViewerQuery = {
  response: appViewerQuery$data;
  variables: appViewerQuery$variables;
};

const node: ConcreteRequest = (function(){
var v0 = [
  {
    "alias": null,
    "args": null,
    "concreteType": "Viewer",
    "kind": "LinkedField",
    "name": "viewer",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "Organization",
        "kind": "LinkedField",
        "name": "organization",
        "plural": false,
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
            "name": "code",
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
      },
      {
        "alias": "mayReadRoles",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "read:roles"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"read:roles\")"
      },
      {
        "alias": "mayReadInherited",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "read:environment_feature_flags"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"read:environment_feature_flags\")"
      },
      {
        "alias": "maySwitchFlags",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "update:organization_feature_flags"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"update:organization_feature_flags\")"
      },
      {
        "alias": "mayAddRoles",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "create:organization_user_roles"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"create:organization_user_roles\")"
      },
      {
        "alias": "mayRemoveRoles",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "delete:organization_user_roles"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"delete:organization_user_roles\")"
      },
      {
        "alias": "mayInvite",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "create:organization_invites"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"create:organization_invites\")"
      },
      {
        "alias": "mayRevoke",
        "args": [
          {
            "kind": "Literal",
            "name": "scope",
            "value": "delete:organization_invites"
          }
        ],
        "kind": "ScalarField",
        "name": "can",
        "storageKey": "can(scope:\"delete:organization_invites\")"
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "appViewerQuery",
    "selections": (v0/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "appViewerQuery",
    "selections": (v0/*:: as any*/)
  },
  "params": {
    "cacheID": "40c2f788b27ce3c0e76e7aa127c01768",
    "id": null,
    "metadata": {},
    "name": "appViewerQuery",
    "operationKind": "query",
    "text": "query appViewerQuery {\n  viewer {\n    organization {\n      id\n      code\n      name\n    }\n    mayReadRoles: can(scope: \"read:roles\")\n    mayReadInherited: can(scope: \"read:environment_feature_flags\")\n    maySwitchFlags: can(scope: \"update:organization_feature_flags\")\n    mayAddRoles: can(scope: \"create:organization_user_roles\")\n    mayRemoveRoles: can(scope: \"delete:organization_user_roles\")\n    mayInvite: can(scope: \"create:organization_invites\")\n    mayRevoke: can(scope: \"delete:organization_invites\")\n  }\n}\n"
  }
};
})();

(node as any).hash = "6a4de31ceea3662c58b81fd599059f3a";

export default node;

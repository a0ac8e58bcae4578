/**
 * @generated SignedSource<<136473c8073816de16d325dfd0583006>>
 * @lightSyntaxTransform
 */

/* tslint:disable */
/* eslint-disable */
// @ts-nocheck

import { ConcreteRequest } from 'relay-runtime';
export type FeatureFlagSource = "ENVIRONMENT" | "ORGANIZATION" | "%future added value";
export type UpdateFeatureFlagOverrideInput = {
  idempotencyKey?: string | null | undefined;
  key: string;
  organizationCode: string;
  value: boolean | number | string;
};
export type flagsSetMutation$variables = {
  input: UpdateFeatureFlagOverrideInput;
};
export type flagsSetMutation$data = {
  readonly updateFeatureFlagOverride: {
    readonly featureFlag: {
      readonly id: string;
      readonly key: string;
      readonly source: FeatureFlagSource;
      readonly value: boolean | number | string | null | undefined;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly message: string;
    }>;
  } | null | undefined;
};
export type flagsSetMutation$rawResponse = {
  readonly updateFeatureFlagOverride: {
    readonly featureFlag: {
      readonly id: string;
      readonly key: string;
      readonly source: FeatureFlagSource;
      readonly value: boolean | number | string | null | undefined;
    } | null | undefined;
    readonly userErrors: ReadonlyArray<{
      readonly message: string;
    }>;
  } | null | undefined;
};
export type flagsSetMutation = {
  rawResponse: flagsSetMutation$rawResponse;
  response: flagsSetMutation$data;
  variables: flagsSetMutation$variables;
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
    "concreteType": "UpdateFeatureFlagOverridePayload",
    "kind": "LinkedField",
    "name": "updateFeatureFlagOverride",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "FeatureFlag",
        "kind": "LinkedField",
        "name": "featureFlag",
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
            "name": "key",
            "storageKey": null
          },
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
    "name": "flagsSetMutation",
    "selections": (v1/*:: as any*/),
    "type": "Mutation",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "flagsSetMutation",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "cacheID": "d3dac4dbf1c430d9e6c1c3d385a00de6",
    "id": null,
    "metadata": {},
    "name": "flagsSetMutation",
    "operationKind": "mutation",
    "text": "mutation flagsSetMutation(\n  $input: UpdateFeatureFlagOverrideInput!\n) {\n  updateFeatureFlagOverride(input: $input) {\n    featureFlag {\n      id\n      key\n      source\n      value\n    }\n    userErrors {\n      message\n    }\n  }\n}\n"
  }
};
})();

(node as any).hash = "4d562fdf635d5eb4edbe31e2928dc5c0";

export default node;

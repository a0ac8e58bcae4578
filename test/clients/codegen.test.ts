/** GraphQL Code Generator reads schema.graphql, for clients that throw errors and for others. */
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { printSdl } from '../../src/graphql/schema.js';

const DOCUMENT = parse(/* GraphQL */ `
  query Members {
    organization(code: "org_1") {
      name
      allowedDomains
      users {
        nodes {
          email
          roles {
            key
          }
        }
      }
    }
    permissions {
      nodes {
        permissionId
      }
    }
  }
`);

/** Returns the type of the query's data, without white space. */
async function typeOfData(config: object): Promise<string> {
  const output = await codegen({
    filename: 'types.ts',
    schema: parse(printSdl()),
    schemaAst: buildSchema(printSdl()),
    documents: [{ document: DOCUMENT }],
    config: {},
    plugins: [{ operations: { enumsAsTypes: true, skipTypename: true, ...config } }],
    pluginMap: { operations },
  });
  return /type MembersQuery = ([^;]*);/.exec(output)![1]!.replaceAll(/\s/g, '');
}

test('a client that throws errors has types without the nulls that only mean an error', async () => {
  expect(await typeOfData({ nullability: { errorHandlingClient: true } })).toBe(
    '{organization:{name:string|null,allowedDomains:Array<string>|null,' +
      'users:{nodes:Array<{email:string|null,roles:Array<{key:string}>}>}}|null,' +
      'permissions:{nodes:Array<{permissionId:string}>}}',
  );
});

test('a client that hands out data beside errors has types with them', async () => {
  expect(await typeOfData({})).toBe(
    '{organization:{name:string|null,allowedDomains:Array<string|null>|null,' +
      'users:{nodes:Array<{email:string|null,roles:Array<{key:string}|null>|null}|null>}|null}|null,' +
      'permissions:{nodes:Array<{permissionId:string}|null>}|null}',
  );
});

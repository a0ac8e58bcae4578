/** What introspection, and so every tool, tells about the schema. */
import { beforeAll, expect, test } from '@jest/globals';
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
  type GraphQLSchema,
} from 'graphql';
import { fieldScopes } from '../../src/auth/required-scopes.js';
import { createSchema, printSdl } from '../../src/graphql/schema.js';
import { startGateway } from '../support/gateway.js';

let introspected: GraphQLSchema;
beforeAll(async () => {
  introspected = await introspect();
});

async function introspect(): Promise<GraphQLSchema> {
  const gateway = await startGateway();
  try {
    return buildClientSchema(
      await gateway.query(getIntrospectionQuery({ specifiedByUrl: true, oneOf: true })),
    );
  } finally {
    await gateway.close();
  }
}

test('introspection describes every type, and names the scopes of every field that requires some', () => {
  const schema = introspected;
  const own = createSchema();
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    expect([type.name, type.description?.trim()]).toEqual([type.name, expect.stringMatching(/.+/)]);
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const declared = own.getType(type.name) as typeof type;
      const required = fieldScopes(own, declared, declared.getFields()[field.name]!);
      const scopes = required?.scopes.flat() ?? [];
      const named = /Requires (.*)\.$/.exec(field.description ?? '')?.[1]?.match(/[\w:]+:[\w:]+/g);
      expect([`${type.name}.${field.name}`, named ?? []]).toEqual([
        `${type.name}.${field.name}`,
        scopes,
      ]);
    }
  }
  const dateTime = schema.getType('DateTime');
  expect(dateTime).toMatchObject({ specifiedByURL: expect.stringContaining('date-time') });
});

test('schema.graphql describes everything as introspection does', () => {
  const described = printSchema(lexicographicSortSchema(introspected));
  expect(printSchema(buildSchema(printSdl()))).toBe(described);
});

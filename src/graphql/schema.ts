/** Assembles the executable schema from the SDL in schema/ and the resolvers. */
import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import {
  buildSchema,
  getDirectiveValues,
  GraphQLSpecifiedByDirective,
  isScalarType,
  lexicographicSortSchema,
  type GraphQLSchema,
} from 'graphql';
import { auditMutations } from './audit.js';
import { acceptGlobalIds } from './global-ids.js';
import { completeListsInTurns } from './list-turns.js';
import { enforceScopes } from '../auth/directives.js';
import { resolvers } from '../resolvers/index.js';
import { describeScopes } from './scope-descriptions.js';

/** Next to src/ and, once built, next to dist/. */
const DIRECTORY = new URL('../../schema/', import.meta.url);

/** Returns the SDL of schema/, file by file. */
export function readTypeDefs(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => readFileSync(new URL(name, DIRECTORY), 'utf8'));
}

let schema: GraphQLSchema | undefined;

/**
 * Returns the executable schema, which all gateways of the process share. Throws when a resolver is for
 * a field that the schema lacks. Its fields check the viewer's scopes, and its mutations are audited,
 * denied ones included.
 */
export function createSchema(): GraphQLSchema {
  return (schema ??= makeSchema());
}

function makeSchema(): GraphQLSchema {
  const schema = makeExecutableSchema({
    typeDefs: readTypeDefs(),
    resolvers: [...resolvers],
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  });
  describeScalars(schema);
  const checked = auditMutations(enforceScopes(describeScopes(schema)));
  return completeListsInTurns(acceptGlobalIds(checked));
}

/** Gives scalars the description and specification of the SDL, which their implementations override. */
function describeScalars(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isScalarType(type) || type.astNode == null) continue;
    const specifiedBy = getDirectiveValues(GraphQLSpecifiedByDirective, type.astNode);
    type.description = type.astNode.description?.value;
    type.specifiedByURL = specifiedBy?.['url'] as string | undefined;
  }
}

/**
 * Returns the whole schema as one text, with descriptions and directives. It is sorted by name, so that
 * moving a definition within schema/ doesn't change it.
 */
export function printSdl(): string {
  const schema = lexicographicSortSchema(describeScopes(buildSchema(readTypeDefs().join('\n'))));
  return `${printSchemaWithDirectives(schema)}\n`;
}

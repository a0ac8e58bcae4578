/** The executable schema: the SDL of schema/ with the resolvers. */
import { readdirSync, readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { buildSchema, lexicographicSortSchema, type GraphQLSchema } from 'graphql';
import { auditMutations } from './audit.js';
import { enforceScopes } from '../auth/directives.js';
import { resolvers } from '../resolvers/index.js';

/** Beside src/ and, once built, beside dist/. */
const DIRECTORY = new URL('../../schema/', import.meta.url);

/** The SDL of schema/, file by file. */
export function readTypeDefs(): string[] {
  return readdirSync(DIRECTORY)
    .filter((name) => name.endsWith('.graphql'))
    .sort()
    .map((name) => readFileSync(new URL(name, DIRECTORY), 'utf8'));
}

let schema: GraphQLSchema | undefined;

/**
 * Returns the executable schema, which all gateways of the process share. Throws when a resolver is for
 * a field that the schema lacks. Its fields answer only those who may have them: the context says who
 * asks. Its mutations are audited, and so are those that are denied.
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
  return auditMutations(enforceScopes(schema));
}

/**
 * The whole schema as one text, with descriptions and directives. It is sorted by name, so that moving a
 * definition within schema/ changes nothing in it.
 */
export function printSdl(): string {
  const schema = lexicographicSortSchema(buildSchema(readTypeDefs().join('\n')));
  return `${printSchemaWithDirectives(schema)}\n`;
}

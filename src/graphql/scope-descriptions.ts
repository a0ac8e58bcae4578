/** Scopes in descriptions, since introspection doesn't show applied directives. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { Kind, type GraphQLObjectType, type GraphQLSchema, type StringValueNode } from 'graphql';
import { fieldScopes, requiredScopes } from '../auth/required-scopes.js';
import type { Alternatives } from '../auth/viewer.js';

interface Described {
  description?: string | null | undefined;
  astNode?: { readonly description?: StringValueNode | undefined } | null | undefined;
}

/**
 * Returns the schema with a sentence about the scopes at the end of the descriptions of fields,
 * arguments and fields of inputs that require some.
 */
export function describeScopes(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field, _, typeName) => {
      const required = fieldScopes(schema, schema.getType(typeName) as GraphQLObjectType, field);
      return required === undefined ? field : withScopes(field, required.scopes);
    },
    [MapperKind.ARGUMENT]: (argument) => {
      const scopes = requiredScopes(schema, argument);
      return scopes === undefined ? argument : withScopes(argument, scopes);
    },
    [MapperKind.INPUT_OBJECT_FIELD]: (field) => {
      const scopes = requiredScopes(schema, field);
      return scopes === undefined ? field : withScopes(field, scopes);
    },
  });
}

function withScopes<T extends Described>(described: T, scopes: Alternatives): T {
  const sentences = [described.description?.trim(), `Requires ${listed(scopes)}.`];
  const description = sentences.filter(Boolean).join(' ');
  const node: StringValueNode = { kind: Kind.STRING, value: description, block: true };
  // Introspection reads the first, and the printer of the SDL the second.
  return { ...described, description, astNode: { ...described.astNode, description: node } };
}

function listed(alternatives: Alternatives): string {
  return alternatives
    .map((together) => together.map((scope) => `\`${scope}\``).join(' and '))
    .join(', or ');
}

/** Scopes in the descriptions of fields, since introspection doesn't show applied directives. */
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import type { GraphQLObjectType, GraphQLSchema } from 'graphql';
import { fieldScopes } from '../auth/required-scopes.js';
import type { Alternatives } from '../auth/viewer.js';

/** Returns the schema with a sentence about the scopes at the end of each field that requires some. */
export function describeScopes(schema: GraphQLSchema): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.OBJECT_FIELD]: (field, _, typeName) => {
      const required = fieldScopes(schema, schema.getType(typeName) as GraphQLObjectType, field);
      if (required === undefined) return field;
      const description = [field.description?.trim(), `Requires ${listed(required.scopes)}.`];
      return { ...field, description: description.filter(Boolean).join(' ') };
    },
  });
}

function listed(alternatives: Alternatives): string {
  return alternatives
    .map((together) => together.map((scope) => `\`${scope}\``).join(' and '))
    .join(', or ');
}

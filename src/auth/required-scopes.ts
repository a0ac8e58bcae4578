/** Which fields need which scopes, as `@requiresScopes` says it in the schema. */
import { getDirective } from '@graphql-tools/utils';
import { isObjectType, type GraphQLSchema } from 'graphql';
import type { Alternatives } from './viewer.js';

/** The alternatives of a field's or a type's `@requiresScopes`; undefined where there is none. */
export function requiredScopes(
  schema: GraphQLSchema,
  node: Parameters<typeof getDirective>[1],
): Alternatives | undefined {
  return getDirective(schema, node, 'requiresScopes')?.[0]?.['scopes'] as Alternatives | undefined;
}

/** A field of the schema, with the alternatives of its `@requiresScopes`. */
export interface ScopedField {
  /** As a schema coordinate, e.g. "Organization.users". */
  coordinate: string;
  scopes: Alternatives;
}

/** Every field that takes a call of its own, in the order of the schema. */
export function scopedFields(schema: GraphQLSchema): ScopedField[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const scopes = requiredScopes(schema, field);
        return scopes === undefined ? [] : [{ coordinate: `${type.name}.${field.name}`, scopes }];
      }),
    );
}

/** The fields that cannot answer with these scopes: none of their alternatives is there in full. */
export function unusableFields(schema: GraphQLSchema, granted: ReadonlySet<string>): ScopedField[] {
  return scopedFields(schema).filter(
    ({ scopes }) => !scopes.some((together) => together.every((scope) => granted.has(scope))),
  );
}

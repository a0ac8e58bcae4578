/** Which fields need which scopes, as `@requiresScopes` says it in the schema. */
import { getDirective } from '@graphql-tools/utils';
import {
  isNonNullType,
  isObjectType,
  type GraphQLFieldConfig,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Alternatives } from './viewer.js';

type Field = Pick<GraphQLFieldConfig<unknown, unknown>, 'type' | 'astNode' | 'extensions'>;

/** The alternatives of a field's or a type's `@requiresScopes`; undefined where there is none. */
export function requiredScopes(
  schema: GraphQLSchema,
  node: Parameters<typeof getDirective>[1],
): Alternatives | undefined {
  return getDirective(schema, node, 'requiresScopes')?.[0]?.['scopes'] as Alternatives | undefined;
}

/** What a field requires, and whether its type says so in place of the field. */
export interface FieldScopes {
  scopes: Alternatives;
  isInherited: boolean;
}

/**
 * Returns what a field requires: its own `@requiresScopes`, or else that of its type. Undefined for a
 * field that comes with its object: a non-null one, and one that says `scopes: []`.
 */
export function fieldScopes(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: Field,
): FieldScopes | undefined {
  const own = requiredScopes(schema, field);
  const scopes = own ?? (isNonNullType(field.type) ? undefined : requiredScopes(schema, type));
  return scopes === undefined || scopes.length === 0
    ? undefined
    : { scopes, isInherited: own === undefined };
}

/** A field of the schema that requires scopes. */
export interface ScopedField extends FieldScopes {
  /** As a schema coordinate, e.g. "Organization.users". */
  coordinate: string;
}

/** Returns every field that requires scopes, in the order of the schema. */
export function scopedFields(schema: GraphQLSchema): ScopedField[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const required = fieldScopes(schema, type, field);
        return required === undefined
          ? []
          : [{ coordinate: `${type.name}.${field.name}`, ...required }];
      }),
    );
}

/** The fields that cannot answer with these scopes: none of their alternatives is there in full. */
export function unusableFields(schema: GraphQLSchema, granted: ReadonlySet<string>): ScopedField[] {
  return scopedFields(schema).filter(
    ({ scopes }) => !scopes.some((together) => together.every((scope) => granted.has(scope))),
  );
}

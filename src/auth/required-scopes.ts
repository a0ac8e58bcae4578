/** Which fields and arguments need which scopes, as `@requiresScopes` says it in the schema. */
import { getDirective } from '@graphql-tools/utils';
import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
  type GraphQLFieldConfig,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Alternatives } from './viewer.js';

type Field = Pick<GraphQLFieldConfig<unknown, unknown>, 'type' | 'astNode' | 'extensions'>;

/** The alternatives of a `@requiresScopes`; undefined where there is none. */
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

/** An argument, or a field of an input, that requires scopes when it is given. */
export interface ArgumentScopes {
  /** Its path in the arguments of the field. */
  path: readonly string[];
  /** As a schema coordinate: "Organization.featureFlags(includeInherited:)" or "AnInput.users". */
  coordinate: string;
  scopes: Alternatives;
}

/** Returns the arguments of a field that require scopes, with the fields of its inputs. */
export function argumentScopes(
  schema: GraphQLSchema,
  { name: typeName }: GraphQLObjectType,
  fieldName: string,
): ArgumentScopes[] {
  const type = schema.getType(typeName) as GraphQLObjectType;
  return type.getFields()[fieldName]!.args.flatMap((argument) => {
    const own = requiredScopes(schema, argument);
    const input = getNamedType(argument.type);
    const fields = isInputObjectType(input) ? Object.values(input.getFields()) : [];
    return [
      ...(own === undefined
        ? []
        : [
            {
              path: [argument.name],
              coordinate: `${typeName}.${fieldName}(${argument.name}:)`,
              scopes: own,
            },
          ]),
      ...fields.flatMap((field) => {
        const scopes = requiredScopes(schema, field);
        if (scopes === undefined) return [];
        const path = [argument.name, field.name];
        return [{ path, coordinate: `${input.name}.${field.name}`, scopes }];
      }),
    ];
  });
}

/** A field of the schema, or an argument of one, that requires scopes. */
export interface ScopedField extends FieldScopes {
  /** As a schema coordinate, e.g. "Organization.users". */
  coordinate: string;
  /** The field that is asked for. */
  typeName: string;
  fieldName: string;
}

/** Returns every field and argument that requires scopes, in the order of the schema. */
export function scopedFields(schema: GraphQLSchema): ScopedField[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const names = { typeName: type.name, fieldName: field.name };
        const required = fieldScopes(schema, type, field);
        const own = { coordinate: `${type.name}.${field.name}`, ...names };
        return [
          ...(required === undefined ? [] : [{ ...own, ...required }]),
          ...argumentScopes(schema, type, field.name).map(({ coordinate, scopes }) => ({
            coordinate,
            scopes,
            ...names,
            isInherited: false,
          })),
        ];
      }),
    );
}

/** The fields that cannot answer with these scopes: none of their alternatives is there in full. */
export function unusableFields(schema: GraphQLSchema, granted: ReadonlySet<string>): ScopedField[] {
  return scopedFields(schema).filter(
    ({ scopes }) => !scopes.some((together) => together.every((scope) => granted.has(scope))),
  );
}

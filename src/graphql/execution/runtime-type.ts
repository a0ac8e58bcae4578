/** The object type of a value of an interface or a union, refused as graphql-js refuses it. */
import {
  GraphQLError,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';

/** Returns the type that a type resolver has named. Throws for anything but a possible type's name. */
export function runtimeTypeOf(
  value: unknown,
  name: unknown,
  type: GraphQLAbstractType,
  { schema, parentType, fieldName }: GraphQLResolveInfo,
): GraphQLObjectType {
  const place = `"${parentType.name}.${fieldName}"`;
  if (name == null) {
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field ${place}. ` +
        `Either the "${type.name}" type should provide a "resolveType" function or each possible ` +
        'type should provide an "isTypeOf" function.',
    );
  }
  if (isObjectType(name)) {
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in ' +
        'graphql-js@16.0.0 please return type name instead.',
    );
  }
  if (typeof name !== 'string') {
    throw new GraphQLError(
      `Abstract type "${type.name}" must resolve to an Object type at runtime for field ${place} ` +
        `with value ${inspect(value)}, received "${inspect(name)}".`,
    );
  }
  const found = schema.getType(name);
  if (found == null) {
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
    );
  }
  if (!isObjectType(found)) {
    throw new GraphQLError(
      `Abstract type "${type.name}" was resolved to a non-object type "${name}".`,
    );
  }
  if (!schema.isSubType(type, found)) {
    throw new GraphQLError(
      `Runtime Object type "${found.name}" is not a possible type for "${type.name}".`,
    );
  }
  return found;
}

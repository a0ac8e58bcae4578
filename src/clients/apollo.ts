/**
 * `kinde-graphql/apollo`: the policies that Apollo Client's cache needs for this schema.
 *
 * ```ts
 * new InMemoryCache({ possibleTypes, typePolicies });
 * ```
 */
import type { FieldPolicy, PossibleTypesMap, TypePolicies, TypePolicy } from '@apollo/client';
import * as schema from '../generated/client-schema.js';
import { connectionPolicy } from './apollo-connection.js';

/** The types of each interface, so that fragments on `Node` match. */
export const possibleTypes: PossibleTypesMap = Object.fromEntries(
  Object.entries(schema.possibleTypes).map(([name, types]) => [name, [...types]]),
);

export interface TypePolicyOptions {
  /**
   * Whether a query without `after` also gets the pages that were read after its own. Defaults to true,
   * for lists that grow. Set it to false for lists that show one page at a time.
   */
  appendPages?: boolean;
}

/**
 * Creates type policies for this schema. Connections are right for queries of `nodes` and of `edges`,
 * other lists are replaced as a whole, and objects without an `id`, such as branding, are merged with
 * what other queries read of them.
 */
export function createTypePolicies({ appendPages = true }: TypePolicyOptions = {}): TypePolicies {
  const policies: Record<string, TypePolicy & { fields: Record<string, FieldPolicy> }> = {};
  const policyOf = (type: string) => (policies[type] ??= { fields: {} });
  for (const [type, fields] of Object.entries(schema.connections)) {
    for (const [name, options] of Object.entries(fields)) {
      policyOf(type).fields[name] = connectionPolicy({ ...options, appendPages });
    }
  }
  for (const [type, names] of Object.entries(schema.lists)) {
    for (const name of names) policyOf(type).fields[name] = { merge: false };
  }
  for (const type of schema.mergedTypes) policyOf(type).merge = true;
  return policies;
}

/** The type policies for lists that grow. */
export const typePolicies: TypePolicies = createTypePolicies();

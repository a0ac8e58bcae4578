/** Which operations in Kinde's API are behind which fields, arguments and inputs, as `@upstream` says it in the schema. */
import { getDirective } from '@graphql-tools/utils';
import { isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import type { Endpoint } from '../upstream/endpoint.js';
import { endpoints } from '../upstream/endpoints/index.js';

const rowsByRoute: ReadonlyMap<string, Endpoint> = new Map(
  Object.values(endpoints)
    .flatMap((domain) => Object.values<Endpoint>(domain))
    .map((row) => [row.route, row]),
);

/** What an `@upstream` says. */
export interface Upstream {
  /** Its operations; none without the directive. */
  rows: readonly Endpoint[];
  /** Whether lists carry the value, so that they take none of the calls. */
  unlessCarried: boolean;
}

/** A field, an argument or a field of an input that names operations in Kinde's API. */
export interface UpstreamField extends Upstream {
  /** As a schema coordinate, such as "Organization.featureFlags(includeInherited:)". */
  coordinate: string;
}

/** Returns what the `@upstream` of a part of the schema says. Throws for a route that the endpoint table doesn't have. */
export function upstreamOf(
  schema: GraphQLSchema,
  part: Parameters<typeof getDirective>[1],
): Upstream {
  const directive = getDirective(schema, part, 'upstream')?.[0] ?? {};
  const { routes = [], unlessCarried = false } = directive as {
    routes?: string[];
    unlessCarried?: boolean;
  };
  return { rows: routes.map(rowOf), unlessCarried };
}

function rowOf(route: string): Endpoint {
  const row = rowsByRoute.get(route);
  if (row === undefined) throw new TypeError(`@upstream: the endpoint table has no ${route}`);
  return row;
}

/** Returns every field, argument and field of an input with `@upstream`, in the order of the schema. */
export function upstreamFields(schema: GraphQLSchema): UpstreamField[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) || isInputObjectType(type))
    .flatMap((type) =>
      Object.values(type.getFields()).flatMap((field) => {
        const coordinate = `${type.name}.${field.name}`;
        const args = isObjectType(type) ? type.getFields()[field.name]!.args : [];
        return [
          { coordinate, ...upstreamOf(schema, field) },
          ...args.map((argument) => ({
            coordinate: `${coordinate}(${argument.name}:)`,
            ...upstreamOf(schema, argument),
          })),
        ];
      }),
    )
    .filter(({ rows }) => rows.length > 0);
}

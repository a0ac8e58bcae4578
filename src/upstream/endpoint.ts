/** What a row of the endpoint table may say, and the types that are read off a row. */
import { type Static, type TObject, type TSchema, Type as t } from 'typebox';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The one spelling of a route, the same text as in Kinde's API reference: greppable. */
export type Route = `${Method} /api/v1/${string}`;

/** The names that stand in braces in a template, such as a route or a tag. */
export type ParameterNames<Template extends string> =
  Template extends `${string}{${infer Name}}${infer Rest}` ? Name | ParameterNames<Rest> : never;

/** The names under which a route's path has an organization's code. */
export const ORGANIZATION_PARAMETERS = ['org_code', 'organization_code'] as const;

export interface Endpoint<
  R extends Route = Route,
  Q extends TObject = TObject,
  B extends TObject = TObject,
  A extends TSchema = TSchema,
  T extends string = string,
> {
  readonly route: R;
  /** One sentence, for the docs. */
  readonly summary: string;
  /** The OAuth scope that the API asks for. */
  readonly scope: string;
  /** Parameters of the query string. */
  readonly query: Q;
  /** Parameters of the query string that hold an id, and are refused like path parameters. */
  readonly ids: readonly string[];
  /** Properties of the JSON body, or the files of a form; undefined where the operation takes no body. */
  readonly body: B | undefined;
  readonly bodyType: 'json' | 'multipart';
  /** The response's shape. */
  readonly returns: A;
  /**
   * What a read tells of, and what a write may change, under the same names: a write that shares a
   * tag with an earlier read has made it out of date. Parameters stand in braces, as in the route.
   */
  readonly tags: readonly T[];
  /** The parameter that holds the code of the organization; undefined for calls about the environment. */
  readonly organizationParameter: string | undefined;
  /**
   * Whether a read is of something that an environment seldom changes, so that it is cached for longer.
   * Only writes that share a tag invalidate it; those to an organization don't.
   */
  readonly isCatalogue: boolean;
  /** Whether Kinde sends an event for every change of what a read tells of. */
  readonly hasEvents: boolean;
  /** Parameters of the query with which a read tells of changes that have no event. */
  readonly eventlessParameters: readonly string[];
  readonly method: Method;
  /** The path as a template, e.g. "/api/v1/organizations/{org_code}/users". */
  readonly path: string;
  /** The names in the template, in order. */
  readonly pathParameters: readonly string[];
  /** The path for values of its parameters. */
  readonly fillPath: Fill;
  readonly fillTags: readonly Fill[];
}

/** A file of a multipart body. */
export interface FileUpload {
  name: string;
  /** Its media type, such as `image/png`. */
  type: string;
  content: Uint8Array;
}

/** The schema of a file in a row's body. */
export const FileUpload = t.Unsafe<FileUpload>({ type: 'string', format: 'binary' });

/** A template's text, in which each name in braces stands replaced by what is given for it. */
export type Fill = (valueOf: (name: string) => string) => string;

/** Splits the template once: an operation fills the same ones hundreds of times. */
function fillOf(template: string): Fill {
  // Texts and names in turn.
  const parts = template.split(/\{(\w+)\}/);
  return (valueOf) => {
    let text = parts[0]!;
    for (let index = 1; index < parts.length; index += 2) {
      text += valueOf(parts[index]!) + parts[index + 1]!;
    }
    return text;
  };
}

interface Row<Q extends TObject, B extends TObject, A extends TSchema, T extends string> {
  summary: string;
  scope: string;
  query?: Q;
  ids?: readonly (keyof Static<Q> & string)[];
  body?: B;
  bodyType?: 'multipart';
  returns: A;
  tags: readonly T[];
  /** Where it is a parameter of the query; one in the path is found by its name. */
  organizationParameter?: keyof Static<Q> & string;
  isCatalogue?: boolean;
  hasEvents?: boolean;
  eventlessParameters?: readonly (keyof Static<Q> & string)[];
}

type Nothing = TObject<Record<never, TSchema>>;

/**
 * A row of the table. Path parameters are read off the route; the parameters of the query and of
 * the body must not share a name with them or with each other, since a call names all three in one
 * object.
 */
export function endpoint<
  const R extends Route,
  A extends TSchema,
  Q extends TObject = Nothing,
  B extends TObject = Nothing,
  const T extends string = never,
>(route: R, row: Row<Q, B, A, T>): Endpoint<R, Q, B, A, T> {
  const [method, path] = route.split(' ') as [Method, string];
  const pathParameters = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  return {
    route,
    summary: row.summary,
    scope: row.scope,
    query: row.query ?? (t.Object({}) as unknown as Q),
    ids: row.ids ?? [],
    body: row.body,
    bodyType: row.bodyType ?? 'json',
    returns: row.returns,
    tags: row.tags,
    organizationParameter:
      row.organizationParameter ??
      ORGANIZATION_PARAMETERS.find((name) => pathParameters.includes(name)),
    isCatalogue: row.isCatalogue ?? false,
    hasEvents: row.hasEvents ?? false,
    eventlessParameters: row.eventlessParameters ?? [],
    method,
    path,
    pathParameters,
    fillPath: fillOf(path),
    fillTags: row.tags.map(fillOf),
  };
}

/** An endpoint's tags for these arguments; throws a TypeError for a parameter that is not among them. */
export function tagsOf(
  { fillTags, route }: Endpoint,
  args: Readonly<Record<string, unknown>>,
): string[] {
  const valueOf = (name: string): string => {
    const value = args[name];
    if (typeof value === 'string') return value;
    throw new TypeError(`${route} is tagged by ${name}, which it lacks`);
  };
  return fillTags.map((fill) => fill(valueOf));
}

export type PathParameters<E extends Endpoint> = { [K in ParameterNames<E['route']>]: string };
export type QueryParameters<E extends Endpoint> = Static<E['query']>;
export type Body<E extends Endpoint> =
  E extends Endpoint<Route, TObject, infer B> ? Static<B> : never;
export type ResponseOf<E extends Endpoint> = Static<E['returns']>;

type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** All that a call of the endpoint names, in one object: path, query and body parameters. */
export type Arguments<E extends Endpoint> = Simplify<
  PathParameters<E> & QueryParameters<E> & Body<E>
>;

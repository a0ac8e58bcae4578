/**
 * What the compiler holds the tags of the table to, and what is derived from them. A tag that is
 * misspelled or forgotten would mean stale data that nothing complains about.
 */
import type {
  Arguments,
  Endpoint,
  ORGANIZATION_PARAMETERS,
  ParameterNames,
  Route,
} from '../endpoint.js';

type Rows = Readonly<Record<string, Readonly<Record<string, Endpoint>>>>;

type RowOf<T> = { [Domain in keyof T]: T[Domain][keyof T[Domain]] }[keyof T];

type Tagged<R extends Route, Tag extends string> = { route: R; tags: readonly Tag[] };

/** A tag without the names of its parameters, which may differ between a read and a write. */
type Shape<Tag extends string> = Tag extends `${infer Before}{${string}}${infer After}`
  ? `${Before}{}${Shape<After>}`
  : Tag;

type TagOfReads<Row> = Row extends Tagged<`GET /api/v1/${string}`, infer Tag> ? Tag : never;
type TagOfWrites<Row> =
  Row extends Tagged<`GET /api/v1/${string}`, infer _>
    ? never
    : Row extends Tagged<Route, infer Tag>
      ? Tag
      : never;

/** A tag with values in place of its parameters. */
type Filled<Tag extends string> = Tag extends `${infer Before}{${string}}${infer After}`
  ? `${Before}${string}${Filled<After>}`
  : Tag;

/** What may be invalidated: the tags of reads, with values. Another text fails to compile. */
export type FilledTag<T extends Rows> = Filled<TagOfReads<RowOf<T>>>;

/** The tags of writes that no read has, such as a misspelled one. */
export type UnreadTags<T extends Rows> = Exclude<
  Shape<TagOfWrites<RowOf<T>>>,
  Shape<TagOfReads<RowOf<T>>>
>;

/** The parameters in tags that a call of the row doesn't have, each with its route. */
export type UnknownTagParameters<T extends Rows, Row = RowOf<T>> = Row extends Endpoint
  ? Row extends Tagged<infer R, infer Tag>
    ? `${R}: {${Exclude<ParameterNames<Tag>, keyof Arguments<Row>>}}`
    : never
  : never;

type OrganizationParameter = (typeof ORGANIZATION_PARAMETERS)[number];

/** The tags that name nothing but the organization. */
type OfOrganization<Tag extends string> = Tag extends unknown
  ? [ParameterNames<Tag>] extends [never]
    ? never
    : [ParameterNames<Tag>] extends [OrganizationParameter]
      ? Tag
      : never
  : never;

/** Reads of an organization that its deletion would leave in the cache, for lack of a tag of the organization. */
export type UndeletedReads<T extends Rows, Row = RowOf<T>> =
  Row extends Tagged<infer R extends `GET /api/v1/${string}`, infer Tag>
    ? [Extract<ParameterNames<R>, OrganizationParameter>] extends [never]
      ? never
      : [OfOrganization<Tag>] extends [never]
        ? R
        : never
    : never;

const namesIn = (template: string) => [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

/**
 * Returns the tags of everything that the deletion of an organization may change: whatever is read
 * of one organization, and every list of the environment that is not a catalogue. A tag of all
 * organizations is for events that don't name theirs: a deletion does.
 */
export function tagsOfDeletion(rows: Rows): string[] {
  const reads = Object.values(rows)
    .flatMap((domain) => Object.values(domain))
    .filter(({ method }) => method === 'GET');
  const tags = reads.flatMap(({ tags, organizationParameter, isCatalogue }) =>
    tags.flatMap((tag) => {
      const names = namesIn(tag);
      if (names.length === 0) {
        return isCatalogue || organizationParameter !== undefined ? [] : [tag];
      }
      const isOfOrganization = names.every((name) => name === organizationParameter);
      return isOfOrganization ? [tag.replaceAll(`{${organizationParameter}}`, '{org_code}')] : [];
    }),
  );
  return [...new Set(tags)];
}

/**
 * `kinde-graphql/urql`: what urql's Graphcache needs for this schema.
 *
 * ```ts
 * cacheExchange({ keys, possibleTypes, resolvers, updates });
 * ```
 */
import type {
  Cache,
  DataFields,
  FieldArgs,
  KeyingConfig,
  PossibleTypesConfig,
  Resolver,
  ResolverConfig,
  UpdateResolver,
  UpdatesConfig,
} from '@urql/exchange-graphcache';
import * as schema from '../generated/client-schema.js';
import { entryKeys, nodeOf } from './urql-entries.js';
import { updateLists, updateMembers, updateOverrides } from './urql-updates.js';

/** The types of each interface, so that fragments on `Node` match. */
export const possibleTypes: PossibleTypesConfig = Object.fromEntries(
  Object.entries(schema.possibleTypes).map(([name, types]) => [name, [...types]]),
);

/** Objects without an `id`, such as branding, are a part of the object that they are in. */
export const keys: KeyingConfig = Object.fromEntries(
  schema.embeddedTypes.map((type) => [type, () => null]),
);

/** A query without `after` gets its first page of a connection and all pages that were read after it. */
export const resolvers: ResolverConfig = Object.fromEntries(
  Object.entries(schema.connections).map(([type, fields]) => [
    type,
    Object.fromEntries(Object.keys(fields).map((name) => [name, appendPages])),
  ]),
);

const listUpdates: Record<string, UpdateResolver<DataFields, Arguments>> = Object.fromEntries(
  Object.entries(schema.entryMutations).map(([name, mutation]) => [name, updateLists(mutation)]),
);

/**
 * A mutation that removes an object removes it from the lists as well; one that adds an object has the
 * lists read again, since Kinde decides where in them it is. One that changes members also has them read
 * again where roles and users have them.
 */
export const updates: UpdatesConfig = {
  Mutation: {
    ...listUpdates,
    ...Object.fromEntries(
      schema.memberMutations.map((name) => [name, inTurn(listUpdates[name], updateMembers)]),
    ),
    updateFeatureFlagOverride: updateOverrides,
    deleteFeatureFlagOverride: inTurn(listUpdates['deleteFeatureFlagOverride'], updateOverrides),
  },
};

function inTurn(
  ...resolvers: (UpdateResolver<DataFields, Arguments> | undefined)[]
): UpdateResolver<DataFields, Arguments> {
  return (...parameters) => resolvers.forEach((resolver) => resolver?.(...parameters));
}

type Arguments = Record<string, unknown>;

function appendPages(
  ...[, args, cache, { parentKey, fieldName }]: Parameters<Resolver<DataFields, Arguments>>
): ReturnType<Resolver> {
  const first = cache.resolve(parentKey, fieldName, args as FieldArgs);
  if (typeof first !== 'string' || args['after'] != null) return first;
  const stored = pagesAfter(cache, { parentKey, fieldName, args });
  const pages = chain(cache, first, (cursor) => {
    // Resolved also where it isn't stored yet: a query of the root depends on the fields that it reads,
    // and is updated only then when the page arrives.
    const page = cache.resolve(parentKey, fieldName, { ...args, after: cursor } as FieldArgs);
    return typeof page === 'string' ? page : stored.get(cursor);
  });
  const isAsRead = pages.length === 1 && !entryKeys(cache, first).some((key) => isGone(cache, key));
  return isAsRead ? first : joined(cache, pages);
}

/** Returns whether the object of a key was removed by a mutation. */
const isGone = (cache: Cache, key: unknown) =>
  typeof key === 'string' && cache.resolve(key, '__typename') === undefined;

/** Returns the keys of the pages of a list that follow another one, by its last cursor. */
function pagesAfter(
  cache: Cache,
  { parentKey, fieldName, args }: { parentKey: string; fieldName: string; args: Arguments },
): Map<unknown, string> {
  const pages = new Map<unknown, string>();
  const list = listOf(args);
  for (const field of cache.inspectFields(parentKey)) {
    const { after, first } = field.arguments ?? {};
    if (field.fieldName !== fieldName || after == null || listOf(field.arguments!) !== list)
      continue;
    const page = cache.resolve(parentKey, field.fieldKey);
    if (typeof page !== 'string' || (pages.has(after) && first !== args['first'])) continue;
    pages.set(after, page);
  }
  return pages;
}

/** Returns the arguments that choose a list, and not a page of it. */
function listOf({ first: _, after: __, ...filters }: Arguments): string {
  const given = Object.entries(filters).filter(([, value]) => value != null);
  return JSON.stringify(given.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Returns a page and those after it. A page that lacks a selection of the first one is not taken. */
function chain(
  cache: Cache,
  first: string,
  pageAfter: (cursor: unknown) => string | undefined,
): string[] {
  const found = [first];
  const wanted = ['edges', 'nodes'].filter((name) => Array.isArray(cache.resolve(first, name)));
  for (let page = first; ;) {
    const { endCursor } = endOf(cache, page);
    const next = endCursor == null ? undefined : pageAfter(endCursor);
    if (next === undefined || found.includes(next)) return found;
    if (!wanted.every((name) => Array.isArray(cache.resolve(next, name)))) return found;
    found.push(next);
    page = next;
  }
}

/** Returns pages as one connection. What is left out is read of the first page, or requested. */
function joined(cache: Cache, pages: readonly string[]): DataFields {
  return {
    __typename: cache.resolve(pages[0], '__typename'),
    ...entriesOf(cache, pages, 'edges', (edge) => nodeOf(cache, edge)),
    ...entriesOf(cache, pages, 'nodes', (node) => node),
    pageInfo: { __typename: 'PageInfo', ...endOf(cache, pages.at(-1)!) },
  } as DataFields;
}

/**
 * Returns the entries of pages under their name, without removed ones. One that has moved to a later page
 * is there once.
 */
function entriesOf(
  cache: Cache,
  pages: readonly string[],
  name: 'edges' | 'nodes',
  objectOf: (entry: unknown) => unknown,
): DataFields {
  const lists = pages.map((page) => cache.resolve(page, name));
  if (!lists.every((list) => Array.isArray(list))) return {};
  const seen = new Set<unknown>();
  const entries = lists
    .flat()
    .reverse()
    .filter((entry) => {
      const node = objectOf(entry);
      const isNew = typeof node !== 'string' || !seen.has(node);
      seen.add(node);
      return isNew && !isGone(cache, node);
    });
  return { [name]: entries.reverse() } as DataFields;
}

/** Returns where a page ends. */
function endOf(cache: Cache, page: string): DataFields {
  const info = cache.resolve(page, 'pageInfo');
  if (typeof info !== 'string') return {};
  const names = ['endCursor', 'hasNextPage'];
  const entries = names.map((name) => [name, cache.resolve(info, name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as DataFields;
}

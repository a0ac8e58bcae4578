/** The objects of a list, as Graphcache stores its pages. */
import type { Cache } from '@urql/exchange-graphcache';

/** Returns the keys of a page's objects; none for the key of anything else. */
export function entryKeys(cache: Cache, page: string): unknown[] {
  const list = (name: string) => {
    const entries = cache.resolve(page, name);
    return Array.isArray(entries) ? entries : [];
  };
  return [...list('nodes'), ...list('edges').map((edge) => nodeOf(cache, edge))];
}

/** Returns the key of an edge's object. */
export const nodeOf = (cache: Cache, edge: unknown): unknown =>
  typeof edge === 'string' ? cache.resolve(edge, 'node') : edge;

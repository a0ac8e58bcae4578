/** How the reads of one request are shared: one at a time, expanded, or page by page. */
import DataLoader from 'dataloader';
import type { UpstreamError } from '../upstream/errors.js';

/** An entry of a list: where the API sent one that cannot be used, the error that says so. */
export type Entry<T> = T | UpstreamError;

/**
 * Settles each key by itself. DataLoader resolves a key with what the batch function gives for it,
 * and a promise resolved with a promise follows that one: so a slow read holds up nobody else's.
 */
function settleEach<K, V>(read: (key: K) => Promise<V>): DataLoader.BatchLoadFn<K, V> {
  return async (keys) => keys.map(read) as unknown as V[];
}

/** Shares reads that the API has no batch for: a key is read once, however often it is asked for. */
export function createSharedRead<K, V>(
  read: (key: K) => Promise<V>,
  nameOf: (key: K) => string,
): DataLoader<K, V, string> {
  return new DataLoader<K, V, string>(settleEach(read), { cacheKeyFn: nameOf });
}

/** A read that can be widened by `expand`, so that one call answers those who want it and those who don't. */
export interface ExpandableRead<K, V> {
  load(key: K, expanded: boolean): Promise<V>;
  clearAll(): void;
}

/** When the same key is asked for both ways at once, or was already read expanded, makes one call. */
export function createExpandableRead<K, V>(
  read: (key: K, expanded: boolean) => Promise<V>,
  nameOf: (key: K) => string,
): ExpandableRead<K, V> {
  interface Request {
    key: K;
    expanded: boolean;
  }
  const plain = (key: K) => nameOf(key);
  const wide = (key: K) => `${nameOf(key)} expanded`;
  const loader: DataLoader<Request, V, string> = new DataLoader<Request, V, string>(
    async (requests) => {
      const expanded = new Set(
        requests.filter((request) => request.expanded).map(({ key }) => nameOf(key)),
      );
      const reads = new Map<string, Promise<V>>();
      return requests.map(({ key }) => {
        const name = nameOf(key);
        const isExpanded = expanded.has(name);
        let promise = reads.get(name);
        if (promise === undefined) {
          promise = read(key, isExpanded);
          reads.set(name, promise);
          if (isExpanded) loader.prime({ key, expanded: false }, promise as unknown as V);
        }
        return promise;
      }) as unknown as V[];
    },
    { cacheKeyFn: ({ key, expanded }) => (expanded ? wide(key) : plain(key)) },
  );
  return {
    load: (key, expanded) => loader.load({ key, expanded }),
    clearAll: () => void loader.clearAll(),
  };
}

/** A page of a list, as the API gave it. */
export interface Page<T> {
  entries: Entry<T>[];
  /** The token that follows; undefined on the last page. */
  next: string | undefined;
  /** The page size that was asked for. */
  size: number;
}

/** Which page of which list: `list` is all that identifies the list and its order. */
export interface PageRequest<L> {
  list: L;
  size: number;
  token: string | undefined;
}

export type ReadPage<L, T> = (request: PageRequest<L>) => Promise<Page<T>>;

/**
 * Shares pages. Several first pages of the same list in different sizes cost one call, of the largest
 * size: whoever wanted fewer takes the beginning of it.
 */
export function createPageRead<L, T>(
  read: ReadPage<L, T>,
): { load: ReadPage<L, T>; clearAll(): void } {
  const loader = new DataLoader<PageRequest<L>, Page<T>, string>(
    async (requests) => {
      const sizes = new Map<string, number>();
      for (const request of requests) {
        const name = nameOfPage(request);
        sizes.set(name, Math.max(request.size, sizes.get(name) ?? 0));
      }
      const pages = new Map<string, Promise<Page<T>>>();
      return requests.map((request) => {
        const name = nameOfPage(request);
        let page = pages.get(name);
        if (page === undefined) {
          page = read({ ...request, size: sizes.get(name)! });
          pages.set(name, page);
        }
        return page;
      }) as unknown as Page<T>[];
    },
    { cacheKeyFn: (request) => `${nameOfPage(request)} ${request.size}` },
  );
  return { load: (request) => loader.load(request), clearAll: () => void loader.clearAll() };
}

/** Pages behind a token are told apart by size as well: see Position in ./walk.ts. */
function nameOfPage<L>({ list, size, token }: PageRequest<L>): string {
  return JSON.stringify(token === undefined ? [list] : [list, token, size]);
}

/** The token to read on with: the API ends a list by leaving it out, with null or with "". */
export function nextToken(token: string | null | undefined): string | undefined {
  return token === null || token === '' ? undefined : token;
}

/** How the reads of one operation are shared: one at a time, in batches, expanded, or page by page. */
import DataLoader from 'dataloader';
import type { Endpoint } from '../upstream/endpoint.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Entry } from '../upstream/schema-decoder.js';

export type { Entry } from '../upstream/schema-decoder.js';

/** A page of a list, as the API gave it. */
export interface Page<T> {
  entries: Entry<T>[];
  /** The token that follows; undefined on the last page; an error where Kinde sent one that is none. */
  next: Entry<string> | undefined;
  /** The page size that was asked for. */
  size: number;
}

/** A page of a list. `list` identifies the list and its order. */
export interface PageRequest<L> {
  list: L;
  size: number;
  token: string | undefined;
}

export type ReadPage<L, T> = (request: PageRequest<L>) => Promise<Page<T>>;

/** A read that can be widened by `expand`, so that one call serves the fields that need it and those that don't. */
export type ExpandableRead<K, V> = (key: K, expanded: boolean) => Promise<V>;

/**
 * Reads keys together. Returns the value of each, or undefined for one that is to be read alone;
 * undefined where all are.
 */
export type ReadTogether<K, V> = (
  keys: readonly K[],
) => ((key: K) => Promise<V | undefined>) | undefined;

/** A read of many keys in one call. `prime` stores a value that another read has returned. */
export interface BatchedRead<K, V> {
  load: (key: K) => Promise<V>;
  prime: (key: K, value: V) => void;
}

interface BatchOptions<K> {
  nameOf: (key: K) => string;
  maxBatchSize?: number;
}

/**
 * Creates the shared reads of one operation, and remembers each: `clear` reaches all of them, so a
 * loader that is added later can't be forgotten there.
 */
export class SharedReads {
  readonly #clears: ((written: ReadonlySet<string>) => void)[] = [];
  /** Drop the errors of each loader, which are cleared even where no write has cleared the rest. */
  readonly #clearErrors: (() => void)[] = [];

  /** `tags` are those of the only writes that clear these reads; without them, every write does. */
  constructor(private readonly tags?: readonly string[]) {}

  /**
   * Returns a group of reads which seldom change: only a write that shares a tag with this row
   * clears them.
   */
  ofCatalogue({ tags }: Endpoint): SharedReads {
    const group = new SharedReads(tags);
    this.#clears.push((written) => group.#clear(written));
    return group;
  }

  /**
   * Drops what the operation has read, after calls of these rows: their writes may have changed it.
   * Errors are dropped in any case, so that the next mutation reads again.
   */
  clearAfter(calls: readonly Endpoint[]): void {
    const writes = calls.filter(({ method }) => method !== 'GET');
    this.#clear(new Set(writes.flatMap(({ tags }) => tags)));
  }

  #clear(written: ReadonlySet<string>): void {
    const isUnwritten = this.tags?.some((tag) => written.has(tag)) === false;
    for (const clear of isUnwritten ? this.#clearErrors : this.#clears) clear(written);
  }

  /** Returns what an operation learns from its reads. It is cleared with them. */
  state<T>(create: () => T): () => T {
    let state: T | undefined;
    this.#clears.push(() => (state = undefined));
    return () => (state ??= create());
  }

  /** Returns a loader that is created when it is first asked for: most operations use few of them. */
  #loader<K, V>(
    read: DataLoader.BatchLoadFn<K, V>,
    options: BatchOptions<K>,
    isComplete: (value: V) => boolean = () => true,
  ): () => DataLoader<K, V, string> {
    let loader: DataLoader<K, V, string> | undefined;
    return () => (loader ??= this.#createLoader(read, options, isComplete));
  }

  #createLoader<K, V>(
    read: DataLoader.BatchLoadFn<K, V>,
    { nameOf, maxBatchSize }: BatchOptions<K>,
    isComplete: (value: V) => boolean,
  ): DataLoader<K, V, string> {
    const failed = new Map<string, K>();
    const loader = new DataLoader<K, V, string>(
      this.tags === undefined
        ? read
        : noteFailures(read, isComplete, (key) => failed.set(nameOf(key), key)),
      {
        cacheKeyFn: nameOf,
        ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
      },
    );
    this.#clears.push(() => void loader.clearAll());
    this.#clearErrors.push(() => {
      for (const key of failed.values()) loader.clear(key);
      failed.clear();
    });
    return loader;
  }

  /** Shares a read that the API has no batch for: each key is read once. */
  one<K, V>(read: (key: K) => Promise<V>, nameOf: (key: K) => string): (key: K) => Promise<V> {
    const loader = this.#loader(settleEach(read), { nameOf });
    return (key) => loader().load(key);
  }

  /** Shares a read that takes many keys at once. */
  batch<K, V>(
    read: (keys: readonly K[]) => Promise<readonly (V | Promise<V>)[]>,
    options: BatchOptions<K>,
  ): BatchedRead<K, V> {
    const loader = this.#loader(read as DataLoader.BatchLoadFn<K, V>, options);
    return {
      load: (key) => loader().load(key),
      prime: (key, value) => void loader().prime(key, value),
    };
  }

  /**
   * Shares an expandable read. A key that is wanted both ways, or was read expanded, takes one call.
   * Keys that are wanted unexpanded are read together where `readTogether` can.
   */
  expandable<K, V>(
    read: (key: K, expanded: boolean) => Promise<V>,
    nameOf: (key: K) => string,
    readTogether: ReadTogether<K, V> = () => undefined,
  ): ExpandableRead<K, V> {
    interface Request {
      key: K;
      expanded: boolean;
    }
    const loader = this.#loader<Request, V>(
      async (requests) => {
        const expanded = new Set(
          requests.filter((request) => request.expanded).map(({ key }) => nameOf(key)),
        );
        const plain = requests.map(({ key }) => key).filter((key) => !expanded.has(nameOf(key)));
        const fromTogether = readTogether(plain);
        const readPlain = (key: K) =>
          fromTogether === undefined
            ? read(key, false)
            : fromTogether(key).then((value) => value ?? read(key, false));
        const reads = new Map<string, Promise<V>>();
        return requests.map(({ key }) => {
          const name = nameOf(key);
          const isExpanded = expanded.has(name);
          let promise = reads.get(name);
          if (promise === undefined) {
            promise = isExpanded ? read(key, true) : readPlain(key);
            reads.set(name, promise);
            if (isExpanded) loader().prime({ key, expanded: false }, promise as unknown as V);
          }
          return promise;
        }) as unknown as V[];
      },
      { nameOf: ({ key, expanded }) => (expanded ? `${nameOf(key)} expanded` : nameOf(key)) },
    );
    return (key, expanded) => loader().load({ key, expanded });
  }

  /**
   * Shares pages. Several first pages of the same list in different sizes cost one call, of the largest
   * size: a smaller request takes the beginning of it.
   */
  pages<L, T>(read: ReadPage<L, T>): ReadPage<L, T> {
    const loader = this.#loader<PageRequest<L>, Page<T>>(
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
      { nameOf: (request) => `${nameOfPage(request)} ${request.size}` },
      ({ entries, next }) => ![...entries, next].some((entry) => entry instanceof UpstreamError),
    );
    return (request) => loader().load(request);
  }
}

/**
 * Settles each key by itself. DataLoader resolves a key with what the batch function gives for it,
 * and a promise resolved with a promise follows that one, so a slow read delays no other.
 */
function settleEach<K, V>(read: (key: K) => Promise<V>): DataLoader.BatchLoadFn<K, V> {
  return async (keys) => keys.map(read) as unknown as V[];
}

/** Reports each key whose read fails, or brings a value that is not complete. */
function noteFailures<K, V>(
  read: DataLoader.BatchLoadFn<K, V>,
  isComplete: (value: V) => boolean,
  report: (key: K) => void,
): DataLoader.BatchLoadFn<K, V> {
  return async (keys) => {
    const noteUnlessComplete = (key: K) => (value: V | Error) => {
      if (value instanceof Error || !isComplete(value)) report(key);
    };
    try {
      const values = await read(keys);
      keys.forEach((key, index) => {
        Promise.resolve(values[index]!).then(noteUnlessComplete(key), () => report(key));
      });
      return values;
    } catch (error) {
      keys.forEach(report);
      throw error;
    }
  };
}

/** Pages behind a token are told apart by size as well: see Position in ./pagination.ts. */
function nameOfPage<L>({ list, size, token }: PageRequest<L>): string {
  return JSON.stringify(token === undefined ? [list] : [list, token, size]);
}

/** Entries by a key of theirs, of a list in which Kinde may have sent entries that can't be used. */
export class EntryIndex<T> {
  readonly #entries = new Map<string, T>();
  #unusable: UpstreamError | undefined;

  constructor(private readonly keyOf: (entry: T) => string) {}

  add(entries: Iterable<Entry<T>>): void {
    for (const entry of entries) {
      if (entry instanceof UpstreamError) this.#unusable ??= entry;
      else this.#entries.set(this.keyOf(entry), entry);
    }
  }

  /** Whether all entries that Kinde sent can be used. */
  get isUsable(): boolean {
    return this.#unusable === undefined;
  }

  hasAll(keys: Iterable<string>): boolean {
    return [...keys].every((key) => this.#entries.has(key));
  }

  /** Returns null for a key that the list doesn't have. Rejects when an unusable entry may be the one. */
  async find(key: string): Promise<T | null> {
    const entry = this.#entries.get(key);
    if (entry === undefined && this.#unusable !== undefined) throw this.#unusable;
    return entry ?? null;
  }
}

/** Returns the token of the next page. The API ends a list without one, with null or with "". */
export function nextToken(token: Entry<string> | null | undefined): Entry<string> | undefined {
  return token === null || token === '' ? undefined : token;
}

import { LRUCache } from 'lru-cache';
import { InvalidationLog } from './invalidation.js';
import { Reads, type Store } from './reads.js';
import { Replicas, type ReplicasOptions } from './replicas.js';

export interface CacheConfig {
  /** The memory that all entries may take, in bytes; 0 turns the cache off. */
  readonly maxBytes: number;
  /** How long a response of Kinde's API is fresh, in milliseconds. */
  readonly lifetimeMs: number;
  /** The same for what an environment seldom changes: its roles, permissions and flags. */
  readonly catalogueLifetimeMs: number;
  /** How much longer it may be served while Kinde is down, in milliseconds. */
  readonly staleIfErrorMs: number;
  /** The Redis that replicas share; undefined for a single one. */
  readonly redisUrl: string | undefined;
}

export interface Cache {
  invalidations: InvalidationLog;
  store: Store | undefined;
  reads: Reads;
  /**
   * Applies the invalidations of all writes that were acknowledged until now, on any replica. Returns
   * false when they can't be known, so that nothing may be served from memory.
   */
  refresh: () => boolean | Promise<boolean>;
  /** Invalidates cached responses with these tags, on every replica. */
  invalidate: (tags: readonly string[]) => Promise<void>;
  /** Whether Redis could be reached when it was last tried; undefined without Redis. */
  isRedisReachable: () => boolean | undefined;
  close: () => void;
}

/** Creates the cache that all operations of a process, and its replicas, share. */
export async function createCache(
  { maxBytes, staleIfErrorMs, lifetimeMs, catalogueLifetimeMs, redisUrl }: CacheConfig,
  { name, onState }: Pick<ReplicasOptions, 'name' | 'onState'>,
): Promise<Cache> {
  const invalidations = new InvalidationLog();
  const store: Store | undefined =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, object>({ maxSize: maxBytes, maxEntrySize: maxBytes / 4 });
  const replicas =
    redisUrl === undefined
      ? undefined
      : new Replicas({
          ...{ url: redisUrl, name, invalidations, onState },
          longestLifetimeMs: Math.max(lifetimeMs, catalogueLifetimeMs),
        });
  await replicas?.connect();
  return {
    invalidations,
    store,
    reads: new Reads({ invalidations, store, replicas, staleIfErrorMs }),
    refresh: () => replicas?.refresh() ?? true,
    invalidate: async (tags) => {
      invalidations.record(tags);
      await replicas?.announce(tags);
    },
    isRedisReachable: () => replicas?.isReachable,
    close: () => replicas?.close(),
  };
}

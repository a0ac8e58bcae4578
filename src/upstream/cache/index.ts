import { LRUCache } from 'lru-cache';
import { Changes } from './invalidation.js';
import { Reads, type Store } from './reads.js';
import { Replicas, type ReplicasOptions } from './replicas.js';

export interface CacheConfig {
  /** The memory that what is kept may take, in bytes; 0 keeps nothing. */
  readonly maxBytes: number;
  /** How long what was read is given without asking again, in milliseconds. */
  readonly lifetimeMs: number;
  /** The same for what an environment seldom changes: its roles, permissions and flags. */
  readonly catalogueLifetimeMs: number;
  /** How much longer it is given while Kinde cannot be asked, in milliseconds. */
  readonly staleIfErrorMs: number;
  /** Where the Redis is through which replicas agree; undefined for a single one. */
  readonly redisUrl: string | undefined;
}

export interface Cache {
  changes: Changes;
  store: Store | undefined;
  reads: Reads;
  /**
   * Begins an operation: has all writes known that were acknowledged before it, on whichever replica.
   * False when that cannot be known, so that nothing may be given from memory.
   */
  refresh: () => boolean | Promise<boolean>;
  /** Has what was read under these tags forgotten, on every replica. */
  forget: (tags: readonly string[]) => Promise<void>;
  /** Whether Redis could be reached when it was last tried; undefined where there is none. */
  isRedisReachable: () => boolean | undefined;
  close: () => void;
}

/** What the operations of a process, and its replicas, share of what they read. */
export async function createCache(
  { maxBytes, staleIfErrorMs, lifetimeMs, catalogueLifetimeMs, redisUrl }: CacheConfig,
  { name, onState }: Pick<ReplicasOptions, 'name' | 'onState'>,
): Promise<Cache> {
  const changes = new Changes();
  const store: Store | undefined =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, object>({ maxSize: maxBytes, maxEntrySize: maxBytes / 4 });
  const replicas =
    redisUrl === undefined
      ? undefined
      : new Replicas({
          ...{ url: redisUrl, name, changes, onState },
          longestLifetimeMs: Math.max(lifetimeMs, catalogueLifetimeMs),
        });
  await replicas?.connect();
  return {
    changes,
    store,
    reads: new Reads({ changes, store, replicas, staleIfErrorMs }),
    refresh: () => replicas?.refresh() ?? true,
    forget: async (tags) => {
      changes.record(tags);
      await replicas?.announce(tags);
    },
    isRedisReachable: () => replicas?.isReachable,
    close: () => replicas?.close(),
  };
}

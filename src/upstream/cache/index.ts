import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Change } from '../changes/change.js';
import { ChangeFeed } from '../changes/feed.js';
import { InvalidationLog } from './invalidation.js';
import { Reads, type Store } from './reads.js';
import { Replicas, type ReplicasOptions } from './replicas.js';
import type { RedisClient } from '../../redis/client.js';

export interface CacheConfig {
  /** The memory that all entries may take, in bytes; 0 turns the cache off. */
  readonly maxBytes: number;
  /** How long an API response is fresh, in milliseconds. */
  readonly lifetimeMs: number;
  /** The same for what an environment seldom changes: its roles, permissions and flags. */
  readonly catalogueLifetimeMs: number;
  /** The same for what Kinde sends events about; undefined where they don't count. */
  readonly eventsLifetimeMs: number | undefined;
  /** How much longer it may be served while Kinde is down, in milliseconds. */
  readonly staleIfErrorMs: number;
}

export interface Cache {
  invalidations: InvalidationLog;
  /** The changes that this replica knows of, in the order that all replicas tell them in. */
  changes: ChangeFeed;
  store: Store | undefined;
  reads: Reads;
  /**
   * Applies the invalidations of all writes that were acknowledged until now, on any replica. Returns
   * false when they can't be known, so that nothing may be served from memory.
   */
  refresh: () => boolean | Promise<boolean>;
  /** The same for listeners of `invalidations`, which can wait for a slow Redis. */
  catchUp: () => boolean | Promise<boolean>;
  /**
   * Invalidates cached responses with these tags, and tells the feed of the change. Resolves to whether
   * every replica will know of it before its next read; otherwise they hear of it once Redis can be
   * reached.
   */
  invalidate: (tags: readonly string[], change?: Change) => Promise<boolean>;
  /** Whether Redis could be reached when it was last tried; undefined without Redis. */
  isRedisReachable: () => boolean | undefined;
  /** Announces what Redis did not take yet, if it takes it now. */
  close: () => Promise<void>;
}

/** What the caches of several replicas share. */
export interface CacheSharing extends Pick<ReplicasOptions, 'name' | 'onState' | 'readTimeoutMs'> {
  /** Undefined for a single replica. */
  redis: RedisClient | undefined;
}

/** Creates the cache that all operations of a process, and its replicas, share. */
export function createCache(
  { maxBytes, staleIfErrorMs, lifetimeMs, catalogueLifetimeMs, eventsLifetimeMs = 0 }: CacheConfig,
  { redis, name, ...sharing }: CacheSharing,
): Cache {
  const invalidations = new InvalidationLog();
  // No other process knows a place in this feed, until Redis gives them names.
  const feedName = randomUUID().slice(0, 8);
  let changeCount = 0;
  const changes = new ChangeFeed(`${feedName}:0`);
  const store: Store | undefined =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, object>({ maxSize: maxBytes, maxEntrySize: maxBytes / 4 });
  const replicas =
    redis === undefined
      ? undefined
      : new Replicas({
          redis,
          name,
          invalidations,
          changes,
          ...sharing,
          longestLifetimeMs: Math.max(lifetimeMs, catalogueLifetimeMs, eventsLifetimeMs),
        });
  return {
    invalidations,
    changes,
    store,
    reads: new Reads({ invalidations, store, shared: replicas?.responses, staleIfErrorMs }),
    refresh: () => replicas?.refresh() ?? true,
    catchUp: () => replicas?.catchUp() ?? true,
    invalidate: async (tags, change) => {
      invalidations.record(tags);
      if (replicas !== undefined) return replicas.announce(tags, change);
      if (change !== undefined) {
        changes.append({ id: `${feedName}:${++changeCount}`, changes: [change] });
      }
      return true;
    },
    isRedisReachable: () => replicas?.isAvailable,
    close: async () => replicas?.close(),
  };
}

import { LRUCache } from 'lru-cache';
import { Changes } from './changes.js';
import { Reads, type Store } from './reads.js';

export interface CacheConfig {
  /** The memory that what is kept may take, in bytes; 0 keeps nothing. */
  readonly maxBytes: number;
  /** How long what was read is given without asking again, in milliseconds. */
  readonly lifetimeMs: number;
  /** The same for what an environment seldom changes: its roles, permissions and flags. */
  readonly catalogueLifetimeMs: number;
  /** How much longer it is given while Kinde cannot be asked, in milliseconds. */
  readonly staleIfErrorMs: number;
}

export interface Cache {
  changes: Changes;
  store: Store | undefined;
  reads: Reads;
}

/** What the operations of a process share of what they read. */
export function createCache({ maxBytes, staleIfErrorMs }: CacheConfig): Cache {
  const changes = new Changes();
  const store: Store | undefined =
    maxBytes === 0
      ? undefined
      : new LRUCache<string, object>({ maxSize: maxBytes, maxEntrySize: maxBytes / 4 });
  return { changes, store, reads: new Reads({ changes, store, staleIfErrorMs }) };
}

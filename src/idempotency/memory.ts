import { LRUCache } from 'lru-cache';
import type { Entry, IdempotencyStore } from './index.js';

/** What an entry takes besides its texts, in bytes: about what lru-cache and V8 need for it. */
const OVERHEAD_BYTES = 250;

export interface MemoryStoreOptions {
  ttlSeconds: number;
  /** How much all entries may take. They differ in size: that of a bulk write names every user. */
  maxBytes: number;
  /** Hears of each entry that had to go before its time. */
  onForgotten: () => void;
}

/**
 * Entries in the memory of this process: they hold for one replica, and until it ends. When they take
 * more than they may, the oldest are forgotten, whosoever they are.
 */
export function createMemoryStore({
  ttlSeconds,
  maxBytes,
  onForgotten,
}: MemoryStoreOptions): IdempotencyStore {
  const texts: LRUCache<string, string> = new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: (text, id) => text.length + id.length + OVERHEAD_BYTES,
    ttl: ttlSeconds * 1000,
    dispose: (_text, id, reason) => {
      if (reason === 'evict' && texts.getRemainingTTL(id) > 0) onForgotten();
    },
  });
  return {
    claim: async (id, entry) => {
      // To look without `get` leaves the order as it is: the oldest entry goes first, though it be read.
      const text = texts.peek(id);
      if (text !== undefined) return JSON.parse(text) as Entry;
      texts.set(id, JSON.stringify(entry));
      return undefined;
    },
    settle: async (id, entry) => void texts.set(id, JSON.stringify(entry)),
    release: async (id) => void texts.delete(id),
  };
}

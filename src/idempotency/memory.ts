import { LRUCache } from 'lru-cache';
import { bytesOf } from '../upstream/cache/text-size.js';
import type { Entry, IdempotencyStore } from './index.js';

/** What an entry takes besides its texts, in bytes: about what lru-cache and V8 need for it. */
const OVERHEAD_BYTES = 250;

export interface EntriesOptions {
  ttlSeconds: number;
  /** How much all entries may take. They differ in size: that of a bulk write names every user. */
  maxBytes: number;
  /** Hears of each entry that had to go before its time. */
  onForgotten: () => void;
}

/**
 * Entries in the memory of this process. When they exceed the limit, the oldest are dropped, of any
 * caller.
 */
export class Entries {
  readonly #texts: LRUCache<string, string>;

  constructor({ ttlSeconds, maxBytes, onForgotten }: EntriesOptions) {
    this.#texts = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: (text, id) => bytesOf(text) + id.length + OVERHEAD_BYTES,
      ttl: ttlSeconds * 1000,
      dispose: (_text, id, reason) => {
        if (reason === 'evict' && this.#texts.getRemainingTTL(id) > 0) onForgotten();
      },
    });
  }

  get(id: string): Entry | undefined {
    // To look without `get` leaves the order as it is: the oldest entry goes first, though it be read.
    const text = this.#texts.peek(id);
    return text === undefined ? undefined : (JSON.parse(text) as Entry);
  }

  /** Replaces any other entry, and restarts its lifetime. */
  set(id: string, entry: Entry): void {
    this.#texts.set(id, JSON.stringify(entry));
  }

  delete(id: string): void {
    this.#texts.delete(id);
  }
}

/** A store that holds for one process, and until it ends. */
export function createMemoryStore(options: EntriesOptions): IdempotencyStore {
  const entries = new Entries(options);
  return {
    claim: async (id, fingerprint) => {
      const found = entries.get(id);
      if (found !== undefined) return found;
      entries.set(id, { fingerprint });
      return {
        settle: async (outcome) => entries.set(id, { fingerprint, outcome }),
        release: async () => entries.delete(id),
      };
    },
  };
}

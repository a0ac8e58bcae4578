/** Which events were processed, so that a repeated delivery or a replay costs nothing. */
import { LRUCache } from 'lru-cache';
import { prefixOf, type RedisClient } from '../redis/client.js';
import { ignoreResult, script } from '../redis/script.js';
import { RedisUser } from '../redis/user.js';

/** Longer than Kinde retries: up to 36 hours, roughly. */
const REMEMBERED_MS = 48 * 3_600_000;
/** About 20 MB at most, with the longest ids. */
const MAX_IN_MEMORY = 50_000;
/** An event that is processed twice is harmless, so that Redis need not be waited for. */
const LIMITS = { timeoutMs: 50, pauseMs: 1_000 };

export interface ProcessedEvents {
  /** Returns whether an event with this id was processed, as far as is known. */
  has(id: string): Promise<boolean>;
  add(id: string): void;
}

const HAS = script(`return redis.call('EXISTS', KEYS[1])`, (result) => result === 1);
const ADD = script(`redis.call('SET', KEYS[1], '', 'PX', ARGV[1])`, ignoreResult);

/**
 * Remembers events for 48 hours: in Redis for all replicas, and the latest in memory. What Redis
 * forgets or can't be asked is processed again, which only invalidates again.
 */
export function createProcessedEvents(
  redis: RedisClient | undefined,
  name: string,
): ProcessedEvents {
  const own = new LRUCache<string, true>({ max: MAX_IN_MEMORY, ttl: REMEMBERED_MS });
  const user = redis && new RedisUser(redis, LIMITS);
  const keyOf = (id: string) => `${prefixOf(name)}:event ${id}`;
  return {
    has: async (id) => {
      if (own.has(id)) return true;
      return (await user?.run(HAS, [keyOf(id)]).catch(() => false)) ?? false;
    },
    add: (id) => {
      own.set(id, true);
      user?.send(ADD, [keyOf(id)], [String(REMEMBERED_MS)]).catch(() => undefined);
    },
  };
}

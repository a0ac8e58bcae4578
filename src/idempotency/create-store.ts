/** Chooses where idempotency keys are stored: in Redis for all replicas, else in memory. */
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import type { IdempotencyStore } from './index.js';
import { createMemoryStore, Entries } from './memory.js';
import { RedisStore } from './redis.js';

/** A store that may have to connect first. */
export interface ConnectedStore {
  readonly store: IdempotencyStore;
  /** Resolves once Redis can be asked, or after a second without it. */
  connect(): Promise<void>;
  close(): void;
}

/** Creates the store. Replicas with the same `name` share keys. */
export function createStore(
  config: Pick<Config, 'cache' | 'idempotencyTtlSeconds' | 'idempotencyMaxBytes'>,
  { name, log }: { name: string; log: FastifyBaseLogger },
): ConnectedStore {
  const { redisUrl } = config.cache;
  const limits = { ttlSeconds: config.idempotencyTtlSeconds, maxBytes: config.idempotencyMaxBytes };
  if (redisUrl === undefined) {
    const warn = atMostOnceAMinute(() =>
      log.warn('idempotency keys are forgotten early: IDEMPOTENCY_MEMORY_MB is too little'),
    );
    return {
      store: createMemoryStore({ ...limits, onForgotten: warn }),
      connect: async () => undefined,
      close: () => undefined,
    };
  }
  const store = new RedisStore({
    ...{ url: redisUrl, name, ttlSeconds: limits.ttlSeconds },
    // An entry that is evicted here is still in Redis.
    own: new Entries({ ...limits, onForgotten: () => undefined }),
    onState: (isAvailable, error) =>
      isAvailable
        ? log.info('mutations with an idempotencyKey are taken again')
        : log.warn(
            { err: error },
            'Redis cannot keep idempotency keys: mutations with one are refused',
          ),
    onUntold: (error) =>
      log.warn(
        { err: error },
        'Redis could not be told the outcome of a write: until it can, only this replica knows it',
      ),
  });
  return { store, connect: () => store.connect(), close: () => store.close() };
}

function atMostOnceAMinute(act: () => void): () => void {
  let actedAt = -Infinity;
  return () => {
    if (performance.now() < actedAt + 60_000) return;
    actedAt = performance.now();
    act();
  };
}

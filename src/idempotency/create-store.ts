/** Chooses where idempotency keys are stored: in Redis for all replicas, else in memory. */
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import type { RedisClient } from '../redis/client.js';
import { asOutage } from '../telemetry/redact.js';
import type { IdempotencyStore } from './index.js';
import { createMemoryStore, Entries } from './memory.js';
import { RedisStore, type StoreTimings } from './redis.js';

/** A store, and what ends its timers. */
export interface RunningStore {
  readonly store: IdempotencyStore;
  close(): void;
}

interface StoreOptions {
  redis: RedisClient | undefined;
  name: string;
  log: FastifyBaseLogger;
  timings?: StoreTimings | undefined;
}

/** Creates the store. Replicas with the same `name` share keys. */
export function createStore(
  config: Pick<Config, 'idempotencyTtlSeconds' | 'idempotencyMaxBytes'>,
  { redis, name, log, timings }: StoreOptions,
): RunningStore {
  const limits = { ttlSeconds: config.idempotencyTtlSeconds, maxBytes: config.idempotencyMaxBytes };
  if (redis === undefined) {
    const warn = atMostOnceAMinute(() =>
      log.warn('idempotency keys are forgotten early: IDEMPOTENCY_MEMORY_MB is too little'),
    );
    return {
      store: createMemoryStore({ ...limits, onForgotten: warn }),
      close: () => undefined,
    };
  }
  const store = new RedisStore({
    redis,
    name,
    ttlSeconds: limits.ttlSeconds,
    timings,
    // An entry that is evicted here is still in Redis.
    own: new Entries({ ...limits, onForgotten: () => undefined }),
    onState: (isAvailable, error) =>
      isAvailable
        ? log.info('mutations with an idempotencyKey are taken again')
        : log.warn(
            { err: asOutage(error) },
            'Redis cannot keep idempotency keys: mutations with one are refused',
          ),
    onUntold: (error) =>
      log.warn(
        { err: asOutage(error) },
        'Redis could not be told the outcome of a write: until it can, only this replica knows it',
      ),
  });
  return { store, close: () => store.close() };
}

function atMostOnceAMinute(act: () => void): () => void {
  let actedAt = -Infinity;
  return () => {
    if (performance.now() < actedAt + 60_000) return;
    actedAt = performance.now();
    act();
  };
}

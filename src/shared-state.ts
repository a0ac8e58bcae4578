/** What the replicas of a gateway share through Redis, or else each holds for itself. */
import type { FastifyBaseLogger } from 'fastify';
import type { Config, KindeConfig } from './config.js';
import { openSecret } from './config/secret.js';
import { createStore, type RunningStore } from './idempotency/create-store.js';
import type { StoreTimings } from './idempotency/redis.js';
import { RedisClient } from './redis/client.js';
import { asOutage } from './telemetry/redact.js';
import { createCache, type Cache } from './upstream/cache/index.js';
import { SharedRateLimit } from './upstream/policy/rate-limit-budget.js';

/** How long Redis is waited for, in milliseconds. Tests shorten it, or lengthen it for a busy machine. */
export interface RedisTimings {
  /** The longest pause between attempts to connect. Defaults to half a second. */
  readonly longestReconnectMs?: number;
  /** How long the cache waits for a read. Defaults to 25. */
  readonly readTimeoutMs?: number;
  readonly keys?: StoreTimings;
}

export interface SharedState {
  cache: Cache;
  rateLimit: SharedRateLimit;
  /** Of idempotency keys. */
  keys: RunningStore;
  redis: RedisClient | undefined;
  /** Connects again where the file of the Redis URL has another one than before. */
  reloadRedisUrl: () => void;
  /** What replicas of the same environment and application have in common. */
  name: string;
}

/** Creates the cache, the rate limit and the keys, over one connection, and tries to connect. */
export async function connectShared(
  config: Config & { kinde: KindeConfig },
  log: FastifyBaseLogger,
  { keys: timings, readTimeoutMs, ...reconnect }: RedisTimings = {},
): Promise<SharedState> {
  const { baseUrl, credentials } = config.kinde;
  const { redisUrl, redisUrlFile } = config.cache;
  const url = redisUrl === undefined ? undefined : openSecret(redisUrl, redisUrlFile);
  const redis = url && new RedisClient(() => url.read(), reconnect);
  const reloadRedisUrl = () => {
    const [before] = url?.known() ?? [];
    if (url?.read() !== before) redis?.reconnect();
  };
  const name = `${baseUrl} ${credentials?.clientId ?? ''}`;
  const rateLimit = new SharedRateLimit({
    callsPerMinute: config.upstreamRateLimit,
    redis,
    name: baseUrl,
  });
  const keys = createStore(config, { redis, name, log, timings });
  const onState = (isReachable: boolean, error?: unknown) =>
    isReachable
      ? log.info('Redis can be reached')
      : log.warn(
          { err: asOutage(error) },
          'Redis cannot be reached: nothing is served from memory',
        );
  const cache = createCache(config.cache, { redis, name, onState, readTimeoutMs });
  // All of them are to hear of the first connection.
  await redis?.connect();
  await cache.refresh();
  return { cache, rateLimit, keys, redis, reloadRedisUrl, name };
}

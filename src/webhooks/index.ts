import type { FastifyPluginAsync } from 'fastify';
import { createKeys } from '../auth/jwks.js';
import type { Config, KindeConfig } from '../config.js';
import type { RedisClient } from '../redis/client.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { Cache } from '../upstream/cache/index.js';
import { createProcessedEvents } from './deduplicate.js';
import { webhookRoute } from './receiver.js';

export interface WebhookParts {
  cache: Cache;
  redis: RedisClient | undefined;
  /** Replicas with the same name share what they know of events. */
  name: string;
  metrics: Metrics | undefined;
}

/** Returns the route that Kinde's events are delivered to, or no route where WEBHOOKS is off. */
export function webhooks(
  { kinde, webhooks: received }: Config & { kinde: KindeConfig },
  { cache, redis, name, metrics }: WebhookParts,
): FastifyPluginAsync {
  if (received === undefined) return async () => undefined;
  return webhookRoute({
    keys: createKeys(received.jwksUri ?? `${kinde.baseUrl}/.well-known/jwks`),
    processed: createProcessedEvents(redis, name),
    invalidate: cache.invalidate,
    onDelivery: (report) => metrics?.eventDelivered(report),
  });
}

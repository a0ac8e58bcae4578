/** What watches the gateway, as far as it is on. */
import type { FastifyBaseLogger } from 'fastify';
import type { Config, KindeConfig } from '../config.js';
import { asOutage } from './redact.js';
import type { Breaker } from '../upstream/policy/breaker.js';
import type { Cache } from '../upstream/cache/index.js';
import type { Metrics } from './metrics.js';
import type { Traces } from './traces.js';

/** The parts of telemetry. Each is undefined where it is off. */
export interface Telemetry {
  readonly metrics: Metrics | undefined;
  readonly traces: Traces | undefined;
}

/** What is off is not even loaded: Prometheus' client and OpenTelemetry cost time to start and memory. */
export async function createTelemetry(
  { metrics, traces, cache: { maxBytes }, kinde }: Config & { kinde: KindeConfig },
  log: FastifyBaseLogger,
  { breaker, cache: { store, isRedisReachable } }: { breaker: Breaker; cache: Cache },
): Promise<Telemetry> {
  const onState = (isDelivered: boolean, error?: Error) =>
    isDelivered
      ? log.info('traces are delivered')
      : log.warn({ err: asOutage(error) }, 'traces cannot be delivered');
  return {
    metrics:
      metrics &&
      new (await import('./metrics.js')).Metrics({
        breaker,
        store,
        maxCacheBytes: maxBytes,
        isRedisReachable,
      }),
    traces:
      traces &&
      new (await import('./traces.js')).Traces({ ...traces, upstreamUrl: kinde.baseUrl, onState }),
  };
}

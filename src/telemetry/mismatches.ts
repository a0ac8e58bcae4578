import type { FastifyBaseLogger } from 'fastify';
import type { Endpoint } from '../upstream/endpoint.js';
import type { Mismatch } from '../upstream/schema-decoder.js';
import type { Metrics } from './metrics.js';

/** Counts fields that differ from Kinde's specification, and logs each field of a route once. */
export function reportMismatches(log: FastifyBaseLogger, metrics: Metrics | undefined) {
  const logged = new Set<string>();
  return ({ route }: Endpoint, { field, expected, received, outcome }: Mismatch): void => {
    metrics?.fieldMismatched(route, field, outcome);
    const name = `${route} ${field}`;
    if (logged.has(name)) return;
    logged.add(name);
    log.warn(
      { route, field, expected, received, outcome },
      'a field of Kinde’s response differs from its API specification',
    );
  };
}

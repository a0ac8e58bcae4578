/** The HTTP side of the shutdown: no new requests, then the end of those in flight. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import type { ActiveOperations } from './active-operations.js';
import type { Admission } from './admission.js';
import type { Connections } from './connections.js';
import type { LiveQueries } from './live/live-queries.js';

export interface Drained {
  app: FastifyInstance;
  connections: Connections;
  admission: Admission;
  active: ActiveOperations;
  live: LiveQueries;
}

/**
 * Closes the server once the requests in flight are answered, and the operations of clients that have
 * left are done. Returns false when some had to be cut off after `graceMs`. For `delayMs` before, requests
 * are still served, so that load balancers which see `/readyz` fail can take the replica out of rotation.
 */
export async function drain(
  { app, connections, admission, active, live }: Drained,
  { delayMs, graceMs }: Config['shutdown'],
): Promise<boolean> {
  if (delayMs > 0) await sleep(delayMs);
  admission.drain();
  live.close();
  const endsAt = performance.now() + graceMs;
  let isComplete = true;
  const cutOff = setTimeout(() => {
    isComplete = false;
    connections.endAll();
  }, graceMs);
  const closed = app.close();
  connections.endUnused();
  await closed;
  clearTimeout(cutOff);
  if (isComplete) isComplete = await active.ended(Math.max(0, endsAt - performance.now()));
  admission.close();
  return isComplete;
}

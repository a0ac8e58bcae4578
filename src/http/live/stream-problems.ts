/** Streams that would take too much memory. */
import type { FastifyRequest } from 'fastify';
import type { UnreadResponses } from '../unread-responses.js';
import type { LiveQuery } from './live-query.js';

/** How many characters the request of a stream may have. */
const LONGEST_REQUEST = 65_536;

/** Returns the HTTP error for a request that is too long to be held as long as its stream is open. */
export function lengthProblem({ method, url, graphql }: FastifyRequest) {
  const length = method === 'GET' ? url.length : graphql.textLength;
  if (length <= LONGEST_REQUEST) return undefined;
  const message = `A stream holds its request while it is open, so that may have ${LONGEST_REQUEST} characters. This one has ${length}.`;
  return { status: 413, message, code: 'PAYLOAD_TOO_LARGE' };
}

/** Returns the HTTP error for one more stream when the results of all take more memory than they may. */
export function memoryProblem(
  queries: Iterable<LiveQuery>,
  { maxBytes }: Pick<UnreadResponses, 'maxBytes'>,
) {
  let bytes = 0;
  for (const query of queries) bytes += query.bytes;
  if (bytes <= maxBytes) return undefined;
  const message =
    'The results of all open streams take too much memory with this one. Ask for less, or try again later.';
  return { status: 503, message, code: 'OVERLOADED' };
}

/** Disconnects the largest live queries, and so not the callers of small ones, until all results have room. */
export function disconnectLargest(
  queries: Iterable<LiveQuery>,
  limit: Pick<UnreadResponses, 'maxBytes'>,
): void {
  const all = [...queries];
  if (memoryProblem(all, limit) === undefined) return;
  for (const query of all.sort((one, other) => other.bytes - one.bytes)) {
    query.disconnect();
    if (memoryProblem(all, limit) === undefined) return;
  }
}

/** Lists that Kinde sends in one response, with a sign that it has more and no parameter to read on with. */
import type { Endpoint } from '../upstream/endpoint.js';
import { UpstreamError } from '../upstream/errors.js';
import type { Entry } from './shared-reads.js';

/** Returns the error of a list that has more entries than can be read. */
export const incomplete = ({ route }: Endpoint): UpstreamError =>
  new UpstreamError('INCOMPLETE', `${route} has more entries`, { route });

/** Returns a list with an error at its end where it has more: a short list must not pass for the whole one. */
export function withRest<T>(
  endpoint: Endpoint,
  entries: readonly Entry<T>[],
  hasMore: boolean,
): readonly Entry<T>[] {
  return hasMore ? [...entries, incomplete(endpoint)] : entries;
}

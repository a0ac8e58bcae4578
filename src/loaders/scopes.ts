/** Reads that the token may or may not be allowed to make. */
import type { Endpoint } from '../upstream/endpoint.js';
import { hasFailed } from '../upstream/errors.js';

/** The scopes of the token that calls are made with; undefined when only Kinde knows them. */
export type GrantedScopes = () => Promise<ReadonlySet<string> | undefined>;

/**
 * What `read` gives or, where the token may not call its endpoint, what `otherwise` gives. The call is
 * not made when the token is known to lack the scope.
 */
export async function ifPermitted<T>(
  granted: GrantedScopes,
  endpoint: Endpoint,
  read: () => Promise<T>,
  otherwise: () => Promise<T>,
): Promise<T> {
  const scopes = await granted();
  if (scopes?.has(endpoint.scope) === false) return otherwise();
  return read().catch((error: unknown) => {
    if (hasFailed(error, 'FORBIDDEN')) return otherwise();
    throw error;
  });
}

/** Reads that the token may or may not be allowed to make. */
import type { Endpoint } from '../upstream/endpoint.js';
import { hasFailed } from '../upstream/errors.js';

/** The scopes of the token that calls are made with; undefined when only Kinde knows them. */
export type GrantedScopes = () => Scopes | Promise<Scopes>;

type Scopes = ReadonlySet<string> | undefined;

/**
 * Returns the result of `read` or, where the token may not call its endpoint, that of `otherwise`. The call is
 * not made when the token is known to lack the scope.
 */
export function ifPermitted<T>(
  granted: GrantedScopes,
  endpoint: Endpoint,
  read: () => Promise<T>,
  otherwise: () => Promise<T>,
): Promise<T> {
  const decide = (scopes: Scopes): Promise<T> =>
    scopes?.has(endpoint.scope) === false
      ? otherwise()
      : read().catch((error: unknown) => {
          if (hasFailed(error, 'FORBIDDEN')) return otherwise();
          throw error;
        });
  const scopes = granted();
  return scopes instanceof Promise ? scopes.then(decide) : decide(scopes);
}

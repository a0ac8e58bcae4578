/** Turns an operation whose token Kinde refuses into HTTP 401. */
import type { OperationHooks, OperationPlugin } from './hooks.js';

/**
 * With `AUTH_MODE=passthrough` only Kinde can tell whether a token is valid, and it does so at the first
 * upstream call. When it refused every call of an operation, the response is the one that AUTH_MODE=jwt
 * has for such a token: 401 without `data`. A token that expires halfway leaves partial data, with 200, and
 * so does a mutation with the payload of an earlier attempt: under another token its key is not known.
 */
export function refusedToken(): OperationPlugin {
  const hooks: OperationHooks = {
    willSendResponse({ operation, response: { body, http }, contextValue: { viewer, calls } }) {
      if (viewer.kind !== 'bearer' || body.kind !== 'single') return;
      const { data, errors = [] } = body.singleResult;
      const hasPayload =
        operation?.operation === 'mutation' &&
        Object.values(data ?? {}).some((payload) => payload !== null);
      const isRefused =
        !hasPayload &&
        errors.length > 0 &&
        errors.every(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED') &&
        calls.every(({ error }) => error?.failure === 'UNAUTHENTICATED');
      if (!isRefused) return;
      delete body.singleResult.data;
      http.status = 401;
      http.headers.set('www-authenticate', 'Bearer error="invalid_token"');
    },
  };
  return () => hooks;
}

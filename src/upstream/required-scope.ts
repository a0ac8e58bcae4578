/** Whether a 403 is about a scope, and which. Kinde also answers 403 for limits and organizations. */
import type { Endpoint } from './endpoint.js';
import { UpstreamError, type Reason } from './errors.js';
import type { RawResponse } from './send/index.js';
import { grantedScopes, unverifiedClaims } from './token-claims.js';
import type { AccessToken } from './token.js';

/** A scope of the Management API, in a sentence. */
const SCOPE = /\b(?:create|read|update|delete|write):[a-z_]+\b/;

/** `INSUFFICIENT_SCOPE`, `scopes are missing`, but not `scopeless`. */
const WORD = /(?:^|[^a-z])scopes?(?:$|[^a-z])/i;

/**
 * Returns the scope that a 403 asks for; undefined for one that doesn't speak of scopes. Kinde documents
 * that it names the scope, but not where, so its messages and RFC 6750's header are searched for one.
 */
export function scopeAskedFor(
  { scope }: Endpoint,
  reasons: readonly Reason[],
  headers: RawResponse['headers'],
): string | undefined {
  const said = [...reasons.flatMap(({ code, message }) => [code, message]), challengeIn(headers)];
  const named = said.map((text) => SCOPE.exec(text)?.[0]).find((name) => name !== undefined);
  return named ?? (said.some((text) => WORD.test(text)) ? scope : undefined);
}

/** RFC 6750, section 3: `Bearer error="insufficient_scope", scope="read:roles"`. */
function challengeIn(headers: RawResponse['headers']): string {
  const challenge = String(headers['www-authenticate'] ?? '');
  return challenge.includes('insufficient_scope') ? challenge : '';
}

/** Adds the scope to a 403 that names none, when the token is known to lack it. */
export function withLackedScope(
  error: UpstreamError,
  { scope }: Endpoint,
  token: AccessToken | undefined,
): UpstreamError {
  if (error.status !== 403 || error.requiredScope !== undefined || token === undefined)
    return error;
  const granted = token.scopes ?? grantedScopes(unverifiedClaims(token.value));
  if (granted === undefined || granted.has(scope)) return error;
  return new UpstreamError(error.failure, error.message, { ...error, requiredScope: scope });
}

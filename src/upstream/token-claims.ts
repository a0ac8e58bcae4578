/** Claims of Kinde access tokens, read the same way for the gateway's own token and for callers'. */

import { decodeJwt, type JWTPayload } from 'jose';

/** Returns the claims of a token that nobody has verified; none for a text that isn't a JWT. */
export function unverifiedClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

/** Returns the texts in a claim: those of an array or, as OAuth writes scopes, of a text with spaces. */
export function textsIn(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((text) => text !== '');
  return Array.isArray(claim) ? claim.filter((text) => typeof text === 'string') : [];
}

/**
 * Returns the scopes that a token was granted; undefined where it has no claim about scopes. Kinde writes
 * the granted scopes into `scope` and the requested ones into `scp`, which may be more. So `scp` counts
 * only where there is no `scope` at all: an empty `scope` grants nothing.
 * https://docs.kinde.com/machine-to-machine-applications/about-m2m/token-structure-and-claims-for-m2m-applications
 */
export function grantedScopes(
  claims: Readonly<Record<string, unknown>>,
): ReadonlySet<string> | undefined {
  const claim = claims['scope'] === undefined ? claims['scp'] : claims['scope'];
  return claim === undefined ? undefined : new Set(textsIn(claim));
}

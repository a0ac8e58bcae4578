/** Issuers of tokens: which of the accepted ones a token names. */
import { decodeJwt, type JWTPayload } from 'jose';

/** Returns the accepted issuer that this is. A trailing slash makes no difference. */
export function acceptedIssuer(issuer: unknown, accepted: readonly string[]): string | undefined {
  return accepted.find((one) => issuer === one || issuer === `${one}/`);
}

/** Returns the claims of a token that nobody has verified; none for a text that isn't a JWT. */
export function unverifiedClaims(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

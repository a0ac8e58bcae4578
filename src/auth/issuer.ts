/** Issuers of tokens: which of the accepted ones a token names. */

/** Returns the accepted issuer that this is. A trailing slash makes no difference. */
export function acceptedIssuer(issuer: unknown, accepted: readonly string[]): string | undefined {
  return accepted.find((one) => issuer === one || issuer === `${one}/`);
}

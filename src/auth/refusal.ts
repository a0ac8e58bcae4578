/** Why a token was refused: for the log and, outside production, for the developer who sent it. */
import { errors, type JWTPayload } from 'jose';
import type { JwtConfig } from '../config.js';
import { logText } from '../telemetry/redact.js';
import { ClaimError } from './claims.js';

export interface Refusal {
  readonly reason: string;
  /** The claim that is to blame; undefined where the token as a whole is. */
  readonly claim: string | undefined;
  /** The rest of a sentence that begins with "The token". It never holds the token itself. */
  readonly detail: string;
}

/** Returns why a token was refused; undefined for an error that isn't about the token. */
export function refusalOf(error: unknown, accepted: JwtConfig): Refusal | undefined {
  if (error instanceof ClaimError) {
    return {
      reason: 'UNUSABLE_CLAIM',
      claim: error.claim,
      detail: `is unusable: ${error.message}`,
    };
  }
  if (error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed) {
    const { code, claim, payload } = error;
    return { reason: code, claim, detail: describeClaim(claim, payload, accepted) };
  }
  if (!(error instanceof errors.JOSEError)) return undefined;
  return {
    reason: error.code,
    claim: undefined,
    detail: DETAILS[error.code] ?? 'cannot be verified',
  };
}

const DETAILS: Readonly<Record<string, string>> = {
  ERR_JWKS_NO_MATCHING_KEY: 'is signed with an unknown key',
  ERR_JWS_INVALID: 'is not a JWT',
  ERR_JWT_INVALID: 'is not a JWT',
  ERR_JOSE_ALG_NOT_ALLOWED: 'is not signed with RS256',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'has a signature that does not match',
};

function describeClaim(
  claim: string,
  claims: JWTPayload,
  { issuers, audience }: JwtConfig,
): string {
  const value = claims[claim];
  if (value === undefined) return `has no \`${claim}\``;
  switch (claim) {
    case 'exp':
      return `expired at ${timeOf(value)}`;
    case 'nbf':
      return `is not valid before ${timeOf(value)}`;
    case 'iss':
      return `has the issuer (\`iss\`) ${quoted(value)}, and JWT_ISSUER accepts ${quoted(issuers)}`;
    case 'aud':
      return `has the audience (\`aud\`) ${quoted(value)}, and JWT_AUDIENCE is ${quoted(audience)}`;
    default:
      return `has an invalid \`${claim}\``;
  }
}

/** Seconds since 1970 as ISO 8601. */
function timeOf(seconds: unknown): string {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? 'an invalid time' : date.toISOString();
}

const MAX_LISTED = 5;

/** Values of claims come from outside: each is shortened, and only the first few are listed. */
function quoted(value: unknown): string {
  const values = [value].flat();
  if (values.length === 0) return '[]';
  const listed = values.slice(0, MAX_LISTED).map((text) => JSON.stringify(logText(String(text))));
  return listed.join(', ') + (values.length > MAX_LISTED ? ', …' : '');
}

/** What an access token says of its holder, for display. Nothing is verified, and nothing is sent. */

export interface TokenSummary {
  /** A person or an application. */
  who: string;
  organization: string | undefined;
  /** In milliseconds since 1970; undefined for a token that doesn't say. */
  expiresAt: number | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Returns what a token says; undefined for a text that isn't a JWT. */
export function summarizeToken(token: string): TokenSummary | undefined {
  const claims = claimsOf(token);
  if (claims === undefined) return undefined;
  const { exp, org_code, org_name } = claims;
  const code = text(org_code) ?? text(claims['x-hasura-org-code']);
  const name = text(org_name) ?? text(claims['x-hasura-org-name']);
  return {
    who: describeHolder(claims),
    organization: name !== undefined && code !== undefined ? `${name} (${code})` : (code ?? name),
    expiresAt: typeof exp === 'number' ? exp * 1000 : undefined,
  };
}

/** Returns the code of the organization that a token is for; undefined without one. */
export function organizationOf(token: string): string | undefined {
  const claims = claimsOf(token);
  return text(claims?.['org_code']) ?? text(claims?.['x-hasura-org-code']);
}

function describeHolder(claims: Claims): string {
  const { sub, azp, client_id: clientId } = claims;
  const person = text(claims['name']) ?? text(claims['email']) ?? text(sub);
  if (person !== undefined) return person;
  return `application ${text(azp) ?? text(clientId) ?? 'without a name'}`;
}

function text(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined;
}

function claimsOf(token: string): Claims | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const base64 = payload.replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns when a token expires, in words. */
export function describeExpiry(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return 'has no expiry';
  const seconds = Math.round((expiresAt - now) / 1000);
  if (seconds <= 0) return 'expired';
  if (seconds < 120) return `expires in ${seconds} s`;
  if (seconds < 7_200) return `expires in ${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `expires in ${Math.round(seconds / 3_600)} h`;
  return `expires in ${Math.round(seconds / 86_400)} days`;
}

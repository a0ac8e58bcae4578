/** The keys that the environment signs its tokens with: its JWKS, kept and renewed. */
import {
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { isLoopback, type JwtConfig } from '../config.js';
import { UpstreamError } from '../upstream/errors.js';
import { unverifiedClaims } from '../upstream/token-claims.js';
import { acceptedIssuer } from './issuer.js';

/** How old the keys may become before they are read again, so that a withdrawn key is forgotten. */
const RENEW_AFTER_MS = 10 * 60_000;
/** How old they may be where nobody asked for so long, before a request waits for them to be read. */
const OUTDATED_AFTER_MS = 2 * RENEW_AFTER_MS;
/**
 * A token with an unknown `kid` costs its sender nothing; reading the keys again is not free. For so long
 * forged tokens can keep a new key from being found.
 */
const UNKNOWN_KEY_COOLDOWN_MS = 5_000;
/** How soon after a failure the keys are asked for again. */
const FAILURE_COOLDOWN_MS = 1_000;
const TIMEOUT_MS = 5_000;
/** Far more than an environment has keys for. */
const BODY_LIMIT_BYTES = 1024 * 1024;

/** Fetch, but for a body without measure, which would be held in memory whole. */
const fetchBounded: FetchImplementation = async (url, options) => {
  const response = await fetch(url, options);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) throw new RangeError('The keys take too much space');
    chunks.push(chunk);
  }
  return new Response(chunks.length === 0 ? null : Buffer.concat(chunks), {
    status: response.status,
  });
};

/**
 * Finds a token's key in the JWKS at this address. The keys are read when they are first needed, again
 * behind the back of a request when they have become old, before one when they are outdated, and again
 * for an unknown `kid`, at most once in five seconds, or once in a second after that has failed. While the
 * address does not answer, the keys that were read last stay good; where there are none, and for a key that
 * is malformed, it throws an UpstreamError, UNAVAILABLE. An unknown key is jose's JWKSNoMatchingKey.
 */
export function createKeys(uri: string, now = () => Date.now()): JWTVerifyGetKey {
  // jose fetches and parses, and shares one fetch; when to fetch is decided here alone, because jose
  // itself drops keys that it could not renew, and asks without pause while the address is down.
  const keys = createRemoteJWKSet(new URL(uri), {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: fetchBounded,
  });
  let readAt = -Infinity;
  let failedAt = -Infinity;
  let unknownKeyAt = -Infinity;
  let hasFailed = false;

  /** Returns whether less time has passed. A clock that was set back tells nothing about that. */
  function isWithin(milliseconds: number, since: number): boolean {
    const passedMs = now() - since;
    return passedMs >= 0 && passedMs < milliseconds;
  }

  async function read(): Promise<void> {
    if (!keys.reloading && isWithin(FAILURE_COOLDOWN_MS, failedAt)) throw unavailable();
    try {
      await keys.reload();
      readAt = now();
      hasFailed = false;
    } catch (error) {
      failedAt = now();
      hasFailed = true;
      throw unavailable(error);
    }
  }

  const find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await keys(header, token);
    } catch (error) {
      // The rest of jose's errors are about the token. A key that can't be imported is WebCrypto's error.
      const isAboutToken =
        error instanceof errors.JOSEError && !(error instanceof errors.JWKSInvalid);
      throw isAboutToken ? error : unavailable(error);
    }
  };

  return async (header, token) => {
    if (keys.jwks() === undefined) {
      await read();
    } else if (!hasFailed && !isWithin(OUTDATED_AFTER_MS, readAt)) {
      // The known keys stay good while they can't be read, and one request alone waits to learn that.
      await read().catch(() => undefined);
    } else if (!isWithin(RENEW_AFTER_MS, readAt)) {
      // The known keys answer this request whatever comes of it; a failure shows when they do not.
      void read().catch(() => undefined);
    }
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // Whether the key is unknown can't be said when the last attempt to read the keys failed.
      if (!keys.reloading && !hasFailed) {
        if (isWithin(UNKNOWN_KEY_COOLDOWN_MS, unknownKeyAt)) throw error;
        unknownKeyAt = now();
      }
      await read();
      return find(header, token);
    }
  };
}

function unavailable(cause?: unknown): UpstreamError {
  return new UpstreamError('UNAVAILABLE', 'The keys of the environment cannot be read', { cause });
}

/**
 * Finds a token's key among the environment's or, when it isn't there, among those of the token's own
 * issuer, which verify no other issuer's tokens. A token of an issuer that isn't accepted is refused first,
 * or else it could use up the reload that a new key needs. INFERRED, since Kinde documents it nowhere: a
 * custom domain has the keys of its environment. So an issuer is asked only for an unknown key, and when it
 * can't be asked, the key counts as unknown.
 */
export function createIssuerKeys({ issuers, jwksUri, hasIssuerKeys }: JwtConfig): JWTVerifyGetKey {
  const ofEnvironment = createKeys(jwksUri);
  const ofIssuers = new Map(
    issuers
      .map((issuer) => [issuer, `${issuer}/.well-known/jwks`] as const)
      .filter(([, uri]) => hasIssuerKeys && uri !== jwksUri && isAuthentic(new URL(uri)))
      .map(([issuer, uri]) => [issuer, createKeys(uri)]),
  );
  return async (header, token) => {
    const claims = unverifiedClaims(`.${String(token.payload)}.`);
    const issuer = acceptedIssuer(claims.iss, issuers);
    if (issuer === undefined) {
      throw new errors.JWTClaimValidationFailed('unexpected issuer', claims, 'iss', 'check_failed');
    }
    try {
      return await ofEnvironment(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const ofIssuer = ofIssuers.get(issuer);
      if (ofIssuer === undefined) throw error;
      return await Promise.resolve(ofIssuer(header, token)).catch((failure: unknown) => {
        throw failure instanceof UpstreamError ? error : failure;
      });
    }
  };
}

/** Returns whether keys from there can't have been replaced on the way: TLS, or this machine. */
function isAuthentic({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || isLoopback(hostname);
}

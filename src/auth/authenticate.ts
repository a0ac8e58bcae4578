/** From a request's Authorization header to who calls, and with whose token the calls upstream are made. */
import { createHash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError } from 'graphql';
import { jwtVerify } from 'jose';
import type { Config, JwtConfig } from '../config.js';
import { messageOf } from '../graphql/errors.js';
import { UpstreamError } from '../upstream/errors.js';
import { passCallersToken, type TokenSource } from '../upstream/token.js';
import { grantedScopes, unverifiedClaims } from '../upstream/token-claims.js';
import { createIssuerKeys } from './jwks.js';
import { refusalOf } from './refusal.js';
import { viewerOf } from './claims.js';
import type { Viewer } from './viewer.js';

export interface Caller {
  viewer: Viewer;
  /** The token of the calls upstream. */
  token: TokenSource;
  /** Until when the caller's token is accepted, in milliseconds since 1970; undefined where it doesn't say. */
  expiresAt: number | undefined;
}

/**
 * Decides by a request's Authorization header. Throws UNAUTHENTICATED, with HTTP status 401, and, when
 * the keys to decide with can't be read, UPSTREAM_UNAVAILABLE with 503. In production the reason of a
 * refusal is only in the log: it would help to forge a token.
 */
export type Authenticate = (
  authorization: string | undefined,
  log: FastifyBaseLogger,
) => Promise<Caller>;

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/** How far the clocks of Kinde and of this machine may stand apart. */
const CLOCK_TOLERANCE_SECONDS = 5;

/**
 * Returns how requests are authenticated. In mode none all calls are made with the gateway's own token. In
 * mode passthrough they are made with the caller's, so that Kinde decides what may be done, until the token
 * expires. In mode jwt the gateway verifies the caller's token, decides by it, and makes the calls with its
 * own.
 */
export function createAuthenticate(
  { authMode, jwt, isProduction }: Pick<Config, 'authMode' | 'jwt' | 'isProduction'>,
  own: TokenSource | undefined,
): Authenticate {
  if (authMode === 'passthrough') {
    return async (authorization) => {
      const token = bearerToken(authorization);
      const tokenHash = createHash('sha256').update(token).digest('hex');
      const claims = unverifiedClaims(token);
      const expiresAt = expiryIn(claims);
      // Kinde would refuse it, and isn't asked about what is cached.
      if (expiresAt !== undefined && expiresAt <= Date.now()) {
        throw unauthenticated('The access token has expired.', 'Bearer error="invalid_token"');
      }
      return {
        viewer: { kind: 'bearer', tokenHash, claimedScopes: grantedScopes(claims) },
        token: passCallersToken(token),
        expiresAt,
      };
    };
  }
  if (own === undefined)
    throw new TypeError(`AUTH_MODE ${authMode} needs the gateway’s own credentials`);
  if (authMode === 'none') {
    return async () => ({ viewer: { kind: 'everybody' }, token: own, expiresAt: undefined });
  }
  if (jwt === undefined) throw new TypeError('AUTH_MODE jwt needs to know which issuers to accept');
  const verify = createVerify(jwt, !isProduction);
  return async (authorization, log) => ({
    ...(await verify(bearerToken(authorization), log)),
    token: own,
  });
}

/**
 * Returns until when a token is accepted. A stream that ended earlier would be opened again with the same
 * token, again and again, by a client whose clock is a little behind.
 */
function expiryIn({ exp }: { exp?: unknown }): number | undefined {
  return typeof exp === 'number' && Number.isFinite(exp)
    ? (exp + CLOCK_TOLERANCE_SECONDS) * 1000
    : undefined;
}

function bearerToken(authorization: string | undefined): string {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token !== undefined) return token;
  throw unauthenticated('Send a Kinde access token: `Authorization: Bearer <token>`.', 'Bearer');
}

/** Kinde signs with RS256 alone. Its webhooks are signed by the same keys, but never expire: no `exp`. */
function createVerify(jwt: JwtConfig, isReasonShown: boolean) {
  const { issuers, audience } = jwt;
  const keys = createIssuerKeys(jwt);
  const options = {
    algorithms: ['RS256'],
    issuer: issuers.flatMap((issuer) => [issuer, `${issuer}/`]),
    // Kinde's `aud` is empty where an application asks for no audience.
    ...(audience === undefined ? {} : { audience }),
    requiredClaims: ['exp'],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
  };
  return async (
    token: string,
    log: FastifyBaseLogger,
  ): Promise<Pick<Caller, 'viewer' | 'expiresAt'>> => {
    try {
      const { payload } = await jwtVerify(token, keys, options);
      return { viewer: viewerOf(payload), expiresAt: expiryIn(payload) };
    } catch (error) {
      if (error instanceof UpstreamError) throw keysUnavailable(error, log);
      const refusal = refusalOf(error, jwt);
      if (refusal === undefined) throw error;
      log.info(refusal, 'token refused');
      throw unauthenticated(
        isReasonShown
          ? `The access token ${refusal.detail}.`
          : 'The access token is not valid here.',
        'Bearer error="invalid_token"',
      );
    }
  };
}

/** An error for a token that can't be judged, because the keys to verify it with can't be read. */
function keysUnavailable(error: UpstreamError, log: FastifyBaseLogger): GraphQLError {
  log.warn({ err: error }, 'no token can be verified');
  return new GraphQLError(messageOf(error), {
    extensions: { code: 'UPSTREAM_UNAVAILABLE', http: { status: 503 } },
  });
}

/** The challenge is RFC 6750's, section 3. */
function unauthenticated(message: string, challenge: string): GraphQLError {
  return new GraphQLError(message, {
    extensions: {
      code: 'UNAUTHENTICATED',
      http: { status: 401, headers: new Map([['www-authenticate', challenge]]) },
    },
  });
}

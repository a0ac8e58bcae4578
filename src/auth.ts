/** Who calls, and with whose authority the calls upstream are made. */
import { GraphQLError } from 'graphql';
import type { AuthMode } from './config.js';
import { passCallersToken, type TokenSource } from './upstream/token.js';

/** Decides by a request's Authorization header; throws UNAUTHENTICATED, with HTTP status 401. */
export type Authenticate = (authorization: string | undefined) => TokenSource;

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;

/**
 * In mode none all calls are made with the gateway's own token; in mode passthrough with the caller's,
 * so that Kinde decides what may be done.
 */
export function createAuthenticate(mode: AuthMode, own: TokenSource | undefined): Authenticate {
  if (mode === 'none') {
    if (own === undefined)
      throw new TypeError('AUTH_MODE none needs the gateway’s own credentials');
    return () => own;
  }
  return (authorization) => {
    const token = BEARER.exec(authorization ?? '')?.[1];
    if (token === undefined) {
      throw new GraphQLError('Send a Kinde access token: `Authorization: Bearer <token>`.', {
        extensions: {
          code: 'UNAUTHENTICATED',
          http: { status: 401, headers: new Map([['www-authenticate', 'Bearer']]) },
        },
      });
    }
    return passCallersToken(token);
  };
}

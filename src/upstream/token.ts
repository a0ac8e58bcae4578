/** The gateway's own access token: OAuth 2.0 client credentials (RFC 6749, section 4.4). */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { codeIn, UpstreamError } from './errors.js';
import { retryWaitMs, type Outcome } from './policy/retry.js';
import { retryAfter, SendError, type RawAnswer, type Send } from './send/index.js';
import { grantedScopes } from './token-claims.js';

export interface Credentials {
  clientId: string;
  clientSecret: string;
  audience: string;
}

export interface AccessToken {
  value: string;
  /** What the token was granted; undefined when neither the token endpoint nor the token says. */
  scopes: ReadonlySet<string> | undefined;
}

/** What a token may consist of (RFC 6749, appendix A.12): anything else would fail every call as an outage. */
const SENDABLE = /^[\x20-\x7e]+$/;

/** Where a call gets its token from. */
export interface TokenSource {
  /** Whose token it is: what was read with a token is given to calls of the same authority alone. */
  readonly authority: string;
  /** A token that has not expired; a promise of one where none is at hand. */
  get(): AccessToken | Promise<AccessToken>;
  /**
   * A token other than the one that was just refused with 401; undefined when there is none to be
   * had. All who were refused the same token get the same new one.
   */
  renew(refused: AccessToken): Promise<AccessToken | undefined>;
}

export interface TokenPolicy {
  /** How often a request is sent again, at most. */
  retries: number;
  /**
   * How long the seam gives an exchange, in milliseconds, and until when a request is sent again: all
   * calls wait for the token, so that nobody waits much longer for it than for an answer.
   */
  timeoutMs: number;
  /** Is told how each request for a token ended. */
  onRequest?: ((error: UpstreamError | undefined) => void) | undefined;
  now?: () => number;
  random?: () => number;
}

/** After how long a renewal that failed is tried again, in milliseconds, while the token is still good. */
const RENEWAL_RETRY_MS = 5_000;

/**
 * Tokens are metered by Kinde, so one is kept until it expires, and all who wait for one share a
 * request. Its lifetime is what the answer says, since Kinde's documents contradict each other about
 * it. Shortly before its end it is renewed while calls still use it, so that a token endpoint that is
 * slow or down for a moment is noticed by nobody. This object is the sole holder of the secret.
 */
export function createClientCredentials(
  send: Send,
  baseUrl: string,
  credentials: Credentials,
  { retries, timeoutMs, onRequest, now = Date.now, random = Math.random }: TokenPolicy,
): TokenSource {
  let current: { token: AccessToken; renewAt: number; expiresAt: number } | undefined;
  let pending: Promise<AccessToken> | undefined;

  /**
   * The last answer that there is, or the SendError that stands for it. A request is sent again as a
   * read is: an unused token more is all that a lost answer costs.
   */
  async function exchange(form: URLSearchParams): Promise<RawAnswer> {
    const endsAt = now() + timeoutMs;
    for (let retry = 0; ; retry++) {
      const outcome: Outcome = await send({
        method: 'POST',
        url: `${baseUrl}/oauth2/token`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
      }).catch((error: unknown) => {
        if (error instanceof SendError) return error;
        throw error;
      });
      const wait =
        retry < retries
          ? retryWaitMs(outcome, { retry, remainingMs: endsAt - now(), timeoutMs, random })
          : undefined;
      if (wait === undefined) {
        if (outcome instanceof SendError) throw outcome;
        return outcome;
      }
      await sleep(wait);
    }
  }

  async function request(): Promise<AccessToken> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      audience: credentials.audience,
    });
    const requestedAt = now();
    const answer = await exchange(form).catch((error: unknown) => {
      if (error instanceof SendError) {
        throw new UpstreamError(
          error.failure === 'TIMEOUT' ? 'TIMEOUT' : 'UNAVAILABLE',
          `The token endpoint did not answer: ${error.message}`,
          { cause: error, ...retryAfter(error) },
        );
      }
      throw error;
    });
    const body = parse(answer.body);
    if (answer.status === 429 || answer.status >= 500) {
      throw new UpstreamError('UNAVAILABLE', `The token endpoint answered ${answer.status}`, {
        status: answer.status,
      });
    }
    if (answer.status !== 200) {
      const code = codeIn(body['error']);
      throw new UpstreamError(
        'UNAUTHENTICATED',
        `The token endpoint answered ${answer.status} (${code ?? 'no error code'})`,
        { status: answer.status, reasons: code === undefined ? [] : [{ code, message: '' }] },
      );
    }
    const { access_token: value, expires_in: expiresIn, scope } = body;
    if (typeof value !== 'string' || !SENDABLE.test(value) || !isLifetime(expiresIn)) {
      throw new UpstreamError('BAD_RESPONSE', 'The token endpoint sent no usable token', {
        status: answer.status,
      });
    }
    const token: AccessToken = {
      value,
      scopes: grantedScopes(typeof scope === 'string' ? { scope } : claimsOf(value)),
    };
    const lifetimeMs = Number(expiresIn) * 1000;
    const expiresAt = requestedAt + lifetimeMs;
    current = { token, renewAt: expiresAt - Math.min(60_000, lifetimeMs / 10), expiresAt };
    return token;
  }

  function requestOnce(): Promise<AccessToken> {
    pending ??= request()
      .then(
        (token) => {
          onRequest?.(undefined);
          return token;
        },
        (error: unknown) => {
          if (error instanceof UpstreamError) onRequest?.(error);
          throw error;
        },
      )
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  return {
    authority: 'gateway',
    get() {
      if (current === undefined || now() >= current.expiresAt) return requestOnce();
      if (now() >= current.renewAt) {
        const renewed = current;
        requestOnce().catch(() => {
          renewed.renewAt = now() + RENEWAL_RETRY_MS;
        });
      }
      return current.token;
    },
    async renew(refused) {
      if (current?.token === refused) current = undefined;
      return this.get();
    },
  };
}

/** The caller's own token, passed on: what it may do is known to Kinde alone, and nobody can renew it. */
export function passCallersToken(value: string): TokenSource {
  const token: AccessToken = { value, scopes: undefined };
  // What is remembered under it must not be worth stealing.
  const authority = createHash('sha256').update(value).digest('base64url');
  return { authority, get: () => token, renew: async () => undefined };
}

/** Returns the claims of a token, unverified; none for a token that isn't a JWT. */
function claimsOf(token: string): Record<string, unknown> {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

/** Seconds as a number or, as some servers write them, in a text. */
function isLifetime(value: unknown): value is number | string {
  return (typeof value === 'number' || typeof value === 'string') && Number(value) > 0;
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** The gateway's own access token: OAuth 2.0 client credentials (RFC 6749, section 4.4). */
import { setTimeout as sleep } from 'node:timers/promises';
import { codeIn, UpstreamError } from './errors.js';
import { parseObject } from './json.js';
import { retryWaitMs, type Outcome } from './policy/retry.js';
import { retryAfter, SendError, type RawResponse, type Send } from './send/index.js';
import { grantedScopes, unverifiedClaims } from './token-claims.js';

export interface Credentials {
  clientId: string;
  /** A function where it may change: called for each request of a token. */
  clientSecret: string | (() => string);
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
  /** A token that has not expired; a promise of one where none is at hand. */
  get(): AccessToken | Promise<AccessToken>;
  /**
   * A token other than the one that was just refused with 401; undefined when there is none to be
   * had, or another would be refused too. All who were refused the same token get the same new one.
   */
  renew(refused: AccessToken): Promise<AccessToken | undefined>;
}

/** A source whose token can be replaced before it expires. */
export interface RenewableTokenSource extends TokenSource {
  /**
   * Requests another token. Calls use the one before until it is there, and keep it when the request
   * fails, which rejects.
   */
  replace(): Promise<AccessToken>;
}

export interface TokenPolicy {
  /** How often a request is sent again, at most. */
  retries: number;
  /**
   * How long the seam gives an exchange, in milliseconds, and until when a request is sent again: all
   * calls wait for the token, so that nobody waits much longer for it than for a response.
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
 * How long a token that replaced a refused one isn't replaced itself, in milliseconds. When it is refused
 * too, a new one is no remedy, and each is metered. The pause doubles while that goes on.
 */
const REPLACEMENT_PAUSE_MS = { first: 5_000, longest: 60_000 };

/**
 * After so many refusals by the endpoint in a row, each is followed by a pause, in milliseconds. Without
 * one, a wrong secret has each operation send a request, and Kinde limits them.
 */
const REFUSALS = { atOnce: 3, pauseMs: 1_000 };

/** Returns the source of the gateway's own token. */
export function createClientCredentials(
  send: Send,
  baseUrl: string,
  credentials: Credentials,
  policy: TokenPolicy,
): RenewableTokenSource {
  return new ClientCredentials(send, baseUrl, credentials, policy);
}

interface HeldToken {
  readonly token: AccessToken;
  readonly requestedAt: number;
  renewAt: number;
  readonly expiresAt: number;
  /** How long it isn't replaced when it is refused; 0 unless it replaced a refused one. */
  readonly pauseMs: number;
}

/**
 * Kinde meters tokens, so one is used until it expires, and all who wait for one share a request. Its
 * lifetime is what the response says, since Kinde's documents contradict each other. It is renewed
 * shortly before it expires while calls still use it, so a token endpoint that is slow or down for a
 * moment delays nobody. Only this object holds the secret.
 */
class ClientCredentials implements RenewableTokenSource {
  readonly #send: Send;
  readonly #baseUrl: string;
  readonly #credentials: Credentials;
  readonly #policy: TokenPolicy;
  readonly #now: () => number;
  #held: HeldToken | undefined;
  /** The `pauseMs` of the next token. */
  #nextPauseMs = 0;
  #pending: Promise<AccessToken> | undefined;
  /** The last refusal by the endpoint, and how many came in a row; undefined since a token or `replace`. */
  #refusal: { error: UpstreamError; at: number; count: number } | undefined;

  constructor(send: Send, baseUrl: string, credentials: Credentials, policy: TokenPolicy) {
    this.#send = send;
    this.#baseUrl = baseUrl;
    this.#credentials = credentials;
    this.#policy = policy;
    this.#now = policy.now ?? Date.now;
  }

  get(): AccessToken | Promise<AccessToken> {
    const held = this.#held;
    const now = this.#now();
    if (held === undefined || now >= held.expiresAt) return this.#requestOnce();
    if (now >= held.renewAt) {
      this.#requestOnce().catch(() => {
        held.renewAt = this.#now() + RENEWAL_RETRY_MS;
      });
    }
    return held.token;
  }

  async renew(refused: AccessToken): Promise<AccessToken | undefined> {
    const held = this.#held;
    if (held?.token === refused) {
      const { pauseMs, requestedAt } = held;
      const ageMs = this.#now() - requestedAt;
      // Negative where the clock was set back.
      if (ageMs >= 0 && ageMs < pauseMs) return undefined;
      const { first, longest } = REPLACEMENT_PAUSE_MS;
      this.#nextPauseMs = ageMs < 2 * pauseMs ? Math.min(2 * pauseMs, longest) : first;
      this.#held = undefined;
    }
    return this.get();
  }

  async replace(): Promise<AccessToken> {
    // A request that is under way may have been made with the secret of before.
    await this.#pending?.catch(() => undefined);
    this.#nextPauseMs = 0;
    this.#refusal = undefined;
    return this.#requestOnce();
  }

  #requestOnce(): Promise<AccessToken> {
    const { onRequest } = this.#policy;
    if (this.#refusal !== undefined && this.#refusal.count >= REFUSALS.atOnce) {
      const ageMs = this.#now() - this.#refusal.at;
      if (ageMs >= 0 && ageMs < REFUSALS.pauseMs) return Promise.reject(this.#refusal.error);
    }
    this.#pending ??= this.#request()
      .then(
        (token) => {
          this.#refusal = undefined;
          onRequest?.(undefined);
          return token;
        },
        (error: unknown) => {
          if (error instanceof UpstreamError) {
            onRequest?.(error);
            // The circuit breaker is for the others.
            const isRefusal = error.status !== undefined && error.status < 500;
            const count = (this.#refusal?.count ?? 0) + 1;
            this.#refusal = isRefusal ? { error, at: this.#now(), count } : undefined;
          }
          throw error;
        },
      )
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }

  async #request(): Promise<AccessToken> {
    const requestedAt = this.#now();
    const { token, lifetimeMs } = readTokenResponse(await this.#exchange(), requestedAt);
    const expiresAt = requestedAt + lifetimeMs;
    const renewAt = expiresAt - Math.min(60_000, lifetimeMs / 10);
    this.#held = { token, requestedAt, renewAt, expiresAt, pauseMs: this.#nextPauseMs };
    this.#nextPauseMs = 0;
    return token;
  }

  /** Sends the request. It is retried like a read: a lost response costs an unused token, no more. */
  async #exchange(): Promise<RawResponse> {
    const { retries, timeoutMs, random = Math.random } = this.#policy;
    const endsAt = this.#now() + timeoutMs;
    for (let retry = 0; ; retry++) {
      const outcome = await this.#sendOnce();
      const remainingMs = endsAt - this.#now();
      const wait =
        retry < retries
          ? retryWaitMs(outcome, { retry, remainingMs, timeoutMs, random })
          : undefined;
      if (wait === undefined) {
        if (outcome instanceof SendError) throw tokenUnavailable(outcome);
        return outcome;
      }
      await sleep(wait);
    }
  }

  async #sendOnce(): Promise<Outcome> {
    const { clientId, clientSecret, audience } = this.#credentials;
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: typeof clientSecret === 'string' ? clientSecret : clientSecret(),
      audience,
    });
    try {
      return await this.#send({
        method: 'POST',
        url: `${this.#baseUrl}/oauth2/token`,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: form.toString(),
      });
    } catch (error) {
      if (error instanceof SendError) return error;
      throw error;
    }
  }
}

function tokenUnavailable(error: SendError): UpstreamError {
  return new UpstreamError(
    error.failure === 'TIMEOUT' ? 'TIMEOUT' : 'UNAVAILABLE',
    `The token endpoint did not answer: ${error.message}`,
    { cause: error, ...retryAfter(error) },
  );
}

/**
 * Returns the token of a response to a request of `requestedAt`, or throws the UpstreamError that the
 * response stands for.
 */
function readTokenResponse(
  { status, body: text }: RawResponse,
  requestedAt: number,
): { token: AccessToken; lifetimeMs: number } {
  const body = parseObject(text) ?? {};
  if (status === 429 || status >= 500) {
    throw new UpstreamError('UNAVAILABLE', `The token endpoint answered ${status}`, { status });
  }
  if (status !== 200) {
    const code = codeIn(body['error']);
    throw new UpstreamError(
      'UNAUTHENTICATED',
      `The token endpoint answered ${status} (${code ?? 'no error code'})`,
      { status, reasons: code === undefined ? [] : [{ code, message: '' }] },
    );
  }
  const { access_token: value, expires_in: expiresIn, scope } = body;
  if (typeof value !== 'string' || !SENDABLE.test(value)) {
    throw new UpstreamError('BAD_RESPONSE', 'The token endpoint sent no usable token', { status });
  }
  const claims = unverifiedClaims(value);
  const seconds = secondsIn(expiresIn);
  const lifetimeMs = seconds === undefined ? lifetimeByClaims(claims, requestedAt) : seconds * 1000;
  if (lifetimeMs <= 0) {
    throw new UpstreamError('BAD_RESPONSE', 'The token endpoint sent an expired token', { status });
  }
  const scopes = grantedScopes(typeof scope === 'string' ? { scope } : claims);
  return { token: { value, scopes }, lifetimeMs };
}

/** The caller's own token, passed on: what it may do is known to Kinde alone, and nobody can renew it. */
export function passCallersToken(value: string): TokenSource {
  const token: AccessToken = { value, scopes: undefined };
  return { get: () => token, renew: async () => undefined };
}

/** Returns seconds, which some servers write as a text; undefined for anything else. */
function secondsIn(value: unknown): number | undefined {
  const isText = typeof value === 'string' && value.trim() !== '';
  const seconds = isText ? Number(value) : value;
  return Number.isFinite(seconds) ? (seconds as number) : undefined;
}

/** How long a token is used that doesn't say when it expires. A 401 renews it earlier. */
const UNKNOWN_LIFETIME_MS = 300_000;

/** RFC 6749 only recommends `expires_in`. Without it, the token's own claims say when it expires. */
function lifetimeByClaims({ exp }: { exp?: unknown }, now: number): number {
  return typeof exp === 'number' ? exp * 1000 - now : UNKNOWN_LIFETIME_MS;
}

/** The gateway's own access token: OAuth 2.0 client credentials (RFC 6749, section 4.4). */
import { createHash } from 'node:crypto';
import { UpstreamError } from './errors.js';
import { retryAfter, SendError, type Send } from './send/index.js';

export interface Credentials {
  clientId: string;
  clientSecret: string;
  audience: string;
}

export interface AccessToken {
  value: string;
  /** What the token was granted; undefined when the token endpoint did not say. */
  scopes: ReadonlySet<string> | undefined;
}

/** Where a call gets its token from. */
export interface TokenSource {
  /** Whose token it is: what was read with a token is given to calls of the same authority alone. */
  readonly authority: string;
  /** A token that has not expired. */
  get(): Promise<AccessToken>;
  /**
   * A token other than the one that was just refused with 401; undefined when there is none to be
   * had. All who were refused the same token get the same new one.
   */
  renew(refused: AccessToken): Promise<AccessToken | undefined>;
}

/**
 * Tokens are metered by Kinde, so one is kept until shortly before it expires, and all who wait for
 * one share a request. Its lifetime is what the answer says, since Kinde's documents contradict each
 * other about it. This object is the sole holder of the secret.
 */
export function createClientCredentials(
  send: Send,
  baseUrl: string,
  credentials: Credentials,
  now: () => number = Date.now,
): TokenSource {
  let current: { token: AccessToken; renewAt: number } | undefined;
  let pending: Promise<AccessToken> | undefined;

  async function request(): Promise<AccessToken> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
      audience: credentials.audience,
    });
    const requestedAt = now();
    const answer = await send({
      method: 'POST',
      url: `${baseUrl}/oauth2/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: form.toString(),
    }).catch((error: unknown) => {
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
      throw new UpstreamError(
        'UNAUTHENTICATED',
        `The token endpoint answered ${answer.status} (${String(body['error'] ?? 'no error code')})`,
        {
          status: answer.status,
          reasons: typeof body['error'] === 'string' ? [{ code: body['error'], message: '' }] : [],
        },
      );
    }
    const { access_token: value, expires_in: expiresIn, scope } = body;
    if (typeof value !== 'string' || value === '' || !(Number(expiresIn) > 0)) {
      throw new UpstreamError('BAD_RESPONSE', 'The token endpoint sent no usable token', {
        status: answer.status,
      });
    }
    const token: AccessToken = {
      value,
      scopes:
        typeof scope === 'string'
          ? new Set(scope.split(' ').filter((name) => name !== ''))
          : undefined,
    };
    const lifetimeMs = Number(expiresIn) * 1000;
    current = { token, renewAt: requestedAt + lifetimeMs - Math.min(60_000, lifetimeMs / 10) };
    return token;
  }

  function requestOnce(): Promise<AccessToken> {
    pending ??= request().finally(() => {
      pending = undefined;
    });
    return pending;
  }

  return {
    authority: 'gateway',
    async get() {
      return current !== undefined && now() < current.renewAt ? current.token : requestOnce();
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
  return { authority, get: async () => token, renew: async () => undefined };
}

function parse(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

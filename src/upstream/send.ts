/**
 * The seam between the client's policy and the network: one HTTP exchange, without retries,
 * redirects or interpretation.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type Got, type Headers } from 'got';
import type { Method } from './endpoint.js';

export interface Exchange {
  method: Method;
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** Ends the exchange; a SendError that it aborts with is what is thrown. */
  signal?: AbortSignal;
}

export interface RawAnswer {
  status: number;
  headers: Headers;
  body: string;
}

export type SendFailure =
  | 'TIMEOUT'
  | 'UNAVAILABLE'
  | 'ABORTED'
  | 'DEADLINE_EXCEEDED'
  | 'TOO_LARGE'
  /** By the breaker: the upstream is known to be down. */
  | 'REFUSED'
  /** The upstream takes no calls until after the operation's deadline. */
  | 'RATE_LIMITED';

/** Why there is no answer. */
export class SendError extends Error {
  override readonly name = 'SendError';
  constructor(
    readonly failure: SendFailure,
    /** Whether the other side cannot have seen the request, so that a write did not happen. */
    readonly notSent: boolean,
    /** The network's code, e.g. ECONNREFUSED: fit for a log line. */
    readonly code: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(`${failure} (${code})`);
  }
}

/** The error's wait as a property, for an error that is made of it; none where there is none. */
export function retryAfter({ retryAfterSeconds }: SendError): { retryAfterSeconds?: number } {
  return retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
}

/** Promises an answer of any status, or throws a SendError. */
export type Send = (exchange: Exchange) => Promise<RawAnswer>;

export interface SendOptions {
  /** How long an exchange may take from its start to the last byte, in milliseconds. */
  timeoutMs: number;
  /** How many sockets may be open to the API. */
  maxSockets: number;
  /** The largest body that is read, in bytes after decompression. */
  maxBodyBytes: number;
}

/** Failures of setting up a connection: no byte of the request has left. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** got, with everything that would act on its own switched off. `close` frees its sockets. */
export function createSend({ timeoutMs, maxSockets, maxBodyBytes }: SendOptions): {
  send: Send;
  close: () => void;
} {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets, scheduling: 'lifo' }),
    https: new HttpsAgent({ keepAlive: true, maxSockets, scheduling: 'lifo' }),
  };
  const client: Got = got.extend({
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { request: timeoutMs },
    agent: agents,
  });

  const send: Send = async ({ method, url, headers, body, signal }) => {
    const request = client(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    let tooLarge = false;
    void request.on('downloadProgress', ({ transferred }) => {
      if (transferred > maxBodyBytes) {
        tooLarge = true;
        request.cancel();
      }
    });
    try {
      const response = await request;
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (error) {
      if (tooLarge) throw new SendError('TOO_LARGE', false, 'ERR_BODY_TOO_LARGE');
      if (signal?.aborted === true) {
        throw signal.reason instanceof SendError
          ? signal.reason
          : new SendError('ABORTED', false, 'ERR_ABORTED');
      }
      if (!(error instanceof RequestError)) throw error;
      throw new SendError(
        error.code === 'ETIMEDOUT' ? 'TIMEOUT' : 'UNAVAILABLE',
        NOT_SENT.has(error.code),
        error.code,
      );
    }
  };

  return {
    send,
    close: () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

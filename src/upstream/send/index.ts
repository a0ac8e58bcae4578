/**
 * The seam between the client's policy and the network: one HTTP exchange, without retries,
 * redirects or interpretation.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Cancellation } from '../policy/cancellation.js';
import type { Method } from '../endpoint.js';
import { createGotSend } from './got.js';
import { createUndiciSend } from './undici.js';

export interface Exchange {
  method: Method;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  /** Breaks a read off, which then throws the reason. A write is never broken off. */
  cancellation?: Cancellation | undefined;
}

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
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
  /** Scheme and host of the API. */
  baseUrl: string;
  /** How long an exchange may take from its start to the last byte, in milliseconds. */
  timeoutMs: number;
  /** How many sockets may be open to the API. */
  maxSockets: number;
  /** The largest body that is read, in bytes after decompression. */
  maxBodyBytes: number;
}

export interface Sender {
  send: Send;
  /** Frees the sockets. */
  close: () => Promise<void>;
}

/**
 * Reads go through undici's pool and everything else through got: a query may take hundreds of reads,
 * and a call costs several times less CPU there (measured by bench/calls.mjs).
 */
export function createSend(options: SendOptions): Sender {
  const got = createGotSend(options);
  const undici = createUndiciSend(options);
  return {
    send: (exchange) => (exchange.method === 'GET' ? undici : got).send(exchange),
    close: async () => {
      await Promise.all([got.close(), undici.close()]);
    },
  };
}

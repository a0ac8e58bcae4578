import type { IncomingHttpHeaders } from 'node:http';
import type { Method } from '../endpoint.js';
import type { Cancellation } from '../policy/cancellation.js';

/** Sent with every request: firewalls in front of an API often refuse those that have none. */
export const USER_AGENT = 'kinde-graphql';

export interface Exchange {
  method: Method;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Buffer | undefined;
  /** Cancels a read, which then throws the reason. Writes are never cancelled. */
  cancellation?: Cancellation | undefined;
}

export interface RawResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Returns a response of any status, or throws a SendError. */
export type Send = (exchange: Exchange) => Promise<RawResponse>;

export interface SendOptions {
  /** Scheme and host of the API. */
  baseUrl: string;
  /** How long an exchange may take from its start to the last byte, in milliseconds. */
  timeoutMs: number;
  /** How many sockets may be open to the API. */
  maxSockets: number;
  /** The largest body that is accepted, in bytes after decompression. */
  maxBodyBytes: number;
}

export interface Sender {
  send: Send;
  /** Frees the sockets. */
  close: () => Promise<void>;
}

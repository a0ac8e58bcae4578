import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import got, { RequestError, type Got } from 'got';
import { SendError } from './error.js';
import { USER_AGENT, type Send, type Sender, type SendOptions } from './exchange.js';

/**
 * Returns whether an error proves that no byte of the request was sent, since its connection was never made.
 * Over TLS, Node holds the request back until the server has proved who it is.
 */
function wasNotSent({ request, timings }: RequestError): boolean {
  if (request === undefined || timings === undefined || request.reusedSocket) return false;
  const isSecure = request.requestUrl?.protocol === 'https:';
  return (isSecure ? timings.secureConnect : timings.connect) === undefined;
}

/**
 * How long a connection may be idle before it is closed, in milliseconds: as long as undici's. Servers close
 * theirs after five seconds or more. A write that is sent at that moment gets a reset, after which nobody
 * knows whether it took effect.
 */
const IDLE_MS = 4_000;

/** Creates a sender on got, with retries, redirects and exceptions for statuses turned off. */
export function createGotSend({
  timeoutMs,
  maxSockets,
  maxBodyBytes,
  idleMs = IDLE_MS,
}: SendOptions & { idleMs?: number }): Sender {
  // Of an agent, it is the timeout of sockets that no request uses.
  const options = { keepAlive: true, maxSockets, scheduling: 'lifo', timeout: idleMs } as const;
  const agents = { http: new HttpAgent(options), https: new HttpsAgent(options) };
  const client: Got = got.extend({
    headers: { 'user-agent': USER_AGENT },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    timeout: { request: timeoutMs },
    agent: agents,
  });

  const send: Send = async ({ method, url, headers, body }) => {
    const request = client(url, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
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
      if (!(error instanceof RequestError)) throw error;
      throw new SendError(
        error.code === 'ETIMEDOUT' ? 'TIMEOUT' : 'UNAVAILABLE',
        wasNotSent(error),
        error.code,
      );
    }
  };

  return {
    send,
    close: async () => {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

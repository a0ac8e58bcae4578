/** Sends one HTTP exchange, without retries, redirects or decoding. */
import type { Sender, SendOptions } from './exchange.js';
import { createGotSend } from './got.js';
import { createUndiciSend } from './undici.js';

export * from './error.js';
export * from './exchange.js';

/**
 * Sends reads through undici's pool and writes through got. A query may need hundreds of reads, and
 * undici takes a fraction of got's CPU for each. They go by HTTP/1.1: over TLS, undici's HTTP/2 takes
 * three times the CPU, on one connection or many (both measured by bench/calls.mjs).
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

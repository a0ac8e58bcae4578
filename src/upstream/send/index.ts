/**
 * The seam between the client's policy and the network: one HTTP exchange, without retries,
 * redirects or interpretation.
 */
import type { Sender, SendOptions } from './exchange.js';
import { createGotSend } from './got.js';
import { createUndiciSend } from './undici.js';

export * from './error.js';
export * from './exchange.js';

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

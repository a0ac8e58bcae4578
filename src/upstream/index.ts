/** The upstream side of a process: sockets, token, call policy and client, which all operations share. */
import type { Config, KindeConfig } from '../config.js';
import type { Secret } from '../config/secret.js';
import type { Cache } from './cache/index.js';
import type { OnMismatch } from './decode.js';
import { createClient } from './client.js';
import type { UpstreamError } from './errors.js';
import { sendThrough, type Breaker } from './policy/breaker.js';
import { Cancellation } from './policy/cancellation.js';
import { FairQueue } from './policy/fair-queue.js';
import type { RateLimit } from './policy/rate-limit-budget.js';
import { createSend, SendError } from './send/index.js';
import { createClientCredentials, type RenewableTokenSource } from './token.js';

const BODY_LIMIT_BYTES = 16 * 1024 * 1024;

export interface UpstreamParts {
  /** The application's secret; undefined where callers bring their tokens. */
  secret: Secret | undefined;
  breaker: Breaker;
  cache: Cache;
  rateLimit: RateLimit;
  /** Called after each token request, with its error if it failed. */
  onTokenRequest: (error: UpstreamError | undefined) => void;
  /** Called for each field of a response that differs from Kinde's specification. */
  onMismatch: OnMismatch;
  /** Called when Kinde has refused the size of a page, with the new limit. */
  onPageSizeLowered: (size: number) => void;
  /** Called when Kinde takes fewer calls at a time than are configured, with how many. */
  onConcurrencyLearned: (limit: number) => void;
}

export interface UpstreamSide {
  client: ReturnType<typeof createClient>;
  /** The gateway's own token; undefined where callers bring theirs. */
  token: RenewableTokenSource | undefined;
  queue: FairQueue;
  /** Cuts off the calls in flight. Nothing is sent from then on. */
  close: () => Promise<void>;
}

/** Creates the client for Kinde's API and what its calls share. */
export function createUpstream(
  config: Config & { kinde: KindeConfig },
  {
    secret,
    breaker,
    cache,
    rateLimit,
    onTokenRequest,
    onMismatch,
    onPageSizeLowered,
    onConcurrencyLearned,
  }: UpstreamParts,
): UpstreamSide {
  const { baseUrl, audience, credentials } = config.kinde;
  const { upstreamTimeoutMs: timeoutMs, upstreamRetries: retries } = config;
  const { send: sendOnce, close } = createSend({
    baseUrl,
    timeoutMs,
    maxSockets: config.upstreamConcurrency,
    maxBodyBytes: BODY_LIMIT_BYTES,
  });
  const closing = new Cancellation();
  const send = sendThrough(breaker, (exchange) =>
    // Sockets that were destroyed would be opened again.
    closing.reason === undefined ? sendOnce(exchange) : Promise.reject(closing.reason),
  );
  const queue = new FairQueue(config.upstreamConcurrency, onConcurrencyLearned);
  // Credentials that no call needs must not make the gateway unready when Kinde refuses them.
  const hasOwnToken =
    config.authMode !== 'passthrough' && credentials !== undefined && secret !== undefined;
  return {
    client: createClient({
      baseUrl,
      send,
      onMismatch,
      pageSize: { size: config.upstreamPageSize, onLowered: onPageSizeLowered },
      cache: { ...config.cache, ...cache },
      policy: { queue, retries, timeoutMs, breaker, rateLimit, closing },
    }),
    token: hasOwnToken
      ? createClientCredentials(
          send,
          baseUrl,
          { clientId: credentials.clientId, clientSecret: () => secret.read(), audience },
          { retries, timeoutMs, onRequest: onTokenRequest },
        )
      : undefined,
    queue,
    close: () => {
      closing.cancel(new SendError('ABORTED', true, 'ERR_CLOSED'));
      return close();
    },
  };
}

/** Retries: which reads are retried, when, and how many. */
import { RollingCount } from './rolling-count.js';
import { SendError, type RawResponse } from '../send/index.js';

/** The result of sending a call. */
export type Outcome = RawResponse | SendError;

const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);

const BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/**
 * Returns how many milliseconds a response asks to wait before the next attempt. Kinde sends
 * RateLimit-Reset in seconds, which only means something with a 429. Proxies in front of it send
 * Retry-After in seconds or as a date (RFC 9110, section 10.2.3).
 */
export function askedWaitMs(
  { status, headers }: RawResponse,
  now: () => number = Date.now,
): number | undefined {
  for (const name of status === 429 ? ['ratelimit-reset', 'retry-after'] : ['retry-after']) {
    const value = headers[name];
    if (typeof value !== 'string' || value === '') continue;
    const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now();
    if (Number.isFinite(milliseconds)) return Math.max(0, milliseconds);
  }
  return undefined;
}

/**
 * Returns how many milliseconds to wait before a read is retried; undefined when its outcome is final.
 * The wait is random up to a limit that doubles with each retry (full jitter), so that reads that
 * failed together are not retried together. It is added to what the response asks for.
 *
 * A read that timed out is retried only if `remainingMs` allows the full timeout: a shorter attempt
 * would only add load to a slow upstream.
 */
export function retryWaitMs(
  outcome: Outcome,
  {
    retry,
    remainingMs,
    timeoutMs,
    random,
  }: {
    /** How many retries there were before. */
    retry: number;
    remainingMs: number;
    timeoutMs: number;
    random: () => number;
  },
): number | undefined {
  const backoff = random() * Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** retry);
  let wait = backoff;
  let needed = 0;
  if (outcome instanceof SendError) {
    if (outcome.failure === 'TIMEOUT') needed = timeoutMs;
    else if (outcome.failure !== 'UNAVAILABLE') return undefined;
  } else {
    if (!RETRIED_STATUSES.has(outcome.status)) return undefined;
    wait = backoff + (askedWaitMs(outcome) ?? 0);
  }
  return wait + needed < remainingMs ? wait : undefined;
}

const WINDOW_MS = 10_000;
const RETRIES_PER_CALL = 0.2;
const RESERVE = 10;

/**
 * Limits the process's retries to a fifth of its calls in the last ten seconds, or to ten if that is
 * more. Without a limit, an overloaded upstream gets a multiple of its usual load and stays overloaded.
 */
export class RetryBudget {
  readonly #calls: RollingCount;
  readonly #retries: RollingCount;

  constructor(now: () => number) {
    this.#calls = new RollingCount(WINDOW_MS, now);
    this.#retries = new RollingCount(WINDOW_MS, now);
  }

  /** Counts a call that is sent for the first time. */
  called(): void {
    this.#calls.add();
  }

  /** Returns whether one more retry is allowed, and counts it. */
  spend(): boolean {
    const allowed = Math.max(RESERVE, Math.floor(this.#calls.total * RETRIES_PER_CALL));
    if (this.#retries.total >= allowed) return false;
    this.#retries.add();
    return true;
  }
}

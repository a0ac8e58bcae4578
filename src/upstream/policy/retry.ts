/** When a read is sent again, and after how long. */
import { RollingCount } from './rolling-count.js';
import { SendError, type RawAnswer } from '../send/index.js';

/** What came of sending a call. */
export type Outcome = RawAnswer | SendError;

const RETRIED_STATUSES = new Set([429, 500, 502, 503, 504]);

const BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/**
 * The milliseconds that the answer asks to wait before a new attempt. Kinde sends RateLimit-Reset in
 * seconds, which on any other answer than a 429 asks for nothing; proxies in front of it send
 * Retry-After in seconds or as a date (RFC 9110, section 10.2.3).
 */
export function askedWaitMs(
  { status, headers }: RawAnswer,
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
 * How many milliseconds to wait before a read with this outcome is sent again; undefined when the
 * outcome is final. The wait is drawn from zero to a bound that doubles with each retry, so that
 * those who failed together do not come back together (full jitter), and comes on top of what the answer
 * asks for.
 *
 * A read that timed out is repeated only when `remainingMs` leaves the new attempt all the time that
 * the first one had: an attempt that is bound to be cut short only adds load to a slow upstream.
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
 * Bounds the retries of the process to a fifth of its calls over the last ten seconds, or to ten
 * where that is more. Without it an upstream in trouble gets a multiple of its usual load, and stays
 * in trouble.
 */
export class RetryBudget {
  readonly #calls: RollingCount;
  readonly #retries: RollingCount;

  constructor(now: () => number) {
    this.#calls = new RollingCount(WINDOW_MS, now);
    this.#retries = new RollingCount(WINDOW_MS, now);
  }

  /** A call is sent for the first time. */
  called(): void {
    this.#calls.add();
  }

  /** Whether one more retry may be made, which is then counted. */
  spend(): boolean {
    const allowed = Math.max(RESERVE, Math.floor(this.#calls.total * RETRIES_PER_CALL));
    if (this.#retries.total >= allowed) return false;
    this.#retries.add();
    return true;
  }
}

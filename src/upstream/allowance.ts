/** What the calls of one operation may use together: an amount of time, and a number of calls. */
import { setMaxListeners } from 'node:events';
import type { Method } from './endpoint.js';
import { SendError } from './send/index.js';

export interface AllowanceOptions {
  /** How long the operation may take, in milliseconds. */
  timeoutMs: number;
  /** How many calls it may make. */
  calls: number;
  now?: () => number;
}

/** How long a call may still take, and the signal that its time is over. */
export interface TimeAllowance {
  readonly remainingMs: number;
  /** Aborts with a SendError when calls of this method are to wait no longer. */
  signalFor(method: Method): AbortSignal;
}

/**
 * Begins with the operation. When the time is up, its reads are broken off and its writes that have
 * not been sent are refused. A write that has been sent is left to its own time limit: nobody would
 * know whether it had happened.
 */
export class Allowance implements TimeAllowance {
  readonly #reads = new AbortController();
  readonly #writes = new AbortController();
  readonly #endsAt: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #callsLeft: number;

  constructor({ timeoutMs, calls, now = () => performance.now() }: AllowanceOptions) {
    this.#now = now;
    this.#callsLeft = calls;
    this.#endsAt = now() + timeoutMs;
    this.#timer = setTimeout(() => {
      const reason = new SendError('DEADLINE_EXCEEDED', true, 'ERR_DEADLINE');
      this.#reads.abort(reason);
      this.#writes.abort(reason);
    }, timeoutMs);
    this.#timer.unref();
    // Each waiting call listens, and a query may have hundreds: no leak to warn of.
    setMaxListeners(0, this.#reads.signal, this.#writes.signal);
  }

  signalFor(method: Method): AbortSignal {
    return method === 'GET' ? this.#reads.signal : this.#writes.signal;
  }

  /**
   * Takes one of the calls; false when none is left. A call that is sent again was taken before: how
   * often that happens is bounded by the retry budget.
   */
  takeCall(): boolean {
    return this.#callsLeft-- > 0;
  }

  /** How much time is left, in milliseconds. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#now());
  }

  /**
   * The caller has gone away: nobody is left to read for, but writes that were ordered are carried
   * out, since a part of them may already be done.
   */
  abandon(): void {
    this.#reads.abort(new SendError('ABORTED', true, 'ERR_ABORTED'));
  }

  /** The operation has ended: frees the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * What the promise gives or, when the signal aborts first, its reason at once. What the promise does
 * after that is nobody's concern, a rejection included.
 */
export function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as SendError);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(
      (value) => {
        signal.removeEventListener('abort', abort);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', abort);
        reject(error as Error);
      },
    );
  });
}

/** What the calls of one operation may use together: an amount of time, and a number of calls. */
import { Cancellation } from './cancellation.js';
import type { Method } from '../endpoint.js';
import { SendError } from '../send/index.js';

export interface AllowanceOptions {
  /** How long the operation may take, in milliseconds. */
  timeoutMs: number;
  /** How many calls it may make. */
  calls: number;
  now?: () => number;
}

/** How long a call may still take, and who tells that its time is over. */
export interface TimeAllowance {
  readonly remainingMs: number;
  /** Is cancelled when calls of this method are to wait no longer. */
  cancellationOf(method: Method): Cancellation;
}

/**
 * Begins with the operation. When the time is up, its reads are broken off and its writes that have
 * not been sent are refused. A write that has been sent is left to its own time limit: nobody would
 * know whether it had happened.
 */
export class Allowance implements TimeAllowance {
  readonly #reads = new Cancellation();
  readonly #writes = new Cancellation();
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
      this.#reads.cancel(reason);
      this.#writes.cancel(reason);
    }, timeoutMs);
    this.#timer.unref();
  }

  cancellationOf(method: Method): Cancellation {
    return method === 'GET' ? this.#reads : this.#writes;
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
    this.#reads.cancel(new SendError('ABORTED', true, 'ERR_ABORTED'));
  }

  /** The operation has ended: frees the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }
}

/** The budget that the upstream calls of one operation share: time, and a number of calls. */
import { Cancellation } from './cancellation.js';
import type { Method } from '../endpoint.js';
import { abandoned, SendError } from '../send/error.js';

export interface OperationBudgetOptions {
  /** How long the operation may take, in milliseconds. */
  timeoutMs: number;
  /** How many calls it may make. */
  calls: number;
  /** Whether no request waits for the operation. Defaults to false. */
  isInBackground?: boolean;
  now?: () => number;
}

/** When a call must be done. */
export interface Deadline {
  readonly remainingMs: number;
  /** Returns what is cancelled when calls of this method must not wait any longer. */
  cancellationOf(method: Method): Cancellation;
}

/**
 * Starts with the operation. When the time is up, its reads are cancelled and its unsent writes are
 * refused. A write that was sent runs until its own timeout, since cancelling it would leave its
 * outcome unknown.
 */
export class OperationBudget implements Deadline {
  #reads = new Cancellation();
  readonly #writes = new Cancellation();
  readonly #endsAt: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  /** How many calls it may make. */
  readonly calls: number;
  #callsLeft: number;
  #refusedCalls = 0;
  #isAbandoned = false;
  #isMutating = false;
  /** Whether no request waits for the operation, so that its reads may wait for those of other replicas. */
  readonly isInBackground: boolean;

  constructor(options: OperationBudgetOptions) {
    const { timeoutMs, calls, isInBackground = false, now = () => performance.now() } = options;
    this.isInBackground = isInBackground;
    this.#now = now;
    this.calls = calls;
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

  /** Consumes one call; returns false when none is left. Retries are limited by the retry budget. */
  consumeCall(): boolean {
    if (this.#callsLeft > 0) {
      this.#callsLeft--;
      return true;
    }
    this.#refusedCalls++;
    return false;
  }

  get callsLeft(): number {
    return this.#callsLeft;
  }

  /** Returns how many calls were wanted beyond the budget. */
  get refusedCalls(): number {
    return this.#refusedCalls;
  }

  /** How much time is left, in milliseconds. */
  get remainingMs(): number {
    return Math.max(0, this.#endsAt - this.#now());
  }

  /**
   * Cancels the reads, because the caller has disconnected. Mutations are done until the time is up, with
   * their writes and the reads between them: some of the writes may already be done.
   */
  abandon(): void {
    this.#isAbandoned = true;
    if (!this.#isMutating) this.#reads.cancel(abandoned());
  }

  beginMutation(): void {
    this.#isMutating = true;
    const isTimeUp = this.#writes.reason !== undefined;
    // The payload of an earlier mutation was not read any more. What this one needs is.
    if (this.#isAbandoned && !isTimeUp) this.#reads = new Cancellation();
  }

  endMutation(): void {
    this.#isMutating = false;
    if (this.#isAbandoned) this.abandon();
  }

  /** Frees the timer when the operation has ended. */
  close(): void {
    clearTimeout(this.#timer);
  }
}

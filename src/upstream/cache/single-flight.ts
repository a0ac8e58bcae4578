/** Single flight: one read for all operations that need it at the same time. */
import type { OperationBudget, Deadline } from '../policy/call-budget.js';
import { Cancellation, type CancelListener } from '../policy/cancellation.js';
import { SmallSet } from '../policy/small-set.js';

/** An operation that waits for the read. */
interface Waiter<T> {
  readonly budget: OperationBudget;
  readonly resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
  readonly leave: CancelListener;
}

/**
 * A read in flight. It goes on as long as anybody waits for it: it has the time of the waiter that has
 * most, and is cancelled when the last one has left. Each waiter has its own budget.
 */
export class InFlightRead<T> implements Deadline {
  readonly #cancellation = new Cancellation();
  readonly #waiters = new SmallSet<Waiter<T>>();
  #onEnd: (() => void) | undefined;

  /**
   * `clock` is the time of the InvalidationLog at which the read begins. Once `onEnd` is called, nobody
   * may join.
   */
  constructor(
    readonly clock: number,
    onEnd: () => void,
  ) {
    this.#onEnd = onEnd;
  }

  get remainingMs(): number {
    let most = 0;
    for (const { budget } of this.#waiters.entries()) most = Math.max(most, budget.remainingMs);
    return most;
  }

  cancellationOf(): Cancellation {
    return this.#cancellation;
  }

  /** Starts waiting for the result, on behalf of all who have joined. */
  start(result: Promise<T>): void {
    result.then(
      (value) => this.#finish((waiter) => waiter.resolve(value)),
      (error: unknown) => this.#finish((waiter) => waiter.reject(error)),
    );
  }

  /** Waits for the result. Rejects with the SendError that the budget ends with, if it ends first. */
  join(budget: OperationBudget): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancellation = budget.cancellationOf('GET');
      const waiter: Waiter<T> = {
        budget,
        resolve,
        reject,
        leave: (reason) => {
          this.#waiters.delete(waiter);
          reject(reason);
          if (this.#waiters.size > 0) return;
          // Nobody may join a read that is being cancelled.
          this.#end();
          this.#cancellation.cancel(reason);
        },
      };
      this.#waiters.add(waiter);
      if (cancellation.reason === undefined) cancellation.onCancel(waiter.leave);
      else waiter.leave(cancellation.reason);
    });
  }

  /**
   * Lets go of the operation that made the call. V8 keeps what a map has held until the next full
   * collection, once the map is an old object, and all that it leads to.
   */
  #end(): void {
    this.#onEnd?.();
    this.#onEnd = undefined;
  }

  #finish(settle: (waiter: Waiter<T>) => void): void {
    if (this.#waiters.size === 0) return;
    this.#end();
    for (const waiter of this.#waiters.takeAll()) {
      waiter.budget.cancellationOf('GET').offCancel(waiter.leave);
      settle(waiter);
    }
  }
}

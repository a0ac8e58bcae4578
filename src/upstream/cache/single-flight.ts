/** One read that several operations wait for. */
import type { Allowance, TimeAllowance } from '../policy/call-budget.js';
import { Cancellation, type OnCancel } from '../policy/cancellation.js';

/** An operation that waits. */
interface Waiting<T> {
  readonly allowance: Allowance;
  readonly resolve: (result: T) => void;
  readonly reject: (error: unknown) => void;
  readonly leave: OnCancel;
}

/**
 * Goes on as long as anybody waits for it: it has the time of whoever may wait longest, and is broken
 * off when the last one has left. Each waits by its own allowance.
 */
export class Flight<T> implements TimeAllowance {
  readonly #cancellation = new Cancellation();
  readonly #waiting = new Set<Waiting<T>>();

  /** `clock` is the time of `Changes` at which it begins; nobody must join once it has ended. */
  constructor(
    readonly clock: number,
    private readonly onEnd: () => void,
  ) {}

  get remainingMs(): number {
    let most = 0;
    for (const { allowance } of this.#waiting) most = Math.max(most, allowance.remainingMs);
    return most;
  }

  cancellationOf(): Cancellation {
    return this.#cancellation;
  }

  /** What all who join wait for. */
  carry(result: Promise<T>): void {
    result.then(
      (value) => this.#land((waiting) => waiting.resolve(value)),
      (error: unknown) => this.#land((waiting) => waiting.reject(error)),
    );
  }

  /** The result or, when the allowance ends first, the SendError that it ends with. */
  join(allowance: Allowance): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancellation = allowance.cancellationOf('GET');
      const waiting: Waiting<T> = {
        allowance,
        resolve,
        reject,
        leave: (reason) => {
          this.#waiting.delete(waiting);
          reject(reason);
          if (this.#waiting.size > 0) return;
          // Nobody may join what is being broken off.
          this.onEnd();
          this.#cancellation.cancel(reason);
        },
      };
      this.#waiting.add(waiting);
      if (cancellation.reason === undefined) cancellation.listen(waiting.leave);
      else waiting.leave(cancellation.reason);
    });
  }

  #land(tell: (waiting: Waiting<T>) => void): void {
    if (this.#waiting.size === 0) return;
    this.onEnd();
    for (const waiting of this.#waiting) {
      waiting.allowance.cancellationOf('GET').ignore(waiting.leave);
      tell(waiting);
    }
    this.#waiting.clear();
  }
}

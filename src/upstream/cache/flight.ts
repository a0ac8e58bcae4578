/** One read that several operations wait for. */
import { unlessAborted, type Allowance, type TimeAllowance } from '../allowance.js';

/**
 * Runs as long as anybody waits for it: it has the time of whoever may wait longest, and is broken off
 * when the last one has left. Each waits by its own allowance.
 */
export class Flight<T> implements TimeAllowance {
  readonly #controller = new AbortController();
  readonly #waiting = new Set<Allowance>();
  readonly #result: Promise<T>;
  #isOver = false;

  /** `clock` is the time of `Changes` at which it begins. */
  constructor(
    readonly clock: number,
    run: (allowance: TimeAllowance) => Promise<T>,
    private readonly onEnd: () => void,
  ) {
    this.#result = Promise.resolve().then(() => run(this));
    void this.#result.catch(() => undefined).then(() => this.#end());
  }

  get remainingMs(): number {
    let most = 0;
    for (const { remainingMs } of this.#waiting) most = Math.max(most, remainingMs);
    return most;
  }

  signalFor(): AbortSignal {
    return this.#controller.signal;
  }

  /** The result or, when the allowance ends first, the SendError that it ends with. */
  async join(allowance: Allowance): Promise<T> {
    const signal = allowance.signalFor('GET');
    this.#waiting.add(allowance);
    try {
      return await unlessAborted(signal, this.#result);
    } finally {
      this.#waiting.delete(allowance);
      if (this.#waiting.size === 0 && !this.#isOver) {
        // Nobody may join what is being broken off.
        this.#end();
        this.#controller.abort(signal.reason);
      }
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onEnd();
  }
}

/** How calls take turns, so that no more than a number of them are in flight. */
import type { Cancellation, OnCancel } from './cancellation.js';

/** One who waits, and who came after. */
interface Waiting {
  begin: (() => void) | undefined;
  next: Waiting | undefined;
}

/** Turns for a number of calls at a time; those who wait get theirs in the order in which they came. */
export class Turns {
  readonly #concurrency: number;
  readonly #now: () => number;
  #first: Waiting | undefined;
  #last: Waiting | undefined;

  #taken = 0;
  #takenMs = 0;
  #countedAt: number;
  #askedAt: number;

  constructor(concurrency: number, now = () => performance.now()) {
    this.#concurrency = concurrency;
    this.#now = now;
    this.#countedAt = this.#askedAt = now();
  }

  /**
   * Takes a turn, which must be given back. Undefined when it is taken now; else a promise of the turn,
   * which rejects with the reason of a cancellation that comes before it.
   */
  take(cancellation: Cancellation): Promise<void> | undefined {
    if (this.#taken < this.#concurrency) {
      this.#count(1);
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { begin: undefined, next: undefined };
      const leave: OnCancel = (reason) => {
        waiting.begin = undefined;
        reject(reason);
      };
      waiting.begin = () => {
        cancellation.ignore(leave);
        resolve();
      };
      if (cancellation.reason !== undefined) return leave(cancellation.reason);
      cancellation.listen(leave);
      if (this.#last === undefined) this.#first = waiting;
      else this.#last.next = waiting;
      this.#last = waiting;
    });
  }

  /** Gives a turn back, which is the next one's then. */
  giveBack(): void {
    while (this.#first !== undefined) {
      const { begin, next } = this.#first;
      this.#first = next;
      if (next === undefined) this.#last = undefined;
      if (begin !== undefined) return begin();
    }
    this.#count(-1);
  }

  /** Which part of the turns was taken since it was last asked for, from 0 to 1. */
  utilization(): number {
    this.#count(0);
    const elapsed = this.#countedAt - this.#askedAt;
    const part = elapsed > 0 ? this.#takenMs / elapsed / this.#concurrency : 0;
    this.#takenMs = 0;
    this.#askedAt = this.#countedAt;
    return part;
  }

  #count(change: number): void {
    const at = this.#now();
    this.#takenMs += this.#taken * (at - this.#countedAt);
    this.#countedAt = at;
    this.#taken += change;
  }
}

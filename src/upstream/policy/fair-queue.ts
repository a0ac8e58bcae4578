/** How calls take turns: no more than a number of them are in flight, and no operation waits for all of another's. */
import type { Cancellation, OnCancel } from './cancellation.js';

interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}

/** First in, first out. */
class Queue<T> {
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  push(value: T): void {
    const link: Link<T> = { value, next: undefined };
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  shift(): T | undefined {
    const first = this.#first;
    this.#first = first?.next;
    if (this.#first === undefined) this.#last = undefined;
    return first?.value;
  }
}

/** A call that waits; `begin` is undefined when it waits no longer. */
interface Waiting {
  begin: (() => void) | undefined;
}

/**
 * Turns for a number of calls at a time. Operations that wait are served in rounds, a call of each a
 * round, so that a query of a thousand calls holds up one of a single call for no more than a moment.
 */
export class Turns {
  readonly #concurrency: number;
  readonly #now: () => number;
  /** The calls of each operation that waits, and whose turn is next. */
  readonly #waiting = new Map<object, Queue<Waiting>>();
  readonly #round = new Queue<object>();

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
   * Takes a turn for a call of an operation, which must be given back. Undefined when it is taken now;
   * else a promise of the turn, which rejects with the reason of a cancellation that comes before it.
   */
  take(operation: object, cancellation: Cancellation): Promise<void> | undefined {
    if (this.#taken < this.#concurrency) {
      this.#count(1);
      return undefined;
    }
    if (cancellation.reason !== undefined) return Promise.reject(cancellation.reason);
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { begin: undefined };
      const leave: OnCancel = (reason) => {
        waiting.begin = undefined;
        reject(reason);
      };
      waiting.begin = () => {
        cancellation.ignore(leave);
        resolve();
      };
      cancellation.listen(leave);
      this.#queueOf(operation).push(waiting);
    });
  }

  /** Gives a turn back, which is the next one's then. */
  giveBack(): void {
    for (let operation; (operation = this.#round.shift()) !== undefined;) {
      const waiting = this.#waiting.get(operation)!.shift();
      if (waiting === undefined) {
        this.#waiting.delete(operation);
        continue;
      }
      this.#round.push(operation);
      if (waiting.begin !== undefined) return waiting.begin();
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

  #queueOf(operation: object): Queue<Waiting> {
    let queue = this.#waiting.get(operation);
    if (queue === undefined) {
      queue = new Queue();
      this.#waiting.set(operation, queue);
      this.#round.push(operation);
    }
    return queue;
  }

  #count(change: number): void {
    const at = this.#now();
    this.#takenMs += this.#taken * (at - this.#countedAt);
    this.#countedAt = at;
    this.#taken += change;
  }
}

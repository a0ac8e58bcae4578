/** Fair queueing: limits calls in flight, and lets no operation wait for all calls of another. */
import type { Cancellation, CancelListener } from './cancellation.js';
import { LearnedConcurrency } from './learned-concurrency.js';

interface Link<T> {
  readonly value: T;
  next: Link<T> | undefined;
}

/** First in, first out. An array's `shift` would cost time in proportion to its length. */
class Fifo<T> {
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
    if (first === undefined) return undefined;
    this.#first = first.next;
    if (this.#first === undefined) this.#last = undefined;
    // A link that has become an old object would keep all later ones until the next full collection.
    first.next = undefined;
    return first.value;
  }
}

/** A queued call; `start` is undefined once it was cancelled. */
interface QueuedCall {
  start: (() => void) | undefined;
}

/**
 * Slots for a number of calls at a time. Waiting operations are served round robin, one call each, so
 * a query of a thousand calls delays a query of one call only briefly.
 */
export class FairQueue {
  readonly #concurrency: LearnedConcurrency;
  readonly #now = () => performance.now();
  readonly #queues = new Map<object, Fifo<QueuedCall>>();
  /** Operations with queued calls, the next one first. */
  readonly #round = new Fifo<object>();
  /** Calls whose time has come, which go before all others. */
  readonly #due = new Fifo<QueuedCall>();

  #inFlight = 0;
  /** The share of slots in use, times the milliseconds for which it was that. */
  #busyMs = 0;
  #countedAt: number;
  #measuredAt: number;

  /** `onLearned` is called when the upstream takes fewer calls at a time, with how many. */
  constructor(concurrency: number, onLearned?: (limit: number) => void) {
    this.#concurrency = new LearnedConcurrency(concurrency, this.#now, onLearned);
    this.#countedAt = this.#measuredAt = this.#now();
  }

  /**
   * Acquires a slot for a call of an operation; release it afterwards. Returns undefined when a slot
   * was free, else a promise of one, which rejects with the reason when it is cancelled first. A call
   * that `isDue` has waited elsewhere for its time, and gets the next slot.
   */
  acquire(operation: object, cancellation: Cancellation, isDue = false): Promise<void> | undefined {
    if (this.#inFlight < this.#concurrency.limit) {
      this.#count(1);
      return undefined;
    }
    if (cancellation.reason !== undefined) return Promise.reject(cancellation.reason);
    return new Promise((resolve, reject) => {
      const leave: CancelListener = (reason) => {
        call.start = undefined;
        reject(reason);
      };
      const start = () => {
        cancellation.offCancel(leave);
        resolve();
      };
      const call: QueuedCall = { start };
      cancellation.onCancel(leave);
      (isDue ? this.#due : this.#queueOf(operation)).push(call);
    });
  }

  /** Releases a slot, to queued calls if there are any. */
  release(): void {
    this.#count(-1);
    this.#startQueued();
  }

  /** Whether the upstream was seen to take fewer calls at a time than are configured. */
  get isConcurrencyLearned(): boolean {
    return this.#concurrency.isLearned;
  }

  /** How often the upstream has refused a call for their number, which `observe` wants to know. */
  get refusals(): number {
    return this.#concurrency.refusals;
  }

  /**
   * Learns from the status of a response, before the call's slot is released. `refusalsBefore` is
   * `refusals` at the time when the call was sent.
   */
  observe(status: number, refusalsBefore: number): void {
    if (status === 429) this.#concurrency.refused(this.#inFlight);
    else this.#concurrency.accepted(this.#inFlight, refusalsBefore);
  }

  /** Returns the share of slots in use since the last call of this method, from 0 to 1. */
  utilization(): number {
    this.#count(0);
    const elapsed = this.#countedAt - this.#measuredAt;
    const share = elapsed > 0 ? this.#busyMs / elapsed : 0;
    this.#busyMs = 0;
    this.#measuredAt = this.#countedAt;
    return share;
  }

  #startQueued(): void {
    while (this.#inFlight < this.#concurrency.limit) {
      const start = this.#nextQueued();
      if (start === undefined) return;
      this.#count(1);
      start();
    }
  }

  /** Takes the next call out of the queues; undefined when none is queued. */
  #nextQueued(): (() => void) | undefined {
    for (let call; (call = this.#due.shift()) !== undefined;) {
      if (call.start !== undefined) return call.start;
    }
    for (let operation; (operation = this.#round.shift()) !== undefined;) {
      const call = this.#queues.get(operation)!.shift();
      if (call === undefined) {
        this.#queues.delete(operation);
        continue;
      }
      this.#round.push(operation);
      if (call.start !== undefined) return call.start;
    }
    return undefined;
  }

  #queueOf(operation: object): Fifo<QueuedCall> {
    let queue = this.#queues.get(operation);
    if (queue === undefined) {
      queue = new Fifo();
      this.#queues.set(operation, queue);
      this.#round.push(operation);
    }
    return queue;
  }

  #count(change: number): void {
    const at = this.#now();
    const share = Math.min(1, this.#inFlight / this.#concurrency.limit);
    this.#busyMs += share * (at - this.#countedAt);
    this.#countedAt = at;
    this.#inFlight += change;
  }
}

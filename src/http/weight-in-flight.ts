/**
 * Limits what the operations in flight may take of the memory. Those that wait for Kinde use no CPU, so
 * that nothing else keeps a few large ones from filling the heap.
 */
import { getHeapStatistics } from 'node:v8';
import type { Cancellation } from '../upstream/policy/cancellation.js';

/** What one unit of weight takes: a call or an entry, with its values, until the response is sent. */
const BYTES_PER_UNIT = 8 * 1024;

/** What the gateway takes of the heap besides its cache and the operations. */
const OWN_BYTES = 48 * 2 ** 20;

/** Up to this weight an operation is small. Small ones have a limit of their own, so that none waits for a large one. */
const MAX_SMALL = 100;

/** How many operations may wait. */
const MAX_WAITING = 100;

/** Returns the limit that suits this process's heap: half of what is left for operations. */
export function weightLimit(cacheBytes: number): number {
  const left = getHeapStatistics().heap_size_limit - cacheBytes - OWN_BYTES;
  return Math.max(MAX_SMALL, Math.floor(left / 2 / BYTES_PER_UNIT));
}

interface Options {
  /** What the large operations may weigh together, and the small ones. */
  limit: number;
  maxWaitMs: number;
}

/** An operation that waits. */
interface Waiting {
  weight: number;
  begin: () => void;
}

/** The operations of one size that are in flight or wait. */
class Lane {
  #weight = 0;
  readonly #waiting = new Set<Waiting>();

  constructor(private readonly options: Options) {}

  /**
   * Returns whether the operation may begin: now, or once others have ended. One that is cancelled waits
   * no longer.
   */
  take(
    weight: number,
    { onWait, cancellation }: { onWait: () => void; cancellation: Cancellation },
  ): true | Promise<boolean> {
    if (this.#waiting.size === 0 && this.#fits(weight)) {
      this.#weight += weight;
      return true;
    }
    if (this.#waiting.size >= MAX_WAITING || cancellation.reason !== undefined) {
      return Promise.resolve(false);
    }
    onWait();
    return new Promise((resolve) => {
      const settle = (mayBegin: boolean) => {
        clearTimeout(timer);
        cancellation.offCancel(leave);
        this.#waiting.delete(waiting);
        resolve(mayBegin);
      };
      const leave = () => {
        settle(false);
        this.#beginNext();
      };
      const waiting: Waiting = { weight, begin: () => settle(true) };
      const timer = setTimeout(leave, this.options.maxWaitMs);
      cancellation.onCancel(leave);
      this.#waiting.add(waiting);
    });
  }

  /** Counts an operation that begins in any case. */
  add(weight: number): void {
    this.#weight += weight;
  }

  release(weight: number): void {
    this.#weight -= weight;
    this.#beginNext();
  }

  /** One that weighs more than the limit runs alone. */
  #fits(weight: number): boolean {
    return this.#weight === 0 || this.#weight + weight <= this.options.limit;
  }

  #beginNext(): void {
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.weight)) return;
      this.#weight += waiting.weight;
      waiting.begin();
    }
  }
}

/** What one operation takes. */
export class OperationWeight {
  #taken: { lane: Lane; weight: number } | undefined;

  constructor(
    private readonly laneOf: (weight: number) => Lane,
    private readonly options: { mayWait: boolean; onWait: () => void },
  ) {}

  /** Returns whether the operation may begin, once it may, has waited too long or is cancelled. */
  take(weight: number, cancellation: Cancellation): boolean | Promise<boolean> {
    const lane = this.laneOf(weight);
    const { mayWait, onWait } = this.options;
    const begin = () => {
      this.#taken = { lane, weight };
      return true;
    };
    if (!mayWait) {
      lane.add(weight);
      return begin();
    }
    const taken = lane.take(weight, { onWait, cancellation });
    return taken === true ? begin() : taken.then((mayBegin) => mayBegin && begin());
  }

  release(): void {
    this.#taken?.lane.release(this.#taken.weight);
    this.#taken = undefined;
  }
}

/** What all operations of a process take. */
export class WeightInFlight {
  readonly #small: Lane;
  readonly #large: Lane;

  constructor(options: Options) {
    this.#small = new Lane(options);
    this.#large = new Lane(options);
  }

  /** Returns the weight of an operation that isn't known yet. `onWait` is called when it has to wait. */
  operation(options: { mayWait: boolean; onWait: () => void }): OperationWeight {
    return new OperationWeight(
      (weight) => (weight <= MAX_SMALL ? this.#small : this.#large),
      options,
    );
  }
}

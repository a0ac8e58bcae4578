/** Request coalescing: identical queries in flight are executed once. */
import type { InvalidationLog } from '../upstream/cache/invalidation.js';
import type { CachedResponse } from './response-cache.js';

/** An execution in flight, and the requests that wait for its response. */
export class CoalescedExecution {
  #waiters = 0;
  #abandon: (() => void) | undefined;
  #resolve!: (response: CachedResponse | undefined) => void;
  readonly #response = new Promise<CachedResponse | undefined>((resolve) => {
    this.#resolve = resolve;
  });

  constructor(
    /** The time of `InvalidationLog` at which it began. */
    readonly clock: number,
    private readonly onFinish: () => void,
  ) {}

  /** Waits for the response; undefined when it must not be shared. */
  wait(): Promise<CachedResponse | undefined> {
    this.#waiters++;
    return this.#response;
  }

  /** Removes a waiter whose client has disconnected. */
  stopWaiting(): void {
    this.#waiters--;
    if (this.#waiters === 0) this.#abandon?.();
  }

  /** Abandons the execution, whose own client has disconnected, once nobody waits for it. */
  abandonWhenUnneeded(abandon: () => void): void {
    if (this.#waiters === 0) abandon();
    else this.#abandon = abandon;
  }

  /** Sends the response to all waiters. Undefined has each of them execute the query by itself. */
  finish(response: CachedResponse | undefined): void {
    this.onFinish();
    this.#resolve(response);
  }
}

/** The executions in flight, by cache key. */
export class CoalescedExecutions {
  readonly #byKey = new Map<string, CoalescedExecution>();

  constructor(private readonly invalidations: InvalidationLog) {}

  /** Returns an identical execution, unless a write since its start may have changed the response. */
  find(key: string): CoalescedExecution | undefined {
    const execution = this.#byKey.get(key);
    return execution?.clock === this.invalidations.clock ? execution : undefined;
  }

  /** Begins an execution that others can wait for. The caller must finish it. */
  begin(key: string): CoalescedExecution {
    const execution: CoalescedExecution = new CoalescedExecution(this.invalidations.clock, () => {
      if (this.#byKey.get(key) === execution) this.#byKey.delete(key);
    });
    this.#byKey.set(key, execution);
    return execution;
  }
}

/** Coalesces the executions of identical subscriptions: all of them are told of a change at the same time. */
import type { InvalidationLog } from '../../upstream/cache/invalidation.js';

interface InFlight<T> {
  /** The time of `InvalidationLog` at which it began. */
  readonly clock: number;
  readonly result: Promise<T>;
}

/** The executions in flight, by subscription and change. */
export class ChangeExecutions<T> {
  readonly #byKey = new Map<string, InFlight<T>>();

  constructor(private readonly invalidations: Pick<InvalidationLog, 'clock'>) {}

  /**
   * Executes, or joins the same execution in flight, unless a write since its start may have changed
   * what it reads. A client that reads slowly comes too late to join, and so reads the present state.
   */
  run(key: string, execute: () => Promise<T>): Promise<T> {
    const { clock } = this.invalidations;
    const begun = this.#byKey.get(key);
    if (begun?.clock === clock) return begun.result;
    const inFlight: InFlight<T> = {
      clock,
      result: execute().finally(() => {
        if (this.#byKey.get(key) === inFlight) this.#byKey.delete(key);
      }),
    };
    this.#byKey.set(key, inFlight);
    return inFlight.result;
  }
}

/** The operations in execution. One goes on without its client, since it may have a write in flight. */
import { setTimeout as sleep } from 'node:timers/promises';

export class ActiveOperations {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** Executes an operation, which counts as active until it has ended. */
  run<T>(execute: () => Promise<T>): Promise<T> {
    this.#count++;
    return execute().finally(() => {
      this.#count--;
      if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  /** Waits until no operation is active. Returns false when that takes longer. */
  async ended(milliseconds: number): Promise<boolean> {
    if (this.#count === 0) return true;
    const ended = new Promise<boolean>((resolve) => this.#waiting.push(() => resolve(true)));
    return Promise.race([ended, sleep(milliseconds, false, { ref: false })]);
  }
}

/** The operations in execution. One goes on without its client, since it may have a write in flight. */
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

  /**
   * Waits until no operation is active. Returns false when that takes longer. The process doesn't end
   * meanwhile: an operation that waits to send its next call has no open socket.
   */
  ended(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#count === 0) return resolve(true);
      const timer = setTimeout(() => resolve(false), milliseconds);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }
}

/** Batches work that is cheaper when it is done in bulk. */

const SIZE = 256;

/**
 * Defers work until there are 256 items, or until `settle` is called. Prometheus' client takes 1 µs for
 * an item right after another one, and 20 µs between two requests, which evict its code from the CPU
 * cache: that was a third of the time of a cached response.
 */
export class Batch<T> {
  readonly #items: T[] = [];

  constructor(private readonly work: (item: T) => void) {}

  add(item: T): void {
    if (this.#items.push(item) >= SIZE) this.settle();
  }

  settle(): void {
    for (const item of this.#items.splice(0)) this.work(item);
  }
}

/** Work that is cheap when much of it is done at once. */

const SIZE = 256;

/**
 * Puts off what is to be done for each of many things until there are 256 of them, or somebody wants to
 * see what comes of it. Prometheus' client takes a microsecond for what it has just done to another,
 * and twenty between two requests, whose code has driven it out of the processor's cache: that was a
 * third of an answer from memory.
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

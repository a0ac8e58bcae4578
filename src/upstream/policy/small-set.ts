/**
 * A set that takes no memory of its own before it has two entries, which most sets of listeners and waiters
 * never have: an upstream call creates several.
 */
export class SmallSet<T extends object> {
  #only: T | undefined;
  #others: Set<T> | undefined;

  get size(): number {
    return (this.#only === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }

  add(entry: T): void {
    if (this.#only === entry) return;
    if (this.#only === undefined && !this.#others?.has(entry)) this.#only = entry;
    else (this.#others ??= new Set()).add(entry);
  }

  delete(entry: T): void {
    if (this.#only === entry) this.#only = undefined;
    else this.#others?.delete(entry);
  }

  /** Returns the entries, in no particular order. */
  entries(): readonly T[] {
    const others = this.#others;
    if (others === undefined || others.size === 0) {
      return this.#only === undefined ? [] : [this.#only];
    }
    return this.#only === undefined ? [...others] : [this.#only, ...others];
  }

  /** Removes all entries and returns them. */
  takeAll(): readonly T[] {
    const entries = this.entries();
    this.#only = this.#others = undefined;
    return entries;
  }
}

/** Which live queries depend on which cache tags, so that an invalidation finds them at once. */
export class TagIndex<T> {
  readonly #byTag = new Map<string, Set<T>>();
  readonly #tags = new Map<T, ReadonlySet<string>>();

  /** Replaces what an item depends on. */
  set(item: T, tags: ReadonlySet<string>): void {
    const before = this.#tags.get(item) ?? new Set();
    for (const tag of before) if (!tags.has(tag)) this.#remove(tag, item);
    for (const tag of tags) if (!before.has(tag)) this.#add(tag, item);
    this.#tags.set(item, tags);
  }

  delete(item: T): void {
    for (const tag of this.#tags.get(item) ?? []) this.#remove(tag, item);
    this.#tags.delete(item);
  }

  /** Returns the items that depend on any of these tags; all of them without tags. */
  find(tags: Iterable<string> | undefined): Iterable<T> {
    if (tags === undefined) return [...this.#tags.keys()];
    const found = new Set<T>();
    for (const tag of tags) for (const item of this.#byTag.get(tag) ?? []) found.add(item);
    return found;
  }

  #add(tag: string, item: T): void {
    const items = this.#byTag.get(tag);
    if (items === undefined) this.#byTag.set(tag, new Set([item]));
    else items.add(item);
  }

  #remove(tag: string, item: T): void {
    const items = this.#byTag.get(tag);
    items?.delete(item);
    if (items?.size === 0) this.#byTag.delete(tag);
  }
}

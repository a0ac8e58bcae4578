/** Which tags were invalidated, and when: the reason why a cached read is out of date. */

/** With more tags than this everything is invalidated, so that the log stays bounded. */
const MAX_TAGS = 100_000;

/** Is called with the tags that were invalidated, or with undefined for all of them. */
export type InvalidationListener = (tags: Iterable<string> | undefined) => void;

/**
 * A clock that only invalidations move, and for each tag the time of its last one. A read that began
 * at a time of this clock is valid as long as none of its tags has been invalidated since.
 */
export class InvalidationLog {
  #clock = 0;
  /** Earlier reads are all invalid: what was invalidated before this time is no longer known. */
  #knownFrom = 0;
  readonly #invalidatedAt = new Map<string, number>();
  readonly #listeners = new Set<InvalidationListener>();

  /** The present time. */
  get clock(): number {
    return this.#clock;
  }

  /** Returns whether none of the tags has been invalidated after this time. */
  isValidSince(time: number, tags: Iterable<string>): boolean {
    if (time === this.#clock) return true;
    if (time < this.#knownFrom) return false;
    for (const tag of tags) {
      const invalidatedAt = this.#invalidatedAt.get(tag);
      if (invalidatedAt !== undefined && invalidatedAt > time) return false;
    }
    return true;
  }

  /** Whether anybody wants to hear of invalidations at once, and not when the next operation starts. */
  get isObserved(): boolean {
    return this.#listeners.size > 0;
  }

  /** Calls the listener after each invalidation. Returns a function that ends this. */
  onInvalidation(listener: InvalidationListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Invalidates all reads until now that have one of these tags. */
  record(tags: Iterable<string>): void {
    this.#clock++;
    for (const tag of tags) this.#invalidatedAt.set(tag, this.#clock);
    if (this.#invalidatedAt.size > MAX_TAGS) this.invalidateAll();
    else for (const listener of this.#listeners) listener(tags);
  }

  /** Invalidates all reads until now, whatever their tags are. */
  invalidateAll(): void {
    this.#clock++;
    this.#knownFrom = this.#clock;
    this.#invalidatedAt.clear();
    for (const listener of this.#listeners) listener(undefined);
  }
}

/** Which tags were invalidated, and when: the reason why a cached read is out of date. */

/** With more tags than this everything is invalidated, so that the log stays bounded. */
const MAX_TAGS = 100_000;

/**
 * A clock that only invalidations move, and for each tag the time of its last one. A read that began
 * at a time of this clock is valid as long as none of its tags has been invalidated since.
 */
export class InvalidationLog {
  #clock = 0;
  /** Earlier reads are all invalid: what was invalidated before this time is no longer known. */
  #knownFrom = 0;
  readonly #invalidatedAt = new Map<string, number>();
  readonly #listeners: ((tags: Iterable<string> | undefined) => void)[] = [];

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

  /** Calls the listener after each invalidation with its tags; with undefined for all of them. */
  onInvalidation(listener: (tags: Iterable<string> | undefined) => void): void {
    this.#listeners.push(listener);
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

/** What writes have changed, and in which order: the reason why a cached read is out of date. */

/** With more tags than this the past is cut off, rather than remembered without a bound. */
const MAX_TAGS = 100_000;

/**
 * A clock that only writes move, and for each tag the time at which it was changed last. A read that
 * began at a time of this clock is good as long as none of its tags has been changed since.
 */
export class Changes {
  #clock = 0;
  /** Reads from before this time are all taken for out of date: what changed then is not known. */
  #knownFrom = 0;
  readonly #changedAt = new Map<string, number>();

  /** The present time. */
  get clock(): number {
    return this.#clock;
  }

  /** Whether none of the tags has been changed after this time. */
  isUnchangedSince(time: number, tags: Iterable<string>): boolean {
    if (time === this.#clock) return true;
    if (time < this.#knownFrom) return false;
    for (const tag of tags) {
      const changedAt = this.#changedAt.get(tag);
      if (changedAt !== undefined && changedAt > time) return false;
    }
    return true;
  }

  /** Something has changed, now or at a later time that others have given it. */
  record(tags: Iterable<string>, time = this.#clock + 1): void {
    this.#clock = time;
    for (const tag of tags) this.#changedAt.set(tag, time);
    if (this.#changedAt.size > MAX_TAGS) this.forgetAll();
  }

  /** What was read until now is out of date, whatever its tags are. */
  forgetAll(time = this.#clock + 1): void {
    this.#clock = time;
    this.#knownFrom = time;
    this.#changedAt.clear();
  }
}

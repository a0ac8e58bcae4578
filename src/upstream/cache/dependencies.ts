/** Tracks which tags a response depends on and when it expires. */
import type { ReadResult } from './reads.js';

export class ResponseDependencies {
  /** The tags of each read. Most responses that aren't cached never need them as a set. */
  #tagsOfReads: (readonly string[])[] = [];
  readonly #tags = new Set<string>();
  #clock = Infinity;
  #freshUntil = Infinity;
  #isCacheable = true;
  #isShareable = true;
  #staleMs: number | undefined;

  /** The tags of all reads. */
  get tags(): ReadonlySet<string> {
    for (const tags of this.#tagsOfReads) for (const tag of tags) this.#tags.add(tag);
    this.#tagsOfReads = [];
    return this.#tags;
  }

  /** The earliest time of the InvalidationLog that a read is valid for. */
  get clock(): number {
    return this.#clock;
  }

  /** When the first read expires; undefined when one was not cached at all. */
  get freshUntil(): number | undefined {
    return this.#isCacheable && this.tags.size > 0 ? this.#freshUntil : undefined;
  }

  /** Whether other callers with the same rights may get the response. */
  get isShareable(): boolean {
    return this.#isShareable;
  }

  /** The age of the oldest read that was served stale during an outage; undefined without one. */
  get staleMs(): number | undefined {
    return this.#staleMs;
  }

  /** Adds a read. */
  add(tags: readonly string[], { source, ageMs, clock, freshUntil }: ReadResult): void {
    this.#tagsOfReads.push(tags);
    this.#clock = Math.min(this.#clock, clock);
    if (source === 'stale') this.#staleMs = Math.max(this.#staleMs ?? 0, ageMs);
    if (source === 'stale' || freshUntil === undefined) this.#isCacheable = false;
    else this.#freshUntil = Math.min(this.#freshUntil, freshUntil);
  }

  /** Adds a read that began at this time and failed: the response isn't cacheable, and may change. */
  addFailed(tags: readonly string[], clock: number): void {
    this.#tagsOfReads.push(tags);
    this.#clock = Math.min(this.#clock, clock);
    this.#isCacheable = false;
  }

  /** Excludes the response from the cache, since a part is missing or something was written. */
  markUncacheable(): void {
    this.#isCacheable = false;
  }

  /** Keeps the response from everybody else, since it tells of the caller itself. */
  markCallersOwn(): void {
    this.#isCacheable = false;
    this.#isShareable = false;
  }
}

/** What an operation's answer is made of, and so how long it may be given again. */
import type { Answered } from './reads.js';

export class Provenance {
  readonly #tags = new Set<string>();
  #clock = Infinity;
  #freshUntil = Infinity;
  #isWhole = true;
  #staleMs: number | undefined;

  /** The tags of all that was read. */
  get tags(): ReadonlySet<string> {
    return this.#tags;
  }

  /** The earliest time of `Changes` at which a part was read. */
  get clock(): number {
    return this.#clock;
  }

  /** When the first of the parts ceases to be fresh; undefined when a part was not kept at all. */
  get freshUntil(): number | undefined {
    return this.#isWhole && this.#tags.size > 0 ? this.#freshUntil : undefined;
  }

  /** The age of the oldest part that was given because the API cannot be asked; undefined without one. */
  get staleMs(): number | undefined {
    return this.#staleMs;
  }

  /** A part was read. */
  add(tags: readonly string[], { source, ageMs, clock, freshUntil }: Answered): void {
    for (const tag of tags) this.#tags.add(tag);
    this.#clock = Math.min(this.#clock, clock);
    if (source === 'stale') this.#staleMs = Math.max(this.#staleMs ?? 0, ageMs);
    if (source === 'stale' || freshUntil === undefined) this.#isWhole = false;
    else this.#freshUntil = Math.min(this.#freshUntil, freshUntil);
  }

  /** A part is missing, or something was written. */
  spoil(): void {
    this.#isWhole = false;
  }
}

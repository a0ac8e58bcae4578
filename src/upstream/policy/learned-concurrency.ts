/** Learns from 429s how many calls the upstream takes at a time. */

/** How long the first attempt at more calls waits, in milliseconds. Each failed one doubles it. */
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 15 * 60_000;
/** So few are what other applications leave for the moment, rather than what the upstream takes. */
const FEW = 3;

/**
 * Kinde limits calls in flight, refuses more of them with a 429 and publishes no number. Its limit of calls
 * a minute has the same status. They differ in what happens to the calls beside a refused one: a limit of
 * calls in flight accepts as many as it allows, and the other refuses all from some moment on.
 */
export class LearnedConcurrency {
  readonly #most: number;
  readonly #now: () => number;
  /** Grows by less than a call at a time. */
  #limit: number;
  /** What was accepted beside refused calls. Only an attempt at more exceeds it. */
  #ceiling: number;
  #refusals = 0;
  #refusalsLearned = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #raiseAt = -Infinity;
  readonly #onLearned: (limit: number) => void;
  #isReported = false;

  /**
   * Allows `most` calls until something else is learned, and never more. Calls `onLearned` when the upstream
   * takes fewer, with how many.
   */
  constructor(
    most: number,
    now: () => number,
    onLearned: (limit: number) => void = () => undefined,
  ) {
    this.#most = most;
    this.#now = now;
    this.#onLearned = onLearned;
    this.#limit = this.#ceiling = most;
  }

  /** How many calls may be in flight now. */
  get limit(): number {
    return Math.floor(this.#limit);
  }

  /** Whether the upstream has accepted some calls while it refused others. */
  get isLearned(): boolean {
    return this.#ceiling < this.#most;
  }

  /** How often calls were refused, which `accepted` needs to know of the time when a call was sent. */
  get refusals(): number {
    return this.#refusals;
  }

  /** Takes a 429 into account. `inFlight` counts that call too. */
  refused(inFlight: number): void {
    this.#refusals++;
    // So few were accepted before, so that it isn't their number: this is the limit of calls a minute.
    if (inFlight <= Math.max(1, this.#ceiling / 2)) this.#ceiling = this.#most;
    // The others may all be accepted still. Those that aren't lower it further.
    this.#limit = Math.max(1, Math.min(this.limit, inFlight - 1));
  }

  /** Takes another response into account, to a call that was sent after `refusalsBefore` refusals. */
  accepted(inFlight: number, refusalsBefore: number): void {
    if (this.#refusals > refusalsBefore) this.#learn();
    else if (inFlight >= this.limit) {
      this.#report();
      this.#raise();
    }
  }

  /** Once, and only now that so many are taken: while calls are refused, the limit still falls. */
  #report(): void {
    if (this.isLearned && !this.#isReported) this.#onLearned(this.limit);
    this.#isReported = this.isLearned;
  }

  #learn(): void {
    if (this.#refusalsLearned === this.#refusals) return;
    this.#refusalsLearned = this.#refusals;
    const now = this.#now();
    if (now >= this.#raiseAt) {
      this.#pauseMs =
        this.isLearned && this.limit > FEW
          ? Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS)
          : FIRST_PAUSE_MS;
      this.#raiseAt = now + this.#pauseMs;
    }
    this.#ceiling = this.limit;
  }

  #raise(): void {
    // Without a ceiling the limit of calls a minute was met, after which all calls are taken again.
    const step = this.isLearned ? 1 / this.#limit : 1;
    const raised = Math.min(this.#limit + step, this.#most);
    if (Math.floor(raised) > this.#ceiling) {
      if (this.#now() < this.#raiseAt) return;
      this.#ceiling = Math.floor(raised);
    }
    this.#limit = raised;
  }
}

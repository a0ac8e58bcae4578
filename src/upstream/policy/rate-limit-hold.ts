/** Holds all calls back after a 429, until the upstream's rate limit resets. */

/**
 * The longest hold, in milliseconds. Kinde's limit is per minute, so a longer wait can't be from it,
 * and one odd response must not block the gateway for a day.
 */
const LONGEST_HOLD_MS = 60_000;

/** The time over which held calls are spread afterwards, in milliseconds. */
const SPREAD_MS = 1_000;

/**
 * There is one for the process. Kinde doesn't document whether it counts by environment or by
 * application; at worst, calls of another application are a minute late.
 */
export class RateLimitHold {
  #until = -Infinity;

  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** Holds calls back for this long. */
  begin(milliseconds: number): void {
    this.#until = Math.max(this.#until, this.now() + Math.min(milliseconds, LONGEST_HOLD_MS));
  }

  /** How long calls are still held back; 0 when they may be sent. */
  get remainingMs(): number {
    if (this.#until === -Infinity) return 0;
    return Math.max(0, this.#until - this.now());
  }

  /**
   * Returns how long this call waits. Held calls are resumed at a rate that rises from zero: if the
   * limit is still reached, only a few have been sent when the first 429 comes back.
   */
  drawWaitMs(): number {
    return this.remainingMs + Math.sqrt(this.random()) * SPREAD_MS;
  }
}

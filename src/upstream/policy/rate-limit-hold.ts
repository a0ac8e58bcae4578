/** Learns from a 429 when the upstream takes calls again, and keeps all calls back until then. */

/**
 * The longest that calls are kept back, in milliseconds. Kinde counts by the minute, so a longer wait
 * is no wait of its rate limit, and one odd answer must not close the gateway for a day.
 */
const LONGEST_HOLD_MS = 60_000;

/** Over how long those who were kept back spread when they may go, in milliseconds. */
const SPREAD_MS = 1_000;

/**
 * One for the process: whether Kinde counts by environment or by application is not documented, and
 * the calls of an application that was not meant are late for a minute at worst.
 */
export class RateLimitHold {
  #until = -Infinity;

  constructor(
    private readonly now: () => number,
    private readonly random: () => number,
  ) {}

  /** The upstream takes no calls for this long. */
  begin(milliseconds: number): void {
    this.#until = Math.max(this.#until, this.now() + Math.min(milliseconds, LONGEST_HOLD_MS));
  }

  /** How long calls are still to be kept back; 0 when they may go. */
  get remainingMs(): number {
    return Math.max(0, this.#until - this.now());
  }

  /**
   * How long this call is to wait. Those who were kept back do not come back at the same instant but at
   * a rate that rises from zero, so that few have been sent when the first hears that the limit is
   * still reached, and the others go on waiting.
   */
  drawWaitMs(): number {
    return this.remainingMs + Math.sqrt(this.random()) * SPREAD_MS;
  }
}

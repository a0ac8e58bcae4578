const MINUTE = 60_000;

/** Counts requests by the minute, the minute beginning with its first request. */
export class RateLimit {
  #resetAt = 0;
  #count = 0;

  /** `limit` is in requests a minute; 0 means none. */
  constructor(public limit: number) {}

  /** Counts a request. Over the limit, the seconds until a further one is let through. */
  exceeded(): number | undefined {
    if (this.limit <= 0) return undefined;
    const now = Date.now();
    if (now >= this.#resetAt) this.reset(now + MINUTE);
    this.#count++;
    return this.#count > this.limit ? Math.ceil((this.#resetAt - now) / 1000) : undefined;
  }

  reset(resetAt = 0): void {
    this.#resetAt = resetAt;
    this.#count = 0;
  }
}

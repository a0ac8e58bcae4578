import type { ServerResponse } from 'node:http';

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

/** Limits the requests in flight. Kinde refuses more at once, and publishes no number. */
export class ConcurrencyLimit {
  #inFlight = 0;

  /** 0 means none. */
  constructor(public limit: number) {}

  /** Counts a request until its response has ended. Returns whether it is one too many. */
  exceeded(response: ServerResponse): boolean {
    if (this.limit > 0 && this.#inFlight >= this.limit) return true;
    this.#inFlight++;
    response.once('close', () => this.#inFlight--);
    return false;
  }
}

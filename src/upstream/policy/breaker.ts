/** Circuit breaker: stops calling an upstream that is down, and probes when it is back. */
import { RollingCount } from './rolling-count.js';
import { SendError, type Send } from '../send/index.js';

export interface BreakerOptions {
  /** The window over which failures are counted, in milliseconds. */
  windowMs?: number;
  /** The fewest exchanges in the window that can open the breaker. */
  leastExchanges?: number;
  /** The share of failures that opens the breaker. */
  failureRatio?: number;
  /** How long it stays open before it lets a probe through, in milliseconds. */
  openMs?: number;
  now?: () => number;
}

/** `unknown` says nothing about the upstream: the caller disconnected, or its time was up. */
export type ExchangeOutcome = 'answered' | 'failed' | 'unknown';

/**
 * Counts failures while closed, and refuses exchanges while open. While half open it lets one probe
 * through at a time, which closes or opens it. Results of exchanges that began in an earlier state
 * don't count.
 */
export class Breaker {
  readonly #exchanges: RollingCount;
  readonly #failures: RollingCount;
  readonly #leastExchanges: number;
  readonly #failureRatio: number;
  readonly #openMs: number;
  readonly #now: () => number;
  /** When the next probe may be sent; undefined while closed. */
  #openUntil: number | undefined;
  #isProbing = false;
  /** Incremented each time that it opens or closes. */
  #period = 0;
  /** Called each time that it opens, or stays open after a probe. */
  onOpen: (() => void) | undefined;

  constructor({
    windowMs = 10_000,
    leastExchanges = 20,
    failureRatio = 0.5,
    openMs = 5_000,
    now = () => performance.now(),
  }: BreakerOptions = {}) {
    this.#exchanges = new RollingCount(windowMs, now);
    this.#failures = new RollingCount(windowMs, now);
    this.#leastExchanges = leastExchanges;
    this.#failureRatio = failureRatio;
    this.#openMs = openMs;
    this.#now = now;
  }

  /** How long exchanges are refused, in milliseconds; 0 when one may be made now. */
  get refusedForMs(): number {
    if (this.#openUntil === undefined) return 0;
    // Nobody knows how long a probe takes; a second is soon enough to try again.
    return this.#isProbing ? 1_000 : Math.max(0, this.#openUntil - this.#now());
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#openUntil === undefined) return 'closed';
    return this.#isProbing || this.#now() >= this.#openUntil ? 'half-open' : 'open';
  }

  /** Starts an exchange, which must be allowed. Call the returned function with its outcome. */
  begin(): (outcome: ExchangeOutcome) => void {
    const period = this.#period;
    const isProbe = this.#openUntil !== undefined;
    if (isProbe) this.#isProbing = true;
    return (outcome) => {
      if (period !== this.#period) return;
      if (isProbe) {
        this.#isProbing = false;
        if (outcome === 'answered') this.#enter(undefined);
        else if (outcome === 'failed') this.#enter(this.#now() + this.#openMs);
        return;
      }
      if (outcome === 'unknown') return;
      this.#exchanges.add();
      if (outcome === 'answered') return;
      this.#failures.add();
      const { total } = this.#exchanges;
      if (total >= this.#leastExchanges && this.#failures.total >= total * this.#failureRatio) {
        this.#enter(this.#now() + this.#openMs);
      }
    };
  }

  #enter(openUntil: number | undefined): void {
    this.#openUntil = openUntil;
    this.#isProbing = false;
    this.#period++;
    this.#exchanges.clear();
    this.#failures.clear();
    if (openUntil !== undefined) this.onOpen?.();
  }
}

/** Returns the error of a refused exchange; undefined when the breaker lets it through. */
export function refusalOf(breaker: Breaker): SendError | undefined {
  const milliseconds = breaker.refusedForMs;
  return milliseconds === 0
    ? undefined
    : new SendError('REFUSED', true, 'ERR_BREAKER_OPEN', Math.ceil(milliseconds / 1000));
}

/**
 * Returns a `send` behind a breaker. A status below 500 says that the upstream is up, so a 4xx or a 429
 * never opens the breaker. Connection errors, timeouts and 5xx are failures.
 */
export function sendThrough(breaker: Breaker, send: Send): Send {
  return (exchange) => {
    const refusal = refusalOf(breaker);
    if (refusal !== undefined) return Promise.reject(refusal);
    const end = breaker.begin();
    const sent = send(exchange);
    // The breaker hears of the outcome before the caller does.
    sent.then(
      ({ status }) => end(status >= 500 ? 'failed' : 'answered'),
      (error: unknown) => end(outcomeOf(error)),
    );
    return sent;
  };
}

function outcomeOf(error: unknown): ExchangeOutcome {
  if (!(error instanceof SendError)) return 'unknown';
  switch (error.failure) {
    case 'TIMEOUT':
    case 'UNAVAILABLE':
      return 'failed';
    case 'TOO_LARGE':
      return 'answered';
    case 'ABORTED':
    case 'DEADLINE_EXCEEDED':
    case 'REFUSED':
    case 'RATE_LIMITED':
      return 'unknown';
  }
}

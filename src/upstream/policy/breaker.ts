/** Stops asking an upstream that is down, and finds out when it is back. */
import { RollingCount } from './rolling-count.js';
import { SendError, type Send } from '../send/index.js';

export interface BreakerOptions {
  /** Over which time failures are counted, in milliseconds. */
  windowMs?: number;
  /** With fewer exchanges in the window nothing is concluded. */
  leastExchanges?: number;
  /** From which share of failures on the breaker opens. */
  failureRatio?: number;
  /** How long it stays open before it lets an exchange through to try, in milliseconds. */
  openMs?: number;
  now?: () => number;
}

/** `unknown` says nothing of the upstream: the caller went away, or its time was up. */
export type ExchangeOutcome = 'answered' | 'failed' | 'unknown';

/**
 * Closed, it counts; open, it refuses; half open, it lets one exchange through at a time, and what
 * comes of that closes or opens it. What comes of exchanges that began in an earlier state is not
 * counted in the present one.
 */
export class Breaker {
  readonly #exchanges: RollingCount;
  readonly #failures: RollingCount;
  readonly #leastExchanges: number;
  readonly #failureRatio: number;
  readonly #openMs: number;
  readonly #now: () => number;
  /** When it may be tried again; undefined while closed. */
  #openUntil: number | undefined;
  #isProbing = false;
  /** Counts the times that it opened or closed. */
  #period = 0;
  /** Is told each time that it opens, or stays open after a try. */
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
    // Nobody knows how long a try takes; a second is soon enough to ask again.
    return this.#isProbing ? 1_000 : Math.max(0, this.#openUntil - this.#now());
  }

  get state(): 'closed' | 'open' | 'half-open' {
    if (this.#openUntil === undefined) return 'closed';
    return this.#isProbing || this.#now() >= this.#openUntil ? 'half-open' : 'open';
  }

  /** Begins an exchange, which must be allowed; what it returns tells how it ended. */
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

/** The error of exchanges that the breaker refuses; undefined when it lets them through. */
export function refusalOf(breaker: Breaker): SendError | undefined {
  const milliseconds = breaker.refusedForMs;
  return milliseconds === 0
    ? undefined
    : new SendError('REFUSED', true, 'ERR_BREAKER_OPEN', Math.ceil(milliseconds / 1000));
}

/**
 * The seam behind a breaker. An answer below 500 says that the upstream is there, whatever it says:
 * a 4xx or a 429 never opens it. No connection, a broken one, no answer in time and a 5xx are failures.
 */
export function sendThrough(breaker: Breaker, send: Send): Send {
  return async (exchange) => {
    const refusal = refusalOf(breaker);
    if (refusal !== undefined) throw refusal;
    const end = breaker.begin();
    try {
      const answer = await send(exchange);
      end(answer.status >= 500 ? 'failed' : 'answered');
      return answer;
    } catch (error) {
      end(outcomeOf(error));
      throw error;
    }
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

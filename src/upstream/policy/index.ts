/** Upstream call policy: fair queueing, rate limiting, circuit breaking, retries. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deadline } from './call-budget.js';
import { refusalOf, type Breaker } from './breaker.js';
import type { Cancellation } from './cancellation.js';
import type { Method } from '../endpoint.js';
import { RateLimitHold } from './rate-limit-hold.js';
import { askedWaitMs, retryWaitMs, RetryBudget, type Outcome } from './retry.js';
import { SendError, type RawResponse } from '../send/index.js';
import type { RateLimit } from './rate-limit-budget.js';
import type { FairQueue } from './fair-queue.js';

/** Beside accepted calls, a call may be refused several times until their number is known. */
const FURTHER_RETRIES = 5;

export interface PolicyOptions {
  /** Shared by the calls of all operations. */
  queue: FairQueue;
  /** How often a read is retried, at most. */
  retries: number;
  /** How long one exchange may take, in milliseconds. */
  timeoutMs: number;
  /** The breaker that `attempt` sends through: a call that it would refuse isn't queued. */
  breaker: Breaker;
  /** The rate limit that the replicas share. */
  rateLimit?: RateLimit;
  /** Ends the waits of all calls, writes too. */
  closing?: Cancellation;
  now?: () => number;
  random?: () => number;
}

/** A call as the policy sees it. */
export interface PolicedCall {
  readonly method: Method;
  /** The operation that it was made for first; the queue is fair between operations. */
  readonly operation: object;
  readonly deadline: Deadline;
  /** Sends the call once. */
  attempt(): Promise<RawResponse>;
}

/** Applies the policy to every call of the process. */
export class CallPolicy {
  readonly #options: PolicyOptions;
  readonly #budget: RetryBudget;
  readonly #hold: RateLimitHold;
  readonly #random: () => number;

  constructor(options: PolicyOptions) {
    const { rateLimit, now = () => performance.now(), random = Math.random } = options;
    this.#options = options;
    this.#random = random;
    this.#budget = new RetryBudget(now);
    this.#hold = new RateLimitHold(now, random);
    rateLimit?.onHold((milliseconds) => this.#hold.begin(milliseconds));
  }

  /**
   * Returns the last response, or throws the SendError that stands for it. Only reads are retried: a
   * write might happen twice, and Kinde takes no idempotency keys.
   */
  async execute(call: PolicedCall): Promise<RawResponse> {
    const { method, deadline } = call;
    const { timeoutMs } = this.#options;
    const cancellation = deadline.cancellationOf(method);
    let previous: Outcome | undefined;
    for (let retry = 0; ; retry++) {
      let outcome: Outcome;
      try {
        outcome = await this.#send(call, cancellation, previous);
      } catch (error) {
        outcome = sendErrorOf(error);
      }
      if (hasSucceeded(outcome)) return outcome;
      const { remainingMs } = deadline;
      const wait =
        method === 'GET' && retry < this.#mostRetries(outcome)
          ? retryWaitMs(outcome, { retry, remainingMs, timeoutMs, random: this.#random })
          : undefined;
      const isFinal =
        wait === undefined || outcome === previous || !(isShed(outcome) || this.#budget.spend());
      if (isFinal) {
        if (outcome instanceof SendError) throw outcome;
        return outcome;
      }
      previous = outcome;
      await this.#pause(cancellation, wait);
    }
  }

  #mostRetries(outcome: Outcome): number {
    const { retries, queue } = this.#options;
    const isUnlucky = retries > 0 && isShed(outcome) && queue.isConcurrencyLearned;
    return isUnlucky ? retries + FURTHER_RETRIES : retries;
  }

  /**
   * Sends once, when no rate limit holds calls back and a slot is free. Returns the outcome of the attempt
   * before when there is no budget for another.
   */
  async #send(
    call: PolicedCall,
    cancellation: Cancellation,
    previous: Outcome | undefined,
  ): Promise<Outcome> {
    const { queue, breaker, rateLimit } = this.#options;
    const { operation, deadline } = call;
    let isReserved = rateLimit === undefined;
    for (;;) {
      const refusal = refusalOf(breaker);
      if (refusal !== undefined) return refusal;
      if (this.#hold.remainingMs > 0) {
        const wait = this.#hold.drawWaitMs();
        if (wait >= deadline.remainingMs) return heldTooLong(this.#hold.remainingMs);
        await this.#pause(cancellation, wait);
        continue;
      }
      // A reservation that is used late falls into another minute.
      const isDue = isReserved && rateLimit !== undefined;
      const slot = queue.acquire(operation, cancellation, isDue);
      if (slot !== undefined) await slot;
      let wait = 0;
      try {
        // Another call may have met the rate limit while this one was queued.
        if (this.#hold.remainingMs > 0) continue;
        if (!isReserved) {
          // Reserved only now, since the queue may be long.
          const { waitMs, isTaken } = await rateLimit!.reserve(deadline.remainingMs);
          if (!isTaken) return heldTooLong(waitMs);
          isReserved = true;
          wait = waitMs;
        }
        if (cancellation.reason !== undefined) return cancellation.reason;
        if (wait === 0) {
          if (previous === undefined) this.#budget.called();
          else if (!this.#mayRetry(previous)) return previous;
          const { refusals } = queue;
          const response = await call.attempt();
          // Before the slot is released, so that the next call is held back.
          this.#heed(response, refusals);
          return response;
        }
      } finally {
        queue.release();
      }
      await this.#pause(cancellation, wait);
    }
  }

  /**
   * Returns whether a retry may be sent. A call that was refused beside accepted ones needs no budget: fewer
   * are sent at a time since. Whether it was is known once one of those has ended, and a slot is free.
   */
  #mayRetry(previous: Outcome): boolean {
    if (!isShed(previous) || this.#options.queue.isConcurrencyLearned) return true;
    return this.#budget.spend();
  }

  #pause(cancellation: Cancellation, milliseconds: number): Promise<void> {
    const pause = cancellation.race(sleep(milliseconds, undefined, { ref: false }));
    return this.#options.closing?.race(pause) ?? pause;
  }

  /** Learns from a response what the upstream takes. `refusals` is their number before it was sent. */
  #heed(response: RawResponse, refusals: number): void {
    const { queue, rateLimit } = this.#options;
    queue.observe(response.status, refusals);
    if (response.status !== 429) return;
    this.#hold.begin(askedWaitMs(response) ?? 0);
    rateLimit?.announceHold(this.#hold.remainingMs);
  }
}

const hasSucceeded = (outcome: Outcome): outcome is RawResponse =>
  !(outcome instanceof SendError) && outcome.status < 300;

/** Returns whether the upstream refused a call for their number. */
const isShed = (outcome: Outcome) => !(outcome instanceof SendError) && outcome.status === 429;

function sendErrorOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  throw error;
}

/** Failing now lets the caller come back when there is use in it. */
function heldTooLong(milliseconds: number): SendError {
  return new SendError('RATE_LIMITED', true, 'ERR_RATE_LIMITED', Math.ceil(milliseconds / 1000));
}

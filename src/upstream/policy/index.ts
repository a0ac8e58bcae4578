/** How calls are sent for the good of the upstream and of those who wait: in turn, not before it takes them, and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeAllowance } from './call-budget.js';
import { refusalOf, type Breaker } from './breaker.js';
import type { Cancellation } from './cancellation.js';
import type { Method } from '../endpoint.js';
import { RateLimitHold } from './rate-limit-hold.js';
import { askedWaitMs, retryWaitMs, RetryBudget, type Outcome } from './retry.js';
import { SendError, type RawAnswer } from '../send/index.js';
import type { RateLimit } from './rate-limit-budget.js';
import type { Turns } from './fair-queue.js';

export interface PolicyOptions {
  /** The turns that the calls of all operations take. */
  turns: Turns;
  /** How often a read is sent again, at most. */
  retries: number;
  /** How long the seam gives an exchange, in milliseconds. */
  timeoutMs: number;
  /** The one that the seam is behind: what it would refuse does not wait for a turn. */
  breaker: Breaker;
  /** What the replicas know together of the upstream's rate limit. */
  rateLimit?: RateLimit;
  now?: () => number;
  random?: () => number;
}

/** A call as the policy sees it. */
export interface PolicedCall {
  method: Method;
  /** Which operation it is made for, or was first: calls take turns by operation. */
  operation: object;
  allowance: TimeAllowance;
  /** Sends the call once. */
  attempt: () => Promise<RawAnswer>;
}

/**
 * The last answer that there is, or the SendError that stands for it. Reads alone are sent again: of
 * a write nobody could say whether it would happen twice, and Kinde takes no idempotency keys.
 */
export type Policy = (call: PolicedCall) => Promise<RawAnswer>;

/** The policy of a process, which learns from all calls. */
export function createPolicy({
  turns,
  retries,
  timeoutMs,
  breaker,
  rateLimit,
  now = () => performance.now(),
  random = Math.random,
}: PolicyOptions): Policy {
  const budget = new RetryBudget(now);
  const hold = new RateLimitHold(now, random);
  rateLimit?.onHold((milliseconds) => hold.begin(milliseconds));

  /** Sends once: as soon as the upstream takes calls and a turn is free. */
  async function send(
    { operation, allowance, attempt }: PolicedCall,
    cancellation: Cancellation,
    isRetry: boolean,
  ): Promise<Outcome> {
    let isReserved = rateLimit === undefined;
    for (;;) {
      const refusal = refusalOf(breaker);
      if (refusal !== undefined) return refusal;
      if (hold.remainingMs > 0) {
        const wait = hold.drawWaitMs();
        if (wait >= allowance.remainingMs) return heldTooLong(hold.remainingMs);
        await pause(cancellation, wait);
        continue;
      }
      const turn = turns.take(operation, cancellation);
      if (turn !== undefined) await turn;
      let wait = 0;
      try {
        // While this call waited for its turn, another may have met the rate limit.
        if (hold.remainingMs > 0) continue;
        if (!isReserved) {
          // Not before the turn has come: a right that is used late is in another minute than it was for.
          const { waitMs, isTaken } = await rateLimit!.reserve(allowance.remainingMs);
          if (!isTaken) return heldTooLong(waitMs);
          isReserved = true;
          wait = waitMs;
        }
        if (cancellation.reason !== undefined) return cancellation.reason;
        if (wait === 0) {
          if (!isRetry) budget.called();
          const answer = await attempt();
          // Before the turn is given back: the next call must not go out any more.
          if (answer.status === 429) {
            hold.begin(askedWaitMs(answer) ?? 0);
            rateLimit?.announceHold(hold.remainingMs);
          }
          return answer;
        }
      } finally {
        turns.giveBack();
      }
      await pause(cancellation, wait);
    }
  }

  return async (call) => {
    const { method, allowance } = call;
    const cancellation = allowance.cancellationOf(method);
    const mostRetries = method === 'GET' ? retries : 0;
    for (let retry = 0; ; retry++) {
      let outcome: Outcome;
      try {
        outcome = await send(call, cancellation, retry > 0);
      } catch (error) {
        if (!(error instanceof SendError)) throw error;
        outcome = error;
      }
      const wait =
        retry < mostRetries
          ? retryWaitMs(outcome, { retry, remainingMs: allowance.remainingMs, timeoutMs, random })
          : undefined;
      if (wait === undefined || !budget.spend()) {
        if (outcome instanceof SendError) throw outcome;
        return outcome;
      }
      await pause(cancellation, wait);
    }
  };
}

function pause(cancellation: Cancellation, milliseconds: number): Promise<void> {
  return cancellation.race(sleep(milliseconds, undefined, { ref: false }));
}

/** Failing now lets the caller come back when there is use in it. */
function heldTooLong(milliseconds: number): SendError {
  return new SendError('RATE_LIMITED', true, 'ERR_RATE_LIMITED', Math.ceil(milliseconds / 1000));
}

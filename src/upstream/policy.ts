/** How calls are sent for the good of the upstream and of those who wait: in turn, not before it takes them, and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted, type TimeAllowance } from './allowance.js';
import { refusalOf, type Breaker } from './breaker.js';
import type { Method } from './endpoint.js';
import { RateLimitHold } from './rate-limit.js';
import { askedWaitMs, retryWaitMs, RetryBudget, type Outcome } from './retry.js';
import { SendError, type RawAnswer } from './send/index.js';
import type { RateLimit } from './shared-rate-limit.js';
import type { Turns } from './turns.js';

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
    { allowance, attempt }: PolicedCall,
    signal: AbortSignal,
    isRetry: boolean,
  ): Promise<Outcome> {
    let isReserved = rateLimit === undefined;
    for (;;) {
      const refusal = refusalOf(breaker);
      if (refusal !== undefined) return refusal;
      if (hold.remainingMs > 0) {
        const wait = hold.drawWaitMs();
        if (wait >= allowance.remainingMs) return heldTooLong(hold.remainingMs);
        await pause(signal, wait);
        continue;
      }
      let wait = 0;
      const outcome = await turns.take(signal, async () => {
        // While this call waited for its turn, another may have met the rate limit.
        if (hold.remainingMs > 0) return undefined;
        if (!isReserved) {
          // Not before the turn has come: a right that is used late is in another minute than it was for.
          const { waitMs, isTaken } = await rateLimit!.reserve(allowance.remainingMs);
          if (!isTaken) return heldTooLong(waitMs);
          isReserved = true;
          wait = waitMs;
          if (waitMs > 0) return undefined;
        }
        if (!isRetry) budget.called();
        return attempt().catch(sendErrorOf);
      });
      if (outcome === undefined) {
        if (wait > 0) await pause(signal, wait);
        continue;
      }
      if (!(outcome instanceof SendError) && outcome.status === 429) {
        hold.begin(askedWaitMs(outcome) ?? 0);
        rateLimit?.announceHold(hold.remainingMs);
      }
      return outcome;
    }
  }

  return async (call) => {
    const { method, allowance } = call;
    const signal = allowance.signalFor(method);
    const mostRetries = method === 'GET' ? retries : 0;
    for (let retry = 0; ; retry++) {
      const outcome = await send(call, signal, retry > 0);
      const wait =
        retry < mostRetries
          ? retryWaitMs(outcome, { retry, remainingMs: allowance.remainingMs, timeoutMs, random })
          : undefined;
      if (wait === undefined || !budget.spend()) return answerOf(outcome);
      await pause(signal, wait);
    }
  };
}

function pause(signal: AbortSignal, milliseconds: number): Promise<void> {
  return unlessAborted(signal, sleep(milliseconds, undefined, { ref: false }));
}

/** Failing now lets the caller come back when there is use in it. */
function heldTooLong(milliseconds: number): SendError {
  return new SendError('RATE_LIMITED', true, 'ERR_RATE_LIMITED', Math.ceil(milliseconds / 1000));
}

function sendErrorOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  throw error;
}

function answerOf(outcome: Outcome): RawAnswer {
  if (outcome instanceof SendError) throw outcome;
  return outcome;
}

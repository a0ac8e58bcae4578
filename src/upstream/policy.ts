/** How calls are sent for the good of the upstream and of those who wait: in turn, and again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted, type Allowance } from './allowance.js';
import { refusalOf, type Breaker } from './breaker.js';
import type { Method } from './endpoint.js';
import { retryWaitMs, RetryBudget, type Outcome } from './retry.js';
import { SendError, type RawAnswer } from './send.js';
import { createTurns } from './turns.js';

export interface PolicyOptions {
  /** How many calls may be in flight at once, over all operations. */
  concurrency: number;
  /** How often a read is sent again, at most. */
  retries: number;
  /** How long the seam gives an exchange, in milliseconds. */
  timeoutMs: number;
  /** The one that the seam is behind: what it would refuse does not wait for a turn. */
  breaker: Breaker;
  now?: () => number;
  random?: () => number;
}

/** A call as the policy sees it. */
export interface PolicedCall {
  method: Method;
  allowance: Allowance;
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
  concurrency,
  retries,
  timeoutMs,
  breaker,
  now = () => performance.now(),
  random = Math.random,
}: PolicyOptions): Policy {
  const inTurn = createTurns(concurrency);
  const budget = new RetryBudget(now);

  return async ({ method, allowance, attempt }) => {
    const signal = allowance.signalFor(method);
    const mostRetries = method === 'GET' ? retries : 0;
    for (let retry = 0; ; retry++) {
      const refusal = refusalOf(breaker);
      if (refusal !== undefined) throw refusal;
      const outcome = await inTurn(signal, () => {
        if (retry === 0) budget.called();
        return attempt().catch(sendErrorOf);
      });
      const wait =
        retry < mostRetries
          ? retryWaitMs(outcome, { retry, remainingMs: allowance.remainingMs, timeoutMs, random })
          : undefined;
      if (wait === undefined || !budget.spend()) return answerOf(outcome);
      await unlessAborted(signal, sleep(wait, undefined, { ref: false }));
    }
  };
}

function sendErrorOf(error: unknown): SendError {
  if (error instanceof SendError) return error;
  throw error;
}

function answerOf(outcome: Outcome): RawAnswer {
  if (outcome instanceof SendError) throw outcome;
  return outcome;
}

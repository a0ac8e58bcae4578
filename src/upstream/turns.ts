/** How calls take turns, so that no more than a number of them are in flight. */
import pLimit from 'p-limit';

/**
 * Runs a call when its turn has come. One whose signal aborts before that rejects with the signal's
 * reason at once and is never run.
 */
export type TakeTurn = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>;

export interface Turns {
  take: TakeTurn;
  /** Which part of the turns was taken since it was last asked for, from 0 to 1. */
  utilization: () => number;
}

/** Turns for `concurrency` calls at a time. */
export function createTurns(concurrency: number, now = () => performance.now()): Turns {
  const limit = pLimit(concurrency);
  let taken = 0;
  let takenMs = 0;
  let countedAt = now();
  let askedAt = countedAt;

  function count(change: number): void {
    const at = now();
    takenMs += taken * (at - countedAt);
    countedAt = at;
    taken += change;
  }

  return {
    take: (signal, run) =>
      new Promise((resolve, reject) => {
        const leave = () => reject(signal.reason as Error);
        if (signal.aborted) return leave();
        // Whose turn is now has no wait to leave.
        const mustWait = limit.activeCount + limit.pendingCount >= concurrency;
        if (mustWait) signal.addEventListener('abort', leave, { once: true });
        void limit(async () => {
          if (mustWait) signal.removeEventListener('abort', leave);
          if (signal.aborted) return leave();
          count(1);
          await run().then(resolve, reject);
          count(-1);
        });
      }),
    utilization: () => {
      count(0);
      const elapsed = countedAt - askedAt;
      const part = elapsed > 0 ? takenMs / elapsed / concurrency : 0;
      takenMs = 0;
      askedAt = countedAt;
      return part;
    },
  };
}

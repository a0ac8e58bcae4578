/** How calls take turns, so that no more than a number of them are in flight. */
import pLimit from 'p-limit';

/**
 * Runs a call when its turn has come. One whose signal aborts before that rejects with the signal's
 * reason at once and is never run.
 */
export type TakeTurn = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>;

/** Turns for `concurrency` calls at a time. */
export function createTurns(concurrency: number): TakeTurn {
  const limit = pLimit(concurrency);
  return (signal, run) =>
    new Promise((resolve, reject) => {
      if (limit.activeCount + limit.pendingCount < concurrency && !signal.aborted) {
        // Its turn is now, so that there is no wait to leave.
        return void limit(() => run().then(resolve, reject));
      }
      const leave = () => reject(signal.reason as Error);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      void limit(async () => {
        signal.removeEventListener('abort', leave);
        if (signal.aborted) return;
        await run().then(resolve, reject);
      });
    });
}

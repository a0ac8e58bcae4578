/** Redis did not reply within the time limit. What was sent may still be carried out. */
export class RedisTimeoutError extends Error {
  override readonly name = 'RedisTimeoutError';
}

/**
 * In how many timers the limit is waited for. A request is sent a turn of the event loop later than it
 * is made, so that with one timer a process which is busy for 25 ms blames Redis for it.
 */
const TIMERS = 5;

/**
 * Returns what the promise resolves to. Rejects with a RedisTimeoutError when that takes longer, not
 * counting the time in which this process was too busy to notice.
 */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout;
    const wait = (timers: number) => {
      timer = setTimeout(() => {
        if (timers > 1) return wait(timers - 1);
        // A reply that is there is read before the immediate.
        setImmediate(() => reject(new RedisTimeoutError('Redis is slow')));
      }, milliseconds / TIMERS);
    };
    wait(TIMERS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

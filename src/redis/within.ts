/** Redis did not reply within the time limit. What was sent may still be carried out. */
export class RedisTimeoutError extends Error {
  override readonly name = 'RedisTimeoutError';
}

/** Returns what the promise resolves to. Rejects with a RedisTimeoutError when that takes longer. */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Where this process was slow, the reply is there and is read before the immediate.
    const timer = setTimeout(
      () => setImmediate(() => reject(new RedisTimeoutError('Redis is slow'))),
      milliseconds,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

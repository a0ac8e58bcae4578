/** A clock that a test advances without waiting. */
import { afterEach, beforeEach, jest } from '@jest/globals';

/**
 * Stubs `performance.now` for each test of a file. What the gateway measures by it expires at once: what
 * is cached, the pauses of the circuit breaker and of rate limits. Timers keep running in real time.
 */
export function stubClock(): { advance(milliseconds: number): void } {
  let aheadMs = 0;
  let spy: { mockRestore(): void };
  beforeEach(() => {
    aheadMs = 0;
    const now = performance.now.bind(performance);
    spy = jest.spyOn(performance, 'now').mockImplementation(() => now() + aheadMs);
  });
  afterEach(() => spy.mockRestore());
  return { advance: (milliseconds) => void (aheadMs += milliseconds) };
}

/** A clock that a test advances without waiting, or stops. */
import { afterEach, beforeEach, jest } from '@jest/globals';

export interface StubbedClock {
  advance(milliseconds: number): void;
  /** Stops the clock, so that what expires by it is there however long the test takes. */
  stop(): void;
  /** Has the clock show the time again. */
  resume(): void;
}

/**
 * Stubs `performance.now` for each test of a file. What the gateway measures by it expires at once: what
 * is cached, the pauses of the circuit breaker and of rate limits. Timers keep running in real time.
 */
export function stubClock(): StubbedClock {
  const now = performance.now.bind(performance);
  let aheadMs = 0;
  let stoppedAt: number | undefined;
  let spy: { mockRestore(): void };
  beforeEach(() => {
    aheadMs = 0;
    stoppedAt = undefined;
    spy = jest.spyOn(performance, 'now').mockImplementation(() => (stoppedAt ?? now()) + aheadMs);
  });
  afterEach(() => spy.mockRestore());
  return {
    advance: (milliseconds) => void (aheadMs += milliseconds),
    stop: () => void (stoppedAt = now()),
    resume: () => void (stoppedAt = undefined),
  };
}

/** Time limits that a test ends itself: it doesn't wait for them, and no machine is too slow for them. */
import { afterEach, beforeEach, jest } from '@jest/globals';

/** No other timers are as long, by which those of calls and operations are found. */
export const UPSTREAM_TIMEOUT_MS = 200_000;
export const OPERATION_TIMEOUT_MS = 500_000;

/** Settings of a gateway whose calls and operations a test ends. */
export const TIMEOUTS = {
  UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
  OPERATION_TIMEOUT_MS: String(OPERATION_TIMEOUT_MS),
};

/** The time limit of an operation counts from its request, which has come a little earlier. */
const PASSED_MS = 60_000;

export interface StubbedTimeouts {
  /** Ends the time of all calls in flight. Returns whether there are any. */
  endCalls(): boolean;
  /** Ends the time of the operations under way, or of so many of the oldest ones. */
  endOperations(most?: number): boolean;
  /** Ends timers of this length, or of up to a minute less. */
  end(milliseconds: number, most?: number): boolean;
}

/** Watches `setTimeout` in each test of a file. */
export function stubTimeouts(): StubbedTimeouts {
  const running = new Map<unknown, { milliseconds: number; run: () => void }>();
  let spies: { mockRestore(): void }[] = [];
  beforeEach(() => {
    const { setTimeout: set, clearTimeout: clear } = globalThis;
    const watch = (run: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) => {
      const timer = set(run, milliseconds, ...args);
      running.set(timer, { milliseconds, run: () => run(...args) });
      return timer;
    };
    const forget = (timer: NodeJS.Timeout | undefined) => {
      running.delete(timer);
      clear(timer);
    };
    spies = [
      jest.spyOn(globalThis, 'setTimeout').mockImplementation(watch as typeof setTimeout),
      jest.spyOn(globalThis, 'clearTimeout').mockImplementation(forget as typeof clearTimeout),
    ];
  });
  afterEach(() => {
    for (const spy of spies) spy.mockRestore();
    running.clear();
  });
  const end: StubbedTimeouts['end'] = (wanted, most = Infinity) => {
    const found = [...running].filter(
      ([, { milliseconds }]) => milliseconds > wanted - PASSED_MS && milliseconds <= wanted,
    );
    const ended = found.slice(0, most);
    for (const [timer, { run }] of ended) {
      clearTimeout(timer as NodeJS.Timeout);
      run();
    }
    return ended.length > 0;
  };
  return {
    end,
    endCalls: () => end(UPSTREAM_TIMEOUT_MS),
    endOperations: (most) => end(OPERATION_TIMEOUT_MS, most),
  };
}

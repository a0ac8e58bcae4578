/** Timers for token expiry, longer than Node's longest timer. */
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { callAt } from '../../../src/http/live/call-at.js';

const DAY_MS = 86_400_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('calls back at a time beyond the longest timer of Node, and not before', () => {
  const callback = jest.fn();
  callAt(Date.now() + 60 * DAY_MS, callback);
  jest.advanceTimersByTime(60 * DAY_MS - 1);
  expect(callback).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('calls back at once when the time is over', () => {
  const callback = jest.fn();
  callAt(Date.now() - DAY_MS, callback);
  jest.advanceTimersByTime(1);
  expect(callback).toHaveBeenCalledTimes(1);
});

test('leaves no timer once it is cancelled', () => {
  const cancel = callAt(Date.now() + 60 * DAY_MS, () => undefined);
  jest.advanceTimersByTime(30 * DAY_MS);
  cancel();
  expect(jest.getTimerCount()).toBe(0);
});

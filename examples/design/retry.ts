/**
 * Waits before a stream is opened again: up to a second, then two, four, and at most 30. graphql-sse's own
 * wait doubles without end, so that after an outage of an hour it would be another hour.
 */
export function waitToReconnect(retries: number): Promise<void> {
  const seconds = Math.min(2 ** retries, 30) * (0.5 + Math.random() / 2);
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** A timer for any time: Node's own go off at once where they are set for more than 24.8 days. */

/** The longest delay of Node's timers. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back at a time in milliseconds since 1970, however far off. Returns a function that cancels. */
export function callAt(time: number, callback: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const remainingMs = time - Date.now();
    timer = (
      remainingMs > LONGEST_TIMER_MS
        ? setTimeout(wait, LONGEST_TIMER_MS)
        : setTimeout(callback, remainingMs)
    ).unref();
  };
  wait();
  return () => clearTimeout(timer);
}

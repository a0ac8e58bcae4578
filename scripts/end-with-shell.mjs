/**
 * Ends `npm start` with its shell. npm passes SIGTERM on to the shell alone, and dash, the shell of Debian and
 * Ubuntu, doesn't pass it on: the gateway would go on and keep its port.
 */
const CHECK_MS = 500;

const shell = process.ppid;

/** Sends this process SIGTERM once the shell that started it has ended, unless it is about to end. */
export function endWithShell() {
  const timer = setInterval(() => {
    if (process.ppid !== shell) process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS).unref();
  // Ctrl+C ends the shell at once, and a second signal would cut off the requests in flight.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clearInterval(timer));
}

/**
 * Ends `npm start` with its shell. npm passes SIGTERM on to the shell alone, and dash, the shell of Debian and
 * Ubuntu, doesn't pass it on: the gateway would go on and keep its port.
 */
const CHECK_MS = 500;

const shell = process.ppid;

/** Sends this process SIGTERM once the shell that started it has ended, unless it is about to end. */
export function endWithShell() {
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    // Ctrl+C ends the shell as well. The gateway has stopped listening then, and a second signal would cut
    // off the requests in flight.
    if (process.listenerCount('SIGTERM') > 0) process.kill(process.pid, 'SIGTERM');
  }, CHECK_MS).unref();
}

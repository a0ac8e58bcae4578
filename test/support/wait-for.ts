import { setTimeout as sleep } from 'node:timers/promises';

/** Only what never happens takes as long, on the slowest machine. */
const LIMIT_MS = 60_000;
const EVERY_MS = 20;

// Tests advance the clock of the gateway.
const now = performance.now.bind(performance);

/** Resolves to what `look` returns, once that is neither false nor absent. Fails when it never is. */
export async function waitFor<T>(
  look: () => T | Promise<T>,
  describe: () => unknown = () => '',
): Promise<Exclude<T, false | null | undefined>> {
  const until = now() + LIMIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== false && seen != null) return seen as Exclude<T, false | null | undefined>;
    if (now() > until) throw new Error(`It did not happen within a minute. ${String(describe())}`);
    await sleep(EVERY_MS);
  }
}

/** A closed loop of clients, and what it saw. */
import { Pool } from 'undici';

const headers = { 'content-type': 'application/json', accept: 'application/json' };
const ERRORS = Buffer.from('"errors":[');

/** Clients of a server, each with a connection of its own. */
export function connect(url, connections) {
  const pool = new Pool(url, { connections, bodyTimeout: 300_000, headersTimeout: 300_000 });
  /** Sends an operation, given as JSON text or to be made one. Throws for anything but a whole answer. */
  const ask = async (operation) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers,
      body: typeof operation === 'string' ? operation : JSON.stringify(operation),
    });
    const answer = Buffer.from(await body.arrayBuffer());
    if (statusCode !== 200 || answer.includes(ERRORS)) {
      throw new Error(`${statusCode} ${answer.toString().slice(0, 300)}`);
    }
    return answer;
  };
  return { ask, close: () => pool.destroy() };
}

/** The value below which this part of them lies; NaN of none. */
export const quantile = (values, part) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
};

/**
 * `concurrency` clients, each sending what `next` gives as soon as it has its answer, for a time. What
 * is not answered as it should be counts as failed and in no other figure.
 */
export async function run({ ask }, next, concurrency, seconds) {
  const times = [];
  let failed = 0;
  let failure;
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      do {
        const sentAt = performance.now();
        try {
          await ask(next());
          times.push(performance.now() - sentAt);
        } catch (error) {
          failed++;
          failure ??= error.message;
        }
      } while (performance.now() < until);
    }),
  );
  const elapsed = (performance.now() - startedAt) / 1_000;
  return {
    count: times.length,
    failed,
    failure,
    perSecond: times.length / elapsed,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

/** How the gateway asks Redis: never for long, and never with somebody waiting for a connection. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, defineScript, type CommandParser, type RedisScripts } from '@redis/client';

/** How long the start of the gateway, or its check, waits for it. */
const CONNECT_MS = 1_000;

/** A script as a command that takes keys and arguments. `R` is what it gives. */
export function script<R>(SCRIPT: string) {
  return defineScript({
    SCRIPT,
    parseCommand: (parser: CommandParser, keys: readonly string[], args: readonly string[]) => {
      parser.pushKeysLength([...keys]);
      parser.push(...args);
    },
    transformReply: undefined as unknown as () => R,
  });
}

/** The beginning of a script that goes by Redis' clock, the only one that replicas share: `now`, in milliseconds. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** A client that is yet to be connected, and connects anew by itself whenever it must. */
export function createRedis<S extends RedisScripts>(url: string, scripts: S) {
  return createClient({
    url,
    // Commands that wait for a connection would hold up those who sent them.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (retries) => Math.min(1_000, 50 * 2 ** Math.min(retries, 5)),
    },
    scripts,
  });
}

/**
 * What the keys of replicas with this name begin with. The braces keep all of them on one node of a
 * cluster, so that a script may use them together.
 */
export function prefixOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('base64url').slice(0, 16);
  return `kinde-graphql:{${hash}}`;
}

/** Resolves when there is a connection or when that takes too long; it is tried on then. */
export async function briefly(connected: Promise<unknown>): Promise<void> {
  await Promise.race([connected, sleep(CONNECT_MS, undefined, { ref: false })]);
}

/** Connects, asks once and disconnects; rejects with what the first attempt failed of. */
export async function ping(url: string): Promise<void> {
  const redis = createRedis(url, {});
  try {
    const answered = new Promise((resolve, reject) => {
      redis.on('error', reject);
      redis
        .connect()
        .then(() => redis.ping())
        .then(resolve, reject);
    });
    await within(CONNECT_MS, answered);
  } finally {
    redis.destroy();
  }
}

/** What Redis answers; rejects when it takes longer than this. */
export function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // Where it was this process that was slow, the answer is there and read before the immediate.
    const timer = setTimeout(
      () => setImmediate(() => reject(new Error('Redis is slow'))),
      milliseconds,
    );
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

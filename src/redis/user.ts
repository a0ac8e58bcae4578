/** One purpose that Redis is used for: how long it may take, and when it is left alone. */
import { RedisUnavailableError, type RedisClient } from './client.js';
import type { Script } from './script.js';
import { within } from './within.js';

export interface RedisUserOptions {
  /** How long Redis may take. */
  readonly timeoutMs: number;
  /** How long Redis is left alone after failures, so that not every request waits in vain. */
  readonly pauseMs: number;
  /** How many failures in a row that takes. Defaults to 1. */
  readonly failuresBeforePause?: number;
  /** Is called when Redis fails after a success, and when it succeeds after a failure. */
  readonly onState?: (isAvailable: boolean, error?: unknown) => void;
}

/** Uses the shared connection with limits of its own, so that one user's failures cost no other. */
export class RedisUser {
  readonly #client: RedisClient;
  readonly #options: RedisUserOptions;
  #isAvailable = true;
  #failures = 0;
  #pausedUntil = -Infinity;

  constructor(client: RedisClient, options: RedisUserOptions) {
    this.#client = client;
    this.#options = options;
    client.onLost((error) => this.#setAvailable(false, error));
    client.onReady(() => {
      this.#failures = 0;
      this.#pausedUntil = -Infinity;
    });
  }

  /**
   * Runs a script within the time limit. Rejects with a RedisUnavailableError, without sending it, when
   * there is no connection or during a pause; with a RedisTimeoutError when it takes longer; else with
   * what Redis refuses it for.
   */
  run<R>(script: Script<R>, keys: readonly string[], args: readonly string[] = []): Promise<R> {
    return this.wait(() => this.#client.run(script, keys, args));
  }

  /** Waits for an exchange with Redis within the time limit, as `run` does. */
  async wait<R>(exchange: () => Promise<R>): Promise<R> {
    if (performance.now() < this.#pausedUntil) {
      throw new RedisUnavailableError('Redis failed a moment ago');
    }
    try {
      const result = await within(this.#options.timeoutMs, exchange());
      this.#failures = 0;
      this.#setAvailable(true);
      return result;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
  }

  /** Runs a script that nobody waits for: without a time limit, and also during a pause. */
  send<R>(script: Script<R>, keys: readonly string[], args: readonly string[] = []): Promise<R> {
    return this.#client.run(script, keys, args);
  }

  #fail(error: unknown): void {
    this.#setAvailable(false, error);
    if (error instanceof RedisUnavailableError) return;
    this.#failures++;
    if (this.#failures < (this.#options.failuresBeforePause ?? 1)) return;
    this.#pausedUntil = performance.now() + this.#options.pauseMs;
  }

  #setAvailable(isAvailable: boolean, error?: unknown): void {
    if (isAvailable === this.#isAvailable) return;
    this.#isAvailable = isAvailable;
    this.#options.onState?.(isAvailable, error);
  }
}

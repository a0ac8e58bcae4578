/** Cancels waiting: what AbortSignal is to the platform, between the gateway's own modules. */
import type { SendError } from '../send/error.js';
import { SmallSet } from './small-set.js';

/** Called once, with the reason. */
export type CancelListener = (reason: SendError) => void;

/**
 * Notifies its listeners once. It isn't an AbortSignal because a query makes hundreds of calls that
 * each listen several times: as event targets, signals took 5% of the query's CPU.
 */
export class Cancellation {
  readonly #listeners = new SmallSet<CancelListener>();
  #reason: SendError | undefined;

  /** Why it was cancelled; undefined while it is not. */
  get reason(): SendError | undefined {
    return this.#reason;
  }

  /** Cancels; only the first reason counts. */
  cancel(reason: SendError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of this.#listeners.takeAll()) listener(reason);
  }

  /** Adds a listener. Check `reason` first: a listener that is added after cancelling is never called. */
  onCancel(listener: CancelListener): void {
    this.#listeners.add(listener);
  }

  /** Removes a listener. */
  offCancel(listener: CancelListener): void {
    this.#listeners.delete(listener);
  }

  /**
   * Settles as the promise does or, when this is cancelled first, rejects with the reason. A later
   * rejection of the promise is ignored.
   */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) reject(this.#reason);
      else this.onCancel(reject);
      promise.then(
        (value) => {
          this.offCancel(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.offCancel(reject);
          reject(error as Error);
        },
      );
    });
  }
}

/** The end of all waiting for something: what AbortSignal is to the platform, between our own modules. */
import type { SendError } from '../send/error.js';

/** Hears once why there is nothing to wait for any more. */
export type OnCancel = (reason: SendError) => void;

/**
 * Tells all who wait, once. A query makes hundreds of calls that each listen several times; as event
 * targets, signals took a twentieth of its CPU.
 */
export class Cancellation {
  readonly #listeners = new Set<OnCancel>();
  #reason: SendError | undefined;

  /** Why it was cancelled; undefined as long as it is not. */
  get reason(): SendError | undefined {
    return this.#reason;
  }

  /** Cancels; the first reason counts. */
  cancel(reason: SendError): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(reason);
  }

  /** Must not be called once it is cancelled: nobody would hear of it. */
  listen(listener: OnCancel): void {
    this.#listeners.add(listener);
  }

  ignore(listener: OnCancel): void {
    this.#listeners.delete(listener);
  }

  /**
   * What the promise gives or, when this is cancelled first, its reason at once. What the promise does
   * after that is nobody's concern, a rejection included.
   */
  race<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#reason !== undefined) reject(this.#reason);
      else this.listen(reject);
      promise.then(
        (value) => {
          this.ignore(reject);
          resolve(value);
        },
        (error: unknown) => {
          this.ignore(reject);
          reject(error as Error);
        },
      );
    });
  }
}

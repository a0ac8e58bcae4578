/** The thread of the gateway and the emulator, called from a test. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** A call to the thread. The argument and the result are JSON, since a test environment has classes of its own. */
export interface Call {
  id: number;
  method: string;
  /** JSON; undefined without an argument. */
  argument: string | undefined;
}

/** The response to a call: a result in JSON, or why it failed. */
export type Response = { id: number } & ({ result: string | undefined } | { error: string });

// By path: in jsdom, `URL` is another class than the one that Node accepts.
const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'worker.js');

interface Pending {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A thread with its own event loop and globals, so that the gateway works whatever a test does to timers,
 * `fetch` and modules. It keeps the process alive only while a call is pending.
 */
export class Thread {
  // Flags of the test runner, such as its module loaders, are not for the gateway.
  readonly #worker = new Worker(PROGRAM, { execArgv: [] });
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #endedBy: string | undefined;

  constructor() {
    this.#worker.unref();
    this.#worker.on('message', (response: Response) => this.#settle(response));
    this.#worker.on('error', (error) => this.#fail(String(error.stack ?? error)));
    this.#worker.on('exit', () => this.#fail('it was closed'));
  }

  /** Calls a method of the thread. Rejects with what the method throws, and when the thread has ended. */
  call<T>(method: string, argument?: unknown): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#endedBy !== undefined) return reject(ended(this.#endedBy));
      // An argument that is no JSON throws, and nothing is pending then.
      const json = JSON.stringify(argument);
      const id = ++this.#lastId;
      this.#pending.set(id, { resolve: (result) => resolve(result as T), reject });
      this.#worker.ref();
      const call: Call = { id, method, argument: json };
      this.#worker.postMessage(call);
    });
  }

  /** Ends the thread, with its sockets and pending calls. */
  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#fail('it was closed');
  }

  #settle(response: Response): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if ('error' in response) pending?.reject(new Error(response.error));
    else pending?.resolve(response.result && JSON.parse(response.result));
  }

  #fail(reason: string): void {
    this.#endedBy ??= reason;
    for (const { reject } of this.#pending.values()) reject(ended(this.#endedBy));
    this.#pending.clear();
  }
}

const ended = (reason: string) => new Error(`The emulator is not running: ${reason}.`);

import type { IncomingHttpHeaders } from 'node:http';
import { Pool, type Dispatcher } from 'undici';
import { SendError } from './error.js';
import {
  USER_AGENT,
  type Exchange,
  type RawResponse,
  type Sender,
  type SendOptions,
} from './exchange.js';

const TIMEOUT = () => new SendError('TIMEOUT', false, 'ETIMEDOUT');

/**
 * Creates a sender on undici's `dispatch`, which creates no stream and no promise for a body. It
 * follows no redirects and refuses compression, so a small body can't become a large one. It is
 * for reads only: undici doesn't say whether a request was sent.
 */
export function createUndiciSend({
  baseUrl,
  timeoutMs,
  maxSockets,
  maxBodyBytes,
}: SendOptions): Sender {
  const pool = new Pool(baseUrl, {
    connections: maxSockets,
    connect: { timeout: timeoutMs },
    // One timer covers the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return {
    send: (exchange) =>
      new Promise((resolve, reject) => {
        const reader = new ResponseReader(exchange, timeoutMs, maxBodyBytes, resolve, reject);
        pool.dispatch(
          {
            method: exchange.method,
            path: exchange.url.slice(baseUrl.length),
            headers: {
              'user-agent': USER_AGENT,
              'accept-encoding': 'identity',
              ...exchange.headers,
            },
          },
          reader,
        );
      }),
    close: () => pool.destroy(),
  };
}

/** Reads one response, and settles once: with the response or the first error. */
class ResponseReader implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #size = 0;
  readonly #chunks: Buffer[] = [];
  readonly #timer: NodeJS.Timeout;
  #failure: SendError | undefined;

  constructor(
    private readonly exchange: Exchange,
    timeoutMs: number,
    private readonly maxBodyBytes: number,
    private readonly resolve: (response: RawResponse) => void,
    private readonly reject: (error: SendError) => void,
  ) {
    this.#timer = setTimeout(() => this.#fail(TIMEOUT()), timeoutMs);
    const { cancellation } = exchange;
    if (cancellation?.reason === undefined) cancellation?.onCancel(this.#fail);
    else this.#fail(cancellation.reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It may have been cancelled while it waited for a connection.
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#size > this.maxBodyBytes) {
      this.#fail(new SendError('TOO_LARGE', false, 'ERR_BODY_TOO_LARGE'));
    } else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#failure !== undefined) return;
    this.#release();
    const [first] = this.#chunks;
    const body = this.#chunks.length === 1 ? first! : Buffer.concat(this.#chunks);
    this.resolve({ status: this.#status, headers: this.#headers, body: body.toString() });
  }

  onResponseError(_: unknown, error: Error & { code?: string }): void {
    const isTimeout = error.code === 'UND_ERR_CONNECT_TIMEOUT';
    this.#fail(
      isTimeout ? TIMEOUT() : new SendError('UNAVAILABLE', false, error.code ?? error.name),
    );
  }

  readonly #fail = (failure: SendError): void => {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#release();
    this.#controller?.abort(failure);
    this.reject(failure);
  };

  #release(): void {
    clearTimeout(this.#timer);
    this.exchange.cancellation?.offCancel(this.#fail);
  }
}

/** Bounds the memory of responses that their clients haven't read yet. */
import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';

/** A smaller response fits into what the operating system buffers for a connection. */
const MIN_BYTES = 64 * 1024;

/** Each is in memory twice, as text and as the bytes that are being written. */
const defaultLimit = () => getHeapStatistics().heap_size_limit / 4;

type Payload = string | Buffer;

export class UnreadResponses {
  /** By what each has, the oldest first. */
  readonly #responses = new Map<ServerResponse, Payload[]>();
  /** How often bytes are being written that several responses have: they are in memory once. */
  readonly #shared = new Map<Buffer, number>();
  #bytes = 0;

  constructor(readonly maxBytes = defaultLimit()) {}

  /** Counts the whole of a response that is about to be written, until it is. */
  watch(response: ServerResponse, payload: Payload): void {
    if (payload.length < MIN_BYTES) return;
    const forget = () => this.forget(response);
    response.once('finish', forget).once('close', forget);
    this.hold(response, payload);
  }

  /**
   * Counts a part of a response until `forget` is called for it. Beyond the limit, the oldest responses'
   * connections end.
   */
  hold(response: ServerResponse, payload: Payload): void {
    // The `close` of one whose client has left is over, and it never finishes.
    if (payload.length < MIN_BYTES || response.destroyed) return;
    this.#responses.set(response, [...(this.#responses.get(response) ?? []), payload]);
    this.#bytes += this.#share(payload, 1);
    for (const oldest of this.#responses.keys()) {
      if (this.#bytes <= this.maxBytes || oldest === response) return;
      this.forget(oldest);
      oldest.destroy();
    }
  }

  forget(response: ServerResponse): void {
    for (const payload of this.#responses.get(response) ?? []) {
      this.#bytes -= this.#share(payload, -1);
    }
    this.#responses.delete(response);
  }

  /** Returns how many bytes there are more, or less, with one response more or less that has these. */
  #share(payload: Payload, change: 1 | -1): number {
    if (typeof payload === 'string') return payload.length;
    const before = this.#shared.get(payload) ?? 0;
    const after = before + change;
    if (after === 0) this.#shared.delete(payload);
    else this.#shared.set(payload, after);
    return before === 0 || after === 0 ? payload.length : 0;
  }
}

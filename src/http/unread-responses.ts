/** Bounds the memory of responses that their clients haven't read yet. */
import type { ServerResponse } from 'node:http';
import { getHeapStatistics } from 'node:v8';

/** A smaller response fits into what the operating system buffers for a connection. */
const MIN_BYTES = 64 * 1024;

/** Each is in memory twice, as text and as the bytes that are being written. */
const defaultLimit = () => getHeapStatistics().heap_size_limit / 4;

export class UnreadResponses {
  /** By the bytes that each has, the oldest first. */
  readonly #responses = new Map<ServerResponse, number>();
  #bytes = 0;

  constructor(readonly maxBytes = defaultLimit()) {}

  /** Counts a response that is about to be written. Beyond the limit, the oldest ones' connections end. */
  watch(response: ServerResponse, bytes: number): void {
    // The `close` of one whose client has left is over, and it never finishes.
    if (bytes < MIN_BYTES || response.destroyed) return;
    const forget = () => this.#forget(response);
    response.once('finish', forget).once('close', forget);
    this.#responses.set(response, bytes);
    this.#bytes += bytes;
    for (const oldest of this.#responses.keys()) {
      if (this.#bytes <= this.maxBytes || oldest === response) return;
      this.#forget(oldest);
      oldest.destroy();
    }
  }

  #forget(response: ServerResponse): void {
    this.#bytes -= this.#responses.get(response) ?? 0;
    this.#responses.delete(response);
  }
}

/** Bounds the memory of bodies that are still arriving: their senders need neither a token nor a slot. */
import type { IncomingMessage } from 'node:http';

/** How many pieces a body may arrive in: each takes over a hundred bytes, also where it holds but one. */
const MAX_PIECES = 16_384;
/** How many bytes all bodies together may have. */
const MAX_BYTES = 64 * 1024 * 1024;

export class ArrivingBodies {
  /** With what ends the watch over each, the oldest first. */
  readonly #bodies = new Map<IncomingMessage, () => void>();
  #bytes = 0;

  /** Counts a body that is about to be read. Ends its connection, or the oldest one's, beyond the limits. */
  watch(body: IncomingMessage): void {
    let bytes = 0;
    let pieces = 0;
    const onData = ({ length }: Buffer) => {
      bytes += length;
      this.#bytes += length;
      if (++pieces > MAX_PIECES) this.#cutOff(body);
      else if (this.#bytes > MAX_BYTES) this.#cutOff(this.#bodies.keys().next().value!);
    };
    const stop = () => {
      body.off('data', onData).off('end', stop).off('close', stop);
      if (this.#bodies.delete(body)) this.#bytes -= bytes;
    };
    this.#bodies.set(body, stop);
    body.on('data', onData).on('end', stop).on('close', stop);
  }

  #cutOff(body: IncomingMessage): void {
    this.#bodies.get(body)?.();
    body.destroy(Object.assign(new Error('The body takes too much memory.'), { statusCode: 413 }));
  }
}

/** A stream of results to one client: GraphQL over SSE, distinct connections mode. */
import type { FastifyReply } from 'fastify';
import type { UnreadResponses } from '../unread-responses.js';

/** Headers for proxies as well: nginx buffers a response unless it's told not to. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const COMPLETE = 'event: complete\ndata:\n\n';

/**
 * Returns the event of a result: JSON of one line, so that one `data` field holds it. All streams can write
 * the same bytes: of a text, each would hold a copy, on the heap, until its client has read it.
 */
export const encodeEvent = (body: string, id?: string): Buffer =>
  Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: next\ndata: ${body.trimEnd()}\n\n`);

/** A comment, which clients skip. */
const HEARTBEAT = ':\n\n';

/**
 * Writes results as events. A client that reads slowly gets the latest result once it has read the one
 * before: nothing else is buffered for it.
 */
export class EventStream {
  #isBlocked = false;
  #latest: Buffer | undefined;
  #isEnding = false;
  /** The place to resume at that the client doesn't know yet. */
  #mark: string | undefined;
  #waiting: (() => void)[] = [];

  private constructor(
    private readonly reply: FastifyReply,
    private readonly unread: UnreadResponses,
    private readonly onEnd: () => void,
  ) {
    const { raw } = reply;
    raw.on('drain', () => this.#flush());
    raw.once('close', () => {
      unread.forget(raw);
      this.#markEnded();
    });
    // The reset of a connection is an ordinary end.
    raw.on('error', () => undefined);
  }

  /**
   * Takes the response over and sends its headers. `onEnd` is called soon after the stream has ended or its
   * client has left. A client that doesn't read may hold the connection for long after the end.
   */
  static open(reply: FastifyReply, unread: UnreadResponses, onEnd: () => void): EventStream {
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, HEADERS);
    raw.flushHeaders();
    return new EventStream(reply, unread, onEnd);
  }

  /**
   * Sends a result, or keeps it as the latest for a client that still reads the one before. `id` is for
   * a stream that can be resumed; such a stream waits until it is writable.
   */
  next(body: string, id?: string): void {
    this.send(encodeEvent(body, id));
  }

  /** Sends an event as `next` does. */
  send(event: Buffer): void {
    if (this.#isEnding) return;
    this.#mark = undefined;
    if (this.#isBlocked) this.#latest = event;
    else this.#write(event);
  }

  /** Resolves once the client has read what was sent, or is gone. */
  async writable(): Promise<void> {
    if (!this.#isBlocked || this.#isEnding) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Has the next heartbeat tell the client where to resume. */
  mark(id: string): void {
    this.#mark = id;
  }

  /** Sends the latest result, tells the client that no more follow, and ends. */
  complete(): void {
    this.#end(COMPLETE);
  }

  /**
   * Ends without telling that it is complete, so that clients connect again. One that still reads a result
   * gets the present one then.
   */
  disconnect(): void {
    if (this.#isBlocked) this.reply.raw.destroy();
    else this.#end('');
  }

  /** Keeps proxies and clients from taking the connection for dead. */
  beat(): void {
    if (this.#isBlocked || this.#isEnding) return;
    // An id without data is no event, and yet the id of the last one.
    this.reply.raw.write(this.#mark === undefined ? HEARTBEAT : `id: ${this.#mark}\n\n`);
    this.#mark = undefined;
  }

  #write(event: Buffer): void {
    this.#isBlocked = !this.reply.raw.write(event);
    if (this.#isBlocked) this.unread.hold(this.reply.raw, event);
  }

  #flush(): void {
    this.unread.forget(this.reply.raw);
    const latest = this.#latest;
    this.#latest = undefined;
    this.#isBlocked = false;
    if (latest !== undefined && !this.#isEnding) this.#write(latest);
    if (!this.#isBlocked) this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #end(last: string): void {
    if (this.#isEnding) return;
    this.#markEnded();
    if (this.#latest !== undefined) this.#write(this.#latest);
    this.#latest = undefined;
    this.reply.raw.end(last);
  }

  #markEnded(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#wake();
    // A live query may be sending to its streams, one of which is this.
    queueMicrotask(this.onEnd);
  }
}

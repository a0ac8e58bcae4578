/** A stream of results to one client: GraphQL over SSE, distinct connections mode. */
import type { FastifyReply } from 'fastify';

/** Headers for proxies as well: nginx buffers a response unless it's told not to. */
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const COMPLETE = 'event: complete\ndata:\n\n';
/** An event with a result: JSON of one line, so that one `data` field holds it. */
const nextEvent = (body: string) => `event: next\ndata: ${body.trimEnd()}\n\n`;
/** A comment, which clients skip. */
const HEARTBEAT = ':\n\n';

/**
 * Writes results as events. A client that reads slowly gets the latest result once it has read the one
 * before: nothing else is buffered for it.
 */
export class EventStream {
  #isBlocked = false;
  #latest: string | undefined;
  #isEnding = false;

  private constructor(
    private readonly reply: FastifyReply,
    onClose: () => void,
  ) {
    const { raw } = reply;
    raw.on('drain', () => this.#flush());
    raw.once('close', onClose);
    // The reset of a connection is an ordinary end.
    raw.on('error', () => undefined);
  }

  /** Takes the response over and sends its headers. */
  static open(reply: FastifyReply, onClose: () => void): EventStream {
    reply.hijack();
    const { raw } = reply;
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) raw.setHeader(name, value);
    }
    raw.writeHead(200, HEADERS);
    raw.flushHeaders();
    return new EventStream(reply, onClose);
  }

  /** Sends a result, or keeps it as the latest for a client that still reads the one before. */
  next(body: string): void {
    if (this.#isEnding) return;
    if (this.#isBlocked) this.#latest = body;
    else this.#write(body);
  }

  /** Sends the latest result, tells the client that no more follow, and ends. */
  complete(): void {
    this.#end(COMPLETE);
  }

  /** Ends without telling that it is complete, so that clients connect again. */
  disconnect(): void {
    this.#end('');
  }

  /** Keeps proxies and clients from taking the connection for dead. */
  beat(): void {
    if (!this.#isBlocked && !this.#isEnding) this.reply.raw.write(HEARTBEAT);
  }

  #write(body: string): void {
    this.#isBlocked = !this.reply.raw.write(nextEvent(body));
  }

  #flush(): void {
    const latest = this.#latest;
    this.#latest = undefined;
    this.#isBlocked = false;
    if (latest !== undefined && !this.#isEnding) this.#write(latest);
  }

  #end(last: string): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    const latest = this.#latest === undefined ? '' : nextEvent(this.#latest);
    this.#latest = undefined;
    this.reply.raw.end(latest + last);
  }
}

/**
 * One live query and all streams of it: executed once for all, whenever its last result may have changed.
 * An operation that turns out not to be live is executed once, since it may be a mutation.
 */
import type { FastifyRequest } from 'fastify';
import type { OperationReport } from '../../telemetry/reports.js';
import type { ResponseDependencies } from '../../upstream/cache/dependencies.js';
import { Cancellation } from '../../upstream/policy/cancellation.js';
import { abandoned } from '../../upstream/send/error.js';
import { httpError } from '../error.js';
import { encodeEvent, type EventStream } from './event-stream.js';

/** The result of an execution. */
export interface LiveResult {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  /** Empty for the last result of a live query, unless it failed: its streams have it as an event. */
  readonly body: string;
  /** What the result depends on; undefined when the operation was refused. */
  readonly dependencies: ResponseDependencies | undefined;
  /** Whether more results are to follow. Not after a refusal, which is of one caller and of the moment. */
  readonly isLive: boolean;
  /** For the metrics of the streams that begin with it. */
  readonly report: OperationReport | undefined;
}

export interface LiveQueryOptions {
  /**
   * Executes the query of a request with its caller's authority. Undefined while the gateway is overloaded.
   * Cancelled once nobody needs the result.
   */
  execute: (request: FastifyRequest, cancellation: Cancellation) => Promise<LiveResult | undefined>;
  /** Called with what a result depends on. Returns whether that may have changed meanwhile. */
  hasChanged: (dependencies: ResponseDependencies | undefined) => boolean;
  /** How long a result is good though nothing is invalidated: some changes cause no event. */
  rereadAfterMs: (dependencies: ResponseDependencies | undefined) => number;
  /** Called for each result, with the number of streams that it was sent to. */
  onResult: (sentTo: number) => void;
  /** Called when a result takes more memory than the last one, to keep all of them within what they may take. */
  onGrown: () => void;
}

/** Executions of a query begin at least this far apart, so that a burst of changes costs a few. */
const GATHER_MS = 100;
/** How soon an overloaded gateway tries again. */
const OVERLOADED_RETRY_MS = 1_000;

export class LiveQuery {
  readonly #options: LiveQueryOptions;
  /** By the request that each stream responds to. */
  readonly #streams = new Map<FastifyRequest, EventStream>();
  #last: LiveResult | undefined;
  /** The last result as its streams write it. */
  #event: Buffer | undefined;
  /** The execution under way. */
  #execution: Promise<LiveResult | undefined> | undefined;
  /** Whether something has changed since the last execution began. */
  #isStale = true;
  /** Whether it was ever live: a later result may be an error, which says nothing about it. */
  #isLive = false;
  readonly #cancellation = new Cancellation();
  #waiting = 0;
  #startedAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LiveQueryOptions) {
    this.#options = options;
  }

  /** Whether it is known to be live, and not an operation that is executed once. */
  get isLive(): boolean {
    return this.#isLive;
  }

  /** How many bytes it holds for its streams. They are the same for all of them. */
  get bytes(): number {
    return this.#event?.length ?? 0;
  }

  /**
   * Has a request wait here, which may become a stream. Call what is returned once it is a stream, isn't
   * to be one or has lost its client.
   */
  enter(): () => void {
    this.#waiting++;
    let isWaiting = true;
    return () => {
      if (isWaiting) this.#waiting--;
      isWaiting = false;
    };
  }

  /** Whether it has no stream, and no request that may become one. */
  get isUnused(): boolean {
    return this.#streams.size === 0 && this.#waiting === 0;
  }

  /**
   * Returns a result that nothing has changed since the call: the last one, or a new one, which all
   * streams get. Undefined when the gateway is overloaded. An operation that isn't live is executed for
   * each request, and never twice.
   */
  async current(request: FastifyRequest): Promise<LiveResult | undefined> {
    // While Redis is down, nobody tells what other replicas have changed since the last result.
    if (!request.graphql.isCurrent) this.#isStale = true;
    // An execution that is under way may have begun before a change that the caller knows of.
    const isUnknown = () => this.#isStale || this.#execution !== undefined;
    for (let attempt = 0; attempt < 2 && isUnknown(); attempt++) {
      const isOwn = this.#execution === undefined;
      // One of a stream waits for no memory, and the streams would wait with it.
      const [streamed = request] = this.#streams.keys();
      this.#execution ??= this.#execute(streamed);
      const result = await this.#execution;
      if (result === undefined || (isOwn && !result.isLive)) return result;
    }
    return this.#isLive ? this.#last : this.#execute(request);
  }

  /** Adds a stream, and sends it the last result. */
  add(request: FastifyRequest, stream: EventStream): void {
    this.#streams.set(request, stream);
    if (this.#event !== undefined) stream.send(this.#event);
  }

  remove(request: FastifyRequest): void {
    this.#streams.delete(request);
  }

  stop(): void {
    this.#cancellation.cancel(abandoned());
    clearTimeout(this.#timer);
  }

  /** Executes the query again, since its last result may have changed, at the earliest after `delayMs`. */
  invalidate(delayMs = 0): void {
    this.#isStale = true;
    // The execution that is under way sees to it.
    if (this.#execution !== undefined) return;
    const earliest = this.#startedAt + GATHER_MS - performance.now();
    this.#schedule(Math.max(delayMs, earliest, 0));
  }

  #schedule(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const [request] = this.#streams.keys();
      if (request !== undefined) this.#execution ??= this.#execute(request);
    }, milliseconds).unref();
  }

  /** Executes once and sends a new result. Undefined when that isn't possible now: another attempt follows. */
  async #execute(request: FastifyRequest): Promise<LiveResult | undefined> {
    clearTimeout(this.#timer);
    this.#isStale = false;
    this.#startedAt = performance.now();
    const result = await this.#options.execute(request, this.#cancellation);
    this.#execution = undefined;
    // It must not be found by what it depends on any more.
    if (this.#cancellation.reason !== undefined) return result;
    if (result?.isLive !== true) {
      this.#isStale = true;
      if (this.#streams.size > 0) this.#schedule(OVERLOADED_RETRY_MS);
      return result;
    }
    this.#isLive = true;
    this.#send(result);
    const { dependencies } = result;
    if (this.#options.hasChanged(dependencies) || this.#isStale) this.invalidate();
    else this.#schedule(Math.max(GATHER_MS, this.#options.rereadAfterMs(dependencies)));
    return result;
  }

  #send(result: LiveResult): void {
    const isFirst = this.#last === undefined;
    const event = encodeEvent(result.body);
    const isNew = this.#event?.equals(event) !== true;
    const hasGrown = event.length > this.bytes;
    if (isNew) this.#event = event;
    // What it depends on is in the index, and its text in the event, outside the heap.
    const body = result.status < 400 ? '' : result.body;
    this.#last = { ...result, body, dependencies: undefined };
    if (hasGrown && this.#streams.size > 0) this.#options.onGrown();
    for (const stream of this.#streams.values()) {
      if (isNew) stream.send(event);
      // The token was withdrawn.
      if (result.status === 401) stream.complete();
    }
    if (!isFirst) this.#options.onResult(isNew ? this.#streams.size : 0);
  }

  /** Ends all streams. Their clients connect again, and are refused while the result takes too much memory. */
  disconnect(): void {
    for (const stream of this.#streams.values()) stream.disconnect();
    this.#streams.clear();
    this.#isStale = true;
    // The requests that wait here are refused for its size.
    if (this.#waiting === 0) this.#event = undefined;
  }
}

/**
 * Logs a bug of the gateway, and returns the result of the execution that it broke: a mutation may have been
 * carried out, so that the request isn't refused as one of an overloaded gateway. Undefined for a request
 * whose stream is open, which is executed again.
 */
export function resultOfBug(request: FastifyRequest, error: unknown): LiveResult | undefined {
  request.log.error({ err: error }, 'internal error');
  if (request.graphql.isStreamOpen) return undefined;
  const body = JSON.stringify(httpError(500, 'Something went wrong in the gateway.', request));
  const none = { dependencies: undefined, report: undefined };
  return { status: 500, headers: new Map(), body, isLive: false, ...none };
}

/** Says in a result that it is read again when it expires, since changes aren't heard of without Redis. */
export function markAsPolling(body: string): string {
  const result = JSON.parse(body) as { extensions?: object };
  return JSON.stringify({
    ...result,
    extensions: { ...result.extensions, live: { mode: 'POLLING' } },
  });
}

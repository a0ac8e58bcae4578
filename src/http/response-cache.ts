/** Complete responses to queries, cached until a part of them expires or is invalidated. */
import { createHash } from 'node:crypto';
import type { InvalidationLog } from '../upstream/cache/invalidation.js';
import type { ResponseDependencies } from '../upstream/cache/dependencies.js';
import type { Store } from '../upstream/cache/reads.js';
import { bytesOf } from '../upstream/cache/text-size.js';
import { compress, type Encoding } from './compression.js';

export interface ResponseProperties {
  /** For the log and the metrics, which count a cached response as an operation. */
  operationName: string | undefined;
  /** In milliseconds of `performance.now()`; undefined when the response must not be cached. */
  freshUntil: number | undefined;
}

/** A short text goes into one packet with the headers. A longer one is encoded once, for all who get it. */
const SHORT_TEXT = 16_384;

/** A response that other requests can be sent, from the cache or from an execution in flight. */
export class CachedResponse {
  readonly body: string | Buffer;
  readonly operationName: string | undefined;
  readonly freshUntil: number | undefined;
  readonly #compressed = new Map<Encoding, Buffer | Promise<Buffer>>();
  #hash: string | undefined;

  constructor(text: string, { operationName, freshUntil }: ResponseProperties) {
    this.body = text.length < SHORT_TEXT ? text : Buffer.from(text);
    this.operationName = operationName;
    this.freshUntil = freshUntil;
  }

  /** Returns the compressed body. It is compressed once, however many requests ask for it. */
  compressed(encoding: Encoding): Buffer | Promise<Buffer> {
    const existing = this.#compressed.get(encoding);
    if (existing !== undefined) return existing;
    const compressing = compress(this.body, encoding);
    this.#compressed.set(encoding, compressing);
    compressing.then(
      (body) => this.#compressed.set(encoding, body),
      () => this.#compressed.delete(encoding),
    );
    return compressing;
  }

  /** Returns a strong validator (RFC 9110, section 8.8.3): each encoding has its own. */
  etag(encoding: Encoding | undefined): string {
    this.#hash ??= createHash('sha1').update(this.body).digest('base64url');
    return encoding === undefined ? `"${this.#hash}"` : `"${this.#hash}-${encoding}"`;
  }

  /** The memory that it takes, in bytes. */
  get size(): number {
    const body = typeof this.body === 'string' ? bytesOf(this.body) : this.body.length;
    let size = body + bytesOf(this.operationName ?? '');
    for (const each of this.#compressed.values()) if (each instanceof Buffer) size += each.length;
    return size;
  }
}

interface Entry {
  readonly response: CachedResponse;
  readonly freshUntil: number;
  readonly tags: ReadonlySet<string>;
  /** The time of `InvalidationLog` up to which no tag was invalidated. */
  clock: number;
}

const BYTES_PER_TAG = 64;
const BYTES_PER_ENTRY = 512;

/** Caches responses by caller, media type and the text of the request. */
export class ResponseCache {
  constructor(
    private readonly invalidations: InvalidationLog,
    /** Undefined where caching is off. */
    private readonly store: Store | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns a response whose parts are all fresh; undefined without one. */
  get(key: string): CachedResponse | undefined {
    const entry = this.store?.get(key) as Entry | undefined;
    if (entry === undefined) return undefined;
    if (this.now() < entry.freshUntil && this.invalidations.isValidSince(entry.clock, entry.tags)) {
      entry.clock = this.invalidations.clock;
      return entry.response;
    }
    this.store?.delete(key);
    return undefined;
  }

  /** Caches a response, unless a part of it is uncacheable or was invalidated meanwhile. */
  set(key: string, dependencies: ResponseDependencies, response: CachedResponse): void {
    const { freshUntil } = response;
    if (freshUntil === undefined) return;
    const { tags, clock } = dependencies;
    if (!this.invalidations.isValidSince(clock, tags)) return;
    this.#store(key, { response, tags, clock, freshUntil });
  }

  /** Counts the memory of a response again, once it has been compressed. */
  resize(key: string, response: CachedResponse): void {
    const entry = this.store?.peek(key) as Entry | undefined;
    // A copy, since lru-cache keeps the size of a value that stays the same.
    if (entry?.response === response) this.#store(key, { ...entry });
  }

  #store(key: string, entry: Entry): void {
    const overhead = entry.tags.size * BYTES_PER_TAG + bytesOf(key) + BYTES_PER_ENTRY;
    this.store?.set(key, entry, { size: entry.response.size + overhead });
  }

  /** Returns for how long a response stays fresh, in milliseconds; 0 for an uncacheable one. */
  freshForMs({ freshUntil }: CachedResponse): number {
    return freshUntil === undefined ? 0 : Math.max(0, freshUntil - this.now());
  }
}

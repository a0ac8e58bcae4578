/** Complete responses to queries, cached until a part of them expires or is invalidated. */
import { createHash } from 'node:crypto';
import type { InvalidationLog } from '../upstream/cache/invalidation.js';
import type { ResponseDependencies } from '../upstream/cache/dependencies.js';
import type { Store } from '../upstream/cache/reads.js';

/** A response that other requests can be sent, from the cache or from an execution in flight. */
export interface CachedResponse {
  readonly body: string | Buffer;
  readonly contentType: string;
  /** Empty for a POST, which no HTTP cache stores. */
  readonly etag: string;
  /** For the log and the metrics, which count a cached response as an operation. */
  readonly operationName: string | undefined;
  /** In milliseconds of `performance.now()`; undefined when the response must not be cached. */
  readonly freshUntil: number | undefined;
}

interface Entry extends CachedResponse {
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
      return entry;
    }
    this.store?.delete(key);
    return undefined;
  }

  /** Caches a response, unless a part of it is uncacheable or was invalidated meanwhile. */
  set(key: string, { tags, clock }: ResponseDependencies, response: CachedResponse): void {
    const { freshUntil, body } = response;
    if (this.store === undefined || freshUntil === undefined) return;
    if (!this.invalidations.isValidSince(clock, tags)) return;
    const entry: Entry = { ...response, tags, clock, freshUntil };
    const size = body.length + tags.size * BYTES_PER_TAG + key.length + BYTES_PER_ENTRY;
    this.store.set(key, entry, { size });
  }

  /** Returns for how many whole seconds a response stays fresh; undefined for an uncacheable one. */
  secondsLeft({ freshUntil }: CachedResponse): number | undefined {
    if (freshUntil === undefined) return undefined;
    return Math.max(0, Math.floor((freshUntil - this.now()) / 1000));
  }
}

/** Returns a strong validator (RFC 9110, section 8.8.3). */
export function etagOf(body: string | Buffer): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Returns whether an `If-None-Match` header matches the validator (RFC 9110, section 13.1.2). */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((validator) => validator.trim().replace(/^W\//, ''))
    .some((validator) => validator === '*' || validator === etag);
}

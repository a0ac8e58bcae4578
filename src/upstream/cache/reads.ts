/** API reads that operations share: those in flight, cached ones, and stale ones in an outage. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LRUCache } from 'lru-cache';
import type { OperationBudget, Deadline } from '../policy/call-budget.js';
import { UpstreamError, type UpstreamFailure } from '../errors.js';
import type { InvalidationLog } from './invalidation.js';
import { InFlightRead } from './single-flight.js';
import type { Found } from './replica-scripts.js';
import type { SharedResponses } from './shared-responses.js';

/** All cache entries of a process, reads and complete responses, under one bound in bytes. */
export type Store = LRUCache<string, object>;

/** A cached read. The value is shared, so that nobody may change it. */
interface CacheEntry {
  value: unknown;
  /** The time of the InvalidationLog that it is known to be valid for. */
  clock: number;
  /** When it was read, and when it expires, in milliseconds. */
  readAt: number;
  freshUntil: number;
}

/** A response of the API. */
export interface Fetched {
  value: unknown;
  /** Its text; undefined when it must not be cached, since a part of it is unusable. */
  body: string | undefined;
}

/** The result of a read in flight. */
interface FetchResult extends Fetched {
  source: Source;
  lifetimeMs: number;
}

export interface Read {
  /** The group and the URL: reads with the same key may share a response. */
  key: string;
  tags: readonly string[];
  /** How long the response is fresh, in milliseconds. */
  lifetimeMs: number;
  budget: OperationBudget;
  /** Whether all writes that were acknowledged before are known; else nothing is shared. */
  isCurrent: boolean;
  /**
   * Throws when the operation may make no more calls. Runs before anybody can join, since a waiter may
   * still have calls of its own.
   */
  consumeCall(): void;
  /** Calls the API. Runs at most once. */
  fetch(budget: Deadline): Promise<Fetched>;
  /** Parses a response's text; undefined for an invalid one. */
  decode(body: string): unknown;
}

export type Source =
  /** A call of the API. */
  | 'upstream'
  /** A call that another operation had begun. */
  | 'merged'
  /** A fresh cache entry. */
  | 'cache'
  /** An expired cache entry, since the API is down. */
  | 'stale';

export interface ReadResult {
  value: unknown;
  source: Source;
  /** The age of the cache entry, in milliseconds; 0 without one. */
  ageMs: number;
  /** The time of the InvalidationLog that it is valid for. */
  clock: number;
  /** When it expires; undefined for what is not cached. */
  freshUntil: number | undefined;
}

export interface ReadsOptions {
  invalidations: InvalidationLog;
  /** Undefined where the cache is off. Reads in flight are shared all the same. */
  store: Store | undefined;
  /** What other replicas have read; undefined for a single replica. */
  shared: SharedResponses | undefined;
  /** How long after it expired an entry may be served in an outage, in milliseconds. */
  staleIfErrorMs: number;
  now?: () => number;
}

/** The failures that say nothing about the object itself, so that its last known state may stand in. */
const OUTAGES: ReadonlySet<UpstreamFailure> = new Set([
  'TIMEOUT',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'BAD_RESPONSE',
]);

/**
 * How long a read in the background waits for another replica's at most. The other one may have died.
 */
const CLAIM_MS = 1_000;
const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 40;

/** A parsed response takes several times the memory of its text, as V8 lays objects out. */
const BYTES_PER_CHARACTER = 4;
const BYTES_PER_ENTRY = 512;

/**
 * Makes reads with one key once at a time, and caches their responses until they expire. A response
 * that a write has invalidated meanwhile is neither joined nor cached nor served. Errors are never
 * cached.
 */
export class Reads {
  readonly #invalidations: InvalidationLog;
  readonly #store: Store | undefined;
  readonly #shared: SharedResponses | undefined;
  readonly #staleIfErrorMs: number;
  readonly #now: () => number;
  readonly #inFlight = new Map<string, InFlightRead<FetchResult>>();

  constructor({
    invalidations,
    store,
    shared,
    staleIfErrorMs,
    now = () => performance.now(),
  }: ReadsOptions) {
    this.#invalidations = invalidations;
    this.#store = store;
    this.#shared = store && shared;
    this.#staleIfErrorMs = staleIfErrorMs;
    this.#now = now;
  }

  /** The present time of the InvalidationLog. */
  get clock(): number {
    return this.#invalidations.clock;
  }

  /** Reads from the cache or the API. Throws what `fetch` throws, or the SendError that the budget ends with. */
  async get(read: Read): Promise<ReadResult> {
    const entry = read.isCurrent ? this.#find(read) : undefined;
    if (entry !== undefined && this.#now() < entry.freshUntil) return this.#serve(entry, 'cache');
    const begun = read.isCurrent ? this.#inFlight.get(read.key) : undefined;
    const isMerged = begun !== undefined && this.#isValid(begun.clock, read);
    if (!isMerged) read.consumeCall();
    const inFlight = isMerged ? begun : this.#prepare(read);
    const joined = inFlight.join(read.budget);
    // Not before somebody waits for it, whose budget it has.
    if (!isMerged) inFlight.start(this.#fetch(read, inFlight));
    try {
      const { value, source: fetchedFrom } = await joined;
      const source = isMerged ? 'merged' : fetchedFrom;
      const cached = this.#find(read);
      if (cached === undefined || cached.value !== value) {
        return { value, source, ageMs: 0, clock: inFlight.clock, freshUntil: undefined };
      }
      const served = this.#serve(cached, source);
      // What was found in Redis is as old as when the other replica read it.
      return source === 'cache' ? served : { ...served, ageMs: 0 };
    } catch (error) {
      if (
        entry === undefined ||
        !(error instanceof UpstreamError && OUTAGES.has(error.failure)) ||
        !this.#isValid(entry.clock, read) ||
        this.#now() > entry.freshUntil + this.#staleIfErrorMs
      ) {
        throw error;
      }
      return this.#serve(entry, 'stale');
    }
  }

  #prepare(read: Read): InFlightRead<FetchResult> {
    const inFlight: InFlightRead<FetchResult> = new InFlightRead(this.#invalidations.clock, () => {
      if (this.#inFlight.get(read.key) === inFlight) this.#inFlight.delete(read.key);
    });
    if (read.isCurrent) this.#inFlight.set(read.key, inFlight);
    return inFlight;
  }

  /** Fetches from the API or from what another replica has read, and caches the response. */
  async #fetch(read: Read, inFlight: InFlightRead<FetchResult>): Promise<FetchResult> {
    const shared = read.isCurrent ? this.#shared : undefined;
    const result =
      shared === undefined
        ? fromUpstream(await read.fetch(inFlight), read)
        : await this.#fetchShared(shared, read, inFlight);
    this.#cache(read, inFlight.clock, result);
    return result;
  }

  /** Fetches from another replica's entry in Redis, else from the API. */
  async #fetchShared(
    shared: SharedResponses,
    read: Read,
    inFlight: InFlightRead<FetchResult>,
  ): Promise<FetchResult> {
    const { stamp, body, remainingMs } = await this.#lookUp(shared, read, inFlight);
    const value = body === undefined ? undefined : read.decode(body);
    if (value !== undefined) return { value, body, source: 'cache', lifetimeMs: remainingMs };
    const fetched = await this.#fetchFor(stamp, read, inFlight);
    if (stamp !== undefined && fetched.body !== undefined) {
      shared.store(read.key, stamp, fetched.body, read.lifetimeMs);
    }
    return fromUpstream(fetched, read);
  }

  /** Looks in Redis. A read in the background waits while another replica reads the same. */
  async #lookUp(
    shared: SharedResponses,
    { key, tags, budget }: Read,
    inFlight: InFlightRead<FetchResult>,
  ): Promise<Found> {
    const claimMs = budget.isInBackground ? CLAIM_MS : 0;
    let found = await shared.lookUp(key, tags, claimMs);
    const until = this.#now() + CLAIM_MS;
    const isCancelled = () => inFlight.cancellationOf().reason !== undefined;
    for (let ms = FIRST_LOOK_MS; found.isClaimed && !isCancelled(); ms *= 2) {
      const remainingMs = until - this.#now();
      if (remainingMs <= 0) break;
      await sleep(Math.min(ms, LONGEST_LOOK_MS, remainingMs));
      found = await shared.lookUp(key, tags, claimMs);
    }
    return found;
  }

  /** Calls the API. A response that can't be stored is waited for by no other replica. */
  async #fetchFor(
    stamp: string | undefined,
    read: Read,
    inFlight: InFlightRead<FetchResult>,
  ): Promise<Fetched> {
    const { key, budget } = read;
    let isStorable = false;
    try {
      const fetched = await read.fetch(inFlight);
      isStorable = fetched.body !== undefined;
      return fetched;
    } finally {
      if (!isStorable && budget.isInBackground && stamp !== undefined) {
        this.#shared?.release(key, stamp);
      }
    }
  }

  #cache(read: Read, clock: number, { value, body, lifetimeMs }: FetchResult): void {
    if (this.#store === undefined || body === undefined || !this.#isValid(clock, read)) return;
    const now = this.#now();
    // Another replica has read it when its lifetime was whole.
    const readAt = now - Math.max(0, read.lifetimeMs - lifetimeMs);
    const entry: CacheEntry = { value, clock, readAt, freshUntil: now + lifetimeMs };
    this.#store.set(read.key, entry, { size: body.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY });
  }

  /** Finds a valid entry, expired or not. */
  #find(read: Read): CacheEntry | undefined {
    const entry = this.#store?.get(read.key) as CacheEntry | undefined;
    if (entry === undefined) return undefined;
    if (this.#isValid(entry.clock, read)) {
      // Earlier invalidations can't concern a response that is made of it.
      entry.clock = this.#invalidations.clock;
      return entry;
    }
    this.#store?.delete(read.key);
    return undefined;
  }

  #isValid(clock: number, { tags }: Read): boolean {
    return this.#invalidations.isValidSince(clock, tags);
  }

  #serve({ value, clock, readAt, freshUntil }: CacheEntry, source: Source): ReadResult {
    return { value, source, ageMs: this.#now() - readAt, clock, freshUntil };
  }
}

function fromUpstream({ value, body }: Fetched, { lifetimeMs }: Read): FetchResult {
  return { value, body, source: 'upstream', lifetimeMs };
}

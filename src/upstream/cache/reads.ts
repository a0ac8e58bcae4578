/** Reads shared over operations: those in flight, those of a short while ago, and old ones in an outage. */
import type { LRUCache } from 'lru-cache';
import type { Allowance, TimeAllowance } from '../policy/call-budget.js';
import { UpstreamError, type UpstreamFailure } from '../errors.js';
import type { Changes } from './invalidation.js';
import { Flight } from './single-flight.js';
import type { Replicas } from './replicas.js';

/** What is kept, whatever it is: reads here, whole answers elsewhere, under one bound in bytes. */
export type Store = LRUCache<string, object>;

/** An answer as it is kept. Whoever is given the value must not change it. */
interface Kept {
  value: unknown;
  /** The time of `Changes` for which it is known to hold. */
  clock: number;
  /** When it was read, and until when it is given without asking again, in milliseconds. */
  readAt: number;
  freshUntil: number;
}

/** What the API answered to a read. */
export interface Fetched {
  value: unknown;
  /** The answer's text; undefined for one that must not be kept, since part of it is unusable. */
  body: string | undefined;
}

/** What an operation that waits for a read is given. */
interface Landed extends Fetched {
  source: Source;
  lifetimeMs: number;
}

export interface Read {
  /** Whose authority and which URL: reads with the same key may share an answer. */
  key: string;
  tags: readonly string[];
  /** How long the answer may be given without asking again, in milliseconds. */
  lifetimeMs: number;
  allowance: Allowance;
  /** Whether all writes that were acknowledged before are known of; else nothing is shared. */
  isCurrent: boolean;
  /**
   * Throws when the operation may not ask the API any more. Called before anybody can join, since
   * those who do may ask by their own allowance.
   */
  takeCall: () => void;
  /** Asks the API. Called at most once. */
  fetch: (allowance: TimeAllowance) => Promise<Fetched>;
  /** The value of an answer's text; undefined for a text that is none. */
  decode: (body: string) => unknown;
}

export type Source =
  /** The API was asked. */
  | 'upstream'
  /** Another operation was already asking. */
  | 'merged'
  /** From memory, and fresh. */
  | 'cache'
  /** From memory, though no longer fresh, because the API cannot be asked. */
  | 'stale';

export interface Answered {
  value: unknown;
  source: Source;
  /** How old the answer is, in milliseconds; 0 unless it comes from memory. */
  ageMs: number;
  /** The time of `Changes` that it holds for. */
  clock: number;
  /** When it ceases to be fresh; undefined for what is not kept. */
  freshUntil: number | undefined;
}

export interface ReadsOptions {
  changes: Changes;
  /** Undefined to keep nothing: reads in flight are shared all the same. */
  store: Store | undefined;
  /** The other replicas; undefined where there are none. */
  replicas: Replicas | undefined;
  /** How long after it ceased to be fresh an answer may be given in an outage, in milliseconds. */
  staleIfErrorMs: number;
  now?: () => number;
}

/** The failures that say nothing of the thing asked for, so that its last known state may stand in. */
const OUTAGES: ReadonlySet<UpstreamFailure> = new Set([
  'TIMEOUT',
  'UNAVAILABLE',
  'RATE_LIMITED',
  'BAD_RESPONSE',
]);

/** A parsed answer takes several times the memory of its text, as V8 lays objects out. */
const BYTES_PER_CHARACTER = 4;
const BYTES_PER_ENTRY = 512;

/**
 * Reads with one key are made once at a time, and their answer is kept while it is fresh. What a write
 * has changed meanwhile is neither joined nor kept nor given; errors are never kept.
 */
export class Reads {
  readonly #changes: Changes;
  readonly #store: Store | undefined;
  readonly #replicas: Replicas | undefined;
  readonly #staleIfErrorMs: number;
  readonly #now: () => number;
  readonly #flights = new Map<string, Flight<Landed>>();

  constructor({
    changes,
    store,
    replicas,
    staleIfErrorMs,
    now = () => performance.now(),
  }: ReadsOptions) {
    this.#changes = changes;
    this.#store = store;
    this.#replicas = store && replicas;
    this.#staleIfErrorMs = staleIfErrorMs;
    this.#now = now;
  }

  /** Throws what `fetch` throws, or the SendError that the allowance ends with. */
  async answer(read: Read): Promise<Answered> {
    const kept = read.isCurrent ? this.#find(read) : undefined;
    if (kept !== undefined && this.#now() < kept.freshUntil) return this.#given(kept, 'cache');
    const inFlight = read.isCurrent ? this.#flights.get(read.key) : undefined;
    const isMerged = inFlight !== undefined && this.#holds(inFlight.clock, read);
    if (!isMerged) read.takeCall();
    const flight = isMerged ? inFlight : this.#prepare(read);
    const landing = flight.join(read.allowance);
    // Not before somebody waits for it, by whose allowance it goes.
    if (!isMerged) flight.carry(this.#fetch(read, flight));
    try {
      const { value, source } = await landing;
      const now = this.#find(read);
      const { clock, freshUntil } =
        now !== undefined && now.value === value
          ? now
          : { clock: flight.clock, freshUntil: undefined };
      return { value, source: isMerged ? 'merged' : source, ageMs: 0, clock, freshUntil };
    } catch (error) {
      if (
        kept === undefined ||
        !(error instanceof UpstreamError && OUTAGES.has(error.failure)) ||
        !this.#holds(kept.clock, read) ||
        this.#now() > kept.freshUntil + this.#staleIfErrorMs
      ) {
        throw error;
      }
      return this.#given(kept, 'stale');
    }
  }

  #prepare(read: Read): Flight<Landed> {
    const flight: Flight<Landed> = new Flight(this.#changes.clock, () => {
      if (this.#flights.get(read.key) === flight) this.#flights.delete(read.key);
    });
    if (read.isCurrent) this.#flights.set(read.key, flight);
    return flight;
  }

  /** From another replica where one has read it, else from the API. What comes is kept. */
  async #fetch(read: Read, flight: Flight<Landed>): Promise<Landed> {
    const { key, tags, lifetimeMs } = read;
    const found =
      read.isCurrent && this.#replicas !== undefined
        ? await this.#replicas.lookUp(key, tags)
        : undefined;
    let landed: Landed | undefined;
    if (found?.body !== undefined) {
      const value = read.decode(found.body);
      if (value !== undefined) {
        landed = { value, body: found.body, source: 'cache', lifetimeMs: found.remainingMs };
      }
    }
    if (landed === undefined) {
      const { value, body } = await read.fetch(flight);
      if (found?.stamp !== undefined && body !== undefined) {
        this.#replicas?.keep(key, found.stamp, body, lifetimeMs);
      }
      landed = { value, body, source: 'upstream', lifetimeMs };
    }
    this.#keep(read, flight.clock, landed);
    return landed;
  }

  #keep(read: Read, clock: number, { value, body, lifetimeMs }: Landed): void {
    if (this.#store === undefined || body === undefined || !this.#holds(clock, read)) return;
    const readAt = this.#now();
    const kept: Kept = { value, clock, readAt, freshUntil: readAt + lifetimeMs };
    this.#store.set(read.key, kept, { size: body.length * BYTES_PER_CHARACTER + BYTES_PER_ENTRY });
  }

  /** What is kept and still holds, fresh or not. */
  #find(read: Read): Kept | undefined {
    const kept = this.#store?.get(read.key) as Kept | undefined;
    if (kept === undefined) return undefined;
    if (this.#holds(kept.clock, read)) {
      // What is made of it is not to be out of date by what was changed before.
      kept.clock = this.#changes.clock;
      return kept;
    }
    this.#store?.delete(read.key);
    return undefined;
  }

  #holds(clock: number, { tags }: Read): boolean {
    return this.#changes.isUnchangedSince(clock, tags);
  }

  #given({ value, clock, readAt, freshUntil }: Kept, source: Source): Answered {
    return { value, source, ageMs: this.#now() - readAt, clock, freshUntil };
  }
}

/** Adapts the limit of concurrent operations: enough to keep the scarcest resource busy, and no more. */

/** The load since the last observation. */
export interface Observation {
  /** How long ago the last observation was. */
  milliseconds: number;
  /** The share of that time in which the event loop was busy, from 0 to 1. */
  eventLoop: number;
  /** The share of upstream connections in use, from 0 to 1. */
  upstream: number;
  /** How many operations were in flight, on average. */
  concurrency: number;
  /** How many are in flight now. */
  inFlight: number;
  /** How many began. */
  begun: number;
  /** How many ended. */
  completed: number;
  /** Whether operations were queued, so that the limit held the concurrency down. */
  isWanted: boolean;
}

/** Below this utilization a resource has room to spare. At 1 its own queue is never empty. */
const BUSY = 0.9;
/**
 * From this utilization on a resource counts as loaded: the limit holds it at about BUSY, which is below it
 * half of the time, and after a cut by more.
 */
const LOADED = 0.65;
/** The mean cost is taken of about this many operations. */
const MEMORY = 50;
/**
 * The lower bound of operations that share the upstream. One alone may have more calls to make than
 * the upstream takes at once, and must not keep all others out.
 */
const MIN_UPSTREAM_LIMIT = 2;
/**
 * As many operations as the event loop carries in so many milliseconds share it in any case, up to this
 * number: calls and responses that are ready in the same turn are written together, so that each
 * operation costs less than alone. Their wait for each other is as short.
 */
const TOGETHER = { workMs: 10, operations: 16 };
/** The mean cost is known from this many operations on. */
const MIN_OPERATIONS = 10;
/** The assumed cost of an operation before any was measured, in milliseconds. */
const INITIAL_COST_MS = 5;

/**
 * Computes the limit by Little's law. When a resource is always busy, more concurrent operations finish
 * no sooner: each waits for the others. The present number times 0.9 over the utilization keeps it 90%
 * busy, whatever the operations are and however long they wait for the upstream, so that no latency has
 * to be known or guessed. While it has room the limit rises, but between two observations only by what
 * its free time can carry at the mean cost: an operation that waits for the upstream costs later.
 */
export class ConcurrencyLimit {
  readonly #max: number;
  #limit: number;
  #busyMs = INITIAL_COST_MS;
  #operations = 1;
  #servedMs = 0;
  #served = 0;
  /** The share of upstream connections in use over the time that an operation takes. */
  #upstream = 0;
  /** That of the scarcest resource at the last observation. */
  #utilization = 0;

  /** `max` is never exceeded; `intervalMs` is about how often `observe` will be called. */
  constructor(max: number, intervalMs: number) {
    this.#max = max;
    this.#limit = this.#bounded(intervalMs / INITIAL_COST_MS);
  }

  /** How many operations may be in flight. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /** Whether a resource had no room to spare at the last observation. */
  get isSaturated(): boolean {
    return this.#utilization >= BUSY;
  }

  /** Whether the limit, and not a lack of operations, may be what left a resource its room. */
  get isLoaded(): boolean {
    return this.#utilization >= LOADED;
  }

  /** How much of the scarcest resource's time an operation takes; undefined while too few were seen. */
  get costMs(): number | undefined {
    return this.#operations < MIN_OPERATIONS ? undefined : this.#busyMs / this.#operations;
  }

  /** How long an operation takes once it has begun; undefined while too few were seen. */
  get serviceMs(): number | undefined {
    return this.#served < MIN_OPERATIONS ? undefined : this.#servedMs / this.#served;
  }

  observe(seen: Observation): void {
    const { milliseconds, eventLoop, concurrency, begun, completed } = seen;
    // Of no time there are no shares: they would be NaN, and so would the limit be from then on.
    if (milliseconds <= 0) return;
    // By Little's law too: the time that all operations spent in the gateway, over those that ended.
    const kept = Math.exp(-completed / MEMORY);
    this.#servedMs = this.#servedMs * kept + concurrency * milliseconds;
    this.#served = this.#served * kept + completed;
    const upstream = this.#smoothed(seen);
    const utilization = Math.max(eventLoop, upstream);
    // An operation costs when it begins and when it ends, which may be long after. The idle work of a
    // process in which nothing begins or ends is not a cost of operations.
    const operations = (begun + completed) / 2;
    if (operations > 0 || utilization >= BUSY) {
      const weight = Math.exp(-operations / MEMORY);
      this.#busyMs = this.#busyMs * weight + utilization * milliseconds;
      this.#operations = this.#operations * weight + operations;
    }
    this.#utilization = utilization;
    this.#limit = this.#bounded(
      // Squared, since a utilization of 1 does not tell by how many operations there are too many.
      this.isSaturated ? concurrency * (BUSY / utilization) ** 2 : this.#raised(seen, utilization),
      eventLoop < BUSY && upstream >= BUSY ? MIN_UPSTREAM_LIMIT : this.#together,
    );
  }

  /**
   * An operation reads its list alone and then uses all connections at once. So an observation that is
   * shorter than the operation tells what it does at the moment, and not what more of them would meet.
   */
  #smoothed({ milliseconds, upstream }: Observation): number {
    const kept = Math.exp(-milliseconds / (this.serviceMs ?? 1));
    this.#upstream = this.#upstream * kept + upstream * (1 - kept);
    return this.#upstream;
  }

  get #together(): number {
    const { workMs, operations } = TOGETHER;
    return Math.min(operations, (workMs * this.#operations) / this.#busyMs);
  }

  #raised({ milliseconds, inFlight, isWanted }: Observation, utilization: number): number {
    const carried = milliseconds / (this.#busyMs / this.#operations);
    // At least 1, so that an overrated cost does not keep operations out of an idle process for long.
    // Squared, so that a resource that is nearly busy is filled up gently: one operation too many
    // makes all others slower.
    const room = (1 - utilization) ** 2 * Math.max(carried, 1, this.#limit / 8);
    return (isWanted ? this.#limit : inFlight) + room;
  }

  #bounded(limit: number, min = 1): number {
    return Math.min(this.#max, Math.max(1, min, limit));
  }
}

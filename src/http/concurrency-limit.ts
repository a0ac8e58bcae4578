/** How many operations are worth running at once: as many as keep the scarcest resource busy, and no more. */

/** What happened since the last look. */
export interface Observation {
  /** How long ago the last look was. */
  milliseconds: number;
  /** Which part of that time the event loop was busy, from 0 to 1. */
  eventLoop: number;
  /** Which part of the calls that may be in flight to the upstream were, from 0 to 1. */
  upstream: number;
  /** How many operations were in flight, on average. */
  concurrency: number;
  /** How many are in flight now. */
  inFlight: number;
  /** How many began. */
  begun: number;
  /** How many ended. */
  completed: number;
  /** Whether any had to wait, so that it was the limit that held the concurrency down. */
  isWanted: boolean;
}

/** Below it a resource has room to spare. At 1 there is always work in its queue. */
const BUSY = 0.9;
/** Of about how many operations the mean cost is taken. */
const MEMORY = 50;
/**
 * How many operations share the upstream in any case: a single one may have more calls to make than
 * there are turns, and must not shut all others out.
 */
const LEAST_UPSTREAM = 2;
/** From how many operations on the mean cost says something. */
const LEAST_OPERATIONS = 10;
/** What is assumed of operations before any has been seen, in milliseconds. */
const FIRST_COST_MS = 5;

/**
 * When a resource is busy all the time, more operations at once finish no sooner: each waits for the
 * others. By Little's law as many as now, times 0.9 over the utilization, keep it 90% busy, whatever
 * the operations are and however long they wait for the upstream, so that no latency has to be known
 * or guessed. As long as it has room, more are let in, but between two looks only so many as its free
 * time can carry by what operations have cost of late: one that waits for the upstream costs later.
 */
export class ConcurrencyLimit {
  readonly #most: number;
  #limit: number;
  #busyMs = FIRST_COST_MS;
  #operations = 1;
  #isSaturated = false;

  /** `most` is never exceeded; `lookMs` is about how often `observe` will be called. */
  constructor(most: number, lookMs: number) {
    this.#most = most;
    this.#limit = this.#bounded(lookMs / FIRST_COST_MS);
  }

  /** How many operations may be in flight. */
  get value(): number {
    return Math.floor(this.#limit);
  }

  /** Whether a resource had no room to spare at the last look. */
  get isSaturated(): boolean {
    return this.#isSaturated;
  }

  /** How much of the scarcest resource's time an operation takes; undefined while too few were seen. */
  get costMs(): number | undefined {
    return this.#operations < LEAST_OPERATIONS ? undefined : this.#busyMs / this.#operations;
  }

  observe(seen: Observation): void {
    const { milliseconds, eventLoop, upstream, concurrency, begun, completed } = seen;
    const utilization = Math.max(eventLoop, upstream);
    // An operation costs as it begins and as it ends, which may be long after. While nothing
    // begins or ends, what little the process does is no operation's cost.
    const operations = (begun + completed) / 2;
    if (operations > 0 || utilization >= BUSY) {
      const kept = Math.exp(-operations / MEMORY);
      this.#busyMs = this.#busyMs * kept + utilization * milliseconds;
      this.#operations = this.#operations * kept + operations;
    }
    this.#isSaturated = utilization >= BUSY;
    this.#limit = this.#bounded(
      this.#isSaturated ? (concurrency * BUSY) / utilization : this.#raised(seen, utilization),
      eventLoop < BUSY && upstream >= BUSY ? LEAST_UPSTREAM : 1,
    );
  }

  #raised({ milliseconds, inFlight, isWanted }: Observation, utilization: number): number {
    const carried = milliseconds / (this.#busyMs / this.#operations);
    // Should the cost be overrated, an idle process must not turn anybody away for long.
    // Squared, so that a resource that is nearly busy is filled up gently: one operation too many
    // makes all others slower.
    const room = (1 - utilization) ** 2 * Math.max(carried, 1, this.#limit / 8);
    return (isWanted ? this.#limit : inFlight) + room;
  }

  #bounded(limit: number, least = 1): number {
    return Math.min(this.#most, Math.max(least, limit));
  }
}

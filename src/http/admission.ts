/** Admission control: limits concurrent operations, queues short bursts and sheds the rest. */
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { LoadMeter } from './load-meter.js';
import { QueueGrowth } from './queue-growth.js';

export interface AdmissionOptions {
  /** The limit of concurrent operations, and of queued ones. */
  maxConcurrent: number;
  /** How long an operation may be queued, in milliseconds. */
  maxWaitMs: number;
  /** How late the event loop may be before all new operations are shed, in milliseconds. */
  maxEventLoopDelayMs: number;
  /** Returns the share of upstream connections in use since the last time it was called, from 0 to 1. */
  upstreamUtilization: () => number;
  /**
   * Returns the share of time the event loop was busy since the last time it was called, from 0 to 1.
   * Defaults to that of this process.
   */
  eventLoopUtilization?: (() => number) | undefined;
  /** Called when shedding begins and, with the number of shed operations, when it ends. */
  onChange?: (change: { isShedding: boolean; shed: number }) => void;
}

/** Called once: with `true` when the operation may begin, with `false` when it is shed. */
export type OnDecision = (isAdmitted: boolean) => void;

interface Applicant {
  readonly onDecision: OnDecision;
  readonly since: number;
  state: 'queued' | 'admitted' | 'gone';
}

const SAMPLE_MS = 50;
/** The queue's length is limited by measured costs once an operation has been queued this long. */
const BURST_MS = 100;
/**
 * How long an operation may be queued during overload: as long as one takes, or until so many have
 * ended. Fewer leave the process idle when little happens to arrive for a moment.
 */
const OVERLOADED_OPERATIONS = 3;
/** While the queue grows, the newest begins first as long as all can within this part of `maxWaitMs`. */
const PATIENCE_PART = 0.95;
/** The gateway counts as overloaded for this long after it shed an operation. */
const CALM_MS = 1_000;

/**
 * Queues operations beyond the concurrency limit. In a burst the queue is first in, first out, and each
 * operation may be queued for `maxWaitMs`. Once one has been queued that long, or new ones would be, or
 * the queue has grown for longer than bursts last, the gateway is overloaded, and a long queue makes
 * every response late. Then the queue is kept short, a new operation displaces the oldest, and the newest
 * begins first, since the clients of the others will give up sooner: admitted operations have hardly been
 * queued (Maurer, "Fail at Scale", ACM Queue 13.8). Until it is known whether a growing queue is a burst,
 * the newest begins first for a moment: if the load lasts, few were late, and a burst is carried as soon.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #meter: LoadMeter;
  readonly #timer: NodeJS.Timeout;
  /** The oldest first. */
  readonly #queue: Applicant[] = [];
  readonly #growth = new QueueGrowth();
  #isDraining = false;
  #isBlocked = false;
  /** Whether an operation was queued since the last sample. */
  #isWanted = false;
  #shedAt = -Infinity;
  #shed = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#meter = new LoadMeter(options.eventLoopUtilization);
    this.#limit = new ConcurrencyLimit(options.maxConcurrent, SAMPLE_MS);
    this.#timer = setInterval(() => this.#adapt(), SAMPLE_MS).unref();
  }

  /** How many operations have a slot. */
  get inFlight(): number {
    return this.#meter.inFlight;
  }

  /** Whether an operation was shed within the last second. */
  get isShedding(): boolean {
    return performance.now() - this.#shedAt < CALM_MS;
  }

  /**
   * Whether requests must apply before their body is read. Shedding costs least then. Otherwise they
   * apply when they have something to execute.
   */
  get isGuarded(): boolean {
    return this.#isDraining || this.#isBlocked || this.isShedding;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Decides about an operation now or later. The returned function must be called once the operation
   * has ended, was shed or has lost its client.
   */
  apply(onDecision: OnDecision): () => void {
    const applicant: Applicant = { onDecision, since: performance.now(), state: 'queued' };
    if (this.#isDraining) this.#settle(applicant, false);
    else if (this.#isBlocked) this.#shedOne(applicant);
    else if (this.#hasRoom) this.#admit(applicant);
    else this.#enqueue(applicant);
    return () => {
      const { state } = applicant;
      applicant.state = 'gone';
      if (state === 'admitted') this.#release();
      else if (state === 'queued') this.#queue.splice(this.#queue.indexOf(applicant), 1);
    };
  }

  /** Refuses operations from now on. Those in flight and in the queue continue. */
  drain(): void {
    this.#isDraining = true;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get #hasRoom(): boolean {
    return this.#meter.inFlight < this.#limit.value;
  }

  #enqueue(applicant: Applicant): void {
    this.#isWanted = true;
    this.#queue.push(applicant);
    const maxLength = this.isShedding
      ? this.#maxLengthInOverload
      : this.#maxLengthInBurst(applicant.since);
    if (this.#queue.length <= maxLength) return;
    this.#shedOne(this.#queue.shift()!);
    this.#shorten();
  }

  /** Sheds the oldest until the queue is as short as in overload. */
  #shorten(): void {
    while (this.#queue.length > this.#maxLengthInOverload) this.#shedOne(this.#queue.shift()!);
  }

  /** Begins to shed in a load that lasts, before the queue is as long as for a burst. */
  #watchGrowth(completed: number): void {
    const { costMs, isLoaded } = this.#limit;
    this.#growth.observe({ length: this.#queue.length, completed, costMs, isLoaded });
    if (this.#growth.isLasting) this.#shorten();
  }

  /** The number of operations that can be queued without one of them waiting too long, if known. */
  #maxLengthInBurst(now: number): number {
    const { maxConcurrent, maxWaitMs } = this.#options;
    const { isSaturated, costMs } = this.#limit;
    const isKnown = isSaturated && now - this.#queue[0]!.since >= BURST_MS;
    return isKnown && costMs !== undefined
      ? Math.min(maxConcurrent, maxWaitMs / costMs)
      : maxConcurrent;
  }

  get #maxLengthInOverload(): number {
    const { value, costMs = Infinity } = this.#limit;
    return Math.min(
      this.#options.maxConcurrent,
      Math.max(value, this.#maxQueuedMsInOverload / costMs),
    );
  }

  get #maxQueuedMs(): number {
    return this.isShedding ? this.#maxQueuedMsInOverload : this.#options.maxWaitMs;
  }

  get #maxQueuedMsInOverload(): number {
    const { costMs = 0, serviceMs = 0 } = this.#limit;
    return Math.min(this.#options.maxWaitMs, Math.max(serviceMs, costMs * OVERLOADED_OPERATIONS));
  }

  #admit(applicant: Applicant): void {
    this.#meter.begin();
    this.#settle(applicant, true);
  }

  #release(): void {
    this.#meter.end();
    this.#admitQueued(performance.now());
  }

  #admitQueued(now: number): void {
    if (this.isShedding) this.#shedExpired(now);
    while (this.#queue.length > 0 && this.#hasRoom) {
      this.#admit(this.#isNewestFirst(now) ? this.#queue.pop()! : this.#queue.shift()!);
    }
  }

  #isNewestFirst(now: number): boolean {
    if (this.isShedding) return true;
    const { length } = this.#queue;
    const { costMs } = this.#limit;
    const { completed } = this.#meter;
    if (!this.#growth.isGrowing({ length, completed, costMs })) return false;
    const workMs = length * (costMs ?? 0);
    const waitedMs = now - this.#queue[0]!.since;
    return waitedMs + workMs < this.#options.maxWaitMs * PATIENCE_PART;
  }

  #shedExpired(now: number): void {
    while (this.#queue.length > 0 && now - this.#queue[0]!.since > this.#maxQueuedMs) {
      this.#shedOne(this.#queue.shift()!);
    }
  }

  #shedOne(applicant: Applicant): void {
    const isFirst = this.#shed === 0;
    this.#shedAt = performance.now();
    this.#shed++;
    if (isFirst) this.#options.onChange?.({ isShedding: true, shed: 0 });
    this.#settle(applicant, false);
  }

  #settle(applicant: Applicant, isAdmitted: boolean): void {
    applicant.state = isAdmitted ? 'admitted' : 'gone';
    applicant.onDecision(isAdmitted);
  }

  /** Adapts the limit to the load since the last sample. */
  #adapt(): void {
    const sample = this.#meter.sample();
    const upstream = this.#options.upstreamUtilization();
    this.#limit.observe({ ...sample, upstream, isWanted: this.#isWanted });
    // New requests have waited outside the process for as long as the event loop was late.
    this.#isBlocked = sample.milliseconds - SAMPLE_MS > this.#options.maxEventLoopDelayMs;
    const now = performance.now();
    this.#shedExpired(now);
    this.#admitQueued(now);
    this.#watchGrowth(sample.completed);
    this.#isWanted = this.#queue.length > 0;
    if (this.#shed === 0 || this.isShedding) return;
    const shed = this.#shed;
    this.#shed = 0;
    this.#options.onChange?.({ isShedding: false, shed });
  }
}

/** Creates the admission control that the settings ask for. It logs when shedding begins and ends. */
export function createAdmission(
  { overload }: Pick<Config, 'overload'>,
  log: FastifyBaseLogger,
  utilization: Pick<AdmissionOptions, 'upstreamUtilization' | 'eventLoopUtilization'>,
): Admission {
  return new Admission({
    ...overload,
    ...utilization,
    onChange: ({ isShedding, shed }) =>
      isShedding ? log.warn('overloaded') : log.warn({ shed }, 'no longer overloaded'),
  });
}

/** Who may begin an operation, who waits for it, and who is sent away while there is too much to do. */
import { performance } from 'node:perf_hooks';
import { ConcurrencyLimit } from './concurrency-limit.js';

export interface AdmissionOptions {
  /** How many operations may be in flight at once, and how many wait, at most. */
  maxConcurrent: number;
  /** How long one may wait to begin, in milliseconds. */
  maxWaitMs: number;
  /** How late the event loop may be before nothing more is taken in, in milliseconds. */
  maxEventLoopDelayMs: number;
  /** Which part of the upstream's turns was taken since it was last asked for, from 0 to 1. */
  upstreamUtilization: () => number;
  /** Hears when shedding begins and, with the number of those sent away, when it is over. */
  onChange?: (change: { isShedding: boolean; shed: number }) => void;
}

/** Called once, with `true` when the operation may begin, with `false` when it is sent away. */
export type Begin = (isAdmitted: boolean) => void;

interface Applicant {
  readonly begin: Begin;
  readonly since: number;
  state: 'waiting' | 'admitted' | 'gone';
}

/** How often the load is looked at. */
const LOOK_MS = 50;
/** For how long somebody must have been waiting before it is told how long newcomers would wait. */
const BURST_MS = 100;
/**
 * How long one may wait during overload: this part of the time that one may wait in a burst or, where
 * operations are long, until so many have ended.
 */
const OVERLOADED_PART = 0.1;
const OVERLOADED_OPERATIONS = 2;
/** How long after the last one that was sent away the gateway counts as overloaded. */
const CALM_MS = 1_000;

/**
 * Operations beyond the limit wait. A burst is carried so: everybody may wait for `maxWaitMs`, in
 * order. When somebody has waited that long, or newcomers would, there is more to do than can be done,
 * and waiting helps nobody. Then the queue is kept short, each newcomer takes the place of the one who
 * has waited longest, and the newest begins first, since the others are nearer to giving up: those who
 * are admitted have hardly waited (Maurer, "Fail at Scale", ACM Queue 13.8).
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #limit: ConcurrencyLimit;
  readonly #timer: NodeJS.Timeout;
  /** The oldest first. */
  readonly #waiting: Applicant[] = [];
  #inFlight = 0;
  #isDraining = false;
  #isBlocked = false;

  /** Since the last look. */
  #begun = 0;
  #completed = 0;
  #isWanted = false;
  #concurrencyMs = 0;
  #countedAt: number;

  #lookedAt: number;
  #eventLoop = performance.eventLoopUtilization();
  #shedAt = -Infinity;
  #shed = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#limit = new ConcurrencyLimit(options.maxConcurrent, LOOK_MS);
    this.#lookedAt = this.#countedAt = performance.now();
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Whether anybody was sent away within the last second. */
  get isShedding(): boolean {
    return performance.now() - this.#shedAt < CALM_MS;
  }

  /**
   * Whether newcomers are to apply before anything of them is read, since some will be sent away, which
   * costs least then. Else they apply when it is known that they have something to execute.
   */
  get isGuarded(): boolean {
    return this.#isDraining || this.#isBlocked || this.isShedding;
  }

  get isDraining(): boolean {
    return this.#isDraining;
  }

  /**
   * Lets an operation begin now, later or not at all. What it returns is to be called once the
   * operation has ended, been sent away or been given up by its caller.
   */
  apply(begin: Begin): () => void {
    const applicant: Applicant = { begin, since: performance.now(), state: 'waiting' };
    if (this.#isDraining) this.#settle(applicant, false);
    else if (this.#isBlocked) this.#shedOne(applicant);
    else if (this.#hasRoom) this.#admit(applicant);
    else this.#wait(applicant);
    return () => {
      const { state } = applicant;
      applicant.state = 'gone';
      if (state === 'admitted') this.#leave();
      else if (state === 'waiting') this.#waiting.splice(this.#waiting.indexOf(applicant), 1);
    };
  }

  /** From now on nobody is admitted who is not in flight or waiting already. */
  drain(): void {
    this.#isDraining = true;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  get #hasRoom(): boolean {
    return this.#inFlight < this.#limit.value;
  }

  #wait(applicant: Applicant): void {
    this.#isWanted = true;
    this.#waiting.push(applicant);
    const most = this.isShedding ? this.#mostInOverload : this.#mostInBurst(applicant.since);
    if (this.#waiting.length <= most) return;
    this.#shedOne(this.#waiting.shift()!);
    while (this.#waiting.length > this.#mostInOverload) this.#shedOne(this.#waiting.shift()!);
  }

  /** How many may wait without one of them waiting too long, as far as that is known by now. */
  #mostInBurst(now: number): number {
    const { maxConcurrent, maxWaitMs } = this.#options;
    const { isSaturated, costMs } = this.#limit;
    const isKnown = isSaturated && now - this.#waiting[0]!.since >= BURST_MS;
    return isKnown && costMs !== undefined
      ? Math.min(maxConcurrent, maxWaitMs / costMs)
      : maxConcurrent;
  }

  get #mostInOverload(): number {
    const { maxConcurrent } = this.#options;
    const { value, costMs = Infinity } = this.#limit;
    return Math.min(
      maxConcurrent,
      Math.max(value, (this.#options.maxWaitMs * OVERLOADED_PART) / costMs),
    );
  }

  #admit(applicant: Applicant): void {
    this.#count();
    this.#inFlight++;
    this.#begun++;
    this.#settle(applicant, true);
  }

  #leave(): void {
    this.#count();
    this.#inFlight--;
    this.#completed++;
    this.#admitWaiting();
  }

  /** How long one may have waited who begins now, in milliseconds. */
  get #mostWaitMs(): number {
    const { maxWaitMs } = this.#options;
    if (!this.isShedding) return maxWaitMs;
    const { costMs = 0 } = this.#limit;
    return Math.min(
      maxWaitMs,
      Math.max(maxWaitMs * OVERLOADED_PART, costMs * OVERLOADED_OPERATIONS),
    );
  }

  #shedWhoWaitedTooLong(now: number): void {
    while (this.#waiting.length > 0 && now - this.#waiting[0]!.since > this.#mostWaitMs) {
      this.#shedOne(this.#waiting.shift()!);
    }
  }

  #admitWaiting(now = performance.now()): void {
    if (this.isShedding) this.#shedWhoWaitedTooLong(now);
    while (this.#waiting.length > 0 && this.#hasRoom) {
      this.#admit(this.isShedding ? this.#waiting.pop()! : this.#waiting.shift()!);
    }
  }

  #settle(applicant: Applicant, isAdmitted: boolean): void {
    applicant.state = isAdmitted ? 'admitted' : 'gone';
    applicant.begin(isAdmitted);
  }

  #shedOne(applicant: Applicant): void {
    const isFirst = this.#shed === 0;
    this.#shedAt = performance.now();
    this.#shed++;
    if (isFirst) this.#options.onChange?.({ isShedding: true, shed: 0 });
    this.#settle(applicant, false);
  }

  /** Adds the time since the last change of the number in flight. */
  #count(): number {
    const now = performance.now();
    this.#concurrencyMs += this.#inFlight * (now - this.#countedAt);
    this.#countedAt = now;
    return now;
  }

  #look(): void {
    const now = this.#count();
    const milliseconds = now - this.#lookedAt;
    const eventLoop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(eventLoop, this.#eventLoop);
    this.#limit.observe({
      milliseconds,
      eventLoop: utilization,
      upstream: this.#options.upstreamUtilization(),
      concurrency: this.#concurrencyMs / milliseconds,
      inFlight: this.#inFlight,
      begun: this.#begun,
      completed: this.#completed,
      isWanted: this.#isWanted,
    });
    // Whoever arrives now has waited outside for as long as the event loop was late.
    this.#isBlocked = milliseconds - LOOK_MS > this.#options.maxEventLoopDelayMs;
    this.#lookedAt = now;
    this.#eventLoop = eventLoop;
    this.#begun = 0;
    this.#completed = 0;
    this.#concurrencyMs = 0;

    this.#shedWhoWaitedTooLong(now);
    this.#admitWaiting(now);
    this.#isWanted = this.#waiting.length > 0;
    if (this.#shed > 0 && !this.isShedding) {
      const shed = this.#shed;
      this.#shed = 0;
      this.#options.onChange?.({ isShedding: false, shed });
    }
  }
}

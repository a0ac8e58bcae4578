/** Measures the load of the process from one sample to the next. */
// Its clock isn't used: a simulation replaces the global one.
import { performance as loop } from 'node:perf_hooks';
import type { Observation } from './concurrency-limit.js';

/** Returns a function that returns the share of time the event loop was busy since its last call. */
function measureEventLoop(): () => number {
  let last = loop.eventLoopUtilization();
  return () => {
    const current = loop.eventLoopUtilization();
    const { utilization } = loop.eventLoopUtilization(current, last);
    last = current;
    return utilization;
  };
}

export class LoadMeter {
  #inFlight = 0;
  #begun = 0;
  #completed = 0;
  /** The integral of the number in flight over time. */
  #concurrencyMs = 0;
  #countedAt = performance.now();
  #sampledAt = this.#countedAt;

  constructor(private readonly eventLoopUtilization: () => number = measureEventLoop()) {}

  /** How many operations are in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** How many operations ended since the last sample. */
  get completed(): number {
    return this.#completed;
  }

  begin(): void {
    this.#count();
    this.#inFlight++;
    this.#begun++;
  }

  end(): void {
    this.#count();
    this.#inFlight--;
    this.#completed++;
  }

  /** Returns what happened since the last sample. */
  sample(): Omit<Observation, 'upstream' | 'isWanted'> {
    const now = this.#count();
    const milliseconds = now - this.#sampledAt;
    const sample = {
      milliseconds,
      eventLoop: this.eventLoopUtilization(),
      concurrency: this.#concurrencyMs / milliseconds,
      inFlight: this.#inFlight,
      begun: this.#begun,
      completed: this.#completed,
    };
    this.#sampledAt = now;
    this.#begun = 0;
    this.#completed = 0;
    this.#concurrencyMs = 0;
    return sample;
  }

  #count(): number {
    const now = performance.now();
    this.#concurrencyMs += this.#inFlight * (now - this.#countedAt);
    this.#countedAt = now;
    return now;
  }
}

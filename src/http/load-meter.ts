/** Measures the load of the process from one sample to the next. */
import { performance } from 'node:perf_hooks';
import type { Observation } from './concurrency-limit.js';

export class LoadMeter {
  #inFlight = 0;
  #begun = 0;
  #completed = 0;
  /** The integral of the number in flight over time. */
  #concurrencyMs = 0;
  #countedAt = performance.now();
  #sampledAt = this.#countedAt;
  #eventLoop = performance.eventLoopUtilization();

  /** How many operations are in flight. */
  get inFlight(): number {
    return this.#inFlight;
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
    const eventLoop = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(eventLoop, this.#eventLoop);
    const sample = {
      milliseconds,
      eventLoop: utilization,
      concurrency: this.#concurrencyMs / milliseconds,
      inFlight: this.#inFlight,
      begun: this.#begun,
      completed: this.#completed,
    };
    this.#sampledAt = now;
    this.#eventLoop = eventLoop;
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

/** Tells the queue of a load that lasts from those of a burst, and of clients who await their responses. */

/** What happened since the last observation. */
export interface QueueSample {
  /** How many operations are queued now. */
  length: number;
  /** How many operations ended. */
  completed: number;
  /** How much of the scarcest resource's time an operation takes, in milliseconds, if known. */
  costMs: number | undefined;
  /** Whether that resource was in use but for what the limit of operations left free. */
  isLoaded: boolean;
}

/** A queue may grow by this part of what ends: that of a fixed number of clients varies by it. */
const TOLERATED_PART = 0.25;
/**
 * A queue counts as growing when it has grown by this much work more than is tolerated, and by as many
 * operations: where each is long, two that arrive together say nothing.
 */
const GROWING = { workMs: 30, operations: 2 };
/** It belongs to a load that lasts when it has grown by so much, for so many samples, and still grows. */
const LASTING = { workMs: 100, operations: 6, samples: 6 };
/** It still grows when it has grown over the last samples by this part of what ended in them. */
const STILL_GROWING = { samples: 3, part: 0.2 };

/** So many operations, or as many as are so much work. */
function most({ workMs, operations }: typeof GROWING, costMs: number): number {
  return Math.max(operations, workMs / costMs);
}

/**
 * Sums up by how much more the queue grows than is tolerated, and begins again whenever it doesn't grow
 * (Page, "Continuous Inspection Schemes", Biometrika 41, 1954). So growth by half of what ends is noticed
 * although each sample alone varies by more. A sample counts for no more than what ended in it, so that
 * clients who all arrive at once soon look like what they are: a queue that grows no longer.
 */
export class QueueGrowth {
  /** By how many operations the queue has grown more than is tolerated. */
  #excess = 0;
  /** For how many samples it has counted as growing. */
  #growing = 0;
  #isLasting = false;
  /** The last samples, the oldest first. */
  readonly #samples: { length: number; completed: number }[] = [{ length: 0, completed: 0 }];

  /**
   * Whether the queue grows: by a burst, or by more than can be carried. Takes what happened since the
   * last sample, since in a load of many times what can be carried a sample is long.
   */
  isGrowing({ length, completed, costMs = Infinity }: Omit<QueueSample, 'isLoaded'>): boolean {
    const added = this.#grown(length) - TOLERATED_PART * completed;
    return this.#growing > 0 || added > most(GROWING, costMs);
  }

  /** Whether more arrives than can be carried, and goes on to. */
  get isLasting(): boolean {
    return this.#isLasting;
  }

  observe({ length, completed, costMs = Infinity, isLoaded }: QueueSample): void {
    const grown = this.#grown(length);
    this.#samples.push({ length, completed });
    if (this.#samples.length > STILL_GROWING.samples + 1) this.#samples.shift();
    const before = isLoaded ? this.#excess : 0;
    const added = Math.min(grown, completed + 1) - TOLERATED_PART * completed;
    this.#excess = Math.max(0, before + added);
    this.#growing = this.#excess > most(GROWING, costMs) ? this.#growing + 1 : 0;
    this.#isLasting =
      this.#growing >= LASTING.samples &&
      this.#excess > most(LASTING, costMs) &&
      this.#hasGrownLately();
  }

  /** By how many operations the queue has grown since the last sample. */
  #grown(length: number): number {
    return length - this.#samples.at(-1)!.length;
  }

  #hasGrownLately(): boolean {
    const [before, ...samples] = this.#samples;
    const ended = samples.reduce((sum, { completed }) => sum + completed, 0);
    return samples.at(-1)!.length - before!.length > ended * STILL_GROWING.part;
  }
}

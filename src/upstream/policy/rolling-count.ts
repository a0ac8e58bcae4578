/** Counts events in a rolling window. */

const SLOTS = 10;

/** Counts events in a window that moves by a tenth of its length at a time, in constant memory. */
export class RollingCount {
  readonly #counts = new Array<number>(SLOTS).fill(0);
  readonly #slotMs: number;
  #slot: number;

  constructor(
    windowMs: number,
    private readonly now: () => number,
  ) {
    this.#slotMs = windowMs / SLOTS;
    this.#slot = Math.floor(now() / this.#slotMs);
  }

  add(): void {
    this.#roll();
    this.#counts[this.#slot % SLOTS]! += 1;
  }

  get total(): number {
    this.#roll();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  clear(): void {
    this.#counts.fill(0);
  }

  #roll(): void {
    const slot = Math.floor(this.now() / this.#slotMs);
    const passed = Math.min(SLOTS, slot - this.#slot);
    for (let i = 1; i <= passed; i++) this.#counts[(this.#slot + i) % SLOTS] = 0;
    this.#slot = slot;
  }
}

/** What a read may show, given the writes before it and beside it. */

/** Orders what happens in one process. */
export class Clock {
  #now = 0;
  tick = () => this.#now++;
}

/** Thrown by a write that was refused for certain, so that no read may show its value. */
export class NotWritten extends Error {}

interface Write {
  value: string;
  from: number;
  /** When it was acknowledged; undefined while it's in flight, or when its outcome is unknown. */
  until: number | undefined;
}

/** A value that writes set and reads show, with its history. Its writes follow each other. */
export class Register {
  #writes: Write[];
  #last: Promise<unknown> = Promise.resolve();

  constructor(initial: string) {
    this.#writes = [{ value: initial, from: -1, until: -1 }];
  }

  get value(): string {
    return this.#writes.at(-1)!.value;
  }

  /** Writes a value that is made of the last one, in turn. The outcome of a failed write is unknown. */
  write(
    clock: Clock,
    next: (last: string) => string,
    send: (value: string, last: string) => Promise<unknown>,
  ): Promise<void> {
    const mine = this.#last.then(async () => {
      const last = this.value;
      const write: Write = { value: next(last), from: clock.tick(), until: undefined };
      this.#writes.push(write);
      try {
        await send(write.value, last);
        write.until = clock.tick();
      } catch (error) {
        if (error instanceof NotWritten) {
          this.#writes = this.#writes.filter((other) => other !== write);
        }
        throw error;
      }
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** What a read that began and ended at these times may have seen. */
  possible(from: number, until: number): string[] {
    const acknowledged = this.#writes.findLastIndex(
      (write) => write.until !== undefined && write.until < from,
    );
    return this.#writes
      .slice(acknowledged)
      .filter((write) => write.from < until)
      .map(({ value }) => value);
  }
}

/** Whole answers from memory: a query that was answered a moment ago needs no execution now. */
import { createHash } from 'node:crypto';
import type { Changes } from '../upstream/cache/invalidation.js';
import type { Provenance } from '../upstream/cache/dependencies.js';
import type { Store } from '../upstream/cache/reads.js';

/** An answer as it was sent, and what it is made of. */
export interface WholeAnswer {
  readonly body: string | Buffer;
  readonly contentType: string;
  readonly etag: string;
  /** For the log: what is answered from memory was an operation too. */
  readonly operationName: string | undefined;
  /** In milliseconds of `performance.now()`; undefined for what must not be given later. */
  readonly freshUntil: number | undefined;
}

/** An operation under way, and those who wait for its answer since it will be theirs, too. */
export class Execution {
  #waiting = 0;
  #abandon: (() => void) | undefined;
  #tell!: (answer: WholeAnswer | undefined) => void;
  readonly #answer = new Promise<WholeAnswer | undefined>((resolve) => {
    this.#tell = resolve;
  });

  constructor(
    /** The time of `Changes` at which it began. */
    readonly clock: number,
  ) {}

  /** Its answer; undefined when that is for nobody else. */
  join(): Promise<WholeAnswer | undefined> {
    this.#waiting++;
    return this.#answer;
  }

  /** One who had joined has gone away. */
  leave(): void {
    this.#waiting--;
    if (this.#waiting === 0) this.#abandon?.();
  }

  /** The one who began it has gone away; it is abandoned when all who joined have, too. */
  abandonWhenAlone(abandon: () => void): void {
    if (this.#waiting === 0) abandon();
    else this.#abandon = abandon;
  }

  end(answer: WholeAnswer | undefined): void {
    this.#tell(answer);
  }
}

interface Kept extends WholeAnswer {
  readonly freshUntil: number;
  readonly tags: ReadonlySet<string>;
  /** The time of `Changes` for which it is known to hold. */
  clock: number;
}

const BYTES_PER_TAG = 64;
const BYTES_PER_ANSWER = 512;

/**
 * Answers by what was asked: the text of the request, by whom, and in which form. An answer is given
 * as long as each part of it is fresh, and no longer than until a write changes one.
 */
export class Answers {
  readonly #executions = new Map<string, Execution>();

  constructor(
    private readonly changes: Changes,
    /** Undefined to keep nothing. */
    private readonly store: Store | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  find(key: string): WholeAnswer | undefined {
    const kept = this.store?.get(key) as Kept | undefined;
    if (kept === undefined) return undefined;
    if (this.now() < kept.freshUntil && this.changes.isUnchangedSince(kept.clock, kept.tags)) {
      kept.clock = this.changes.clock;
      return kept;
    }
    this.store?.delete(key);
    return undefined;
  }

  /** The execution of the same that began after the last write, if there is one. */
  executionOf(key: string): Execution | undefined {
    const execution = this.#executions.get(key);
    return execution?.clock === this.changes.clock ? execution : undefined;
  }

  /** Begins one that others may wait for. It must be ended. */
  beginExecution(key: string): Execution {
    const execution = new Execution(this.changes.clock);
    this.#executions.set(key, execution);
    return execution;
  }

  /** Gives the answer to those who wait for it; undefined has each of them executed by itself. */
  endExecution(key: string, execution: Execution, answer: WholeAnswer | undefined): void {
    if (this.#executions.get(key) === execution) this.#executions.delete(key);
    execution.end(answer);
  }

  /** Keeps an answer unless a part of it must not be given again. */
  keep(key: string, { tags, clock }: Provenance, answer: WholeAnswer): void {
    const { freshUntil, body } = answer;
    if (this.store === undefined || freshUntil === undefined) return;
    if (!this.changes.isUnchangedSince(clock, tags)) return;
    const kept: Kept = { ...answer, tags, clock, freshUntil };
    const size = body.length + tags.size * BYTES_PER_TAG + key.length + BYTES_PER_ANSWER;
    this.store.set(key, kept, { size });
  }

  /** For how many whole seconds more an answer is fresh; undefined for what must not be given later. */
  secondsLeft({ freshUntil }: WholeAnswer): number | undefined {
    if (freshUntil === undefined) return undefined;
    return Math.max(0, Math.floor((freshUntil - this.now()) / 1000));
  }
}

/** A strong validator (RFC 9110, section 8.8.3): the same bytes, the same text. */
export function etagOf(body: string | Buffer): string {
  return `"${createHash('sha1').update(body).digest('base64url')}"`;
}

/** Whether an `If-None-Match` names this validator (RFC 9110, section 13.1.2). */
export function isNamedBy(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(',')
    .map((validator) => validator.trim().replace(/^W\//, ''))
    .some((validator) => validator === '*' || validator === etag);
}

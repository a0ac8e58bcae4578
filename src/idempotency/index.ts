/** A write that is asked for twice under one key happens once: its outcome is kept, and given again. */
import { createHash } from 'node:crypto';
import { UpstreamError } from '../upstream/errors.js';

/** How a write ended: with a mutation's payload, or with an outcome that nobody knows. */
export type Outcome = { readonly payload: object } | { readonly isUnknown: true };

/** What is kept under a key. */
export interface Entry {
  /** Of the input that the key came with. */
  readonly fingerprint: string;
  /** Undefined while the write is under way. */
  readonly outcome?: Outcome | undefined;
}

/** Where entries are kept: JSON values under texts, each for a limited time. */
export interface IdempotencyStore {
  /**
   * Puts an entry where there is none, in one step, so that of two who claim a key at once only one
   * gets it. Gives undefined to that one, and the entry that is there to the other.
   */
  claim(id: string, entry: Entry): Promise<Entry | undefined>;
  /** Puts an entry in place of a claim; its time begins anew. */
  settle(id: string, entry: Entry): Promise<void>;
  /** Takes a claim back. */
  release(id: string): Promise<void>;
}

/** A mutation that came with a key. */
export interface KeyedWrite {
  /** Whose key it is: see authorityOf. */
  authority: string;
  mutation: string;
  key: string;
  /** What was asked, without the key. */
  input: object;
}

/** What a write gave, and whether Kinde has answered it: what was refused unsent may be asked again. */
export interface Attempt<P extends object> {
  payload: P;
  isAnswered: boolean;
}

/** The result of `once`: whether the write was made by this request or by an earlier one. */
export interface Once<P extends object> {
  payload: P;
  isReplay: boolean;
}

/** The key was used before, for another input. */
export class KeyReusedError extends Error {
  override readonly name = 'KeyReusedError';
}

/** The outcome of the earlier request with the same key is unknown, and this one has written nothing. */
export class ReplayedUnknownError extends UpstreamError {
  constructor(mutation: string) {
    super(
      'UNAVAILABLE',
      `${mutation} was sent before under the same key, with an unknown outcome`,
      {
        outcomeUnknown: true,
      },
    );
  }
}

/** A write that is under way in this process. */
interface UnderWay {
  fingerprint: string;
  /** Settles when the write's entry has been decided. */
  ended: Promise<void>;
}

export class Idempotency {
  readonly #store: IdempotencyStore;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(store: IdempotencyStore) {
    this.#store = store;
  }

  /**
   * Attempts a write unless its outcome is kept or will be: then it gives that one. What certainly did
   * not happen is not kept, so that those who waited for it attempt it themselves, one after the other,
   * each in its own name. Throws a KeyReusedError when the key came with another input before.
   */
  async once<P extends object>(
    write: KeyedWrite,
    attempt: () => Promise<Attempt<P>>,
  ): Promise<Once<P>> {
    const id = hash([write.authority, write.mutation, write.key]);
    const fingerprint = hash(write.input);
    // Those who wait begin again one by one: what follows the loop has no await before it is under way.
    for (let other = this.#underWay.get(id); other !== undefined; other = this.#underWay.get(id)) {
      if (other.fingerprint !== fingerprint) throw new KeyReusedError();
      await other.ended;
    }
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    this.#underWay.set(id, { fingerprint, ended });
    try {
      const found = await this.#store.claim(id, { fingerprint });
      if (found === undefined) {
        return { payload: await this.#attempt(id, fingerprint, attempt), isReplay: false };
      }
      if (found.fingerprint !== fingerprint) throw new KeyReusedError();
      // A claim that is not of this process is another's, which may have died of it.
      if (found.outcome === undefined) throw new ReplayedUnknownError(write.mutation);
      return replay(found.outcome, write);
    } finally {
      this.#underWay.delete(id);
      end();
    }
  }

  async #attempt<P extends object>(
    id: string,
    fingerprint: string,
    attempt: () => Promise<Attempt<P>>,
  ): Promise<P> {
    let made: Attempt<P>;
    try {
      made = await attempt();
    } catch (error) {
      if (error instanceof UpstreamError && !error.outcomeUnknown) await this.#store.release(id);
      // What is no failure of a call is a fault of ours, and says nothing of what Kinde has done.
      else await this.#store.settle(id, { fingerprint, outcome: { isUnknown: true } });
      throw error;
    }
    const { payload, isAnswered } = made;
    if (isAnswered) await this.#store.settle(id, { fingerprint, outcome: { payload } });
    else await this.#store.release(id);
    return payload;
  }
}

function replay<P extends object>(outcome: Outcome, { mutation }: KeyedWrite): Once<P> {
  if ('isUnknown' in outcome) throw new ReplayedUnknownError(mutation);
  // The mutation's name is part of the id, so that the payload is one of its own.
  return { payload: outcome.payload as P, isReplay: true };
}

/** The SHA-256 of a value's JSON in which the order of an object's properties does not count. */
function hash(value: unknown): string {
  const json = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
  return createHash('sha256').update(json).digest('hex');
}

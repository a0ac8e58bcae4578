/** A write that is asked for twice under one key happens once: its outcome is kept, and given again. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import type { Deadline } from '../upstream/policy/call-budget.js';
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

/** The right to make a write, which ends in one of two ways. Neither rejects: the write is over. */
export interface Claim {
  /** Replaces the claim by the outcome, and restarts its lifetime. */
  settle(outcome: Outcome): Promise<void>;
  /** Takes the claim back. */
  release(): Promise<void>;
}

/** Where entries are kept, each for a limited time. */
export interface IdempotencyStore {
  /**
   * Claims an id where nothing is kept under it, in one step, so that of two who claim it at once only
   * one gets it; the other gets what is there. Rejects with a StoreUnavailableError when it cannot be
   * known what is there: then there is no claim.
   */
  claim(id: string, fingerprint: string): Promise<Claim | Entry>;
}

/** A mutation that came with a key. */
export interface KeyedWrite {
  /** Whose key it is: see `keyOwner`. */
  owner: string;
  mutation: string;
  key: string;
  /** What was asked, without the key. */
  input: object;
  /** How long it may be waited for what another process is writing. */
  time: Pick<Deadline, 'remainingMs'>;
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

/** What is kept cannot be asked for at the moment, so that nothing has been written. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
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

/** How long to wait before it is asked again for what another process is writing: more each time. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

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
   * Attempts a write, or returns the stored outcome of an earlier attempt, waiting for one in flight. An
   * attempt that certainly did nothing isn't stored, so requests that waited for it attempt the write
   * themselves, one after the other, each with its own authority. Throws a KeyReusedError when the key
   * came with another input before, and a StoreUnavailableError, before anything is written, when the
   * store can't say whether it did.
   */
  async once<P extends object>(
    write: KeyedWrite,
    attempt: () => Promise<Attempt<P>>,
  ): Promise<Once<P>> {
    const id = hash([write.owner, write.mutation, write.key]);
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
      const found = await this.#claim(id, fingerprint, write);
      if (!('settle' in found)) return replay(found, write);
      return { payload: await makeWrite(found, attempt), isReplay: false };
    } finally {
      this.#underWay.delete(id);
      end();
    }
  }

  /** A claim, or the outcome that there is, once the process that is writing has one. */
  async #claim(id: string, fingerprint: string, write: KeyedWrite): Promise<Claim | Outcome> {
    for (let pauseMs = FIRST_PAUSE_MS, isUnderWay = false; ; pauseMs *= 1.5) {
      let found: Claim | Entry;
      try {
        found = await this.#store.claim(id, fingerprint);
      } catch (error) {
        // That nothing was written could no longer be said: another process may have done it meanwhile.
        if (isUnderWay) throw new ReplayedUnknownError(write.mutation);
        throw error;
      }
      if ('settle' in found) return found;
      if (found.fingerprint !== fingerprint) throw new KeyReusedError();
      if (found.outcome !== undefined) return found.outcome;
      isUnderWay = true;
      const { remainingMs } = write.time;
      if (remainingMs <= 0) throw new ReplayedUnknownError(write.mutation);
      await sleep(Math.min(pauseMs, LONGEST_PAUSE_MS, remainingMs));
    }
  }
}

async function makeWrite<P extends object>(
  claim: Claim,
  attempt: () => Promise<Attempt<P>>,
): Promise<P> {
  let made: Attempt<P>;
  try {
    made = await attempt();
  } catch (error) {
    if (isUnwritten(error)) await claim.release();
    // Any other error is a bug of the gateway, and says nothing about what Kinde has done.
    else await claim.settle({ isUnknown: true });
    throw error;
  }
  const { payload, isAnswered } = made;
  if (isAnswered) await claim.settle({ payload });
  else await claim.release();
  return payload;
}

/** Whether a write certainly didn't happen. The gateway refuses one by a GraphQLError before it is sent. */
const isUnwritten = (error: unknown) =>
  error instanceof UpstreamError ? !error.outcomeUnknown : error instanceof GraphQLError;

function replay<P extends object>(outcome: Outcome, { mutation }: KeyedWrite): Once<P> {
  if ('isUnknown' in outcome) throw new ReplayedUnknownError(mutation);
  // The mutation's name is part of the id, so that the payload is one of its own.
  return { payload: outcome.payload as P, isReplay: true };
}

/** The SHA-256 of a value's JSON in which the order of an object's properties does not count. */
function hash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join()}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join()}}`;
}

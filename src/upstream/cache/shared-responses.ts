/** Responses of the API that replicas share through Redis. */
import type { RedisUser } from '../../redis/user.js';
import { LOOK_UP, RELEASE, STORE, type Found, type ReplicaKeys } from './replica-scripts.js';

export interface SharedResponsesOptions {
  reader: RedisUser;
  keys: ReplicaKeys;
  marksLiveMs: string;
  onFailure: (error: unknown) => void;
}

const NOTHING: Found = {
  body: undefined,
  remainingMs: 0,
  stamp: undefined,
  isClaimed: false,
};

/** A larger response costs more to move than it is worth. */
const MAX_BODY_LENGTH = 1024 * 1024;

export class SharedResponses {
  readonly #options: SharedResponsesOptions;

  constructor(options: SharedResponsesOptions) {
    this.#options = options;
  }

  /**
   * Finds a response that a replica stored for this read, if none of its tags was invalidated since. A
   * missing one is claimed for `claimMs`, where that isn't 0: the caller reads it, and stores or releases
   * it.
   */
  async lookUp(key: string, tags: readonly string[], claimMs: number): Promise<Found> {
    const { reader, keys, marksLiveMs, onFailure } = this.#options;
    const all = [...keys.log, keys.entry(key), keys.claim(key), ...keys.marks(tags)];
    try {
      return await reader.run(LOOK_UP, all, [marksLiveMs, String(claimMs)]);
    } catch (error) {
      onFailure(error);
      return NOTHING;
    }
  }

  /**
   * Stores a response for the other replicas that was read after `stamp` was looked up. Whatever else
   * failed in Redis meanwhile, they may be waiting for it.
   */
  store(key: string, stamp: string, body: string, lifetimeMs: number): void {
    if (body.length > MAX_BODY_LENGTH) return this.release(key, stamp);
    const { reader, keys, onFailure } = this.#options;
    reader
      .send(STORE, [keys.claim(key), keys.entry(key)], [stamp, body, String(lifetimeMs)])
      .catch(onFailure);
  }

  /** Ends a claim to a response that isn't stored, so that another replica reads it. */
  release(key: string, stamp: string): void {
    const { reader, keys, onFailure } = this.#options;
    reader.send(RELEASE, [keys.claim(key)], [stamp]).catch(onFailure);
  }
}

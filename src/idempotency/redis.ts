/** Keys that hold for all replicas of a gateway: what is kept under them is in Redis. */
import { randomUUID } from 'node:crypto';
import { briefly, createRedis, NOW, prefixOf, script, within } from '../redis/client.js';
import {
  StoreUnavailableError,
  type Claim,
  type Entry,
  type IdempotencyStore,
  type Outcome,
} from './index.js';
import type { Entries } from './memory.js';

export interface RedisStoreOptions {
  /** Where Redis is: `redis://` or `rediss://`. */
  url: string;
  /** Replicas with the same name share; it must name the Kinde environment and the application. */
  name: string;
  ttlSeconds: number;
  /** Keeps the outcomes of this process as well, for when Redis cannot be told of them or loses them. */
  own: Entries;
  /** Is told once when Redis can no longer be asked, and once when it can again. */
  onState: (isAvailable: boolean, error?: unknown) => void;
  /** Hears of each outcome that Redis could not be told of at once. */
  onUntold: (error: unknown) => void;
}

/** How long Redis may take. A mutation is refused after that, so that it is more than for a read. */
const TIMEOUT_MS = 1_000;
/** For how long it is then left alone, so that not every mutation waits in vain. */
const PAUSE_MS = 1_000;
/** A claim that has not been renewed for this long is one whose process has died. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;
/** How many claims are remembered that Redis could not be told the end of. */
const MOST_UNTOLD = 10_000;

/**
 * Gives the fingerprint, the outcome and the lease that are there, and leaves them as they are. Where
 * there is nothing, or the same owner's claim, gives nothing and puts the claim there anew.
 */
const CLAIM = `${NOW}
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'outcome', 'owner', 'leasedUntil')
if kept[1] and (kept[2] or kept[3] ~= ARGV[2]) then
  return { kept[1], kept[2] or '', tonumber(kept[4]) > now and 'leased' or '' }
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'owner', ARGV[2], 'leasedUntil', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {}`;

/** An outcome is kept also where Redis has lost the claim, but never in place of another owner's. */
const SETTLE = `
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'owner', ARGV[2], 'leasedUntil', '0', 'outcome', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`;

const RELEASE = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

const connect = (url: string) =>
  createRedis(url, {
    claim: script<string[]>(CLAIM),
    settle: script<number>(SETTLE),
    release: script<number>(RELEASE),
  });

/** A claim as Redis knows it: the owner is a name that nobody else has, made for this claim alone. */
interface Held {
  id: string;
  fingerprint: string;
  owner: string;
}

const UNKNOWN: Outcome = { isUnknown: true };

/**
 * A claim stays for as long as an outcome would, and has a lease that its process renews. Others wait
 * for it while the lease runs; without one the outcome is unknown, and nobody takes the claim over: the
 * process may have died after Kinde had carried the write out.
 *
 * While Redis cannot be asked nothing can be claimed. What it could not be told of a claim's end, it is
 * told when it is back.
 */
export class RedisStore implements IdempotencyStore {
  readonly #redis: ReturnType<typeof connect>;
  readonly #options: RedisStoreOptions;
  readonly #prefix: string;
  readonly #outcomesLiveMs: string;
  readonly #claimsLiveMs: string;
  readonly #renewal: NodeJS.Timeout;
  /** Claims whose writes are under way. */
  readonly #held = new Set<Held>();
  /** Claims that have ended, with an outcome or without one. */
  readonly #untold = new Map<Held, 'settled' | 'released'>();
  #isAvailable = true;
  #pausedUntil = 0;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#prefix = prefixOf(options.name);
    const ttlMs = options.ttlSeconds * 1000;
    this.#outcomesLiveMs = String(ttlMs);
    // One that expired while its write is under way would have the next who asks write again.
    this.#claimsLiveMs = String(Math.max(ttlMs, LEASE_MS));
    this.#redis = connect(options.url);
    this.#redis.on('error', (error: unknown) => this.#fail(error));
    this.#redis.on('ready', () => this.#resume());
    this.#renewal = setInterval(() => this.#renew(), RENEW_MS);
    this.#renewal.unref();
  }

  /** Resolves when Redis can be asked, or when that takes too long; it is tried on then. */
  async connect(): Promise<void> {
    await briefly(this.#redis.connect()).catch((error: unknown) => this.#fail(error));
  }

  async claim(id: string, fingerprint: string): Promise<Claim | Entry> {
    const own = this.#options.own.get(id);
    if (own !== undefined) return own;
    if (!this.#redis.isReady || performance.now() < this.#pausedUntil) {
      throw new StoreUnavailableError();
    }
    const held: Held = { id, fingerprint, owner: randomUUID() };
    let kept: string[];
    try {
      kept = await within(TIMEOUT_MS, this.#put(held));
    } catch (error) {
      this.#fail(error);
      this.#pausedUntil = performance.now() + PAUSE_MS;
      // It may be there all the same, and would keep the caller from trying again.
      void this.#tell(held, 'released').catch(() => undefined);
      throw new StoreUnavailableError('Redis does not answer', { cause: error });
    }
    this.#succeed();
    const [keptFingerprint, outcome, lease] = kept;
    if (keptFingerprint !== undefined) {
      if (outcome) return { fingerprint: keptFingerprint, outcome: JSON.parse(outcome) as Outcome };
      return { fingerprint: keptFingerprint, outcome: lease === '' ? UNKNOWN : undefined };
    }
    this.#held.add(held);
    return {
      settle: async (outcome) => {
        this.#options.own.set(id, { fingerprint, outcome });
        await this.#end(held, 'settled');
      },
      release: () => this.#end(held, 'released'),
    };
  }

  close(): void {
    clearInterval(this.#renewal);
    this.#redis.destroy();
  }

  #put({ id, fingerprint, owner }: Held): Promise<string[]> {
    return this.#redis.claim(
      [this.#key(id)],
      [fingerprint, owner, String(LEASE_MS), this.#claimsLiveMs],
    );
  }

  async #end(held: Held, how: 'settled' | 'released'): Promise<void> {
    this.#held.delete(held);
    try {
      await within(TIMEOUT_MS, this.#tell(held, how));
    } catch (error) {
      if (how === 'settled') this.#options.onUntold(error);
    }
  }

  /** Commands of one connection are carried out in turn: this one after the claim that it is about. */
  async #tell(held: Held, how: 'settled' | 'released'): Promise<void> {
    const { id, fingerprint, owner } = held;
    try {
      if (how === 'released') {
        await this.#redis.release([this.#key(id)], [owner]);
      } else {
        // What memory had to forget was a write all the same.
        const { outcome = UNKNOWN } = this.#options.own.get(id) ?? {};
        await this.#redis.settle(
          [this.#key(id)],
          [fingerprint, owner, JSON.stringify(outcome), this.#outcomesLiveMs],
        );
      }
    } catch (error) {
      const [oldest] = this.#untold.keys();
      if (this.#untold.size >= MOST_UNTOLD) this.#untold.delete(oldest!);
      this.#untold.set(held, how);
      throw error;
    }
  }

  #renew(): void {
    // Where it fails, the next renewal or the return of Redis comes before anything depends on it.
    for (const held of this.#held) this.#put(held).catch(() => undefined);
  }

  /** Redis is back, perhaps empty: claims are put there again, and it is told what it has missed. */
  #resume(): void {
    this.#pausedUntil = 0;
    this.#succeed();
    this.#renew();
    const untold = [...this.#untold];
    this.#untold.clear();
    for (const [held, how] of untold) void this.#tell(held, how).catch(() => undefined);
  }

  #key(id: string): string {
    return `${this.#prefix}:write ${id}`;
  }

  #succeed(): void {
    if (this.#isAvailable) return;
    this.#isAvailable = true;
    this.#options.onState(true);
  }

  #fail(error: unknown): void {
    if (!this.#isAvailable) return;
    this.#isAvailable = false;
    this.#options.onState(false, error);
  }
}

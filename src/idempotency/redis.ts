/** Keys that hold for all replicas of a gateway: what is kept under them is in Redis. */
import { randomUUID } from 'node:crypto';
import { prefixOf, RedisUnavailableError, type RedisClient } from '../redis/client.js';
import { decodeList, ignoreResult, NOW, script } from '../redis/script.js';
import { RedisUser } from '../redis/user.js';
import { within } from '../redis/within.js';
import {
  StoreUnavailableError,
  type Claim,
  type Entry,
  type IdempotencyStore,
  type Outcome,
} from './index.js';
import type { Entries } from './memory.js';

export interface RedisStoreOptions {
  redis: RedisClient;
  /** Replicas with the same name share; it must name the Kinde environment and the application. */
  name: string;
  ttlSeconds: number;
  /** Keeps the outcomes of this process as well, for when Redis cannot be told of them or loses them. */
  own: Entries;
  /** Is told once when Redis can no longer be asked, and once when it can again. */
  onState: (isAvailable: boolean, error?: unknown) => void;
  /** Hears of each outcome that Redis could not be told of at once. */
  onUntold: (error: unknown) => void;
  timings?: StoreTimings | undefined;
}

/** In milliseconds. Tests shorten them. */
export interface StoreTimings {
  /** How long Redis may take, and how long it is left alone after that. Defaults to a second. */
  readonly timeoutMs?: number;
  /** How long a claim is good without a renewal. Defaults to five seconds. */
  readonly leaseMs?: number;
}

/** How long Redis may take, more than for a read, since the mutation is refused after that. */
const TIMEOUT_MS = 1_000;
/** A claim that has not been renewed for this long is one whose process has died. */
const LEASE_MS = 5_000;
/** How many times a claim is renewed within its lease. */
const RENEWALS = 3;
const UNKNOWN: Outcome = { isUnknown: true };
/** How many claims are remembered that Redis could not be told the end of. */
const MOST_UNTOLD = 10_000;

/**
 * Returns the fingerprint, outcome and lease that are stored, and leaves them as they are. Where there is
 * nothing, or the same owner's claim, stores the claim and returns nothing.
 */
const CLAIM = script(
  `${NOW}
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'outcome', 'owner', 'leasedUntil')
if kept[1] and (kept[2] or kept[3] ~= ARGV[2]) then
  return { kept[1], kept[2] or '', tonumber(kept[4]) > now and 'leased' or '' }
end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'owner', ARGV[2], 'leasedUntil', string.format('%.0f', now + ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return {}`,
  (result): Entry | undefined => {
    const list = decodeList(result);
    if (list.length === 0) return undefined;
    const [fingerprint, outcome, lease] = list.map(String);
    if (outcome) return { fingerprint: fingerprint!, outcome: parseOutcome(outcome) };
    return { fingerprint: fingerprint!, outcome: lease === 'leased' ? undefined : UNKNOWN };
  },
);

function parseOutcome(json: string): Outcome {
  try {
    return JSON.parse(json) as Outcome;
  } catch {
    return UNKNOWN;
  }
}

/** An outcome is kept also where Redis has lost the claim, but never in place of another owner's. */
const SETTLE = script(
  `
local owner = redis.call('HGET', KEYS[1], 'owner')
if owner and owner ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'owner', ARGV[2], 'leasedUntil', '0', 'outcome', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])`,
  ignoreResult,
);

const RELEASE = script(
  `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])`,
  ignoreResult,
);

/** Whether Redis takes claims at all. */
const PROBE = script(`redis.call('SET', KEYS[1], '', 'PX', 1000)`, ignoreResult);

/** A claim as Redis knows it: the owner is a name that nobody else has, made for this claim alone. */
interface Held {
  id: string;
  fingerprint: string;
  owner: string;
}

/**
 * A claim stays for as long as an outcome would, and has a lease that its process renews. Others wait
 * for it while the lease runs; without one the outcome is unknown, and nobody takes the claim over: the
 * process may have died after Kinde had carried the write out.
 *
 * While Redis cannot be asked nothing can be claimed. What it could not be told of a claim's end, it is
 * told when it is back.
 */
export class RedisStore implements IdempotencyStore {
  readonly #redis: RedisUser;
  readonly #options: RedisStoreOptions;
  readonly #prefix: string;
  readonly #timeoutMs: number;
  readonly #leaseMs: number;
  readonly #outcomesLiveMs: string;
  readonly #claimsLiveMs: string;
  readonly #renewal: NodeJS.Timeout;
  /** Claims whose writes are under way. */
  readonly #held = new Set<Held>();
  /** Claims that have ended, with an outcome or without one. */
  readonly #untold = new Map<Held, 'settled' | 'released'>();

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    const { timeoutMs = TIMEOUT_MS, leaseMs = LEASE_MS } = options.timings ?? {};
    this.#timeoutMs = timeoutMs;
    this.#leaseMs = leaseMs;
    this.#prefix = prefixOf(options.name);
    const ttlMs = options.ttlSeconds * 1000;
    this.#outcomesLiveMs = String(ttlMs);
    // One that expired while its write is under way would have the next who asks write again.
    this.#claimsLiveMs = String(Math.max(ttlMs, leaseMs));
    this.#redis = new RedisUser(options.redis, {
      timeoutMs,
      pauseMs: timeoutMs,
      onState: options.onState,
    });
    options.redis.onReady(() => this.#resume());
    this.#renewal = setInterval(() => this.#renew(), leaseMs / RENEWALS);
    this.#renewal.unref();
  }

  async claim(id: string, fingerprint: string): Promise<Claim | Entry> {
    const own = this.#options.own.get(id);
    if (own !== undefined) return own;
    const held: Held = { id, fingerprint, owner: randomUUID() };
    try {
      const entry = await this.#redis.run(CLAIM, ...this.#claimOf(held));
      if (entry !== undefined) return entry;
    } catch (error) {
      // It may be there all the same, and would keep the caller from trying again.
      if (!(error instanceof RedisUnavailableError)) {
        void this.#tell(held, 'released').catch(() => undefined);
      }
      throw new StoreUnavailableError('Redis can’t keep the key', { cause: error });
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
  }

  #claimOf({ id, fingerprint, owner }: Held): [keys: string[], args: string[]] {
    return [[this.#key(id)], [fingerprint, owner, String(this.#leaseMs), this.#claimsLiveMs]];
  }

  async #end(held: Held, how: 'settled' | 'released'): Promise<void> {
    this.#held.delete(held);
    try {
      await within(this.#timeoutMs, this.#tell(held, how));
    } catch (error) {
      if (how === 'settled') this.#options.onUntold(error);
    }
  }

  /** Commands of one connection are carried out in turn: this one after the claim that it is about. */
  async #tell(held: Held, how: 'settled' | 'released'): Promise<void> {
    const { id, fingerprint, owner } = held;
    try {
      if (how === 'released') {
        await this.#redis.send(RELEASE, [this.#key(id)], [owner]);
      } else {
        // What memory had to forget was a write all the same.
        const { outcome = UNKNOWN } = this.#options.own.get(id) ?? {};
        await this.#redis.send(
          SETTLE,
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
    for (const [held, how] of this.#takeUntold()) {
      void this.#tell(held, how).catch(() => undefined);
    }
    // Where it fails, the next renewal or the return of Redis comes before anything depends on it.
    for (const held of this.#held) {
      this.#redis.send(CLAIM, ...this.#claimOf(held)).catch(() => undefined);
    }
  }

  /** Stores claims and missed outcomes once Redis is back, since it may be empty. */
  #resume(): void {
    this.#redis.run(PROBE, [`${this.#prefix}:probe`]).catch(() => undefined);
    this.#renew();
  }

  #takeUntold(): [Held, 'settled' | 'released'][] {
    const untold = [...this.#untold];
    this.#untold.clear();
    return untold;
  }

  #key(id: string): string {
    return `${this.#prefix}:write ${id}`;
  }
}

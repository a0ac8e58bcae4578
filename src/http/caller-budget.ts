/** The cost that each caller may use in a minute, so that one of them can't take everything. */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Charge } from '../graphql/context.js';
import { prefixOf, type RedisClient } from '../redis/client.js';
import { decodeList, script, UnexpectedReplyError } from '../redis/script.js';
import { RedisUser } from '../redis/user.js';

const WINDOW_MS = 60_000;
/** How often a replica adds what callers have used to what Redis has, at most. */
const SETTLE_MS = 100;
/** How many callers are known at once. The one that was quiet for longest starts again with its whole budget. */
const MAX_CALLERS = 100_000;
/** How many callers one command to Redis is about. */
const CALLERS_PER_COMMAND = 500;
/** How many credentials of callers with nothing left are known at once. */
const MAX_SPENT = 10_000;
/** How long such a credential is refused unread. Then its caller's budget is looked at again. */
const SPENT_MS = 1_000;
/** How long Redis may take. Nobody waits for it. */
const LIMITS = { timeoutMs: 1_000, pauseMs: 1_000 };

/** Adds costs to the sums of callers; returns the sums and the number of replicas. */
const ADD = script(
  `local sums = {}
for index, key in ipairs(KEYS) do
  sums[index] = redis.call('INCRBY', key, ARGV[index])
  redis.call('PEXPIRE', key, ${2 * WINDOW_MS})
end
sums[#KEYS + 1] = redis.call('PUBSUB', 'NUMSUB', ARGV[#KEYS + 1])[2]
return sums`,
  (result) => {
    const sums = decodeList(result, 2);
    if (!sums.every((sum) => typeof sum === 'number')) {
      throw new UnexpectedReplyError('Redis replied with something else than sums');
    }
    return sums as number[];
  },
);

/** What a caller has used in a window. */
interface Used {
  window: number;
  /** By all replicas, as far as this one knows. */
  cost: number;
  /** The part of it that Redis has not been told yet. */
  unsettled: number;
}

export interface CallerBudgetOptions {
  /** How much cost a caller may use in a minute. */
  limit: number;
  /** Undefined for a single replica. */
  redis: RedisClient | undefined;
  /** Replicas with the same name share. */
  name: string;
  /** Called for each refusal. */
  onRefused?: (() => void) | undefined;
  /** The time in milliseconds since 1970. Replicas whose clocks differ have windows that differ as much. */
  now?: () => number;
}

/**
 * Decides at once by what this replica knows, and tells Redis afterwards: no request waits for Redis. So
 * replicas together may let through a little more than the limit, what they serve in a tenth of a
 * second. While Redis can't be reached, each replica keeps to its own part: the limit divided by the
 * number of replicas that Redis last knew of.
 */
export class CallerBudget {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #onRefused: () => void;
  readonly #callers = new LRUCache<string, Used>({ max: MAX_CALLERS });
  /** By hashes of credentials. */
  readonly #spent = new LRUCache<string, { charge: Charge; until: number }>({ max: MAX_SPENT });
  readonly #redis: RedisUser | undefined;
  readonly #prefix: string;
  #unsettled = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #isShared = true;
  #replicas = 1;

  constructor({
    limit,
    redis,
    name,
    onRefused = () => undefined,
    now = Date.now,
  }: CallerBudgetOptions) {
    this.#limit = limit;
    this.#now = now;
    this.#onRefused = onRefused;
    this.#prefix = `${prefixOf(name)}:caller`;
    if (redis === undefined) return;
    this.#redis = new RedisUser(redis, LIMITS);
    // Counts the replicas: each of them listens, and nothing is ever sent.
    redis.subscribe(this.#prefix, () => undefined);
  }

  /**
   * Takes this cost from what a caller may use, unless that is too little: a refusal takes work as well,
   * and costs 1. So a caller who floods has nothing left soon, and `spent` knows its credential. The name
   * of the caller stays in this process: Redis has a hash of it.
   */
  charge(caller: string, cost: number, credential?: string): Charge {
    const { key, used, resetsAt } = this.#usedBy(caller);
    const limit = this.#share();
    const isAllowed = used.cost + cost <= limit;
    const taken = isAllowed ? cost : Math.min(1, Math.max(0, limit - used.cost));
    this.#add(key, used, taken);
    if (!isAllowed) this.#onRefused();
    const charge = this.#chargeOf(used, resetsAt, { isAllowed, cost });
    if (!isAllowed && charge.remaining === 0 && credential !== undefined) {
      const until = Math.min(resetsAt, this.#now() + SPENT_MS);
      this.#spent.set(hashOf(credential), { charge, until });
    }
    return charge;
  }

  /** Returns what a caller has left, as a charge of nothing. */
  standing(caller: string): Charge {
    const { used, resetsAt } = this.#usedBy(caller);
    return this.#chargeOf(used, resetsAt, { isAllowed: true, cost: 0 });
  }

  /**
   * Gives back what an operation was charged that was refused afterwards, but for what a refusal costs.
   * Returns the charge that is left.
   */
  refund(caller: string, charge: Charge): Charge {
    const { key, used, resetsAt } = this.#usedBy(caller);
    // The next minute has begun, and with it all of the budget is there again.
    if (resetsAt !== charge.resetsAt) return charge;
    // A request that had been charged before has a charge of nothing.
    const returned = Math.max(0, Math.min(charge.cost - 1, used.cost));
    this.#add(key, used, -returned);
    return { ...charge, remaining: Math.max(0, this.#share() - used.cost) };
  }

  /**
   * Returns the refusal of a caller who has nothing left, by what its request has in its headers; else
   * undefined. It is known without verifying a token or reading a body.
   */
  spent(credential: string): Charge | undefined {
    if (this.#spent.size === 0) return undefined;
    const hash = hashOf(credential);
    const spent = this.#spent.get(hash);
    if (spent === undefined) return undefined;
    if (spent.until > this.#now()) {
      this.#onRefused();
      return spent.charge;
    }
    this.#spent.delete(hash);
    return undefined;
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #share(): number {
    return this.#isShared ? this.#limit : Math.max(1, Math.floor(this.#limit / this.#replicas));
  }

  #usedBy(caller: string) {
    // No two callers have the same window, or all would come back at the same moment.
    const key = hashOf(caller);
    const offset = Buffer.from(key, 'base64url').readUInt16BE() % WINDOW_MS;
    const window = Math.floor((this.#now() + offset) / WINDOW_MS);
    let used = this.#callers.get(key);
    if (used?.window !== window) {
      used = { window, cost: 0, unsettled: 0 };
      this.#callers.set(key, used);
    }
    return { key, used, resetsAt: (window + 1) * WINDOW_MS - offset };
  }

  #chargeOf(used: Used, resetsAt: number, taken: Pick<Charge, 'isAllowed' | 'cost'>): Charge {
    const limit = this.#share();
    return {
      ...taken,
      limit,
      remaining: Math.max(0, limit - used.cost),
      resetsAt,
      retryAfterSeconds: Math.max(1, Math.ceil((resetsAt - this.#now()) / 1000)),
    };
  }

  #add(key: string, used: Used, cost: number): void {
    used.cost += cost;
    if (this.#redis === undefined) return;
    used.unsettled += cost;
    this.#unsettled.add(key);
    this.#timer ??= setTimeout(() => void this.#settle(), SETTLE_MS).unref();
  }

  async #settle(): Promise<void> {
    const keys = [...this.#unsettled];
    this.#unsettled = new Set();
    try {
      for (let from = 0; from < keys.length; from += CALLERS_PER_COMMAND) {
        await this.#send(keys.slice(from, from + CALLERS_PER_COMMAND));
      }
      this.#isShared = true;
    } catch {
      // What was not told by now stays with this replica, which keeps to its part.
      this.#isShared = false;
    } finally {
      this.#timer = undefined;
      if (this.#unsettled.size > 0) {
        this.#timer = setTimeout(() => void this.#settle(), SETTLE_MS).unref();
      }
    }
  }

  async #send(keys: readonly string[]): Promise<void> {
    const sent = keys.flatMap((key) => {
      const used = this.#callers.peek(key);
      return used === undefined ? [] : [{ key, used, cost: used.unsettled }];
    });
    if (sent.length === 0) return;
    for (const { used, cost } of sent) used.unsettled -= cost;
    const sums = await this.#redis!.run(
      ADD,
      sent.map(({ key, used: { window } }) => `${this.#prefix}:${key}:${window}`),
      [...sent.map(({ cost }) => String(cost)), this.#prefix],
    );
    this.#replicas = Math.max(1, sums.at(-1)!);
    for (const [index, { used }] of sent.entries()) {
      // What was used meanwhile is not in the sum yet.
      used.cost = sums[index]! + used.unsettled;
    }
  }
}

const hashOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 22);

/** Returns the headers of the IETF's draft that tell a caller where it stands, as structured fields. */
export function rateLimitHeaders({ limit, remaining, retryAfterSeconds }: Charge) {
  return {
    'ratelimit-policy': `"cost";q=${limit};w=${WINDOW_MS / 1000}`,
    ratelimit: `"cost";r=${remaining};t=${retryAfterSeconds}`,
  };
}

/** What the replicas of a gateway tell each other of the upstream's rate limit, and its budget of calls. */
import { prefixOf, type RedisClient } from '../../redis/client.js';
import { decodeList, ignoreResult, NOW, script, UnexpectedReplyError } from '../../redis/script.js';
import { RedisUser } from '../../redis/user.js';

/** The upstream's rate limit as all replicas together keep to it. */
export interface RateLimit {
  /** Takes the right to make one call, unless it would have to wait for longer than `longestMs`. */
  reserve(longestMs: number): Promise<Reservation> | Reservation;
  /** Tells the other replicas that the upstream takes no calls for this long. */
  announceHold(milliseconds: number): void;
  /** Hears how long the upstream takes no calls, as another replica has learnt. */
  onHold(listener: (milliseconds: number) => void): void;
}

/** How long to wait, and whether the right to a call after that has been taken. */
export interface Reservation {
  waitMs: number;
  isTaken: boolean;
}

/** Kinde counts by the minute. The second more is for calls that were longer on their way than others. */
const WINDOW_MS = 61_000;

/** How long Redis may take. What takes longer is done without it, and after three of those all is. */
const LIMITS = { timeoutMs: 40, failuresBeforePause: 3, pauseMs: 1_000 };

/**
 * Keeps the times of the last calls, as many as may be made in a window: the next one comes no sooner
 * than a window after the first of them, so that no window has more, wherever it begins. Of calls that
 * have to wait, each has a time of its own. Redis' clock is the only one.
 */
const RESERVE = script(
  `${NOW}
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.call('LINDEX', KEYS[1], -limit)
local wait = first and math.max(0, first + window - now) or 0
local replicas = redis.call('PUBSUB', 'NUMSUB', ARGV[4])[2]
if wait > tonumber(ARGV[3]) then return { wait, 0, replicas } end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now + wait))
redis.call('LTRIM', KEYS[1], -limit, -1)
redis.call('PEXPIRE', KEYS[1], wait + window)
return { wait, 1, replicas }`,
  (result) => {
    const [waitMs, isTaken, replicas] = decodeList(result, 3);
    if (typeof waitMs !== 'number' || typeof replicas !== 'number') {
      throw new UnexpectedReplyError('Redis replied with something else than a reservation');
    }
    return { waitMs, isTaken: isTaken === 1, replicas };
  },
);

const HOLD = script(
  `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
redis.call('PUBLISH', ARGV[2], ARGV[1])`,
  ignoreResult,
);

/** For how long the upstream takes no calls, in milliseconds; negative when it does. */
const REMAINING_HOLD = script(`return redis.call('PTTL', KEYS[1])`, Number);

/** The calls of this process: when each of the last ones was made, or is to be. */
export class CallTimes {
  readonly #times: Float64Array;
  #next = 0;

  constructor(
    private readonly limit: number,
    private readonly now: () => number,
  ) {
    this.#times = new Float64Array(limit).fill(-Infinity);
  }

  /** As `RateLimit.reserve`, with this part of the limit. */
  reserve(longestMs: number, part: number = this.limit): Reservation {
    const share = Math.max(1, Math.min(this.limit, Math.floor(part)));
    const first = this.#times[(this.#next - share + this.limit) % this.limit]!;
    const waitMs = Math.max(0, first + WINDOW_MS - this.now());
    if (waitMs > longestMs) return { waitMs, isTaken: false };
    this.add(waitMs);
    return { waitMs, isTaken: true };
  }

  /** A call is made after this wait. */
  add(waitMs: number): void {
    this.#times[this.#next] = this.now() + waitMs;
    this.#next = (this.#next + 1) % this.limit;
  }
}

export interface SharedRateLimitOptions {
  /** How many calls all replicas together may make in a minute; 0 sets no limit. */
  callsPerMinute: number;
  /** Undefined for a single replica. */
  redis: RedisClient | undefined;
  /** Replicas with the same name share; it must name the Kinde environment. */
  name: string;
  now?: () => number;
}

const UNLIMITED: Reservation = { waitMs: 0, isTaken: true };

/**
 * Calls are counted in Redis, for all replicas. While Redis cannot be asked, each replica keeps to its
 * own part: the limit divided by the number of replicas that Redis last knew of. A replica that gets a 429
 * announces it to the others. One that misses the announcement gets a 429 of its own.
 */
export class SharedRateLimit implements RateLimit {
  readonly #limit: number;
  readonly #times: CallTimes | undefined;
  readonly #now: () => number;
  readonly #redis: RedisUser | undefined;
  readonly #calls: string;
  readonly #hold: string;
  readonly #listeners: ((milliseconds: number) => void)[] = [];
  #replicas = 1;
  #heldUntil = -Infinity;

  constructor({
    callsPerMinute,
    redis,
    name,
    now = () => performance.now(),
  }: SharedRateLimitOptions) {
    this.#limit = callsPerMinute;
    this.#now = now;
    this.#times = callsPerMinute === 0 ? undefined : new CallTimes(callsPerMinute, now);
    this.#calls = `${prefixOf(name)}:calls`;
    this.#hold = `${prefixOf(name)}:hold`;
    if (redis === undefined) return;
    this.#redis = new RedisUser(redis, LIMITS);
    redis.subscribe(this.#hold, (text) => this.#hear(Number(text)));
    redis.onReady(() => void this.#readHold());
  }

  onHold(listener: (milliseconds: number) => void): void {
    this.#listeners.push(listener);
    // What was learnt when the connection was made may be older than this listener.
    const remainingMs = this.#heldUntil - this.#now();
    if (remainingMs > 0) listener(remainingMs);
  }

  announceHold(milliseconds: number): void {
    const text = String(Math.ceil(milliseconds));
    if (text === '0') return;
    // Nobody waits for it, so that Redis may be slow.
    this.#redis?.send(HOLD, [this.#hold], [text, this.#hold]).catch(() => undefined);
  }

  reserve(longestMs: number): Promise<Reservation> | Reservation {
    if (this.#times === undefined) return UNLIMITED;
    if (this.#redis === undefined) return this.#times.reserve(longestMs);
    return this.#reserveTogether(this.#redis, this.#times, longestMs);
  }

  async #reserveTogether(
    redis: RedisUser,
    times: CallTimes,
    longestMs: number,
  ): Promise<Reservation> {
    try {
      const { waitMs, isTaken, replicas } = await redis.run(
        RESERVE,
        [this.#calls],
        [String(this.#limit), String(WINDOW_MS), String(Math.floor(longestMs)), this.#hold],
      );
      this.#replicas = Math.max(1, replicas);
      if (isTaken) times.add(waitMs);
      return { waitMs, isTaken };
    } catch {
      return times.reserve(longestMs, this.#limit / this.#replicas);
    }
  }

  /** Learns what was announced while there was no connection. */
  async #readHold(): Promise<void> {
    const remainingMs = await this.#redis?.send(REMAINING_HOLD, [this.#hold]).catch(() => 0);
    this.#hear(remainingMs ?? 0);
  }

  #hear(milliseconds: number): void {
    if (!(milliseconds > 0)) return;
    this.#heldUntil = this.#now() + milliseconds;
    for (const listener of this.#listeners) listener(milliseconds);
  }
}

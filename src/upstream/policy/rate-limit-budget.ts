/** What the replicas of a gateway tell each other of the upstream's rate limit, and its budget of calls. */
import { briefly, createRedis, NOW, prefixOf, script, within } from '../../redis/client.js';

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

/** How long Redis may take. What takes longer is done without it. */
const TIMEOUT_MS = 40;
/** After so many failures in a row it is left alone for a while, so that not every call waits in vain. */
const MOST_FAILURES = 3;
const PAUSE_MS = 1_000;

/**
 * Keeps the times of the last calls, as many as may be made in a window: the next one comes no sooner
 * than a window after the first of them, so that no window has more, wherever it begins. Of calls that
 * have to wait, each has a time of its own. Redis' clock is the only one.
 */
const RESERVE = `${NOW}
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local first = redis.call('LINDEX', KEYS[1], -limit)
local wait = first and math.max(0, first + window - now) or 0
local replicas = redis.call('PUBSUB', 'NUMSUB', ARGV[4])[2]
if wait > tonumber(ARGV[3]) then return { wait, 0, replicas } end
redis.call('RPUSH', KEYS[1], string.format('%.0f', now + wait))
redis.call('LTRIM', KEYS[1], -limit, -1)
redis.call('PEXPIRE', KEYS[1], wait + window)
return { wait, 1, replicas }`;

const HOLD = `
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '', 'PX', ARGV[1]) end
return redis.call('PUBLISH', ARGV[2], ARGV[1])`;

const connect = (url: string) =>
  createRedis(url, { reserve: script<number[]>(RESERVE), hold: script<number>(HOLD) });

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
  /** Where Redis is; undefined for a single replica. */
  redisUrl: string | undefined;
  /** Replicas with the same name share; it must name the Kinde environment. */
  name: string;
  now?: () => number;
}

const UNLIMITED: Reservation = { waitMs: 0, isTaken: true };

/**
 * Calls are counted in Redis, for all replicas. While Redis cannot be asked, each replica keeps to its
 * own part: the limit divided by the number of replicas that Redis last knew of. What one learns from a
 * 429 is told to all at once; who does not hear it learns it from a 429 of its own.
 */
export class SharedRateLimit implements RateLimit {
  readonly #limit: number;
  readonly #times: CallTimes | undefined;
  readonly #now: () => number;
  readonly #redis: ReturnType<typeof connect> | undefined;
  readonly #subscriber: ReturnType<typeof connect> | undefined;
  readonly #calls: string;
  readonly #hold: string;
  readonly #listeners: ((milliseconds: number) => void)[] = [];
  #replicas = 1;
  #heldUntil = -Infinity;
  #failures = 0;
  #pausedUntil = -Infinity;

  constructor({
    callsPerMinute,
    redisUrl,
    name,
    now = () => performance.now(),
  }: SharedRateLimitOptions) {
    this.#limit = callsPerMinute;
    this.#now = now;
    this.#times = callsPerMinute === 0 ? undefined : new CallTimes(callsPerMinute, now);
    this.#calls = `${prefixOf(name)}:calls`;
    this.#hold = `${prefixOf(name)}:hold`;
    if (redisUrl === undefined) return;
    this.#redis = connect(redisUrl);
    // One that listens may send nothing else.
    this.#subscriber = connect(redisUrl);
    for (const client of [this.#redis, this.#subscriber]) client.on('error', () => this.#fail());
  }

  /** Resolves when Redis can be asked, or when that takes too long; it is tried on then. */
  async connect(): Promise<void> {
    if (this.#redis === undefined || this.#subscriber === undefined) return;
    const connected = Promise.all([
      this.#redis.connect().then(async (redis) => this.#hear(await redis.pTTL(this.#hold))),
      this.#subscriber
        .connect()
        .then((redis) => redis.subscribe(this.#hold, (text) => this.#hear(Number(text)))),
    ]);
    await briefly(connected).catch(() => this.#fail());
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
    this.#redis?.hold([this.#hold], [text, this.#hold]).catch(() => this.#fail());
  }

  reserve(longestMs: number): Promise<Reservation> | Reservation {
    if (this.#times === undefined) return UNLIMITED;
    if (this.#redis === undefined) return this.#times.reserve(longestMs);
    return this.#reserveTogether(this.#redis, this.#times, longestMs);
  }

  async #reserveTogether(
    redis: ReturnType<typeof connect>,
    times: CallTimes,
    longestMs: number,
  ): Promise<Reservation> {
    if (!this.#isPaused) {
      try {
        const [waitMs = 0, isTaken = 0, replicas = 1] = await within(
          TIMEOUT_MS,
          redis.reserve(
            [this.#calls],
            [String(this.#limit), String(WINDOW_MS), String(Math.floor(longestMs)), this.#hold],
          ),
        );
        this.#failures = 0;
        this.#replicas = Math.max(1, replicas);
        if (isTaken === 1) times.add(waitMs);
        return { waitMs, isTaken: isTaken === 1 };
      } catch {
        this.#fail();
      }
    }
    return times.reserve(longestMs, this.#limit / this.#replicas);
  }

  close(): void {
    this.#redis?.destroy();
    this.#subscriber?.destroy();
  }

  #hear(milliseconds: number): void {
    if (!(milliseconds > 0)) return;
    this.#heldUntil = this.#now() + milliseconds;
    for (const listener of this.#listeners) listener(milliseconds);
  }

  get #isPaused(): boolean {
    return this.#now() < this.#pausedUntil;
  }

  #fail(): void {
    this.#failures++;
    if (this.#failures >= MOST_FAILURES) this.#pausedUntil = this.#now() + PAUSE_MS;
  }
}

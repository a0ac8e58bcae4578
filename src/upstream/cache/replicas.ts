/** What the replicas of a gateway tell each other through Redis: what was read, and what was changed. */
import { randomUUID } from 'node:crypto';
import { briefly, createRedis, prefixOf, script, within } from '../../redis/client.js';
import type { InvalidationLog } from './invalidation.js';

export interface ReplicasOptions {
  /** Where Redis is: `redis://` or `rediss://`. */
  url: string;
  /** Replicas with the same name share; it must name the Kinde environment and the application. */
  name: string;
  invalidations: InvalidationLog;
  /** The longest time that anything is cached, in milliseconds. */
  longestLifetimeMs: number;
  /** Is told once when Redis can no longer be reached, and once when it can again. */
  onState?: (isReachable: boolean, error?: unknown) => void;
}

/** An answer that another replica has read, or what is needed to keep one. */
export interface Found {
  body: string | undefined;
  /** How long it is still fresh, in milliseconds. */
  remainingMs: number;
  /** What its tags were like just now; undefined when Redis did not say. */
  stamp: string | undefined;
}

const NOTHING: Found = { body: undefined, remainingMs: 0, stamp: undefined };

/** How long Redis may take. What takes longer is done without it. */
const TIMEOUT_MS = 25;
/** How long it may take for a write to be announced. Until it is, other replicas give what was before it. */
const ANNOUNCE_TIMEOUT_MS = 45;
/** For how long it is then left alone, so that not every operation waits in vain. */
const PAUSE_MS = 1_000;
/** How many invalidations are cached for replicas that have not heard of them yet. */
const LOG_LENGTH = 10_000;
/** A call in flight may be this much older than its answer. */
const LONGEST_CALL_MS = 15 * 60_000;
/** A larger answer costs more to move than it is worth. */
const MAX_BODY_LENGTH = 1024 * 1024;

/** Numbers the change, marks its tags with the number and writes it to the log, all at once. */
const ANNOUNCE = `
local n = redis.call('INCR', KEYS[1])
for i = 3, #KEYS do redis.call('SET', KEYS[i], n, 'PX', ARGV[1]) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], '*', 'n', n, 'by', ARGV[3], 'tags', ARGV[4])
return n`;

/** The marks of an answer's tags, and the answer itself where it was cached under the same marks. */
const LOOK_UP = `
local stamp = ''
for i = 2, #KEYS do stamp = stamp .. (redis.call('GET', KEYS[i]) or '0') .. ' ' end
local cached = redis.call('HMGET', KEYS[1], 'stamp', 'body')
if cached[1] ~= stamp then return { stamp } end
return { stamp, cached[2], tostring(redis.call('PTTL', KEYS[1])) }`;

const KEEP = `
redis.call('HSET', KEYS[1], 'stamp', ARGV[1], 'body', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])`;

const connect = (url: string) =>
  createRedis(url, {
    announce: script<number>(ANNOUNCE),
    lookUp: script<string[]>(LOOK_UP),
    keep: script<null>(KEEP),
  });

/**
 * Every write is written to a log, and every operation begins with what the log has gained: so what
 * an operation is given from memory is not older than any write that was acknowledged before it, on
 * whichever replica. Whoever cannot read the log gives nothing from memory. What Redis cannot be told
 * in time is told as soon as it can be; until then other replicas may give what they have, for as
 * long as it is fresh.
 */
export class Replicas {
  readonly #redis: ReturnType<typeof connect>;
  readonly #invalidations: InvalidationLog;
  readonly #prefix: string;
  readonly #marksLiveMs: number;
  readonly #onState: (isReachable: boolean, error?: unknown) => void;
  /** Tells its own entries of the log from those of others. */
  readonly #self = randomUUID();
  #lastId: string | undefined;
  #lastNumber = 0;
  #isReachable = true;
  #pausedUntil = 0;
  #refreshing: Promise<boolean> | undefined;
  #next: Promise<boolean> | undefined;
  /** Tags that Redis has yet to be told of. */
  readonly #unannounced = new Set<string>();

  constructor({ url, name, invalidations, longestLifetimeMs, onState }: ReplicasOptions) {
    this.#invalidations = invalidations;
    this.#onState = onState ?? (() => undefined);
    this.#marksLiveMs = longestLifetimeMs + LONGEST_CALL_MS;
    this.#prefix = prefixOf(name);
    this.#redis = connect(url);
    this.#redis.on('error', (error: unknown) => this.#fail(error));
  }

  /** Resolves when Redis can be asked, or when that takes too long; it is tried on then. */
  async connect(): Promise<void> {
    const connected = this.#redis.connect().then(() => this.refresh());
    await briefly(connected).catch((error: unknown) => this.#fail(error));
  }

  /**
   * Has `invalidations` know of every write that was announced before now. False when that cannot be known:
   * nothing that is remembered may be given then.
   */
  refresh(): Promise<boolean> {
    if (this.#isPaused) return Promise.resolve(false);
    if (this.#refreshing === undefined) {
      this.#refreshing = this.#refresh().finally(() => {
        this.#refreshing = undefined;
      });
      return this.#refreshing;
    }
    // The reading that is under way may have begun before a write that this caller knows of.
    this.#next ??= this.#refreshing.then(() => {
      this.#next = undefined;
      return this.refresh();
    });
    return this.#next;
  }

  async #refresh(): Promise<boolean> {
    try {
      await this.#tell();
      const isKnown = await within(TIMEOUT_MS, this.#readLog());
      this.#succeed();
      return isKnown;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  async #readLog(): Promise<boolean> {
    const log = this.#key('invalidations');
    if (this.#lastId === undefined) {
      const [last] = (await this.#redis.xRevRange(log, '+', '-', { COUNT: 1 })) ?? [];
      this.#lastId = last?.id ?? '0-0';
      this.#lastNumber = Number(last?.message['n'] ?? 0);
      this.#invalidations.invalidateAll();
      return true;
    }
    const entries =
      (await this.#redis.xRange(log, `(${this.#lastId}`, '+', { COUNT: LOG_LENGTH })) ?? [];
    for (const { id, message } of entries) {
      const number = Number(message['n']);
      // A number is missing when the log was cut off before it was read here, or was lost.
      if (number !== this.#lastNumber + 1) this.#invalidations.invalidateAll();
      else if (message['by'] !== this.#self) {
        this.#invalidations.record(JSON.parse(message['tags'] ?? '[]') as string[]);
      }
      this.#lastId = id;
      this.#lastNumber = number;
    }
    return entries.length < LOG_LENGTH;
  }

  /** Tells the others of a change; resolves when they will hear of it, or when Redis takes too long. */
  async announce(tags: readonly string[]): Promise<void> {
    for (const tag of tags) this.#unannounced.add(tag);
    if (this.#isPaused) return;
    try {
      await this.#tell();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #tell(): Promise<void> {
    const tags = [...this.#unannounced];
    if (tags.length === 0) return;
    await within(
      ANNOUNCE_TIMEOUT_MS,
      this.#redis.announce(
        [
          this.#key('number'),
          this.#key('invalidations'),
          ...tags.map((tag) => this.#key(`tag ${tag}`)),
        ],
        [String(this.#marksLiveMs), String(LOG_LENGTH), this.#self, JSON.stringify(tags)],
      ),
    );
    for (const tag of tags) this.#unannounced.delete(tag);
  }

  /** What a replica has cached for this read, if none of its tags has been changed since. */
  async lookUp(key: string, tags: readonly string[]): Promise<Found> {
    if (this.#isPaused) return NOTHING;
    try {
      const [stamp, body, remainingMs] = await within(
        TIMEOUT_MS,
        this.#redis.lookUp(
          [this.#key(`read ${key}`), ...tags.map((tag) => this.#key(`tag ${tag}`))],
          [],
        ),
      );
      return { stamp, body, remainingMs: Number(remainingMs ?? 0) };
    } catch (error) {
      this.#fail(error);
      return NOTHING;
    }
  }

  /** Keeps for the other replicas what was read after `stamp` was looked up. Nobody waits for it. */
  store(key: string, stamp: string, body: string, lifetimeMs: number): void {
    if (this.#isPaused || body.length > MAX_BODY_LENGTH) return;
    this.#redis
      .keep([this.#key(`read ${key}`)], [stamp, body, String(lifetimeMs)])
      .catch((error: unknown) => this.#fail(error));
  }

  /** Whether Redis could be reached when it was last tried. */
  get isReachable(): boolean {
    return this.#isReachable;
  }

  close(): void {
    this.#redis.destroy();
  }

  get #isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  #key(name: string): string {
    return `${this.#prefix}:${name}`;
  }

  #succeed(): void {
    if (this.#isReachable) return;
    this.#isReachable = true;
    this.#onState(true);
  }

  #fail(error: unknown): void {
    this.#pausedUntil = performance.now() + PAUSE_MS;
    if (!this.#isReachable) return;
    this.#isReachable = false;
    this.#onState(false, error);
  }
}

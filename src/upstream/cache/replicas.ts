/** What the replicas of a gateway share through Redis: which tags were invalidated, and responses. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { prefixOf, RedisUnavailableError, type RedisClient } from '../../redis/client.js';
import { RedisUser } from '../../redis/user.js';
import { RedisTimeoutError, within } from '../../redis/within.js';
import type { Change } from '../changes/change.js';
import type { ChangeFeed } from '../changes/feed.js';
import type { InvalidationLog } from './invalidation.js';
import { ANNOUNCE, ANNOUNCE_ALL, feedEntries, LOOK } from './replica-scripts.js';
import { replicaKeys, type Look, type ReplicaKeys } from './replica-scripts.js';
import { SharedResponses } from './shared-responses.js';

export interface ReplicasOptions {
  redis: RedisClient;
  /** Replicas with the same name share; it must name the Kinde environment and the application. */
  name: string;
  invalidations: InvalidationLog;
  changes: ChangeFeed;
  /** The longest time that anything is cached, in milliseconds. */
  longestLifetimeMs: number;
  /** How long Redis may take for a read, in milliseconds. Defaults to 25. */
  readTimeoutMs?: number | undefined;
  /** How often the log is read for listeners, and while it can't be read. Defaults to 1,000. */
  listenEveryMs?: number | undefined;
  /** Is called when the cache can't be used, since Redis can't be asked, and when it can again. */
  onState?: (isAvailable: boolean, error?: unknown) => void;
}

/** How long Redis may take for a read. What takes longer is done without it. */
const READ = { timeoutMs: 25, pauseMs: 1_000 };
/** The same where no caller waits: a late reply is better than none. */
const LISTEN = { timeoutMs: 1_000, pauseMs: 0 };
/** A message can be lost with its connection. */
const LISTEN_EVERY_MS = 1_000;
/**
 * How long a write waits to be announced, counted from when Redis began to fail: in a longer outage
 * writes don't wait. Until a write is announced, other replicas may serve the state before it.
 */
const WRITE = { timeoutMs: 200, pauseMs: 0 };
/** How long a write waits at most, also where connections are made and lost again and again. */
const LONGEST_WAIT_MS = 2 * WRITE.timeoutMs;
const FIRST_RETRY_MS = 20;
const LONGEST_RETRY_MS = 250;
/**
 * How long a replica whose reply from Redis was late distrusts what Redis says: what the others sent
 * meanwhile is in Redis' queue already.
 */
const SETTLE_AFTER_TIMEOUT_MS = 25;
/** With more changes than this to announce, the feed's readers are told to read everything again. */
const MAX_ANNOUNCED_CHANGES = 1_000;
/** With more tags than this, everything is invalidated instead. */
const MAX_ANNOUNCED_TAGS = 10_000;
/** How much longer a mark lives than the entries that were stored under it, at least. */
const LONGEST_CALL_MS = 15 * 60_000;

/** A change that Redis has yet to be told of, with the number of the write that made it. */
interface UnannouncedChange {
  readonly write: number;
  readonly change: Change;
}

/** The place in the log up to which this replica has applied it. */
interface Position {
  readonly epoch: string;
  readonly last: string;
}

/**
 * Adds every write to a log in Redis before it is acknowledged, and reads the log when an operation
 * starts: so an operation is served nothing from memory that is older than a write that was
 * acknowledged before, on any replica. A replica that can't read the log serves nothing from memory.
 * One that can't tell whether it missed a part drops all that it has.
 *
 * A write that Redis doesn't take in time is acknowledged all the same, and announced as soon as Redis
 * takes it. Until then replicas that can reach Redis may serve what they have.
 */
export class Replicas {
  readonly responses: SharedResponses;
  readonly #reader: RedisUser;
  readonly #listener: RedisUser;
  readonly #writer: RedisUser;
  readonly #invalidations: InvalidationLog;
  readonly #changes: ChangeFeed;
  readonly #keys: ReplicaKeys;
  readonly #marksLiveMs: string;
  /** How long Redis is distrusted after an outage, until the others have announced their writes. */
  readonly #settleAfterOutageMs: number;
  readonly #onState: (isAvailable: boolean, error?: unknown) => void;
  /** Distinguishes its own entries in the log from those of others. */
  readonly #self = randomUUID();
  /** Undefined when nothing is known, so that all that is cached must be dropped. */
  #position: Position | undefined;
  #settleMs = 0;
  #trustedFrom = -Infinity;
  #isAvailable = true;
  #looking: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  readonly #listening: NodeJS.Timeout;
  /** Tags that Redis has yet to be told of, each with the number of the write that changed it last. */
  readonly #unannounced = new Map<string, number>();
  #unannouncedChanges: UnannouncedChange[] = [];
  #writes = 0;
  /** Since when Redis takes no announcements; undefined while it does. */
  #failingSince: number | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;

  constructor({ redis, name, invalidations, changes, ...options }: ReplicasOptions) {
    const { longestLifetimeMs, onState } = options;
    const { readTimeoutMs = READ.timeoutMs, listenEveryMs = LISTEN_EVERY_MS } = options;
    this.#invalidations = invalidations;
    this.#changes = changes;
    this.#onState = onState ?? (() => undefined);
    this.#marksLiveMs = String(longestLifetimeMs + LONGEST_CALL_MS);
    this.#keys = replicaKeys(prefixOf(name));
    this.#settleAfterOutageMs = 2 * redis.longestReconnectMs;
    this.#reader = new RedisUser(redis, { ...READ, timeoutMs: readTimeoutMs });
    this.#listener = new RedisUser(redis, LISTEN);
    this.#writer = new RedisUser(redis, WRITE);
    this.responses = new SharedResponses({
      reader: this.#reader,
      keys: this.#keys,
      marksLiveMs: this.#marksLiveMs,
      onFailure: (error) => this.#fail(error),
    });
    redis.onLost((error) => {
      this.#failingSince ??= performance.now();
      this.#fail(error);
    });
    redis.subscribe(this.#keys.news, (by) => {
      // Its own changes have a place in the feed as well.
      if (by !== this.#self || changes.isObserved) this.#listen();
    });
    this.#listening = setInterval(() => this.#listen(), listenEveryMs).unref();
    redis.onReady(() => {
      this.#failingSince = undefined;
      void this.#announceAll();
      void this.refresh();
    });
  }

  /**
   * Applies every invalidation that was announced before now. Returns false when they can't be known:
   * nothing may be served from memory then.
   */
  async refresh(): Promise<boolean> {
    try {
      await this.#reader.wait(() => this.#readLog());
    } catch (error) {
      this.#fail(error);
      return false;
    }
    return this.#trust();
  }

  /**
   * Applies the same for callers that can wait and hear of later invalidations. What was written during an
   * outage of Redis may only be announced after this. Returns false when Redis can't be read.
   */
  async catchUp(): Promise<boolean> {
    try {
      await this.#readLog();
    } catch {
      return false;
    }
    this.#trust();
    return true;
  }

  /** Returns whether what Redis says is trusted, now that it could be read. */
  #trust(): boolean {
    const now = performance.now();
    if (this.#settleMs > 0) {
      this.#trustedFrom = now + this.#settleMs;
      this.#settleMs = 0;
    }
    if (now < this.#trustedFrom) return false;
    this.#setAvailable(true);
    return true;
  }

  /** Without a listener, the next operation reads the log. In an outage, nobody may ask when it ends. */
  #listen(): void {
    const isObserved = this.#invalidations.isObserved || this.#changes.isObserved;
    if (isObserved || !this.#isAvailable) void this.catchUp();
  }

  /** Reads the log once for all who ask at the same time. Rejects when Redis can't be read. */
  #readLog(): Promise<void> {
    if (this.#looking === undefined) {
      this.#looking = this.#look().finally(() => {
        this.#looking = undefined;
      });
      return this.#looking;
    }
    // The look under way may have begun before a write that this caller knows of.
    this.#nextLook ??= this.#looking
      .catch(() => undefined)
      .then(() => {
        this.#nextLook = undefined;
        return this.#readLog();
      });
    return this.#nextLook;
  }

  /**
   * Announces tags and their change. Resolves to true when the other replicas will hear of it before their next read,
   * and to false when Redis takes too long: they will hear of it later.
   */
  async announce(tags: readonly string[], change?: Change): Promise<boolean> {
    const write = ++this.#writes;
    const waitsUntil = performance.now() + LONGEST_WAIT_MS;
    for (const tag of tags) this.#unannounced.set(tag, write);
    if (change !== undefined && tags.length > 0) this.#unannouncedChanges.push({ write, change });
    await within(this.#patienceMs, this.#announceAll()).catch(() => undefined);
    const isWaiting = () => this.#patienceMs > 0 && performance.now() < waitsUntil;
    while (this.#unannounced.size > 0 && isWaiting()) await sleep(FIRST_RETRY_MS);
    return !tags.some((tag) => this.#unannounced.has(tag));
  }

  get #patienceMs(): number {
    const since = this.#failingSince ?? performance.now();
    return Math.max(0, since + WRITE.timeoutMs - performance.now());
  }

  /** Whether the cache could be used when Redis was last asked. */
  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  /** Announces what was not announced yet, if Redis takes it, and stops trying. */
  async close(): Promise<void> {
    clearInterval(this.#listening);
    await this.#announceAll();
    clearTimeout(this.#retry);
  }

  async #look(): Promise<void> {
    const position = this.#position;
    let look: Look;
    try {
      const { epoch, last } = position ?? { epoch: '', last: '0-0' };
      look = await this.#listener.run(LOOK, this.#keys.log, [epoch, last]);
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    if (position !== this.#position) {
      throw new RedisUnavailableError('The reply is of a Redis that may be another one by now');
    }
    this.#apply(look);
  }

  #apply({ epoch, isContinuous, entries }: Look): void {
    this.#position = { epoch, last: entries.at(-1)!.id };
    if (!isContinuous) {
      this.#invalidations.invalidateAll();
      this.#changes.restart(feedEntries(epoch, entries));
      return;
    }
    const added = entries.slice(1);
    for (const { by, tags } of added) {
      if (by === this.#self) continue;
      if (tags === undefined) this.#invalidations.invalidateAll();
      else this.#invalidations.record(tags);
    }
    // After the invalidations, so that readers of the feed read the objects again.
    for (const entry of feedEntries(epoch, added)) this.#changes.append(entry);
  }

  /** Never rejects: what Redis doesn't take is announced later. */
  async #announceAll(): Promise<void> {
    const announced = [...this.#unannounced];
    const changes = this.#unannouncedChanges;
    // Changes are left without tags where those were announced by a later try than their own.
    if (announced.length === 0 && changes.length === 0) return;
    this.#unannouncedChanges = [];
    const tags = announced.map(([tag]) => tag);
    const sent = this.#send(tags, changes);
    // Not when Redis is merely late: it may have taken them, and subscribers would be told twice. Tags
    // may be announced twice.
    sent.catch(() => this.#putBack(changes));
    try {
      await this.#writer.wait(() => sent);
    } catch {
      this.#failingSince ??= performance.now();
      this.#retryLater();
      return;
    }
    this.#retryMs = FIRST_RETRY_MS;
    this.#failingSince = undefined;
    for (const [tag, write] of announced) {
      // One that was changed again meanwhile is announced again.
      if (this.#unannounced.get(tag) === write) this.#unannounced.delete(tag);
    }
  }

  #send(tags: readonly string[], changes: readonly UnannouncedChange[]): Promise<void> {
    if (tags.length > MAX_ANNOUNCED_TAGS || changes.length > MAX_ANNOUNCED_CHANGES) {
      return this.#writer.send(ANNOUNCE_ALL, this.#keys.log, [this.#keys.news]);
    }
    const keys = [this.#keys.log[1], ...this.#keys.marks(tags)];
    return this.#writer.send(ANNOUNCE, keys, [
      ...[this.#marksLiveMs, this.#self],
      ...[JSON.stringify(tags), JSON.stringify(changes.map(({ change }) => change))],
      this.#keys.news,
    ]);
  }

  /**
   * Keeps changes that Redis did not take. Those that failed at the same time come back one after the
   * other, in the order of their writes all the same. Those beyond the limit count, and are not held.
   */
  #putBack(changes: readonly UnannouncedChange[]): void {
    if (changes.length === 0) return;
    this.#unannouncedChanges = [...changes, ...this.#unannouncedChanges]
      .sort((one, other) => one.write - other.write)
      .slice(0, MAX_ANNOUNCED_CHANGES + 1);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#announceAll();
    }, this.#retryMs).unref();
    this.#retryMs = Math.min(2 * this.#retryMs, LONGEST_RETRY_MS);
  }

  #fail(error: unknown): void {
    if (error instanceof RedisTimeoutError) {
      this.#settleMs = Math.max(this.#settleMs, SETTLE_AFTER_TIMEOUT_MS);
    } else if (!(error instanceof RedisUnavailableError)) {
      // The connection is lost, or Redis refuses: it may have other data when it is back.
      this.#position = undefined;
      this.#settleMs = this.#settleAfterOutageMs;
    }
    this.#setAvailable(false, error);
  }

  #setAvailable(isAvailable: boolean, error?: unknown): void {
    if (isAvailable === this.#isAvailable) return;
    this.#isAvailable = isAvailable;
    this.#onState(isAvailable, error);
  }
}

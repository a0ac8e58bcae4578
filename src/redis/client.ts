/** The connection to Redis that all users of a process share. */
import { createHash, randomUUID } from 'node:crypto';
import { ignoreResult, script, UnexpectedReplyError, type Script } from './script.js';
import { within } from './within.js';

/** How long the start of the gateway, or its check, waits for a connection. */
const CONNECT_MS = 1_000;
/** A connection without a reply for this long is replaced: its other end may be gone without a word. */
const SILENCE_MS = 5_000;
const FIRST_RECONNECT_MS = 50;
const LONGEST_RECONNECT_MS = 500;

/** There is no connection, or Redis is left alone for a while. Nothing was sent. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

type Driver = Awaited<ReturnType<typeof loadDriver>>;
type Connection = ReturnType<typeof connectionTo>;

/** Loads the driver, whose 477 modules a gateway without Redis never needs. */
const loadDriver = () => import('@redis/client');

const connectionTo = (url: string, { createClient }: Driver) =>
  createClient({
    url,
    // A command that waits for a connection would hold up its caller.
    disableOfflineQueue: true,
    // This class reconnects, so that it knows of every new connection.
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: false },
    maintNotifications: 'disabled',
  });

/**
 * Connects, and connects again whenever the connection is lost, silent, or replies with something that
 * the request can't have. Each new connection may lead to a Redis with other data.
 */
export class RedisClient {
  /**
   * The longest pause between attempts to connect. A replica that waits a little longer than this after
   * an outage has given all others the time to announce what they wrote meanwhile.
   */
  readonly longestReconnectMs: number;
  readonly #url: string | (() => string);
  /** Distinguishes the requests of this process from all others. */
  readonly #name = randomUUID();
  readonly #readyListeners: (() => void)[] = [];
  readonly #lostListeners: ((error: unknown) => void)[] = [];
  readonly #subscriptions: { channel: string; listener: (message: string) => void }[] = [];
  #driver: Driver | undefined;
  #connection: Connection | undefined;
  /** The scripts that Redis knows by their hash. To ask for an unknown one costs a second exchange. */
  readonly #loaded = new Set<string>();
  #isClosed = false;
  #failedAttempts = 0;
  /** The next attempt to connect. */
  #timer: NodeJS.Timeout | undefined;
  #requests = 0;
  #unanswered = 0;
  /** When the last reply came, or the first request that waits for one was sent. */
  #lastReplyAt = 0;

  /** `url` is a function where it may change: called for each connection. */
  constructor(url: string | (() => string), { longestReconnectMs = LONGEST_RECONNECT_MS } = {}) {
    this.#url = url;
    this.longestReconnectMs = longestReconnectMs;
  }

  /** Whether commands can be sent. */
  get isReady(): boolean {
    return this.#connection?.isReady === true;
  }

  /** Calls the listener for each new connection. */
  onReady(listener: () => void): void {
    this.#readyListeners.push(listener);
  }

  /** Calls the listener for each connection that is lost, and each attempt that fails. */
  onLost(listener: (error: unknown) => void): void {
    this.#lostListeners.push(listener);
  }

  /** Calls the listener for each message of a channel that arrives while there is a connection. */
  subscribe(channel: string, listener: (message: string) => void): void {
    this.#subscriptions.push({ channel, listener });
  }

  /** Connects. Resolves when there is a connection or when that takes too long; attempts go on then. */
  async connect(): Promise<void> {
    this.#driver ??= await loadDriver();
    await within(CONNECT_MS, this.#open()).catch(() => undefined);
  }

  /** Runs a script. Rejects with what Redis refuses it for, or when the connection is lost. */
  async run<R>(
    { lua, sha1, decode }: Script<R>,
    keys: readonly string[],
    args: readonly string[],
  ): Promise<R> {
    const connection = this.#connection;
    if (connection?.isReady !== true) throw new RedisUnavailableError('There is no connection');
    const request = `${this.#name}:${++this.#requests}`;
    const options = { keys: [...keys], arguments: [...args, request] };
    const reply = await this.#watch(
      connection,
      this.#loaded.has(sha1)
        ? connection.evalSha(sha1, options).catch((error: unknown) => {
            // Redis has lost its scripts.
            if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
            return connection.eval(lua, options);
          })
        : connection.eval(lua, options),
    );
    try {
      if (!Array.isArray(reply) || reply[0] !== request) {
        throw new UnexpectedReplyError('Redis replied to another request');
      }
      this.#loaded.add(sha1);
      const result = decode(reply[1]);
      this.#failedAttempts = 0;
      return result;
    } catch (error) {
      // The replies to all other requests may be wrong as well.
      if (error instanceof UnexpectedReplyError) this.#lose(connection, error);
      throw error;
    }
  }

  /** Replaces the connection, as after a change of the URL. Where there is none, tries at once. */
  reconnect(): void {
    if (this.#connection === undefined) void this.#open();
    else this.#lose(this.#connection, new Error('The connection is replaced'));
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#connection?.destroy();
    this.#connection = undefined;
  }

  /** Never rejects: listeners hear of a failure, and another attempt follows. */
  async #open(): Promise<void> {
    if (this.#isClosed || this.#driver === undefined) return;
    clearTimeout(this.#timer);
    let connection: Connection;
    try {
      const url = typeof this.#url === 'string' ? this.#url : this.#url();
      connection = connectionTo(url, this.#driver);
    } catch {
      // Its own error has the URL, with the password in it.
      this.#retry(new Error('The URL of Redis can’t be parsed'));
      return;
    }
    this.#connection = connection;
    this.#unanswered = 0;
    this.#loaded.clear();
    // Also what can't be parsed is an error, after which replies belong to other requests.
    connection.on('error', (error: unknown) => this.#lose(connection, error));
    try {
      await within(SILENCE_MS, connection.connect());
    } catch (error) {
      this.#lose(connection, error);
      return;
    }
    if (this.#connection !== connection) return;
    for (const { channel, listener } of this.#subscriptions) {
      connection.subscribe(channel, listener).catch(() => undefined);
    }
    for (const listener of this.#readyListeners) listener();
  }

  #lose(connection: Connection, error: unknown): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    connection.destroy();
    this.#retry(error);
  }

  #retry(error: unknown): void {
    const pauseMs = FIRST_RECONNECT_MS * 2 ** Math.min(this.#failedAttempts++, 10);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.#open(),
      Math.min(pauseMs, this.longestReconnectMs),
    ).unref();
    for (const listener of this.#lostListeners) listener(error);
  }

  /** Passes a reply on, and replaces the connection when there are only requests and no replies. */
  async #watch<T>(connection: Connection, reply: Promise<T>): Promise<T> {
    const now = performance.now();
    if (this.#unanswered++ === 0) this.#lastReplyAt = now;
    if (now - this.#lastReplyAt > SILENCE_MS) {
      this.#lose(connection, new Error('Redis has not replied for 5 seconds'));
    }
    try {
      return await reply;
    } finally {
      if (this.#connection === connection) {
        this.#unanswered--;
        this.#lastReplyAt = performance.now();
      }
    }
  }
}

const PING = script('return 1', ignoreResult);

/** Connects, runs a script and disconnects. Rejects with why the first attempt failed. */
export async function ping(url: string): Promise<void> {
  const client = new RedisClient(url);
  await loadDriver();
  try {
    const replied = new Promise<void>((resolve, reject) => {
      client.onLost(reject);
      client.onReady(() => void client.run(PING, [], []).then(resolve, reject));
    });
    void client.connect();
    await within(CONNECT_MS, replied);
  } finally {
    client.close();
  }
}

/**
 * Returns what the keys of replicas with this name begin with. The braces keep all of them on one node
 * of a cluster, so that a script may use them together.
 */
export function prefixOf(name: string): string {
  const hash = createHash('sha256').update(name).digest('base64url').slice(0, 16);
  return `kinde-graphql:{${hash}}`;
}

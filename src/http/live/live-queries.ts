/** Streams of results: `@live` queries, and single results for clients that only read streams. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { keyOwner, responseGroup } from '../../auth/identity.js';
import type { Viewer } from '../../auth/viewer.js';
import type { Config } from '../../config.js';
import type { Cache } from '../../upstream/cache/index.js';
import type { Admission } from '../admission.js';
import { addRequestId, sendError } from '../error.js';
import { createExecuteDetached, type ExecuteDetached, type Execution } from '../execute.js';
import { isQuery, searchOf } from '../request.js';
import { callAt } from './call-at.js';
import { EventStream } from './event-stream.js';
import { LiveQuery, type LiveResult } from './live-query.js';
import { TagIndex } from './tag-index.js';

export interface LiveQueriesOptions {
  execute: ExecuteDetached;
  admission: Admission;
  cache: Pick<Cache, 'invalidations' | 'refresh' | 'catchUp'>;
  limits: StreamLimits;
  /** How long a result that can't be cached is good, in milliseconds. */
  uncacheableLifetimeMs: number;
  /** Called after each repeated execution, with the number of streams that its result was sent to. */
  onResult?: ((sentTo: number) => void) | undefined;
}

export interface StreamLimits {
  maxStreams: number;
  maxStreamsPerCaller: number;
}

const HEARTBEAT_MS = 15_000;
/** After everything was invalidated, executions are spread over this time. */
const SPREAD_MS = 1_000;

const EXPIRED = JSON.stringify({
  errors: [
    {
      message: 'The access token has expired. Open a stream with a new one.',
      extensions: { code: 'UNAUTHENTICATED' },
    },
  ],
});

/** Whom a stream is for, and until when. */
interface Audience {
  owner: string | undefined;
  /** In milliseconds since 1970; undefined for a caller without a token. */
  expiresAt: number | undefined;
}

export class LiveQueries {
  readonly #options: LiveQueriesOptions;
  readonly #byKey = new Map<string, LiveQuery>();
  readonly #index = new TagIndex<LiveQuery>();
  readonly #streams = new Set<EventStream>();
  readonly #streamsByOwner = new Map<string, number>();
  readonly #heartbeat: NodeJS.Timeout;
  #stopListening: (() => void) | undefined;
  #isClosed = false;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    this.#heartbeat = setInterval(() => {
      for (const stream of this.#streams) stream.beat();
    }, HEARTBEAT_MS).unref();
  }

  /** How many streams are open. */
  get streams(): number {
    return this.#streams.size;
  }

  /** How many different queries they are of. */
  get queries(): number {
    return this.#byKey.size;
  }

  /**
   * Executes the operation of a request and responds with a stream. Sends an HTTP error instead when
   * there are too many streams, the caller isn't authenticated or the gateway is overloaded.
   */
  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    shed: () => FastifyReply,
  ): Promise<FastifyReply> {
    // The execution tells a caller who isn't authenticated.
    const caller = await request.graphql.caller!.catch(() => undefined);
    const owner = caller && ownerOf(caller.viewer);
    const problem = this.#limitProblem(owner);
    if (problem !== undefined) return sendError(request, reply, problem);
    const key = keyOf(request);
    const query = this.#byKey.get(key) ?? this.#create(key, mayBeLive(request));
    const result = await query.current(request);
    // Meanwhile a shutdown may have begun, or the client have left.
    const isGone = reply.raw.destroyed;
    if (result === undefined || isGone || this.#isClosed) {
      this.#forgetUnused(query, key);
      return isGone ? reply.hijack() : shed();
    }
    // 400 is a document that doesn't validate: clients show the errors of a result, and not of a status.
    if (result.status >= 400 && result.status !== 400) {
      this.#forgetUnused(query, key);
      return reply
        .code(result.status)
        .headers(Object.fromEntries(result.headers))
        .send(addRequestId(result.body, request));
    }
    const stream = this.#open(request, reply, query, key, { owner, expiresAt: caller?.expiresAt });
    if (!result.isLive) stream.complete();
    return reply;
  }

  /** Ends all streams in a way that has clients connect again, to another replica. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) stream.disconnect();
  }

  /** From the first query on, since its execution may begin before a change and end after it. */
  #listen(): void {
    this.#stopListening ??= this.#options.cache.invalidations.onInvalidation((tags) => {
      for (const query of this.#index.find(tags)) {
        query.invalidate(tags === undefined ? Math.random() * SPREAD_MS : 0);
      }
    });
  }

  #create(key: string, canFollow: boolean): LiveQuery {
    this.#listen();
    const { uncacheableLifetimeMs, cache, onResult } = this.#options;
    // A live query hears of what Redis tells late; nothing follows the only result of another operation.
    const refresh = canFollow ? cache.catchUp : cache.refresh;
    const query: LiveQuery = new LiveQuery({
      execute: (request) => this.#execute(request, refresh),
      hasChanged: (dependencies) => {
        if (dependencies === undefined) return false;
        this.#index.set(query, dependencies.tags);
        return !cache.invalidations.isValidSince(dependencies.clock, dependencies.tags);
      },
      rereadAfterMs: (dependencies) =>
        dependencies?.freshUntil === undefined
          ? uncacheableLifetimeMs
          : dependencies.freshUntil - performance.now(),
      onResult: (sentTo) => onResult?.(sentTo),
    });
    this.#byKey.set(key, query);
    return query;
  }

  /** Executes with the authority of the request. Undefined when the gateway is overloaded. */
  async #execute(
    request: FastifyRequest,
    refresh: Cache['refresh'],
  ): Promise<LiveResult | undefined> {
    const { admission, execute } = this.#options;
    let release: (() => void) | undefined;
    const isAdmitted = await new Promise<boolean>((resolve) => {
      release = admission.apply(resolve);
    });
    try {
      if (!isAdmitted) return undefined;
      const areChangesHeard = await refresh();
      request.graphql.isCurrent = areChangesHeard;
      const { status, headers, body, operation } = await execute(request);
      const isLive = operation?.summary.isLive ?? false;
      return {
        ...{ status, headers, isLive },
        body: isLive && !areChangesHeard ? withFallback(body) : body,
        dependencies: operation?.dependencies,
      };
    } catch (error) {
      request.log.error({ err: error }, 'internal error');
      return undefined;
    } finally {
      release?.();
    }
  }

  #open(
    request: FastifyRequest,
    reply: FastifyReply,
    query: LiveQuery,
    key: string,
    { owner, expiresAt }: Audience,
  ): EventStream {
    let cancelExpiry: (() => void) | undefined;
    const stream = EventStream.open(reply, () => {
      cancelExpiry?.();
      this.#streams.delete(stream);
      if (owner !== undefined) this.#count(owner, -1);
      if (query.remove(request)) this.#forgetUnused(query, key);
    });
    this.#streams.add(stream);
    if (owner !== undefined) this.#count(owner, 1);
    if (expiresAt !== undefined) {
      cancelExpiry = callAt(expiresAt, () => {
        stream.next(EXPIRED);
        stream.complete();
      });
    }
    query.add(request, stream);
    return stream;
  }

  #forgetUnused(query: LiveQuery, key: string): void {
    if (!query.isUnused) return;
    query.stop();
    this.#index.delete(query);
    if (this.#byKey.get(key) === query) this.#byKey.delete(key);
    if (this.#byKey.size > 0) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
  }

  #count(owner: string, change: number): void {
    const count = (this.#streamsByOwner.get(owner) ?? 0) + change;
    if (count === 0) this.#streamsByOwner.delete(owner);
    else this.#streamsByOwner.set(owner, count);
  }

  #limitProblem(owner: string | undefined) {
    const { maxStreams, maxStreamsPerCaller } = this.#options.limits;
    if (this.#streams.size >= maxStreams) {
      return {
        status: 503,
        message: `All ${maxStreams} streams of this gateway (\`MAX_STREAMS\`) are open. Try again later.`,
        code: 'OVERLOADED',
      };
    }
    if (owner !== undefined && (this.#streamsByOwner.get(owner) ?? 0) >= maxStreamsPerCaller) {
      return {
        status: 429,
        message: `You have ${maxStreamsPerCaller} open streams (\`MAX_STREAMS_PER_CALLER\`). Close one first.`,
        code: 'RATE_LIMITED',
      };
    }
    return undefined;
  }
}

/** Creates the streams of a gateway, and has its metrics count them. */
export function createLiveQueries(
  { streams, cache: { lifetimeMs } }: Pick<Config, 'streams' | 'cache'>,
  execution: Execution,
  { admission, cache }: Pick<LiveQueriesOptions, 'admission' | 'cache'>,
): LiveQueries {
  const { metrics } = execution;
  const live = new LiveQueries({
    ...{ admission, cache, limits: streams, uncacheableLifetimeMs: lifetimeMs },
    execute: createExecuteDetached(execution),
    onResult: (sentTo) => metrics?.liveQueryExecuted(sentTo),
  });
  metrics?.watchStreams(live);
  return live;
}

/** Names a caller whose streams are counted; undefined where callers can't be told apart. */
function ownerOf(viewer: Viewer): string | undefined {
  return viewer.kind === 'everybody' ? undefined : (keyOwner(viewer) ?? responseGroup(viewer));
}

/** Returns the key that identical live queries of callers with the same rights share. */
function keyOf(request: FastifyRequest): string {
  const { graphql, id } = request;
  return (mayBeLive(request) ? graphql.cacheKey : undefined) ?? `request ${id}`;
}

function mayBeLive(request: FastifyRequest): boolean {
  const { method, url, body } = request;
  const { query } =
    method === 'GET'
      ? { query: new URLSearchParams(searchOf(url)).get('query') }
      : ((body ?? {}) as { query?: unknown });
  return isQuery(request) && /@\s*live\b/.test(String(query));
}

/** Says in a result that changes aren't heard of, since Redis is down, and only read again now and then. */
function withFallback(body: string): string {
  const result = JSON.parse(body) as { extensions?: object };
  return JSON.stringify({
    ...result,
    extensions: { ...result.extensions, live: { mode: 'POLLING' } },
  });
}

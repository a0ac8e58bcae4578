/** Streams of results: `@live` queries, subscriptions, and single results for clients that only read streams. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.js';
import type { Cache } from '../../upstream/cache/index.js';
import {
  resync,
  type ChangeFilter,
  type ChangeKind,
  type Delivery,
} from '../../upstream/changes/change.js';
import type { Cancellation } from '../../upstream/policy/cancellation.js';
import type { Admission } from '../admission.js';
import { addRequestId, sendError } from '../error.js';
import { chargeShared, limitCaller } from '../limit-caller.js';
import { createExecuteDetached, type ExecuteDetached, type Execution } from '../execute.js';
import { reportShared } from '../request-telemetry.js';
import type { UnreadResponses } from '../unread-responses.js';
import { ChangeExecutions } from './change-executions.js';
import { ChangeStream } from './change-stream.js';
import { LiveQuery, markAsPolling, resultOfBug, type LiveResult } from './live-query.js';
import { disconnectLargest, lengthProblem, memoryProblem } from './stream-problems.js';
import { documentOf, mayBeLive, mayFollow } from './stream-request.js';
import { audienceOf, OpenStreams, type Audience, type StreamLimits } from './open-streams.js';
import { TagIndex } from './tag-index.js';

export interface LiveQueriesOptions {
  execute: ExecuteDetached;
  admission: Admission;
  cache: Pick<Cache, 'invalidations' | 'changes' | 'refresh' | 'catchUp'>;
  limits: StreamLimits;
  /** Counts what streams have written. The last results of all live queries have the same limit. */
  unread: UnreadResponses;
  /** How long a result that can't be cached is good, in milliseconds. */
  uncacheableLifetimeMs: number;
  /** Called after each repeated execution, with the number of streams that its result was sent to. */
  onResult?: ((sentTo: number) => void) | undefined;
  /** Called for each request that gets a stream of a live query, with the query's result. */
  onStream?:
    ((request: FastifyRequest, reply: FastifyReply, result: LiveResult) => void) | undefined;
  /** Called for each change that is sent to a subscription. */
  onChange?: ((kind: ChangeKind) => void) | undefined;
}

interface Opening {
  query: LiveQuery;
  key: string;
  result: LiveResult;
  audience: Audience;
}

interface ExecuteOptions {
  refresh: Cache['refresh'];
  /** Cancelled once nobody needs the result. */
  cancellation?: Cancellation;
  /** The change that a subscription is executed for. */
  delivery?: Delivery;
}

/** Of an operation beyond what its caller may use, and of one beyond what the memory holds. */
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

/** After everything was invalidated, executions are spread over this time. */
const SPREAD_MS = 1_000;

export class LiveQueries {
  readonly #options: LiveQueriesOptions;
  readonly #byKey = new Map<string, LiveQuery>();
  readonly #index = new TagIndex<LiveQuery>();
  readonly #changes: ChangeExecutions<LiveResult | undefined>;
  readonly #streams: OpenStreams;
  #stopListening: (() => void) | undefined;
  #isClosed = false;
  #unshared = 0;

  constructor(options: LiveQueriesOptions) {
    this.#options = options;
    this.#changes = new ChangeExecutions(options.cache.invalidations);
    this.#streams = new OpenStreams(options.limits, options.unread);
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
   * there are too many streams, Kinde refuses the token or the gateway is overloaded.
   */
  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    shed: () => FastifyReply,
  ): Promise<FastifyReply> {
    if (reply.raw.destroyed) return reply.hijack();
    const audience = audienceOf(request.graphql.caller!);
    const problem = this.#streams.limitProblem(audience);
    if (problem !== undefined) return sendError(request, reply, problem);
    const key = this.#keyOf(request);
    const query = this.#byKey.get(key) ?? this.#create(key, mayFollow(request));
    const leave = this.#enter(query, key);
    reply.raw.once('close', leave);
    try {
      // Its executions are for all of its streams, and no single caller can be refused one.
      const spent = query.isLive ? chargeShared(request) : undefined;
      if (spent !== undefined) return limitCaller(request, reply, spent);
      const result = await query.current(request);
      // Meanwhile a shutdown may have begun, or the client have left.
      if (reply.raw.destroyed) return reply.hijack();
      if (result === undefined || (this.#isClosed && isFollowed(request, result))) return shed();
      return (
        this.#refuse(request, reply, result, audience) ??
        this.#open(request, reply, { query, key, result, audience })
      );
    } finally {
      leave();
    }
  }

  #enter(query: LiveQuery, key: string): () => void {
    const leave = query.enter();
    return () => {
      leave();
      this.#forgetUnused(query, key);
    };
  }

  /** Sends what a request gets instead of a stream after its execution; undefined for a stream. */
  #refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    result: LiveResult,
    audience: Audience,
  ): FastifyReply | undefined {
    // 400 is a document that doesn't validate: clients show the errors of a result, and not of a status.
    if (result.status >= 400 && result.status !== 400) {
      return reply
        .code(result.status)
        .headers(Object.fromEntries(result.headers))
        .send(addRequestId(result.body, request));
    }
    const spent = chargeShared(request);
    if (spent !== undefined) return limitCaller(request, reply, spent);
    if (!isFollowed(request, result)) return undefined;
    // Others may have opened theirs meanwhile.
    const problem =
      lengthProblem(request) ??
      this.#streams.limitProblem(audience) ??
      (result.isLive ? memoryProblem(this.#byKey.values(), this.#options.unread) : undefined);
    return problem && sendError(request, reply, problem);
  }

  /** Responds with a stream: of one result, of a live query's results, or of changes. */
  #open(
    request: FastifyRequest,
    reply: FastifyReply,
    { query, key, result, audience }: Opening,
  ): FastifyReply {
    const { delivery } = request.graphql;
    if (delivery?.filter !== undefined) {
      this.#openFeed(request, reply, audience, { ...delivery, filter: delivery.filter, result });
      return reply;
    }
    const stream = this.#streams.open(reply, audience, () => {
      query.remove(request);
      this.#forgetUnused(query, key);
    });
    if (result.isLive) {
      this.#options.onStream?.(request, reply, result);
      query.add(request, stream);
    } else {
      stream.next(result.body);
      stream.complete();
    }
    return reply;
  }

  /** Returns the key that identical live queries of callers with the same rights share. */
  #keyOf(request: FastifyRequest): string {
    const { cacheKey } = request.graphql;
    // What a caller may still use is nobody else's. The field has no other spelling.
    const isOwn = documentOf(request).includes('rateLimit');
    return (mayBeLive(request) && !isOwn ? cacheKey : undefined) ?? this.#unsharedKey();
  }

  /** A request's id is no key: clients choose it. */
  #unsharedKey(): string {
    return `request ${++this.#unshared}`;
  }

  /** Ends all streams in a way that has clients connect again, to another replica. */
  close(): void {
    this.#isClosed = true;
    this.#stopListening?.();
    this.#streams.close();
  }

  /** Follows the feed from where the client left it, or else from the RESYNC that was executed first. */
  #openFeed(
    request: FastifyRequest,
    reply: FastifyReply,
    audience: Audience,
    { filter, cursor, result }: { filter: ChangeFilter; cursor: string; result: LiveResult },
  ): void {
    const { changes: feed, catchUp } = this.#options.cache;
    const lastEventId = request.headers['last-event-id'];
    const resumed = typeof lastEventId === 'string' ? feed.placeAfter(lastEventId) : undefined;
    const stream = this.#streams.open(reply, audience, () => following.close());
    const { onChange = () => undefined } = this.#options;
    if (resumed === undefined) {
      stream.next(result.body, cursor);
      onChange('RESYNC');
    }
    const { cacheKey = this.#unsharedKey() } = request.graphql;
    const following = new ChangeStream({
      stream,
      feed,
      filter,
      onChange,
      place: resumed ?? feed.placeAfter(cursor) ?? { position: -1, told: 0 },
      execute: ({ place, ...told }) =>
        this.#changes.run(`${place} ${cacheKey}`, () =>
          this.#execute(request, {
            refresh: catchUp,
            delivery: { ...told, filter: undefined },
          }),
        ),
    });
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
      execute: (request, cancellation) => this.#execute(request, { refresh, cancellation }),
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
      onGrown: () => disconnectLargest(this.#byKey.values(), this.#options.unread),
    });
    this.#byKey.set(key, query);
    return query;
  }

  /**
   * Executes with the authority of the request. Undefined when the gateway is overloaded, or when nobody
   * needs the result any more before the execution has begun.
   */
  async #execute(
    request: FastifyRequest,
    { refresh, cancellation, delivery }: ExecuteOptions,
  ): Promise<LiveResult | undefined> {
    const { admission, execute, cache } = this.#options;
    let release: (() => void) | undefined;
    const decision = new Promise<boolean>((resolve) => {
      release = admission.apply(resolve);
    });
    try {
      const isAdmitted = await (cancellation?.race(decision) ?? decision);
      if (!isAdmitted) return undefined;
      const areChangesHeard = await refresh();
      if (cancellation?.reason !== undefined) return undefined;
      request.graphql.isCurrent = areChangesHeard;
      // Whether it's a subscription shows when it's executed, for a change that is always right.
      request.graphql.delivery = delivery ?? {
        change: resync(),
        cursor: cache.changes.cursor,
        filter: undefined,
      };
      const { status, headers, body, operation, report } = await execute(request, {
        cancellation,
        // One that waits takes no slot that another request could use.
        onWait: () => release?.(),
      });
      const isLive = operation?.summary.isLive === true && !REFUSALS.has(status);
      return {
        status,
        headers,
        isLive,
        report,
        body: isLive && !areChangesHeard ? markAsPolling(body) : body,
        dependencies: operation?.dependencies,
      };
    } catch (error) {
      return error === cancellation?.reason ? undefined : resultOfBug(request, error);
    } finally {
      release?.();
    }
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
}

/** Whether more results are to follow, of a live query or a subscription: what was executed is no single result. */
const isFollowed = ({ graphql }: FastifyRequest, { isLive }: LiveResult): boolean =>
  isLive || graphql.delivery?.filter !== undefined;

/** Creates the streams of a gateway, and has its metrics count them. */
export function createLiveQueries(
  { streams, cache: { lifetimeMs } }: Pick<Config, 'streams' | 'cache'>,
  execution: Execution,
  parts: Pick<LiveQueriesOptions, 'admission' | 'cache' | 'unread'>,
): LiveQueries {
  const { metrics } = execution;
  const live = new LiveQueries({
    ...parts,
    limits: streams,
    uncacheableLifetimeMs: lifetimeMs,
    execute: createExecuteDetached(execution),
    onResult: (sentTo) => metrics?.liveQueryExecuted(sentTo),
    onStream: (request, reply, { report }) => reportShared(request, reply, report, metrics),
    onChange: (kind) => metrics?.changeSent(kind),
  });
  metrics?.watchStreams(live);
  return live;
}

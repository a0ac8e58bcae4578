/** The endpoint table, as typed methods: `upstream.organizations.users({ org_code, page_size })`. */
import type { Change } from './changes/change.js';
import { changeOfWrite } from './changes/writes.js';
import type { Fetched, Read, ReadResult, Reads, Source } from './cache/reads.js';
import {
  asUpstreamError,
  budgetExceeded,
  CallExchange,
  type Call,
  type CallArguments,
  type CallScope,
  type ExchangeOptions,
} from './call.js';
import { valueOf, type OnMismatch } from './decode.js';
import { encode } from './encode.js';
import { tagsOf, type ResponseOf, type Arguments, type Endpoint } from './endpoint.js';
import { endpoints, type Endpoints } from './endpoints/index.js';
import { MAX_PAGE_SIZE } from './endpoints/page.js';
import { hasFailed, UpstreamError, type UpstreamFailure } from './errors.js';
import type { Deadline, OperationBudget } from './policy/call-budget.js';
import { PageSizeLimit, type PageSizeOptions } from './page-size.js';
import { CallPolicy, type PolicyOptions } from './policy/index.js';
import type { Send } from './send/index.js';

/** One method for each row of the table. Throws only UpstreamErrors. */
export type Upstream = {
  [D in keyof Endpoints]: {
    [N in keyof Endpoints[D]]: Endpoints[D][N] extends infer E extends Endpoint
      ? (this: Upstream[D], args: Arguments<E>, options?: CallOptions) => Promise<ResponseOf<E>>
      : never;
  };
};

export interface CallOptions {
  /** Whether a read goes to Kinde in any case, since what is cached has proved outdated. */
  skipsCache?: boolean;
  /**
   * Whether a catalogue's response expires as any other does, since it stands in for what isn't a
   * catalogue's. It is cached beside the one that lives longer.
   */
  expiresEarly?: boolean;
  /** Called with where a read's response came from. */
  onSource?: (source: Source) => void;
}

export interface Transport {
  /** Scheme and host, without a trailing slash. */
  baseUrl: string;
  send: Send;
  policy: PolicyOptions;
  cache: CacheOptions;
  pageSize?: PageSizeOptions | undefined;
  /** Called for each field of a response that differs from Kinde's specification. */
  onMismatch?: OnMismatch | undefined;
}

export interface CacheOptions {
  reads: Reads;
  /** Invalidates what was read under these tags, on every replica, and tells the feed of the change. */
  invalidate: (tags: readonly string[], change?: Change) => Promise<unknown>;
  /** How long a cache entry is fresh, in milliseconds. */
  lifetimeMs: number;
  /** The same for roles, permissions and others that an environment seldom changes. */
  catalogueLifetimeMs: number;
  /** The same for reads whose every change has an event; undefined where events don't count. */
  eventsLifetimeMs: number | undefined;
}

export interface Client {
  /** Returns the methods of one operation. */
  scope: (scope: CallScope) => Upstream;
  /** Returns how many entries a page has at most: larger ones are cut to it. */
  maxPageSize: () => number;
}

/**
 * Creates the client for all rows of the table, once per process. `scope` returns the methods of one
 * operation; they share sockets, policy and cache with all others.
 */
export function createClient(transport: Transport): Client {
  const caller = new Caller(transport);
  return {
    maxPageSize: () => caller.maxPageSize,
    scope: (scope) => new ScopedCalls(caller, scope) as unknown as Upstream,
  };
}

class ScopedCalls {
  constructor(
    readonly caller: Caller,
    readonly scope: CallScope,
  ) {}
}

/**
 * The methods are defined once, on prototypes. An operation calls few of the rows, and a function for
 * each row and operation would cost more than the rest of a small query.
 */
for (const [domain, rows] of Object.entries(endpoints)) {
  class DomainCalls extends ScopedCalls {}
  for (const [name, endpoint] of Object.entries<Endpoint>(rows)) {
    Object.defineProperty(DomainCalls.prototype, name, {
      value(this: DomainCalls, args: CallArguments, options: CallOptions = {}) {
        const { caller, scope } = this;
        const ofCall = options.skipsCache === true ? { ...scope, isCurrent: false } : scope;
        return caller.call(endpoint, args, ofCall, options);
      },
    });
  }
  Object.defineProperty(ScopedCalls.prototype, domain, {
    get(this: ScopedCalls) {
      return new DomainCalls(this.caller, this.scope);
    },
  });
}

/** Makes calls: reads through the cache, writes with the invalidation of what they change. */
class Caller {
  readonly #baseUrl: string;
  readonly #exchangeOptions: ExchangeOptions;
  readonly #policy: CallPolicy;
  readonly #cache: CacheOptions;
  readonly #pageSize: PageSizeLimit;

  constructor({
    baseUrl,
    send,
    policy,
    cache,
    pageSize = { size: MAX_PAGE_SIZE },
    onMismatch = () => undefined,
  }: Transport) {
    this.#baseUrl = baseUrl;
    this.#exchangeOptions = { send, onMismatch };
    this.#policy = new CallPolicy(policy);
    this.#cache = cache;
    this.#pageSize = new PageSizeLimit(pageSize);
  }

  get maxPageSize(): number {
    return this.#pageSize.size;
  }

  async call(
    endpoint: Endpoint,
    given: CallArguments,
    scope: CallScope,
    { expiresEarly = false, onSource }: CallOptions,
  ): Promise<unknown> {
    for (;;) {
      const args = this.#pageSize.apply(given);
      const { url, body } = encode(this.#baseUrl, endpoint, args);
      const call: Call = { endpoint, args, url, body };
      scope.authorize?.(endpoint, args);
      if (endpoint.method !== 'GET') return this.#write(call, scope);
      const read = this.#readOf(call, scope, expiresEarly);
      const startedAt = performance.now();
      const { clock } = this.#cache.reads;
      try {
        const result = await this.#cache.reads.get(read);
        scope.dependencies?.add(read.tags, result);
        onSource?.(result.source);
        if (result.source !== 'upstream') reportShared(call, scope, result, startedAt);
        return result.value;
      } catch (thrown) {
        scope.dependencies?.addFailed(read.tags, clock);
        const error = asUpstreamError(endpoint, thrown);
        if (!read.isOwnCall && error instanceof UpstreamError) {
          reportShared(call, scope, { source: 'merged', ageMs: 0 }, startedAt, error);
        }
        if (!this.#pageSize.shouldRetry(error, args)) throw error;
      }
    }
  }

  /** Returns the read of a call: operations of the same group share its response. */
  #readOf(call: Call, scope: CallScope, expiresEarly: boolean): CallRead {
    const { endpoint, args, url } = call;
    const { group } = scope;
    return new CallRead(
      call,
      scope,
      expiresEarly ? `${group} early ${url}` : `${group} ${url}`,
      tagsOf(endpoint, args),
      expiresEarly ? this.#cache.lifetimeMs : this.#lifetimeOf(endpoint, args),
      this.#exchange,
    );
  }

  #lifetimeOf(
    { isCatalogue, hasEvents, eventlessParameters }: Endpoint,
    args: CallArguments,
  ): number {
    const { lifetimeMs, catalogueLifetimeMs, eventsLifetimeMs } = this.#cache;
    const ordinary = isCatalogue ? catalogueLifetimeMs : lifetimeMs;
    const isCovered = hasEvents && eventlessParameters.every((name) => args[name] === undefined);
    return isCovered ? (eventsLifetimeMs ?? ordinary) : ordinary;
  }

  /**
   * Writes once. What the write may have changed is invalidated before its result is returned; after one
   * that Kinde didn't take, nothing is, so that an outage leaves what can be served stale, and a token that
   * Kinde refuses has nothing read again for others.
   */
  async #write(call: Call, scope: CallScope): Promise<unknown> {
    const { endpoint, args } = call;
    const { invalidate } = this.#cache;
    scope.dependencies?.markUncacheable();
    consumeCall(call, scope);
    const tags = tagsOf(endpoint, args);
    let change: Change | undefined;
    let isTaken = true;
    try {
      const { value } = await this.#exchange(call, scope, scope.budget);
      change = changeOfWrite(endpoint, args, value);
      return value;
    } catch (error) {
      const isUnknown = error instanceof UpstreamError && error.outcomeUnknown;
      isTaken = isUnknown || !NOT_TAKEN.some((failure) => hasFailed(error, failure));
      if (isUnknown) {
        change = changeOfWrite(endpoint, args, undefined);
        // It may still take effect, after the next read of the same thing.
        setTimeout(() => void invalidate(tags, change), LATE_EFFECT_MS).unref();
      }
      throw error;
    } finally {
      if (isTaken) await invalidate(tags, change);
    }
  }

  readonly #exchange = (call: Call, scope: CallScope, deadline: Deadline): Promise<Fetched> =>
    new CallExchange(call, scope, deadline, this.#exchangeOptions).run(this.#policy);
}

/** A call as a read that operations share. An operation makes hundreds, so that none has closures. */
class CallRead implements Read {
  readonly budget: OperationBudget;
  readonly isCurrent: boolean;
  /** Whether the operation has made the call itself. */
  isOwnCall = false;

  constructor(
    private readonly call: Call,
    private readonly scope: CallScope,
    readonly key: string,
    readonly tags: readonly string[],
    readonly lifetimeMs: number,
    private readonly exchange: (
      call: Call,
      scope: CallScope,
      deadline: Deadline,
    ) => Promise<Fetched>,
  ) {
    this.budget = scope.budget;
    this.isCurrent = scope.isCurrent;
  }

  consumeCall(): void {
    this.isOwnCall = true;
    consumeCall(this.call, this.scope);
  }

  fetch(deadline: Deadline): Promise<Fetched> {
    return this.exchange(this.call, this.scope, deadline);
  }

  decode(body: string): unknown {
    return valueOf(this.call.endpoint, body);
  }
}

/** Throws when the operation has no call left. */
function consumeCall({ endpoint }: Call, { budget }: CallScope): void {
  if (!budget.consumeCall()) throw budgetExceeded(endpoint);
}

/** Reports a read that this operation sent no request for. */
function reportShared(
  { endpoint }: Call,
  { onCall }: CallScope,
  { source, ageMs }: Pick<ReadResult, 'source' | 'ageMs'>,
  startedAt: number,
  error?: UpstreamError,
): void {
  const milliseconds = performance.now() - startedAt;
  onCall?.({
    endpoint,
    source,
    ageMs,
    status: undefined,
    attempts: 0,
    startedAt,
    milliseconds,
    error,
  });
}

/** How a write fails that Kinde did not take, unless its outcome is unknown. */
const NOT_TAKEN: readonly UpstreamFailure[] = [
  'UNAVAILABLE',
  'TIMEOUT',
  'RATE_LIMITED',
  'DEADLINE_EXCEEDED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
];

/** How long a write without a response may still take effect, in milliseconds. */
const LATE_EFFECT_MS = 30_000;

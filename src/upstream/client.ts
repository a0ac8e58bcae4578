/** The endpoint table, as typed methods: `upstream.organizations.users({ org_code, page_size })`. */
import type { Allowance, TimeAllowance } from './policy/call-budget.js';
import type { ResponseDependencies } from './cache/dependencies.js';
import type { Fetched, Reads, Source } from './cache/reads.js';
import { encode } from './encode.js';
import { tagsOf, type Answer, type Arguments, type Endpoint } from './endpoint.js';
import { endpoints, type Endpoints } from './endpoints/index.js';
import { UpstreamError, type UpstreamFailure } from './errors.js';
import { interpret, valueOf } from './decode.js';
import { createPolicy, type PolicyOptions } from './policy/index.js';
import {
  retryAfter,
  SendError,
  type RawAnswer,
  type Send,
  type SendFailure,
} from './send/index.js';
import type { TokenSource } from './token.js';

/** One method a row. Each throws an UpstreamError, and nothing else, when the API does not do as asked. */
export type Upstream = {
  [D in keyof Endpoints]: {
    [N in keyof Endpoints[D]]: Endpoints[D][N] extends infer E extends Endpoint
      ? (args: Arguments<E>) => Promise<Answer<E>>
      : never;
  };
};

export interface Transport {
  /** Scheme and host, without a slash at the end. */
  baseUrl: string;
  send: Send;
  policy: PolicyOptions;
  cache: CacheOptions;
}

export interface CacheOptions {
  reads: Reads;
  /** Invalidates cached responses with these tags, on every replica. */
  invalidate: (tags: readonly string[]) => Promise<void>;
  /** How long an answer is good, in milliseconds. */
  lifetimeMs: number;
  /** How long one is good that tells of what an environment seldom changes, in milliseconds. */
  catalogueLifetimeMs: number;
}

/** What a call did, told once it has ended. */
export interface CallReport {
  endpoint: Endpoint;
  /** Where the answer is from. Of what was shared or kept, the other properties say nothing. */
  source: Source;
  /** How old the answer is, in milliseconds; 0 unless it was kept. */
  ageMs: number;
  /** The status of the answer; undefined when there was none. */
  status: number | undefined;
  /** How often it was tried: more than once when it was retried, never when it was refused unsent. */
  attempts: number;
  milliseconds: number;
  error: UpstreamError | undefined;
}

/** How many of these calls were answered from there. */
export function countFrom(source: Source, calls: readonly CallReport[]): number {
  return calls.filter((call) => call.source === source).length;
}

/** An exchange as a trace has it. */
export interface ExchangeSpan {
  /** What tells the upstream which trace the exchange belongs to. */
  readonly headers: Readonly<Record<string, string>>;
  /** It has ended, with an answer or without. */
  end(outcome: RawAnswer | SendError): void;
}

/** In whose name calls are made, what they may use together, and who hears of them. */
export interface CallScope {
  token: TokenSource;
  allowance: Allowance;
  /** Whether all writes that were acknowledged before are known of: see `Cache.refresh`. */
  isCurrent: boolean;
  /** Throws for a call that must not be made, or whose answer must not be seen; nothing is sent then. */
  authorize?: (endpoint: Endpoint, args: Readonly<Record<string, unknown>>) => void;
  onCall?: (report: CallReport) => void;
  /** Is told each time that a call is sent; `resendCount` tells how often it was sent before. */
  beginExchange?: ((endpoint: Endpoint, resendCount: number) => ExchangeSpan) | undefined;
  /** Records what the operation's response depends on. */
  dependencies?: ResponseDependencies;
}

/** One call, ready to be sent. */
interface Call {
  endpoint: Endpoint;
  args: Readonly<Record<string, unknown>>;
  url: string;
  body: string | undefined;
}

/**
 * A client for all rows of the table. Made once a process; `scope` then gives a request its own
 * methods, which share sockets, the policy and what was read.
 */
export function createClient({ baseUrl, send, policy: options, cache }: Transport): {
  scope: (scope: CallScope) => Upstream;
} {
  const policy = createPolicy(options);
  const { reads, invalidate } = cache;

  /** Sends a call by the policy, and reports it. */
  async function exchange(
    { endpoint, url, body }: Call,
    { token: source, allowance: operation, onCall, beginExchange }: CallScope,
    allowance: TimeAllowance,
  ): Promise<Fetched> {
    const { method } = endpoint;
    const cancellation = allowance.cancellationOf(method);
    const startedAt = performance.now();
    let status: number | undefined;
    let attempts = 0;
    let sent = 0;
    const report = (error?: UpstreamError) => {
      const milliseconds = performance.now() - startedAt;
      onCall?.({ endpoint, source: 'upstream', ageMs: 0, status, attempts, milliseconds, error });
    };

    const sendWith = (accessToken: string): Promise<RawAnswer> => {
      status = undefined;
      const span = beginExchange?.(endpoint, sent++);
      const headers: Record<string, string> = {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
      };
      if (body !== undefined) headers['content-type'] = 'application/json';
      if (span !== undefined) Object.assign(headers, span.headers);
      const exchanged = send({
        ...{ method, url, headers, body },
        // A write is never broken off: nobody would know whether it had happened.
        cancellation: method === 'GET' ? cancellation : undefined,
      });
      return span === undefined ? exchanged : watched(exchanged, span);
    };

    const attempt = async (): Promise<RawAnswer> => {
      attempts++;
      const atHand = source.get();
      const token = atHand instanceof Promise ? await cancellation.race(atHand) : atHand;
      let answer = await sendWith(token.value);
      ({ status } = answer);
      if (status !== 401) return answer;
      const renewed = await cancellation.race(source.renew(token));
      if (renewed === undefined) return answer;
      answer = await sendWith(renewed.value);
      ({ status } = answer);
      return answer;
    };

    try {
      const result = interpret(endpoint, await policy({ method, operation, allowance, attempt }));
      report();
      return result;
    } catch (thrown) {
      const error = asUpstreamError(endpoint, thrown);
      if (error instanceof UpstreamError) report(error);
      throw error;
    }
  }

  /** A read: shared with those who ask the same with the same authority, or from memory. */
  async function read(call: Call, scope: CallScope): Promise<unknown> {
    const { endpoint, args, url } = call;
    const { allowance, token, onCall, dependencies } = scope;
    const tags = tagsOf(endpoint, args);
    const startedAt = performance.now();
    try {
      const result = await reads.get({
        key: `${token.authority} ${url}`,
        tags,
        lifetimeMs: endpoint.isCatalogue ? cache.catalogueLifetimeMs : cache.lifetimeMs,
        allowance,
        isCurrent: scope.isCurrent,
        consumeCall: () => {
          if (!allowance.takeCall()) throw budgetExceeded(endpoint);
        },
        fetch: (time) => exchange(call, scope, time),
        decode: (body) => valueOf(endpoint, body),
      });
      const { source, ageMs, value } = result;
      dependencies?.add(tags, result);
      if (source !== 'upstream') {
        const milliseconds = performance.now() - startedAt;
        onCall?.({
          ...{ endpoint, source, ageMs, milliseconds },
          ...{ status: undefined, attempts: 0, error: undefined },
        });
      }
      return value;
    } catch (thrown) {
      dependencies?.markUncacheable();
      throw asUpstreamError(endpoint, thrown);
    }
  }

  /** A write, sent once. What it may have changed is out of date before its outcome is told. */
  async function write(call: Call, scope: CallScope): Promise<unknown> {
    const { endpoint, args } = call;
    scope.dependencies?.markUncacheable();
    if (!scope.allowance.takeCall()) throw budgetExceeded(endpoint);
    const tags = tagsOf(endpoint, args);
    try {
      return (await exchange(call, scope, scope.allowance)).value;
    } catch (error) {
      if (error instanceof UpstreamError && error.outcomeUnknown) {
        // It may yet be carried out, after the next read of the same thing.
        setTimeout(() => void invalidate(tags), LATE_EFFECT_MS).unref();
      }
      throw error;
    } finally {
      await invalidate(tags);
    }
  }

  async function call(
    endpoint: Endpoint,
    args: Readonly<Record<string, unknown>>,
    scope: CallScope,
  ): Promise<unknown> {
    const ready: Call = { endpoint, args, ...encode(baseUrl, endpoint, args) };
    scope.authorize?.(endpoint, args);
    return endpoint.method === 'GET' ? read(ready, scope) : write(ready, scope);
  }

  return {
    scope: (scope) =>
      mapValues(endpoints, (rows) =>
        mapValues(
          rows as Record<string, Endpoint>,
          (endpoint) => (args: Readonly<Record<string, unknown>>) => call(endpoint, args, scope),
        ),
      ) as unknown as Upstream,
  };
}

/** The same exchange, of whose end its span is told. */
async function watched(exchanged: Promise<RawAnswer>, span: ExchangeSpan): Promise<RawAnswer> {
  try {
    const answer = await exchanged;
    span.end(answer);
    return answer;
  } catch (error) {
    span.end(error instanceof SendError ? error : new SendError('UNAVAILABLE', false, 'UNKNOWN'));
    throw error;
  }
}

/** How long after a write without an answer its effect may still come, in milliseconds. */
const LATE_EFFECT_MS = 30_000;

/** Nothing was sent, and nobody is told through `onCall`: thousands may be refused at once. */
function budgetExceeded({ route }: Endpoint): UpstreamError {
  return new UpstreamError('BUDGET_EXCEEDED', `${route}: the operation has made all of its calls`, {
    route,
  });
}

const FAILURES: Record<SendFailure, UpstreamFailure> = {
  TIMEOUT: 'TIMEOUT',
  UNAVAILABLE: 'UNAVAILABLE',
  ABORTED: 'ABORTED',
  DEADLINE_EXCEEDED: 'DEADLINE_EXCEEDED',
  TOO_LARGE: 'BAD_RESPONSE',
  REFUSED: 'UNAVAILABLE',
  RATE_LIMITED: 'RATE_LIMITED',
};

function asUpstreamError(endpoint: Endpoint, thrown: unknown): unknown {
  return thrown instanceof SendError ? fromSendError(endpoint, thrown) : thrown;
}

function fromSendError(endpoint: Endpoint, error: SendError): UpstreamError {
  return new UpstreamError(
    FAILURES[error.failure],
    `${endpoint.route} gave no answer: ${error.message}`,
    {
      route: endpoint.route,
      outcomeUnknown: endpoint.method !== 'GET' && !error.notSent,
      ...retryAfter(error),
      cause: error,
    },
  );
}

function mapValues<T extends object, R>(object: T, map: (value: T[keyof T]) => R) {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, map(value as T[keyof T])]),
  ) as { [K in keyof T]: R };
}

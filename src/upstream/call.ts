/** One upstream call: in whose name it is made, how it is sent, and what is reported of it. */
import type { ResponseDependencies } from './cache/dependencies.js';
import type { Fetched, Source } from './cache/reads.js';
import { interpret, type OnMismatch } from './decode.js';
import type { RequestBody } from './encode.js';
import type { Endpoint, Method } from './endpoint.js';
import { UpstreamError, type UpstreamFailure } from './errors.js';
import type { Deadline, OperationBudget } from './policy/call-budget.js';
import type { Cancellation } from './policy/cancellation.js';
import type { CallPolicy, PolicedCall } from './policy/index.js';
import { withLackedScope } from './required-scope.js';
import {
  retryAfter,
  SendError,
  type RawResponse,
  type Send,
  type SendFailure,
} from './send/index.js';
import type { AccessToken, TokenSource } from './token.js';

/** What is reported when a call has ended. */
export interface CallReport {
  endpoint: Endpoint;
  /** Where the result came from. The properties about HTTP mean nothing unless it is `upstream`. */
  source: Source;
  /** Age of the cache entry in milliseconds; 0 for anything else. */
  ageMs: number;
  /** Status of the last response; undefined without one. */
  status: number | undefined;
  /** How often it was sent: more than once when it was retried, 0 when it was refused unsent. */
  attempts: number;
  /** When it began, in milliseconds of `performance.now()`. */
  startedAt: number;
  milliseconds: number;
  error: UpstreamError | undefined;
}

/** Returns how many of these calls got their result from a source. */
export function countFrom(source: Source, calls: readonly CallReport[]): number {
  return calls.filter((call) => call.source === source).length;
}

/** The trace span of one exchange. */
export interface ExchangeSpan {
  /** Trace context for the upstream. */
  readonly headers: Readonly<Record<string, string>>;
  end(outcome: RawResponse | SendError): void;
}

export type CallArguments = Readonly<Record<string, unknown>>;

/** What the calls of one operation share: token, budget and observers. */
export interface CallScope {
  token: TokenSource;
  /** Operations of the same group share responses of Kinde: see `upstreamGroup`. */
  group: string;
  budget: OperationBudget;
  /** Whether every write that was acknowledged before has been heard of: see `Cache.refresh`. */
  isCurrent: boolean;
  /** Throws for a call that the caller may not make or see the result of. Nothing is sent then. */
  authorize?: (endpoint: Endpoint, args: CallArguments) => void;
  onCall?: (report: CallReport) => void;
  /** Called each time that a call is sent; `resendCount` says how often it was sent before. */
  beginExchange?: ((endpoint: Endpoint, resendCount: number) => ExchangeSpan) | undefined;
  /** Collects what the operation's response depends on. */
  dependencies?: ResponseDependencies;
}

/** One call, ready to be sent. */
export interface Call {
  readonly endpoint: Endpoint;
  readonly args: CallArguments;
  readonly url: string;
  readonly body: RequestBody | undefined;
}

export interface ExchangeOptions {
  send: Send;
  /** Called for each field of the response that differs from Kinde's specification. */
  onMismatch: OnMismatch;
}

/** Sends one call, renews a token that was refused, and reports the call. */
export class CallExchange implements PolicedCall {
  readonly method: Method;
  readonly operation: object;
  readonly #cancellation: Cancellation;
  #status: number | undefined;
  #token: AccessToken | undefined;
  #attempts = 0;
  #sent = 0;

  constructor(
    private readonly call: Call,
    private readonly scope: CallScope,
    readonly deadline: Deadline,
    private readonly options: ExchangeOptions,
  ) {
    this.method = call.endpoint.method;
    this.operation = scope.budget;
    this.#cancellation = deadline.cancellationOf(this.method);
  }

  /** Returns the decoded response. Throws an UpstreamError for anything else that Kinde does. */
  async run(policy: CallPolicy): Promise<Fetched> {
    const { endpoint } = this.call;
    const startedAt = performance.now();
    try {
      const response = await policy.execute(this);
      const result = interpret(endpoint, response, this.options.onMismatch);
      this.#report(startedAt, undefined);
      return result;
    } catch (thrown) {
      const failure = asUpstreamError(endpoint, thrown);
      if (!(failure instanceof UpstreamError)) throw failure;
      const error = withLackedScope(failure, endpoint, this.#token);
      this.#report(startedAt, error);
      throw error;
    }
  }

  /** Sends the call once, and once more after a 401 where there is another token. */
  async attempt(): Promise<RawResponse> {
    this.#attempts++;
    const { token: source } = this.scope;
    const atHand = source.get();
    const token = atHand instanceof Promise ? await this.#cancellation.race(atHand) : atHand;
    const response = await this.#sendWith(token);
    this.#status = response.status;
    if (response.status !== 401) return response;
    const renewed = await this.#cancellation.race(source.renew(token));
    if (renewed === undefined) return response;
    const second = await this.#sendWith(renewed);
    this.#status = second.status;
    return second;
  }

  #sendWith(token: AccessToken): Promise<RawResponse> {
    const { endpoint, url, body } = this.call;
    this.#status = undefined;
    this.#token = token;
    const span = this.scope.beginExchange?.(endpoint, this.#sent++);
    const headers: Record<string, string> = {
      authorization: `Bearer ${token.value}`,
      accept: 'application/json',
    };
    if (body !== undefined) headers['content-type'] = body.type;
    if (span !== undefined) Object.assign(headers, span.headers);
    const { method } = this;
    // A write is never cancelled: nobody would know whether it had taken effect.
    const cancellation = method === 'GET' ? this.#cancellation : undefined;
    const sent = this.options.send({ method, url, headers, cancellation, body: body?.content });
    return span === undefined ? sent : endWith(span, sent);
  }

  #report(startedAt: number, error: UpstreamError | undefined): void {
    this.scope.onCall?.({
      endpoint: this.call.endpoint,
      source: 'upstream',
      ageMs: 0,
      status: this.#status,
      attempts: this.#attempts,
      startedAt,
      milliseconds: performance.now() - startedAt,
      error,
    });
  }
}

/** Returns what was sent, and ends the span with its outcome. */
async function endWith(span: ExchangeSpan, sent: Promise<RawResponse>): Promise<RawResponse> {
  try {
    const response = await sent;
    span.end(response);
    return response;
  } catch (error) {
    span.end(error instanceof SendError ? error : new SendError('UNAVAILABLE', false, 'UNKNOWN'));
    throw error;
  }
}

/** Returns the error of a call beyond the budget. It isn't reported, since thousands may be refused at once. */
export function budgetExceeded({ route }: Endpoint): UpstreamError {
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

/** Returns a SendError as the UpstreamError that it stands for, and anything else as it is. */
export function asUpstreamError(endpoint: Endpoint, thrown: unknown): unknown {
  return thrown instanceof SendError ? fromSendError(endpoint, thrown) : thrown;
}

function fromSendError(endpoint: Endpoint, error: SendError): UpstreamError {
  return new UpstreamError(
    FAILURES[error.failure],
    `${endpoint.route} gave no response: ${error.message}`,
    {
      route: endpoint.route,
      outcomeUnknown: endpoint.method !== 'GET' && !error.notSent,
      ...retryAfter(error),
      cause: error,
    },
  );
}

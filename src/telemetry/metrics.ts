/** The gateway's metrics for Prometheus. docs/operating.md says when to look at which. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Breaker } from '../upstream/policy/breaker.js';
import type { Store } from '../upstream/cache/reads.js';
import type { CallReport } from '../upstream/call.js';
import type { UpstreamError } from '../upstream/errors.js';
import { Batch } from './batch.js';
import { BoundedLabels } from './bounded-labels.js';
import type { DeliveryReport, OperationReport, RequestReport } from './reports.js';

/** In seconds: from a cached response to the default limit of an operation. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** In seconds: from an event that is delivered at once to one that Kinde retried for a day and a half. */
const LAG_SECONDS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 1_800, 7_200, 43_200, 172_800];

/** How many operation names get a series of their own. */
const MOST_NAMES = 200;

/** State that is read when metrics are scraped. */
export interface Observed {
  breaker: Breaker;
  /** Undefined when the cache is off. */
  store: Store | undefined;
  maxCacheBytes: number;
  /** Whether Redis can be used; undefined without Redis. */
  isRedisReachable: () => boolean | undefined;
}

/** The metrics of one gateway. The number of values that clients can give a label is bounded. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #names = new BoundedLabels(MOST_NAMES);
  readonly #eventTypes = new BoundedLabels(MOST_NAMES);
  readonly #requestsEnded = new Batch((report: RequestReport) => this.#countRequest(report));
  readonly #callsEnded = new Batch((report: CallReport) => this.#countCall(report));
  readonly #responses = this.#counter(
    'kinde_graphql_responses_total',
    'Requests to /graphql by HTTP status ("none": the client disconnected) and, for a failed status, error code.',
    ['status', 'code'],
  );
  readonly #operations = this.#counter(
    'kinde_graphql_operations_total',
    'Operations by name (the first 200, else "other"), type and outcome, executed or from the response cache.',
    ['operation', 'type', 'outcome', 'from'],
  );
  readonly #operationErrors = this.#counter(
    'kinde_graphql_operation_errors_total',
    'Operations whose response has at least one error with this code.',
    ['code'],
  );
  readonly #operationSeconds = this.#histogram(
    'kinde_graphql_operation_duration_seconds',
    'From the arrival of a request to the end of its response.',
    ['type', 'from'],
  );
  readonly #calls = this.#counter(
    'kinde_graphql_upstream_calls_total',
    'Calls to the Kinde Management API, not counting retries, by the status of the last response ("none": no response) and failure.',
    ['route', 'status', 'failure'],
  );
  readonly #retries = this.#counter('kinde_graphql_upstream_retries_total', 'Retries of calls.', [
    'route',
  ]);
  readonly #callSeconds = this.#histogram(
    'kinde_graphql_upstream_call_duration_seconds',
    'Calls to the Kinde Management API, including queueing, retries and the waits before them.',
    ['route'],
  );
  readonly #reads = this.#counter(
    'kinde_graphql_reads_total',
    'Reads by source: upstream, another operation in flight (merged), cache, or an expired entry in an outage (stale).',
    ['route', 'source'],
  );
  readonly #mismatches = this.#counter(
    'kinde_graphql_upstream_mismatches_total',
    "Response fields that differ from Kinde's specification, by outcome: converted, null, or lost with their entry.",
    ['route', 'field', 'outcome'],
  );
  readonly #tokens = this.#counter(
    'kinde_graphql_token_requests_total',
    "Requests for the gateway's own access token.",
    ['outcome'],
  );
  readonly #breakerOpened = this.#counter(
    'kinde_graphql_upstream_breaker_opened_total',
    'How often the circuit breaker opened, or stayed open after a probe.',
    [],
  );

  readonly #events = this.#counter(
    'kinde_graphql_webhook_deliveries_total',
    'Deliveries of webhooks by event type (the first 200, else "other"; empty for what is no event) and outcome.',
    ['type', 'outcome'],
  );
  readonly #eventLag = this.#histogram(
    'kinde_graphql_webhook_lag_seconds',
    'From when a change happened in Kinde to its invalidation on every replica.',
    [],
    LAG_SECONDS,
  );
  readonly #lastEventAt = new Gauge({
    name: 'kinde_graphql_webhook_last_event_timestamp_seconds',
    help: 'When the last event was processed; 0 before the first one.',
    registers: [this.#registry],
  });

  readonly #callersLimited = this.#counter(
    'kinde_graphql_callers_limited_total',
    'Requests refused because their caller had used its cost of the minute.',
    [],
  );
  readonly #liveExecutions = this.#counter(
    'kinde_graphql_live_executions_total',
    'Repeated executions of live queries, by whether the result had changed.',
    ['changed'],
  );
  readonly #liveResults = this.#counter(
    'kinde_graphql_live_results_sent_total',
    'Results of repeated executions, counted for each stream that got one.',
    [],
  );

  readonly #changesSent = this.#counter(
    'kinde_graphql_changes_sent_total',
    'Changes sent to subscriptions, by kind.',
    ['kind'],
  );

  constructor({ breaker, store, maxCacheBytes, isRedisReachable }: Observed) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge(
      'kinde_graphql_upstream_breaker_state',
      '1 for the current state of the circuit breaker.',
      ['state'],
      (gauge) => {
        for (const state of ['closed', 'half-open', 'open'] as const) {
          gauge.set({ state }, breaker.state === state ? 1 : 0);
        }
      },
    );
    // An alert can't see the increase of a series that starts at one.
    this.#changesSent.inc({ kind: 'RESYNC' }, 0);
    this.#events.inc({ type: '', outcome: 'deferred' }, 0);
    for (const changed of ['false', 'true']) this.#liveExecutions.inc({ changed }, 0);
    this.#operationErrors.inc({ code: 'INTERNAL_SERVER_ERROR' }, 0);
    for (const outcome of ['ok', 'UNAUTHENTICATED', 'UNAVAILABLE', 'TIMEOUT', 'BAD_RESPONSE']) {
      this.#tokens.inc({ outcome }, 0);
    }
    breaker.onOpen = () => this.#breakerOpened.inc();
    this.#gauge('kinde_graphql_cache_bytes', 'Approximate size of the cache.', [], (gauge) =>
      gauge.set(store?.calculatedSize ?? 0),
    );
    this.#gauge(
      'kinde_graphql_cache_entries',
      'Entries in the cache: reads and complete responses.',
      [],
      (gauge) => gauge.set(store?.size ?? 0),
    );
    this.#gauge('kinde_graphql_cache_max_bytes', 'CACHE_MAX_MB; 0 when it is off.', [], (gauge) =>
      gauge.set(maxCacheBytes),
    );
    if (isRedisReachable() !== undefined) {
      this.#gauge('kinde_graphql_redis_reachable', '1 while Redis can be used.', [], (gauge) =>
        gauge.set(isRedisReachable() === true ? 1 : 0),
      );
    }
  }

  /** Counts a request to `/graphql` that has ended. */
  requestEnded(report: RequestReport): void {
    this.#requestsEnded.add(report);
  }

  /** Counts a call that has ended, or a read that needed none. */
  callEnded(report: CallReport): void {
    this.#callsEnded.add(report);
  }

  #countRequest({ status, failureCode, operation, milliseconds }: RequestReport): void {
    this.#responses.inc({ status: status ?? 'none', code: failureCode ?? '' });
    if (operation !== undefined) this.operationEnded(operation, milliseconds);
  }

  /** Counts an operation whose response is a stream, after its first execution. */
  operationEnded(operation: OperationReport, milliseconds: number): void {
    const { name, type = 'unknown', outcome, from, errorCodes } = operation;
    this.#operations.inc({ operation: this.#names.labelOf(name), type, outcome, from });
    this.#operationSeconds.observe({ type, from }, milliseconds / 1000);
    for (const code of errorCodes) this.#operationErrors.inc({ code });
  }

  #countCall({ endpoint, source, status, attempts, milliseconds, error }: CallReport): void {
    const { route, method } = endpoint;
    if (method === 'GET' && error === undefined) this.#reads.inc({ route, source });
    if (source !== 'upstream') return;
    this.#calls.inc({ route, status: status ?? 'none', failure: error?.failure ?? '' });
    this.#callSeconds.observe({ route }, milliseconds / 1000);
    if (attempts > 1) this.#retries.inc({ route }, attempts - 1);
  }

  /** A field of a response has differed from the specification. */
  fieldMismatched(route: string, field: string, outcome: string): void {
    this.#mismatches.inc({ route, field, outcome });
  }

  /** Counts a request for the gateway's own token. */
  tokenRequested(error: UpstreamError | undefined): void {
    this.#tokens.inc({ outcome: error?.failure ?? 'ok' });
  }

  /** Counts a request that was refused because of what its caller had used. */
  callerLimited(): void {
    this.#callersLimited.inc();
  }

  /** Counts a repeated execution of a live query, whose result went to this many streams. */
  liveQueryExecuted(sentTo: number): void {
    this.#liveExecutions.inc({ changed: String(sentTo > 0) });
    this.#liveResults.inc(sentTo);
  }

  /** Counts a change that was sent to a subscription. */
  changeSent(kind: string): void {
    this.#changesSent.inc({ kind });
  }

  /** Measures how many streams are open whenever the metrics are read. */
  watchStreams(live: { readonly streams: number; readonly queries: number }): void {
    this.#gauge('kinde_graphql_streams', 'Open streams.', [], (gauge) => gauge.set(live.streams));
    this.#gauge('kinde_graphql_live_queries', 'Different queries of open streams.', [], (gauge) =>
      gauge.set(live.queries),
    );
  }

  /** Counts a delivery of a webhook. */
  eventDelivered({ outcome, type, lagMs }: DeliveryReport): void {
    this.#events.inc({
      type: type === undefined ? '' : this.#eventTypes.labelOf(type),
      outcome,
    });
    if (outcome !== 'processed') return;
    this.#lastEventAt.setToCurrentTime();
    if (lagMs !== undefined) this.#eventLag.observe(Math.max(0, lagMs) / 1000);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** Returns the metrics in Prometheus' text format. */
  text(): Promise<string> {
    this.#requestsEnded.settle();
    this.#callsEnded.settle();
    return this.#registry.metrics();
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    buckets = SECONDS,
  ): Histogram<L> {
    return new Histogram({
      name,
      help,
      labelNames,
      buckets,
      registers: [this.#registry],
    });
  }

  #gauge<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    look: (gauge: Gauge<L>) => void,
  ): void {
    const gauge: Gauge<L> = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect: () => look(gauge),
    });
  }
}

/** What the gateway counts, as Prometheus reads it. docs/operating.md says what to look at when. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Breaker } from '../upstream/policy/breaker.js';
import type { Store } from '../upstream/cache/reads.js';
import type { CallReport } from '../upstream/call.js';
import type { UpstreamError } from '../upstream/errors.js';
import { Batch } from './batch.js';
import { BoundedNames } from './bounded-labels.js';
import type { RequestReport } from './reports.js';

/** In seconds: from an answer from memory to the longest that an operation may take by default. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** How many operation names get series of their own. */
const MOST_NAMES = 200;

/** What is looked at when the metrics are asked for, and not before. */
export interface Observed {
  breaker: Breaker;
  /** Undefined where nothing is kept. */
  store: Store | undefined;
  maxCacheBytes: number;
  /** Whether Redis could be reached when it was last tried; undefined where there is none. */
  isRedisReachable: () => boolean | undefined;
}

/** The metrics of one gateway. No label has a value that clients can make up without a bound. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #names = new BoundedNames(MOST_NAMES);
  readonly #requestsEnded = new Batch((report: RequestReport) => this.#countRequest(report));
  readonly #callsEnded = new Batch((report: CallReport) => this.#countCall(report));
  readonly #responses = this.#counter(
    'kinde_graphql_responses_total',
    'Requests of /graphql by HTTP status ("none": the caller went away) and the error code of a failure of HTTP.',
    ['status', 'code'],
  );
  readonly #operations = this.#counter(
    'kinde_graphql_operations_total',
    'Operations by name (the first 200 of them, else "other"), type and outcome, from execution or as a whole from memory.',
    ['operation', 'type', 'outcome', 'from'],
  );
  readonly #operationErrors = this.#counter(
    'kinde_graphql_operation_errors_total',
    'Operations whose answer holds an error of this code, however many.',
    ['code'],
  );
  readonly #operationSeconds = this.#histogram(
    'kinde_graphql_operation_duration_seconds',
    'From the arrival of a request to the end of its answer.',
    ['type', 'from'],
  );
  readonly #calls = this.#counter(
    'kinde_graphql_upstream_calls_total',
    'Calls of the Kinde Management API, retries not counted, by the status of the last answer ("none": no answer) and what it was taken for.',
    ['route', 'status', 'failure'],
  );
  readonly #retries = this.#counter(
    'kinde_graphql_upstream_retries_total',
    'How often a call was sent again.',
    ['route'],
  );
  readonly #callSeconds = this.#histogram(
    'kinde_graphql_upstream_call_duration_seconds',
    'Calls of the Kinde Management API: the wait for a turn, and retries with the waits before them, included.',
    ['route'],
  );
  readonly #reads = this.#counter(
    'kinde_graphql_reads_total',
    'Reads by where their answer came from: upstream, another operation (merged), memory (cache) or, in an outage, old memory (stale).',
    ['route', 'source'],
  );
  readonly #mismatches = this.#counter(
    'kinde_graphql_upstream_mismatches_total',
    "Fields of Kinde's responses that differ from its specification, by what became of them: converted, null, or lost with their entry.",
    ['route', 'field', 'outcome'],
  );
  readonly #tokens = this.#counter(
    'kinde_graphql_token_requests_total',
    'Requests for an access token of the gateway’s own.',
    ['outcome'],
  );
  readonly #breakerOpened = this.#counter(
    'kinde_graphql_upstream_breaker_opened_total',
    'How often the breaker opened, or stayed open after a try.',
    [],
  );

  constructor({ breaker, store, maxCacheBytes, isRedisReachable }: Observed) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge(
      'kinde_graphql_upstream_breaker_state',
      '1 for the state that the breaker is in.',
      ['state'],
      (gauge) => {
        for (const state of ['closed', 'half-open', 'open'] as const) {
          gauge.set({ state }, breaker.state === state ? 1 : 0);
        }
      },
    );
    // A series that begins at one has no increase that an alert could see.
    this.#operationErrors.inc({ code: 'INTERNAL_SERVER_ERROR' }, 0);
    for (const outcome of ['ok', 'UNAUTHENTICATED', 'UNAVAILABLE', 'TIMEOUT', 'BAD_RESPONSE']) {
      this.#tokens.inc({ outcome }, 0);
    }
    breaker.onOpen = () => this.#breakerOpened.inc();
    this.#gauge('kinde_graphql_cache_bytes', 'What is kept, about.', [], (gauge) =>
      gauge.set(store?.calculatedSize ?? 0),
    );
    this.#gauge(
      'kinde_graphql_cache_entries',
      'How many reads and whole answers are kept.',
      [],
      (gauge) => gauge.set(store?.size ?? 0),
    );
    this.#gauge('kinde_graphql_cache_max_bytes', 'CACHE_MAX_MB; 0 when it is off.', [], (gauge) =>
      gauge.set(maxCacheBytes),
    );
    if (isRedisReachable() !== undefined) {
      this.#gauge(
        'kinde_graphql_redis_reachable',
        '1 when Redis could be reached the last time.',
        [],
        (gauge) => gauge.set(isRedisReachable() === true ? 1 : 0),
      );
    }
  }

  /** A request of `/graphql` has been answered or given up. */
  requestEnded(report: RequestReport): void {
    this.#requestsEnded.add(report);
  }

  /** A call of the API has ended, or a read was answered without one. */
  callEnded(report: CallReport): void {
    this.#callsEnded.add(report);
  }

  #countRequest({ status, failureCode, operation, milliseconds }: RequestReport): void {
    this.#responses.inc({ status: status ?? 'none', code: failureCode ?? '' });
    if (operation === undefined) return;
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

  /** The gateway has asked for a token of its own. */
  tokenRequested(error: UpstreamError | undefined): void {
    this.#tokens.inc({ outcome: error?.failure ?? 'ok' });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as they are now, in Prometheus' text format. */
  text(): Promise<string> {
    this.#requestsEnded.settle();
    this.#callsEnded.settle();
    return this.#registry.metrics();
  }

  #counter<L extends string>(name: string, help: string, labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> {
    return new Histogram({
      ...{ name, help, labelNames, buckets: SECONDS },
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
      ...{ name, help, labelNames },
      registers: [this.#registry],
      collect: () => look(gauge),
    });
  }
}

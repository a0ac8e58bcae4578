/**
 * Traces by OpenTelemetry: a span for each operation, and one for each exchange with Kinde. Contexts are
 * passed by hand, since what would carry them along costs a third of the CPU (see src/graphql/errors.ts), and
 * nothing is registered for the whole process.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import {
  ExportResultCode,
  W3CTraceContextPropagator,
  type ExportResult,
} from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type ReadableSpan,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { SamplerName, TracesConfig } from '../config.js';
import type { CallReport, ExchangeSpan } from '../upstream/call.js';
import type { Endpoint } from '../upstream/endpoint.js';
import { SendError } from '../upstream/send/index.js';
import type { RequestReport } from './reports.js';

/** A query may have hundreds of spans; the SDK's own bound of 2,048 is a dozen of those. */
const MAX_QUEUED_SPANS = 16_384;
/** How long the end of the process waits for a collector. */
const FLUSH_MS = 3_000;

export interface TracesOptions extends TracesConfig {
  /** Scheme and host of the Kinde environment. */
  upstreamUrl: string;
  /** Is told once when spans can no longer be delivered, and once when they can again. */
  onState: (isDelivered: boolean, error?: Error) => void;
}

/** Where spans are made; they are sent in batches. */
export class Traces {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #server: Attributes;
  readonly #onState: TracesOptions['onState'];

  constructor(options: TracesOptions) {
    const { url, headers, resource, sampler, samplerRatio, upstreamUrl, onState } = options;
    let isDelivered = true;
    this.#onState = (isNow, error) => {
      if (isNow !== isDelivered) onState((isDelivered = isNow), error);
    };
    const exporter = reporting(
      new OTLPTraceExporter({ url, headers: { ...headers } }),
      this.#onState,
    );
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ ...resource }),
      sampler: samplerOf(sampler, samplerRatio),
      spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: MAX_QUEUED_SPANS })],
    });
    this.#tracer = this.#provider.getTracer('kinde-graphql');
    const { hostname, port, protocol } = new URL(upstreamUrl);
    this.#server = {
      'server.address': hostname,
      'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
    };
  }

  /** Begins the span of a request of `/graphql`, in the trace that its `traceparent` names. */
  begin(method: string, headers: IncomingHttpHeaders): OperationSpan {
    const parent = PROPAGATOR.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);
    const span = this.#tracer.startSpan(
      'GraphQL Operation',
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': method, 'http.route': '/graphql' },
      },
      parent,
    );
    return new OperationSpan(this.#tracer, this.#server, span, trace.setSpan(parent, span));
  }

  /** Sends what has not been sent, unless that takes too long. */
  async close(): Promise<void> {
    const late = sleep(FLUSH_MS, new Error('The collector takes too long.'), { ref: false });
    const error = await Promise.race([
      this.#provider.shutdown().catch((reason: unknown) => reason),
      late,
    ]);
    if (error instanceof Error) this.#onState(false, error);
  }
}

const PROPAGATOR = new W3CTraceContextPropagator();

/**
 * An operation, by the semantic conventions for GraphQL and HTTP servers. Neither its document nor its
 * variables are told: they hold what people wrote.
 */
export class OperationSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly #startedAt = Date.now();

  constructor(
    private readonly tracer: Tracer,
    private readonly server: Attributes,
    private readonly span: Span,
    private readonly context: Context,
  ) {
    ({ traceId: this.traceId, spanId: this.spanId } = span.spanContext());
  }

  /**
   * Begins the span of an exchange, by the conventions for HTTP clients: one for each time that a call
   * is sent. `url.full` is left out, since it holds what was asked for.
   */
  beginExchange({ route, method, path }: Endpoint, resendCount: number): ExchangeSpan {
    const span = this.tracer.startSpan(
      route,
      {
        kind: SpanKind.CLIENT,
        attributes: {
          'http.request.method': method,
          'url.template': path,
          ...this.server,
          ...(resendCount === 0 ? {} : { 'http.request.resend_count': resendCount }),
        },
      },
      this.context,
    );
    const headers: Record<string, string> = {};
    PROPAGATOR.inject(trace.setSpan(this.context, span), headers, defaultTextMapSetter);
    return {
      headers,
      end: (outcome) => {
        if (outcome instanceof SendError) fail(span, outcome.code);
        else {
          span.setAttribute('http.response.status_code', outcome.status);
          if (outcome.status >= 400) fail(span, String(outcome.status));
        }
        span.end();
      },
    };
  }

  /** A call has ended. It has a span of its own where there was no exchange to have one. */
  called({ endpoint, source, attempts, ageMs, milliseconds, error }: CallReport): void {
    if (attempts > 0 || !this.span.isRecording()) return;
    const endedAt = Date.now();
    const span = this.tracer.startSpan(
      endpoint.route,
      {
        kind: SpanKind.INTERNAL,
        // The clock has whole milliseconds: nothing begins before the operation.
        startTime: Math.max(this.#startedAt, endedAt - milliseconds),
        attributes: {
          'url.template': endpoint.path,
          ...(source === 'upstream' ? {} : { 'kinde_graphql.read.source': source }),
          ...(ageMs === 0 ? {} : { 'kinde_graphql.read.age_ms': Math.round(ageMs) }),
        },
      },
      this.context,
    );
    if (error !== undefined) fail(span, error.failure);
    span.end(endedAt);
  }

  /**
   * Begins the span of an execution that follows on a stream, in a trace of its own: a stream can be
   * open for days.
   */
  beginRepeated(): OperationSpan {
    const span = this.tracer.startSpan('GraphQL Operation', {
      kind: SpanKind.INTERNAL,
      root: true,
      links: [{ context: this.span.spanContext() }],
    });
    const context = trace.setSpan(ROOT_CONTEXT, span);
    return new OperationSpan(this.tracer, this.server, span, context);
  }

  /** The request has ended. */
  end({ status, failureCode, operation }: RequestReport): void {
    const { span } = this;
    if (span.isRecording()) {
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      const code = operation?.errorCodes[0] ?? failureCode;
      if (code !== undefined) span.setAttribute('error.type', code);
      if (operation !== undefined) {
        const { name, type, outcome, from, upstreamCalls } = operation;
        if (type !== undefined) span.updateName(type).setAttribute('graphql.operation.type', type);
        if (name !== undefined) span.setAttribute('graphql.operation.name', name);
        span.setAttributes({
          'kinde_graphql.outcome': outcome,
          'kinde_graphql.from': from,
          'kinde_graphql.upstream_calls': upstreamCalls,
        });
      }
      const isFailure = operation?.outcome === 'partial' || operation?.outcome === 'failed';
      if (isFailure || (status ?? 0) >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end();
  }
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

function samplerOf(name: SamplerName, ratio: number): Sampler {
  switch (name) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}

/** The exporter, which tells of its failures; by itself it would be silent. */
function reporting(exporter: SpanExporter, onState: TracesOptions['onState']): SpanExporter {
  return {
    export(spans: ReadableSpan[], done: (result: ExportResult) => void) {
      exporter.export(spans, (result) => {
        onState(result.code === ExportResultCode.SUCCESS, result.error);
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

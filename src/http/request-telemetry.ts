/** Reports each request to `/graphql` to the metrics and the traces. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../graphql/context.js';
import type { Telemetry } from '../telemetry/index.js';
import type { Metrics } from '../telemetry/metrics.js';
import type { OperationReport, RequestReport } from '../telemetry/reports.js';
import { countFrom } from '../upstream/call.js';

const NONE: readonly never[] = [];

/**
 * Reports the requests of these routes, each once it is answered or its client has disconnected. The
 * time includes authentication and the wait for admission.
 */
export function reportRequests(app: FastifyInstance, { metrics, traces }: Telemetry): void {
  if (metrics === undefined && traces === undefined) return;
  app.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const span = traces?.begin(request.method, request.headers);
    if (span !== undefined) {
      request.graphql.span = span;
      request.log = reply.log = request.log.child({ trace_id: span.traceId, span_id: span.spanId });
    }
    reply.raw.once('close', () => {
      const report = reportOf(request, reply, performance.now() - startedAt);
      const isCounted = request.graphql.streamed !== undefined;
      metrics?.requestEnded(isCounted ? { ...report, operation: undefined } : report);
      span?.end(report);
    });
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode >= 400 && typeof payload === 'string') {
      request.graphql.errorCode = firstCodeIn(payload);
    }
    done();
  });
}

/**
 * Reports the operation of a request that gets a stream, unless it was executed for this request and is
 * reported already.
 */
export function reportShared(
  { graphql: state }: FastifyRequest,
  { elapsedTime }: FastifyReply,
  report: OperationReport | undefined,
  metrics: Metrics | undefined,
): void {
  if (state.streamed !== undefined || report === undefined) return;
  state.streamed = { ...report, from: 'merged', upstreamCalls: 0 };
  metrics?.operationEnded(state.streamed, elapsedTime);
}

function reportOf(
  { graphql: { operation, streamed, sharedResponse, errorCode } }: FastifyRequest,
  { raw: { writableFinished, statusCode } }: FastifyReply,
  milliseconds: number,
): RequestReport {
  return {
    status: writableFinished ? statusCode : undefined,
    failureCode: errorCode,
    operation:
      sharedResponse === undefined
        ? (streamed ?? (operation && executed(operation, writableFinished)))
        : {
            name: sharedResponse.response.operationName,
            from: sharedResponse.from,
            type: 'query',
            outcome: 'ok',
            errorCodes: NONE,
            upstreamCalls: 0,
          },
    milliseconds,
  };
}

/** Returns undefined when Apollo Server refused the request before it was an operation. */
export function executed(
  { summary, calls }: Context,
  isAnswered: boolean,
): OperationReport | undefined {
  const { operationName: name, operationType: type, errorCodes } = summary;
  const outcome = isAnswered ? summary.outcome : 'abandoned';
  if (outcome === undefined) return undefined;
  const upstreamCalls = countFrom('upstream', calls);
  return { name, type, outcome, from: 'execution', errorCodes, upstreamCalls };
}

/** Every HTTP error has the form of a GraphQL response. */
function firstCodeIn(payload: string): string | undefined {
  const { errors } = JSON.parse(payload) as { errors?: { extensions?: { code?: unknown } }[] };
  const code = errors?.[0]?.extensions?.code;
  return typeof code === 'string' ? code : undefined;
}

/** What becomes of each request of `/graphql`, for the metrics and the traces. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { countFrom } from '../upstream/client.js';
import type { Telemetry } from '../telemetry/index.js';
import type { OperationReport, RequestReport } from '../telemetry/reports.js';
import type { OperationSpan } from '../telemetry/traces.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its span; undefined where no traces are made. */
    span: OperationSpan | undefined;
    /** The code of the first error of an answer that HTTP calls a failure. */
    failureCode: string | undefined;
  }
}

const NONE: readonly never[] = [];

/**
 * Reports every request of these routes once it has been answered or given up. The time is that of the
 * request: the wait for its turn and the check of its token are part of it.
 */
export function watchRequests(app: FastifyInstance, { metrics, traces }: Telemetry): void {
  if (metrics === undefined && traces === undefined) return;
  app.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    const span = traces?.begin(request.method, request.headers);
    if (span !== undefined) {
      request.span = span;
      request.log = reply.log = request.log.child({ trace_id: span.traceId, span_id: span.spanId });
    }
    reply.raw.once('close', () => {
      const report = reportOf(request, reply, performance.now() - startedAt);
      metrics?.requestEnded(report);
      span?.end(report);
    });
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.statusCode >= 400 && typeof payload === 'string') {
      request.failureCode = firstCodeIn(payload);
    }
    done();
  });
}

function reportOf(
  { operation, given, failureCode }: FastifyRequest,
  { raw: { writableFinished, statusCode } }: FastifyReply,
  milliseconds: number,
): RequestReport {
  return {
    status: writableFinished ? statusCode : undefined,
    failureCode,
    operation:
      given === undefined
        ? operation && executed(operation, writableFinished)
        : {
            ...{ name: given.answer.operationName, type: 'query', outcome: 'ok', from: given.from },
            ...{ errorCodes: NONE, upstreamCalls: 0 },
          },
    milliseconds,
  };
}

/** What was executed; undefined when Apollo Server refused the request before it was an operation. */
function executed(
  { answer, calls }: NonNullable<FastifyRequest['operation']>,
  isAnswered: boolean,
): OperationReport | undefined {
  const { operationName: name, operationType: type, errorCodes } = answer;
  const outcome = isAnswered ? answer.outcome : 'abandoned';
  if (outcome === undefined) return undefined;
  const upstreamCalls = countFrom('upstream', calls);
  return { name, type, outcome, from: 'execution', errorCodes, upstreamCalls };
}

/** Every failure is answered in the form of a GraphQL response. */
function firstCodeIn(payload: string): string | undefined {
  const { errors } = JSON.parse(payload) as { errors?: { extensions?: { code?: unknown } }[] };
  const code = errors?.[0]?.extensions?.code;
  return typeof code === 'string' ? code : undefined;
}

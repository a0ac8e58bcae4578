/** Executes GraphQL operations: the context and the limits of each, from its request. */
import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { createContext, type Context, type SharedParts } from '../graphql/context.js';
import type { Metrics } from '../telemetry/metrics.js';
import { OperationBudget } from '../upstream/policy/call-budget.js';
import type { Cancellation } from '../upstream/policy/cancellation.js';
import type { OperationReport, RequestReport } from '../telemetry/reports.js';
import type { OperationSpan } from '../telemetry/traces.js';
import type { ActiveOperations } from './active-operations.js';
import { executed } from './request-telemetry.js';
import { searchOf } from './request.js';
import type { OperationWeight, WeightInFlight } from './weight-in-flight.js';

/** Executes the operation of a request. Sets the status and headers of the reply; returns its body. */
export type Execute = (request: FastifyRequest, reply: FastifyReply) => Promise<string>;

type OperationLimits = Pick<Config, 'operationTimeoutMs' | 'upstreamCallsPerOperation'>;

export interface Execution {
  apollo: ApolloServer<Context>;
  parts: SharedParts;
  metrics: Metrics | undefined;
  active: ActiveOperations;
  weights: WeightInFlight;
  config: OperationLimits;
}

/** Returns a function that executes operations and sets `request.graphql.operation`. */
export function createExecute(execution: Execution): Execute {
  const { apollo, active, weights, config } = execution;
  return (request, reply) =>
    active.run(async () => {
      const { graphql: state } = request;
      // One that waits takes no slot that another request could use.
      const weight = weights.operation({ mayWait: true, onWait: () => state.giveSlotBack() });
      const budget = allowanceOf(request, reply, config);
      const execute = executeWith(apollo, () =>
        contextOf(request, execution, { budget, span: state.span, weight }),
      );
      try {
        return await execute(request, reply);
      } finally {
        budget.close();
        weight.release();
      }
    });
}

/** What an execution gave that was not for the response to its request. */
export interface DetachedResult {
  status: number;
  headers: HeaderMap;
  body: string;
  /** Undefined when the request was refused before it was an operation. */
  operation: Context | undefined;
  /** For the metrics of others who share the result. */
  report: OperationReport | undefined;
}

interface DetachedOptions {
  /** Called when the operation has to wait until others have ended. */
  onWait: () => void;
  /** Cancelled once nobody needs the result. */
  cancellation?: Cancellation | undefined;
}

/** Executes the operation of a request again, with a budget of its own. */
export type ExecuteDetached = (
  request: FastifyRequest,
  options: DetachedOptions,
) => Promise<DetachedResult>;

/** Returns a function that executes operations apart from the response to their request. */
export function createExecuteDetached(execution: Execution): ExecuteDetached {
  const { operationTimeoutMs, upstreamCallsPerOperation: calls } = execution.config;
  const execute: ExecuteDetached = async (request, { onWait, cancellation }) => {
    const { graphql: state } = request;
    const isRepeated = state.isStreamOpen;
    const budget = new OperationBudget({
      timeoutMs: operationTimeoutMs,
      calls,
      isInBackground: isRepeated,
    });
    const abandon = () => budget.abandon();
    if (cancellation?.reason !== undefined) abandon();
    cancellation?.onCancel(abandon);
    const span = isRepeated ? state.span?.beginRepeated() : state.span;
    // A new result of a stream replaces one that is in memory already.
    const weight = execution.weights.operation({ mayWait: !isRepeated, onWait });
    const startedAt = performance.now();
    try {
      state.operation = undefined;
      const result = await run(execution.apollo, request, () =>
        contextOf(request, execution, { budget, span, weight }),
      );
      const { operation } = state;
      return { ...result, operation, report: operation && executed(operation, true) };
    } finally {
      cancellation?.offCancel(abandon);
      budget.close();
      weight.release();
      const report = reportOf(state.operation, performance.now() - startedAt);
      // The first execution is part of its request, whose response may go on for hours.
      if (isRepeated) span?.end(report);
      else if (report.operation !== undefined) {
        state.streamed = report.operation;
        execution.metrics?.operationEnded(report.operation, report.milliseconds);
      }
      // A stream lives long, and would hold all that the operation has read.
      request.graphql.operation = undefined;
    }
  };
  // A repeated execution only reads, for a stream that a shutdown has ended.
  return (request, options) =>
    request.graphql.isStreamOpen
      ? execute(request, options)
      : execution.active.run(() => execute(request, options));
}

function reportOf(operation: Context | undefined, milliseconds: number): RequestReport {
  return {
    status: undefined,
    failureCode: undefined,
    milliseconds,
    operation: operation && executed(operation, true),
  };
}

/** What one execution has of its own. */
interface OperationParts {
  budget: OperationBudget;
  span: OperationSpan | undefined;
  weight: OperationWeight;
}

/** Creates the context of a request's operation, and sets `request.graphql.operation`. */
async function contextOf(
  { graphql: state, id: requestId, log }: FastifyRequest,
  { parts, metrics }: Execution,
  { budget, span, weight }: OperationParts,
): Promise<Context> {
  const { isCurrent, delivery, account } = state;
  const operation = createContext(parts, {
    caller: state.caller!,
    requestId,
    log,
    isCurrent,
    budget,
    delivery,
    account,
    // A write waits as a read does: nothing of it has been sent yet.
    takeWeight: (units) => weight.take(units, budget.cancellationOf('GET')),
    onCall: (report) => {
      metrics?.callEnded(report);
      span?.called(report);
    },
    beginExchange: span && ((endpoint, resendCount) => span.beginExchange(endpoint, resendCount)),
  });
  state.operation = operation;
  return operation;
}

/** Returns a function that executes operations with this Apollo Server. */
export function executeWith<C extends BaseContext>(
  apollo: ApolloServer<C>,
  context: (request: FastifyRequest, reply: FastifyReply) => Promise<C>,
): Execute {
  return async (request, reply) => {
    const { status, headers, body } = await run(apollo, request, () => context(request, reply));
    reply.code(status).headers(Object.fromEntries(headers));
    return body;
  };
}

async function run<C extends BaseContext>(
  apollo: ApolloServer<C>,
  request: FastifyRequest,
  context: () => Promise<C>,
): Promise<{ status: number; headers: HeaderMap; body: string }> {
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers: headersOf(request),
      search: searchOf(request.url),
      body: request.body,
    },
    context,
  });
  if (body.kind !== 'complete') throw new TypeError('Incremental delivery is not supported.');
  return { status: status ?? 200, headers, body: body.string };
}

/** Returns the headers, with the negotiated media type in `Accept`: Apollo Server negotiates by it again. */
function headersOf({ headers, graphql: { responseType } }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  map.set('accept', responseType!);
  return map;
}

/**
 * Returns what an operation may use. It is abandoned when the client has disconnected and no other request
 * waits for the response.
 */
function allowanceOf(
  { graphql: { execution } }: FastifyRequest,
  { elapsedTime, raw }: FastifyReply,
  { operationTimeoutMs, upstreamCallsPerOperation }: OperationLimits,
): OperationBudget {
  const budget = new OperationBudget({
    // From the start of the request, which may have waited for another one's response.
    timeoutMs: Math.max(1, operationTimeoutMs - elapsedTime),
    calls: upstreamCallsPerOperation,
  });
  raw.once('close', () => {
    if (raw.writableFinished) return;
    const abandon = () => budget.abandon();
    if (execution === undefined) abandon();
    else execution.abandonWhenUnneeded(abandon);
  });
  return budget;
}

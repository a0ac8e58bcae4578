/** Executes GraphQL operations: the context and the limits of each, from its request. */
import { HeaderMap, type ApolloServer, type BaseContext } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { createContext, type Context, type SharedParts } from '../graphql/context.js';
import type { Metrics } from '../telemetry/metrics.js';
import { OperationBudget } from '../upstream/policy/call-budget.js';
import { searchOf } from './request.js';

/** Executes the operation of a request. Sets the status and headers of the reply; returns its body. */
export type Execute = (request: FastifyRequest, reply: FastifyReply) => Promise<string>;

type OperationLimits = Pick<Config, 'operationTimeoutMs' | 'upstreamCallsPerOperation'>;

export interface Execution {
  apollo: ApolloServer<Context>;
  parts: SharedParts;
  metrics: Metrics | undefined;
  config: OperationLimits;
}

/** Returns a function that executes operations and sets `request.graphql.operation`. */
export function createExecute({ apollo, parts, metrics, config }: Execution): Execute {
  return executeWith(apollo, async (request, reply) => {
    const { graphql: state, id: requestId, log } = request;
    const { isCurrent, span } = state;
    const operation = createContext(parts, {
      ...{ caller: await state.caller!, requestId, log, isCurrent },
      budget: allowanceOf(request, reply, config),
      onCall: (report) => {
        metrics?.callEnded(report);
        span?.called(report);
      },
      beginExchange: span && ((endpoint, resendCount) => span.beginExchange(endpoint, resendCount)),
    });
    state.operation = operation;
    return operation;
  });
}

/** Returns a function that executes operations with this Apollo Server. */
export function executeWith<C extends BaseContext>(
  apollo: ApolloServer<C>,
  context: (request: FastifyRequest, reply: FastifyReply) => Promise<C>,
): Execute {
  return async (request, reply) => {
    const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method,
        headers: headersOf(request),
        search: searchOf(request.url),
        body: request.body,
      },
      context: () => context(request, reply),
    });
    if (body.kind !== 'complete') throw new TypeError('Incremental delivery is not supported.');
    reply.code(status ?? 200).headers(Object.fromEntries(headers));
    return body.string;
  };
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
 * Returns what an operation may use. It ends when the response is written or when the client has
 * disconnected and no other request waits for the response.
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
    if (raw.writableFinished) return budget.close();
    const abandon = () => {
      budget.abandon();
      budget.close();
    };
    if (execution === undefined) abandon();
    else execution.abandonWhenUnneeded(abandon);
  });
  return budget;
}

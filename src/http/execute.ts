/** Executes GraphQL operations: the context and the limits of each, from its request. */
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { Config } from '../config.js';
import { createContext, type Context, type SharedParts } from '../graphql/context.js';
import type { Metrics } from '../telemetry/metrics.js';
import { OperationBudget } from '../upstream/policy/call-budget.js';

type OperationLimits = Pick<Config, 'operationTimeoutMs' | 'upstreamCallsPerOperation'>;

export interface Execution {
  apollo: ApolloServer<Context>;
  parts: SharedParts;
  metrics: Metrics | undefined;
  config: OperationLimits;
}

/** Returns a handler that executes the operation of a request and sets `request.graphql.operation`. */
export function createExecute({ apollo, parts, metrics, config }: Execution): RouteHandlerMethod {
  return fastifyApolloHandler(apollo, {
    context: async (request, reply) => {
      const { graphql: state, id: requestId, log } = request;
      const { isCurrent, span } = state;
      const operation = createContext(parts, {
        ...{ caller: await state.caller!, requestId, log, isCurrent },
        allowance: allowanceOf(request, reply, config),
        onCall: (report) => {
          metrics?.callEnded(report);
          span?.called(report);
        },
        beginExchange:
          span && ((endpoint, resendCount) => span.beginExchange(endpoint, resendCount)),
      });
      state.operation = operation;
      return operation;
    },
  });
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
  const allowance = new OperationBudget({
    // From the start of the request, which may have waited for another one's response.
    timeoutMs: Math.max(1, operationTimeoutMs - elapsedTime),
    calls: upstreamCallsPerOperation,
  });
  raw.once('close', () => {
    if (raw.writableFinished) return allowance.close();
    const abandon = () => {
      allowance.abandon();
      allowance.close();
    };
    if (execution === undefined) abandon();
    else execution.abandonWhenUnneeded(abandon);
  });
  return allowance;
}

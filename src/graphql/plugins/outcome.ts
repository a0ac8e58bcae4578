/** Tells what has become of an operation, for the log, the metrics and the traces. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Context } from '../context.js';

/** Fills `Context.answer` with the operation's name, type and outcome and the codes of its errors. */
export function outcome(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ operation, operationName, contextValue: { answer } }) {
          answer.operationName = operationName ?? undefined;
          answer.operationType = operation?.operation;
        },
        async willSendResponse({ response: { body }, contextValue: { answer } }) {
          if (body.kind !== 'single') return;
          answer.outcome = outcomeOf(body.singleResult);
          const codes = body.singleResult.errors?.map(({ extensions }) => extensions?.['code']);
          answer.errorCodes = [...new Set(codes)].filter((code) => typeof code === 'string');
        },
      };
    },
  };
}

function outcomeOf(result: Pick<FormattedExecutionResult, 'data' | 'errors'>) {
  if (result.errors === undefined) return 'ok';
  if (result.data === undefined) return 'refused';
  return result.data === null ? 'failed' : 'partial';
}

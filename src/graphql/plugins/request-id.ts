/** Every error of an operation names the request, so that a report can be found in the log. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';
import { withRequestId } from '../errors.js';

export function requestIds(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response: { body }, contextValue }) {
          if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
          body.singleResult.errors = withRequestId(
            body.singleResult.errors,
            contextValue.requestId,
          );
        },
      };
    },
  };
}

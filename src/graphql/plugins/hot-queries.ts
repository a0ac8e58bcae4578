/** Has Apollo Server execute the queries that repeat by their plans. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';
import type { HotQueries } from '../execution/hot-queries.js';

/**
 * The media type for which Apollo Server calls `legacyExperimentalExecuteIncrementally`, the one hook for
 * an executor that leaves the formatting of errors to Apollo Server. (Its other one, a gateway's executor,
 * gets a new class of object for each request, which costs more than a plan saves.)
 */
const OWN_EXECUTOR = 'multipart/mixed;deferSpec=20220824';

export function hotQueries(queries: HotQueries): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async executionDidStart({ request, document, operation }) {
          const headers = request.http?.headers;
          if (headers === undefined || operation === undefined) return;
          if (!queries.note(document, operation)) return;
          const accept = headers.get('accept');
          headers.set('accept', OWN_EXECUTOR);
          return {
            async executionDidEnd() {
              if (accept === undefined) headers.delete('accept');
              else headers.set('accept', accept);
            },
          };
        },
      };
    },
  };
}

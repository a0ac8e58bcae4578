/** Has Apollo Server execute queries by their plans. */
import type { HotQueries } from '../execution/hot-queries.js';
import type { OperationPlugin } from './hooks.js';

/**
 * The media type for which Apollo Server calls `legacyExperimentalExecuteIncrementally`, the one hook for
 * an executor that leaves the formatting of errors to Apollo Server. (Its other one, a gateway's executor,
 * gets a new class of object for each request, which costs more than a plan saves.)
 */
const OWN_EXECUTOR = 'multipart/mixed;deferSpec=20220824';

/**
 * Comes after the plugin that limits operations, so that one beyond a limit is never planned, and before those
 * that read the `Accept` header when the response is sent. As a `beforeExecution`, which would come after the
 * wait for memory too, it had each scavenge of a nested query's load promote 8 MB instead of 1.
 */
export function hotQueries(queries: HotQueries): OperationPlugin {
  return () => {
    let accept: string | undefined;
    return {
      didResolveOperation({ request, document, operation, source, contextValue }) {
        const headers = request.http?.headers;
        const { cost, isWithinLimits } = contextValue.summary;
        if (headers === undefined || operation === undefined || !isWithinLimits) return;
        if (!queries.note({ document, operation, source, cost })) return;
        accept = headers.get('accept');
        if (accept !== undefined) headers.set('accept', OWN_EXECUTOR);
      },
      willSendResponse({ request }) {
        if (accept !== undefined) request.http?.headers.set('accept', accept);
      },
    };
  };
}

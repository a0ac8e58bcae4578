/** Every error of an operation names the request, so that a report can be found in the log. */
import { withRequestId } from '../errors.js';
import type { OperationHooks, OperationPlugin } from './hooks.js';

export function requestIds(): OperationPlugin {
  const hooks: OperationHooks = {
    willSendResponse({ response: { body }, contextValue }) {
      if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
      body.singleResult.errors = withRequestId(body.singleResult.errors, contextValue.requestId);
    },
  };
  return () => hooks;
}

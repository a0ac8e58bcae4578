/** Decides which responses may be cached, and marks those with stale parts. */
import { OperationTypeNode } from 'graphql';
import type { OperationHooks, OperationPlugin } from './hooks.js';

/**
 * Sets `Context.summary.isCacheable`. A response with a part that is served stale, because Kinde cannot
 * be reached, gets `extensions.stale.ageSeconds`: the age of its oldest part.
 */
export function cacheability(): OperationPlugin {
  const hooks: OperationHooks = {
    willSendResponse({ operation, response: { body }, contextValue }) {
      if (body.kind !== 'single') return;
      const { singleResult } = body;
      const { staleMs } = contextValue.dependencies;
      if (staleMs !== undefined) {
        const stale = { ageSeconds: Math.round(staleMs / 1000) };
        singleResult.extensions = { ...singleResult.extensions, stale };
      }
      contextValue.summary.isCacheable =
        operation?.operation === OperationTypeNode.QUERY &&
        singleResult.errors === undefined &&
        singleResult.extensions === undefined;
    },
  };
  return () => hooks;
}

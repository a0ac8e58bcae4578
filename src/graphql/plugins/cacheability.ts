/** Tells which answers may be given again, and marks those that hold what is no longer fresh. */
import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import type { Context } from '../context.js';

/**
 * An answer with a part that was given though no longer fresh, because Kinde cannot be asked, has
 * `extensions.stale.ageSeconds`: the age of its oldest part.
 */
export function repeatable(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ operation, response: { body }, contextValue }) {
          if (body.kind !== 'single') return;
          const { singleResult } = body;
          const { staleMs } = contextValue.provenance;
          if (staleMs !== undefined) {
            const stale = { ageSeconds: Math.round(staleMs / 1000) };
            singleResult.extensions = { ...singleResult.extensions, stale };
          }
          contextValue.answer.isRepeatable =
            operation?.operation === OperationTypeNode.QUERY &&
            singleResult.errors === undefined &&
            singleResult.extensions === undefined;
        },
      };
    },
  };
}

/** One line for each operation: what it was, how it went, what it cost. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../context.js';

export function logging(): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const startedAt = performance.now();
      return {
        async willSendResponse({ operation, operationName, response, contextValue }) {
          const { body } = response;
          const errors = body.kind === 'single' ? (body.singleResult.errors ?? []) : [];
          contextValue.log.info(
            {
              operation: operation?.operation,
              operationName: operationName ?? undefined,
              milliseconds: Math.round(performance.now() - startedAt),
              upstreamCalls: contextValue.calls.length,
              ...(errors.length === 0
                ? {}
                : {
                    errors: errors.map(({ path, extensions }) => ({
                      path,
                      code: extensions?.['code'],
                    })),
                  }),
            },
            'operation',
          );
        },
      };
    },
  };
}

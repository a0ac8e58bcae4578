/** The plugins of the gateway, as one plugin of Apollo Server. */
import type {
  ApolloServerPlugin,
  GraphQLRequestContextDidEncounterErrors,
  GraphQLRequestContextDidResolveOperation,
  GraphQLRequestContextValidationDidStart,
  GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import type { Context } from '../context.js';

/** What a plugin does for one operation. The hooks mean what Apollo Server's mean. */
export interface OperationHooks {
  /** Not called for a document that is in the store of documents. */
  validationDidStart?: (request: GraphQLRequestContextValidationDidStart<Context>) => void;
  didResolveOperation?: (request: GraphQLRequestContextDidResolveOperation<Context>) => void;
  /** Called once all plugins have let the operation through. What it returns is waited for. */
  beforeExecution?: (
    request: GraphQLRequestContextDidResolveOperation<Context>,
  ) => Promise<void> | undefined;
  didEncounterErrors?: (request: GraphQLRequestContextDidEncounterErrors<Context>) => void;
  willSendResponse?: (request: GraphQLRequestContextWillSendResponse<Context>) => void;
}

/** Returns the hooks for an operation that begins. Those without a state are the same for all. */
export type OperationPlugin = () => OperationHooks;

/**
 * Calls the hooks of these plugins one after the other. Apollo Server makes several promises for each
 * plugin and hook, which took a tenth of a small query's time.
 */
export function inTurn(plugins: readonly OperationPlugin[]): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      const listeners = plugins.map((begin) => begin());
      return {
        async validationDidStart(request) {
          callEach(listeners, (hooks) => hooks.validationDidStart?.(request));
        },
        async didResolveOperation(request) {
          callEach(listeners, (hooks) => hooks.didResolveOperation?.(request));
          for (const { beforeExecution } of listeners) {
            const pending = beforeExecution?.(request);
            if (pending !== undefined) await pending;
          }
        },
        async didEncounterErrors(request) {
          callEach(listeners, (hooks) => hooks.didEncounterErrors?.(request));
        },
        async willSendResponse(request) {
          callEach(listeners, (hooks) => hooks.willSendResponse?.(request));
        },
      };
    },
  };
}

/** Calls all, and throws the first error at the end: one that refuses an operation leaves others their turn. */
function callEach<T>(listeners: readonly T[], call: (listener: T) => void): void {
  const errors: unknown[] = [];
  for (const listener of listeners) {
    try {
      call(listener);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

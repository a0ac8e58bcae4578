import { useEffect, useState } from 'react';
import { useRelayEnvironment } from 'react-relay';
import {
  createOperationDescriptor,
  getRequest,
  type GraphQLTaggedNode,
  type Variables,
} from 'relay-runtime';
import type { StreamState } from '../../design/index.js';
import type { StreamOptions } from './environment.js';

/**
 * Streams a query's results into the store, so that the components show what changes. Returns the state
 * of the stream.
 */
export function useLive(query: GraphQLTaggedNode, variables: Variables): StreamState {
  const environment = useRelayEnvironment();
  const [state, setState] = useState<StreamState>('closed');
  // Counts the streams that the gateway ended, as it does when their token expires.
  const [ended, setEnded] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    const operation = createOperationDescriptor(getRequest(query), variables, {
      force: true,
      metadata: { stream: { onReconnect: () => setState('reconnecting') } satisfies StreamOptions },
    });
    const subscription = environment.execute({ operation }).subscribe({
      next: () => setState('open'),
      error: () => setState('closed'),
      complete: () => {
        setState('closed');
        setEnded((count) => count + 1);
      },
    });
    return () => subscription.unsubscribe();
  }, [environment, query, key, ended]);
  return state;
}

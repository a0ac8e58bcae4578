import { useEffect, useState } from 'react';
import { useRelayEnvironment } from 'react-relay';
import {
  createOperationDescriptor,
  getRequest,
  type GraphQLTaggedNode,
  type Variables,
} from 'relay-runtime';

/**
 * Streams a query's results into the store, so that the components show what changes. Returns whether the
 * stream is open.
 */
export function useLive(query: GraphQLTaggedNode, variables: Variables): boolean {
  const environment = useRelayEnvironment();
  const [isLive, setIsLive] = useState(false);
  // Counts the streams that the gateway ended, as it does when their token expires.
  const [ended, setEnded] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    const operation = createOperationDescriptor(getRequest(query), variables, {
      force: true,
      metadata: { isStreamed: true },
    });
    const subscription = environment.execute({ operation }).subscribe({
      next: () => setIsLive(true),
      error: () => setIsLive(false),
      complete: () => {
        setIsLive(false);
        setEnded((count) => count + 1);
      },
    });
    return () => subscription.unsubscribe();
  }, [environment, query, key, ended]);
  return isLive;
}

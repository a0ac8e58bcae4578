import type { OperationVariables, TypedDocumentNode } from '@apollo/client';
import { useApolloClient } from '@apollo/client/react';
import { Kind, print, visit, type DocumentNode } from 'graphql';
import { createClient, type Client } from 'graphql-sse';
import { createContext, useContext, useEffect, useState, type ReactNode } from 'react';
import { waitToReconnect, type StreamState } from '../../design/index.js';
import { useKindeAuth } from '../../sign-in/index.js';
import { GATEWAY_URL } from './environment.js';

const LiveContext = createContext<Client | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const { getAccessToken } = useKindeAuth();
  const [client] = useState(() =>
    createClient({
      url: GATEWAY_URL,
      headers: async () => ({ authorization: `Bearer ${await getAccessToken()}` }),
      retryAttempts: Infinity,
      retry: waitToReconnect,
    }),
  );
  return <LiveContext value={client}>{children}</LiveContext>;
}

const LIVE = { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: 'live' } } as const;

const asLive = (query: DocumentNode) =>
  visit(query, { OperationDefinition: (operation) => ({ ...operation, directives: [LIVE] }) });

const codeOf = ({ extensions }: { extensions?: unknown }) =>
  (extensions as { code?: unknown } | undefined)?.code;

interface Connection {
  readonly nodes: readonly ({ readonly id: string } | null)[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

/**
 * Returns a live first page with the pages that `fetchMore` has appended to the shown one, since a new
 * first page alone would drop them. They aren't live themselves. When entries of the first page change,
 * the others no longer continue it, and the list starts again.
 */
export function withPages<T extends Connection | null>(live: T, shown: T | undefined): T {
  if (live == null || shown == null || !live.pageInfo.hasNextPage) return live;
  const size = live.nodes.length;
  const isContinued =
    shown.nodes.length > size && live.nodes.every((node, n) => node?.id === shown.nodes[n]?.id);
  return isContinued ? { ...shown, nodes: [...live.nodes, ...shown.nodes.slice(size)] } : live;
}

/**
 * Streams a query's results into the cache, so that `useQuery` shows what changes. Returns the state
 * of the stream. A result that failed is left to `useQuery`: it would replace what is shown. `merge`
 * makes what is written out of a result and what the cache has.
 */
export function useLive<Data, Variables extends OperationVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
  merge: (live: Data, shown: Data) => Data,
): StreamState {
  const { cache } = useApolloClient();
  const client = useContext(LiveContext);
  const [state, setState] = useState<StreamState>('closed');
  // Counts the streams that ended with their token. The next one gets another token.
  const [expired, setExpired] = useState(0);
  const key = JSON.stringify(variables);
  useEffect(() => {
    const text = print(asLive(cache.transformDocument(query)));
    const close = client?.subscribe<Data>(
      { query: text, variables },
      {
        next: ({ data, errors = [] }) => {
          setState('open');
          if (errors.some((error) => codeOf(error) === 'UNAUTHENTICATED')) {
            setExpired((count) => count + 1);
          } else if (data != null && errors.every((error) => codeOf(error) === 'FORBIDDEN')) {
            cache.updateQuery({ query, variables }, (shown) =>
              shown === null ? data : merge(data, shown),
            );
          }
        },
        error: () => setState('closed'),
        complete: () => setState('closed'),
      },
      { connecting: (isAgain) => isAgain && setState('reconnecting') },
    );
    return close;
  }, [client, cache, query, key, merge, expired]);
  return state;
}

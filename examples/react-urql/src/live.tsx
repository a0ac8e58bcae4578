import { Kind, print, visit, type DocumentNode } from 'graphql';
import { createClient, type Client } from 'graphql-sse';
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from 'react';
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

/**
 * Opens a stream of a query's results, and calls `onChange` for each one after the first. Graphcache takes
 * results only from its own operations, so the caller reads again; the gateway has what the stream sent
 * in its cache. Returns the state of the stream.
 */
export function useLive(
  query: DocumentNode,
  variables: Record<string, unknown>,
  onChange: () => void,
): StreamState {
  const client = useContext(LiveContext);
  const [state, setState] = useState<StreamState>('closed');
  // Counts the streams that ended with their token. The next one gets another token.
  const [expired, setExpired] = useState(0);
  const latest = useRef(onChange);
  latest.current = onChange;
  const key = JSON.stringify(variables);
  useEffect(() => {
    let isFirst = true;
    return client?.subscribe(
      { query: print(asLive(query)), variables },
      {
        next: ({ errors = [] }) => {
          setState('open');
          if (errors.some((error) => codeOf(error) === 'UNAUTHENTICATED')) {
            setExpired((count) => count + 1);
          } else if (!isFirst) latest.current();
          isFirst = false;
        },
        error: () => setState('closed'),
        complete: () => setState('closed'),
      },
      { connecting: (isAgain) => isAgain && setState('reconnecting') },
    );
  }, [client, query, key, expired]);
  return state;
}

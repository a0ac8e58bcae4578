import { cacheExchange } from '@urql/exchange-graphcache';
import { keys, possibleTypes, resolvers, updates } from 'kinde-graphql/urql';
import { useState, type ReactNode } from 'react';
import { Client, fetchExchange, Provider } from 'urql';
import { useKindeAuth, type KindeAuth } from '../../sign-in/index.js';
import { GATEWAY_URL } from './environment.js';
import { LiveProvider } from './live.js';
import { optimistic } from './optimistic.js';

const createClient = (getAccessToken: KindeAuth['getAccessToken']) =>
  new Client({
    url: GATEWAY_URL,
    // The resolvers append pages, and the updates read lists again that got other entries.
    exchanges: [
      cacheExchange({ keys, possibleTypes, resolvers, updates, optimistic }),
      fetchExchange,
    ],
    preferGetMethod: false,
    // Asked for each request, so that a renewed token is used at once.
    fetch: async (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${await getAccessToken()}`);
      return fetch(input, { ...init, headers });
    },
  });

export function GraphQLProvider({ children }: { children: ReactNode }) {
  const { getAccessToken } = useKindeAuth();
  const [client] = useState(() => createClient(getAccessToken));
  return (
    <Provider value={client}>
      <LiveProvider>{children}</LiveProvider>
    </Provider>
  );
}

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ApolloProvider } from '@apollo/client/react';
import { possibleTypes, typePolicies } from 'kinde-graphql/apollo';
import { useState, type ReactNode } from 'react';
import { useKindeAuth, type KindeAuth } from '../../sign-in/index.js';
import { GATEWAY_URL } from './environment.js';
import { LiveProvider } from './live.js';

// Types of results depend on it: beside an error, there may be data.
declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface Query {
        errorPolicy: 'all';
      }
      interface WatchQuery {
        errorPolicy: 'all';
      }
      interface Mutate {
        errorPolicy: 'all';
      }
    }
  }
}

const createClient = (getAccessToken: KindeAuth['getAccessToken']) =>
  new ApolloClient({
    link: ApolloLink.from([
      // Asked for each request, so that a renewed token is used at once.
      new SetContextLink(async ({ headers }) => ({
        headers: { ...headers, authorization: `Bearer ${await getAccessToken()}` },
      })),
      new HttpLink({ uri: GATEWAY_URL }),
    ]),
    // The policies append pages, and leave a list that can't be read null instead of empty.
    cache: new InMemoryCache({ possibleTypes, typePolicies }),
    // One field that fails leaves the rest of the page.
    defaultOptions: {
      query: { errorPolicy: 'all' },
      watchQuery: { errorPolicy: 'all' },
      mutate: { errorPolicy: 'all' },
    },
  });

export function GraphQLProvider({ children }: { children: ReactNode }) {
  const { getAccessToken } = useKindeAuth();
  const [client] = useState(() => createClient(getAccessToken));
  return (
    <ApolloProvider client={client}>
      <LiveProvider>{children}</LiveProvider>
    </ApolloProvider>
  );
}

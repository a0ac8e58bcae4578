import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { KindeProvider, SignedIn } from '../../sign-in/index.js';
import { App } from './app.js';
import { GraphQLProvider } from './graphql-provider.js';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <KindeProvider>
      <SignedIn>
        <GraphQLProvider>
          <App />
        </GraphQLProvider>
      </SignedIn>
    </KindeProvider>
  </StrictMode>,
);

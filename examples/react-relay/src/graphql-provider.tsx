import { useState, type ReactNode } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { useKindeAuth } from '../../sign-in/index.js';
import { createEnvironment } from './environment.js';

export function GraphQLProvider({ children }: { children: ReactNode }) {
  const { getAccessToken } = useKindeAuth();
  const [environment] = useState(() => createEnvironment(getAccessToken));
  return <RelayEnvironmentProvider environment={environment}>{children}</RelayEnvironmentProvider>;
}

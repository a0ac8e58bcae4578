/**
 * Signs in at Kinde's emulator, behind the interface of `@kinde-oss/kinde-auth-react`. To sign in at
 * Kinde, import `KindeProvider` and `useKindeAuth` from there, and delete this folder.
 */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

/** The part of the SDK's context that the examples use. */
export interface KindeAuth {
  isAuthenticated: boolean;
  getAccessToken: () => Promise<string | undefined>;
  login: () => Promise<void>;
  logout: () => Promise<void>;
}

/** Somebody to act as, as `GET /_emulator/tokens` suggests. */
interface Identity {
  label: string;
  request: object;
}

interface Session extends KindeAuth {
  identities: readonly Identity[];
  identity: Identity | undefined;
  actAs: (label: string) => void;
}

const SessionContext = createContext<Session | null>(null);

/** A token is replaced this long before it expires, so that none expires on its way. */
const RENEW_BEFORE_MS = 30_000;

/** Returns a source of tokens for somebody. They stay in memory: a page's storage is open to any script. */
function createTokenSource({ request }: Identity): () => Promise<string> {
  let token: Promise<{ value: string; expiresAt: number }> | undefined;
  const issue = async () => {
    const response = await fetch('/_emulator/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!response.ok) throw new Error(`The emulator issued no token: HTTP ${response.status}.`);
    const { access_token: value, expires_in: seconds } = (await response.json()) as {
      access_token: string;
      expires_in: number;
    };
    return { value, expiresAt: Date.now() + seconds * 1000 };
  };
  return async () => {
    let current = await token?.catch(() => undefined);
    if (current === undefined || current.expiresAt - RENEW_BEFORE_MS < Date.now()) {
      token = issue();
      current = await token;
    }
    return current.value;
  };
}

export function KindeProvider({ children }: { children: ReactNode }) {
  const [identities, setIdentities] = useState<readonly Identity[]>([]);
  const [identity, setIdentity] = useState<Identity>();
  useEffect(() => {
    const load = async () => {
      const response = await fetch('/_emulator/tokens');
      const { suggestions } = (await response.json()) as { suggestions: Identity[] };
      setIdentities(suggestions);
    };
    load().catch((error: unknown) => console.error('The emulator can’t be reached.', error));
  }, []);
  const session = useMemo(
    () => ({
      identities,
      identity,
      isAuthenticated: identity !== undefined,
      getAccessToken: identity === undefined ? async () => undefined : createTokenSource(identity),
      actAs: (label: string) => setIdentity(identities.find((one) => one.label === label)),
      login: async () => setIdentity(undefined),
      logout: async () => setIdentity(undefined),
    }),
    [identities, identity],
  );
  return <SessionContext value={session}>{children}</SessionContext>;
}

function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('useKindeAuth is used outside of KindeProvider.');
  return session;
}

export const useKindeAuth = (): KindeAuth => useSession();

/** Shows the app to somebody who is signed in, and a choice of people to anybody else. */
export function SignedIn({ children }: { children: ReactNode }) {
  const { identities, identity, actAs } = useSession();
  // Another person gets another app: nothing that one has read stays for the next.
  if (identity !== undefined) return <div key={identity.label}>{children}</div>;
  return (
    <div className="sign-in">
      <h1>Sign in</h1>
      <p>These people are in the emulator. In your app, this is Kinde’s sign-in page.</p>
      {identities.map(({ label }) => (
        <button key={label} onClick={() => actAs(label)}>
          {label}
        </button>
      ))}
    </div>
  );
}

/** Says who is signed in, and lets you change it. */
export function Account() {
  const { identities, identity, actAs, logout } = useSession();
  return (
    <div className="account">
      <select
        aria-label="Act as"
        value={identity?.label ?? ''}
        onChange={({ target }) => actAs(target.value)}
      >
        {identities.map(({ label }) => (
          <option key={label}>{label}</option>
        ))}
      </select>
      <button onClick={() => void logout()}>Sign out</button>
    </div>
  );
}

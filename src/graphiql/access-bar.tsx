/** Who the page acts as: the token of all tabs, what it says, and callers to try. */
import { ActAs } from './act-as.js';
import { useNow } from './clock.js';
import { session, setToken } from './session.js';
import { isActAsOffered, mode } from './settings.js';
import { useStore } from './store.js';
import { describeExpiry, summarizeToken } from './token-claims.js';

const ADVICE = {
  none: 'AUTH_MODE=none: operations need no token, and everybody may do everything.',
  jwt: 'AUTH_MODE=jwt: paste an access token of a user or an application. The gateway verifies it and decides what it may do.',
  passthrough:
    'AUTH_MODE=passthrough: paste an access token for the Management API. Kinde decides what it may do.',
} as const;

export function AccessBar() {
  if (mode === 'none') {
    return (
      <section className="access-bar" aria-label="Access">
        <p className="access-message">{ADVICE.none}</p>
      </section>
    );
  }
  return (
    <section className="access-bar" aria-label="Access">
      <TokenField />
      {isActAsOffered && <ActAs />}
      <AccessMessage />
    </section>
  );
}

function TokenField() {
  const token = useStore(session, (state) => state.token);
  return (
    <div className="access-token">
      <input
        type="password"
        aria-label="Access token"
        placeholder="Paste an access token"
        autoComplete="off"
        spellCheck={false}
        value={token}
        onChange={({ target }) => setToken(target.value)}
      />
      {token !== '' && (
        <button type="button" aria-label="Clear the access token" onClick={() => setToken('')}>
          ×
        </button>
      )}
    </div>
  );
}

/** Says what the gateway wants, what the token says, or why it was refused. */
function AccessMessage() {
  const token = useStore(session, (state) => state.token);
  const refusal = useStore(session, (state) => state.refusal);
  if (token === '') return <p className="access-message">{ADVICE[mode]}</p>;
  if (refusal !== undefined) {
    return (
      <p className="access-message access-refusal" role="alert">
        {refusal}
      </p>
    );
  }
  return <Claims token={token} />;
}

function Claims({ token }: { token: string }) {
  const now = useNow();
  const summary = summarizeToken(token);
  if (summary === undefined) {
    return (
      <p className="access-message access-refusal" role="alert">
        This isn’t a JWT. Kinde’s access tokens are three parts with dots between them.
      </p>
    );
  }
  const { who, organization = 'every organization', expiresAt } = summary;
  const expiry = describeExpiry(expiresAt, now);
  return (
    <dl className="access-claims">
      <div>
        <dt>Who</dt>
        <dd>{who}</dd>
      </div>
      <div>
        <dt>Organization</dt>
        <dd>{organization}</dd>
      </div>
      <div className={expiry === 'expired' ? 'access-refusal' : ''}>
        <dt>Token</dt>
        <dd>{expiry}</dd>
      </div>
    </dl>
  );
}

/** Callers to try, whose tokens the emulator issues. It is offered with the emulator alone. */
import { useEffect, useRef, useState } from 'react';
import { useNow } from './clock.js';
import { notify, session, setToken } from './session.js';
import { useStore } from './store.js';
import { summarizeToken } from './token-claims.js';

const PATH = '/graphiql/act-as';

interface Suggestion {
  label: string;
  /** A body of `POST /_emulator/tokens`. */
  request: object;
}

export function ActAs() {
  const token = useStore(session, (state) => state.token);
  const [suggestions, setSuggestions] = useState<readonly Suggestion[]>([]);
  const [chosen, setChosen] = useState({ index: '', token: '' });
  const isUsable = useIsUsable(token);
  const latest = useRef('');
  useEffect(() => {
    readSuggestions().then(setSuggestions, () => setSuggestions([]));
  }, []);
  if (suggestions.length === 0) return null;

  const actAs = async (index: string) => {
    latest.current = index;
    const issued = await issueToken(suggestions[Number(index)]!);
    // A slow response must not undo a later choice.
    if (latest.current !== index) return;
    setToken(issued);
    setChosen({ index, token: issued });
  };
  return (
    <select
      className="access-act-as"
      aria-label="Act as"
      // A select has no event for the option that it shows, which would be the one to choose again.
      value={chosen.token === token && isUsable ? chosen.index : ''}
      onChange={({ target }) =>
        actAs(target.value).catch(() => notify('The emulator issued no token.'))
      }
    >
      <option value="" disabled>
        Act as …
      </option>
      {suggestions.map(({ label }, index) => (
        <option key={label} value={index}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Returns whether a token neither expired nor was refused. */
function useIsUsable(token: string): boolean {
  const isRefused = useStore(session, ({ refusal }) => refusal !== undefined);
  const now = useNow();
  return !isRefused && now < (summarizeToken(token)?.expiresAt ?? Infinity);
}

async function readSuggestions(): Promise<Suggestion[]> {
  const response = await fetch(PATH);
  const { suggestions } = (await response.json()) as { suggestions: Suggestion[] };
  return suggestions;
}

async function issueToken({ request }: Suggestion): Promise<string> {
  const response = await fetch(PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  if (!response.ok) throw new Error(`The emulator responded with ${response.status}.`);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

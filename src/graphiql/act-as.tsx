/** Callers to try, whose tokens the emulator issues. It is offered with the emulator alone. */
import { useEffect, useState } from 'react';
import { notify, session, setToken } from './session.js';
import { useStore } from './store.js';

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
  useEffect(() => {
    readSuggestions().then(setSuggestions, () => setSuggestions([]));
  }, []);
  if (suggestions.length === 0) return null;

  const actAs = async (index: string) => {
    const issued = await issueToken(suggestions[Number(index)]!);
    setToken(issued);
    setChosen({ index, token: issued });
  };
  return (
    <select
      className="access-act-as"
      aria-label="Act as"
      value={chosen.token === token ? chosen.index : ''}
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

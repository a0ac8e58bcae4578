/** What the components of the page share while it is open. */
import type { ExplainReport } from './explain-report.js';
import { forTab } from './storage.js';
import { Store } from './store.js';

export interface Session {
  /** The access token of all tabs; empty without one. */
  token: string;
  /** Why the gateway refused the token; undefined while it accepts it. */
  refusal: string | undefined;
  isExplaining: boolean;
  /**
   * How the last operation was answered; `running` until it is, null where its response didn't say,
   * undefined before it.
   */
  report: ExplainReport | 'running' | null | undefined;
  /** The stream of results, if there is one. */
  stream: 'open' | 'interrupted' | undefined;
  /** What the browser did not let the page copy. */
  uncopied: { text: string; name: string } | undefined;
  /** What the page did just now, for the status line. */
  notice: string;
}

const TOKEN_KEY = 'graphiql:token';
const EXPLAIN_KEY = 'graphiql:explain';

/** The token is in this tab of the browser alone, and gone when it is closed. */
export const session = new Store<Session>({
  token: forTab.getItem(TOKEN_KEY) ?? '',
  refusal: undefined,
  isExplaining: forTab.getItem(EXPLAIN_KEY) === 'true',
  report: undefined,
  stream: undefined,
  uncopied: undefined,
  notice: '',
});

/** Takes a token as it is pasted, also with the name of its scheme. */
export function setToken(text: string): void {
  const token = text.trim().replace(/^Bearer\s+/i, '');
  forTab.setItem(TOKEN_KEY, token);
  session.set({ token, refusal: undefined });
}

export function toggleExplain(): void {
  const isExplaining = !session.get().isExplaining;
  forTab.setItem(EXPLAIN_KEY, String(isExplaining));
  session.set({ isExplaining, report: undefined });
}

let clearing: ReturnType<typeof setTimeout> | undefined;

/** Shows a notice for a moment. */
export function notify(notice: string): void {
  session.set({ notice });
  clearTimeout(clearing);
  clearing = setTimeout(() => session.set({ notice: '' }), 2_500);
}

import 'graphiql/style.css';
import './page.css';
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import type { Environment } from 'monaco-editor';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { examples } from './examples.js';

/** The element that src/http/graphiql-page.ts fills in: a page without inline scripts has no other way to be told. */
const container = document.getElementById('graphiql')!;
const { endpoint, editorWorker, jsonWorker, graphqlWorker } = container.dataset as {
  endpoint: string;
  editorWorker: string;
  jsonWorker: string;
  graphqlWorker: string;
};

(globalThis as { MonacoEnvironment?: Environment }).MonacoEnvironment = {
  getWorker(_moduleId, label) {
    const workers: Record<string, string> = { json: jsonWorker, graphql: graphqlWorker };
    return new Worker(workers[label] ?? editorWorker, { type: 'module' });
  },
};

const fetcher = createGraphiQLFetcher({
  url: endpoint,
  headers: { accept: 'application/graphql-response+json, application/json' },
  // The gateway answers in one piece; otherwise the fetcher would ask for multipart.
  enableIncrementalDelivery: false,
});

const isHistory = (key: string) => /:(queries|favorites)$/.test(key);

/**
 * localStorage without credentials: GraphiQL leaves headers out of the tabs that it stores unless
 * its settings say otherwise, but keeps them with each operation of the history.
 */
const storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'> = {
  getItem: (key) => localStorage.getItem(key),
  setItem: (key, value) =>
    localStorage.setItem(
      key,
      isHistory(key)
        ? JSON.stringify(JSON.parse(value, (name, part) => (name === 'headers' ? undefined : part)))
        : value,
    ),
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};

const isPhone = matchMedia('(max-width: 640px)').matches;

createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    defaultTabs={examples}
    // Most examples have variables; a phone has room for the query alone until they are asked for.
    defaultEditorToolsVisibility={!isPhone}
  >
    <GraphiQL.Logo>Kinde organizations</GraphiQL.Logo>
    <SystemTheme />
  </GraphiQL>,
);

/**
 * GraphiQL reads the system's theme once, its styles at all times: without this the editors keep
 * the colours of before when the system turns dark.
 */
function SystemTheme() {
  const theme = useGraphiQL((state) => state.theme);
  const { setTheme } = useGraphiQLActions();
  useEffect(() => {
    if (theme) return;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = () => setTheme(null);
    system.addEventListener('change', follow);
    return () => system.removeEventListener('change', follow);
  }, [theme, setTheme]);
  return null;
}

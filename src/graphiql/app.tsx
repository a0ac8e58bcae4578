/** The page: who it acts as, GraphiQL, and what it did just now. */
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useMemo } from 'react';
import { AccessBar } from './access-bar.js';
import { EditorLabels } from './editor-labels.js';
import { ExampleVariables } from './example-variables.js';
import { examples } from './examples.js';
import { ExplainPane } from './explain-pane.js';
import { explorer } from './explorer.js';
import { CopyDialog } from './copy-dialog.js';
import { createFetcher } from './fetcher.js';
import { operationInLink } from './operation-link.js';
import { session } from './session.js';
import { needsToken } from './settings.js';
import { hasStoredTabs, storage } from './storage.js';
import { useStore } from './store.js';
import { SystemTheme } from './system-theme.js';
import { ToolbarButtons } from './toolbar.js';

const PLUGINS = [explorer, HISTORY_PLUGIN];

const isPhone = matchMedia('(max-width: 640px)').matches;

const linked = operationInLink(location);
// Reloading the page keeps what has been changed since.
if (linked !== undefined) history.replaceState(null, '', location.pathname);
// A link that is pasted into the address of the open page changes nothing else than what is after `#`.
addEventListener('hashchange', () => {
  if (operationInLink(location) !== undefined) location.reload();
});
const tabs = linked === undefined ? examples : [linked, ...examples];
// GraphiQL shows the query of the first default tab without its variables.
const opened =
  linked === undefined && hasStoredTabs()
    ? {}
    : { initialQuery: tabs[0]!.query, initialVariables: tabs[0]!.variables ?? '' };

export function App() {
  const token = useStore(session, (state) => state.token);
  const isExplaining = useStore(session, (state) => state.isExplaining);
  const stream = useStore(session, (state) => state.stream);
  // Another fetcher makes GraphiQL read the schema again.
  const fetcher = useMemo(() => createFetcher(token), [token]);
  const isSchemaReadable = !needsToken || token !== '';
  return (
    <div className="graphiql-container page">
      <AccessBar />
      <GraphiQL
        fetcher={fetcher}
        storage={storage}
        plugins={PLUGINS}
        // Without a token the schema can't be read, and asking for it would only show an error.
        {...(isSchemaReadable ? {} : { schema: null })}
        defaultTabs={tabs}
        {...opened}
        // Most examples have variables; a phone has room for the query alone until they are asked for.
        defaultEditorToolsVisibility={!isPhone}
      >
        <GraphiQL.Logo>Kinde organizations</GraphiQL.Logo>
        <GraphiQL.Toolbar>{ToolbarButtons}</GraphiQL.Toolbar>
        {(isExplaining || stream !== undefined) && (
          <GraphiQL.Footer>
            {stream === 'open' && <p className="live-badge">Live</p>}
            {stream === 'interrupted' && (
              <p className="live-badge live-interrupted">Interrupted, connecting again</p>
            )}
            {isExplaining && <ExplainPane />}
          </GraphiQL.Footer>
        )}
        <SystemTheme />
        <EditorLabels />
        {isSchemaReadable && <ExampleVariables fetcher={fetcher} token={token} />}
      </GraphiQL>
      <CopyDialog />
      <Notice />
    </div>
  );
}

function Notice() {
  const notice = useStore(session, (state) => state.notice);
  return (
    <p className="notice" role="status">
      {notice}
    </p>
  );
}

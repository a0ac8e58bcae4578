/** The buttons beside the operation. */
import { ToolbarButton, ToolbarMenu, tryParseJSONC, useGraphiQL } from '@graphiql/react';
import type { ReactNode } from 'react';
import { toApolloHook, toCurl, toFetch, type SnippetSource } from './code-snippets.js';
import { copyText } from './copy.js';
import { CodeIcon, ExplainIcon, ShareIcon } from './icons.js';
import { linkTo } from './operation-link.js';
import { notify, session, toggleExplain } from './session.js';
import { endpoint, needsToken } from './settings.js';
import { useStore } from './store.js';

interface DefaultButtons {
  prettify: ReactNode;
  copy: ReactNode;
  merge: ReactNode;
}

export function ToolbarButtons({ prettify, copy, merge }: DefaultButtons) {
  return (
    <>
      {prettify}
      {merge}
      {copy}
      <ExplainButton />
      <OperationButtons />
    </>
  );
}

function ExplainButton() {
  const isExplaining = useStore(session, (state) => state.isExplaining);
  return (
    <ToolbarButton
      label="Explain: show the calls to Kinde"
      aria-pressed={isExplaining}
      className={isExplaining ? 'toolbar-pressed' : ''}
      onClick={toggleExplain}
    >
      <ExplainIcon />
    </ToolbarButton>
  );
}

const SNIPPETS: readonly [name: string, write: (source: SnippetSource) => string][] = [
  ['curl', toCurl],
  ['fetch', toFetch],
  ['Apollo hook', toApolloHook],
];

function OperationButtons() {
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const operationName = useGraphiQL((state) => state.operationName);
  const query = () => queryEditor?.getValue() ?? '';
  const variables = () => variableEditor?.getValue() ?? '';
  const copyAs = (name: string, write: (source: SnippetSource) => string) => {
    try {
      const source = {
        query: query(),
        operationName,
        needsToken,
        // The editor takes comments and trailing commas, which no server does.
        variables: tryParseJSONC(variables()) as object | undefined,
        url: new URL(endpoint, location.href).href,
      };
      copyText(write(source), name);
    } catch (error) {
      notify(`Nothing copied: variables ${(error as Error).message}`);
    }
  };
  return (
    <>
      <ToolbarButton
        label="Share: copy a link to this operation"
        onClick={() =>
          copyText(linkTo({ query: query(), variables: variables() }, location.href), 'Link')
        }
      >
        <ShareIcon />
      </ToolbarButton>
      <ToolbarMenu
        button={
          <ToolbarButton label="Copy as code">
            <CodeIcon />
          </ToolbarButton>
        }
      >
        {SNIPPETS.map(([name, write]) => (
          <ToolbarMenu.Item key={name} onSelect={() => copyAs(name, write)}>
            Copy as {name}
          </ToolbarMenu.Item>
        ))}
      </ToolbarMenu>
    </>
  );
}

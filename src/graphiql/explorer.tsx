/** GraphiQL's explorer, which builds an operation by clicks. It is loaded when it is opened. */
import type { GraphiQLPlugin } from '@graphiql/react';
import { lazy, Suspense } from 'react';
import { showActions } from './explorer-actions.js';
import { makeOperable } from './explorer-keyboard.js';
import { ExplorerIcon } from './icons.js';

const Content = lazy(async () => {
  const { explorerPlugin } = await import('@graphiql/plugin-explorer');
  return { default: explorerPlugin({ showAttribution: false }).content };
});

export const explorer: GraphiQLPlugin = {
  title: 'Explorer',
  icon: ExplorerIcon,
  content: () => (
    <Suspense fallback={<p>The explorer is loading.</p>}>
      <div className="explorer" ref={operate}>
        <Content />
      </div>
    </Suspense>
  ),
};

/** Makes the explorer operable while it is open. React calls what this returns when it is closed. */
function operate(element: HTMLElement | null) {
  if (element === null) return undefined;
  const ends = [makeOperable(element), showActions(element)];
  return () => ends.forEach((end) => end());
}

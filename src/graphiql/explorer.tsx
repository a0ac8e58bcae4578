/** GraphiQL's explorer, which builds an operation by clicks. It is loaded when it is opened. */
import type { GraphiQLPlugin } from '@graphiql/react';
import { lazy, Suspense } from 'react';
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
      <div className="explorer" ref={(element) => (element ? makeOperable(element) : undefined)}>
        <Content />
      </div>
    </Suspense>
  ),
};

import { useGraphiQL } from '@graphiql/react';
import type { Fetcher } from '@graphiql/toolkit';
import { useEffect, useRef, useState } from 'react';
import {
  fillPlaceholders,
  hasPlaceholders,
  readExampleValues,
  type ExampleValues,
} from './example-values.js';

interface Filled {
  template: string;
  text: string;
}

/**
 * Fills the placeholders in the variables of the active tab. With another token it fills them again, as
 * long as nobody has edited the result.
 */
export function ExampleVariables({ fetcher, token }: { fetcher: Fetcher; token: string }) {
  const editor = useGraphiQL((state) => state.variableEditor);
  const tabId = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.id ?? '');
  const isSchemaLoaded = useGraphiQL((state) => state.schema != null);
  const [values, setValues] = useState<ExampleValues>();
  const [isWanted, setIsWanted] = useState(false);
  const filled = useRef(new Map<string, Filled>());

  useEffect(() => {
    if (hasPlaceholders(editor?.getValue() ?? '')) setIsWanted(true);
  }, [editor, tabId]);

  useEffect(() => {
    setValues(undefined);
    if (!isWanted || !isSchemaLoaded) return;
    let isCurrent = true;
    readExampleValues(fetcher, token).then(
      (read) => isCurrent && setValues(read),
      // Without values the placeholders stay, which say what belongs there.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [isWanted, fetcher, token, isSchemaLoaded]);

  useEffect(() => {
    if (editor === undefined || values === undefined) return;
    const text = editor.getValue();
    const before = filled.current.get(tabId);
    const template = before?.text === text ? before.template : text;
    if (!hasPlaceholders(template)) return;
    const next = fillPlaceholders(template, values);
    filled.current.set(tabId, { template, text: next });
    if (next !== text) editor.setValue(next);
  }, [editor, values, tabId]);
  return null;
}

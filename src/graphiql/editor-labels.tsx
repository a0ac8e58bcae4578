import { useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** Names the editors for assistive technology. Monaco calls each of them "Editor content". */
export function EditorLabels() {
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  const headers = useGraphiQL((state) => state.headerEditor);
  const response = useGraphiQL((state) => state.responseEditor);
  useEffect(() => {
    query?.updateOptions({ ariaLabel: 'Operation' });
    variables?.updateOptions({ ariaLabel: 'Variables' });
    headers?.updateOptions({ ariaLabel: 'Request headers' });
    response?.updateOptions({ ariaLabel: 'Response' });
  }, [query, variables, headers, response]);
  return null;
}

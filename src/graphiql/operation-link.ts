/** Links that open the page with an operation. */

export interface LinkedOperation {
  query: string;
  variables?: string | undefined;
}

/**
 * Returns the operation of a page's address; undefined without one. It is shown and not executed. The
 * gateway redirects `/graphql?query=…` to the page with the same parameters.
 */
export function operationInLink({
  hash,
  search,
}: Pick<URL, 'hash' | 'search'>): LinkedOperation | undefined {
  const inHash = new URLSearchParams(hash.slice(1));
  const parameters = inHash.has('query') ? inHash : new URLSearchParams(search);
  const query = parameters.get('query');
  if (query === null || query.trim() === '') return undefined;
  return { query, variables: indented(parameters.get('variables') ?? '') };
}

/**
 * Returns the address of a page with this operation in it. Headers and token are never part of it. What is
 * after `#` is not sent: it has no limit, and is in no server's log.
 */
export function linkTo({ query, variables = '' }: LinkedOperation, page: string): string {
  const url = new URL(page);
  const parameters = new URLSearchParams({ query });
  if (variables.trim() !== '') parameters.set('variables', variables);
  url.search = '';
  url.hash = parameters.toString();
  return url.href;
}

/** A link for `/graphql` has its variables in one line. */
function indented(variables: string): string {
  try {
    return JSON.stringify(JSON.parse(variables), null, 2);
  } catch {
    return variables;
  }
}

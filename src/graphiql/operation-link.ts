/** Links that open the page with an operation. */

export interface LinkedOperation {
  query: string;
  variables?: string | undefined;
}

/** Returns the operation of a page's address; undefined without one. It is shown and not executed. */
export function operationInLink(search: string): LinkedOperation | undefined {
  const parameters = new URLSearchParams(search);
  const query = parameters.get('query');
  if (query === null || query.trim() === '') return undefined;
  return { query, variables: indented(parameters.get('variables') ?? '') };
}

/** Returns the address of a page with this operation in it. Headers and token are never part of it. */
export function linkTo({ query, variables = '' }: LinkedOperation, page: string): string {
  const url = new URL(page);
  url.search = '';
  url.hash = '';
  url.searchParams.set('query', query);
  if (variables.trim() !== '') url.searchParams.set('variables', variables);
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

/** Which operation of a document would be executed, and how. */
import { getOperationAST, parse, type OperationDefinitionNode } from 'graphql';

/**
 * Returns the operation of a name, or the only one of the document whatever the name is: GraphiQL has the
 * name of the previous tab until it has parsed the operation of the new one. Undefined if there is none.
 */
export function operationIn(
  query: string,
  name?: string | null,
): OperationDefinitionNode | undefined {
  try {
    const document = parse(query);
    return getOperationAST(document, name) ?? getOperationAST(document) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether an operation is a subscription or a query with `@live`. */
export function isStreamed(operation: OperationDefinitionNode | undefined): boolean {
  if (operation?.operation === 'subscription') return true;
  return operation?.directives?.some(({ name }) => name.value === 'live') ?? false;
}

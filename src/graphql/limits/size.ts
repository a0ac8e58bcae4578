/** Limits on the form of a document: checked by validation, before its variables are read. */
import {
  GraphQLError,
  isIntrospectionType,
  Kind,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Limits } from '../../config.js';

/** Creates the error for what a limit does not allow. */
export function tooComplex(message: string, node?: OperationDefinitionNode | FieldNode) {
  return new GraphQLError(message, {
    ...(node === undefined ? {} : { nodes: [node] }),
    extensions: { code: 'QUERY_TOO_COMPLEX' },
  });
}

/** Says how much is too much, and by which setting. */
export function overLimit(what: string, found: number, limit: number, setting: string): string {
  return `${what}: ${found}, and the limit ${setting} is ${limit}.`;
}

/**
 * Measures how deep fields are nested. Each fragment is walked once however often it is spread, so that
 * the work grows with the document and not with what it stands for.
 */
function createDepth(fragmentNamed: (name: string) => FragmentDefinitionNode | null | undefined) {
  const depths = new Map<string, number>();

  const ofFragment = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is met again here, and is refused by GraphQL's own rule.
    depths.set(name, 0);
    const fragment = fragmentNamed(name);
    const depth = fragment == null ? 0 : depthOf(fragment.selectionSet);
    depths.set(name, depth);
    return depth;
  };

  function depthOf({ selections }: SelectionSetNode): number {
    return selections.reduce((deepest, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        return Math.max(deepest, ofFragment(selection.name.value));
      }
      const { selectionSet } = selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        return Math.max(deepest, depthOf(selection.selectionSet));
      }
      // GraphQL's own rule holds introspection; tools that read the schema nest deeper than people.
      const isLeaf = selectionSet === undefined || isIntrospection(selection);
      return Math.max(deepest, 1 + (isLeaf ? 0 : depthOf(selectionSet)));
    }, 0);
  }
  return depthOf;
}

/** A response repeats an alias for each entry of a list. */
const MAX_ALIAS_LENGTH = 255;

const isIntrospection = ({ name }: FieldNode) =>
  name.value === '__schema' || name.value === '__type';

/**
 * A validation rule that refuses operations that are nested too deep, documents with too many
 * directives, and aliases that multiply the schema in a response.
 */
export function sizeRule({ maxDepth, maxDirectives }: Limits) {
  return (context: ValidationContext): ASTVisitor => {
    const depthOf = createDepth((name) => context.getFragment(name));
    let directives = 0;
    return {
      OperationDefinition(operation) {
        const depth = depthOf(operation.selectionSet);
        if (depth <= maxDepth) return;
        const message = overLimit('Fields are nested too deep', depth, maxDepth, 'MAX_DEPTH');
        context.reportError(tooComplex(message, operation));
      },
      Field(field) {
        if (field.alias === undefined) return;
        const { length } = field.alias.value;
        if (length > MAX_ALIAS_LENGTH) {
          const message = `An alias has ${length} characters, and the limit is ${MAX_ALIAS_LENGTH}.`;
          context.reportError(tooComplex(message, field));
        }
        const parent = context.getParentType();
        const isInSchema = parent != null && isIntrospectionType(parent);
        if (!isInSchema && field.name.value !== '__schema') return;
        const message = 'Introspection takes no aliases: select each field of the schema once.';
        context.reportError(tooComplex(message, field));
      },
      Directive() {
        directives += 1;
      },
      Document: {
        leave() {
          if (directives <= maxDirectives) return;
          const what = 'The document has too many directives';
          const message = overLimit(what, directives, maxDirectives, 'MAX_DIRECTIVES');
          context.reportError(tooComplex(message));
        },
      },
    };
  };
}

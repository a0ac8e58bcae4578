/** How large a document is by its form alone: refused in validation, before variables are read. */
import {
  GraphQLError,
  Kind,
  type ASTVisitor,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { Limits } from '../../config.js';

/** What an operation has, with every fragment counted as often as it is spread. */
interface Size {
  /** How deep fields are nested. */
  depth: number;
  aliases: number;
  /** The fields of the selection set itself; of an operation, its root fields. */
  fields: number;
}

/** Twenty fragments that each spread the next twice stand for a million fields: counted, not walked. */
const atMost = (count: number) => Math.min(count, Number.MAX_SAFE_INTEGER);

/**
 * Measures selection sets. Each fragment is walked once however often it is spread, so that the work
 * grows with the document and not with what it stands for.
 */
function createMeasure(fragmentNamed: (name: string) => FragmentDefinitionNode | null | undefined) {
  const nothing: Size = { depth: 0, aliases: 0, fields: 0 };
  const sizes = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    // A fragment that spreads itself is met again here, and is refused by GraphQL's own rule.
    sizes.set(name, nothing);
    const fragment = fragmentNamed(name);
    const size = fragment == null ? nothing : measure(fragment.selectionSet);
    sizes.set(name, size);
    return size;
  };

  function measure({ selections }: SelectionSetNode): Size {
    const size = { ...nothing };
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const { name, alias, selectionSet } = selection;
        size.fields = atMost(size.fields + 1);
        if (alias !== undefined) size.aliases = atMost(size.aliases + 1);
        // GraphQL's own rule holds introspection; tools that read the schema nest deeper than people.
        const isMeta = name.value === '__schema' || name.value === '__type';
        const inner = selectionSet === undefined ? nothing : measure(selectionSet);
        size.depth = Math.max(size.depth, isMeta ? 1 : inner.depth + 1);
        size.aliases = atMost(size.aliases + inner.aliases);
      } else {
        const inner =
          selection.kind === Kind.FRAGMENT_SPREAD
            ? ofFragment(selection.name.value)
            : measure(selection.selectionSet);
        size.depth = Math.max(size.depth, inner.depth);
        size.aliases = atMost(size.aliases + inner.aliases);
        size.fields = atMost(size.fields + inner.fields);
      }
    }
    return size;
  }
  return measure;
}

/** The error for what is more than a limit. Its message names the limit, its setting and what was found. */
export function tooComplex(
  what: string,
  { found, limit, setting }: { found: number; limit: number; setting: string },
  node?: OperationDefinitionNode,
): GraphQLError {
  return new GraphQLError(`${what}: ${found}, and the limit ${setting} is ${limit}.`, {
    ...(node === undefined ? {} : { nodes: [node] }),
    extensions: { code: 'QUERY_TOO_COMPLEX' },
  });
}

/**
 * A validation rule that refuses operations that are nested too deep, or have too many aliases or root
 * fields, and documents with too many directives.
 */
export function sizeRule({ maxDepth, maxAliases, maxRootFields, maxDirectives }: Limits) {
  return (context: ValidationContext): ASTVisitor => {
    const measure = createMeasure((name) => context.getFragment(name));
    let directives = 0;
    return {
      OperationDefinition(operation) {
        const { depth, aliases, fields } = measure(operation.selectionSet);
        const hold = (what: string, setting: string, found: number, limit: number) => {
          if (found <= limit) return;
          context.reportError(tooComplex(what, { found, limit, setting }, operation));
        };
        hold('Fields are nested too deep', 'MAX_DEPTH', depth, maxDepth);
        hold('The operation has too many aliases', 'MAX_ALIASES', aliases, maxAliases);
        hold('The operation has too many root fields', 'MAX_ROOT_FIELDS', fields, maxRootFields);
      },
      Directive() {
        directives += 1;
      },
      Document: {
        leave() {
          if (directives <= maxDirectives) return;
          context.reportError(
            tooComplex('The document has too many directives', {
              found: directives,
              limit: maxDirectives,
              setting: 'MAX_DIRECTIVES',
            }),
          );
        },
      },
    };
  };
}

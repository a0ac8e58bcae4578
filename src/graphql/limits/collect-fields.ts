/** Merges selections as execution does: CollectFields in the GraphQL specification, section 6.3.2. */
import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** A response name with all the field nodes that execution answers by one value. */
export type CollectedFields = ReadonlyMap<string, readonly [FieldNode, ...FieldNode[]]>;

/** Returns a document's fragments by their names. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition] as const]
        : [],
    ),
  );
}

/** Thrown when the selections of a document merge in too many ways. */
export class TooManySelections extends Error {}

/** Collects the fields of the selection sets of one operation. */
export class FieldCollector {
  #remaining: number;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    /** Undefined where they aren't known yet: what depends on one is then left out. */
    private readonly variables: Readonly<Record<string, unknown>> | undefined,
    /** How many selections may be looked at, however often the document spreads each. */
    maxSelections: number,
  ) {
    this.#remaining = maxSelections;
  }

  /** Returns an object's fields; throws TooManySelections when the operation has used up its steps. */
  collect(type: GraphQLObjectType, selectionSets: readonly SelectionSetNode[]): CollectedFields {
    const fields = new Map<string, [FieldNode, ...FieldNode[]]>();
    const spread = new Set<string>();
    for (const selectionSet of selectionSets) this.#add(fields, spread, type, selectionSet);
    return fields;
  }

  #add(
    fields: Map<string, [FieldNode, ...FieldNode[]]>,
    spread: Set<string>,
    type: GraphQLObjectType,
    { selections }: SelectionSetNode,
  ): void {
    for (const selection of selections) {
      if (this.#remaining-- <= 0) throw new TooManySelections();
      if (!this.#isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const responseName = (selection.alias ?? selection.name).value;
        const merged = fields.get(responseName);
        if (merged === undefined) fields.set(responseName, [selection]);
        else merged.push(selection);
        continue;
      }
      const fragment = this.#fragmentOf(selection, spread);
      if (fragment !== undefined && this.#applies(fragment.typeCondition?.name.value, type)) {
        this.#add(fields, spread, type, fragment.selectionSet);
      }
    }
  }

  /** Returns an inline fragment, or a named one the first time that it is spread. */
  #fragmentOf(selection: Exclude<SelectionNode, FieldNode>, spread: Set<string>) {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const name = selection.name.value;
    if (spread.has(name)) return undefined;
    spread.add(name);
    return this.fragments.get(name);
  }

  #isIncluded(selection: SelectionNode): boolean {
    if (selection.directives === undefined || selection.directives.length === 0) return true;
    try {
      const skip = getDirectiveValues(GraphQLSkipDirective, selection, this.variables);
      const include = getDirectiveValues(GraphQLIncludeDirective, selection, this.variables);
      return skip?.['if'] !== true && include?.['if'] !== false;
    } catch {
      // The condition is a variable that isn't known, or null, for which execution refuses the operation.
      return false;
    }
  }

  #applies(condition: string | undefined, type: GraphQLObjectType): boolean {
    if (condition === undefined || condition === type.name) return true;
    const other = this.schema.getType(condition);
    return isAbstractType(other) && this.schema.isSubType(other, type);
  }
}

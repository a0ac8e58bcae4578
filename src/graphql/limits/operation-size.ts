/** Measures an operation before it is executed, with its selections merged as execution merges them. */
import {
  getNamedType,
  isAbstractType,
  isObjectType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { ArgumentSizes } from './argument-size.js';
import { FieldCollector, type CollectedFields } from './collect-fields.js';
import { argumentsOf, FieldCosts, type FieldCost } from './field-cost.js';

/** How large an operation is, or the selections of one object. */
export interface Size {
  /** One for each entry that its lists may have, and one for each call to Kinde. */
  cost: number;
  /** Response names that are aliases, each once however long its list is. */
  aliases: number;
  /** About how many values its response has under aliases. */
  aliasedValues: number;
  /** About how many characters its response has for names alone. */
  names: number;
  /** How many values and characters its arguments hold, counted each time that a field is executed. */
  arguments: number;
}

export interface OperationSize extends Size {
  rootFields: number;
}

/** One operation of a document, with the variables that it was sent with. */
export interface Operation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Undefined where they aren't known yet: what depends on one is then left out. */
  variables: Readonly<Record<string, unknown>> | undefined;
  /** How many selections may be looked at. */
  maxSelections: number;
}

/** A field of the response, with all that the document selects under its response name. */
export interface MeasuredField {
  responseName: string;
  nodes: readonly [FieldNode, ...FieldNode[]];
  cost: FieldCost;
  type: GraphQLNamedOutputType;
}

/** What a response has beside the name of a field: quotes, a colon, a comma and a short value. */
const PUNCTUATION = 10;

const EMPTY: Size = { cost: 0, aliases: 0, aliasedValues: 0, names: 0, arguments: 0 };

/** Sums stay safe integers, since twenty lists in lists can stand for more objects than there are numbers. */
const atMost = (count: number) => Math.min(count, Number.MAX_SAFE_INTEGER);

const costsOfSchemas = new WeakMap<GraphQLSchema, FieldCosts>();

/**
 * Measures the selections of one operation. Selection sets that merge are measured once for each size
 * of their list, so that the work grows with the document and not with its response.
 */
export class OperationMeter {
  readonly #fields: FieldCollector;
  readonly #costs: FieldCosts;
  readonly #arguments: ArgumentSizes;
  readonly #variables: Readonly<Record<string, unknown>>;
  readonly #sizes = new Map<string, Size>();
  readonly #ids = new Map<SelectionSetNode, number>();

  constructor(private readonly of: Operation) {
    const { schema, fragments, variables, maxSelections } = of;
    this.#variables = variables ?? {};
    this.#fields = new FieldCollector(schema, fragments, variables, maxSelections);
    this.#arguments = new ArgumentSizes(this.#variables);
    let costs = costsOfSchemas.get(schema);
    if (costs === undefined) costsOfSchemas.set(schema, (costs = new FieldCosts(schema)));
    this.#costs = costs;
  }

  /** Returns the size of the whole operation; throws TooManySelections. */
  measure(): OperationSize {
    const { schema, operation } = this.of;
    const root = schema.getRootType(operation.operation);
    if (root == null) return { ...EMPTY, rootFields: 0 };
    const selectionSets = [operation.selectionSet];
    const rootFields = this.#fields.collect(root, selectionSets).size;
    return { ...this.ofType(root, selectionSets, 1), rootFields };
  }

  /** Returns the size of the selections of one object; of an abstract type, the largest that it may have. */
  ofType(
    type: GraphQLNamedOutputType,
    selectionSets: readonly SelectionSetNode[],
    entries: number,
  ): Size {
    if (isObjectType(type)) return this.#ofObject(type, selectionSets, entries);
    if (!isAbstractType(type)) return EMPTY;
    return this.of.schema
      .getPossibleTypes(type)
      .map((possible) => this.#ofObject(possible, selectionSets, entries))
      .reduce(larger, EMPTY);
  }

  /** Returns the fields of an object that are not introspection. */
  fieldsOf(
    parent: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    entries: number,
  ): MeasuredField[] {
    return this.#measured(parent, this.#fields.collect(parent, selectionSets), entries);
  }

  #measured(parent: GraphQLObjectType, collected: CollectedFields, entries: number) {
    const definitions = parent.getFields();
    return Array.from(collected).flatMap(([responseName, nodes]): MeasuredField[] => {
      const field: GraphQLField<unknown, unknown> | undefined = definitions[nodes[0].name.value];
      if (field === undefined) return [];
      const args = field.args.length === 0 ? {} : argumentsOf(field, nodes[0], this.#variables);
      const cost = this.#costs.of(parent, field, args, entries);
      return [{ responseName, nodes, cost, type: getNamedType(field.type) }];
    });
  }

  #ofObject(
    type: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    entries: number,
  ): Size {
    const key = `${type.name} ${entries} ${selectionSets.map((set) => this.#idOf(set)).join()}`;
    let size = this.#sizes.get(key);
    if (size === undefined) {
      // Selections that spread themselves are met again inside; validation refuses them.
      this.#sizes.set(key, EMPTY);
      size = this.#measureObject(type, selectionSets, entries);
      this.#sizes.set(key, size);
    }
    return size;
  }

  #measureObject(
    parent: GraphQLObjectType,
    selectionSets: readonly SelectionSetNode[],
    entries: number,
  ): Size {
    const collected = this.#fields.collect(parent, selectionSets);
    const size = { ...EMPTY };
    for (const [responseName, nodes] of collected) {
      size.names = atMost(size.names + responseName.length + PUNCTUATION);
      if (nodes[0].alias !== undefined) size.aliases += 1;
    }
    size.aliasedValues = size.aliases;
    const routes = new Set<string>();
    for (const { nodes, cost: field, type } of this.#measured(parent, collected, entries)) {
      const inner = this.ofType(type, selectionSetsOf(nodes), field.entries);
      for (const route of field.routes ?? []) routes.add(route);
      size.cost = atMost(size.cost + field.own + field.objects * inner.cost);
      size.aliases = atMost(size.aliases + inner.aliases);
      size.aliasedValues = atMost(size.aliasedValues + field.copies * inner.aliasedValues);
      size.names = atMost(size.names + field.copies * inner.names);
      size.arguments = atMost(
        size.arguments + this.#arguments.of(nodes[0]) + field.copies * inner.arguments,
      );
    }
    // Fields of one object that take the same call share it, as the loaders have it.
    size.cost = atMost(size.cost + routes.size);
    return size;
  }

  #idOf(selectionSet: SelectionSetNode): number {
    let id = this.#ids.get(selectionSet);
    if (id === undefined) this.#ids.set(selectionSet, (id = this.#ids.size));
    return id;
  }
}

/** Returns what is selected of a field's value. */
export function selectionSetsOf(nodes: readonly FieldNode[]): SelectionSetNode[] {
  return nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
}

const larger = (one: Size, other: Size): Size => ({
  cost: Math.max(one.cost, other.cost),
  aliases: Math.max(one.aliases, other.aliases),
  aliasedValues: Math.max(one.aliasedValues, other.aliasedValues),
  names: Math.max(one.names, other.names),
  arguments: Math.max(one.arguments, other.arguments),
});

/** Names the list to shorten in an operation that costs too much. */
import {
  isAbstractType,
  isObjectType,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { TooManySelections } from './collect-fields.js';
import type { SizeArgument } from './field-cost.js';
import { selectionSetsOf, type OperationMeter } from './operation-size.js';

/** A list whose size the operation says, at its place in the response. */
interface SizedList {
  /** Its response names, e.g. "organizations.nodes.users". */
  path: string;
  argument: SizeArgument;
  entries: number;
  /** What each entry adds to the cost of the operation, the lists inside it included. */
  perEntry: number;
  /** What the list adds without the lists inside it. */
  own: number;
}

/** How many lists are compared: one document can stand for many more. */
const MAX_LISTS = 1_000;

/**
 * Returns a sentence that names the list which adds most to an operation's cost, and a size that fits;
 * undefined for an operation without such a list.
 */
export function adviceFor(
  meter: OperationMeter,
  { schema, operation }: { schema: GraphQLSchema; operation: OperationDefinitionNode },
  { cost, maxCost }: { cost: number; maxCost: number },
): string | undefined {
  const root = schema.getRootType(operation.operation);
  if (root == null) return undefined;
  const search = new ListSearch(schema, meter);
  search.visit(root, [operation.selectionSet], { entries: 1, times: 1, path: '' });
  const lists = search.found.sort((one, other) => other.own - one.own);
  const [largest] = lists;
  if (largest === undefined) return undefined;

  const fitting = ({ entries, perEntry }: SizedList) =>
    Math.floor((maxCost - (cost - entries * perEntry)) / perEntry);
  const adds = `\`${largest.path}\` with ${sizeOf(largest, largest.entries)} adds ${largest.own}`;
  // A list may be short and cost much all the same, since there is one in each entry of another.
  const shortened = lists.find((list) => fitting(list) >= 1);
  if (shortened === undefined) return `${adds}. Shorten several lists.`;
  const place = shortened === largest ? '' : ` for \`${shortened.path}\``;
  return `${adds}; with ${sizeOf(shortened, fitting(shortened))}${place} the operation fits.`;
}

function sizeOf({ argument }: SizedList, entries: number): string {
  if (argument === 'first') return `\`first: ${entries}\``;
  return `${entries} ${argument === 'ids' ? 'ids' : 'users'}`;
}

interface Place {
  /** How many entries the lists of the object have: see FieldCosts. */
  entries: number;
  /** For how many objects the selections are paid for. */
  times: number;
  path: string;
}

class ListSearch {
  readonly found: SizedList[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly meter: OperationMeter,
  ) {}

  /** Notes the lists in the selections of an object. Returns what they cost for one such object. */
  visit(type: GraphQLNamedOutputType, selections: SelectionSetNode[], place: Place): number {
    const types = isAbstractType(type) ? this.schema.getPossibleTypes(type) : [type];
    const costs = types.map((possible) =>
      isObjectType(possible) ? this.#visitObject(possible, selections, place) : 0,
    );
    return Math.max(0, ...costs);
  }

  #visitObject(
    parent: GraphQLObjectType,
    selections: SelectionSetNode[],
    { entries, times, path }: Place,
  ): number {
    let listed = 0;
    for (const field of this.#fieldsOf(parent, selections, entries)) {
      if (this.found.length >= MAX_LISTS) break;
      const { own, objects, size, entries: below } = field.cost;
      const inside = selectionSetsOf(field.nodes);
      const at = path === '' ? field.responseName : `${path}.${field.responseName}`;
      const total = own + objects * this.meter.ofType(field.type, inside, below).cost;
      const place = { entries: below, times: times * objects, path: at };
      const nested = objects * this.visit(field.type, inside, place);
      listed += size === undefined ? nested : total;
      if (size === undefined || size.entries === 0) continue;
      // A connection takes a call however short it is.
      const fixed = size.argument === 'ids' ? 0 : 1;
      const perEntry = (times * (total - fixed)) / size.entries;
      this.found.push({ ...size, path: at, perEntry, own: times * (total - nested) });
    }
    return listed;
  }

  #fieldsOf(parent: GraphQLObjectType, selections: SelectionSetNode[], entries: number) {
    try {
      return this.meter.fieldsOf(parent, selections, entries);
    } catch (error) {
      if (error instanceof TooManySelections) return [];
      throw error;
    }
  }
}

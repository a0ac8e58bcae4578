/** The cost of one execution of a field, by its type, its arguments and the endpoint table. */
import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { MAX_FIRST } from '../../resolvers/connection.js';
import type { Endpoint } from '../../upstream/endpoint.js';
import { upstreamOf } from '../upstream-routes.js';
import { InputBatches, isGiven } from './input-batches.js';

/** The argument that says how many entries a list has. */
export type SizeArgument = 'first' | 'ids' | 'input';

/** What one execution of a field costs, and how often its selections are executed. */
export interface FieldCost {
  /** Its own calls and entries. */
  own: number;
  /** How many objects its selections are paid for. */
  objects: number;
  /** About how many objects its selections are executed for, those that cost nothing included. */
  copies: number;
  /** How many entries the lists of its selections hold that have no size of their own. */
  entries: number;
  /** The routes of the calls that it shares with other fields of its object. */
  routes?: readonly string[];
  /** Where the operation says how many entries there are. */
  size?: { argument: SizeArgument; entries: number };
}

/** How many entries a list without a size is taken to have. */
const UNKNOWN_LENGTH = 10;

/** Knows the costs of a schema's fields. */
export class FieldCosts {
  readonly #reads = new Map<GraphQLField<unknown, unknown>, Reads>();
  /** The types of which one read of a catalogue describes all objects. */
  readonly #catalogueTypes: ReadonlySet<string>;
  readonly #batches: InputBatches;

  constructor(private readonly schema: GraphQLSchema) {
    this.#batches = new InputBatches(schema);
    this.#catalogueTypes = new Set(
      Object.values(schema.getQueryType()?.getFields() ?? {})
        .filter((field) => this.#readsOf(field).rows.some(({ isCatalogue }) => isCatalogue))
        .flatMap(({ type }) => listedTypeOf(getNamedType(type)) ?? []),
    );
  }

  /**
   * Returns the cost of a field of an object. `size` is how many entries the object's lists hold that
   * have no size of their own: those of a connection, and those of a bulk write's payload.
   */
  of(
    parent: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
    size: number,
  ): FieldCost {
    const type = getNamedType(field.type);
    if (parent === this.schema.getMutationType()) return this.#ofMutation(field, args);
    if (type.name.endsWith('Connection')) {
      const entries = entriesWanted(args['first']);
      const sized = { argument: 'first', entries } as const;
      return { own: 1 + entries, objects: 1, copies: 1, entries, size: sized };
    }
    if (parent === this.schema.getQueryType() && field.name === 'nodes') {
      const entries = lengthOf(args['ids']);
      const sized = { argument: 'ids', entries } as const;
      return { own: entries, objects: entries, copies: entries, entries: 1, size: sized };
    }
    if (isSizedByParent(parent, field)) {
      return { own: 0, objects: size, copies: size, entries: 1 };
    }
    const length = isListType(getNullableType(field.type)) ? UNKNOWN_LENGTH : 1;
    return {
      ...this.#callsOf(parent, field, args),
      // What is read of a catalogue's entries takes no call for each of them.
      objects: isNode(type) && !this.#catalogueTypes.has(type.name) ? length : 1,
      copies: length,
      entries: 1,
    };
  }

  /** A mutation writes in calls of its own, and its payload reads each entry of its input again. */
  #ofMutation(
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
  ): FieldCost {
    const { calls, entries } = this.#batches.of(field, args);
    if (entries === undefined)
      return { own: calls, objects: 1, copies: 1, entries: UNKNOWN_LENGTH };
    const sized = { argument: 'input', entries } as const;
    return {
      own: calls + entries,
      objects: 1,
      copies: 1,
      entries,
      ...(entries === 0 ? {} : { size: sized }),
    };
  }

  /** The calls of a field that is no list with a size: its own, or those that it shares. */
  #callsOf(
    parent: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
  ): Pick<FieldCost, 'own' | 'routes'> {
    const reads = this.#readsOf(field);
    const rows = [
      ...reads.rows,
      ...reads.ofArguments.flatMap(([name, more]) => (isGiven(args[name]) ? more : [])),
    ];
    if (rows.length === 0) {
      return { own: this.#isReadByKey(parent, getNamedType(field.type)) ? 1 : 0 };
    }
    if (parent === this.schema.getQueryType()) return { own: rows.length };
    const perObject = rows.filter((row) => !isReadOnce(row));
    return goesIntoCall(field, rows)
      ? { own: perObject.length }
      : { own: 0, routes: perObject.map(({ route }) => route) };
  }

  /** Whether an object that is known by its key alone is read when a field asks for more. */
  #isReadByKey(parent: GraphQLObjectType, type: GraphQLNamedOutputType): boolean {
    const isEntry = parent.name.endsWith('Edge');
    return !isEntry && isNode(type) && !this.#catalogueTypes.has(type.name);
  }

  #readsOf(field: GraphQLField<unknown, unknown>): Reads {
    let reads = this.#reads.get(field);
    if (reads === undefined) {
      const { rows, unlessCarried } = upstreamOf(this.schema, field);
      const ofArguments = field.args.map(
        (argument) => [argument.name, upstreamOf(this.schema, argument).rows] as const,
      );
      reads = {
        rows: unlessCarried ? [] : rows,
        ofArguments: ofArguments.filter(([, more]) => more.length > 0),
      };
      this.#reads.set(field, reads);
    }
    return reads;
  }
}

/** The operations that a field takes on each object. */
interface Reads {
  /** Those that lists carry left out. */
  rows: readonly Endpoint[];
  /** Those that it takes besides when an argument is given, by the argument's name. */
  ofArguments: readonly (readonly [name: string, rows: readonly Endpoint[]])[];
}

/** Whether one call answers for all objects of an operation. */
const isReadOnce = ({ isCatalogue, pathParameters }: Endpoint) =>
  isCatalogue && pathParameters.length === 0;

/** Whether a field's arguments may go into its calls, so that no other field shares them. */
function goesIntoCall(
  { args }: GraphQLField<unknown, unknown>,
  rows: readonly Endpoint[],
): boolean {
  return (
    args.length > 0 &&
    rows.some(({ pathParameters, query, organizationParameter }) =>
      [...pathParameters, ...Object.keys(query.properties)].some(
        (name) => name !== organizationParameter,
      ),
    )
  );
}

/** Returns the name of the type that a connection lists; undefined for any other type. */
const listedTypeOf = ({ name }: GraphQLNamedOutputType) => /^(.+)Connection$/.exec(name)?.[1];

/** Returns a field's arguments; none where they are invalid, for which execution refuses the field. */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

/** Whether a list has as many entries as its connection, or as the input of its bulk write. */
function isSizedByParent(
  parent: GraphQLObjectType,
  { name, type }: GraphQLField<unknown, unknown>,
) {
  if (parent.name.endsWith('Connection')) return name === 'nodes' || name === 'edges';
  return (
    parent.name.endsWith('Payload') &&
    isListType(getNullableType(type)) &&
    isCompositeType(getNamedType(type))
  );
}

const isNode = (type: GraphQLNamedOutputType): boolean =>
  (isInterfaceType(type) && type.name === 'Node') ||
  (isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'));

/** How many entries `first` asks for; none where its resolver refuses it before any call. */
function entriesWanted(first: unknown): number {
  const wanted = typeof first === 'number' ? first : 10;
  return wanted < 1 || wanted > MAX_FIRST ? 0 : wanted;
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

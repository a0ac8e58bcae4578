/**
 * What graphql-js looks up for every object of every execution, looked up once: the fields of a
 * selection, their definitions, and how values of their types are completed.
 */
import {
  defaultFieldResolver,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLAbstractType,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields.js';

export type Variables = Readonly<Record<string, unknown>>;

/** The data of one object, by response name. */
export type Data = Record<string, unknown>;

/** How a value is completed, by its type. */
export type ValuePlan =
  | { readonly kind: 'nonNull'; readonly of: ValuePlan }
  | { readonly kind: 'list'; readonly of: ValuePlan }
  | { readonly kind: 'leaf'; readonly type: GraphQLLeafType }
  | { readonly kind: 'object'; readonly type: GraphQLObjectType }
  | { readonly kind: 'abstract'; readonly type: GraphQLAbstractType };

const valuePlans = new WeakMap<GraphQLOutputType, ValuePlan>();

function planValue(type: GraphQLOutputType): ValuePlan {
  let plan = valuePlans.get(type);
  if (plan === undefined) valuePlans.set(type, (plan = newValuePlan(type)));
  return plan;
}

function newValuePlan(type: GraphQLOutputType): ValuePlan {
  if (isNonNullType(type)) return { kind: 'nonNull', of: planValue(type.ofType) };
  if (isListType(type)) return { kind: 'list', of: planValue(type.ofType) };
  if (isLeafType(type)) return { kind: 'leaf', type };
  return isObjectType(type) ? { kind: 'object', type } : { kind: 'abstract', type };
}

/** One operation of a document, with values for the variables that decide what is selected. */
export class OperationPlan {
  readonly root: SelectionPlan;
  #remaining: number;

  /** Throws where graphql-js refuses to select the root fields. */
  constructor(
    readonly schema: GraphQLSchema,
    readonly operation: OperationDefinitionNode,
    readonly fragments: Record<string, FragmentDefinitionNode>,
    /** The variables of @skip and @include, and no others: they are kept as long as the plan. */
    private readonly conditions: Variables,
    /** How many fields are remembered: a fragment is planned for each place that spreads it. */
    maxFields: number,
  ) {
    this.#remaining = maxFields;
    const root = schema.getQueryType()!;
    const { selectionSet } = operation;
    const collected = collectFields(schema, fragments, conditions, root, selectionSet);
    this.root = new SelectionPlan(this, root, collected);
  }

  /** Returns what is selected of an object by field nodes that share a response name. */
  select(type: GraphQLObjectType, nodes: readonly FieldNode[]): SelectionPlan {
    const { schema, fragments, conditions } = this;
    const collected = collectSubfields(schema, fragments, conditions, type, nodes);
    return new SelectionPlan(this, type, collected);
  }

  /** Returns whether a selection fits into what is remembered. */
  reserve({ fields }: SelectionPlan): boolean {
    if (fields.length > this.#remaining) return false;
    this.#remaining -= fields.length;
    return true;
  }
}

/**
 * The prototype of data: without properties, so that any response name may be set, `__proto__` too.
 * graphql-js creates data without a prototype, which V8 keeps in hash tables: slow to fill and slow to
 * serialize.
 */
const NO_PROPERTIES: object = Object.freeze(Object.create(null));

/** The selected fields of one object type. */
export class SelectionPlan {
  readonly fields: readonly FieldPlan[];
  /** Whether all that is selected are properties which are serialized as they are. */
  readonly isPlain: boolean;
  /** Creates empty data. Each selection has a class of its own, whose instances share their layout. */
  readonly Data: new () => Data;

  constructor(
    plan: OperationPlan,
    type: GraphQLObjectType,
    collected: ReadonlyMap<string, readonly FieldNode[]>,
  ) {
    this.fields = Array.from(collected).flatMap(([responseName, nodes]) => {
      const definition = definitionOf(plan.schema, type, nodes[0]!.name.value);
      if (definition === undefined) return [];
      return [new FieldPlan(plan, type, definition, responseName, nodes)];
    });
    this.isPlain = this.fields.every(({ property }) => property !== undefined);
    const Data = function () {} as unknown as new () => Data;
    Data.prototype = NO_PROPERTIES;
    this.Data = Data;
  }
}

/** One field of an object type, under its response name. */
export class FieldPlan {
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly value: ValuePlan;
  readonly hasArguments: boolean;
  /** The scalar or enum that the field's property is serialized as; undefined for any other field. */
  readonly property: GraphQLLeafType | undefined;
  readonly #selections = new Map<GraphQLObjectType, SelectionPlan>();

  constructor(
    readonly plan: OperationPlan,
    readonly parentType: GraphQLObjectType,
    readonly definition: GraphQLField<unknown, unknown>,
    readonly responseName: string,
    readonly nodes: readonly FieldNode[],
  ) {
    const { resolve = defaultFieldResolver, type, args } = definition;
    this.resolve = resolve;
    this.value = planValue(type);
    this.hasArguments = args.length > 0;
    const nullable = this.value.kind === 'nonNull' ? this.value.of : this.value;
    const isProperty = resolve === defaultFieldResolver && !this.hasArguments;
    this.property = isProperty && nullable.kind === 'leaf' ? nullable.type : undefined;
  }

  /** Returns what is selected of an object of the field. Throws where graphql-js refuses to select it. */
  selectionOf(type: GraphQLObjectType): SelectionPlan {
    let selection = this.#selections.get(type);
    if (selection === undefined) {
      selection = this.plan.select(type, this.nodes);
      if (this.plan.reserve(selection)) this.#selections.set(type, selection);
    }
    return selection;
  }
}

function definitionOf(
  schema: GraphQLSchema,
  parent: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parent === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parent.getFields()[name];
}

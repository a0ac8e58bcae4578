/**
 * Plans large queries and those that are executed again and again, and leaves all other operations to
 * graphql-js.
 */
import {
  execute,
  getOperationAST,
  getVariableValues,
  isObjectType,
  Kind,
  OperationTypeNode,
  visit,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { fragmentsOf } from '../limits/collect-fields.js';
import { executeQuery } from './execution.js';
import { OperationPlan, type Variables } from './plan.js';

/** How large all plans may be together, in fields: about 20 MB. */
const MAX_SIZE = 50_000;

/** A plan holds the text of its document, which may be long whatever the number of its fields. */
const CHARACTERS_PER_FIELD = 400;

/** The cost from which a query is planned at once. */
const LARGE_COST = 500;

/**
 * How many plans are kept for a query, one for each combination of the variables of @skip and @include.
 */
const MAX_VARIANTS = 16;

/** An operation that is to be executed. */
interface Noted {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** The text of the document. */
  source: string;
  /** What it may cost; undefined where that isn't known. */
  cost?: number | undefined;
}

/** A query that has a plan. */
interface HotQuery {
  fragments: Record<string, FragmentDefinitionNode>;
  /** The variables of @skip and @include, which decide what is selected. */
  conditions: readonly string[];
  fields: number;
  /** The size of one plan, in fields. */
  size: number;
  /** By the values of the conditions. */
  plans: Map<string, OperationPlan>;
}

/** Executes the queries of one schema, by a plan where they have one. */
export class HotQueries {
  readonly #isPlannable: boolean;
  readonly #executed = new WeakSet<OperationDefinitionNode>();
  readonly #hot = new LRUCache<OperationDefinitionNode, HotQuery>({
    maxSize: MAX_SIZE,
    sizeCalculation: ({ size, plans }) => size * Math.max(1, plans.size),
  });

  constructor(private readonly schema: GraphQLSchema) {
    const types = Object.values(schema.getTypeMap());
    this.#isPlannable = !types.some((type) => isObjectType(type) && type.isTypeOf != null);
  }

  /**
   * Returns whether an operation of a document has a plan from now on: a query does from its second
   * execution. Planning a small one that is never repeated would cost more than it saves. A large one has a
   * plan at once, since graphql-js doesn't limit how many errors it may have.
   */
  note({ document, operation, source, cost = 0 }: Noted): boolean {
    if (!this.#isPlannable || operation.operation !== OperationTypeNode.QUERY) return false;
    if (this.#hot.get(operation) !== undefined) return true;
    if (cost < LARGE_COST && !this.#executed.has(operation)) {
      this.#executed.add(operation);
      return false;
    }
    this.#hot.set(operation, prepare(document, source));
    return this.#hot.has(operation);
  }

  /** Executes an operation, by its plan where it has one. */
  execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    const { document, operationName, variableValues, contextValue } = args;
    const operation = getOperationAST(document, operationName);
    const hot = operation == null ? undefined : this.#hot.get(operation);
    if (operation == null || hot === undefined) return execute(args);
    const definitions = operation.variableDefinitions ?? [];
    const { coerced } = getVariableValues(this.schema, definitions, variableValues ?? {});
    if (coerced === undefined) return execute(args);
    const plan = this.#planOf(operation, hot, coerced);
    return plan === undefined ? execute(args) : executeQuery(plan, contextValue, coerced);
  }

  /** Returns undefined for an operation that graphql-js refuses. */
  #planOf(
    operation: OperationDefinitionNode,
    hot: HotQuery,
    variables: Variables,
  ): OperationPlan | undefined {
    const { fragments, conditions, fields, plans } = hot;
    const key = conditions.map((name) => String(variables[name])).join();
    let plan = plans.get(key);
    if (plan !== undefined) return plan;
    // All other variables may be large, and belong to this request alone.
    const own = conditions.filter((name) => Object.hasOwn(variables, name));
    const values = Object.fromEntries(own.map((name) => [name, variables[name]]));
    try {
      plan = new OperationPlan(this.schema, operation, fragments, values, 2 * fields);
    } catch {
      return undefined;
    }
    if (plans.size >= MAX_VARIANTS) return plan;
    plans.set(key, plan);
    // A copy, since lru-cache keeps the size of a value that stays the same.
    this.#hot.set(operation, { ...hot });
    return plan;
  }
}

function prepare(document: DocumentNode, source: string): HotQuery {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const [name, fragment] of fragmentsOf(document)) fragments[name] = fragment;
  const conditions = new Set<string>();
  let fields = 0;
  visit(document, {
    Field: () => {
      fields += 1;
    },
    Directive: ({ name, arguments: args = [] }) => {
      if (name.value !== 'skip' && name.value !== 'include') return;
      for (const { value } of args) {
        if (value.kind === Kind.VARIABLE) conditions.add(value.name.value);
      }
    },
  });
  const size = 1 + fields + Math.floor(source.length / CHARACTERS_PER_FIELD);
  return { fragments, conditions: [...conditions], fields, size, plans: new Map() };
}

/** Plans the queries that are executed again and again, and leaves all other operations to graphql-js. */
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

/** How many fields the documents of all plans may have: about 20 MB. */
const MAX_FIELDS = 50_000;

/** How many plans a query may have, one for each combination of the variables of @skip and @include. */
const MAX_VARIANTS = 16;

/** A query that was executed before. */
interface HotQuery {
  fragments: Record<string, FragmentDefinitionNode>;
  /** The variables of @skip and @include, which decide what is selected. */
  conditions: readonly string[];
  fields: number;
  /** By the values of the conditions. */
  plans: Map<string, OperationPlan>;
}

/** Executes the queries of one schema, those that repeat by a plan. */
export class HotQueries {
  readonly #isPlannable: boolean;
  readonly #executed = new WeakSet<OperationDefinitionNode>();
  readonly #hot = new LRUCache<OperationDefinitionNode, HotQuery>({
    maxSize: MAX_FIELDS,
    sizeCalculation: ({ fields }) => 1 + fields,
  });

  constructor(private readonly schema: GraphQLSchema) {
    const types = Object.values(schema.getTypeMap());
    this.#isPlannable = !types.some((type) => isObjectType(type) && type.isTypeOf != null);
  }

  /**
   * Returns whether an operation of a document has a plan from now on: a query does from its second
   * execution. Planning one that is never repeated would cost more than it saves.
   */
  note(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    if (!this.#isPlannable || operation.operation !== OperationTypeNode.QUERY) return false;
    if (this.#hot.get(operation) !== undefined) return true;
    if (!this.#executed.has(operation)) {
      this.#executed.add(operation);
      return false;
    }
    this.#hot.set(operation, prepare(document));
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

  /** Returns undefined for an operation that graphql-js refuses, or that has too many plans. */
  #planOf(
    operation: OperationDefinitionNode,
    { fragments, conditions, fields, plans }: HotQuery,
    variables: Variables,
  ): OperationPlan | undefined {
    const key = conditions.map((name) => String(variables[name])).join();
    let plan = plans.get(key);
    if (plan !== undefined || plans.size === MAX_VARIANTS) return plan;
    try {
      plan = new OperationPlan(this.schema, operation, fragments, variables, 2 * fields);
    } catch {
      return undefined;
    }
    plans.set(key, plan);
    return plan;
  }
}

function prepare(document: DocumentNode): HotQuery {
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
  return { fragments, conditions: [...conditions], fields, plans: new Map() };
}

/**
 * Executes a planned query as graphql-js executes its document: the same data with its keys in the same
 * order, the same errors in the same order, and resolvers called at the same turns of the microtask
 * queue, so that loaders batch the same reads. test/graphql/execution.test.ts compares the two.
 */
import {
  defaultTypeResolver,
  getArgumentValues,
  GraphQLError,
  locatedError,
  responsePathAsArray,
  type ExecutionResult,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLResolveInfo,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import type {
  Data,
  FieldPlan,
  OperationPlan,
  SelectionPlan,
  ValuePlan,
  Variables,
} from './plan.js';
import { isPromise, plainSelection, readProperties, serializeProperty } from './properties.js';
import { runtimeTypeOf } from './runtime-type.js';
import { mapEntries, settleEntries, settleFields } from './settle.js';

type Path = GraphQLResolveInfo['path'];

/**
 * How many errors a query may have. Each takes 4 KB until its response is sent, and a query can have one
 * for every field of every entry.
 */
const MAX_ERRORS = 25_000;

/** How many of them a query with more returns. */
const LISTED_ERRORS = 100;

type Arguments = Record<string, unknown>;

const NO_ARGUMENTS: Arguments = Object.freeze({});

/** Returns a query's result, a promise of it where a resolver returns a promise. It never rejects. */
export function executeQuery(
  plan: OperationPlan,
  contextValue: unknown,
  variables: Variables,
): ExecutionResult | Promise<ExecutionResult> {
  return new Execution(contextValue, variables).run(plan.root);
}

/** What a resolver may ask about its field. Most ask nothing, so that it is looked up when it is asked. */
class FieldInfo implements GraphQLResolveInfo {
  readonly rootValue = undefined;

  constructor(
    readonly field: FieldPlan,
    readonly variableValues: Record<string, unknown>,
    readonly path: Path,
  ) {}

  get fieldName() {
    return this.field.definition.name;
  }
  get fieldNodes() {
    return this.field.nodes;
  }
  get returnType() {
    return this.field.definition.type;
  }
  get parentType() {
    return this.field.parentType;
  }
  get schema() {
    return this.field.plan.schema;
  }
  get fragments() {
    return this.field.plan.fragments;
  }
  get operation() {
    return this.field.plan.operation;
  }
}

class Execution {
  readonly #errors: GraphQLError[] = [];
  /** The places that an error has made null; undefined is the root. */
  readonly #nulled = new Set<Path | undefined>();
  /** Arguments are coerced once for all objects of a field. */
  readonly #arguments = new Map<FieldPlan, Arguments>();

  constructor(
    private readonly context: unknown,
    private readonly variables: Variables,
  ) {}

  run(root: SelectionPlan): ExecutionResult | Promise<ExecutionResult> {
    const respond = (data: Data | null) => {
      if (this.#hasGivenUp) return this.#withoutData();
      return this.#errors.length === 0 ? { data } : { errors: this.#errors, data };
    };
    const fail = (error: unknown) => {
      this.#report(error as GraphQLError, undefined);
      return respond(null);
    };
    try {
      const data = this.#executeFields(root, undefined, undefined);
      return isPromise(data) ? data.then(respond, fail) : respond(data);
    } catch (error) {
      return fail(error);
    }
  }

  /** Whether the result has no data, since too much has failed. */
  get #hasGivenUp(): boolean {
    return this.#errors.length > MAX_ERRORS;
  }

  /** A null without its error would read as a value that Kinde doesn't have, so that all data goes. */
  #withoutData(): ExecutionResult {
    const error = new GraphQLError(
      `More than ${MAX_ERRORS} fields failed, so the response has no data, and only the first ` +
        `${LISTED_ERRORS} of their errors. Ask for less at once, or leave out the fields that fail.`,
      { extensions: { code: 'TOO_MANY_ERRORS' } },
    );
    return { errors: [error, ...this.#errors.slice(0, LISTED_ERRORS)], data: null };
  }

  /** Adds an error, unless an earlier one has made its place null. */
  #report(error: GraphQLError, path: Path | undefined): void {
    for (let place = path; place !== undefined; place = place.prev) {
      if (this.#nulled.has(place)) return;
    }
    if (this.#nulled.has(undefined)) return;
    this.#nulled.add(path);
    this.#errors.push(error);
  }

  #executeFields(
    { fields, Data }: SelectionPlan,
    source: unknown,
    path: Path | undefined,
  ): Data | Promise<Data> {
    const data = new Data();
    let pending = 0;
    try {
      for (const field of fields) {
        const value = this.#executeField(field, source, path);
        data[field.responseName] = value;
        if (isPromise(value)) pending += 1;
      }
    } catch (error) {
      if (pending === 0) throw error;
      // Otherwise nobody would handle the promises of the other fields, which may reject too.
      return settleFields(data, pending).finally(() => {
        throw error;
      });
    }
    return pending === 0 ? data : settleFields(data, pending);
  }

  #executeField(field: FieldPlan, source: unknown, parent: Path | undefined): unknown {
    if (this.#hasGivenUp) return null;
    if (field.property !== undefined) {
      const value = serializeProperty(field, field.property, source);
      if (value !== undefined) return value;
    }
    const { resolve, value } = field;
    const path = { prev: parent, key: field.responseName, typename: field.parentType.name };
    const info = new FieldInfo(field, this.variables, path);
    try {
      const args = field.hasArguments ? this.#argumentsOf(field) : NO_ARGUMENTS;
      return this.#settle(value, info, path, resolve(source, args, this.context, info));
    } catch (error) {
      return this.#fail(value, info, path, error);
    }
  }

  /** Throws what graphql-js throws for invalid arguments, again for each object. */
  #argumentsOf(field: FieldPlan): Arguments {
    let args = this.#arguments.get(field);
    if (args === undefined) {
      args = getArgumentValues(field.definition, field.nodes[0]!, this.variables);
      this.#arguments.set(field, args);
    }
    return args;
  }

  /** Completes what a resolver or a list has for a place, with an error of its promise handled there. */
  #settle(plan: ValuePlan, info: FieldInfo, path: Path, result: unknown): unknown {
    const completed = isPromise(result)
      ? result.then((value) => this.#complete(plan, info, path, value))
      : this.#complete(plan, info, path, result);
    if (!isPromise(completed)) return completed;
    return completed.then(undefined, (error: unknown) => this.#fail(plan, info, path, error));
  }

  /** Reports an error and returns null; throws it where the place can't be null. */
  #fail(plan: ValuePlan, { field }: FieldInfo, path: Path, thrown: unknown): null {
    if (this.#hasGivenUp) return null;
    const error = locatedError(thrown, field.nodes, responsePathAsArray(path));
    if (plan.kind === 'nonNull') throw error;
    this.#report(error, path);
    return null;
  }

  #complete(plan: ValuePlan, info: FieldInfo, path: Path, value: unknown): unknown {
    if (value instanceof Error) throw value;
    if (plan.kind === 'nonNull') {
      const completed = this.#complete(plan.of, info, path, value);
      if (completed !== null) return completed;
      const { parentType, fieldName } = info;
      throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${fieldName}.`);
    }
    if (value == null) return null;
    switch (plan.kind) {
      case 'leaf':
        return completeLeaf(plan.type, value);
      case 'list':
        return this.#completeList(plan.of, info, path, value);
      case 'object':
        return this.#executeFields(info.field.selectionOf(plan.type), value, path);
      case 'abstract':
        return this.#completeAbstract(plan.type, info, path, value);
    }
  }

  #completeList(entry: ValuePlan, info: FieldInfo, path: Path, list: unknown): unknown {
    if (!isIterable(list)) {
      throw new GraphQLError(
        `Expected Iterable, but did not find one for field "${info.parentType.name}.${info.fieldName}".`,
      );
    }
    let pending = 0;
    const plain = plainSelection(entry, info.field);
    const complete = (item: unknown, key: number) => {
      const data = plain && readProperties(plain, item);
      if (data !== undefined) return data;
      const value = this.#completeEntry(
        entry,
        info,
        { prev: path, key, typename: undefined },
        item,
      );
      if (isPromise(value)) pending += 1;
      return value;
    };
    const entries = Array.isArray(list) ? mapEntries(list, complete) : Array.from(list, complete);
    return pending === 0 ? entries : settleEntries(entries, pending);
  }

  #completeEntry(entry: ValuePlan, info: FieldInfo, path: Path, item: unknown): unknown {
    try {
      return this.#settle(entry, info, path, item);
    } catch (error) {
      return this.#fail(entry, info, path, error);
    }
  }

  #completeAbstract(
    type: GraphQLAbstractType,
    info: FieldInfo,
    path: Path,
    value: unknown,
  ): unknown {
    const resolveType = type.resolveType ?? defaultTypeResolver;
    const complete = (name: unknown) => {
      const found = runtimeTypeOf(value, name, type, info);
      return this.#executeFields(info.field.selectionOf(found), value, path);
    };
    const name: unknown = resolveType(value, this.context, info, type);
    return isPromise(name) ? name.then(complete) : complete(name);
  }
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  );
}

function completeLeaf(type: GraphQLLeafType, value: unknown): unknown {
  const serialized: unknown = type.serialize(value);
  if (serialized == null) {
    throw new Error(
      `Expected \`${inspect(type)}.serialize(${inspect(value)})\` to ` +
        `return non-nullable value, returned: ${inspect(serialized)}`,
    );
  }
  return serialized;
}

/** How many calls a mutation takes for its input, as `@batch` and `@upstream` say it in the schema. */
import { getDirective } from '@graphql-tools/utils';
import {
  getNamedType,
  isInputObjectType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLSchema,
} from 'graphql';
import { upstreamOf } from '../upstream-routes.js';

export interface WriteSize {
  calls: number;
  /** How many entries the input's own list has; undefined where it has none that is sent in batches. */
  entries: number | undefined;
}

/** A list of an input that is sent in batches, or that may have such lists in its entries. */
interface InputList {
  name: string;
  /** How many entries one call takes; undefined for a list that takes no calls of its own. */
  batchSize: number | undefined;
  isRequired: boolean;
  /** The lists in each entry. */
  inner: readonly InputList[];
}

/** A field of an input that takes calls when it is given. */
interface InputOption {
  name: string;
  calls: number;
  /** Whether it takes them for each entry of the input's own list. */
  isPerEntry: boolean;
}

/** Measures the inputs of a schema's mutations. */
export class InputBatches {
  readonly #lists = new Map<GraphQLInputObjectType, readonly InputList[]>();
  readonly #options = new Map<GraphQLInputObjectType, readonly InputOption[]>();

  constructor(private readonly schema: GraphQLSchema) {}

  /** Returns what one execution of a mutation takes. A write that is not sent in batches is one call. */
  of(
    { args: [argument] }: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
  ): WriteSize {
    const type = getNamedType(argument?.type);
    if (!isInputObjectType(type)) return { calls: 1, entries: undefined };
    const lists = this.#listsOf(type);
    const input: unknown = args[argument!.name];
    // A list that may be left out is sent after the write of the rest.
    const rest = lists.some(({ isRequired }) => isRequired) ? 0 : 1;
    const [main] = lists;
    const entries = main === undefined ? undefined : entriesOf(main, input).length;
    const calls = Math.max(1, rest + callsFor(lists, input));
    return { calls: calls + callsForOptions(this.#optionsOf(type), input, entries), entries };
  }

  /** Returns the lists of an input type that take calls, themselves or by their entries. */
  #listsOf(type: GraphQLInputObjectType): readonly InputList[] {
    let lists = this.#lists.get(type);
    if (lists !== undefined) return lists;
    // Input types may hold themselves.
    this.#lists.set(type, []);
    lists = Object.values(type.getFields()).flatMap((field): InputList[] => {
      const batchSize = this.#batchSizeOf(field);
      const inputType = getNamedType(field.type);
      const inner = isInputObjectType(inputType) ? this.#listsOf(inputType) : [];
      if (batchSize === undefined && inner.length === 0) return [];
      return [{ name: field.name, batchSize, isRequired: isNonNullType(field.type), inner }];
    });
    this.#lists.set(type, lists);
    return lists;
  }

  #batchSizeOf(field: GraphQLInputField): number | undefined {
    return getDirective(this.schema, field, 'batch')?.[0]?.['size'] as number | undefined;
  }

  #optionsOf(type: GraphQLInputObjectType): readonly InputOption[] {
    let options = this.#options.get(type);
    if (options !== undefined) return options;
    options = Object.values(type.getFields())
      .filter((field) => this.#batchSizeOf(field) === undefined)
      .map((field) => {
        const { rows } = upstreamOf(this.schema, field);
        const isPerEntry = rows.some(({ pathParameters, organizationParameter }) =>
          pathParameters.some((name) => name !== organizationParameter),
        );
        return { name: field.name, calls: rows.length, isPerEntry };
      })
      .filter(({ calls }) => calls > 0);
    this.#options.set(type, options);
    return options;
  }
}

function callsFor(lists: readonly InputList[], input: unknown): number {
  return lists.reduce((calls, list) => {
    const entries = entriesOf(list, input);
    const own = list.batchSize === undefined ? 0 : Math.ceil(entries.length / list.batchSize);
    if (list.inner.length === 0) return calls + own;
    return entries.reduce<number>((sum, entry) => sum + callsFor(list.inner, entry), calls + own);
  }, 0);
}

function callsForOptions(
  options: readonly InputOption[],
  input: unknown,
  entries: number | undefined,
): number {
  return options
    .filter(({ name }) => isGiven(valueOf(input, name)))
    .reduce(
      (sum, { calls, isPerEntry }) =>
        sum + (isPerEntry ? calls * Math.max(1, entries ?? 1) : calls),
      0,
    );
}

/** Whether an argument or a field of an input asks for what its `@upstream` names. */
export const isGiven = (value: unknown): boolean => value != null && value !== false;

/** Returns the entries of an input's list; none where there is no list. */
function entriesOf({ name }: InputList, input: unknown): readonly unknown[] {
  const list = valueOf(input, name);
  return Array.isArray(list) ? list : [];
}

const valueOf = (input: unknown, name: string): unknown =>
  (input as Readonly<Record<string, unknown>> | null | undefined)?.[name];

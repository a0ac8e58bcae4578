/**
 * Coerces an operation's variables before it is executed, in time and text that grow no faster than
 * the variables do: graphql-js prints the whole object into the message of each error inside it.
 */
import {
  coerceInputValue,
  GraphQLError,
  isInputType,
  isNonNullType,
  typeFromAST,
  valueFromAST,
  type GraphQLSchema,
  type VariableDefinitionNode,
} from 'graphql';
import { shorten } from '../errors.js';
import { tooComplex } from './size.js';

/**
 * How many values the variables of a request may hold. Each is read twice, since graphql-js takes no
 * variables that are coerced already: a megabyte of small objects would take 150 ms.
 */
const MAX_VALUES = 30_000;

/** How many errors of its variables one response lists. */
const MAX_VARIABLE_ERRORS = 10;

export type CoercedVariables =
  | { coerced: Readonly<Record<string, unknown>>; errors?: never }
  | { coerced?: never; errors: readonly [GraphQLError, ...GraphQLError[]] };

interface Coercion {
  schema: GraphQLSchema;
  definitions: readonly VariableDefinitionNode[];
  /** The variables as the client sent them. */
  values: Readonly<Record<string, unknown>>;
  /** Whether messages leave out names of the schema that resemble a misspelled one. */
  hideSuggestions: boolean;
}

/** Thrown once as many errors are reported as are listed. */
class TooManyErrors extends Error {}

/** Returns an operation's variables in their types, defaults included, or why they are invalid. */
export function coerceVariables(coercion: Coercion): CoercedVariables {
  if (!hasFewValues(coercion.values)) return { errors: [tooComplex(TOO_MANY_VALUES)] };
  const errors: GraphQLError[] = [];
  const coerced: [string, unknown][] = [];
  try {
    for (const definition of coercion.definitions) {
      const value = coerceVariable(coercion, definition, (problem) => {
        errors.push(invalidVariable(definition, problem));
        if (errors.length === MAX_VARIABLE_ERRORS) throw new TooManyErrors();
      });
      if (value !== undefined) coerced.push([definition.variable.name.value, value]);
    }
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error;
  }
  const [first, ...others] = errors;
  if (first !== undefined) return { errors: [first, ...others] };
  return { coerced: Object.fromEntries(coerced) };
}

const TOO_MANY_VALUES = `The variables hold more than ${MAX_VALUES} values. Send fewer at once.`;

/** Counts values without recursion: JSON may nest half a million lists. */
function hasFewValues(values: object): boolean {
  const pending: object[] = [values];
  let count = 0;
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    for (const name in value) {
      count += 1;
      if (count > MAX_VALUES) return false;
      const inner: unknown = value[name as keyof typeof value];
      if (typeof inner === 'object' && inner !== null) pending.push(inner);
    }
  }
  return true;
}

/** Returns one variable's value; undefined where it has none or `report` has been told why. */
function coerceVariable(
  { schema, values, hideSuggestions }: Coercion,
  { variable, type: typeNode, defaultValue }: VariableDefinitionNode,
  report: (problem: string) => void,
): unknown {
  const name = variable.name.value;
  const type = typeFromAST(schema, typeNode);
  // Validation has refused variables of other types.
  if (!isInputType(type)) return undefined;
  if (!Object.hasOwn(values, name)) {
    if (defaultValue !== undefined) return valueFromAST(defaultValue, type);
    if (isNonNullType(type)) report(`of required type "${String(type)}" was not provided.`);
    return undefined;
  }
  const value = values[name];
  if (value === null && isNonNullType(type)) {
    report(`of non-null type "${String(type)}" must not be null.`);
    return undefined;
  }
  return coerceInputValue(
    value,
    type,
    (path, _, { message }) => {
      const at = path.length === 0 ? '' : ` at "${name}${printPath(path)}"`;
      report(`got invalid value${at}; ${message}`);
    },
    hideSuggestions,
  );
}

function printPath(path: readonly (string | number)[]): string {
  return path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
}

function invalidVariable(definition: VariableDefinitionNode, problem: string): GraphQLError {
  return new GraphQLError(shorten(`Variable "$${definition.variable.name.value}" ${problem}`), {
    nodes: [definition],
    extensions: { code: 'BAD_USER_INPUT' },
  });
}

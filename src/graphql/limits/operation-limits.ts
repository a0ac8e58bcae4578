/** Limits on what an operation selects once its fragments are merged, and on what that costs. */
import type { ASTVisitor, GraphQLError, ValidationContext } from 'graphql';
import type { Limits } from '../../config.js';
import { fragmentsOf, TooManySelections } from './collect-fields.js';
import { adviceFor } from './cost-advice.js';
import { OperationMeter, type Operation, type OperationSize } from './operation-size.js';
import { overLimit, tooComplex } from './size.js';

/** How many selections are merged for one operation, for each token that its document may have. */
const SELECTIONS_PER_TOKEN = 20;

/** How many characters of names a response may have for each unit of MAX_COST, and at least. */
const NAMES_PER_COST = 400;
const MIN_NAMES = 1_000_000;

/**
 * How many values a response may have under aliases for each unit of MAX_COST, and at least. A field that
 * is selected again takes no call, but each of its values takes memory for a promise or an error.
 */
const ALIASED_PER_COST = 4;
const MIN_ALIASED = 100_000;

/** How many values under aliases take as much memory as one unit of cost. */
const ALIASED_PER_UNIT = 5;

/** How many values and characters arguments may have, with a variable counted each time that it is used. */
const MAX_ARGUMENTS = 2_097_152;

export interface CheckedOperation {
  /** Undefined for an operation that was not measured to the end. */
  cost: number | undefined;
  /** What it may take of the memory while it runs, in units of cost. */
  weight: number;
  /** Why the operation is refused; empty for one that may be executed. */
  errors: readonly GraphQLError[];
}

/** Measures an operation and holds it to the limits. */
export function checkOperation(operation: Unmeasured, limits: Limits): CheckedOperation {
  const measured = measure(operation, limits);
  if (measured === undefined)
    return { cost: undefined, weight: 0, errors: [unmeasurable(operation)] };
  const { meter, size } = measured;
  const errors = [
    ...refusalsOfForm(size, operation, limits),
    ...refusalsOfCost(meter, size, operation, limits),
  ];
  const weight = size.cost + Math.ceil(size.aliasedValues / ALIASED_PER_UNIT);
  return { cost: size.cost, weight, errors };
}

/**
 * A validation rule for documents that are checked before anybody runs them. Selections that depend on
 * a variable are left out, so that no document is refused that could be run with some variables.
 */
export function mergedSizeRule(limits: Limits) {
  return (context: ValidationContext): ASTVisitor => ({
    OperationDefinition(node) {
      const fragments = fragmentsOf(context.getDocument());
      const schema = context.getSchema();
      const operation = { schema, operation: node, fragments, variables: undefined };
      const measured = measure(operation, limits);
      const errors =
        measured === undefined
          ? [unmeasurable(operation)]
          : refusalsOfForm(measured.size, operation, limits);
      for (const error of errors) context.reportError(error);
    },
  });
}

/** An operation with the variables that it was sent with. */
export type Unmeasured = Omit<Operation, 'maxSelections'>;

/** Returns undefined for an operation that takes too many steps to measure. */
function measure(operation: Unmeasured, { maxTokens }: Limits) {
  const maxSelections = SELECTIONS_PER_TOKEN * maxTokens;
  const meter = new OperationMeter({ ...operation, maxSelections });
  try {
    return { meter, size: meter.measure() };
  } catch (error) {
    if (error instanceof TooManySelections) return undefined;
    throw error;
  }
}

const unmeasurable = ({ operation }: Unmeasured) =>
  tooComplex('The fragments of the operation merge in too many ways. Split it.', operation);

function refusalsOfForm(
  { aliases, rootFields }: OperationSize,
  { operation }: Pick<Operation, 'operation'>,
  { maxAliases, maxRootFields }: Limits,
): GraphQLError[] {
  const refusals: [string, number, number, string][] = [
    ['The operation has too many aliases', aliases, maxAliases, 'MAX_ALIASES'],
    ['The operation has too many root fields', rootFields, maxRootFields, 'MAX_ROOT_FIELDS'],
  ];
  return refusals
    .filter(([, found, limit]) => found > limit)
    .map((refusal) => tooComplex(overLimit(...refusal), operation));
}

function refusalsOfCost(
  meter: OperationMeter,
  { cost, aliasedValues, names, arguments: args }: OperationSize,
  { schema, operation }: Pick<Operation, 'schema' | 'operation'>,
  { maxCost }: Limits,
): GraphQLError[] {
  const messages: string[] = [];
  if (cost > maxCost) {
    const advice = adviceFor(meter, { schema, operation }, { cost, maxCost });
    const message = overLimit('The operation may cost too much', cost, maxCost, 'MAX_COST');
    messages.push(advice === undefined ? message : `${message} ${advice}`);
  }
  const maxNames = Math.max(MIN_NAMES, NAMES_PER_COST * maxCost);
  if (names > maxNames) {
    messages.push(
      `The response may have ${names} characters of field names, and the limit is ${maxNames}. ` +
        'Ask for fewer entries or fields, or use shorter aliases.',
    );
  }
  const maxAliased = Math.max(MIN_ALIASED, ALIASED_PER_COST * maxCost);
  if (aliasedValues > maxAliased) {
    messages.push(
      `The response may have ${aliasedValues} values under aliases, and the limit is ${maxAliased}. ` +
        'Ask for fewer entries, or use fewer aliases in them.',
    );
  }
  if (args > MAX_ARGUMENTS) {
    messages.push(
      `The arguments have ${args} values and characters, counted for each object that they are ` +
        `given to, and the limit is ${MAX_ARGUMENTS}. Send less at once.`,
    );
  }
  return messages.map((message) => tooComplex(message, operation));
}

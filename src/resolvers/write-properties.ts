/** What an input's properties are called in Kinde's API, and which may be null there. */
import { InputError } from '../graphql/user-errors.js';

interface Options {
  /** Where the properties are in the mutation's input. */
  under?: readonly string[];
  /** The properties that Kinde takes null for. */
  nullable?: ReadonlySet<string>;
}

/**
 * Returns the given properties of an input in the API's spelling. What was left out is not sent. Throws
 * an InputError for a null that Kinde would not take.
 */
export function writeProperties(
  input: object,
  names: Readonly<Record<string, string>>,
  { under = [], nullable = new Set() }: Options = {},
): Record<string, unknown> {
  const given = Object.entries(input).filter(
    ([name, value]) => name in names && value !== undefined,
  );
  const nulls = given.filter(([name, value]) => value === null && !nullable.has(name));
  if (nulls.length > 0) {
    throw new InputError(
      nulls.map(([name]) => ({
        message: `${name} cannot be null: leave it out to leave it as it is.`,
        code: 'INVALID_VALUE',
        field: [...under, name],
      })),
    );
  }
  return Object.fromEntries(given.map(([name, value]) => [names[name], value]));
}

/** Throws an InputError where there is nothing to change. */
export function requireChange(changes: object): void {
  if (Object.keys(changes).length > 0) return;
  const message = 'There is nothing to change.';
  throw new InputError([{ message, code: 'NO_FIELDS_TO_UPDATE', field: null }]);
}

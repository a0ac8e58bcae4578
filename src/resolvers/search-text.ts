import { badUserInput } from '../graphql/errors.js';

/** The longest text to search for. It may go into the URL of a call. */
const MAX_LENGTH = 256;

/** Returns the text to search for. Throws BAD_USER_INPUT for an empty one, which would match everything. */
export function searchText(argument: string, value: string): string {
  const text = value.trim();
  if (text === '') throw badUserInput(`\`${argument}\` is empty.`);
  if (text.length > MAX_LENGTH || !text.isWellFormed()) {
    throw badUserInput(`\`${argument}\` is not a text of at most ${MAX_LENGTH} characters.`);
  }
  return text;
}

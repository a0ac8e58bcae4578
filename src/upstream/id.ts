/**
 * Characters that no Kinde id or key contains, or that would change the meaning of a URL: white space,
 * control, format and unpaired surrogate characters, the delimiters of paths, queries, fragments
 * and escapes, and the comma, which separates ids in a batch read. Encoding alone would not do:
 * URL parsers take the path segments "." and ".." for navigation even when they are encoded, so that
 * removing the role ".." from a member would remove the member.
 */
const FORBIDDEN = /[\s\p{C}/\\?#%,]/u;

/** The longest id or key that is passed on, in UTF-16 code units. */
export const MAX_ID_LENGTH = 256;

/** Returns whether a text can be a Kinde id, code or key. */
export function isId(value: string): boolean {
  return (
    value !== '' &&
    value.length <= MAX_ID_LENGTH &&
    value !== '.' &&
    value !== '..' &&
    !FORBIDDEN.test(value)
  );
}

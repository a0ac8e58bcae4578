/**
 * A Kinde id, code or key: printable ASCII without what has a meaning in a URL, which is the delimiters of
 * paths, queries, fragments and escapes, and the comma that separates ids in a batch read. Kinde
 * documents no other form, and a proxy that normalizes Unicode reads `‥` as two dots.
 */
const ID = /^(?!\.\.?$)[!-~]+$/;
const DELIMITER = /[/\\?#%,]/;

/** The longest id or key that is passed on, in UTF-16 code units. */
export const MAX_ID_LENGTH = 256;

/**
 * Returns whether a text can be a Kinde id, code or key. To encode one would not be enough: URL parsers
 * take the path segments "." and ".." for navigation even when they are encoded, so that removing the
 * role ".." from a member would remove the member.
 */
export function isId(value: string): boolean {
  return value.length <= MAX_ID_LENGTH && ID.test(value) && !DELIMITER.test(value);
}

/** How much memory texts take, for the limits in bytes. */

/** V8 holds a text with any other character than Latin-1's in two bytes for each. */
const WIDE = /[^\0-\xff]/;

/** Returns the memory that a text takes, in bytes. */
export const bytesOf = (text: string): number => (WIDE.test(text) ? 2 : 1) * text.length;

/** Texts that can't be a Kinde id, code or key: path segments, separators, controls and the like. */
export const IMPOSSIBLE_IDS = [
  '..',
  '.',
  '',
  ' ',
  'a/b',
  '%2e%2e',
  '%2F',
  '\\..\\',
  '?x',
  '#f',
  '\0',
  'a\r\nb',
  '\ud800',
  'a,b',
  'x'.repeat(10_000),
];

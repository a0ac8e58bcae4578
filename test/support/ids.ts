/** Texts that no id, code or key of Kinde's can be: path segments, separators, controls and the like. */
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

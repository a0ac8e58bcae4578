/** Ids for tests. */
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
  'Acme Inc',
  '\u2025',
  '\uff0e\uff0e',
  '\u2024\u2024',
  'org_\u200b1',
  'org\u2011x',
  'é',
  '\u{1f4a5}',
  'x'.repeat(10_000),
];

/** Returns the global id of an object, as clients get it: a type and the keys of the object. */
export const globalId = (type: string, ...keys: string[]) =>
  Buffer.from(JSON.stringify([type, ...keys])).toString('base64url');

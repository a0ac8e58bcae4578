/** What the environment's roles and permissions have in common. */
import type { Collection } from './collection.js';
import { invalid } from './errors.js';
import type { State } from './state.js';

/** Returns an id in the form of a UUID, as roles and permissions have it. */
export function newCatalogueId({ newHex }: State): string {
  return `${newHex(8)}-${newHex(4)}-7${newHex(3)}-8${newHex(3)}-${newHex(12)}`;
}

/** Refuses a key that another entry has. The code is a decision: Kinde documents none. */
export function requireFreeKey<T extends { key: string }>(
  entries: Collection<T>,
  key: string,
  code: string,
  owner?: T,
): void {
  for (const entry of entries.values()) {
    if (entry.key === key && entry !== owner) throw invalid(code, `The key is taken: ${key}`);
  }
}

/** What mutations do to the lists in Graphcache. */
import type { Cache, DataFields, UpdateResolver } from '@urql/exchange-graphcache';
import { entryKeys } from './urql-entries.js';

/** A mutation that adds objects to lists or removes them, and the names of those lists. */
export interface EntryMutation {
  type: string;
  query: readonly string[];
  organization: readonly string[];
  /** The payload's fields with the ids of removed objects. */
  removed: readonly string[];
}

type Payload = Readonly<Record<string, unknown>>;
type Arguments = { input?: { organizationCode?: unknown } };

/** Returns what Graphcache calls with the result of a mutation. */
export function updateLists({
  type,
  query,
  organization,
  removed,
}: EntryMutation): UpdateResolver<DataFields, Arguments> {
  return (result, { input }, cache, { fieldName, optimistic }) => {
    const payload = result[fieldName] as Payload | null | undefined;
    // Nothing is known of a failed write, and an optimistic result is no reason to read.
    if (payload == null || optimistic === true || changedNothing(payload)) return;
    const ids = removed.flatMap((name) => payload[name] ?? []);
    if (ids.length > 0) {
      const kept = new Set(Object.values(payload).map(idOf));
      for (const id of ids.filter((one) => !kept.has(one))) {
        cache.invalidate({ __typename: type, id: String(id) });
      }
      return;
    }
    for (const name of query) invalidateField(cache, 'Query', name);
    if (organization.length === 0) return;
    const keys = organizationKeys(cache, input?.organizationCode);
    const id = idOf(payload['organization']);
    if (id !== undefined) keys.add(`Organization:${String(id)}`);
    for (const key of keys) {
      for (const name of organization) invalidateField(cache, key, name);
    }
  };
}

/** Returns whether a mutation was refused. If no other field was selected, a part of it may be done. */
function changedNothing({ __typename: _, userErrors, ...fields }: Payload): boolean {
  const values = Object.values(fields);
  const isEmpty = (value: unknown) => value == null || (Array.isArray(value) && value.length === 0);
  return (
    Array.isArray(userErrors) && !isEmpty(userErrors) && values.length > 0 && values.every(isEmpty)
  );
}

/** A payload may return the object of a removed id, such as a flag that now has its default value. */
const idOf = (value: unknown) =>
  typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;

/** Invalidates a field whatever its arguments. */
function invalidateField(cache: Cache, entity: string, name: string): void {
  for (const { fieldName, fieldKey } of cache.inspectFields(entity)) {
    if (fieldName === name) cache.invalidate(entity, fieldKey);
  }
}

/** Returns the keys under which an organization was read by the query's root fields, alone or in a list. */
function organizationKeys(cache: Cache, code: unknown): Set<string> {
  const keys = new Set<string>();
  for (const { fieldKey, arguments: args } of cache.inspectFields('Query')) {
    for (const key of objectsAt(cache, cache.resolve('Query', fieldKey))) {
      if (!key.startsWith('Organization:')) continue;
      if (args?.['code'] === code || cache.resolve(key, 'code') === code) keys.add(key);
    }
  }
  return keys;
}

/** Returns the keys of an object, or of the objects of a connection. */
function objectsAt(cache: Cache, link: unknown): string[] {
  if (typeof link !== 'string') return [];
  return [link, ...entryKeys(cache, link)].filter((key) => typeof key === 'string');
}

/** What mutations do to the lists in Graphcache. */
import type { Cache, DataFields, UpdateResolver } from '@urql/exchange-graphcache';
import * as schema from '../generated/client-schema.js';
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

const memberFields: Readonly<Record<string, readonly string[]>> = schema.memberFields;

/**
 * Has members read again where others than their organization have them, such as `User.memberships`, and
 * what is asked for an organization elsewhere, such as `Role.usersCount(organizationCode:)`.
 */
export const updateMembers: UpdateResolver<DataFields, Arguments> = (
  result,
  { input },
  cache,
  { fieldName: mutation, optimistic },
) => {
  const payload = result[mutation] as Payload | null | undefined;
  if (payload == null || optimistic === true || changedNothing(payload)) return;
  const code = input?.organizationCode;
  // A role that is added or removed changes nothing about who is a member where.
  const hasJoined = mutation in schema.entryMutations;
  for (const [key, type] of storedObjects(cache)) {
    for (const { fieldName, fieldKey, arguments: args } of cache.inspectFields(key)) {
      const { organizationCode = code, notInOrganization } = args ?? {};
      const isOfOrganization = args?.['organizationCode'] === code || notInOrganization === code;
      const isOfMembers = hasJoined && memberFields[type]?.includes(fieldName);
      if (!isOfOrganization && !(isOfMembers && organizationCode === code)) continue;
      if (!isMember(cache, key, fieldKey)) cache.invalidate(key, fieldKey);
    }
  }
};

/** Returns whether a field has a member who still is one. Its own fields are up to date. */
function isMember(cache: Cache, key: string, fieldKey: string): boolean {
  const link = cache.resolve(key, fieldKey);
  return typeof link === 'string' && cache.resolve(link, '__typename') === 'OrganizationUser';
}

/** Returns the keys of all objects that queries have read, with their types. */
function storedObjects(cache: Cache): Map<string, string> {
  const found = new Map([['Query', 'Query']]);
  // The map grows while it is gone through.
  for (const key of found.keys()) {
    for (const { fieldKey } of cache.inspectFields(key)) {
      for (const link of [cache.resolve(key, fieldKey)].flat()) {
        if (typeof link !== 'string' || found.has(link)) continue;
        const type = cache.resolve(link, '__typename');
        if (typeof type === 'string') found.set(link, type);
      }
    }
  }
  return found;
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

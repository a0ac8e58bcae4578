/** What mutations do to the lists in Graphcache. */
import type { Cache, DataFields, ResolveInfo, UpdateResolver } from '@urql/exchange-graphcache';
import * as schema from '../generated/client-schema.js';

/** A mutation that adds objects to lists or removes them, and the names of those lists. */
export interface EntryMutation {
  type: string;
  /** Fields of `Query` with such lists, or with one such object. */
  query: readonly string[];
  organization: readonly string[];
  /** The payload's fields with the ids of removed objects. */
  removed: readonly string[];
  /** The payload's fields with former ids of objects that have another id now. */
  replaced: readonly string[];
}

type Payload = Readonly<Record<string, unknown>>;
type Arguments = { input?: { organizationCode?: unknown; key?: unknown } };

/** Returns what Graphcache calls with the result of a mutation. */
export function updateLists(mutation: EntryMutation): UpdateResolver<DataFields, Arguments> {
  const { type, query, organization, removed, replaced } = mutation;
  return (result, { input }, cache, info) => {
    const payload = changedPayload(result, info);
    if (payload === undefined) return;
    const ids = [...removed, ...replaced].flatMap((name) => payload[name] ?? []);
    const kept = new Set(Object.values(payload).map(idOf));
    for (const id of ids.filter((one) => !kept.has(one))) {
      cache.invalidate({ __typename: type, id: String(id) });
    }
    if (!isInOtherLists(mutation, ids, payload, input)) return;
    // An object that is shown alone is up to date, unless it may be the one that was removed.
    const current = removed.length === 0 ? type : undefined;
    for (const name of query) invalidateField(cache, 'Query', name, current);
    if (organization.length === 0) return;
    const keys = organizationKeys(cache, input?.organizationCode);
    const id = idOf(payload['organization']);
    if (id !== undefined) keys.add(`Organization:${String(id)}`);
    for (const key of keys) {
      for (const name of organization) invalidateField(cache, key, name, current);
    }
  };
}

/** Returns whether a mutation has put an object into lists, or removed one that isn't known. */
function isInOtherLists(
  { replaced }: EntryMutation,
  ids: readonly unknown[],
  payload: Payload,
  input: Arguments['input'],
): boolean {
  if (replaced.length === 0) return ids.length === 0;
  const isSelected = replaced.some((name) => name in payload);
  return isSelected ? ids.length > 0 : input?.key != null;
}

/**
 * Has lists of flags read again that lack an override that a mutation has made, and lists of overrides
 * that have one that it has deleted. Where flags are shown with inherited values, the payload has the value.
 */
export const updateOverrides: UpdateResolver<DataFields, Arguments> = (
  result,
  { input },
  cache,
  info,
) => {
  const payload = changedPayload(result, info);
  if (payload === undefined) return;
  const id = idOf(payload['featureFlag']);
  const flag =
    id === undefined ? null : cache.keyOfEntity({ __typename: 'FeatureFlag', id: String(id) });
  const isOverridden = info.fieldName === 'updateFeatureFlagOverride';
  for (const key of organizationKeys(cache, input?.organizationCode)) {
    for (const { fieldName, fieldKey, arguments: args } of cache.inspectFields(key)) {
      const isOfFlag = fieldName === 'featureFlag' && args?.['key'] === input?.key;
      if (fieldName !== 'featureFlags' && !isOfFlag) continue;
      const isListed = [cache.resolve(key, fieldKey)].flat().includes(flag);
      const isWanted = isOverridden || args?.['includeInherited'] === true;
      if (flag === null ? isOverridden : isListed !== isWanted) cache.invalidate(key, fieldKey);
    }
  }
};

const memberFields: Readonly<Record<string, readonly string[]>> = schema.memberFields;
const entryMutations: Readonly<Record<string, EntryMutation>> = schema.entryMutations;

/**
 * Has members read again where others than their organization have them, such as `User.memberships`, and
 * what is asked for an organization elsewhere, such as `Role.usersCount(organizationCode:)`.
 */
export const updateMembers: UpdateResolver<DataFields, Arguments> = (
  result,
  { input },
  cache,
  info,
) => {
  const payload = changedPayload(result, info);
  if (payload === undefined) return;
  const code = input?.organizationCode;
  // A role that is added or removed changes nothing about who is a member where.
  const hasJoined = info.fieldName in entryMutations;
  const { removed = [] } = entryMutations[info.fieldName] ?? {};
  // The member that is shown may be the one that was removed.
  const isUnnamed = removed.length > 0 && !removed.some((name) => name in payload);
  for (const [key, type] of storedObjects(cache)) {
    for (const { fieldName, fieldKey, arguments: args } of cache.inspectFields(key)) {
      const { organizationCode = code, notInOrganization } = args ?? {};
      const isOfOrganization = args?.['organizationCode'] === code || notInOrganization === code;
      const isOfMembers = hasJoined && memberFields[type]?.includes(fieldName);
      if (!isOfOrganization && !(isOfMembers && organizationCode === code)) continue;
      if (isUnnamed || !isOne(cache, cache.resolve(key, fieldKey), 'OrganizationUser')) {
        cache.invalidate(key, fieldKey);
      }
    }
  }
};

/** Returns whether a link is to one object that exists. Its own fields are up to date. */
const isOne = (cache: Cache, link: unknown, type: string) =>
  typeof link === 'string' && cache.resolve(link, '__typename') === type;

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

/**
 * Returns the payload of a mutation that changed something. Nothing is known of a failed write, and an
 * optimistic result is no reason to read.
 */
function changedPayload(
  result: DataFields,
  { fieldName, optimistic }: ResolveInfo,
): Payload | undefined {
  const payload = result[fieldName] as Payload | null | undefined;
  return payload == null || optimistic === true || changedNothing(payload) ? undefined : payload;
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

/** Invalidates a field whatever its arguments, unless it is one object of the type `current`. */
function invalidateField(
  cache: Cache,
  entity: string,
  name: string,
  current: string | undefined,
): void {
  for (const { fieldName, fieldKey } of cache.inspectFields(entity)) {
    if (fieldName !== name) continue;
    if (current !== undefined && isOne(cache, cache.resolve(entity, fieldKey), current)) continue;
    cache.invalidate(entity, fieldKey);
  }
}

/** Returns the keys of an organization, which is named by its code or its global id. */
function organizationKeys(cache: Cache, code: unknown): Set<string> {
  const keys = new Set<string>();
  for (const { fieldKey, arguments: args } of cache.inspectFields('Query')) {
    const link = cache.resolve('Query', fieldKey);
    if (args?.['code'] === code && isOne(cache, link, 'Organization')) keys.add(link as string);
  }
  for (const [key, type] of storedObjects(cache)) {
    if (type !== 'Organization') continue;
    if (['code', 'id'].some((name) => cache.resolve(key, name) === code)) keys.add(key);
  }
  return keys;
}

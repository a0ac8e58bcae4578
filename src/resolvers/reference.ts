/**
 * References to a role or a permission by key or by id. Kinde's bulk writes take keys and its single
 * writes take ids; the environment's catalogue turns one into the other. A key is looked up even where
 * the write takes keys: Kinde would refuse a misspelled one together with the batch that it is in.
 *
 * Lookups for writes bypass the cache: a key may have moved to another role since it was cached,
 * and the write would give that one.
 */
import { badUserInput } from '../graphql/errors.js';
import { InputError, problemOf, type UserError } from '../graphql/user-errors.js';
import type { CurrentCatalogue } from '../loaders/catalogue.js';
import { UpstreamError } from '../upstream/errors.js';
import { idProblem, KEY, UUID } from './id-input.js';
import { namedBy } from './node-id.js';
import { closest } from './suggestion.js';

export type FieldPath = NonNullable<UserError['field']>;

/** A `@oneOf` input: a key, or an id under the name that its kind has for it. */
export interface Reference {
  key?: string | null;
  roleId?: string | null;
  permissionId?: string | null;
}

/** Returns what a reference names its role or permission by. */
export const nameIn = ({ key, roleId, permissionId }: Reference): string =>
  (key ?? roleId ?? permissionId)!;

interface CatalogueEntry {
  id: string;
  key: string;
}

/** A catalogue of the environment, and how errors speak of it. */
export interface ReferenceKind<T extends CatalogueEntry = CatalogueEntry> {
  /** Reads the catalogue bypassing the cache. */
  currentCatalogue: () => Promise<CurrentCatalogue<T>>;
  /** The same; undefined where the token may not read it. */
  currentIfPermitted: () => Promise<CurrentCatalogue<T> | undefined>;
  byId: (id: string) => Promise<CatalogueEntry | null>;
  /** Undefined where the token may not read the catalogue. */
  hasKey: (key: string) => Promise<boolean | undefined>;
  keys: () => Promise<string[]>;
  noun: 'role' | 'permission';
  idName: 'roleId' | 'permissionId';
  typeName: 'Role' | 'Permission';
  unknownCode: 'UNKNOWN_ROLE' | 'UNKNOWN_PERMISSION';
}

/** Returns the id that a write takes for a reference. Throws an InputError when nothing has that key. */
async function resolveId(
  reference: Reference,
  kind: ReferenceKind,
  field: FieldPath,
): Promise<string> {
  const place = { reference, field };
  const invalid = invalidError(place, kind);
  if (invalid !== undefined) throw new InputError([invalid]);
  if (reference.key == null) return reference[kind.idName]!;
  const { byKey } = await kind.currentCatalogue();
  const found = await byKey(reference.key);
  if (found === null) throw new InputError([await unknownError(place, kind)]);
  return found.id;
}

/**
 * Writes with the id of a reference. Throws an InputError when nothing has its key or, once Kinde has
 * refused the write, its id.
 */
export async function writeWithId<T>(
  reference: Reference,
  kind: ReferenceKind,
  field: FieldPath,
  write: (id: string) => Promise<T>,
): Promise<T> {
  const id = await resolveId(reference, kind, field);
  try {
    return await write(id);
  } catch (error) {
    if (reference.key != null || !isRefused(error)) throw error;
    const found = await kind
      .currentCatalogue()
      .then(({ byId }) => byId(id))
      .catch(ignoreUpstreamError);
    if (found !== null) throw error;
    const { kindeCode } = problemOf(error);
    throw new InputError([{ ...(await unknownError({ reference, field }, kind)), kindeCode }]);
  }
}

const isRefused = (error: unknown): error is UpstreamError =>
  error instanceof UpstreamError &&
  (error.failure === 'BAD_REQUEST' || error.failure === 'NOT_FOUND');

/**
 * Throws BAD_USER_INPUT for the first key of a filter that the catalogue doesn't have: Kinde responds
 * with an empty list, as if nobody had the role or permission.
 */
export async function checkFilterKeys(keys: readonly string[], kind: ReferenceKind): Promise<void> {
  const known = await Promise.all(keys.map((key) => kind.hasKey(key).catch(ignoreUpstreamError)));
  const unknown = keys.find((_, index) => known[index] === false);
  if (unknown === undefined) return;
  const entry = await kind.byId(unknown);
  const advice =
    entry === null
      ? suggestion(unknown, await kind.keys())
      : ` That is an id. Filters take keys: \`${entry.key}\`.`;
  throw badUserInput(`No ${kind.noun} has the key \`${unknown}\`.${advice}`);
}

/** The references of one user in an input, and the path of their list. */
export interface ReferenceList {
  references: readonly Reference[] | null | undefined;
  field: FieldPath;
}

/** The first place of a reference in the input. */
export interface Place {
  reference: Reference;
  field: FieldPath;
}

/** How many wrong references are named: one input can hold a hundred thousand. */
export const MAX_NAMED = 20;

/** How many references are looked up before the next are. A catalogue has a few hundred entries. */
const LOOKED_UP_AT_ONCE = 1_000;

/**
 * Returns the keys that a write takes for lists of references, each once in its list; undefined for a list
 * that is absent. Each reference is looked up once. Throws an InputError that names the first MAX_NAMED
 * wrong ones.
 */
export const resolveKeys = (lists: readonly ReferenceList[], kind: ReferenceKind) =>
  resolveAll(lists, kind, findKey);

/** Returns the ids that a write takes for lists of references, as `resolveKeys` does the keys. */
export const resolveIds = (lists: readonly ReferenceList[], kind: ReferenceKind) =>
  resolveAll(lists, kind, findId);

type Find = (reference: Reference, kind: CatalogueReads) => Promise<string | undefined>;

/** The reads of a catalogue for one list of references. */
type CatalogueReads = Pick<ReferenceKind, 'idName' | 'currentCatalogue' | 'currentIfPermitted'>;

/** Returns a kind whose catalogue is indexed once for all lookups. */
function indexedOnce({ idName, ...kind }: ReferenceKind): CatalogueReads {
  let current: Promise<CurrentCatalogue<CatalogueEntry>> | undefined;
  let permitted: Promise<CurrentCatalogue<CatalogueEntry> | undefined> | undefined;
  return {
    idName,
    currentCatalogue: () => (current ??= kind.currentCatalogue()),
    currentIfPermitted: () => (permitted ??= kind.currentIfPermitted()),
  };
}

async function resolveAll(
  lists: readonly ReferenceList[],
  kind: ReferenceKind,
  find: Find,
): Promise<(string[] | undefined)[]> {
  const places = [...firstPlaces(lists, kind)];
  const catalogue = indexedOnce(kind);
  const resolved = new Map<string, string>();
  for (let from = 0; from < places.length; from += LOOKED_UP_AT_ONCE) {
    const part = places.slice(from, from + LOOKED_UP_AT_ONCE);
    const found = await Promise.all(part.map(([, { reference }]) => find(reference, catalogue)));
    const unknown = part.filter((_, index) => found[index] === undefined).slice(0, MAX_NAMED);
    if (unknown.length > 0) {
      throw new InputError(
        await Promise.all(unknown.map(([, place]) => unknownError(place, kind))),
      );
    }
    for (const [index, [name]] of part.entries()) resolved.set(name, found[index]!);
  }
  return lists.map(({ references }) =>
    references == null
      ? undefined
      : [...new Set(references.map((reference) => resolved.get(nameOf(reference))!))],
  );
}

/** Returns the first place of each reference by its name. Throws for texts that can't be an id or key. */
function firstPlaces(lists: readonly ReferenceList[], kind: ReferenceKind): Map<string, Place> {
  const places = new Map<string, Place>();
  const invalid: UserError[] = [];
  for (const { references, field } of lists) {
    for (const [position, reference] of (references ?? []).entries()) {
      const place = { reference, field: [...field, position] };
      const error = invalidError(place, kind);
      if (error !== undefined) invalid.push(error);
      else if (!places.has(nameOf(reference))) places.set(nameOf(reference), place);
      if (invalid.length === MAX_NAMED) throw new InputError(invalid);
    }
  }
  if (invalid.length > 0) throw new InputError(invalid);
  return places;
}

/** Returns the key of a reference; undefined when nothing has it. */
async function findKey(
  reference: Reference,
  { idName, currentCatalogue, currentIfPermitted }: CatalogueReads,
): Promise<string | undefined> {
  const { key } = reference;
  if (key == null) return (await (await currentCatalogue()).byId(reference[idName]!))?.key;
  // Where the catalogue can't be read, Kinde judges the key.
  const found = await currentIfPermitted()
    .then((catalogue) => catalogue?.byKey(key))
    .catch(ignoreUpstreamError);
  return found === null ? undefined : key;
}

/** Returns the id of a reference; undefined when nothing has its key. Kinde judges an id itself. */
async function findId(
  reference: Reference,
  { idName, currentCatalogue }: CatalogueReads,
): Promise<string | undefined> {
  const { key } = reference;
  return key == null ? reference[idName]! : (await (await currentCatalogue()).byKey(key))?.id;
}

function ignoreUpstreamError(error: unknown): undefined {
  if (!(error instanceof UpstreamError)) throw error;
}

/** A key and an id may be the same text. */
const nameOf = (reference: Reference) =>
  `${reference.key == null ? 'id' : 'key'} ${nameIn(reference)}`;

function invalidError({ reference, field }: Place, kind: ReferenceKind): UserError | undefined {
  const value = nameIn(reference);
  const name = reference.key == null ? kind.idName : 'key';
  const kindOfId = name === 'key' ? KEY : UUID;
  const message = globalIdProblem(kind, name, value) ?? idProblem(kindOfId, `\`${name}\``, value);
  return message === undefined
    ? undefined
    : { message, code: 'INVALID_ID', field: [...field, name] };
}

/** A global id is accepted as an id, and not as a key. */
function globalIdProblem(
  { idName, typeName }: ReferenceKind,
  name: string,
  value: string,
): string | undefined {
  return name === 'key' && namedBy(value)?.type === typeName
    ? `\`key\` is a global id. Write \`{ ${idName}: "${value}" }\` instead.`
    : undefined;
}

async function unknownError({ reference, field }: Place, kind: ReferenceKind): Promise<UserError> {
  const name = reference.key == null ? kind.idName : 'key';
  const message = `No ${kind.noun} has the ${name === 'key' ? 'key' : 'id'} \`${nameIn(reference)}\`.`;
  const advice = await adviceFor(name, nameIn(reference), kind);
  return { message: message + advice, code: kind.unknownCode, field: [...field, name] };
}

async function adviceFor(
  name: string,
  value: string,
  { byId, keys, idName }: ReferenceKind,
): Promise<string> {
  const known = await keys();
  if (name !== 'key') {
    return known.includes(value) ? ` To use a key, write \`{ key: "${value}" }\`.` : '';
  }
  if ((await byId(value)) !== null) return ` To use an id, write \`{ ${idName}: "${value}" }\`.`;
  return suggestion(value, known);
}

function suggestion(key: string, known: readonly string[]): string {
  const meant = closest(key, known);
  return meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
}

/** Throws an InputError that names the first MAX_NAMED references whose text can't be an id or key. */
export function checkReferences(
  ...lists: readonly (readonly [places: readonly Place[], kind: ReferenceKind])[]
): void {
  const invalid = lists.flatMap(([places, kind]) =>
    places.flatMap((place) => invalidError(place, kind) ?? []),
  );
  if (invalid.length > 0) throw new InputError(invalid.slice(0, MAX_NAMED));
}

/**
 * Returns the entries that references name, in the same order, from a read bypassing the cache. Throws an
 * InputError that names the first MAX_NAMED wrong references.
 */
export async function currentEntries<T extends CatalogueEntry>(
  places: readonly Place[],
  kind: ReferenceKind<T>,
): Promise<T[]> {
  checkReferences([places, kind]);
  if (places.length === 0) return [];
  const { byKey, byId } = await kind.currentCatalogue();
  const found = await Promise.all(
    places.map(({ reference }) =>
      (reference.key == null ? byId : byKey)(nameIn(reference)).then((entry) => entry ?? undefined),
    ),
  );
  const unknown = places.filter((_, index) => found[index] === undefined).slice(0, MAX_NAMED);
  if (unknown.length > 0) {
    throw new InputError(await Promise.all(unknown.map((place) => unknownError(place, kind))));
  }
  return found.filter((entry) => entry !== undefined);
}

/** Returns the entry that a reference names, from a read bypassing the cache. */
export async function currentEntry<T extends CatalogueEntry>(
  place: Place,
  kind: ReferenceKind<T>,
): Promise<T> {
  const [entry] = await currentEntries([place], kind);
  return entry!;
}

/** Returns all results. When some are refused, throws one InputError with all of their userErrors. */
export async function allOrInputError<const T extends readonly unknown[]>(results: {
  [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  const settled = await Promise.allSettled(results);
  const failures = settled.filter((result) => result.status === 'rejected');
  const refused = failures.map(({ reason }) => reason as unknown);
  const other = refused.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  const userErrors = refused.flatMap((reason) => (reason as InputError).userErrors);
  if (userErrors.length > 0) throw new InputError(userErrors);
  return Promise.all(results) as Promise<T>;
}

/**
 * References to a role or a permission by key or by id. Kinde's bulk writes take keys and its single
 * writes take ids; the environment's catalogue turns one into the other. A key is looked up even where
 * the write takes keys: Kinde would refuse a misspelled one together with the batch that it is in.
 */
import { InputError, type UserError } from '../graphql/errors.js';
import { UpstreamError } from '../upstream/errors.js';
import { isId } from '../upstream/id.js';
import { closest } from './suggestion.js';

export type FieldPath = NonNullable<UserError['field']>;

/** As `@oneOf` in the schema has it: exactly one is given. */
interface Reference {
  key?: string | null;
  id?: string | null;
}

interface CatalogueEntry {
  id: string;
  key: string;
}

/** A catalogue of the environment, and how errors speak of it. */
export interface ReferenceKind {
  byKey: (key: string) => Promise<CatalogueEntry | null>;
  byId: (id: string) => Promise<CatalogueEntry | null>;
  /** Undefined where the token may not read the catalogue. */
  hasKey: (key: string) => Promise<boolean | undefined>;
  keys: () => Promise<string[]>;
  noun: string;
  unknownCode: string;
}

/** Returns the id that a write takes for a reference. Throws an InputError when nothing has that key. */
export async function resolveId(
  reference: Reference,
  kind: ReferenceKind,
  field: FieldPath,
): Promise<string> {
  checkReference(reference, kind, field);
  if (reference.key == null) return reference.id!;
  const found = await kind.byKey(reference.key);
  return found?.id ?? refuseUnknown(reference, kind, field);
}

/**
 * Returns the keys that a write takes for a list of references; undefined for no list. Throws an
 * InputError that names every reference to something that doesn't exist.
 */
export async function resolveKeys(
  references: readonly Reference[] | null | undefined,
  kind: ReferenceKind,
  field: FieldPath,
): Promise<string[] | undefined> {
  if (references == null) return undefined;
  return allOrInputError(
    references.map((reference, position) => resolveKey(reference, kind, [...field, position])),
  );
}

async function resolveKey(
  reference: Reference,
  kind: ReferenceKind,
  field: FieldPath,
): Promise<string> {
  checkReference(reference, kind, field);
  const { key, id } = reference;
  if (key == null) return (await kind.byId(id!))?.key ?? refuseUnknown(reference, kind, field);
  // Where the catalogue can't be read, Kinde judges the key.
  const isKnown = await kind.hasKey(key).catch(ignoreUpstreamError);
  return isKnown === false ? refuseUnknown(reference, kind, field) : key;
}

function ignoreUpstreamError(error: unknown): undefined {
  if (!(error instanceof UpstreamError)) throw error;
}

const givenIn = ({ key, id }: Reference): ['id' | 'key', string] =>
  key == null ? ['id', id!] : ['key', key];

function checkReference(reference: Reference, { noun }: ReferenceKind, field: FieldPath): void {
  const [given, value] = givenIn(reference);
  if (isId(value)) return;
  const message = `This cannot be the ${given} of a ${noun}.`;
  throw new InputError([{ message, code: 'INVALID_ID', field: [...field, given] }]);
}

async function refuseUnknown(
  reference: Reference,
  kind: ReferenceKind,
  field: FieldPath,
): Promise<never> {
  const [given, value] = givenIn(reference);
  const message = `The environment has no ${kind.noun} with the ${given} \`${value}\`.`;
  const advice = await adviceFor(given, value, kind);
  const userError = { message: message + advice, code: kind.unknownCode, field: [...field, given] };
  throw new InputError([userError]);
}

async function adviceFor(
  given: 'id' | 'key',
  value: string,
  { byId, keys }: ReferenceKind,
): Promise<string> {
  const known = await keys();
  if (given === 'id') {
    return known.includes(value) ? ` To use a key, write \`{ key: "${value}" }\`.` : '';
  }
  if ((await byId(value)) !== null) return ` To use an id, write \`{ id: "${value}" }\`.`;
  const meant = closest(value, known);
  return meant === undefined ? '' : ` Did you mean \`${meant}\`?`;
}

/** Returns all results. When some are refused, throws one InputError with all of their userErrors. */
export async function allOrInputError<T>(results: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(results);
  const failures = settled.filter((result) => result.status === 'rejected');
  const refused = failures.map(({ reason }) => reason as unknown);
  const other = refused.find((reason) => !(reason instanceof InputError));
  if (other !== undefined) throw other;
  const userErrors = refused.flatMap((reason) => (reason as InputError).userErrors);
  if (userErrors.length > 0) throw new InputError(userErrors);
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

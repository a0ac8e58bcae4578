/**
 * References to a role or a permission by key or by id. Kinde's bulk writes take keys and its single
 * writes take ids; the environment's catalogue turns one into the other, and is not read where the
 * reference already is what the write takes.
 */
import { InputError, type UserError } from '../graphql/errors.js';
import { isId } from '../upstream/id.js';

export type FieldPath = NonNullable<UserError['field']>;

/** As `@oneOf` in the schema has it: exactly one is given. */
interface Reference {
  key?: string | null;
  id?: string | null;
}

interface Catalogue {
  byKey: (key: string) => Promise<{ id: string; key: string } | null>;
  byId: (id: string) => Promise<{ id: string; key: string } | null>;
}

interface Unknown {
  code: string;
  noun: string;
}

/** What a write takes for a reference; throws an InputError when there is no such thing. */
export async function resolveReference(
  reference: Reference,
  wanted: 'id' | 'key',
  catalogue: Catalogue,
  unknown: Unknown,
  field: FieldPath,
): Promise<string> {
  const [given, value] = reference.key == null ? ['id', reference.id!] : ['key', reference.key];
  const at = [...field, given];
  if (!isId(value)) {
    const message = `This cannot be the ${given} of a ${unknown.noun}.`;
    throw new InputError([{ message, code: 'INVALID_ID', field: at }]);
  }
  if (given === wanted) return value;
  const found = await (given === 'key' ? catalogue.byKey(value) : catalogue.byId(value));
  if (found !== null) return found[wanted];
  const message = `The environment has no ${unknown.noun} with the ${given} ${value}.`;
  throw new InputError([{ message, code: unknown.code, field: at }]);
}

/** The keys of a list of references, undefined when no list was given. */
export async function resolveReferences(
  references: readonly Reference[] | null | undefined,
  catalogue: Catalogue,
  unknown: Unknown,
  field: FieldPath,
): Promise<string[] | undefined> {
  if (references == null) return undefined;
  return Promise.all(
    references.map((reference, position) =>
      resolveReference(reference, 'key', catalogue, unknown, [...field, position]),
    ),
  );
}

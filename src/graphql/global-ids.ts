/** Global ids where arguments take Kinde's own ids: they are replaced by what they name. */
import {
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import type { Context } from './context.js';
import { wrapResolvers } from './wrap-resolvers.js';
import { namedBy, partNamed, type IdPart } from '../resolvers/node-id.js';

/** The keys that the same input, or the object of the field, has: a global id must not name others. */
type Known = Partial<Record<string, unknown>>;

/** Returns a value with its global ids replaced; the same value where there are none. */
type Replace = (value: unknown, known: Known) => unknown;

/** The inputs that take a role or a permission by key or by Kinde's id. Its global id holds the key. */
const REFERENCES: Readonly<Record<string, { idName: string; typeName: string }>> = {
  RoleReference: { idName: 'roleId', typeName: 'Role' },
  PermissionReference: { idName: 'permissionId', typeName: 'Permission' },
};

/**
 * Has fields take global ids where Kinde's own ids are wanted. It has to be the
 * outermost of a field's wrappers: authorization and the audit trail see Kinde's ids alone. A global id of
 * another type, or of another organization's object, stays, and the resolver refuses it by its name.
 */
export function acceptGlobalIds(schema: GraphQLSchema): GraphQLSchema {
  const replacements = new Replacements();
  return wrapResolvers(schema, (field, _, resolve) => {
    const replace = replacements.ofArguments(field);
    return (
      replace &&
      ((parent, args: Record<string, unknown>, context, info) =>
        resolve(parent, replace(args, knownOf(parent)) as typeof args, context, info))
    );
  });
}

/** Returns the organization that an object is of, where it says so. */
function knownOf(parent: unknown): Known {
  const { code, org_code } = (parent ?? {}) as { code?: unknown; org_code?: unknown };
  return { organizationCode: org_code ?? code };
}

/** Knows how to replace the ids in each input type. */
class Replacements {
  readonly #ofTypes = new Map<string, Replace | undefined>();

  ofArguments({ args, type }: GraphQLField<unknown, Context>): Replace | undefined {
    const named = getNamedType(type).name;
    return this.#ofFields(
      args.map((argument) => [
        argument.name,
        // `code` is the code of what the field returns.
        this.#ofInput(
          argument,
          argument.name === 'code' ? partNamed(named) : idPart(argument.name),
        ),
      ]),
    );
  }

  #ofInput({ type }: Pick<GraphQLArgument, 'type'>, part: IdPart | undefined): Replace | undefined {
    const nullable = getNullableType(type) as GraphQLInputType;
    if (isListType(nullable)) {
      const replace = this.#ofInput({ type: nullable.ofType }, part);
      return replace && ((list, known) => replaceEntries(list, (entry) => replace(entry, known)));
    }
    if (isInputObjectType(nullable)) {
      const { name } = nullable;
      if (!this.#ofTypes.has(name)) {
        const fields = Object.values(nullable.getFields());
        const replace =
          name in REFERENCES
            ? replaceReference(REFERENCES[name]!)
            : this.#ofFields(
                fields.map((field) => [field.name, this.#ofInput(field, idPart(field.name))]),
              );
        this.#ofTypes.set(name, replace);
      }
      return this.#ofTypes.get(name);
    }
    return part !== undefined && getNamedType(nullable).name === 'ID' ? replaceId(part) : undefined;
  }

  /** The organization comes first, since the other ids have to be of it. */
  #ofFields(fields: readonly [string, Replace | undefined][]): Replace | undefined {
    const replacing = fields
      .filter((field): field is [string, Replace] => field[1] !== undefined)
      .sort(([a], [b]) => Number(b === 'organizationCode') - Number(a === 'organizationCode'));
    if (replacing.length === 0) return undefined;
    return (value, known) => {
      if (typeof value !== 'object' || value === null) return value;
      let result = value as Record<string, unknown>;
      for (const [name, replace] of replacing) {
        const before = result[name];
        if (before == null) continue;
        const after = replace(before, { ...known, ...result });
        if (after !== before) result = { ...result, [name]: after };
      }
      return result;
    };
  }
}

/** Returns which part of a global id an argument takes: `organizationCode`, `userIds`, `notInOrganization`. */
function idPart(name: string): IdPart | undefined {
  if (name === 'notInOrganization') return 'organizationCode';
  const singular = name.replace(/s$/, '');
  return ID_PARTS.find((part) => part === singular);
}

const ID_PARTS = [
  ...(['organizationCode', 'userId', 'inviteCode'] as const),
  ...(['connectionId', 'factorId'] as const),
] satisfies IdPart[];

const replaceId =
  (part: IdPart): Replace =>
  (value, known) => {
    const named = typeof value === 'string' ? namedBy(value) : undefined;
    if (named?.part !== part) return value;
    const isAnother = Object.entries(named.owner).some(
      ([name, key]) => known[name] !== undefined && known[name] !== key,
    );
    return isAnother ? value : named.key;
  };

const replaceReference =
  ({ idName, typeName }: { idName: string; typeName: string }): Replace =>
  (value) => {
    const id = (value as Record<string, unknown> | null)?.[idName];
    const named = typeof id === 'string' ? namedBy(id) : undefined;
    return named?.type === typeName ? { key: named.key } : value;
  };

/** Returns the same list where no entry changes: it may have a hundred thousand. */
function replaceEntries(list: unknown, replace: (entry: unknown) => unknown): unknown {
  if (!Array.isArray(list)) return list;
  let result: unknown[] | undefined;
  for (const [index, entry] of list.entries()) {
    const replaced = replace(entry);
    if (replaced === entry) continue;
    result ??= [...(list as unknown[])];
    result[index] = replaced;
  }
  return result ?? list;
}

/** What client caches have to know of the schema: printed, never typed in. */
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** The arguments that choose a page of a list, and not the list. */
const PAGING = new Set(['first', 'after']);

type Fields<T> = Record<string, Record<string, T>>;

const isConnection = (field: GraphQLField<unknown, unknown>) =>
  field.args.some(({ name }) => name === 'after');
const isList = ({ type }: GraphQLField<unknown, unknown>) => isListType(getNullableType(type));

/** Returns the module src/generated/client-schema.ts. */
export function clientSchema(schema: GraphQLSchema): string {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const streamedOrWritten = [schema.getMutationType(), schema.getSubscriptionType()];
  const objects = types.filter(isObjectType).filter((type) => !streamedOrWritten.includes(type));
  const constants = {
    possibleTypes: Object.fromEntries(
      types.filter(isInterfaceType).map((type) => [
        type.name,
        schema
          .getPossibleTypes(type)
          .map(({ name }) => name)
          .sort(),
      ]),
    ),
    connections: fieldsOf(objects, isConnection, ({ args }) => ({
      filters: args.map(({ name }) => name).filter((name) => !PAGING.has(name)),
      defaultFirst: args.find(({ name }) => name === 'first')?.defaultValue as number,
    })),
    lists: Object.fromEntries(
      Object.entries(fieldsOf(objects.filter(isCached), isList, () => true)).map(
        ([type, fields]) => [type, Object.keys(fields)],
      ),
    ),
    embeddedTypes: objects
      .filter((type) => type !== schema.getQueryType() && !('id' in type.getFields()))
      .filter(({ name }) => !name.endsWith('Payload'))
      .map(({ name }) => name)
      .sort(),
    mergedTypes: mergedTypes(objects),
    entryMutations: entryMutations(schema, objects),
    memberMutations: Object.keys(schema.getMutationType()!.getFields()).filter((name) =>
      MEMBER_MUTATION.test(name),
    ),
    memberFields: memberFields(objects),
  };
  const lines = Object.entries(constants).map(
    ([name, value]) => `export const ${name} = ${JSON.stringify(value, null, 2)} as const;`,
  );
  return ['/* Made by `npm run generate`; edit schema/ instead. */', ...lines, ''].join('\n');
}

/** Whether a client's cache keeps objects of a type apart, or as a part of one that it keeps apart. */
const isCached = ({ name }: GraphQLObjectType) => !/(?:Connection|Edge|Payload)$/.test(name);

function fieldsOf<T>(
  types: readonly GraphQLObjectType[],
  isWanted: (field: GraphQLField<unknown, unknown>) => boolean,
  valueOf: (field: GraphQLField<unknown, unknown>) => T,
): Fields<T> {
  const found = types.map((type) => {
    const fields = Object.values(type.getFields()).filter(isWanted);
    return [type.name, Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]))];
  });
  return Object.fromEntries(
    found.filter(([, fields]) => Object.keys(fields as object).length > 0),
  ) as Fields<T>;
}

/** Returns the types without an id that are the single value of a field: a cache merges them. */
function mergedTypes(objects: readonly GraphQLObjectType[]): string[] {
  const values = objects
    .filter(isCached)
    .flatMap((type) => Object.values(type.getFields()))
    .filter((field) => !isList(field) && !isConnection(field))
    .map(({ type }) => getNamedType(type))
    .filter((type) => isObjectType(type) && !('id' in type.getFields()));
  return [...new Set(values.map(({ name }) => name))].sort();
}

const ENTRY_VERBS = /^(?:create|add|enable|upload|delete|remove|revoke|disable)/;

/**
 * Returns the mutations that add objects to lists or take them out, with the lists of those objects and
 * the payload's fields with the ids of what is gone. Lists on other objects than an organization are left
 * out, since a mutation doesn't say whose they are: those of members are in `memberFields`.
 */
function entryMutations(schema: GraphQLSchema, objects: readonly GraphQLObjectType[]) {
  const nodes = objects.filter((type) => type.getInterfaces().some(({ name }) => name === 'Node'));
  const owners = objects.filter(({ name }) => name === 'Query' || name === 'Organization');
  const found = Object.values(schema.getMutationType()!.getFields()).flatMap(({ name, type }) => {
    const payload = Object.keys((getNamedType(type) as GraphQLObjectType).getFields());
    const idsOf = (node: GraphQLObjectType, verbs: string) =>
      payload.filter((field) => new RegExp(`^(?:${verbs})${node.name}Ids?$`).test(field));
    const entry = nodes.find(
      (node) =>
        new RegExp(`${ENTRY_VERBS.source}${node.name}(?:Override)?s?$`).test(name) ||
        idsOf(node, 'deleted|replaced').length > 0,
    );
    if (entry === undefined) return [];
    const lists = fieldsOf(
      owners,
      (field) => entryTypeOf(field) === entry || (field.args.length > 0 && isOne(field, entry)),
      () => true,
    );
    const namesOf = (owner: string) => Object.keys(lists[owner] ?? {});
    const value = {
      type: entry.name,
      query: namesOf('Query'),
      organization: namesOf('Organization'),
      removed: idsOf(entry, 'deleted|removed|disabled'),
      replaced: idsOf(entry, 'replaced'),
    };
    return [[name, value] as const];
  });
  return Object.fromEntries(found);
}

/** Whether a field is one object, which its arguments name. */
const isOne = (field: GraphQLField<unknown, unknown>, type: GraphQLObjectType) =>
  getNullableType(field.type) === type;

const MEMBER = 'OrganizationUser';

/** The mutations that change who is a member, or which roles members have. */
const MEMBER_MUTATION = new RegExp(`${MEMBER}(?:s|Role)?$`);

/** Returns the fields with members of several organizations, or with the one that an argument names. */
function memberFields(objects: readonly GraphQLObjectType[]): Record<string, string[]> {
  const found = fieldsOf(
    objects.filter((type) => isCached(type) && type.name !== MEMBER),
    (field) => {
      const isNamed = field.args.length > 0 && getNamedType(field.type).name === MEMBER;
      return isNamed || entryTypeOf(field)?.name === MEMBER;
    },
    () => true,
  );
  return Object.fromEntries(
    Object.entries(found).map(([type, fields]) => {
      // `entryMutations` has the lists of an organization, of which a mutation says whose they are.
      const isList = (name: string) => type === 'Organization' && name === 'users';
      return [type, Object.keys(fields).filter((name) => !isList(name))];
    }),
  );
}

/** Returns the type of a list's entries; undefined for a field that is no list. */
function entryTypeOf(field: GraphQLField<unknown, unknown>) {
  const type = getNamedType(field.type);
  if (isList(field)) return type;
  if (!isConnection(field) || !isObjectType(type)) return undefined;
  return getNamedType(type.getFields()['nodes']!.type);
}

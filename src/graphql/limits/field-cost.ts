/** The cost of one execution of a field, by its type, its arguments and the endpoint table. */
import {
  getArgumentValues,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedOutputType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { TObject } from 'typebox';
import { fieldScopes } from '../../auth/required-scopes.js';
import { MAX_FIRST } from '../../resolvers/connection.js';
import { endpoints } from '../../upstream/endpoints/index.js';
import { MAX_BULK_USERS } from '../../upstream/endpoints/organizations.js';
import { OrganizationItem, OrganizationUser } from '../../upstream/types.js';

/** The argument that says how many entries a list has. */
export type SizeArgument = 'first' | 'ids' | 'input';

/** What one execution of a field costs, and how often its selections are executed. */
export interface FieldCost {
  /** Its own calls and entries. */
  own: number;
  /** How many objects its selections are paid for. */
  objects: number;
  /** About how many objects its selections are executed for, those that cost nothing included. */
  copies: number;
  /** How many entries the lists of its selections hold that have no size of their own. */
  entries: number;
  /** The scope of the call that it shares with other fields of its object. */
  scope?: string | undefined;
  /** Where the operation says how many entries there are. */
  size?: { argument: SizeArgument; entries: number };
}

/** Returns an API property's name as the schema spells it. */
const camelCase = (name: string) =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const propertiesOf = (entry: TObject) => new Set(Object.keys(entry.properties).map(camelCase));

/**
 * The fields that Kinde's lists carry with each entry. They need a scope, since they take a call where
 * an object is known by its id alone, as after a write; that call is counted with the object.
 */
const CARRIED: Readonly<Record<string, ReadonlySet<string>>> = {
  Organization: propertiesOf(OrganizationItem),
  OrganizationUser: propertiesOf(OrganizationUser),
};

/** The scope of the read that describes all objects of a type. */
const FROM_CATALOGUE: Readonly<Record<string, string>> = {
  Role: endpoints.roles.list.scope,
  Permission: endpoints.permissions.list.scope,
};

/** Fields whose arguments choose from a read that doesn't depend on them. */
const CHOOSING: ReadonlySet<string> = new Set([
  'Organization.featureFlag',
  'Organization.featureFlags',
]);

/** How many entries a list without a size is taken to have. */
const UNKNOWN_LENGTH = 10;

/** Knows the costs of a schema's fields. */
export class FieldCosts {
  readonly #scopes = new Map<GraphQLField<unknown, unknown>, string | undefined>();

  constructor(private readonly schema: GraphQLSchema) {}

  /**
   * Returns the cost of a field of an object. `size` is how many entries the object's lists hold that
   * have no size of their own: those of a connection, and those of a bulk write's payload.
   */
  of(
    parent: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    args: Readonly<Record<string, unknown>>,
    size: number,
  ): FieldCost {
    const type = getNamedType(field.type);
    if (parent === this.schema.getMutationType()) return bulkWrite(args['input']);
    if (type.name.endsWith('Connection')) {
      const entries = entriesWanted(args['first']);
      const sized = { argument: 'first', entries } as const;
      return { own: 1 + entries, objects: 1, copies: 1, entries, size: sized };
    }
    if (parent === this.schema.getQueryType() && field.name === 'nodes') {
      const entries = lengthOf(args['ids']);
      const sized = { argument: 'ids', entries } as const;
      return { own: entries, objects: entries, copies: entries, entries: 1, size: sized };
    }
    if (isSizedByParent(parent, field)) {
      return { own: 0, objects: size, copies: size, entries: 1 };
    }
    const scope = this.#scopeOf(parent, field);
    // Arguments go into the call, so that no other field shares it.
    const isUnshared = field.args.length > 0 && !CHOOSING.has(`${parent.name}.${field.name}`);
    const needsRead = scope === undefined ? isReadByKey(parent, type) : isUnshared;
    const length = isListType(getNullableType(field.type)) ? UNKNOWN_LENGTH : 1;
    return {
      own: needsRead ? 1 : 0,
      // What is read of a catalogue's entries takes no call for each of them.
      objects: isNode(type) && !Object.hasOwn(FROM_CATALOGUE, type.name) ? length : 1,
      copies: length,
      entries: 1,
      scope: isUnshared ? undefined : scope,
    };
  }

  /** Returns the scope whose call a field takes; the first where others would do as well. */
  #scopeOf(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string | undefined {
    if (this.#scopes.has(field)) return this.#scopes.get(field);
    const required = fieldScopes(this.schema, parent, field);
    const alternatives = required?.scopes ?? [];
    // A type whose lists carry all of its fields needs no entry in CARRIED.
    const isCarried =
      CARRIED[parent.name]?.has(field.name) ??
      (required?.isInherited === true ||
        alternatives.some((scopes) => scopes.includes(FROM_CATALOGUE[parent.name] ?? '')));
    const scope = isCarried ? undefined : alternatives[0]?.[0];
    this.#scopes.set(field, scope);
    return scope;
  }
}

/** Returns a field's arguments; none where they are invalid, for which execution refuses the field. */
export function argumentsOf(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  try {
    return getArgumentValues(field, node, variables);
  } catch {
    return {};
  }
}

/** The lists of one user in the input of a bulk write whose entries are sent one by one. */
const SENT_ONE_BY_ONE = ['removeRoles', 'addPermissions', 'removePermissions'] as const;

type BulkUser = Partial<Record<(typeof SENT_ONE_BY_ONE)[number], unknown>>;

/** A write is a call for each batch of users that its input names, and reads them again for its payload. */
function bulkWrite(input: unknown): FieldCost {
  const { users, userIds, refreshClaims } = (input ?? {}) as Record<string, unknown>;
  const entries = lengthOf(users ?? userIds);
  const singles = (Array.isArray(users) ? (users as (BulkUser | null)[]) : []).reduce(
    (sum, user) => SENT_ONE_BY_ONE.reduce((calls, name) => calls + lengthOf(user?.[name]), sum),
    0,
  );
  const calls = Math.max(1, Math.ceil(entries / MAX_BULK_USERS)) + singles;
  const refreshes = refreshClaims === true ? Math.max(1, entries) : 0;
  return {
    own: calls + entries + refreshes,
    objects: 1,
    copies: 1,
    entries,
    ...(entries === 0 ? {} : { size: { argument: 'input', entries } }),
  };
}

/** Whether a list has as many entries as its connection, or as the input of its bulk write. */
function isSizedByParent(
  parent: GraphQLObjectType,
  { name, type }: GraphQLField<unknown, unknown>,
) {
  if (parent.name.endsWith('Connection')) return name === 'nodes' || name === 'edges';
  return (
    parent.name.endsWith('Payload') &&
    isListType(getNullableType(type)) &&
    isCompositeType(getNamedType(type))
  );
}

/** Whether an object that is known by its key alone is read when a field asks for more. */
function isReadByKey(parent: GraphQLObjectType, type: GraphQLNamedOutputType): boolean {
  const isEntry = parent.name.endsWith('Edge');
  return !isEntry && isNode(type) && !(type.name in FROM_CATALOGUE);
}

const isNode = (type: GraphQLNamedOutputType): boolean =>
  (isInterfaceType(type) && type.name === 'Node') ||
  (isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'));

/** How many entries `first` asks for; none where its resolver refuses it before any call. */
function entriesWanted(first: unknown): number {
  const wanted = typeof first === 'number' ? first : 10;
  return wanted < 1 || wanted > MAX_FIRST ? 0 : wanted;
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** What an operation may cost, known before it is executed: from its list sizes, variables included. */
import type { ApolloServerPlugin } from '@apollo/server';
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { requiredScopes } from '../../auth/required-scopes.js';
import type { Limits } from '../../config.js';
import type { Context } from '../context.js';
import { MAX_FIRST } from '../../resolvers/connection.js';
import { MAX_BULK_USERS } from '../../upstream/endpoints/organizations.js';
import { tooComplex } from './size.js';
import { coerceVariables } from './variables.js';

/** A selection set's cost for one object, and the scopes whose call its fields share. */
interface Cost {
  cost: number;
  scopes: ReadonlySet<string>;
}

const NOTHING: Cost = { cost: 0, scopes: new Set() };

/** What these say of themselves comes from one read of a catalogue, however many of them there are. */
const FROM_CATALOGUE: ReadonlySet<string> = new Set(['Role', 'Permission']);

/**
 * Fields that lists carry with their entries. They name a scope because they take a call where an
 * object is known by its id alone, as after a write; that call is counted with the object.
 */
const CARRIED: ReadonlySet<string> = new Set([
  ...['name', 'handle', 'externalId', 'isDefault', 'isAutoMembershipEnabled'].map(
    (field) => `Organization.${field}`,
  ),
  ...['email', 'fullName', 'firstName', 'lastName', 'picture'].map(
    (field) => `OrganizationUser.${field}`,
  ),
  ...['joinedOn', 'lastAccessedOn', 'isSuspended', 'roles'].map(
    (field) => `OrganizationUser.${field}`,
  ),
]);

/** The payloads' lists that hold a user for each one of the input. */
const BULK_LISTS: ReadonlySet<string> = new Set(['addedUsers', 'updatedUsers']);

interface Operation {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  variables: Readonly<Record<string, unknown>>;
}

/**
 * The most that an operation may cost: one for each organization, user, role or permission that a
 * sized list may hold or an id may name, and one for each call of Kinde's API that its fields need.
 *
 * A list with `first` is taken to be full. Fields of one object that need the same scope share one
 * call, as the loaders have it; lists of unknown length (roles, permissions and flags of one user or
 * organization) come with their call and count no more. A fragment is judged once for each list size
 * that it stands in, so that the work is bounded by the document's length squared.
 */
export function costOf({ schema, operation, fragments, variables }: Operation): number {
  const judged = new Map<string, Cost>();

  const isLeftOut = (selection: SelectionNode): boolean => {
    try {
      return (
        getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] === true ||
        getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] === false
      );
    } catch {
      // Execution will refuse it for the same reason.
      return false;
    }
  };

  const ofFragment = (name: string, size: number): Cost => {
    const key = `${name} ${size}`;
    const known = judged.get(key);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const cost =
      fragment !== undefined && isCompositeType(type)
        ? ofSelections(fragment.selectionSet, type, size)
        : NOTHING;
    judged.set(key, cost);
    return cost;
  };

  const ofField = (node: FieldNode, parent: GraphQLCompositeType, size: number): Cost => {
    const field =
      isObjectType(parent) || isInterfaceType(parent)
        ? parent.getFields()[node.name.value]
        : undefined;
    // __typename and introspection, which ask Kinde nothing.
    if (field === undefined) return NOTHING;
    const type = getNamedType(field.type);
    const inner = (entries: number): number =>
      node.selectionSet !== undefined && isCompositeType(type)
        ? perObject(ofSelections(node.selectionSet, type, entries))
        : 0;
    const isCarried =
      FROM_CATALOGUE.has(parent.name) || CARRIED.has(`${parent.name}.${field.name}`);
    const scope = isCarried ? undefined : scopeOf(schema, field);
    const args = argumentsOf(field, node, variables);

    if (parent === schema.getMutationType()) {
      const users = lengthOf((args['input'] as { users?: unknown } | undefined)?.users);
      const calls = Math.max(1, Math.ceil(users / MAX_BULK_USERS));
      return { ...NOTHING, cost: calls + users + inner(users) };
    }
    if (type.name.endsWith('Connection')) {
      const entries = firstOf(args['first']);
      return { ...NOTHING, cost: 1 + entries + inner(entries) };
    }
    if (node.name.value === 'nodes' && parent === schema.getQueryType()) {
      const entries = lengthOf(args['ids']);
      return { ...NOTHING, cost: entries + entries * inner(1) };
    }
    if (isEntries(parent, field.name)) return { ...NOTHING, cost: size * inner(1) };
    const scopes = new Set(scope === undefined ? [] : [scope]);
    // An object that is known by its code alone is read when a field asks for more.
    const isRead = scope === undefined && isNode(type) && !FROM_CATALOGUE.has(type.name);
    const isOneOfMany = parent.name.endsWith('Edge');
    return { cost: (isRead && !isOneOfMany ? 1 : 0) + inner(1), scopes };
  };

  function ofSelections(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType,
    size: number,
  ): Cost {
    let cost = 0;
    const scopes = new Set<string>();
    for (const selection of selections) {
      if (isLeftOut(selection)) continue;
      const one = ofSelection(selection, type, size);
      cost = Math.min(cost + one.cost, Number.MAX_SAFE_INTEGER);
      for (const scope of one.scopes) scopes.add(scope);
    }
    return { cost, scopes };
  }

  function ofSelection(selection: SelectionNode, type: GraphQLCompositeType, size: number): Cost {
    switch (selection.kind) {
      case Kind.FIELD:
        return ofField(selection, type, size);
      case Kind.FRAGMENT_SPREAD:
        return ofFragment(selection.name.value, size);
      case Kind.INLINE_FRAGMENT: {
        const narrowed =
          selection.typeCondition && schema.getType(selection.typeCondition.name.value);
        return ofSelections(
          selection.selectionSet,
          isCompositeType(narrowed) ? narrowed : type,
          size,
        );
      }
    }
  }

  const root = schema.getRootType(operation.operation);
  return root == null ? 0 : perObject(ofSelections(operation.selectionSet, root, 1));
}

/** With the calls that an object's own fields share. */
const perObject = ({ cost, scopes }: Cost): number => cost + scopes.size;

const isNode = (type: unknown): boolean =>
  (isInterfaceType(type) && type.name === 'Node') ||
  (isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'));

/** Whether a field holds as many entries as its parent's field was asked for. */
const isEntries = ({ name: parent }: GraphQLCompositeType, field: string): boolean =>
  parent.endsWith('Connection')
    ? field === 'nodes' || field === 'edges'
    : parent.endsWith('Payload') && BULK_LISTS.has(field);

/** A field's scope; the first where others would do as well. */
function scopeOf(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>): string | undefined {
  return requiredScopes(schema, field)?.[0]?.[0];
}

/** A field's arguments; none where they cannot be coerced, since execution refuses the field for it. */
function argumentsOf(
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

/** How many entries `first` asks for; none where its resolver refuses it before any call. */
function firstOf(first: unknown): number {
  const wanted = typeof first === 'number' ? first : 10;
  return wanted < 1 || wanted > MAX_FIRST ? 0 : wanted;
}

const lengthOf = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** Refuses an operation before any call. Clients that accept GraphQL's own media type get the status 400. */
function refusal({ message, nodes, extensions }: GraphQLError): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    extensions: { ...extensions, http: { status: 400 } },
  });
}

/**
 * Refuses an operation whose variables are invalid, or that may cost more than the limit, before any
 * call. A request with the header `x-graphql-cost: true` gets `extensions.cost` with the cost and the
 * limit.
 */
export function costLimit({
  limits: { maxCost },
  isSchemaPublic,
}: {
  limits: Limits;
  isSchemaPublic: boolean;
}): ApolloServerPlugin<Context> {
  return {
    async requestDidStart() {
      let cost: number | undefined;
      let furtherErrors: readonly GraphQLError[] = [];
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          if (operation === undefined) return;
          const { coerced, errors } = coerceVariables({
            schema,
            definitions: operation.variableDefinitions ?? [],
            values: request.variables ?? {},
            hideSuggestions: !isSchemaPublic,
          });
          if (errors !== undefined) {
            furtherErrors = errors.slice(1);
            throw refusal(errors[0]);
          }
          const fragments = new Map(
            document.definitions.flatMap((definition) =>
              definition.kind === Kind.FRAGMENT_DEFINITION
                ? [[definition.name.value, definition] as const]
                : [],
            ),
          );
          cost = costOf({ schema, operation, fragments, variables: coerced });
          contextValue.summary.cost = cost;
          if (cost <= maxCost) return;
          throw refusal(
            tooComplex(
              'The operation may cost too much',
              { found: cost, limit: maxCost, setting: 'MAX_COST' },
              operation,
            ),
          );
        },
        async willSendResponse({ request, response: { body } }) {
          if (body.kind !== 'single') return;
          // Apollo Server takes one error from a plugin, and an operation can have several.
          if (furtherErrors.length > 0) {
            const more = furtherErrors.map((error) => error.toJSON());
            body.singleResult.errors = [...(body.singleResult.errors ?? []), ...more];
          }
          if (cost === undefined || request.http?.headers.get('x-graphql-cost') !== 'true') return;
          body.singleResult.extensions = {
            ...body.singleResult.extensions,
            cost: { requested: cost, maximum: maxCost },
          };
        },
      };
    },
  };
}

/** Draws queries of the whole schema. Their arguments are of the emulator's state, or a little beside it. */
import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
} from 'graphql';
import type { OrganizationRecord, State } from '../../../src/emulator/index.js';
import { nodeId } from '../../../src/resolvers/node-id.js';
import type { Choices } from '../random-query.js';
import { schema } from './answer.js';

type Field = GraphQLField<unknown, unknown>;

/** Fields that depend on more than the state. */
const LEFT_OUT = ['viewer', 'rateLimit', 'cursor', 'startCursor', 'endCursor'];
/** The names that entries of connections are found by. */
const KEPT = ['nodes', 'edges', 'node', 'pageInfo'];
const MAX_DEPTH = 8;

/** Draws a value of the emulator, which may be one that it doesn't have. */
class Values {
  constructor(
    private readonly choices: Choices,
    private readonly state: State,
  ) {}

  some = <T>(options: Iterable<T>): T => this.choices.of([...options]);
  organization = (): OrganizationRecord => this.some(this.state.organizations.values());
  code = () => this.organization().profile.code;
  user = () => this.some(this.state.users.values());
  flag = () => this.some(this.state.featureFlags.keys());
  role = () => this.some(this.state.roles.values()).key;
  permission = () => this.some(this.state.permissions.values()).key;
  text = () => this.choices.of(['a', 'an', 'com', 'Å', 'zzz']);

  member({ members }: OrganizationRecord): string {
    const users = [...members.values()].map(({ user }) => user);
    return (this.choices.below(4) === 3 || users.length === 0 ? this.user() : this.some(users)).id;
  }

  invite = ({ invites }: OrganizationRecord) => [...invites.values()][0]?.code ?? 'inv_none';

  /** Returns a global id. */
  id(): string {
    const organization = this.organization();
    const { code } = organization.profile;
    const userId = this.member(organization);
    const [factor = 'mfa_none'] = this.state.mfaFactors.get(userId)?.keys() ?? [];
    return this.choices.of([
      () => nodeId('Organization', code),
      () => nodeId('OrganizationUser', code, userId),
      () => nodeId('User', userId),
      () => nodeId('Role', this.role()),
      () => nodeId('Permission', this.permission()),
      () => nodeId('FeatureFlag', code, this.flag()),
      () => nodeId('EnvironmentFeatureFlag', this.flag()),
      () => nodeId('OrganizationLogo', code, 'light'),
      () => nodeId('OrganizationProperty', code, this.some(this.state.properties.keys())),
      () => nodeId('OrganizationSignInMethod', code, this.some(this.state.connections.keys())),
      () => nodeId('OrganizationInvite', code, this.invite(organization)),
      () => nodeId('MfaFactor', code, userId, factor),
    ])();
  }

  list(draw: () => string, most: number): string {
    const values = Array.from({ length: 1 + this.choices.below(most) }, draw);
    return JSON.stringify(values);
  }
}

class QueryWriter {
  readonly #values: Values;
  #aliases = 0;

  constructor(
    private readonly choices: Choices,
    state: State,
    /** How many more fields with fields of their own the query may have. */
    private left: number,
  ) {
    this.#values = new Values(choices, state);
  }

  selections(type: GraphQLObjectType, depth: number, hasAliases = false): string {
    const { choices } = this;
    const fields = Object.values(type.getFields()).filter(({ name }) => !LEFT_OUT.includes(name));
    const isComposite = (field: Field) => isCompositeType(getNamedType(field.type));
    const composite = depth < MAX_DEPTH ? fields.filter(isComposite) : [];
    const plain = fields.filter((field) => !isComposite(field));
    const isConnection = composite.some(({ name }) => KEPT.includes(name));
    const drawn = Array.from({ length: isConnection ? 1 : choices.below(4) }, () =>
      composite.length === 0 ? undefined : choices.of(composite),
    );
    const names = new Set(
      Array.from({ length: plain.length === 0 ? 0 : 1 + choices.below(3) }, () =>
        choices.of(plain),
      ),
    );
    const written = Array.from(names, (field) => this.#field(type, field, hasAliases));
    for (const field of drawn) {
      if (field === undefined || this.left-- <= 0) continue;
      const inner = this.#inner(getNamedType(field.type), depth + 1);
      written.push(`${this.#field(type, field, !KEPT.includes(field.name))} ${inner}`);
    }
    return `{ __typename ${written.join(' ')} }`;
  }

  #inner(type: GraphQLNamedType, depth: number): string {
    if (!isAbstractType(type)) return this.selections(type as GraphQLObjectType, depth);
    const fragments = schema
      .getPossibleTypes(type)
      .map((each) => `... on ${each.name} ${this.selections(each, depth, true)}`);
    return `{ __typename ${fragments.join(' ')} }`;
  }

  /** A field with arguments has a name of its own, since it would differ from others of its name. */
  #field({ name: type }: GraphQLObjectType, { name, args }: Field, hasAlias: boolean): string {
    // Of the filters of people one may be given.
    const filter = this.choices.of(['search', 'email', 'phone', 'username', 'none', 'none']);
    const isDrawn = ({ name }: GraphQLArgument) =>
      type !== 'Query' || ['first', filter, 'notInOrganization'].includes(name) || args.length < 5;
    const given = args.filter(isDrawn).flatMap((argument) => {
      const value = this.#value(`${type}.${argument.name}`, argument);
      return value === undefined ? [] : [`${argument.name}: ${value}`];
    });
    const alias = hasAlias || given.length > 0 ? `a${this.#aliases++}: ` : '';
    return `${alias}${name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
  }

  #value(coordinate: string, { name, type }: GraphQLArgument): string | undefined {
    const values = this.#values;
    const named = getNamedType(type);
    const may = <T>(draw: () => T) => (this.choices.below(3) === 2 ? draw() : undefined);
    switch (name) {
      case 'first':
        return String(this.choices.of([2, 1, 3, 10, 40]));
      case 'after':
        return undefined;
      case 'code':
        return JSON.stringify(
          coordinate === 'Organization.code' ? values.invite(values.organization()) : values.code(),
        );
      case 'organizationCode':
        return JSON.stringify(values.code());
      case 'notInOrganization':
        return may(() => JSON.stringify(values.code()));
      case 'handle':
      case 'externalId': {
        const { handle, external_id } = values.organization().profile;
        return JSON.stringify((name === 'handle' ? handle : external_id) ?? 'nothing');
      }
      case 'userId':
        return JSON.stringify(values.user().id);
      case 'email':
      case 'phone':
      case 'username':
        return JSON.stringify(values.user()[name] ?? 'nothing');
      case 'search':
        return may(() => JSON.stringify(values.text()));
      case 'key':
        return JSON.stringify(values.flag());
      case 'roles':
        return may(() => values.list(values.role, 2));
      case 'permissions':
        return may(() => values.list(values.permission, 2));
      case 'id':
        return JSON.stringify(values.id());
      case 'ids':
        return values.list(() => values.id(), 8);
      case 'from':
        return '"2026-05-01T00:00:00Z"';
      case 'to':
        return '"2026-05-03T00:00:00Z"';
      default:
        if (isEnumType(named)) return may(() => values.some(named.getValues()).name);
        return may(() => 'true');
    }
  }
}

/** Returns the text of a query. */
export const drawQuery = (choices: Choices, state: State): string =>
  `query ${new QueryWriter(choices, state, 3 + choices.below(10)).selections(schema.getQueryType()!, 0)}`;

/** What `@upstream` and `@batch` say in the schema is held against the calls that the emulator sees. */
import { beforeEach, expect, test } from '@jest/globals';
import { getDirective } from '@graphql-tools/utils';
import {
  buildSchema,
  getNamedType,
  isCompositeType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { scopedFields } from '../../src/auth/required-scopes.js';
import { createSchema } from '../../src/graphql/schema.js';
import {
  upstreamFields,
  upstreamOf,
  type UpstreamField,
} from '../../src/graphql/upstream-routes.js';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import { startDomain } from '../support/domain.js';
import { inputTypeOf, mutationDocument, validInputs } from '../support/mutations.js';

const schema = createSchema();
const domain = startDomain();
const fields = upstreamFields(schema);
const isInput = ({ coordinate }: UpstreamField) =>
  isInputObjectType(schema.getType(coordinate.split('.')[0]!));
const isMutation = ({ coordinate }: UpstreamField) => coordinate.startsWith('Mutation.');
const routesOf = ({ rows }: Pick<UpstreamField, 'rows'>) => rows.map(({ route }) => route).sort();

/** A field, and its selection in a document. */
const fieldOf = (coordinate: string) => {
  const [typeName, name] = coordinate.split('.') as [string, string];
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`${typeName} is no object type`);
  return { type, field: type.getFields()[name]! };
};

/** The routes that were called since the last time that they were asked for. */
function routesCalled(): string[] {
  const called = domain.gateway.emulator.requests.map(({ endpoint }) => {
    const [group, name] = endpoint!.split('.') as [string, string];
    return (endpoints as unknown as Record<string, Record<string, Endpoint>>)[group]![name]!.route;
  });
  domain.gateway.calls();
  return [...new Set(called)].sort();
}

let code = '';
let userId = '';
let overriddenKey = '';
/** By coordinate, the arguments that a field takes; several where they decide which call it makes. */
let args: Readonly<Record<string, string | readonly string[]>> = {};

beforeEach(async () => {
  const { organizations } = await domain.gateway.query(
    '{ organizations(first: 1) { nodes { code } } }',
  );
  code = organizations.nodes[0].code;
  const { featureFlags } = domain.gateway.emulator.state;
  const { members, invites, overrides, profile } = domain.gateway.emulator.state.organization(code);
  Object.assign(profile, { handle: 'acme', external_id: 'crm-1' });
  userId = [...members.values()][0]!.user.id;
  [overriddenKey = ''] = overrides.keys();
  const user = `userId: "${userId}"`;
  const inOrganization = `organizationCode: "${code}"`;
  args = {
    'Query.organization': `code: "${code}"`,
    'Query.organizationByHandle': 'handle: "acme"',
    'Query.organizationByExternalId': 'externalId: "crm-1"',
    'Query.user': user,
    'Query.users': ['first: 1', 'search: "a"'],
    'User.membership': inOrganization,
    'Organization.user': user,
    'Organization.invite': `code: "${[...invites.values()][0]!.code}"`,
    'Organization.featureFlag': `key: "${[...featureFlags.keys()].find((key) => !overrides.has(key))}"`,
    'Role.users': inOrganization,
    'Role.usersCount': inOrganization,
    'Role.activeUsersCount': `${inOrganization}, from: "2026-05-01T00:00:00Z", to: "2026-05-02T00:00:00Z"`,
  };
});

type Place = (selection: string) => string;

/** By type, a document in which an object carries what lists carry. */
const IN_LISTS: Record<string, Place> = {
  Query: (selection) => `{ ${selection} }`,
  Organization: (selection) => `{ organizations(first: 1) { nodes { ${selection} } } }`,
  User: (selection) => `{ users(first: 1) { nodes { ${selection} } } }`,
  OrganizationUser: (selection) =>
    `{ organizations(first: 1) { nodes { users(first: 1) { nodes { ${selection} } } } } }`,
  Role: (selection) => `{ roles(first: 1) { nodes { ${selection} } } }`,
  DeleteFeatureFlagOverridePayload: (selection) =>
    `mutation { deleteFeatureFlagOverride(input: { organizationCode: "${code}", key: "${overriddenKey}" }) { ${selection} } }`,
  DeleteFeatureFlagOverridesPayload: (selection) =>
    `mutation { deleteFeatureFlagOverrides(input: { organizationCode: "${code}" }) { ${selection} } }`,
};

/** By type, a document in which nothing but an object's id is known. */
const BY_ID: Record<string, Place> = {
  Organization: (selection) =>
    `mutation { deleteOrganizationHandle(input: { organizationCode: "${code}" }) { organization { ${selection} } } }`,
  OrganizationUser: (selection) =>
    `{ node(id: "${globalId('OrganizationUser', code, userId)}") { ... on OrganizationUser { ${selection} } } }`,
  Role: (selection) =>
    `{ organizations(first: 1) { nodes { users(first: 50) { nodes { roles { ${selection} } } } } } }`,
};

const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Selects a field, once with each of its arguments where they decide which call it makes. */
function selectionsOf(coordinate: string, more = ''): string[] {
  const { field } = fieldOf(coordinate);
  if (field.args.some(isRequiredArgument)) expect(Object.keys(args)).toContain(coordinate);
  const inner = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
  return [args[coordinate] ?? ''].flat().map((given) => {
    const all = [given, more].filter((text) => text !== '').join(', ');
    return `${field.name}${all === '' ? '' : `(${all})`}${inner}`;
  });
}

/** The routes that a field or an argument calls in a place, and those that are called without it. */
async function callsIn(places: Record<string, Place>, coordinate: string) {
  const [, ofField, argument] = /^([\w.]+)(?:\((\w+):\))?$/.exec(coordinate)!;
  const { name } = fieldOf(ofField!).type;
  const place = places[name];
  if (place === undefined) throw new TypeError(`No document leads to a ${name}`);
  const send = async (selections: readonly string[]) => {
    domain.gateway.calls();
    for (const selection of selections) {
      const document = place(selection);
      if (document.startsWith('mutation')) domain.gateway.emulator.reset();
      await domain.gateway.query(document);
    }
    return routesCalled();
  };
  const without = await send(argument === undefined ? ['__typename'] : selectionsOf(ofField!));
  const called = await send(selectionsOf(ofField!, argument && `${argument}: true`));
  return { called, added: called.filter((route) => !without.includes(route)) };
}

// A query can't lead to a change: test/http/live/changes.test.ts has the calls of its fields.
const isOfChange = ({ coordinate }: UpstreamField) => coordinate.startsWith('Change.');
const reads = fields.filter((field) => !isMutation(field) && !isInput(field) && !isOfChange(field));
const carried = reads.filter(({ unlessCarried }) => unlessCarried);

/** Returns a property of each field, by coordinate. */
async function byCoordinate<T>(
  of: readonly UpstreamField[],
  property: (field: UpstreamField) => T | Promise<T>,
): Promise<Record<string, T>> {
  const entries: [string, T][] = [];
  for (const field of of) entries.push([field.coordinate, await property(field)]);
  return Object.fromEntries(entries);
}

const typesOf = (of: readonly UpstreamField[]) => [
  ...new Set(of.map(({ coordinate }) => coordinate.split('.')[0]!)),
];
const ofType = (type: string) => (field: UpstreamField) => field.coordinate.startsWith(`${type}.`);

/** Every field of a type that leads to one type, and the arguments with `@upstream`. */
const fieldsOfType = (name: string): UpstreamField[] =>
  Object.values(fieldOf(`${name}.*`).type.getFields())
    .filter(({ type }) => !isInterfaceType(getNamedType(type)))
    .map((field) => ({ coordinate: `${name}.${field.name}`, ...upstreamOf(schema, field) }))
    .concat(reads.filter(({ coordinate }) => /^(\w+)\..*\(/.exec(coordinate)?.[1] === name));

test.each(Object.keys(IN_LISTS))(
  'the fields of %s in a list take the calls that they name, and no others',
  async (type) => {
    const all = fieldsOfType(type);
    const added = await byCoordinate(all, async ({ coordinate }) => {
      return (await callsIn(IN_LISTS, coordinate)).added;
    });
    const named = await byCoordinate(all, (field) => (field.unlessCarried ? [] : routesOf(field)));
    expect(added).toEqual(named);
  },
);

test('documents lead to every type with such fields', () => {
  expect(Object.keys(IN_LISTS)).toEqual(expect.arrayContaining(typesOf(reads)));
});

test.each(typesOf(carried))(
  'the fields of %s that lists carry take the calls that they name where only the id is known',
  async (type) => {
    const ofIt = carried.filter(ofType(type));
    const missing = await byCoordinate(ofIt, async (field) => {
      const { called } = await callsIn(BY_ID, field.coordinate);
      return routesOf(field).filter((route) => !called.includes(route));
    });
    expect(missing).toEqual(await byCoordinate(ofIt, () => []));
  },
);

/** The routes that a mutation writes by. */
async function writesOf(mutation: string, input: object): Promise<string[]> {
  domain.gateway.emulator.reset();
  await domain.gateway.query(mutationDocument(mutation), { input });
  return routesCalled().filter((route) => !route.startsWith('GET '));
}

test('mutations write by the operations that they name, and by no others', async () => {
  const inputs = validInputs(domain);
  for (const field of fields.filter(isMutation)) {
    const mutation = field.coordinate.split('.')[1]!;
    const writes = await writesOf(mutation, inputs[mutation]!);
    expect([mutation, writes.length]).not.toEqual([mutation, 0]);
    expect([mutation, routesOf(field)]).toEqual([mutation, expect.arrayContaining(writes)]);
  }
});

test('fields of inputs name the operations that mutations take for them', async () => {
  const { strangerId } = domain;
  const inputs: [mutation: string, input: object][] = [
    ...Object.entries(validInputs(domain)).map(([mutation, input]): [string, object] => [
      mutation,
      { ...input, refreshClaims: true },
    ]),
    ['createOrganization', { name: 'New', users: [{ userId: strangerId }], refreshClaims: true }],
    ['createOrganization', { name: 'New', users: [{ userId: 'kp_none' }], deleteOnFailure: true }],
  ];
  const taken = new Map<string, Set<string>>();
  for (const [mutation, input] of inputs) {
    const named = fields.filter(({ coordinate }) => {
      const [type, name] = coordinate.split('.') as [string, string];
      return type === inputTypeOf(mutation) && name in input;
    });
    if (named.length === 0) continue;
    const [own] = fields.filter(({ coordinate }) => coordinate === `Mutation.${mutation}`);
    const writes = await writesOf(mutation, input);
    const all = [own!, ...named].flatMap(routesOf);
    expect([mutation, all]).toEqual([mutation, expect.arrayContaining(writes)]);
    for (const field of named) {
      const routes = taken.get(field.coordinate) ?? new Set();
      taken.set(field.coordinate, routes);
      for (const route of writes) routes.add(route);
    }
  }
  // A mutation that does nothing in the emulator's environment refreshes nobody's claims.
  const refused = ['removeOrganizationUserRole', 'removeOrganizationUserPermission'];
  for (const field of fields.filter(isInput)) {
    if (refused.some((mutation) => field.coordinate.startsWith(inputTypeOf(mutation)))) continue;
    const routes = [...(taken.get(field.coordinate) ?? [])];
    expect([field.coordinate, routes]).toEqual([
      field.coordinate,
      expect.arrayContaining(routesOf(field)),
    ]);
  }
});

test('every mutation names its writes', () => {
  const named = fields.filter(isMutation).map(({ coordinate }) => coordinate.split('.')[1]);
  expect(named.sort()).toEqual(Object.keys(schema.getMutationType()!.getFields()).sort());
});

test('a field requires the scope of its first operation, or one that does in its place', () => {
  const required = new Map(
    scopedFields(schema).map(({ coordinate, scopes }) => [coordinate, scopes.flat()]),
  );
  const lacking = fields.filter(
    ({ coordinate, rows }) => required.get(coordinate)?.includes(rows[0]!.scope) !== true,
  );
  expect(lacking.map(({ coordinate }) => coordinate)).toEqual([]);
});

test('a route that the endpoint table does not have is refused', () => {
  const other = buildSchema(`
    directive @upstream(routes: [String!]!) on FIELD_DEFINITION
    type Query { x: Int @upstream(routes: ["GET /api/v1/organisations"]) }
  `);
  expect(() => upstreamOf(other, other.getQueryType()!.getFields()['x']!)).toThrow(
    '@upstream: the endpoint table has no GET /api/v1/organisations',
  );
});

test('a batch has the size that Kinde takes in one call', () => {
  const batches = Object.values(schema.getTypeMap())
    .filter(isInputObjectType)
    .flatMap((type) => Object.values(type.getFields()))
    .flatMap((field) => getDirective(schema, field, 'batch') ?? [])
    .map(({ size }) => size as number)
    .filter((size) => size > 1);
  const limits = Object.values(endpoints.organizations).flatMap(({ body }) =>
    Object.values<{ maxItems?: number }>(body?.properties ?? {}).flatMap(
      ({ maxItems }) => maxItems ?? [],
    ),
  );
  expect(batches.length).toBeGreaterThan(0);
  expect(new Set(batches)).toEqual(new Set(limits));
});

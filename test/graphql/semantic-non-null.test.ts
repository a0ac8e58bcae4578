/**
 * `@semanticNonNull` is a promise: the field is null only with an error at its path. Every field of the
 * schema is read while Kinde's responses lack fields, hold unusable entries or fail, and each null is held
 * against the directive, in both directions. NULL_RUNS sets how many mixtures are drawn, NULL_SEED one of them.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import { getDirective } from '@graphql-tools/utils';
import {
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import type { TSchema } from 'typebox';
import type { FaultResponse, Member } from '../../src/emulator/index.js';
import { createSchema } from '../../src/graphql/schema.js';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import { openStream } from '../support/event-stream.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import { globalId } from '../support/ids.js';
import { mutationDocument, targetsIn, validInputs } from '../support/mutations.js';

const { NULL_RUNS, NULL_SEED } = process.env;

const schema = createSchema();
const rows = Object.values(endpoints).flatMap((group) => Object.values<Endpoint>(group));
const objectTypes = Object.values(schema.getTypeMap())
  .filter(isObjectType)
  .filter(({ name }) => !name.startsWith('__'));
const isNode = (type: GraphQLObjectType) =>
  type.getInterfaces().some(({ name }) => name === 'Node');

/** A place in a field's type that can be null, such as "Role.permissions" or "Role.permissions[]". */
type Position = string;

const positionOf = (coordinate: string, level: number): Position =>
  `${coordinate}${'[]'.repeat(level)}`;

function levelsOf(field: GraphQLField<unknown, unknown>): readonly number[] {
  return (getDirective(schema, field, 'semanticNonNull')?.[0]?.['levels'] as number[]) ?? [];
}

/** The nullable positions of a field, by level. */
function nullableLevels(type: GraphQLOutputType, level = 0): number[] {
  if (isNonNullType(type)) return nullableLevels(type.ofType, level).filter((at) => at !== level);
  return [level, ...(isListType(type) ? nullableLevels(type.ofType, level + 1) : [])];
}

/** By position, whether null there is promised to mean an error. */
const promises = new Map<Position, boolean>(
  objectTypes.flatMap((type) =>
    Object.values(type.getFields()).flatMap((field) =>
      nullableLevels(field.type).map((level): [Position, boolean] => [
        positionOf(`${type.name}.${field.name}`, level),
        levelsOf(field).includes(level),
      ]),
    ),
  ),
);

/** The nulls of a result: their positions, and whether an error is at their path or below it. */
function nullsIn(result: GraphQLResult, root: string): { position: Position; hasError: boolean }[] {
  const paths = (result.errors ?? []).map(({ path }) => path ?? []);
  const found: { position: Position; hasError: boolean }[] = [];
  function visit(value: unknown, position: Position, path: (string | number)[]): void {
    if (value === null) {
      const hasError = paths.some((one) => path.every((key, index) => one[index] === key));
      found.push({ position, hasError });
    } else if (Array.isArray(value)) {
      value.forEach((entry, index) => visit(entry, `${position}[]`, [...path, index]));
    } else if (typeof value === 'object' && '__typename' in value!) {
      visitFields(value as Record<string, unknown>, String(value.__typename), path);
    }
  }
  function visitFields(object: object, type: string, path: (string | number)[]): void {
    for (const [name, value] of Object.entries(object)) {
      visit(value, `${type}.${name}`, [...path, name]);
    }
  }
  if (result.data == null) throw new Error(JSON.stringify(result.errors?.slice(0, 3)));
  visitFields(result.data, root, []);
  return found;
}

/** What documents name. */
interface Named {
  args: Readonly<Record<string, string>>;
  /** By type, the global id of an object. */
  ids: Readonly<Record<string, string>>;
}

/**
 * Selects every field of a type. Objects with an id are selected in full as often as `depth` says, and by
 * their type alone below that.
 */
function selectionOf(type: GraphQLObjectType, { args }: Named, depth: number): string {
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const coordinate = `${type.name}.${field.name}`;
    const given = args[coordinate];
    if (given === undefined && field.args.some(isRequiredArgument)) {
      throw new TypeError(`${coordinate} has no arguments in this test`);
    }
    const call = given === undefined ? field.name : `${field.name}(${given})`;
    const named = getNamedType(field.type);
    if (isLeafType(named)) return call;
    if (!isObjectType(named)) return isInterfaceType(named) ? `${call} { __typename }` : [];
    const inner = isNode(named) ? depth - 1 : depth;
    return inner < 0
      ? `${call} { __typename }`
      : `${call} { ${selectionOf(named, { args, ids: {} }, inner)} }`;
  });
  return ['__typename', ...fields].join(' ');
}

/** Reads of every field, from the root and from every object with an id. */
function documentsOf(named: Named): string[] {
  const roots = Object.values(schema.getQueryType()!.getFields()).filter(
    ({ name }) => name !== 'node' && name !== 'nodes',
  );
  return [
    ...roots.map(({ name, type }) => {
      const args = named.args[`Query.${name}`];
      const object = getNamedType(type) as GraphQLObjectType;
      return `{ ${name}${args === undefined ? '' : `(${args})`} { ${selectionOf(object, named, 1)} } }`;
    }),
    ...Object.entries(named.ids).map(
      ([type, id]) =>
        `{ node(id: "${id}") { __typename ... on ${type} { ${selectionOf(schema.getType(type) as GraphQLObjectType, named, 1)} } } }`,
    ),
    `{ nodes(ids: ${JSON.stringify(Object.values(named.ids))}) { __typename } }`,
  ];
}

/** Returns what exists in the emulator, and the same arguments with values that don't. */
function namesIn({ emulator: { state } }: TestGateway): { known: Named; unknown: Named } {
  const hasFactors = ({ user, roles }: Member) => roles.size > 0 && state.mfaFactors.has(user.id);
  const organization = [...state.organizations.values()].find(
    ({ members, invites, overrides }) =>
      invites.size > 0 && overrides.size > 0 && [...members.values()].some(hasFactors),
  )!;
  const { code } = organization.profile;
  Object.assign(organization.profile, { handle: 'acme', external_id: 'crm-1' });
  organization.billing ??= { billing_customer_id: 'customer_0', agreements: [] };
  organization.billing.agreements = [{ plan_code: 'gold', agreement_id: 'agreement_0' }];
  const { invites, overrides } = organization;
  const member = [...organization.members.values()].find(hasFactors);
  const userId = member!.user.id;
  const [factorId] = state.mfaFactors.get(userId)!.keys();
  const [flag] = overrides.keys();
  const [invite] = invites.values();
  const argsWith = (of: Record<'code' | 'userId' | 'handle' | 'key' | 'invite', string>) => ({
    'Query.organization': `code: "${of.code}"`,
    'Query.organizationByHandle': `handle: "${of.handle}"`,
    'Query.organizationByExternalId': `externalId: "${of.handle === 'acme' ? 'crm-1' : 'none'}"`,
    'Query.user': `userId: "${of.userId}"`,
    'User.membership': `organizationCode: "${of.code}"`,
    'Organization.user': `userId: "${of.userId}"`,
    'Organization.invite': `code: "${of.invite}"`,
    'Organization.featureFlag': `key: "${of.key}"`,
    'Role.users': `organizationCode: "${of.code}", first: 2`,
    'Role.usersCount': `organizationCode: "${of.code}"`,
    'Role.activeUsersCount': `organizationCode: "${of.code}", from: "2026-05-01T00:00:00Z", to: "2026-05-02T00:00:00Z"`,
    'Viewer.can': 'scope: "read:users"',
    'Query.organizations': 'first: 2',
    'Query.users': 'first: 2',
    'Query.roles': 'first: 2',
    'Query.permissions': 'first: 2',
    'Organization.users': 'first: 2',
    'Organization.invites': 'first: 2, includeAccepted: true, includeRevoked: true',
  });
  const idsOf = (entries: [type: string, ...keys: string[]][]) =>
    Object.fromEntries(entries.map(([type, ...keys]) => [type, globalId(type, ...keys)]));
  const none = { code: 'org_none', userId: 'kp_none', handle: 'none', key: 'none' };
  return {
    known: {
      args: argsWith({ code, userId, handle: 'acme', key: flag!, invite: invite!.code }),
      ids: idsOf([
        ['Organization', code],
        ['OrganizationUser', code, userId],
        ['OrganizationInvite', code, invite!.code],
        ['FeatureFlag', code, flag!],
        ['User', userId],
        ['MfaFactor', code, userId, factorId!],
        ['Role', [...member!.roles][0]!.key],
        ['Permission', [...state.permissions.values()][0]!.key],
      ]),
    },
    unknown: {
      args: argsWith({ ...none, invite: 'inv_none' }),
      ids: idsOf([
        ['Organization', 'org_none'],
        ['OrganizationUser', code, 'kp_none'],
        ['Role', 'none'],
        ['Permission', 'none'],
      ]),
    },
  };
}

/** The parts of a JSON Schema that responses are written in. */
interface Shape {
  anyOf?: Shape[];
  items?: Shape;
  patternProperties?: Record<string, Shape>;
  properties?: Record<string, Shape>;
  required?: string[];
}

/** Maps a response from its leaves to the whole, by its row's schema. */
function mapResponse(
  schema: TSchema,
  value: unknown,
  change: (value: unknown, shape: Shape) => unknown,
): unknown {
  const map = (shape: Shape | undefined, part: unknown): unknown => {
    if (typeof part !== 'object' || part === null || shape === undefined) return part;
    const { anyOf, items, properties } = shape;
    if (anyOf !== undefined) return map(anyOf[0], part);
    if (Array.isArray(part)) {
      return change(
        part.map((entry) => map(items, entry)),
        shape,
      );
    }
    const entries = Object.values(shape.patternProperties ?? {})[0];
    const mapped = Object.entries(part).map(([name, each]) => [
      name,
      map(properties?.[name] ?? entries, each),
    ]);
    return change(Object.fromEntries(mapped), shape);
  };
  return map(schema as Shape, value);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What may happen to the calls of a route. */
const CONDITIONS = {
  clear: () => undefined,
  /** Only what identifies an object is there. */
  bare: ({ returns }) => ({
    reshape: (body) => withoutOptional(returns, body, () => true),
  }),
  /** The same, in the objects and lists that a response has. */
  hollow: ({ returns }) => ({
    reshape: (body) => withoutOptional(returns, body, (value) => typeof value !== 'object'),
  }),
  /** A response lacks its optional lists. */
  listless: ({ returns }) => ({
    reshape: (body) => withoutOptional(returns, body, Array.isArray),
  }),
  /** Every other entry of a list can't be used. */
  unusable: ({ returns }) => ({
    reshape: (body) =>
      mapResponse(returns, body, (value) =>
        Array.isArray(value) ? value.map((entry, at) => (at % 2 === 0 ? {} : entry)) : value,
      ),
  }),
  /** Lists are empty. */
  empty: ({ returns }) => ({
    reshape: (body) =>
      mapResponse(returns, body, (value, { patternProperties }) => {
        if (Array.isArray(value)) return [];
        return patternProperties === undefined ? value : {};
      }),
  }),
  /** Values of enums are none that the schema has. */
  foreign: () => ({ reshape: withForeignValues }),
  notFound: () => ({ status: 404, body: { errors: [{ code: 'NOT_FOUND', message: 'None.' }] } }),
  refused: () => ({ status: 400, body: { errors: [{ code: 'NO', message: 'No.' }] } }),
  forbidden: () => ({ status: 403, body: '' }),
  down: () => ({ status: 503, body: '' }),
  broken: () => ({ status: 200, body: '[]' }),
} satisfies Record<string, (row: Endpoint) => FaultResponse | undefined>;

/** Leaves out optional properties, of those that `isLeftOut` chooses. */
function withoutOptional(
  returns: TSchema,
  body: unknown,
  isLeftOut: (value: unknown) => boolean,
): unknown {
  return mapResponse(returns, body, (value, { required = [], patternProperties }) => {
    if (!isRecord(value) || patternProperties !== undefined) return value;
    const left = Object.entries(value).filter(
      ([name, each]) => required.includes(name) || !isLeftOut(each),
    );
    // The value of a flag is required and can be null.
    return Object.fromEntries(left.map(([name, each]) => [name, name === 'value' ? null : each]));
  });
}

function withForeignValues(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withForeignValues);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) =>
      ['type', 'theme_code', 'policy', 'environment_policy'].includes(name)
        ? [name, 'sepia']
        : [name, withForeignValues(each)],
    ),
  );
}

type Condition = keyof typeof CONDITIONS;

let gateway: TestGateway;
/** The positions that have been null without an error. */
const seen = new Set<Position>();

beforeAll(async () => {
  gateway = await startGateway({
    emulator: { organizations: 3, usersPerOrganization: 6 },
    env: {
      UPSTREAM_RETRIES: '0',
      MAX_COST: '1000000',
      MAX_TOKENS: '20000',
      MAX_DEPTH: '20',
      UPSTREAM_CALLS_PER_OPERATION: '1000',
    },
  });
});
afterAll(() => gateway.close());

/** Starts the emulator's environment again, under a condition. */
function begin(conditionOf: (row: Endpoint) => Condition) {
  gateway.emulator.reset();
  const names = namesIn(gateway);
  for (const row of rows) {
    const respond = CONDITIONS[conditionOf(row)](row);
    if (respond !== undefined) gateway.emulator.fault({ route: row.route, respond });
  }
  return names;
}

/** Sends a document, and returns where its result is null without an error, against the schema's promise. */
async function brokenIn(root: 'Query' | 'Mutation', document: string, variables?: object) {
  const result = await gateway.execute(document, variables);
  const broken = nullsIn(result, root).filter(({ position, hasError }) => {
    if (!hasError) seen.add(position);
    return !hasError && promises.get(position) !== false;
  });
  return broken.map(({ position }) => ({ position, document, errors: result.errors }));
}

async function brokenByReads(conditionOf: (row: Endpoint) => Condition) {
  const { known, unknown } = begin(conditionOf);
  const documents = [...documentsOf(known), ...documentsOf(unknown)];
  return (await Promise.all(documents.map((each) => brokenIn('Query', each)))).flat();
}

async function brokenByWrites(conditionOf: (row: Endpoint) => Condition) {
  const inputs = validInputs(targetsIn(gateway.emulator));
  const broken: Awaited<ReturnType<typeof brokenIn>> = [];
  for (const { name, type } of Object.values(schema.getMutationType()!.getFields())) {
    const payload = selectionOf(
      getNamedType(type) as GraphQLObjectType,
      begin(conditionOf).known,
      0,
    );
    const document = mutationDocument(name, payload);
    broken.push(...(await brokenIn('Mutation', document, { input: inputs[name] })));
  }
  return broken;
}

describe('a field with the directive is null only with an error', () => {
  test.each(['clear', 'bare', 'hollow', 'listless', 'unusable', 'empty', 'foreign'] as const)(
    'when all calls are %s',
    async (condition) => {
      expect(await brokenByReads(() => condition)).toEqual([]);
    },
  );

  test('when roles and permissions are gone from the environment', async () => {
    const gone: readonly Endpoint[] = [endpoints.roles.list, endpoints.permissions.list];
    const conditionOf = (row: Endpoint) => (gone.includes(row) ? 'empty' : 'clear');
    expect(await brokenByReads(conditionOf)).toEqual([]);
  });

  test.each(['clear', 'bare', 'refused'] as const)('when writes are %s', async (condition) => {
    const conditionOf = ({ method }: Endpoint) => (method === 'GET' ? 'clear' : condition);
    expect(await brokenByWrites(conditionOf)).toEqual([]);
  });

  test('in any mixture', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...(Object.keys(CONDITIONS) as Condition[])), {
          minLength: rows.length,
          maxLength: rows.length,
        }),
        async (conditions) => {
          const conditionOf = (row: Endpoint) => conditions[rows.indexOf(row)]!;
          expect(await brokenByReads(conditionOf)).toEqual([]);
          expect(await brokenByWrites(conditionOf)).toEqual([]);
        },
      ),
      {
        numRuns: Number(NULL_RUNS ?? 3),
        endOnFailure: true,
        ...(NULL_SEED === undefined ? {} : { seed: Number(NULL_SEED) }),
      },
    );
  }, 600_000);
});

test('what an opaque token may do is null without an error', async () => {
  const passthrough = await startGateway({
    before: gateway.emulator,
    env: { AUTH_MODE: 'passthrough' },
  });
  const document = '{ viewer { __typename can(scope: "read:users") } }';
  const result = await passthrough.execute(document, {}, { authorization: 'Bearer opaque' });
  await passthrough.close();
  expect(nullsIn(result, 'Query')).toEqual([{ position: 'Viewer.can', hasError: false }]);
  seen.add('Viewer.can');
});

test('what a RESYNC is about has no ids', async () => {
  const fields = 'organizationCode userId roleId permissionId organization { name } user { id }';
  const query = `subscription { changes { __typename ${fields} } }`;
  const stream = await openStream(gateway.url, query);
  const nulls = nullsIn(await stream.next(), 'Subscription');
  stream.close();
  expect(nulls.filter(({ hasError }) => hasError)).toEqual([]);
  for (const { position } of nulls) seen.add(position);
});

test('a nullable field without the directive has been null without an error', () => {
  const withoutDirective = [...promises].filter(([, isPromised]) => !isPromised);
  expect(withoutDirective.map(([position]) => position).filter((one) => !seen.has(one))).toEqual(
    [],
  );
});

/** Typical mistakes in values: the message names the value and what to send instead, as docs/errors.md lists them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildSchema, getNamedType, isObjectType, type GraphQLInputObjectType } from 'graphql';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { inputTypeOf, validInputs } from '../support/mutations.js';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  gateway.calls();
});

const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

const CODE = 'org_d0915bb74c5';
const member = () => {
  const [first] = gateway.emulator.state.organizations.get(CODE)!.members.values();
  return first!.user.id;
};
const adminId = () => gateway.emulator.state.roleByKey('admin').id;

interface Problem {
  code: unknown;
  message: string;
  kindeCode?: string | null;
  field?: string[] | null;
}

/** Sends a mutation, and returns its only user error. */
async function refusal(mutation: string, input: object): Promise<Problem> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const data = await gateway.query(
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code kindeCode message field } } }`,
    { input },
  );
  expect(data[mutation].userErrors).toHaveLength(1);
  return data[mutation].userErrors[0];
}

/** Sends a query, and returns its first error. */
async function failure(document: string, variables: object = {}): Promise<Problem> {
  const { errors } = await gateway.execute(document, variables);
  const { message, extensions } = errors![0]!;
  return { code: extensions['code'], message };
}

const addRole = (role: object, more: object = {}) =>
  refusal('addOrganizationUserRole', {
    organizationCode: CODE,
    userId: member(),
    role,
    ...more,
  });
const usersWith = (filter: string) =>
  failure(
    `query ($code: ID!) { organization(code: $code) { users(${filter}) { nodes { userId } } } }`,
    { code: CODE },
  );

/** The mistakes, by their first cell in the page's table. */
const MISTAKES: Record<string, () => Promise<Problem>> = {
  '`organizationCode: "Acme Inc"`': () =>
    addRole({ key: 'admin' }, { organizationCode: 'Acme Inc' }),
  '`organization(code: "Acme Inc")`': () => failure('{ organization(code: "Acme Inc") { name } }'),
  '`key: "dark‑mode"`, pasted with a typographic hyphen': () =>
    refusal('updateFeatureFlagOverride', {
      organizationCode: CODE,
      key: 'dark\u2011mode',
      value: true,
    }),
  '`organization(code:)` with the `id` of a role': () =>
    failure('query ($id: ID!) { organization(code: $id) { name } }', {
      id: globalId('Role', 'admin'),
    }),
  '`userId` with the `id` of a member of another organization': () =>
    addRole({ key: 'admin' }, { userId: globalId('OrganizationUser', 'org_other', 'kp_1') }),
  '`userId` with the `id` of an organization': () =>
    addRole({ key: 'admin' }, { userId: globalId('Organization', CODE) }),
  '`node(id: "org_d0915bb74c5")`': () => failure(`{ node(id: "${CODE}") { id } }`),
  '`role: { key: "admn" }`': () => addRole({ key: 'admn' }),
  '`role: { roleId: "admin" }`': () => addRole({ roleId: 'admin' }),
  '`role: { key: }` with a `roleId`': () => addRole({ key: adminId() }),
  '`role: { roleId: }` with the `id` of a permission': () =>
    addRole({ roleId: globalId('Permission', 'admin') }),
  '`users(roles: ["admn"])`': () => usersWith('roles: ["admn"]'),
  '`users(permissions: ["astronaut"])`': () => usersWith('permissions: ["astronaut"]'),
  '`users(roles:)` with a `roleId`': () => usersWith(`roles: ["${adminId()}"]`),
  '`users: []` in a bulk write': () =>
    refusal('addOrganizationUsers', { organizationCode: CODE, users: [] }),
  '`organizations(first: 100) { nodes { users(first: 500) { … } } }`': () =>
    failure('{ organizations(first: 100) { nodes { users(first: 500) { nodes { userId } } } } }'),
  'hundreds of users as literals': () =>
    failure(
      `mutation { addOrganizationUsers(input: { organizationCode: "${CODE}", users: [${'{ userId: "kp_1" } '.repeat(300)}] }) { addedUserIds } }`,
    ),
};

describe('docs/errors.md', () => {
  const [, section] = /### Typical mistakes in values\n([^]*?)(?:\n##|$)/.exec(page)!;
  const rows = section!
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );

  test('lists these mistakes', () => {
    expect(rows.map(([mistake]) => mistake)).toEqual(Object.keys(MISTAKES));
  });

  test.each(Object.keys(MISTAKES))('gives the code and the message for %s', async (mistake) => {
    const problem = await MISTAKES[mistake]!();
    const field = problem.field?.map((name) => `"${name}"`).join(', ');
    expect(rows.find(([name]) => name === mistake)!.slice(1)).toEqual([
      `\`${String(problem.code)}\``,
      field === undefined ? '' : `\`[${field}]\``,
      problem.message,
    ]);
  });
});

describe('an invalid value is refused before any call', () => {
  test.each([
    ['a space', 'Acme Inc', '"Acme Inc". Codes look like `org_1ccfb819462`.'],
    ['nothing', '', '"". Codes look like `org_1ccfb819462`.'],
    ['two dots after normalization', '\u2025', 'It contains U+2025, and only printable ASCII'],
    ['an invisible character', 'org_\u200b1', 'It contains U+200B, and only printable ASCII'],
    ['half a character', 'org_\ud83d', 'It contains U+D83D, and only printable ASCII'],
    [
      'too much',
      'o'.repeat(300),
      `${'o'.repeat(50)}…". It has 300 characters, and 256 are allowed.`,
    ],
  ])('with %s', async (_, organizationCode, text) => {
    const { code, message, field } = await addRole({ key: 'admin' }, { organizationCode });
    expect({ code, field }).toEqual({ code: 'INVALID_ID', field: ['organizationCode'] });
    expect(message).toContain(text);
    expect(gateway.calls()).toEqual([]);
  });

  test.each([
    ['userId', 'removeOrganizationUser', { userId: 'a b' }, ['userId']],
    ['inviteCode', 'revokeOrganizationInvite', { inviteCode: 'a b' }, ['inviteCode']],
    ['key', 'deleteFeatureFlagOverride', { key: 'a b' }, ['key']],
    ['key', 'updateOrganizationProperty', { key: 'a b', value: 'x' }, ['key']],
    [
      'key',
      'updateOrganizationProperties',
      { properties: [{ key: 'a b', value: 'x' }] },
      ['properties', '0', 'key'],
    ],
    ['userId', 'addOrganizationUsers', { users: [{ userId: 'a b' }] }, ['users', '0', 'userId']],
  ])('as the %s of %s', async (name, mutation, more, field) => {
    const problem = await refusal(mutation, { organizationCode: CODE, ...more });
    expect(problem).toMatchObject({ code: 'INVALID_ID', field });
    expect(problem.message).toMatch(new RegExp(`^\`${name}\` is not a valid \\w+: "a b"\\. `));
    expect(gateway.calls()).toEqual([]);
  });

  test('as an argument of a field, at its path', async () => {
    const { errors } = await gateway.execute(
      `{ organization(code: "${CODE}") {
        featureFlag(key: "a/b") { value }
        invite(code: "a b") { email }
        user(userId: "kp 1") { email }
        users(roles: ["admin", "‥"]) { nodes { userId } }
      } }`,
    );
    expect(
      Object.fromEntries(errors!.map(({ path, message }) => [path!.join('.'), message])),
    ).toEqual({
      'organization.featureFlag':
        '`key` is not a valid key: "a/b". Keys look like `billing_manager`.',
      'organization.invite':
        '`code` is not a valid code: "a b". Codes look like `inv_abc123def456`.',
      'organization.user':
        '`userId` is not a valid id: "kp 1". Ids look like `kp_c3143a4b50ad43c88e541d9077681782`.',
      'organization.users':
        'An entry of `roles` is not a valid key: "‥". It contains U+2025, and only printable ASCII is allowed. Keys look like `billing_manager`.',
    });
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${CODE}`]);
  });

  test('as the organization of a role’s holders', async () => {
    const { roles } = await gateway.query('{ roles(first: 1) { nodes { id } } }');
    gateway.calls();
    const ofRole = (fields: string) =>
      failure(`query ($id: ID!) { node(id: $id) { ... on Role { ${fields} } } }`, {
        id: roles.nodes[0].id,
      });
    for (const fields of [
      'users(organizationCode: "a b") { nodes { userId } }',
      'usersCount(organizationCode: "a b")',
    ]) {
      expect((await ofRole(fields)).message).toMatch(
        /^`organizationCode` is not a valid code: "a b"/,
      );
    }
    expect(gateway.calls().filter((call) => !call.includes('/roles?'))).toEqual([]);
  });

  test.each([
    ['code', '{ organization(code: "a b") { name } }'],
    ['userId', '{ user(userId: "a b") { email } }'],
    ['notInOrganization', '{ users(notInOrganization: "a b") { nodes { userId } } }'],
  ])('as the %s of a root field', async (name, document) => {
    expect((await failure(document)).message).toMatch(
      new RegExp(`^\`${name}\` is not a valid \\w+: "a b"\\. `),
    );
    expect(gateway.calls()).toEqual([]);
  });

  test('as the organization of a person', async () => {
    const { users } = await gateway.query('{ users(first: 1) { nodes { id } } }');
    gateway.calls();
    const { message } = await failure(
      'query ($id: ID!) { node(id: $id) { ... on User { membership(organizationCode: "a b") { id } } } }',
      { id: users.nodes[0].id },
    );
    expect(message).toMatch(/^`organizationCode` is not a valid code: "a b"/);
  });

  test('as the organization of the feed of changes', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({
        query: 'subscription { changes(organizationCode: "a b") { kind } }',
      }),
    });
    expect(await response.text()).toMatch(
      /`organizationCode` is not a valid code: \\"a b\\"\. Codes look like/,
    );
    expect(gateway.calls()).toEqual([]);
  });

  test('in each argument that the schema has for an id of Kinde’s', () => {
    const { Mutation: _, ...types } = buildSchema(schema).getTypeMap();
    const found = Object.values(types).flatMap((type) =>
      isObjectType(type)
        ? Object.values(type.getFields()).flatMap(({ name, args }) =>
            args
              .filter((arg) => getNamedType(arg.type).name === 'ID')
              .map((arg) => `${type.name}.${name} ${arg.name}`)
              // They take global ids.
              .filter((argument) => !/^Query\.nodes? /.test(argument)),
          )
        : [],
    );
    // A new one belongs in one of the tests above.
    expect(found.sort()).toEqual([
      'Organization.invite code',
      'Organization.user userId',
      'Query.organization code',
      'Query.user userId',
      'Query.users notInOrganization',
      'Role.activeUsersCount organizationCode',
      'Role.users organizationCode',
      'Role.usersCount organizationCode',
      'Subscription.changes organizationCode',
      'User.membership organizationCode',
    ]);
  });

  const idFields = Object.entries(
    validInputs({ organizationCode: CODE, userId: 'kp_1', strangerId: 'kp_2' }),
  ).flatMap(([mutation, input]) => {
    const type = buildSchema(schema).getType(inputTypeOf(mutation)) as GraphQLInputObjectType;
    return Object.values(type.getFields())
      .filter(({ name, type }) => /^ID!?$/.test(String(type)) && name !== 'idempotencyKey')
      .map(({ name }) => [mutation, name, input] as const);
  });

  test.each(idFields)('in %s: the global id of a role as %s', async (mutation, name, input) => {
    const problem = await refusal(mutation, { ...input, [name]: globalId('Role', 'admin') });
    expect(problem).toMatchObject({ code: 'INVALID_ID', field: [name] });
    expect(problem.message).toContain(`\`${name}\` is the global id of a Role.`);
    expect(gateway.calls()).toEqual([]);
  });

  test.each([
    [
      'resetOrganizationUserMfaFactor',
      'mfa_1',
      { userId: 'kp_1', factorId: globalId('MfaFactor', CODE, 'kp_2', 'mfa_1') },
    ],
    [
      'disableOrganizationSignInMethod',
      'conn_1',
      { connectionId: globalId('OrganizationSignInMethod', 'org_other', 'conn_1') },
    ],
  ])('in %s: the global id of %s of another owner', async (mutation, id, input) => {
    const { message } = await refusal(mutation, { organizationCode: CODE, ...input });
    expect(message).toContain(`is the global id of \`${id}\` in \``);
    expect(gateway.calls()).toEqual([]);
  });
});

describe('a role id that no role has', () => {
  test('is left to Kinde where the catalogue can’t be read', async () => {
    gateway.emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 403, body: {} } });
    expect(await addRole({ roleId: 'admin' })).toMatchObject({
      code: 'NOT_FOUND',
      kindeCode: 'ROLE_NOT_FOUND',
      field: ['role'],
    });
  });

  test('doesn’t hide another reason for Kinde’s refusal', async () => {
    const problem = await addRole({ roleId: adminId() }, { userId: 'kp_nobody' });
    expect(problem).toMatchObject({ kindeCode: 'USER_NOT_IN_ORGANIZATION', field: ['userId'] });
  });

  test('of a permission is told in the same words', async () => {
    const { key } = [...gateway.emulator.state.permissions.values()][0]!;
    for (const mutation of ['addOrganizationUserPermission', 'removeOrganizationUserPermission']) {
      expect(
        await refusal(mutation, {
          organizationCode: CODE,
          userId: member(),
          permission: { permissionId: key },
        }),
      ).toEqual({
        code: 'UNKNOWN_PERMISSION',
        kindeCode: expect.stringContaining('PERMISSION'),
        message: `No permission has the id \`${key}\`. To use a key, write \`{ key: "${key}" }\`.`,
        field: ['permission', 'permissionId'],
      });
    }
  });
});

describe('a filter', () => {
  const filtered = (roles: string[]) =>
    gateway.execute(
      'query ($code: ID!, $roles: [String!]) { organization(code: $code) { users(roles: $roles) { nodes { userId } } } }',
      { code: CODE, roles },
    );

  test('whose roles exist takes no call for them, unless nobody has them', async () => {
    await filtered(['admin']);
    expect(gateway.calls().filter((call) => call.includes('/roles'))).toEqual([]);
    for (const { roles } of gateway.emulator.state.organizations.get(CODE)!.members.values()) {
      roles.clear();
    }
    const { data, errors } = await filtered(['admin']);
    expect(errors).toBeUndefined();
    expect(data.organization.users.nodes).toEqual([]);
    expect(gateway.calls().at(-1)).toBe('GET /api/v1/roles?page_size=500');
  });

  test.each([403, 503])(
    'is empty without an error where the catalogue responds with %s',
    async (status) => {
      gateway.emulator.fault({ route: 'GET /api/v1/roles', respond: { status, body: {} } });
      const { data, errors } = await filtered(['astronaut']);
      expect(errors).toBeUndefined();
      expect(data.organization.users.nodes).toEqual([]);
    },
  );
});

test('a key from Kinde is returned, whatever characters it has', async () => {
  const role = gateway.emulator.state.roleByKey('admin');
  Object.assign(role, { key: 'räknare‥' });
  const { roles } = await gateway.query('{ roles(first: 50) { nodes { id key name } } }');
  const { id } = roles.nodes.find(({ key }: { key: string }) => key === 'räknare‥');
  const { node } = await gateway.query(
    'query ($id: ID!) { node(id: $id) { ... on Role { key name } } }',
    { id },
  );
  expect(node.key).toBe('räknare‥');
});

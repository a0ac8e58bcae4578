/** Arguments that take Kinde's ids take global ids of the same objects, with the same calls to Kinde. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { mutationDocument, targetsIn, validInputs, type Targets } from '../support/mutations.js';

let gateway: TestGateway;
let targets: Targets;
const events: any[] = [];
beforeAll(async () => {
  gateway = await startGateway({
    log: (line) => {
      const { audit } = JSON.parse(line);
      if (audit !== undefined) events.push(audit);
    },
  });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  gateway.calls();
  events.length = 0;
  targets = targetsIn(gateway.emulator);
});

const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

/** The global id that stands for the value of an input's field; undefined where none does. */
function standIn(name: string, value: unknown, { organizationCode }: Targets): unknown {
  if (Array.isArray(value)) return value.map((entry) => standIn(name, entry, targets) ?? entry);
  if (typeof value === 'object' && value !== null) return withGlobalIds(value);
  if (typeof value !== 'string') return undefined;
  switch (name) {
    case 'organizationCode':
      return globalId('Organization', value);
    case 'userId':
    case 'userIds':
      return globalId('OrganizationUser', organizationCode, value);
    case 'inviteCode':
      return globalId('OrganizationInvite', organizationCode, value);
    case 'connectionId':
      return globalId('OrganizationSignInMethod', organizationCode, value);
    default:
      return undefined;
  }
}

const withGlobalIds = (input: object): object =>
  Object.fromEntries(
    Object.entries(input).map(([name, value]) => [name, standIn(name, value, targets) ?? value]),
  );

/** Their inputs name nothing, or a role or permission by its key: see below. */
const WITHOUT_IDS: ReadonlySet<string> = new Set([
  ...['createOrganization', 'createRole', 'createPermission'],
  ...['updateRole', 'deleteRole', 'setRolePermissions', 'updatePermission', 'deletePermission'],
]);

const NAMES = Object.keys(validInputs({ organizationCode: 'o', userId: 'u', strangerId: 's' }));

test.each(NAMES)('%s makes the same calls for global ids as for Kinde’s', async (name) => {
  const input = validInputs(targets)[name]!;
  const outcomeOf = async (given: object) => {
    gateway.emulator.reset();
    const { data, errors } = await gateway.execute(mutationDocument(name), { input: given });
    const requests = gateway.emulator.requests.map(({ method, path, body }) => ({
      method,
      path,
      body,
    }));
    return { data, codes: errors?.map(({ extensions }) => extensions['code']), requests };
  };
  const plain = await outcomeOf(input);
  const converted = withGlobalIds(input);
  if (!WITHOUT_IDS.has(name)) expect(converted).not.toEqual(input);
  expect(await outcomeOf(converted)).toEqual(plain);
  expect(events[1]?.target).toEqual(events[0]?.target);
});

describe('a role or a permission', () => {
  test.each(['role', 'permission'] as const)('as a %s is named by its global id', async (noun) => {
    const { organizationCode, userId } = targets;
    const key = noun === 'role' ? 'auditor' : 'deploy:staging';
    const type = noun === 'role' ? 'Role' : 'Permission';
    const data = await gateway.query(mutationDocument(`addOrganizationUser${type}`), {
      input: { organizationCode, userId, [noun]: { [`${noun}Id`]: globalId(type, key) } },
    });
    expect(data).toEqual({ [`addOrganizationUser${type}`]: { userErrors: [] } });
    const [entry] = [...gateway.emulator.state[`${noun}s`].values()].filter(
      (each) => each.key === key,
    );
    expect(gateway.emulator.requests.at(-1)?.body).toEqual({ [`${noun}_id`]: entry!.id });
  });

  test('in the list of a bulk write is named by its global id', async () => {
    const { organizationCode, strangerId } = targets;
    await gateway.query(mutationDocument('addOrganizationUsers'), {
      input: {
        organizationCode: globalId('Organization', organizationCode),
        users: [
          { userId: globalId('User', strangerId), roles: [{ roleId: globalId('Role', 'admin') }] },
        ],
      },
    });
    expect(gateway.emulator.requests.at(-1)?.body).toEqual({
      users: [{ id: strangerId, roles: ['admin'] }],
    });
  });
});

describe('a query', () => {
  test('takes the global id of an organization and of a member', async () => {
    const { organizationCode, userId } = targets;
    const document =
      'query ($code: ID!, $userId: ID!) { organization(code: $code) { code user(userId: $userId) { userId } } }';
    const expected = await gateway.query(document, { code: organizationCode, userId });
    const calls = gateway.calls();
    expect(
      await gateway.query(document, {
        code: globalId('Organization', organizationCode),
        userId: globalId('OrganizationUser', organizationCode, userId),
      }),
    ).toEqual(expected);
    expect(gateway.calls()).toEqual(calls);
  });

  test('refuses a member of another organization, and an object of another type', async () => {
    const { organizationCode, userId } = targets;
    const document =
      'query ($code: ID!, $id: ID!) { organization(code: $code) { user(userId: $id) { userId } } }';
    for (const [id, message] of [
      [globalId('OrganizationUser', 'org_other', userId), `in \`org_other\``],
      [globalId('Organization', organizationCode), 'is the global id of an Organization'],
    ] as const) {
      const { data, errors } = await gateway.execute(document, { code: organizationCode, id });
      expect(data).toEqual({ organization: { user: null } });
      expect(errors).toMatchObject([
        { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    }
  });
});

describe('authorization', () => {
  const execute = async (strict: TestGateway, organizationCode: string) => {
    const token = await strict.emulator.issueToken({
      scopes: ['update:organizations', 'read:organizations'],
      claims: { org_code: targets.organizationCode },
    });
    return strict.execute(
      mutationDocument('updateOrganization', 'organization { name }'),
      { input: { organizationCode: globalId('Organization', organizationCode), name: 'New' } },
      { authorization: `Bearer ${token}` },
    );
  };

  test('checks the organization that a global id names', async () => {
    const strict = await startGateway({ before: gateway.emulator, env: { AUTH_MODE: 'jwt' } });
    const other = [...gateway.emulator.state.organizations.values()].find(
      ({ profile }) => profile.code !== targets.organizationCode,
    )!.profile.code;
    const own = await execute(strict, targets.organizationCode);
    expect(own.data.updateOrganization).toEqual({ organization: { name: 'New' }, userErrors: [] });
    gateway.calls();
    const { errors } = await execute(strict, other);
    await strict.close();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(gateway.calls()).toEqual([]);
  });
});

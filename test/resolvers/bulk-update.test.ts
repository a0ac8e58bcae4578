/**
 * updateOrganizationUsers under both readings of the bulk update in Kinde: that it replaces what a member has,
 * and that it adds to it. Either way a member ends up with what was asked for.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { BULK_UPDATES } from '../../src/emulator/index.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';
import { mutationDocument } from '../support/mutations.js';
import fc from '../support/property.js';
import { waitFor } from '../support/wait-for.js';

let gateway: TestGateway;
let strict: TestGateway;
let code: string;
/** Three members with the roles and direct permissions of `hold`, and a user who is no member. */
let ids: string[];
let stranger: string;

beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
  strict = await startGateway({ before: gateway.emulator, env: { AUTH_MODE: 'jwt' } });
});
afterAll(async () => {
  await strict?.close();
  await gateway?.close();
});
beforeEach(() => {
  gateway.emulator.reset();
  const organization = [...state().organizations.values()].find(
    ({ profile, members }) => profile.is_default !== true && members.size > 20,
  )!;
  code = organization.profile.code;
  ids = [...organization.members.values()].slice(0, 3).map(({ user }) => user.id);
  stranger = [...state().users.values()].find(({ id }) => !organization.members.has(id))!.id;
});

const state = () => gateway.emulator.state;
const memberOf = (userId: string) => state().organization(code).members.get(userId)!;

function hold(userId: string, roles: string[], permissions: string[] = []): void {
  const member = memberOf(userId);
  member.roles = new Set(roles.map((key) => state().roleByKey(key)));
  member.permissions = new Set(permissions.map((key) => state().permissionByKey(key)));
}
const rolesOf = (userId: string) => [...memberOf(userId).roles].map(({ key }) => key).sort();
const directOf = (userId: string) => [...memberOf(userId).permissions].map(({ key }) => key).sort();

const refs = (...keys: string[]) => keys.map((key) => ({ key }));

const DOCUMENT = mutationDocument(
  'updateOrganizationUsers',
  'organization { code } updatedUserIds updatedUsers { userId }',
);

async function update(...users: object[]) {
  gateway.calls();
  const { updateOrganizationUsers } = await gateway.query(DOCUMENT, {
    input: { organizationCode: code, users },
  });
  return updateOrganizationUsers;
}

const LIST = () => `GET /api/v1/organizations/${code}/users?page_size=500`;
const PATCH = () => `PATCH /api/v1/organizations/${code}/users`;
const writes = () => gateway.calls().filter((call) => !call.startsWith('GET'));
const bodies = () =>
  gateway.emulator.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);

describe.each(BULK_UPDATES)('where a bulk update means “%s”', (meaning) => {
  beforeEach(() => {
    state().bulkUpdates = meaning;
  });

  test.each<[string, object, string[]]>([
    ['setRoles', { setRoles: refs('auditor', 'member') }, ['auditor', 'member']],
    ['setRoles with none', { setRoles: [] }, []],
    ['addRoles', { addRoles: refs('auditor', 'admin') }, ['admin', 'auditor', 'member']],
    ['removeRoles', { removeRoles: refs('admin', 'auditor') }, ['member']],
    [
      'addRoles and removeRoles',
      { addRoles: refs('auditor'), removeRoles: refs('admin') },
      ['auditor', 'member'],
    ],
  ])('%s gives the member what it says', async (_, change, expected) => {
    const [userId] = ids as [string];
    hold(userId, ['admin', 'member'], ['read:billing']);
    const payload = await update({ userId, ...change });
    expect(payload).toEqual({
      organization: { code },
      updatedUserIds: [userId],
      updatedUsers: [{ userId }],
      userErrors: [],
    });
    expect(rolesOf(userId)).toEqual(expected);
    expect(directOf(userId)).toEqual(['read:billing']);
  });

  test('several members are changed at once, each in its own way', async () => {
    const [one, two, three] = ids as [string, string, string];
    hold(one, ['admin']);
    hold(two, ['admin', 'auditor']);
    hold(three, []);
    const payload = await update(
      { userId: one, addRoles: refs('auditor') },
      { userId: two, removeRoles: refs('admin') },
      { userId: three, setRoles: refs('member') },
    );
    expect(payload).toMatchObject({ updatedUserIds: ids, userErrors: [] });
    expect(ids.map(rolesOf)).toEqual([['admin', 'auditor'], ['auditor'], ['member']]);
  });

  test('permissions are granted and revoked directly', async () => {
    const [userId] = ids as [string];
    hold(userId, ['member'], ['read:billing']);
    const payload = await update({
      userId,
      addPermissions: refs('deploy:staging'),
      removePermissions: refs('read:billing'),
    });
    expect(payload).toMatchObject({ updatedUserIds: [userId], userErrors: [] });
    expect(directOf(userId)).toEqual(['deploy:staging']);
    expect(rolesOf(userId)).toEqual(['member']);
  });

  test('a role that somebody else adds meanwhile is not removed', async () => {
    const [userId] = ids as [string];
    hold(userId, ['admin']);
    gateway.emulator.fault({
      match: ({ method }) => {
        // Between the update and the read after it.
        if (method === 'GET' && bodies().length > 0) {
          memberOf(userId).roles.add(state().roleByKey('auditor'));
        }
        return false;
      },
      respond: { status: 500 },
    });
    await update({ userId, setRoles: refs('member') });
    expect(rolesOf(userId)).toEqual(['auditor', 'member']);
  });
});

describe('a role or permission', () => {
  /** Names `read:billing` by its key twice and by its id. */
  const thrice = () => [
    ...refs('read:billing', 'read:billing'),
    { permissionId: state().permissionByKey('read:billing').id },
  ];

  test('that is named several times for a user is written once', async () => {
    const [one, two] = ids as [string, string];
    hold(one, [], []);
    hold(two, [], ['read:billing']);
    const payload = await update(
      { userId: one, addPermissions: thrice() },
      { userId: two, removePermissions: thrice() },
    );
    expect(payload).toMatchObject({ updatedUserIds: [one, two], userErrors: [] });
    expect([directOf(one), directOf(two)]).toEqual([['read:billing'], []]);
    const methods = writes().map((call) => call.split(' ')[0]);
    expect(methods.sort()).toEqual(['DELETE', 'POST']);
  });

  test('that is named several times for a user to add is sent once', async () => {
    const roles = [...refs('admin', 'admin'), { roleId: state().roleByKey('admin').id }];
    gateway.calls();
    await gateway.query(mutationDocument('addOrganizationUsers', 'addedUserIds'), {
      input: {
        organizationCode: code,
        users: [{ userId: stranger, roles, permissions: thrice() }],
      },
    });
    expect(gateway.emulator.requests.find(({ method }) => method === 'POST')?.body).toEqual({
      users: [{ id: stranger, roles: ['admin'], permissions: ['read:billing'] }],
    });
  });
});

describe('where Kinde’s response names nobody', () => {
  /** Has the bulk update give a response without lists, whether it does something or not. */
  const answerWithoutLists = (isDone: boolean) => {
    const response = { code: 'OK', message: 'Success' };
    gateway.emulator.fault({
      route: 'PATCH /api/v1/organizations/{org_code}/users',
      respond: isDone ? { reshape: () => response } : { status: 200, body: response },
    });
  };

  /** Sets the role of the first member, who has another, and adds it to the second, who has none. */
  const giveMember = () => {
    const [one, two] = ids as [string, string];
    hold(one, ['admin']);
    hold(two, []);
    return update(
      { userId: one, setRoles: refs('member') },
      { userId: two, addRoles: refs('member') },
    );
  };

  test('the roles that are read after it tell that the update was done', async () => {
    answerWithoutLists(true);
    const [one, two] = ids as [string, string];
    const payload = await giveMember();
    expect(payload).toMatchObject({ updatedUserIds: [one, two], userErrors: [] });
    expect([rolesOf(one), rolesOf(two)]).toEqual([['member'], ['member']]);
  });

  test('a user whom it took a role has the claims refreshed, though another write is refused', async () => {
    answerWithoutLists(true);
    const [one] = ids as [string];
    hold(one, ['admin'], []);
    const users = [{ userId: one, setRoles: [], removePermissions: refs('read:billing') }];
    const input = { organizationCode: code, refreshClaims: true, users };
    const { updateOrganizationUsers } = await gateway.query(DOCUMENT, { input });
    expect(updateOrganizationUsers.updatedUserIds).toEqual([]);
    expect([rolesOf(one), state().claimRefreshes]).toEqual([[], [one]]);
  });

  test('a user whom it gave nothing loses nothing, and is reported', async () => {
    answerWithoutLists(false);
    const payload = await giveMember();
    expect(payload).toMatchObject({
      updatedUserIds: [],
      userErrors: [
        { code: 'NOT_UPDATED', field: ['users', '0'] },
        { code: 'NOT_UPDATED', field: ['users', '1'] },
      ],
    });
    expect(rolesOf(ids[0]!)).toEqual(['admin']);
  });
});

describe('the calls of an update', () => {
  test('are a read, a write, and another read where the write removed roles', async () => {
    const [one, two] = ids as [string, string];
    hold(one, ['admin', 'member']);
    hold(two, ['admin']);
    await update({ userId: one, removeRoles: refs('admin') }, { userId: two, setRoles: [] });
    expect(bodies()).toEqual([
      {
        users: [
          { id: one, roles: ['member'] },
          { id: two, roles: [] },
        ],
      },
    ]);
    expect(gateway.calls().slice(1, 4)).toEqual([LIST(), PATCH(), LIST()]);
  });

  test('have a removal for each role that the write left in place', async () => {
    state().bulkUpdates = 'add';
    const [one, two] = ids as [string, string];
    hold(one, ['admin', 'member']);
    hold(two, ['admin']);
    await update({ userId: one, removeRoles: refs('admin') }, { userId: two, setRoles: [] });
    const { id } = state().roleByKey('admin');
    expect(writes()).toEqual([
      PATCH(),
      ...[one, two].map(
        (userId) => `DELETE /api/v1/organizations/${code}/users/${userId}/roles/${id}`,
      ),
    ]);
  });

  test('are a read and a write where roles are only added', async () => {
    const [userId] = ids as [string];
    hold(userId, ['admin']);
    await update({ userId, addRoles: refs('member') });
    expect(bodies()).toEqual([{ users: [{ id: userId, roles: ['admin', 'member'] }] }]);
    expect(gateway.calls().slice(0, 3)).toEqual([
      'GET /api/v1/roles?page_size=500',
      LIST(),
      PATCH(),
    ]);
  });

  test('have no write where nothing would change', async () => {
    const [one, two] = ids as [string, string];
    hold(one, ['admin']);
    hold(two, ['member']);
    const payload = await update(
      { userId: one, setRoles: refs('admin') },
      { userId: two, removeRoles: refs('admin') },
    );
    expect(payload).toMatchObject({ updatedUserIds: [one, two], userErrors: [] });
    expect(writes()).toEqual([]);
  });

  test('read past the cache, since a write is computed from them', async () => {
    const cached = await startGateway({ before: gateway.emulator, env: { CACHE: 'memory' } });
    const [userId] = ids as [string];
    hold(userId, ['admin']);
    await cached.query(
      'query ($code: ID!) { organization(code: $code) { users(first: 500) { nodes { userId roles { key } } } } }',
      { code },
    );
    // In Kinde's own pages, where the gateway does not hear of it.
    hold(userId, ['auditor']);
    await cached.query(DOCUMENT, {
      input: { organizationCode: code, users: [{ userId, addRoles: refs('member') }] },
    });
    await cached.close();
    expect(rolesOf(userId)).toEqual(['auditor', 'member']);
  });

  test('read a member of a long list by itself, and all where that is not permitted', async () => {
    const small = await startGateway({ before: gateway.emulator, env: { KINDE_PAGE_SIZE: '5' } });
    const last = [...state().organization(code).members.values()].at(-1)!.user;
    // Kinde's list is sorted by name.
    last.full_name = 'Zz';
    state().organization(code).members.resort();
    hold(last.id, ['admin']);
    const users = [{ userId: last.id, addRoles: refs('member') }];
    gateway.calls();
    await small.query(DOCUMENT, { input: { organizationCode: code, users } });
    const path = `/api/v1/organizations/${code}/users`;
    const calls = gateway.calls().filter((call) => !call.startsWith('GET /api/v1/roles'));
    expect(calls.slice(0, 3)).toEqual([
      `GET ${path}?page_size=5`,
      `GET ${path}/${last.id}/roles`,
      PATCH(),
    ]);
    expect(rolesOf(last.id)).toEqual(['admin', 'member']);

    gateway.emulator.fault({
      match: ({ path: each }) => each.endsWith('/roles') && each.includes('/users/'),
      respond: { status: 403 },
    });
    hold(last.id, ['admin']);
    await small.query(DOCUMENT, { input: { organizationCode: code, users } });
    await small.close();
    expect(rolesOf(last.id)).toEqual(['admin', 'member']);
  });
});

describe('the roles of members who are read again', () => {
  const allIds = () => [...state().organization(code).members.values()].map(({ user }) => user.id);

  test('take a page of the list for each ten members, not a call for each member', async () => {
    const cached = await startGateway({ before: gateway.emulator, env: { CACHE: 'memory' } });
    const users = allIds().slice(0, 20);
    for (const userId of users) hold(userId, ['admin']);
    // The page that the payload reads is in the cache, with the roles from before.
    await cached.query(
      'query ($code: ID!) { organization(code: $code) { users(first: 500) { nodes { userId roles { key } } } } }',
      { code },
    );
    const document = mutationDocument(
      'updateOrganizationUsers',
      'updatedUsers { userId roles { key roleId name } }',
    );
    const input = {
      organizationCode: code,
      users: users.map((userId) => ({ userId, addRoles: refs('auditor') })),
    };
    gateway.calls();
    const { updateOrganizationUsers } = await cached.query(document, { input });
    await cached.close();
    const [admin, auditor] = ['admin', 'auditor']
      .map((key) => state().roleByKey(key))
      .map(({ id, key, name }) => ({ key, roleId: id, name }));
    expect(updateOrganizationUsers).toEqual({
      updatedUsers: users.map((userId) => ({ userId, roles: [admin, auditor] })),
      userErrors: [],
    });
    expect(gateway.calls().filter((call) => !call.startsWith('GET /api/v1/roles'))).toEqual([
      ...[LIST(), PATCH()],
      LIST(),
    ]);
  });

  test('take as many pages as all of them may, though a long payload is completed in parts', async () => {
    const small = await startGateway({ before: gateway.emulator, env: { KINDE_PAGE_SIZE: '10' } });
    const users = [...state().users.values()].filter(({ id }) => memberOf(id) === undefined);
    const input = {
      organizationCode: code,
      users: users.slice(0, 400).map(({ id }) => ({ userId: id, roles: refs('auditor') })),
    };
    gateway.calls();
    const document = mutationDocument('addOrganizationUsers', 'addedUsers { roles { key } }');
    const { addOrganizationUsers } = await small.query(document, { input });
    await small.close();
    expect(addOrganizationUsers.addedUsers).toEqual(
      input.users.map(() => ({ roles: [{ key: 'auditor' }] })),
    );
    const calls = gateway.calls();
    const pages = calls.filter((call) =>
      call.startsWith(`GET /api/v1/organizations/${code}/users?`),
    );
    // The first 200 members may take 20 pages, all of them 40.
    expect(pages).toHaveLength(40);
    const own = calls.filter((call) => /\/users\/\w+\/roles/.test(call));
    expect(own.length).toBeLessThan(200);
  });

  test('are those that a call for each tells, whatever the list lacks', async () => {
    const small = await startGateway({ before: gateway.emulator, env: { KINDE_PAGE_SIZE: '10' } });
    const idOf = (userId: string) =>
      Buffer.from(JSON.stringify(['OrganizationUser', code, userId])).toString('base64url');
    const read = async (...userIds: string[]) => {
      const document =
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationUser { userId roles { key roleId name } } } }';
      return (await small.query(document, { ids: userIds.map(idOf) })).nodes;
    };
    const everyId = allIds();
    const roleKeys = ['admin', 'auditor', 'member'];
    let untold: string[] = [];
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users',
      respond: {
        reshape: (body) => {
          const { organization_users, ...rest } = body as { organization_users: { id: string }[] };
          const users = organization_users.map((user) =>
            untold.includes(user.id) ? { ...user, roles: undefined } : user,
          );
          return { ...rest, organization_users: users };
        },
      },
    });
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(everyId, { minLength: 8 }),
        fc.subarray(everyId),
        fc.array(fc.shuffledSubarray(roleKeys), { minLength: 1, maxLength: 24 }),
        async (wanted, withoutRoles, lists) => {
          untold = withoutRoles;
          wanted.forEach((userId, index) => hold(userId, lists[index % lists.length]!));
          const single = [];
          // Of nine, each is read by itself.
          for (let at = 0; at < wanted.length; at += 9) {
            single.push(...(await read(...wanted.slice(at, at + 9))));
          }
          expect(await read(...wanted)).toEqual(single);
        },
      ),
      { numRuns: 10 },
    );
    // The token may read each member's own roles only.
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users',
      respond: { status: 403 },
    });
    expect(await read(...everyId.slice(0, 15))).toHaveLength(15);
    await small.close();
  });
});

describe('a user', () => {
  test('who is no member is not added, and the others are updated', async () => {
    const [userId] = ids as [string];
    hold(userId, []);
    const payload = await update(
      { userId: stranger, setRoles: refs('admin') },
      { userId, setRoles: refs('admin') },
    );
    expect(payload).toMatchObject({
      updatedUserIds: [userId],
      userErrors: [{ code: 'NOT_UPDATED', field: ['users', '0'] }],
    });
    expect(state().organization(code).members.has(stranger)).toBe(false);
    expect(bodies()).toEqual([{ users: [{ id: userId, roles: ['admin'] }] }]);
  });

  test('who is no member can be updated later with the same idempotency key: nothing was sent', async () => {
    const input = {
      organizationCode: code,
      idempotencyKey: 'later',
      users: [{ userId: stranger, addRoles: refs('admin') }],
    };
    const once = async () => (await gateway.query(DOCUMENT, { input })).updateOrganizationUsers;
    expect(await once()).toMatchObject({
      updatedUserIds: [],
      userErrors: [{ code: 'NOT_UPDATED', field: ['users', '0'] }],
    });
    await gateway.query(mutationDocument('addOrganizationUsers', 'addedUserIds'), {
      input: { organizationCode: code, users: [{ userId: stranger }] },
    });
    expect(await once()).toMatchObject({ updatedUserIds: [stranger], userErrors: [] });
    expect(rolesOf(stranger)).toEqual(['admin']);
  });

  test('whose permission Kinde refuses has the reason, and keeps the roles, which the message says', async () => {
    const [one, two, three] = ids as [string, string, string];
    for (const id of [one, three]) hold(id, [], []);
    hold(two, [], ['read:billing']);
    const removePermissions = refs('read:billing');
    const change = { setRoles: refs('member'), removePermissions };
    const payload = await update(
      ...[one, two].map((userId) => ({ userId, ...change })),
      ...[{ userId: three, removePermissions }],
    );
    const refusal = (at: string, message: RegExp) => ({
      ...{ code: 'REFUSED_BY_KINDE', kindeCode: expect.any(String), field: ['users', at] },
      message: expect.stringMatching(message),
    });
    expect(payload).toMatchObject({
      updatedUserIds: [two],
      userErrors: [refusal('0', /^A part of the change was done\. ./), refusal('2', /^(?!A part)/)],
    });
    expect([rolesOf(one), rolesOf(two), directOf(two)]).toEqual([['member'], ['member'], []]);
  });

  test('to whom a part was done has the claims refreshed for it', async () => {
    const [one, two] = ids as [string, string];
    hold(one, [], []);
    hold(two, [], []);
    const removePermissions = refs('read:billing');
    await gateway.query(DOCUMENT, {
      input: {
        organizationCode: code,
        refreshClaims: true,
        users: [
          { userId: one, setRoles: refs('member'), removePermissions },
          { userId: two, removePermissions },
        ],
      },
    });
    expect(state().claimRefreshes).toEqual([one]);
  });

  test.each([
    ['updateOrganizationUsers', () => PATCH()],
    ['an earlier mutation', () => `DELETE /api/v1/organizations/${code}/feature_flags`],
  ])('whose client leaves during %s is updated to the end', async (_, leaveAt) => {
    const [userId] = ids as [string];
    hold(userId, ['admin'], []);
    state().bulkUpdates = 'add';
    const change = { setRoles: refs('member'), addPermissions: refs('read:billing') };
    const input = { organizationCode: code, users: [{ userId, ...change }] };
    const query = `mutation ($code: ID!, $input: UpdateOrganizationUsersInput!) {
      deleteFeatureFlagOverrides(input: { organizationCode: $code }) { organization { name } }
      updateOrganizationUsers(input: $input) { updatedUsers { userId } }
    }`;
    const client = new AbortController();
    gateway.calls();
    gateway.emulator.latencyMs = 200;
    const asked = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { code, input } }),
      signal: client.signal,
    });
    await waitFor(() => gateway.emulator.calls().includes(leaveAt()));
    gateway.emulator.latencyMs = 0;
    client.abort();
    await expect(asked).rejects.toThrow();
    // The payload is read for nobody.
    const calls = await waitFor(() => directOf(userId).length > 0 && gateway.calls());
    expect([rolesOf(userId), directOf(userId)]).toEqual([['member'], ['read:billing']]);
    expect(calls.at(-1)).toBe(`POST /api/v1/organizations/${code}/users/${userId}/permissions`);
  });

  test.each<[string, object, string, string[]]>([
    ['no list', {}, 'NO_FIELDS_TO_UPDATE', []],
    ['setRoles and addRoles', { setRoles: [], addRoles: [] }, 'INVALID_VALUE', ['setRoles']],
    [
      'a role to add and to remove',
      { addRoles: refs('admin'), removeRoles: refs('member', 'admin') },
      'INVALID_VALUE',
      ['removeRoles'],
    ],
    [
      'a permission to add and to remove',
      { addPermissions: refs('read:billing'), removePermissions: refs('read:billing') },
      'INVALID_VALUE',
      ['removePermissions'],
    ],
  ])('with %s is refused before anything is sent', async (_, change, reason, field) => {
    const [one, two] = ids as [string, string];
    const payload = await update({ userId: one, addRoles: [] }, { userId: two, ...change });
    expect(payload).toMatchObject({
      organization: null,
      updatedUserIds: [],
      userErrors: [{ code: reason, field: ['users', '1', ...field] }],
    });
    expect(gateway.calls().filter((call) => !/\/(roles|permissions)\?/.test(call))).toEqual([]);
  });
});

describe('a failure', () => {
  const execute = (users: object[]): Promise<GraphQLResult> =>
    gateway.execute(DOCUMENT, { input: { organizationCode: code, users } });
  const codesOf = ({ errors }: GraphQLResult) =>
    errors?.map(({ extensions }) => extensions['code']);

  test('of the read before is an error of the response, and nothing is sent', async () => {
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users',
      respond: { status: 503 },
    });
    const result = await execute([{ userId: ids[0], setRoles: [] }]);
    expect(result.data).toEqual({ updateOrganizationUsers: null });
    expect(codesOf(result)).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(writes()).toEqual([]);
  });

  test('to read all roles of a member is such an error, since the write would remove the others', async () => {
    const [userId] = ids as [string];
    hold(userId, ['admin', 'auditor', 'member']);
    // The list doesn't tell the roles, and the member's own read tells a part.
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users',
      respond: {
        reshape: (body) => {
          const { organization_users, ...rest } = body as { organization_users: object[] };
          const users = organization_users.map((user) => ({ ...user, roles: undefined }));
          return { ...rest, organization_users: users };
        },
      },
    });
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/roles',
      respond: {
        reshape: (body) => {
          const { roles, ...rest } = body as { roles: unknown[] };
          return { ...rest, roles: roles.slice(0, 1), next_token: 'more' };
        },
      },
    });
    const result = await execute([{ userId, addRoles: refs('developer') }]);
    expect(result.data).toEqual({ updateOrganizationUsers: null });
    expect(codesOf(result)).toEqual(['UPSTREAM_BAD_RESPONSE']);
    expect(writes()).toEqual([]);
    expect(rolesOf(userId)).toEqual(['admin', 'auditor', 'member']);
  });

  test('of the read after it leaves the outcome of removals unknown, and of nothing else', async () => {
    const [one, two] = ids as [string, string];
    hold(one, ['admin']);
    hold(two, []);
    gateway.emulator.fault({
      match: ({ method, path }) =>
        method === 'GET' && path.includes('/users') && bodies().length > 0,
      respond: { status: 503 },
    });
    const { data } = await gateway.execute(
      mutationDocument('updateOrganizationUsers', 'updatedUserIds'),
      {
        input: {
          organizationCode: code,
          users: [
            { userId: one, setRoles: [] },
            { userId: two, addRoles: refs('member') },
          ],
        },
      },
    );
    expect(data.updateOrganizationUsers).toMatchObject({
      updatedUserIds: [two],
      userErrors: [{ code: 'WRITE_OUTCOME_UNKNOWN', field: ['users', '0'] }],
    });
  });

  test('of a write with an unknown outcome counts more than one that was not sent', async () => {
    const [userId] = ids as [string];
    hold(userId, []);
    const [done, refused] = ['deploy:staging', 'read:billing'].map(
      (key) => state().permissionByKey(key).id,
    );
    const sent = (id: string | undefined) =>
      gateway.emulator.requests.filter(
        ({ method, body }) =>
          method === 'POST' && (body as { permission_id?: string })?.permission_id === id,
      ).length;
    const match = (id: string | undefined) => ({
      match: ({ method, body }: { method: string; body?: unknown }) =>
        method === 'POST' && (body as { permission_id?: string })?.permission_id === id,
    });
    gateway.emulator.fault({ ...match(done), delayMs: 100, respond: 'reset-after-write' });
    gateway.emulator.fault({ ...match(refused), respond: { status: 429, body: {} } });
    const input = {
      organizationCode: code,
      idempotencyKey: 'unknown',
      users: [{ userId, addPermissions: refs('deploy:staging', 'read:billing') }],
    };
    for (const _ of ['at first', 'again']) {
      expect(codesOf(await gateway.execute(DOCUMENT, { input }))).toEqual([
        'WRITE_OUTCOME_UNKNOWN',
      ]);
    }
    expect([sent(done), sent(refused)]).toEqual([1, 1]);
  });

  test('of every single write is an error of the response', async () => {
    gateway.emulator.fault({
      route: 'POST /api/v1/organizations/{org_code}/users/{user_id}/permissions',
      respond: { status: 403, body: {} },
    });
    const result = await execute(
      ids.map((userId) => ({ userId, addPermissions: refs('deploy:staging') })),
    );
    expect(result.data).toEqual({ updateOrganizationUsers: null });
    expect(codesOf(result)).toEqual(['FORBIDDEN']);
  });

  test('without a scope comes before anything is sent', async () => {
    const [userId] = ids as [string];
    hold(userId, ['admin']);
    const scopes = [
      'update:organization_users',
      'read:organization_users',
      'read:roles',
      'read:permissions',
    ];
    const token = await gateway.emulator.issueToken({ scopes });
    for (const [change, requiredScope] of [
      [{ removeRoles: refs('admin') }, 'delete:organization_user_roles'],
      [{ addPermissions: refs('read:billing') }, 'create:organization_user_permissions'],
      [{ removePermissions: refs('read:billing') }, 'delete:organization_user_permissions'],
    ] as const) {
      gateway.calls();
      const { errors } = await strict.execute(
        DOCUMENT,
        {
          input: {
            organizationCode: code,
            users: [{ userId, addRoles: refs('member'), ...change }],
          },
        },
        { authorization: `Bearer ${token}` },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope } }]);
      expect(writes()).toEqual([]);
    }
  });
});

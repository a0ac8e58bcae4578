/** Bulk writes through the door: what each user is told, and what was sent. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let code: string;
beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  code = [...state().organizations.values()].find(({ profile }) => profile.is_default !== true)!
    .profile.code;
});

const state = () => gateway.emulator.state;
const members = () => state().organizations.get(code)!.members;
const isMember = (userId: string) => members().has(userId);
const strangers = (count: number) =>
  [...state().users.values()]
    .map(({ id }) => id)
    .filter((id) => !isMember(id))
    .slice(0, count);

interface Outcome {
  addedUserIds: string[];
  updatedUserIds: string[];
  removedUserIds: string[];
  userErrors: { code: string; kindeCode: string | null; message: string; field: string[] | null }[];
}

const ADD = `mutation ($input: AddOrganizationUsersInput!) { addOrganizationUsers(input: $input) {
  addedUserIds organization { code } userErrors { code kindeCode message field } } }`;
const UPDATE = `mutation ($input: UpdateOrganizationUsersInput!) { updateOrganizationUsers(input: $input) {
  updatedUserIds userErrors { code kindeCode message field } } }`;

const REMOVE = `mutation ($input: RemoveOrganizationUsersInput!) { removeOrganizationUsers(input: $input) {
  removedUserIds userErrors { code kindeCode message field } } }`;

const write = (document: string, users: object[]) => send(document, { users });
const remove = (userIds: string[]) => send(REMOVE, { userIds });

async function send(document: string, input: object): Promise<Outcome> {
  gateway.calls();
  const { data, errors } = await gateway.execute(document, {
    input: { organizationCode: code, ...input },
  });
  expect(errors).toBeUndefined();
  return Object.values(data)[0] as Outcome;
}
const add = (userIds: string[]) =>
  write(
    ADD,
    userIds.map((userId) => ({ userId })),
  );

/** How many users each write sent. */
const sentSizes = () =>
  gateway.emulator.requests
    .filter(({ method }) => method !== 'GET')
    .map(({ body }) => (body as { users: object[] }).users.length);

/** Answers the nth write of the test in place of the emulator. */
function answerWrite(nth: number, respond: Fault['respond']) {
  let seen = 0;
  gateway.emulator.fault({
    match: ({ method }) => (method === 'POST' || method === 'PATCH') && ++seen === nth,
    respond,
  });
}

const refusalOf = (reason: object) => ({ status: 400, body: { errors: [reason] } });

describe('250 users of whom one is unknown', () => {
  const many = () => strangers(249).toSpliced(120, 0, 'kp_unknown');

  test.each(['message', 'details'] as const)(
    'are added, except for that one, whom Kinde names in %s',
    async (place) => {
      state().culprits = place;
      const userIds = many();
      const { addedUserIds, userErrors } = await add(userIds);
      expect(addedUserIds).toEqual(userIds.toSpliced(120, 1));
      expect(userErrors).toEqual([
        {
          code: 'NOT_FOUND',
          kindeCode: 'USER_NOT_FOUND',
          message: place === 'message' ? 'User not found: kp_unknown' : 'User not found',
          field: ['users', '120'],
        },
      ]);
      expect(sentSizes()).toEqual([100, 100, 99, 50]);
      expect(gateway.calls().filter((call) => call.startsWith('GET'))).toEqual([]);
    },
  );

  test('are added, except for that one, whom the gateway looks up where Kinde names nobody', async () => {
    state().culprits = 'nowhere';
    const userIds = many();
    const { addedUserIds, userErrors } = await add(userIds);
    expect(addedUserIds).toEqual(userIds.toSpliced(120, 1));
    expect(userErrors).toEqual([
      {
        code: 'NOT_FOUND',
        kindeCode: 'USER_NOT_FOUND',
        message: 'User not found',
        field: ['users', '120'],
      },
    ]);
    expect(sentSizes()).toEqual([100, 100, 99, 50]);
    const lookUps = gateway.calls().filter((call) => call.startsWith('GET /api/v1/users?'));
    expect(lookUps).toHaveLength(1);
  });
});

describe('a batch that Kinde refuses', () => {
  test('twice, for two of its users, gives the others BATCH_REFUSED', async () => {
    const userIds = strangers(98).toSpliced(10, 0, 'kp_first').toSpliced(20, 0, 'kp_second');
    const { addedUserIds, userErrors } = await add(userIds);
    expect(addedUserIds).toEqual([]);
    expect(sentSizes()).toEqual([100, 99]);
    expect(userErrors).toHaveLength(100);
    expect(userErrors[10]).toEqual({
      ...{ code: 'NOT_FOUND', kindeCode: 'USER_NOT_FOUND', message: 'User not found: kp_first' },
      field: ['users', '10'],
    });
    expect(userErrors[20]).toEqual({
      ...{ code: 'NOT_FOUND', kindeCode: 'USER_NOT_FOUND', message: 'User not found: kp_second' },
      field: ['users', '20'],
    });
    const innocent = userErrors.toSpliced(20, 1).toSpliced(10, 1);
    for (const error of innocent) {
      expect(error).toMatchObject({
        code: 'BATCH_REFUSED',
        kindeCode: null,
        message:
          "Nothing was done: Kinde refused this user's batch because of kp_second. User not found: kp_second",
      });
    }
  });

  test('for a user that can’t be found is not sent again', async () => {
    answerWrite(1, refusalOf({ code: 'LIMIT_REACHED', message: 'The plan allows 10 users.' }));
    const { addedUserIds, userErrors } = await add(strangers(3));
    expect(addedUserIds).toEqual([]);
    expect(userErrors.map(({ code: each }) => each)).toEqual(Array(3).fill('BATCH_REFUSED'));
    expect(userErrors[0]!.message).toBe(
      "Nothing was done: Kinde refused this user's batch and did not say because of whom. The plan allows 10 users.",
    );
    expect(sentSizes()).toEqual([3]);
  });

  test('blames only ids that the message has in full', async () => {
    const [one, two] = strangers(2) as [string, string];
    const longer = `${one}0`;
    answerWrite(1, refusalOf({ code: 'USER_SUSPENDED', message: `Users: "${longer}", (${two}).` }));
    const { addedUserIds, userErrors } = await add([one, two]);
    expect(addedUserIds).toEqual([one]);
    expect(userErrors).toMatchObject([
      { code: 'REFUSED_BY_KINDE', kindeCode: 'USER_SUSPENDED', field: ['users', '1'] },
    ]);
  });

  test('with one user is refused for that user', async () => {
    const { userErrors } = await add(['kp_unknown']);
    expect(userErrors).toMatchObject([
      { code: 'NOT_FOUND', kindeCode: 'USER_NOT_FOUND', field: ['users', '0'] },
    ]);
    expect(sentSizes()).toEqual([1]);
  });

  test('does not keep the next batch from being sent', async () => {
    const userIds = strangers(150);
    answerWrite(1, refusalOf({ code: 'USER_NOT_FOUND', message: 'Whom?' }));
    const { addedUserIds, userErrors } = await add(userIds);
    expect(addedUserIds).toEqual(userIds.slice(100));
    expect(userErrors).toHaveLength(100);
    expect(userErrors[7]).toMatchObject({ code: 'BATCH_REFUSED', field: ['users', '7'] });
  });

  test.each([403, 429, 500])('is not sent again when its outcome is a %i', async (status) => {
    answerWrite(1, { status, body: { errors: [{ code: 'X', message: 'kp_unknown' }] } });
    const { data, errors } = await gateway.execute(ADD, {
      input: {
        organizationCode: code,
        users: [...strangers(5), 'kp_unknown'].map((userId) => ({ userId })),
      },
    });
    expect(data).toEqual({ addOrganizationUsers: null });
    expect(errors).toHaveLength(1);
    expect(sentSizes()).toEqual([6]);
  });

  test('whose second attempt fails gives each user its error', async () => {
    const userIds = strangers(149).toSpliced(3, 0, 'kp_unknown');
    answerWrite(2, { status: 503 });
    const { addedUserIds, userErrors } = await add(userIds);
    expect(addedUserIds).toEqual([]);
    const codes = userErrors.map(({ code: each }) => each);
    expect(codes).toEqual([
      ...Array(3).fill('WRITE_OUTCOME_UNKNOWN'),
      'NOT_FOUND',
      ...Array(96).fill('WRITE_OUTCOME_UNKNOWN'),
      ...Array(50).fill('NOT_ATTEMPTED'),
    ]);
    expect(sentSizes()).toEqual([100, 99]);
  });
});

describe('a failure that is not about the users', () => {
  test('150 are sent as 100 and 50', async () => {
    const userIds = strangers(150);
    const { addedUserIds, userErrors } = await add(userIds);
    expect({ addedUserIds, userErrors }).toEqual({ addedUserIds: userIds, userErrors: [] });
    expect(sentSizes()).toEqual([100, 50]);
    expect(userIds.every(isMember)).toBe(true);
  });

  test('of a second batch is an error for each of its users, beside the first’s success', async () => {
    const userIds = strangers(150);
    answerWrite(2, { status: 503 });
    const { addedUserIds, userErrors } = await add(userIds);
    expect(addedUserIds).toEqual(userIds.slice(0, 100));
    expect(userErrors).toMatchObject(
      userIds.slice(100).map((_, index) => ({
        code: 'WRITE_OUTCOME_UNKNOWN',
        kindeCode: null,
        field: ['users', String(100 + index)],
      })),
    );
    expect(sentSizes()).toEqual([100, 50]);
  });

  test('of a first batch is an error of the response, and the rest is not sent', async () => {
    answerWrite(1, { status: 403, body: { errors: [] } });
    const input = {
      organizationCode: code,
      users: strangers(150).map((userId) => ({ userId })),
    };
    const { data, errors } = await gateway.execute(ADD, { input });
    expect(data).toEqual({ addOrganizationUsers: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(sentSizes()).toEqual([100]);
  });
});

describe('a misspelled key', () => {
  /** Members without a role, each with one to set. */
  const updates = (...roles: string[]) =>
    [...members().values()].slice(0, roles.length).map((member, index) => {
      member.roles.clear();
      return { userId: member.user.id, setRoles: [{ key: roles[index] }] };
    });

  test('is refused before anything is sent, with the key that was probably meant', async () => {
    const { updatedUserIds, userErrors } = await write(UPDATE, updates('admin', 'admn', 'Admin'));
    expect(updatedUserIds).toEqual([]);
    expect(userErrors).toEqual([
      {
        code: 'UNKNOWN_ROLE',
        kindeCode: null,
        message: 'No role has the key `admn`. Did you mean `admin`?',
        field: ['users', '1', 'setRoles', '0', 'key'],
      },
      {
        code: 'UNKNOWN_ROLE',
        kindeCode: null,
        message: 'No role has the key `Admin`. Did you mean `admin`?',
        field: ['users', '2', 'setRoles', '0', 'key'],
      },
    ]);
    expect(gateway.calls()).toEqual(['GET /api/v1/roles?page_size=500']);
  });

  test('of a role and of a permission are both named', async () => {
    const [user] = updates('astronaut');
    const permission = [...state().permissions.values()][0]!;
    const [{ message, field }] = (
      await write(UPDATE, [
        { ...user, setRoles: [], addPermissions: [{ key: `${permission.key}s` }] },
      ])
    ).userErrors as [Outcome['userErrors'][0]];
    expect(message).toContain(`Did you mean \`${permission.key}\`?`);
    expect(field).toEqual(['users', '0', 'addPermissions', '0', 'key']);
    const { userErrors } = await write(UPDATE, [
      { ...user, removePermissions: [{ key: 'no_such_permission' }] },
    ]);
    expect(userErrors.map(({ message: each }) => each)).toEqual([
      'No role has the key `astronaut`.',
      'No permission has the key `no_such_permission`.',
    ]);
  });

  test('that is an id gets the right advice, and so does an id that is a key', async () => {
    const { id } = state().roleByKey('admin');
    const { userId } = updates('admin')[0]!;
    const messages = async (role: object) =>
      (await write(UPDATE, [{ userId, addRoles: [role] }])).userErrors.map(
        ({ message }) => message,
      );
    expect(await messages({ roleId: 'admin' })).toEqual([
      'No role has the id `admin`. To use a key, write `{ key: "admin" }`.',
    ]);
    expect(await messages({ key: id })).toEqual([
      `No role has the key \`${id}\`. To use an id, write \`{ roleId: "${id}" }\`.`,
    ]);
  });

  test.each([
    ['may not be read', { status: 403, body: { errors: [] } }],
    ['cannot be read', { status: 503 }],
  ] as const)(
    'is left to Kinde where the catalogue %s, and is an error of its users only',
    async (_, respond) => {
      gateway.emulator.fault({ route: 'GET /api/v1/roles', respond });
      const users = updates('admin', 'admn', 'admin', 'admn', 'auditor');
      const { updatedUserIds, userErrors } = await write(UPDATE, users);
      expect(updatedUserIds).toEqual([users[0]!.userId, users[2]!.userId, users[4]!.userId]);
      const message = 'Role not found: admn';
      expect(userErrors).toEqual([
        { code: 'NOT_FOUND', kindeCode: 'ROLE_NOT_FOUND', message, field: ['users', '1'] },
        { code: 'NOT_FOUND', kindeCode: 'ROLE_NOT_FOUND', message, field: ['users', '3'] },
      ]);
      expect(sentSizes()).toEqual([5, 3]);
    },
  );
});

describe('users whom Kinde ignored', () => {
  test('are members already or unknown: one read tells', async () => {
    const [stranger] = strangers(1) as [string];
    const [member] = [...members().values()].map(({ user }) => user.id) as [string];
    answerWrite(1, { status: 200, body: { code: 'OK', users_added: [] } });
    const { userErrors } = await add([member, 'kp_unknown', stranger]);
    const error = (message: string, at: string) => ({
      ...{ code: 'NOT_ADDED', kindeCode: null, message },
      field: ['users', at],
    });
    expect(userErrors).toEqual([
      error('Not added: already a member of the organization.', '0'),
      error('Not added: this Kinde environment has no user with this id.', '1'),
      error('Not added: Kinde gives no reason. The user exists and is no member.', '2'),
    ]);
    expect(gateway.calls()).toEqual([
      `POST /api/v1/organizations/${code}/users`,
      `GET /api/v1/users?user_id=${member}%2Ckp_unknown%2C${stranger}&page_size=3&expand=organizations`,
    ]);
  });

  test('include those whom the response names as something else than what was asked', async () => {
    const [stranger] = strangers(1) as [string];
    const [one] = [...members().values()].map(({ user }) => user.id) as [string];
    const named = { users_added: [], users_updated: [stranger, one], users_removed: [] };
    for (const nth of [1, 2]) answerWrite(nth, { status: 200, body: { code: 'OK', ...named } });
    const outcomes = [await add([stranger]), await remove([one])];
    expect(outcomes).toMatchObject([
      { addedUserIds: [], userErrors: [{ code: 'NOT_ADDED' }] },
      { removedUserIds: [], userErrors: [{ code: 'NOT_REMOVED' }] },
    ]);
  });

  test('are not members or unknown, in an update', async () => {
    const [stranger] = strangers(1) as [string];
    const { userErrors } = await write(UPDATE, [
      { userId: stranger, setRoles: [] },
      { userId: 'kp_unknown', setRoles: [] },
    ]);
    expect(sentSizes()).toEqual([]);
    expect(userErrors.map(({ code: each, message }) => [each, message])).toEqual([
      ['NOT_UPDATED', 'Nothing was done: not a member of the organization.'],
      ['NOT_UPDATED', 'Nothing was done: this Kinde environment has no user with this id.'],
    ]);
  });

  test('get both reasons where nothing can be read', async () => {
    gateway.emulator.fault({ route: 'GET /api/v1/users', respond: { status: 503 } });
    const [member] = [...members().values()].map(({ user }) => user.id) as [string];
    const { userErrors } = await add([member]);
    expect(userErrors).toMatchObject([
      {
        code: 'NOT_ADDED',
        message: 'Not added: already a member, or unknown to this Kinde environment.',
      },
    ]);
  });

  test('are refused one by one where they are not members', async () => {
    const [stranger] = strangers(1) as [string];
    const ids = [...members().values()].map(({ user }) => user.id).slice(0, 2);
    for (const place of ['message', 'nowhere'] as const) {
      state().culprits = place;
      const { removedUserIds, userErrors } = await remove([ids.shift()!, stranger]);
      expect(removedUserIds).toHaveLength(1);
      expect(userErrors).toMatchObject([
        { code: 'NOT_FOUND', kindeCode: 'USER_NOT_IN_ORGANIZATION', field: ['userIds', '1'] },
      ]);
    }
  });

  test('are not members or unknown, in a removal', async () => {
    const [stranger] = strangers(1) as [string];
    const [member] = [...members().values()].map(({ user }) => user.id) as [string];
    answerWrite(1, { status: 200, body: { code: 'OK', users_removed: [] } });
    const { removedUserIds, userErrors } = await remove([member, stranger, 'kp_unknown']);
    expect(removedUserIds).toEqual([]);
    expect(userErrors.map(({ code: each, message, field }) => [each, message, field])).toEqual([
      [
        'NOT_REMOVED',
        'Not removed: Kinde gives no reason. The user is a member.',
        ['userIds', '0'],
      ],
      ['NOT_REMOVED', 'Not removed: not a member of the organization.', ['userIds', '1']],
      [
        'NOT_REMOVED',
        'Not removed: this Kinde environment has no user with this id.',
        ['userIds', '2'],
      ],
    ]);
  });

  test('150 removals are sent as 100 and 50', async () => {
    const added = strangers(150);
    await add(added);
    gateway.emulator.clearRequests();
    expect(await remove(added)).toEqual({ removedUserIds: added, userErrors: [] });
    expect(sentSizes()).toEqual([100, 50]);
    expect(added.filter(isMember)).toEqual([]);
  });

  test('invalid and repeated ids of removals are named, and nothing is sent', async () => {
    const { userErrors } = await remove(['kp_1', '..', 'kp_1']);
    expect(userErrors).toMatchObject([
      { code: 'INVALID_ID', field: ['userIds', '1'] },
      { code: 'DUPLICATE_USER', field: ['userIds', '2'] },
    ]);
    expect((await remove([])).userErrors).toMatchObject([
      { code: 'INVALID_VALUE', field: ['userIds'] },
    ]);
    expect(gateway.calls()).toEqual([]);
  });

  test('an empty list is an invalid value, and nothing is sent', async () => {
    for (const document of [ADD, UPDATE]) {
      expect((await write(document, [])).userErrors).toEqual([
        {
          code: 'INVALID_VALUE',
          kindeCode: null,
          message: '`users` is empty. Name at least one user.',
          field: ['users'],
        },
      ]);
      expect(gateway.calls()).toEqual([]);
    }
  });
});

describe('a write that Kinde has done without saying for whom', () => {
  beforeEach(() => {
    gateway.emulator.switches.responseShapes = ['bulk-writes-without-users'];
  });

  const addWith = (...users: [userId: string, roles?: string[], permissions?: string[]][]) =>
    write(
      ADD,
      users.map(([userId, roles = [], permissions = []]) => ({
        userId,
        roles: roles.map((key) => ({ key })),
        permissions: permissions.map((key) => ({ key })),
      })),
    );

  test('has added the users who are members with their roles now', async () => {
    const [one, two, three] = strangers(3) as [string, string, string];
    const [member] = [...members().values()];
    member!.roles.clear();
    const { addedUserIds, userErrors } = await addWith(
      [one],
      [two, ['admin']],
      [three, ['admin'], ['read:billing']],
      [member!.user.id, ['admin']],
    );
    expect(addedUserIds).toEqual([one, two]);
    expect(userErrors.map(({ code: each, field }) => [each, field])).toEqual([
      ['WRITE_OUTCOME_UNKNOWN', ['users', '2']],
      ['NOT_ADDED', ['users', '3']],
    ]);
    expect(gateway.calls().map((call) => call.replace(/\?.*/, ''))).toEqual([
      'GET /api/v1/roles',
      'GET /api/v1/permissions',
      `POST /api/v1/organizations/${code}/users`,
      'GET /api/v1/users',
      `GET /api/v1/organizations/${code}/users`,
    ]);
  });

  test('has added nobody who is no member now', async () => {
    const [one] = strangers(1) as [string];
    answerWrite(1, { status: 200, body: { code: 'OK' } });
    const { addedUserIds, userErrors } = await add([one]);
    expect(addedUserIds).toEqual([]);
    expect(userErrors).toMatchObject([{ code: 'NOT_ADDED', field: ['users', '0'] }]);
  });

  test('has added the users who were looked up before it, for a refused batch', async () => {
    state().culprits = 'nowhere';
    const [one, two] = strangers(2) as [string, string];
    const { addedUserIds, userErrors } = await add([one, 'kp_unknown', two]);
    expect(addedUserIds).toEqual([one, two]);
    expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['users', '1'] }]);
  });

  test('has removed the users who are not members now', async () => {
    const ids = [...members().values()].map(({ user }) => user.id).slice(0, 3);
    expect(await remove(ids)).toEqual({ removedUserIds: ids, userErrors: [] });
    expect(ids.filter(isMember)).toEqual([]);
    expect(gateway.calls()).toHaveLength(2);
  });

  test('has removed nobody who is a member now', async () => {
    const [one] = [...members().values()].map(({ user }) => user.id) as [string];
    answerWrite(1, { status: 200, body: { code: 'OK' } });
    const { removedUserIds, userErrors } = await remove([one, 'kp_unknown']);
    expect(removedUserIds).toEqual([]);
    expect(userErrors.map(({ code: each }) => each)).toEqual(['NOT_REMOVED', 'NOT_REMOVED']);
  });

  test('has an unknown outcome where the membership can’t be read', async () => {
    gateway.emulator.fault({ match: ({ method }) => method === 'GET', respond: { status: 503 } });
    const [one] = strangers(1) as [string];
    const [member] = [...members().values()].map(({ user }) => user.id) as [string];
    const [added, removed] = [await add([one]), await remove([member])];
    expect([added.addedUserIds, removed.removedUserIds]).toEqual([[], []]);
    for (const { userErrors } of [added, removed]) {
      expect(userErrors).toMatchObject([{ code: 'WRITE_OUTCOME_UNKNOWN' }]);
    }
  });
});

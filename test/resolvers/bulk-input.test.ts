/** Bulk writes with much in their input, or in Kinde's response: every user is accounted for, and quickly. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { answer, startFaultyGateway, type FaultyGateway } from '../support/fault-proxy.js';

let gateway: FaultyGateway;
beforeAll(async () => {
  gateway = await startFaultyGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.proxy.reset());

const ADD = `mutation ($input: AddOrganizationUsersInput!) {
  addOrganizationUsers(input: $input) { addedUserIds userErrors { code field } }
}`;
const add = async (users: object[]) => {
  const { data, codes, calls } = await gateway.outcome(ADD, {
    input: { organizationCode: 'org_1', users },
  });
  expect(codes).toEqual({});
  return { ...data.addOrganizationUsers, calls };
};

test('names up to twenty invalid references, before any call', async () => {
  const references = Array(3_000).fill({ key: 'a/b' });
  const { userErrors, calls } = await add([
    { userId: 'kp_1', roles: [{ key: 'admin' }] },
    { userId: 'kp_2', roles: [{ roleId: '..' }, { key: 'admin' }, { key: '' }] },
    { userId: 'kp_3', roles: references },
  ]);
  expect(calls).toEqual([]);
  expect(userErrors).toHaveLength(20);
  expect(userErrors.slice(0, 3)).toEqual([
    { code: 'INVALID_ID', field: ['users', '1', 'roles', '0', 'roleId'] },
    { code: 'INVALID_ID', field: ['users', '1', 'roles', '2', 'key'] },
    { code: 'INVALID_ID', field: ['users', '2', 'roles', '0', 'key'] },
  ]);
});

test('names each unknown reference once, with one read of the catalogue', async () => {
  const { userErrors, calls } = await add([
    { userId: 'kp_1', permissions: [{ permissionId: 'no_such_1' }, { permissionId: 'no_such_2' }] },
    { userId: 'kp_2', permissions: [{ permissionId: 'no_such_2' }, { permissionId: 'no_such_1' }] },
  ]);
  expect(calls).toEqual(['GET /api/v1/permissions?page_size=500']);
  expect(userErrors).toEqual([
    { code: 'UNKNOWN_PERMISSION', field: ['users', '0', 'permissions', '0', 'permissionId'] },
    { code: 'UNKNOWN_PERMISSION', field: ['users', '0', 'permissions', '1', 'permissionId'] },
  ]);
});

test('ids in Kinde’s response that were not sent are ignored, however many there are', async () => {
  const strangers = Array.from({ length: 300_000 }, (_, n) => `kp_${n + 10}`);
  const users_added = ['kp_1', ...strangers, 'kp_1'];
  gateway.proxy.always('POST', answer(200, { users_added }));
  const { addedUserIds, userErrors } = await add([{ userId: 'kp_1' }, { userId: 'kp_2' }]);
  expect(addedUserIds).toEqual(['kp_1']);
  expect(userErrors).toEqual([{ code: 'NOT_ADDED', field: ['users', '1'] }]);
});

test('a filter takes a hundred keys, since they go into a URL', async () => {
  const document = `query ($keys: [String!]) {
    organizations(first: 1) { nodes { users(first: 1, roles: $keys) { nodes { userId } } } }
  }`;
  const outcome = (count: number) =>
    gateway.outcome(document, { keys: Array(count).fill('admin') });
  expect((await outcome(100)).codes).toEqual({});
  const { codes, calls } = await outcome(101);
  expect(codes).toEqual({ 'organizations.nodes.0.users': 'BAD_USER_INPUT' });
  expect(calls).toHaveLength(1);
});

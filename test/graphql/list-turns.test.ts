/** Long lists are completed in parts, and the response is the same as if they were completed at once. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { answer, startFaultyGateway, type FaultyGateway } from '../support/fault-proxy.js';

let gateway: FaultyGateway;
beforeAll(async () => {
  gateway = await startFaultyGateway();
});
afterAll(() => gateway.close());
beforeEach(() => gateway.proxy.reset());

const ORGANIZATIONS = 'GET /api/v1/organizations';
const MEMBERS = 'GET /api/v1/organizations/{org_code}/users';
const numbered = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

test('a list of thousands is whole and in order', async () => {
  const organizations = numbered(500, (n) => ({ code: `org_${n}`, name: `Name ${n}` }));
  gateway.proxy.always(ORGANIZATIONS, answer(200, { organizations }));
  const { data, codes } = await gateway.outcome(
    '{ organizations(first: 500) { nodes { code } edges { node { name } } } }',
  );
  expect(codes).toEqual({});
  expect(data.organizations.nodes).toEqual(organizations.map(({ code }) => ({ code })));
  expect(data.organizations.edges).toEqual(organizations.map(({ name }) => ({ node: { name } })));
});

test('lists in lists are whole, also over several turns of the event loop', async () => {
  const roles = numbered(90, (n) => `role_${n}`);
  const organization_users = numbered(60, (n) => ({ id: `kp_${n}`, roles }));
  gateway.proxy.always(MEMBERS, answer(200, { organization_users }));
  const { data, codes } = await gateway.outcome(
    '{ organizations(first: 3) { nodes { users(first: 60) { nodes { userId roles { key } } } } } }',
  );
  expect(codes).toEqual({});
  expect(data.organizations.nodes).toHaveLength(3);
  for (const { users } of data.organizations.nodes) {
    expect(users.nodes).toEqual(
      organization_users.map(({ id }) => ({ userId: id, roles: roles.map((key) => ({ key })) })),
    );
  }
});

test('an unusable entry in a later part is null with an error at its path', async () => {
  const organizations = numbered(450, (n) =>
    n === 430 ? { name: 'No code' } : { code: `org_${n}`, name: 'x' },
  );
  gateway.proxy.always(ORGANIZATIONS, answer(200, { organizations }));
  const { data, codes } = await gateway.outcome('{ organizations(first: 450) { nodes { code } } }');
  expect(codes).toEqual({ 'organizations.nodes.430': 'UPSTREAM_BAD_RESPONSE' });
  expect(data.organizations.nodes[430]).toBeNull();
  expect(data.organizations.nodes[449]).toEqual({ code: 'org_449' });
});

test('the lists of several mutations are completed one after the other', async () => {
  const users = numbered(1_200, () => ({ userId: '..' }));
  const fields = numbered(
    5,
    (n) => `a${n}: addOrganizationUsers(input: $input) { userErrors { field } }`,
  ).join(' ');
  const { data, calls } = await gateway.outcome(
    `mutation ($input: AddOrganizationUsersInput!) { ${fields} }`,
    { input: { organizationCode: 'org_1', users } },
  );
  expect(calls).toEqual([]);
  for (const { userErrors } of Object.values<{ userErrors: object[] }>(data)) {
    expect(userErrors).toEqual(numbered(20, (n) => ({ field: ['users', String(n), 'userId'] })));
  }
});

test('people of a list that is completed in parts take no more calls', async () => {
  const organization_users = numbered(450, (n) => ({ id: `kp_${n}` }));
  const users = numbered(450, (n) => ({ userId: `kp_${n}` }));
  gateway.proxy.always('POST', answer(200, { users_added: users.map(({ userId }) => userId) }));
  gateway.proxy.always('GET /api/v1/users', answer(200, { users: organization_users }));
  const { data, codes, calls } = await gateway.outcome(
    `mutation ($input: AddOrganizationUsersInput!) {
      addOrganizationUsers(input: $input) { addedUsers { userId email } }
    }`,
    { input: { organizationCode: 'org_1', users } },
  );
  expect(codes).toEqual({});
  expect(data.addOrganizationUsers.addedUsers).toHaveLength(450);
  expect(calls.filter((call) => call.startsWith('GET /api/v1/users'))).toHaveLength(5);
});

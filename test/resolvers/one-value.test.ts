/** A field has one value, by whichever way its object was read, and an error lasts no longer than its step. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ emulator: { organizations: 4 } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.emulator.reset());

const organization = () => [...gateway.emulator.state.organizations.values()][0]!;
const codesOf = ({ errors = [] }: Awaited<ReturnType<TestGateway['execute']>>) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]);

describe('a member’s full name is the same from a list and by id', () => {
  test.each([
    [{ full_name: 'Sally Jones', first_name: 'Sally', last_name: 'Jones' }, 'Sally Jones'],
    [{ full_name: 'Dr Sally  Jones', first_name: 'Sally', last_name: 'Jones' }, 'Sally Jones'],
    [{ full_name: 'sally', first_name: 'Sally', last_name: undefined }, 'Sally'],
    [{ full_name: '', first_name: '', last_name: 'Jones' }, 'Jones'],
    [{ full_name: '', first_name: undefined, last_name: undefined }, null],
  ])('%j', async (names, expected) => {
    const { profile, members } = organization();
    const [{ user }] = [...members.values()] as [any];
    Object.assign(user, names);
    const { organization: listed } = await gateway.query(
      `{ organization(code: "${profile.code}") { users(first: 500) { nodes { id userId fullName } } } }`,
    );
    const member = listed.users.nodes.find(({ userId }: any) => userId === user.id);
    const { node } = await gateway.query(
      `{ node(id: "${member.id}") { ... on OrganizationUser { fullName } } }`,
    );
    expect([member.fullName, node.fullName]).toEqual([expected, expected]);
  });
});

describe('a member’s id is found', () => {
  const PEOPLE = 'GET /api/v1/users';

  /** Reads the first member by its global id, with this as the organizations of the person. */
  async function findWith(organizations: unknown) {
    const { profile, members } = organization();
    const [{ user }] = [...members.values()] as [any];
    const id = Buffer.from(JSON.stringify(['OrganizationUser', profile.code, user.id])).toString(
      'base64url',
    );
    gateway.emulator.fault({
      route: PEOPLE,
      respond: {
        reshape: (body: any) => ({
          ...body,
          users: body.users.map((person: object) => ({ ...person, organizations })),
        }),
      },
    });
    gateway.calls();
    const { node } = await gateway.query(`{ node(id: "${id}") { id } }`);
    return { isFound: node?.id === id, calls: gateway.calls().length };
  }

  test('in the list of members where Kinde does not say who is in which organization', async () => {
    expect(await findWith(undefined)).toEqual({ isFound: true, calls: 2 });
    expect(await findWith('org_1')).toEqual({ isFound: true, calls: 2 });
    expect(await findWith([{ code: 'org_1' }])).toEqual({ isFound: true, calls: 2 });
  });

  test('nowhere where Kinde names other organizations', async () => {
    expect(await findWith(['org_1'])).toEqual({ isFound: false, calls: 1 });
    expect(await findWith(null)).toEqual({ isFound: false, calls: 1 });
  });
});

describe('an unusable entry', () => {
  const withoutIds = (list: string) => ({
    reshape: (body: any) => ({
      ...body,
      [list]: body[list].map(({ id: _, ...entry }: any) => entry),
    }),
  });

  test('of the catalogue doesn’t make another role unknown', async () => {
    gateway.emulator.fault({ route: 'GET /api/v1/roles', respond: withoutIds('roles') });
    const { profile, members } = organization();
    const userId = [...members.values()][0]!.user.id;
    const result = await gateway.execute(
      `mutation { addOrganizationUserRole(input: { organizationCode: "${profile.code}", userId: "${userId}", role: { key: "auditor" } }) { userErrors { code } } }`,
    );
    expect(result.data.addOrganizationUserRole).toBeNull();
    expect(codesOf(result)).toEqual([['addOrganizationUserRole', 'UPSTREAM_BAD_RESPONSE']]);
  });

  test('of the catalogue leaves the other roles usable', async () => {
    gateway.emulator.fault({
      route: 'GET /api/v1/roles',
      respond: {
        reshape: (body: any) => ({ ...body, roles: [{ name: 'Nobody' }, null, ...body.roles] }),
      },
    });
    const { profile } = organization();
    const { organization: found } = await gateway.query(
      `{ organization(code: "${profile.code}") { users(first: 100) { nodes { roles { key name } } } } }`,
    );
    const roles = found.users.nodes.flatMap((user: any) => user.roles);
    expect(roles.length).toBeGreaterThan(0);
    for (const role of roles) expect(role.name).toEqual(expect.any(String));
  });

  test('of people is an error at the fields that it may hold', async () => {
    const { profile, members } = organization();
    const [{ user }] = [...members.values()] as [any];
    gateway.emulator.fault({ route: 'GET /api/v1/users', respond: withoutIds('users') });
    const result = await gateway.execute(
      `mutation { removeOrganizationUser(input: { organizationCode: "${profile.code}", userId: "kp_x" }) { userErrors { code } }
        addOrganizationUserRole(input: { organizationCode: "${profile.code}", userId: "${user.id}", role: { key: "auditor" } }) {
          organizationUser { userId email } } }`,
    );
    expect(result.data.addOrganizationUserRole).toEqual({
      organizationUser: { userId: user.id, email: null },
    });
    expect(codesOf(result)).toEqual([
      ['addOrganizationUserRole.organizationUser.email', 'UPSTREAM_BAD_RESPONSE'],
    ]);
  });
});

describe('an error of one mutation', () => {
  const ADD = (userIds: string[]) => {
    const { code } = organization().profile;
    const add = (userId: string) =>
      `addOrganizationUserRole(input: { organizationCode: "${code}", userId: "${userId}", role: { key: "auditor" } }) {
        organizationUser { userId roles { key name } } userErrors { code } }`;
    return `mutation { ${userIds.map((userId, index) => `m${index}: ${add(userId)}`).join('\n')} }`;
  };
  const userIds = () => [...organization().members.values()].slice(0, 3).map(({ user }) => user.id);

  test.each([
    ['that failed', { status: 500 }],
    ['that lacked entries', { reshape: (body: any) => ({ ...body, roles: [null] }) }],
  ])('in a read of the catalogue %s doesn’t fail the next', async (_, respond) => {
    const ids = userIds();
    const oneRead = await startGateway({
      emulator: { organizations: 4 },
      env: { UPSTREAM_RETRIES: '0' },
    });
    try {
      oneRead.emulator.fault({ route: 'GET /api/v1/roles', times: 1, respond });
      const { data, errors } = await oneRead.execute(ADD(ids));
      expect(data.m0).toBeNull();
      expect(errors).toHaveLength(1);
      for (const alias of ['m1', 'm2']) {
        expect(data[alias].userErrors).toEqual([]);
        expect(data[alias].organizationUser.roles).toContainEqual({
          key: 'auditor',
          name: 'Auditor',
        });
      }
      // What was read without an error is kept.
      const reads = oneRead.calls().filter((call) => call.startsWith('GET /api/v1/roles'));
      expect(reads).toHaveLength(2);
    } finally {
      await oneRead.close();
    }
  });

  test('in a read for its payload doesn’t fail the next', async () => {
    const ids = userIds();
    const [first] = [...gateway.emulator.state.roles.values()];
    const { code } = organization().profile;
    const oneRead = await startGateway({
      emulator: { organizations: 4 },
      env: { UPSTREAM_RETRIES: '0' },
    });
    try {
      oneRead.emulator.fault({ route: 'GET /api/v1/roles', times: 1, respond: { status: 500 } });
      // By id, the first takes no catalogue until its payload is read.
      const { data, errors } = await oneRead.execute(`mutation {
        a: addOrganizationUserRole(input: { organizationCode: "${code}", userId: "${ids[0]}", role: { roleId: "${first!.id}" } }) {
          organizationUser { roles { description } } }
        b: addOrganizationUserRole(input: { organizationCode: "${code}", userId: "${ids[1]}", role: { key: "auditor" } }) {
          userErrors { code } }
      }`);
      expect(errors!.length).toBeGreaterThan(0);
      expect(errors!.every(({ path }) => path![0] === 'a')).toBe(true);
      expect(data.b).toEqual({ userErrors: [] });
    } finally {
      await oneRead.close();
    }
  });
});

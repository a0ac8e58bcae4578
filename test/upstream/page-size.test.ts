/** Pages that Kinde refuses for their size: smaller ones are read, and callers never hear of it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start(pageSizeLimit: number, options: TestOptions = {}): Promise<TestGateway> {
  gateway = await startGateway({
    ...options,
    emulator: { organizations: 130, usersPerOrganization: 3, switches: { pageSizeLimit } },
  });
  return gateway;
}

const CODES = '{ organizations(first: 130) { nodes { code } pageInfo { hasNextPage } } }';
const sizes = (calls: string[]) => calls.map((call) => /page_size=(\d+)/.exec(call)?.[1]);

test('a refused page is read in smaller pages, and no larger one is requested again', async () => {
  const { query, calls, emulator } = await start(100);
  const { organizations } = await query(CODES);
  expect(new Set(organizations.nodes.map(({ code }: any) => code)).size).toBe(130);
  expect(organizations.pageInfo.hasNextPage).toBe(false);
  expect(sizes(calls())).toEqual(['130', '100', '100']);
  const [code] = [...emulator.state.organizations.values()].map(({ profile }) => profile.code);
  await query(`{
    organizations(first: 500, sort: NAME_DESC) { nodes { code } }
    organization(code: "${code}") { users(first: 400) { nodes { userId roles { name } } } }
  }`);
  const later = calls();
  expect(later.length).toBeGreaterThan(3);
  expect(sizes(later).filter((size) => Number(size) > 100)).toEqual([]);
});

test('an older cursor continues at its place', async () => {
  const { query, calls, emulator } = await start(500);
  const first = await query(
    '{ organizations(first: 120) { nodes { code } pageInfo { endCursor } } }',
  );
  emulator.switches.pageSizeLimit = 100;
  const rest = await query(
    'query ($after: String) { organizations(first: 500, after: $after) { nodes { code } } }',
    { after: first.organizations.pageInfo.endCursor },
  );
  const codes = [...first.organizations.nodes, ...rest.organizations.nodes].map(({ code }) => code);
  expect([codes.length, new Set(codes).size]).toEqual([130, 130]);
  expect(sizes(calls()).some((size) => size === '100')).toBe(true);
});

test('concurrent lists learn the limit together', async () => {
  const { query, emulator } = await start(50);
  const codes = [...emulator.state.organizations.values()].map(({ profile }) => profile.code);
  const aliases = codes.slice(0, 10).map(
    (code, index) => `o${index}: organization(code: "${code}") {
    users(first: 300) { nodes { userId } } }`,
  );
  const data = await query(`{ ${aliases.join('\n')} }`);
  for (const index of aliases.keys()) expect(data[`o${index}`].users.nodes).toHaveLength(3);
});

test('a batch of people is read in as many pages as Kinde makes', async () => {
  const { query, emulator } = await start(40);
  const [organization] = [...emulator.state.organizations.values()];
  const everybody = [...emulator.state.users.values()].slice(0, 90);
  for (const user of everybody) {
    if (!organization!.members.has(user.id)) {
      emulator.state.addMember(organization!, {
        ...{ user, joined_on: '2024-01-01T00:00:00Z', last_accessed_on: null },
        ...{ roles: new Set(), permissions: new Set() },
      });
    }
  }
  const id = ({ id: userId }: { id: string }) =>
    Buffer.from(JSON.stringify(['OrganizationUser', organization!.profile.code, userId])).toString(
      'base64url',
    );
  const { nodes } = await query(
    'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationUser { userId lastName } } }',
    { ids: everybody.map(id) },
  );
  expect(nodes).toEqual(
    everybody.map((user) => ({ userId: user.id, lastName: user.last_name ?? null })),
  );
});

describe('the next page size', () => {
  const refusal = (code: string, message: string) => ({
    status: 400,
    body: { errors: [{ code, message }] },
  });

  test.each([
    [
      'the one that the message names',
      'PAGE_SIZE_LIMIT_EXCEEDED',
      'Page size cannot be greater than 60',
      '60',
    ],
    ['the largest of a range', 'INVALID_PARAMETER', 'page_size must be between 1 and 25', '25'],
    ['100 where none is named', 'PAGE_SIZE_LIMIT_EXCEEDED', '', '100'],
    [
      '100 where the refused one is named alone',
      'PAGE_SIZE_TOO_LARGE',
      'Page size 130 is too large',
      '100',
    ],
    ['100 where the number is no size', 'PAGE_SIZE_INVALID', 'Rule 7 says so', '100'],
  ])('is %s', async (_, code, message, size) => {
    const { query, calls, emulator } = await start(500);
    emulator.fault({
      route: 'GET /api/v1/organizations',
      match: ({ path }) => Number(/page_size=(\d+)/.exec(path)![1]) > Number(size),
      respond: refusal(code, message),
    });
    const { organizations } = await query(CODES);
    expect(organizations.nodes).toHaveLength(130);
    expect(sizes(calls()).slice(0, 2)).toEqual(['130', size]);
  });

  test('goes down to ten; a refusal after that is an upstream error', async () => {
    const { execute, calls, emulator } = await start(500);
    emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: refusal('PAGE_SIZE_LIMIT_EXCEEDED', 'No page is small enough'),
    });
    const { data, errors } = await execute(CODES);
    expect(data.organizations).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
    expect(sizes(calls())).toEqual(['130', '100', '50', '10']);
  });

  test('is not changed by a refusal of something else', async () => {
    const { execute, calls, emulator } = await start(500);
    emulator.fault({
      route: 'GET /api/v1/organizations',
      times: 1,
      respond: refusal('INVALID_SORT', 'Cannot sort by that'),
    });
    expect((await execute(CODES)).errors).toMatchObject([
      { extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    expect((await execute(CODES)).errors).toBeUndefined();
    expect(sizes(calls())).toEqual(['130', '130']);
  });
});

test('a refusal that repeats a caller’s text lowers it for nobody', async () => {
  const { execute, query, calls, emulator } = await start(500);
  const [organization] = emulator.state.organizations.values();
  const { code } = organization!.profile;
  emulator.fault({
    route: 'GET /api/v1/organizations/{org_code}/users',
    respond: {
      status: 400,
      body: { errors: [{ code: 'INVALID_FILTER', message: 'There is no role page-size-11' }] },
    },
  });
  const document = `query ($roles: [String!]) { organization(code: "${code}") {
    users(first: 300, roles: $roles) { nodes { userId } }
  } }`;
  const { errors } = await execute(document, { roles: ['page-size-11'] });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  calls();
  await query(CODES);
  expect(sizes(calls())).toEqual(['130']);
});

test('KINDE_PAGE_SIZE sets it, and the log recommends it', async () => {
  const lines: any[] = [];
  const told = await start(100, {
    env: { LOG_LEVEL: 'warn' },
    log: (line) => lines.push(JSON.parse(line)),
  });
  await told.query(CODES);
  await told.query(CODES);
  expect(lines.filter(({ msg }) => msg.includes('KINDE_PAGE_SIZE'))).toMatchObject([{ size: 100 }]);
  await told.close();
  const { query, calls } = await start(100, { env: { KINDE_PAGE_SIZE: '100' } });
  await query(CODES);
  expect(sizes(calls())).toEqual(['100', '100']);
});

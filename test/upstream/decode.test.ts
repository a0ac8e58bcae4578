/** Responses that differ from Kinde's specification: one odd field costs nothing but itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { globalId } from '../support/ids.js';
import { growth, scrape } from '../support/prometheus.js';

let gateway: TestGateway;
let log: any[];
beforeAll(async () => {
  log = [];
  gateway = await startGateway({
    env: { METRICS_PORT: '0', LOG_LEVEL: 'warn' },
    log: (line) => log.push(JSON.parse(line)),
  });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.emulator.reset());

const CODE = 'org_1ccfb819462';
const ORGANIZATION = 'GET /api/v1/organization';
const LIST = 'GET /api/v1/organizations';
const MEMBERS = 'GET /api/v1/organizations/{org_code}/users';
const FLAGS = 'GET /api/v1/organizations/{org_code}/feature_flags';

/** Has the next reads of a route answered with this body. */
function answer(
  route: typeof ORGANIZATION | typeof LIST | typeof MEMBERS | typeof FLAGS,
  body: object,
) {
  gateway.emulator.fault({ route, respond: { status: 200, body } });
}

async function organization(body: object, fields: string) {
  answer(ORGANIZATION, body);
  return (await gateway.query(`{ organization(code: "${CODE}") { ${fields} } }`)).organization;
}

const errorsOf = ({ errors = [] }: Awaited<ReturnType<TestGateway['execute']>>) =>
  errors.map(({ path, extensions }) => [path?.join('.'), extensions['code']]);

test('a byte order mark before the body is ignored', async () => {
  const body = `\ufeff${JSON.stringify({ code: CODE, name: 'Acme' })}`;
  gateway.emulator.fault({ route: ORGANIZATION, respond: { status: 200, body } });
  const { organization: read } = await gateway.query(`{ organization(code: "${CODE}") { name } }`);
  expect(read).toEqual({ name: 'Acme' });
});

describe('a scalar field of another type', () => {
  // nxt-fwd/kinde-go reads border radii as text; kinde-oss/kinde-dotnet-sdk issue 21 has numbers and
  // strings mixed.
  test.each([
    ['button_border_radius', 'buttonBorderRadius', '8', 8],
    ['card_border_radius', 'cardBorderRadius', ' 16.0 ', 16],
    ['card_border_radius', 'cardBorderRadius', '8px', null],
    ['card_border_radius', 'cardBorderRadius', 8.5, null],
    ['input_border_radius', 'inputBorderRadius', 3_000_000_000, null],
    ['input_border_radius', 'inputBorderRadius', true, null],
    ['color_scheme', 'colorScheme', 12, '12'],
    ['color_scheme', 'colorScheme', ['dark'], null],
    ['theme_code', 'themeCode', 'LIGHT', 'LIGHT'],
    ['theme_code', 'themeCode', 'constructor', null],
    ['theme_code', 'themeCode', { value: 'light' }, null],
    ['logo', 'logo', { url: 'x' }, null],
  ])('%s as branding.%s: %j reads as %j', async (name, field, sent, read) => {
    const { name: own, branding } = await organization(
      { code: CODE, name: 'Acme', button_color: { raw: '#000' }, [name]: sent },
      `name branding { ${field} buttonColor { raw } }`,
    );
    expect([own, branding]).toEqual(['Acme', { [field]: read, buttonColor: { raw: '#000' } }]);
  });

  test.each([
    ['is_default', 'isDefault', 'false', false],
    ['is_default', 'isDefault', 'TRUE', true],
    ['is_default', 'isDefault', 1, true],
    ['is_default', 'isDefault', '0', false],
    ['is_default', 'isDefault', 'maybe', null],
    ['is_suspended', 'isSuspended', 'false', false],
    ['external_id', 'externalId', 1234, '1234'],
    ['external_id', 'externalId', 12345678901234567890, null],
    ['handle', 'handle', false, null],
    ['name', 'name', 42, '42'],
    ['name', 'name', null, null],
    ['sender_email', 'senderEmail', { address: 'a@example.com' }, null],
  ])('%s as %s: %j reads as %j', async (name, field, sent, read) => {
    const sentAll = { code: CODE, created_on: '2021-01-01T00:00:00.000Z', [name]: sent };
    expect(await organization(sentAll, `code createdOn ${field}`)).toEqual({
      code: CODE,
      createdOn: '2021-01-01T00:00:00.000Z',
      [field]: read,
    });
  });

  test('costs its organization nothing in a list, and takes no further call', async () => {
    answer(LIST, {
      organizations: [
        { code: 'org_1', name: 'One', is_default: 'false', handle: 7, external_id: {} },
        { code: 'org_2', name: ['Two'], is_default: null },
      ],
    });
    gateway.calls();
    const { organizations } = await gateway.query(
      '{ organizations { nodes { code name isDefault handle externalId } } }',
    );
    expect(organizations.nodes).toEqual([
      { code: 'org_1', name: 'One', isDefault: false, handle: '7', externalId: null },
      { code: 'org_2', name: null, isDefault: null, handle: null, externalId: null },
    ]);
    expect(gateway.calls()).toEqual(['GET /api/v1/organizations?page_size=10']);
  });
});

describe('an instant', () => {
  test.each([
    ['2021-01-01T00:00:00Z', '2021-01-01T00:00:00.000Z'],
    // Kinde's specification gives these two as examples.
    ['2024-11-18T13:32:03+11', '2024-11-18T02:32:03.000Z'],
    ['2025-04-02T13:04:20.315701+11:00', '2025-04-02T02:04:20.315Z'],
    ['2026-01-28T14:26:02.448856+00:00', '2026-01-28T14:26:02.448Z'],
    ['2024-02-29T23:59:59-0330', '2024-03-01T03:29:59.000Z'],
    ['2021-01-01T10:00:00-00:00', '2021-01-01T10:00:00.000Z'],
    ['2021-01-01 10:11:12.5', '2021-01-01T10:11:12.500Z'],
    ['2021-01-01T10:11', '2021-01-01T10:11:00.000Z'],
    ['2021-01-01', '2021-01-01T00:00:00.000Z'],
    ['Fri, 01 Jan 2021 00:00:00 GMT', '2021-01-01T00:00:00.000Z'],
    [1_609_459_200, '2021-01-01T00:00:00.000Z'],
    [1_609_459_200_123, '2021-01-01T00:00:00.123Z'],
    ['1609459200', '2021-01-01T00:00:00.000Z'],
    ['1609459200123', '2021-01-01T00:00:00.123Z'],
    [1_609_459_200.25, '2021-01-01T00:00:00.250Z'],
    ['2021-02-29', null],
    ['2021-13-01T00:00:00Z', null],
    ['2021-01-01T25:00:00Z', null],
    ['2021-01-01T00:00:00+25:00', null],
    ['yesterday', null],
    ['org 1', null],
    ['', null],
    [20_210_101, null],
    [1e300, null],
    [true, null],
    [{ seconds: 1_609_459_200 }, null],
    [null, null],
  ])('%j reads as %j', async (sent, read) => {
    answer(MEMBERS, {
      organization_users: [{ id: 'kp_1', email: 'a@example.com', joined_on: sent }],
    });
    answer(ORGANIZATION, { code: CODE, name: 'Acme' });
    const data = await gateway.query(
      `{ organization(code: "${CODE}") { users { nodes { userId email joinedOn } } } }`,
    );
    expect(data.organization.users.nodes).toEqual([
      { userId: 'kp_1', email: 'a@example.com', joinedOn: read },
    ]);
  });

  test('has one spelling, whichever one Kinde gives it', async () => {
    const spellings = ['2021-06-01T00:00:00Z', '2021-06-01T10:00:00.000000+10:00', 1_622_505_600];
    const read = await Promise.all(
      spellings.map(async (created_on) => {
        const end = gateway.emulator.fault({
          route: ORGANIZATION,
          match: ({ path }) =>
            path.endsWith(encodeURIComponent(String(spellings.indexOf(created_on)))),
          respond: { status: 200, body: { code: CODE, created_on } },
        });
        const data = await gateway.query(
          `{ organization(code: "org_${spellings.indexOf(created_on)}") { createdOn } }`,
        );
        end();
        return data.organization.createdOn;
      }),
    );
    expect(new Set(read)).toEqual(new Set(['2021-06-01T00:00:00.000Z']));
  });
});

describe('a list', () => {
  test('that is null is empty', async () => {
    answer(LIST, { organizations: null, next_token: null });
    answer(ORGANIZATION, { code: CODE, allowed_domains: null, billing: { agreements: null } });
    answer(MEMBERS, { organization_users: [{ id: 'kp_1', roles: null }] });
    answer(FLAGS, { feature_flags: null });
    gateway.calls();
    expect(
      await gateway.query(`{
        organizations { nodes { code } pageInfo { hasNextPage } }
        organization(code: "${CODE}") {
          allowedDomains featureFlags { key } billing { agreements { planCode } }
          users { nodes { userId roles { key } } }
        }
      }`),
    ).toEqual({
      organizations: { nodes: [], pageInfo: { hasNextPage: false } },
      organization: {
        allowedDomains: [],
        featureFlags: [],
        billing: { agreements: [] },
        users: { nodes: [{ userId: 'kp_1', roles: [] }] },
      },
    });
    // An inline null is no reason to read the member's roles.
    expect(gateway.calls().filter((call) => call.endsWith('/roles'))).toEqual([]);
  });

  test('with an entry without an id keeps the others, with an error at the entry’s path', async () => {
    answer(ORGANIZATION, { code: CODE, allowed_domains: ['acme.com', 7, 'acme.org'] });
    answer(MEMBERS, {
      organization_users: [{ id: 'kp_1', roles: ['admin', null, 'member'] }, { email: 'nobody' }],
    });
    for (const [route, body] of [
      [
        'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions',
        {
          permissions: [
            { id: 'p1', key: 'read:a', roles: [{ key: 'admin' }, { id: 'r' }] },
            { id: 'p2' },
            { id: 'p3', key: 'read:c', name: 3 },
          ],
        },
      ],
    ] as const) {
      gateway.emulator.fault({ route, respond: { status: 200, body } });
    }
    const result = await gateway.execute(`{
      organization(code: "${CODE}") {
        allowedDomains
        users { nodes {
          userId roles { key } permissions { key name } permissionGrants { permission { key } roles { key } }
        } }
      }
    }`);
    expect(result.data.organization).toEqual({
      allowedDomains: ['acme.com', null, 'acme.org'],
      users: {
        nodes: [
          {
            userId: 'kp_1',
            roles: [{ key: 'admin' }, null, { key: 'member' }],
            permissions: [{ key: 'read:a', name: null }, null, { key: 'read:c', name: '3' }],
            permissionGrants: [
              { permission: { key: 'read:a' }, roles: [{ key: 'admin' }, null] },
              null,
              { permission: { key: 'read:c' }, roles: [] },
            ],
          },
          null,
        ],
      },
    });
    expect(new Set(errorsOf(result))).toEqual(
      new Set(
        [
          'allowedDomains.1',
          'users.nodes.0.roles.1',
          'users.nodes.0.permissions.1',
          'users.nodes.0.permissionGrants.0.roles.1',
          'users.nodes.0.permissionGrants.1',
          'users.nodes.1',
        ].map((path) => [`organization.${path}`, 'UPSTREAM_BAD_RESPONSE']),
      ),
    );
  });

  test('of role keys may hold the roles themselves', async () => {
    answer(ORGANIZATION, { code: CODE });
    answer(MEMBERS, { organization_users: [{ id: 'kp_1', roles: [{ id: 'r', key: 'admin' }] }] });
    const { organization: found } = await gateway.query(
      `{ organization(code: "${CODE}") { users { nodes { roles { key } } } } }`,
    );
    expect(found.users.nodes).toEqual([{ roles: [{ key: 'admin' }] }]);
  });

  test('of role keys that is no list is read from the member’s own roles', async () => {
    const [{ profile, members }] = [...gateway.emulator.state.organizations.values()] as [any];
    const member = [...members.values()].find(({ roles }: any) => roles.size > 0);
    gateway.emulator.fault({
      route: MEMBERS,
      respond: {
        reshape: (body: any) => ({
          ...body,
          organization_users: body.organization_users.map((user: any) => ({
            ...user,
            roles: 'admin',
          })),
        }),
      },
    });
    const { organization: found } = await gateway.query(
      `{ organization(code: "${profile.code}") { users(first: 500) { nodes { userId roles { key } } } } }`,
    );
    const node = found.users.nodes.find(({ userId }: any) => userId === member.user.id);
    expect(node.roles.map(({ key }: any) => key)).toEqual(
      [...member.roles].map(({ key }: any) => key),
    );
  });

  test('whose next token is no text returns its entries, and an error in place of the rest', async () => {
    answer(LIST, { organizations: [{ code: 'org_1', name: 'One' }], next_token: { page: 2 } });
    const first = await gateway.query(
      '{ organizations(first: 1) { nodes { code } pageInfo { hasNextPage } } }',
    );
    expect(first.organizations).toEqual({
      nodes: [{ code: 'org_1' }],
      pageInfo: { hasNextPage: true },
    });
    answer(LIST, { organizations: [{ code: 'org_1', name: 'One' }], next_token: { page: 2 } });
    const more = await gateway.execute(
      '{ organizations(first: 2) { nodes { code } pageInfo { hasNextPage } } }',
    );
    expect(more.data.organizations).toEqual({
      nodes: [{ code: 'org_1' }, null],
      pageInfo: { hasNextPage: false },
    });
    expect(errorsOf(more)).toEqual([['organizations.nodes.1', 'UPSTREAM_BAD_RESPONSE']]);
  });
});

describe('an object', () => {
  // As a unit test of nxt-fwd/kinde-go has the response.
  test('that comes in an envelope is taken out of it', async () => {
    expect(
      await organization({ code: 'OK', organization: { code: CODE, name: 'Acme' } }, 'code name'),
    ).toEqual({ code: CODE, name: 'Acme' });
  });

  test('may have text in place of a colour', async () => {
    const { branding } = await organization(
      { code: CODE, link_color: '#0056F1', button_color: 7 },
      'branding { linkColor { raw hex hsl } buttonColor { raw } }',
    );
    expect(branding).toEqual({
      linkColor: { raw: '#0056F1', hex: '#0056F1', hsl: null },
      buttonColor: null,
    });
  });

  test('keeps its identity, whatever else it is called by', async () => {
    answer(MEMBERS, {
      organization_users: [{ id: 'kp_1', user_id: 'kp_2', org_code: 'org_other', email: 'a@b.c' }],
    });
    const { users } = await organization(
      { code: CODE },
      'code users { nodes { userId id email } }',
    );
    const id = globalId('OrganizationUser', CODE, 'kp_1');
    expect(users.nodes).toEqual([{ userId: 'kp_1', id, email: 'a@b.c' }]);
  });

  test('without its id is an error, and nothing else is', async () => {
    answer(ORGANIZATION, { name: 'Acme' });
    const result = await gateway.execute(
      `{ organization(code: "${CODE}") { name } roles(first: 1) { nodes { key } } }`,
    );
    expect(result.data.organization).toBeNull();
    expect(result.data.roles.nodes).toHaveLength(1);
    expect(errorsOf(result)).toEqual([['organization', 'UPSTREAM_BAD_RESPONSE']]);
  });
});

describe('a feature flag', () => {
  const flag = async (sent: unknown) => {
    answer(ORGANIZATION, { code: CODE });
    answer(FLAGS, { feature_flags: { it: sent, other: { type: 'str', value: 'x' } } });
    const result = await gateway.execute(
      `{ organization(code: "${CODE}") { featureFlags { key type value } } }`,
    );
    expect(result.data.organization.featureFlags[1]).toEqual({
      ...{ key: 'other', type: 'STRING', value: 'x' },
    });
    return { flag: result.data.organization.featureFlags[0], errors: errorsOf(result) };
  };

  test.each([
    // kinde-oss/kinde-python-sdk, test_feature_flag_value_types.py
    [{ type: 'bool', value: true }, 'BOOLEAN', true],
    [{ type: 'int', value: 5 }, 'INTEGER', 5],
    [{ type: 'str', value: 'dark' }, 'STRING', 'dark'],
    // api-evangelist/kinde, kinde-create-feature-flag-example.json
    [{ type: 'boolean', value: false }, 'BOOLEAN', false],
    [{ type: 'boolean', value: 'true' }, 'BOOLEAN', true],
    [{ type: 'integer', value: '12' }, 'INTEGER', 12],
    [{ type: 'string', value: 'true' }, 'STRING', 'true'],
    [{ type: 'BOOL', value: 'TRUE' }, 'BOOLEAN', true],
    [{ type: ' Integer ', value: '-7' }, 'INTEGER', -7],
    [{ type: 'str', value: 12 }, 'STRING', '12'],
    [{ type: 'str', value: true }, 'STRING', 'true'],
    [{ type: 'int', value: '8.0' }, 'INTEGER', 8],
    [{ type: 'json', value: '{"a":[1]}' }, 'JSON', { a: [1] }],
    [{ type: 'json', value: { a: [1] } }, 'JSON', { a: [1] }],
    [{ type: 'json', value: [true] }, 'JSON', [true]],
    // As the claims of tokens have it.
    [{ t: 'b', v: true }, 'BOOLEAN', true],
    [{ t: 'i', v: 3 }, 'INTEGER', 3],
    // Without a type that is known, the value says what it is.
    [{ value: true }, 'BOOLEAN', true],
    [{ value: 9 }, 'INTEGER', 9],
    [{ value: 'x' }, 'STRING', 'x'],
    [{ type: 'percentage', value: '12' }, 'STRING', '12'],
    [{ type: 'percentage', value: 12 }, 'INTEGER', 12],
    [{ type: 7, value: { a: 1 } }, 'JSON', { a: 1 }],
    [true, 'BOOLEAN', true],
    [12, 'INTEGER', 12],
    ['x', 'STRING', 'x'],
    // What can't be read as the type costs the value alone.
    [{ type: 'bool', value: null }, 'BOOLEAN', null],
    [{ type: 'bool', value: 'maybe' }, 'BOOLEAN', null],
    [{ type: 'bool' }, 'BOOLEAN', null],
    [{ type: 'int', value: 'many' }, 'INTEGER', null],
    [{ type: 'int', value: 1.5 }, 'INTEGER', null],
    [{ type: 'int', value: '9007199254740993' }, 'INTEGER', null],
    [{ type: 'int', value: true }, 'INTEGER', null],
    [{ type: 'str', value: { a: 1 } }, 'STRING', null],
    [{ type: 'json', value: '{"a":' }, 'JSON', null],
    [{ value: null }, 'STRING', null],
  ])('%j is a %s of %j', async (sent, type, value) => {
    expect(await flag(sent)).toEqual({ flag: { key: 'it', type, value }, errors: [] });
  });

  test.each([[null], [[true]], [{}], [{ default: true }]])(
    '%j is null with an error at its path, and costs no other flag',
    async (sent) => {
      expect(await flag(sent)).toEqual({
        flag: null,
        errors: [['organization.featureFlags.0', 'UPSTREAM_BAD_RESPONSE']],
      });
    },
  );

  test('may come in a list, or in an empty one where there are none', async () => {
    answer(ORGANIZATION, { code: CODE });
    const document = `{ organization(code: "${CODE}") { featureFlags { key value } } }`;
    answer(FLAGS, {
      feature_flags: [
        { key: 'b', type: 'int', value: '1' },
        { key: 'a', value: true },
      ],
    });
    expect((await gateway.query(document)).organization.featureFlags).toEqual([
      { key: 'a', value: true },
      { key: 'b', value: 1 },
    ]);
    answer(FLAGS, { feature_flags: [] });
    expect((await gateway.query(document)).organization.featureFlags).toEqual([]);
  });
});

describe('what operators see', () => {
  test('each mismatch is counted by route and field, and logged once without its value', async () => {
    log.length = 0;
    const before = await scrape(gateway.metricsUrl);
    const odd = {
      code: CODE,
      name: 'Acme',
      sender_name: { secret: 'Sally' },
      color_scheme: 0.4711,
    };
    for (let time = 0; time < 3; time++) await organization(odd, 'name');
    answer(LIST, { organizations: [{ code: 'org_1', is_default: 'no' }, { name: 'Sally' }, null] });
    await gateway.execute('{ organizations { nodes { code } } }');
    const counts = growth(before, await scrape(gateway.metricsUrl));
    const mismatches = Object.entries(counts).filter(([name]) => name.includes('mismatches'));
    const of = (route: string, field: string, outcome: string) =>
      `kinde_graphql_upstream_mismatches_total{route="${route}",field="${field}",outcome="${outcome}"}`;
    expect(Object.fromEntries(mismatches)).toEqual({
      [of(ORGANIZATION, 'sender_name', 'null')]: 3,
      [of(ORGANIZATION, 'color_scheme', 'converted')]: 3,
      [of(LIST, 'organizations.is_default', 'null')]: 1,
      [of(LIST, 'organizations.code', 'lost')]: 1,
      [of(LIST, 'organizations', 'lost')]: 1,
    });
    const lines = log.filter(({ field }) => field !== undefined);
    expect(lines.filter(({ field }) => field === 'sender_name')).toMatchObject([
      {
        ...{ level: 40, route: ORGANIZATION, field: 'sender_name', expected: 'text' },
        ...{ received: 'object', outcome: 'null' },
      },
    ]);
    // A time in milliseconds has no point.
    expect(JSON.stringify(log)).not.toMatch(/Sally|\.4711|Acme/);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JSONWebKeySet,
} from 'jose';
import { Value } from 'typebox/value';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import type { Handlers } from '../../src/emulator/handler.js';
import { type Emulator, startEmulator } from '../../src/emulator/index.js';
import { RESPONSE_SHAPES } from '../../src/emulator/response-shapes.js';
import { EmulatorSettingsError, readEmulatorSettings } from '../../src/emulator/settings.js';

let emulator: Emulator;
let token: string;

beforeAll(async () => {
  emulator = await startEmulator();
  token = await emulator.issueToken();
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

interface Options {
  body?: unknown;
  token?: string | null;
  headers?: Record<string, string>;
}

/** Status and body of a request; `body` is sent as JSON unless it is text already. */
async function call(request: string, { body, token: bearer = token, headers }: Options = {}) {
  const [method, path] = request.split(' ') as [string, string];
  const response = await fetch(emulator.url + path, {
    method,
    headers: {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text ? JSON.parse(text) : undefined) as any,
  };
}

/** "400 CODE", as most refusals are compared. */
async function refusal(request: string, options?: Options) {
  const { status, body } = await call(request, options);
  const code = Array.isArray(body?.errors) ? body.errors[0].code : body?.errors?.code;
  return code === undefined ? `${status}` : `${status} ${code}`;
}

/** Every page of a list, one after the other. */
async function walk(path: string, key: string): Promise<{ pages: number; items: any[] }> {
  const items = [];
  let next: string | undefined;
  let pages = 0;
  do {
    const { status, body } = await call(
      `GET ${path}${path.includes('?') ? '&' : '?'}${next ? `next_token=${next}&` : ''}`,
    );
    expect(status).toBe(200);
    items.push(...body[key]);
    next = body.next_token;
    pages++;
  } while (next);
  return { pages, items };
}

const organizationsByName = () =>
  [...emulator.state.organizations.values()].sort((a, b) =>
    a.profile.name < b.profile.name ? -1 : 1,
  );
const someOrganization = () => organizationsByName()[0]!;
const membersOf = ({ members } = someOrganization()) => [...members.values()];
const outsiders = () =>
  [...emulator.state.users.values()].filter(({ organizations }) => organizations.length === 0);
const roleByKey = (key: string) => emulator.state.roleByKey(key);

describe('authorization', () => {
  test.each([
    ['no token', null, 401],
    ['a text that is no token', 'nonsense', 401],
  ])('%s is refused with a list of errors', async (_, bearer, status) => {
    const answer = await call('GET /api/v1/organizations', { token: bearer });
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({
      errors: [{ code: 'UNAUTHORIZED', message: expect.any(String) }],
    });
  });

  test('a token that has expired, is for another audience or another issuer’s is refused', async () => {
    const other = await startEmulator({ organizations: 1, usersPerOrganization: 1 });
    const tokens = [
      await emulator.issueToken({ expiresIn: -1 }),
      await emulator.issueToken({ audience: ['https://elsewhere.example.com'] }),
      await other.issueToken(),
    ];
    await other.close();
    for (const bearer of tokens) {
      expect(await refusal('GET /api/v1/roles', { token: bearer })).toBe('401 UNAUTHORIZED');
    }
  });

  test('a token is refused once it expires, though it was valid before', async () => {
    const bearer = await emulator.issueToken({ expiresIn: 600 });
    expect((await call('GET /api/v1/roles', { token: bearer })).status).toBe(200);
    const later = Date.now() + 601_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
    try {
      expect(await refusal('GET /api/v1/roles', { token: bearer })).toBe('401 UNAUTHORIZED');
    } finally {
      clock.mockRestore();
    }
  });

  test('every row refuses a token without its scope, and names the scope', async () => {
    const bearer = await emulator.issueToken({ scopes: ['read:applications'] });
    for (const row of Object.values(endpoints).flatMap((domain) => Object.values(domain))) {
      const { status, body } = await call(row.route.replaceAll(/\{\w+\}/g, 'x'), { token: bearer });
      expect([row.route, status, body]).toEqual([
        row.route,
        403,
        {
          errors: [
            { code: 'FORBIDDEN', message: `The token does not have the scope ${row.scope}` },
          ],
        },
      ]);
    }
  });
});

describe('refusals', () => {
  test('an unknown route is a 404 whose errors are an object', async () => {
    expect(await call('GET /api/v1/organisations')).toMatchObject({
      status: 404,
      body: { errors: { code: 'ROUTE_NOT_FOUND', message: 'No route GET /api/v1/organisations' } },
    });
    expect(await refusal('PUT /api/v1/organizations')).toBe('404 ROUTE_NOT_FOUND');
    expect(await refusal('HEAD /api/v1/organizations')).toBe('404');
  });

  test.each([
    ['GET /api/v1/organizations?pagesize=3', '400 UNKNOWN_PARAMETER'],
    ['GET /api/v1/roles?__proto__=3', '400 UNKNOWN_PARAMETER'],
    ['GET /api/v1/organizations?page_size=501', '400 PAGE_SIZE_LIMIT_EXCEEDED'],
    ['GET /api/v1/organizations?page_size=0', '400 INVALID_PARAMETER'],
    ['GET /api/v1/organizations?page_size=ten', '400 INVALID_PARAMETER'],
    ['GET /api/v1/organizations?page_size=', '400 INVALID_PARAMETER'],
    ['GET /api/v1/organizations?page_size=1&page_size=2', '400 INVALID_PARAMETER'],
    ['GET /api/v1/organizations?sort=name', '400 INVALID_PARAMETER'],
    ['GET /api/v1/organizations?next_token=', '400 INVALID_NEXT_TOKEN'],
    ['GET /api/v1/organization', '400 MISSING_PARAMETER'],
    ['GET /api/v1/organization?code=org_00000000000', '400 ORGANIZATION_NOT_FOUND'],
    ['GET /api/v1/users?expand=roles', '400 INVALID_EXPAND'],
    ['GET /api/v1/users?has_organization=1', '400 INVALID_PARAMETER'],
    ['GET /api/v1/users?active_since=yesterday', '400 INVALID_ACTIVE_SINCE'],
    ['GET /api/v1/organizations/org_0/users', '400 ORGANIZATION_NOT_FOUND'],
    ['GET /api/v1/organizations/org_0/feature_flags', '400 ORGANIZATION_NOT_FOUND'],
    ['DELETE /api/v1/organization/org_0', '404 ORGANIZATION_NOT_FOUND'],
  ])('%s is %s', async (request, expected) => {
    expect(await refusal(request)).toBe(expected);
  });

  test.each<[string, unknown, string]>([
    ['an unknown property', { name: 'Acme', nmae: 'Acme' }, '400 UNKNOWN_PARAMETER'],
    ['a null where none may be', { name: 'Acme', handle: null }, '400 INVALID_PARAMETER'],
    [
      'a text for a boolean',
      { name: 'A', is_auto_membership_enabled: 'true' },
      '400 INVALID_PARAMETER',
    ],
    ['a missing name', {}, '400 MISSING_PARAMETER'],
    ['no body', undefined, '400 MISSING_PARAMETER'],
    ['null for a body', 'null', '400 INVALID_PARAMETER'],
    ['no JSON', '{"name":', '400 INVALID_JSON'],
    ['an empty name', { name: '' }, '400 NAME_REQUIRED'],
    ['a color that is none', { name: 'Acme', link_color: 'nice' }, '400 INVALID_COLOR'],
    ['a theme that is none', { name: 'Acme', theme_code: 'nice' }, '400 INVALID_THEME_CODE'],
    [
      'an unknown flag',
      { name: 'Acme', feature_flags: { x: 'str' } },
      '400 FEATURE_FLAG_NOT_FOUND',
    ],
    [
      'another flag’s type',
      { name: 'A', feature_flags: { dark_mode: 'str' } },
      '400 INVALID_FEATURE_FLAG_TYPE',
    ],
    [
      'a handle that is taken',
      { name: 'Acme', handle: 'alder_finch_architects' },
      '400 HANDLE_ALREADY_EXISTS',
    ],
  ])('creating an organization with %s', async (_, body, expected) => {
    const before = emulator.state.organizations.size;
    expect(await refusal('POST /api/v1/organization', { body })).toBe(expected);
    expect(emulator.state.organizations.size).toBe(before);
  });

  test('a body that is not JSON by its type, or where there should be none', async () => {
    const request = 'POST /api/v1/organization';
    const headers = { 'content-type': 'text/plain' };
    expect(await refusal(request, { body: '{"name":"Acme"}', headers })).toMatch(/^415 /);
    expect(await refusal('DELETE /api/v1/organization/org_0', { body: {} })).toBe(
      '400 UNEXPECTED_BODY',
    );
    const form = new FormData();
    form.append('name', 'Acme');
    const sent = await fetch(`${emulator.url}/api/v1/organization`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form },
    });
    expect(await sent.json()).toMatchObject({ errors: [{ code: 'INVALID_JSON' }] });
    // The type alone, which some clients always send, is no body.
    expect(
      (await call('GET /api/v1/roles', { headers: { 'content-type': 'application/json' } })).status,
    ).toBe(200);
  });

  test.each([null, { logo: null }, { logo: { type: 'image/png', content: 'x' } }, [1]])(
    'a logo as JSON: %j',
    async (body) => {
      const { code } = someOrganization().profile;
      expect(await refusal(`POST /api/v1/organizations/${code}/logos/light`, { body })).toBe(
        '400 INVALID_FORM',
      );
    },
  );

  test('a part of a form with the name of what every object has', async () => {
    const { code } = someOrganization().profile;
    const form = new FormData();
    form.append('logo', new Blob(['x'], { type: 'image/png' }), 'logo.png');
    form.append('toString', 'x');
    const sent = await fetch(`${emulator.url}/api/v1/organizations/${code}/logos/light`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form },
    });
    expect(await sent.json()).toMatchObject({ errors: [{ code: 'UNKNOWN_PARAMETER' }] });
  });

  test('a null operation is a 500 without a body, as in the real API', async () => {
    const { profile } = someOrganization();
    const [member] = membersOf();
    expect(
      await call(`PATCH /api/v1/organizations/${profile.code}/users`, {
        body: { users: [{ id: member!.user.id, operation: null }] },
      }),
    ).toMatchObject({ status: 500, body: undefined });
  });
});

describe('the table', () => {
  test('every response of lists and reads has its row’s form', async () => {
    const { code } = someOrganization().profile;
    const userId = membersOf()[0]!.user.id;
    const answers: [keyof typeof rows, string][] = [
      ['list', 'GET /api/v1/organizations'],
      ['get', `GET /api/v1/organization?code=${code}&expand=billing`],
      ['users', `GET /api/v1/organizations/${code}/users`],
      ['userRoles', `GET /api/v1/organizations/${code}/users/${userId}/roles`],
      [
        'userPermissions',
        `GET /api/v1/organizations/${code}/users/${userId}/permissions?expand=roles`,
      ],
      ['featureFlags', `GET /api/v1/organizations/${code}/feature_flags`],
    ];
    const rows = endpoints.organizations;
    for (const [name, request] of answers) {
      const { body } = await call(request);
      expect([name, Value.Errors(rows[name].returns, body)]).toEqual([name, []]);
    }
    for (const [row, path] of [
      [endpoints.users.list, '/api/v1/users?expand=organizations'],
      [endpoints.roles.list, '/api/v1/roles'],
      [endpoints.permissions.list, '/api/v1/permissions'],
      [endpoints.featureFlags.environment, '/api/v1/environment/feature_flags'],
    ] as const) {
      const { body } = await call(`GET ${path}`);
      expect([path, Value.Errors(row.returns, body)]).toEqual([path, []]);
      expect(body).toMatchObject({ code: 'OK', message: 'Success' });
    }
  });

  test('a row without a handler, or with one that returns something else, does not compile', () => {
    // @ts-expect-error -- The row `list` has no handler.
    const missing: Handlers['roles'] = {};
    const wrong: Pick<Handlers['roles'], 'list'> = {
      // @ts-expect-error -- A role needs a key.
      list: () => ({ roles: [{ id: 'x' }] }),
    };
    const misspelt: Pick<Handlers['permissions'], 'list'> = {
      // @ts-expect-error -- The row has no such parameter.
      list: (_state, { pageSize }) => ({ permissions: [pageSize] }),
    };
    expect([missing, wrong, misspelt]).toHaveLength(3);
  });
});

describe('pages', () => {
  test('have ten entries by default, and next_token until the last', async () => {
    const first = await call('GET /api/v1/organizations');
    expect(first.body.organizations).toHaveLength(10);
    expect(first.body.next_token).toMatch(/^[\w-]+$/);
    const { pages, items } = await walk('/api/v1/organizations', 'organizations');
    expect(pages).toBe(4);
    expect(items.map(({ name }) => name)).toEqual(
      organizationsByName().map(({ profile }) => profile.name),
    );
    const whole = await call('GET /api/v1/organizations?page_size=36');
    expect(whole.body.organizations).toEqual(items);
    expect(whole.body).not.toHaveProperty('next_token');
  });

  test.each(['name_asc', 'name_desc', 'email_asc', 'email_desc'])(
    'members by %s: all of them, once, in order',
    async (sort) => {
      const largest = organizationsByName().sort((a, b) => b.members.size - a.members.size)[0]!;
      const path = `/api/v1/organizations/${largest.profile.code}/users?page_size=7&sort=${sort}`;
      const { items } = await walk(path, 'organization_users');
      expect(new Set(items.map(({ id }) => id)).size).toBe(largest.members.size);
      const field = sort.startsWith('name') ? 'full_name' : 'email';
      const keys = items.map((user) =>
        (user[field] ?? '').normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase(),
      );
      const sorted = keys.toSorted();
      expect(keys).toEqual(sort.endsWith('_asc') ? sorted : sorted.toReversed());
    },
  );

  test('tokens that name an entry are not shifted by changes before it', async () => {
    const first = await call('GET /api/v1/organizations?page_size=5');
    const expected = organizationsByName()
      .slice(5, 10)
      .map(({ profile }) => profile.name);
    await call('POST /api/v1/organization', { body: { name: 'AAA' } });
    for (const { code } of first.body.organizations.slice(3)) {
      expect((await call(`DELETE /api/v1/organization/${code}`)).status).toBe(200);
    }
    const second = await call(
      `GET /api/v1/organizations?page_size=5&next_token=${first.body.next_token}`,
    );
    expect(second.body.organizations.map(({ name }: { name: string }) => name)).toEqual(expected);
  });

  describe.each(['offset', 'page'] as const)('with tokens that hold the %s', (kind) => {
    beforeEach(() => void (emulator.state.pageTokens.kind = kind));
    const codesOf = ({ body }: { body: { organizations: { code: string }[] } }) =>
      body.organizations.map(({ code }) => code);

    test('pages hold every entry once while nothing changes', async () => {
      const { pages, items } = await walk('/api/v1/organizations?page_size=9', 'organizations');
      expect([pages, items.length]).toEqual([4, 36]);
      expect(items.map(({ name }) => name)).toEqual(
        organizationsByName().map(({ profile }) => profile.name),
      );
      const filtered = `/api/v1/organizations/${someOrganization().profile.code}/users?roles=member&page_size=2`;
      const { items: members } = await walk(filtered, 'organization_users');
      const expected = membersOf().filter(({ roles }) => roles.has(roleByKey('member')));
      expect(new Set(members.map(({ id }) => id))).toEqual(
        new Set(expected.map(({ user }) => user.id)),
      );
    });

    test('a deletion before the token loses an entry, as with an API that counts', async () => {
      const whole = codesOf(await call('GET /api/v1/organizations?page_size=12'));
      const first = await call('GET /api/v1/organizations?page_size=5');
      await call(`DELETE /api/v1/organization/${whole[1]}`);
      const next = `GET /api/v1/organizations?page_size=5&next_token=${first.body.next_token}`;
      expect(codesOf(await call(next))).toEqual(whole.slice(6, 11));
    });
  });

  test('page numbers count in the page size of their request, and offsets don’t', async () => {
    const second = async (kind: 'offset' | 'page') => {
      emulator.state.pageTokens.kind = kind;
      const { next_token } = (await call('GET /api/v1/organizations?page_size=5')).body;
      const path = `GET /api/v1/organizations?page_size=7&next_token=${next_token}`;
      return (await call(path)).body.organizations[0].name;
    };
    const names = organizationsByName().map(({ profile }) => profile.name);
    expect([await second('offset'), await second('page')]).toEqual([names[5], names[7]]);
  });

  test('tokens expire on demand, or after their lifetime', async () => {
    const { pageTokens } = emulator.state;
    const next = async () =>
      `GET /api/v1/organizations?next_token=${(await call('GET /api/v1/organizations')).body.next_token}`;
    const first = await next();
    expect((await call(first)).status).toBe(200);
    pageTokens.expireAll();
    expect(await refusal(first)).toBe('400 NEXT_TOKEN_EXPIRED');
    expect((await call(await next())).status).toBe(200);
    pageTokens.lifetimeSeconds = 60;
    const dated = await next();
    expect((await call(dated)).status).toBe(200);
    pageTokens.lifetimeSeconds = -1;
    expect(await refusal(dated)).toBe('400 NEXT_TOKEN_EXPIRED');
  });

  test('a token is good for its own list, order and filters only', async () => {
    const [one, two] = organizationsByName().filter(({ members }) => members.size > 10);
    const path = `/api/v1/organizations/${one!.profile.code}/users`;
    const { next_token } = (await call(`GET ${path}?page_size=1`)).body;
    expect((await call(`GET ${path}?next_token=${next_token}`)).status).toBe(200);
    for (const wrong of [
      `${path}?sort=email_asc&next_token=${next_token}`,
      `${path}?roles=member&next_token=${next_token}`,
      `/api/v1/organizations/${two!.profile.code}/users?next_token=${next_token}`,
      `/api/v1/organizations?next_token=${next_token}`,
      `${path}?next_token=${next_token.slice(0, -4)}`,
      `${path}?next_token=MTo6OmlkX2FzYw==`,
    ]) {
      expect([wrong, await refusal(`GET ${wrong}`)]).toEqual([wrong, '400 INVALID_NEXT_TOKEN']);
    }
  });

  test('roles by key and permissions by id have their own orders', async () => {
    const roles = await walk('/api/v1/roles?sort=key_desc&page_size=4', 'roles');
    expect(roles.items.map(({ key }) => key)).toEqual(
      [...emulator.state.roles.values()]
        .map(({ key }) => key)
        .toSorted()
        .toReversed(),
    );
    expect(roles.items[0]).not.toHaveProperty('permissions');
    const { items } = await walk('/api/v1/permissions?sort=id_asc', 'permissions');
    expect(items.map(({ id }) => id)).toEqual(items.map(({ id }) => id).toSorted());
    expect(items).toHaveLength(20);
  });
});

describe('organizations', () => {
  test('reading one has no envelope, and billing only when asked', async () => {
    const { profile, billing } = organizationsByName().find((each) => each.billing)!;
    const plain = await call(`GET /api/v1/organization?code=${profile.code}`);
    expect(plain.body).toEqual(profile);
    expect(plain.body).not.toHaveProperty('message');
    const expanded = await call(`GET /api/v1/organization?code=${profile.code}&expand=billing`);
    expect(expanded.body).toEqual({ ...profile, billing });
  });

  test('creating returns only the code; colors are sent as text and returned as objects', async () => {
    const created = await call('POST /api/v1/organization', {
      body: {
        name: 'Zebra Printing',
        handle: 'zebra',
        theme_code: 'user_preference',
        link_color: '#0056F1',
        button_color: '#abc',
        background_color: '#8A2BE2',
        is_create_billing_customer: true,
        billing_email: 'bills@zebra.example.com',
        billing_plan_code: 'pro',
      },
    });
    const code = created.body.organization.code;
    expect(code).toMatch(/^org_[0-9a-f]{11}$/);
    expect(created.body).toEqual({
      code: 'OK',
      message: 'Success',
      organization: { code, billing_customer_id: expect.stringMatching(/^customer_/) },
    });
    const { body } = await call(`GET /api/v1/organization?code=${code}&expand=billing`);
    expect(body).toMatchObject({
      code,
      name: 'Zebra Printing',
      external_id: null,
      color_scheme: 'light dark',
      link_color: { raw: '#0056F1', hex: '#0056F1', hsl: 'hsl(219, 100%, 47%)' },
      button_color: { raw: '#abc', hex: '#aabbcc', hsl: 'hsl(210, 25%, 73%)' },
      background_color: { raw: '#8A2BE2', hex: '#8A2BE2', hsl: 'hsl(271, 76%, 53%)' },
      billing: { agreements: [{ plan_code: 'pro', agreement_id: expect.any(String) }] },
    });
  });

  test('updating changes the given properties only, and the sort order at once', async () => {
    const { profile } = organizationsByName()[4]!;
    const before = structuredClone(profile);
    const body = { name: 'Aaardvark', sender_name: null, allowed_domains: ['a.example.com'] };
    expect((await call(`PATCH /api/v1/organization/${profile.code}`, { body })).body).toEqual({
      code: 'OK',
      message: 'Success',
    });
    const after = await call(`GET /api/v1/organization?code=${profile.code}`);
    expect(after.body).toEqual({ ...before, ...body });
    const list = await call('GET /api/v1/organizations?page_size=1');
    expect(list.body.organizations[0].name).toBe('Aaardvark');
  });

  test('an update without a field is refused, and so is suspending the default organization', async () => {
    const { code } = organizationsByName().find(({ profile }) => profile.is_default)!.profile;
    const request = `PATCH /api/v1/organization/${code}`;
    expect(await refusal(request, { body: {} })).toBe('400 NO_FIELDS_TO_UPDATE');
    expect(await refusal(request)).toBe('400 NO_FIELDS_TO_UPDATE');
    expect(await refusal(request, { body: { is_suspended: true } })).toBe(
      '400 DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED',
    );
    expect(await refusal(`DELETE /api/v1/organization/${code}`)).toBe(
      '400 DEFAULT_ORGANIZATION_CANNOT_BE_DELETED',
    );
    const other = someOrganization().profile;
    const suspend = `PATCH /api/v1/organization/${other.code}`;
    await call(suspend, { body: { is_suspended: true } });
    expect(other).toMatchObject({ is_suspended: true, suspended_on: expect.any(String) });
    await call(suspend, { body: { is_suspended: false } });
    expect(other).toMatchObject({ is_suspended: false, suspended_on: null });
  });

  test('a deleted organization is gone, for its members too', async () => {
    const { profile } = someOrganization();
    const { user } = membersOf()[0]!;
    await call(`DELETE /api/v1/organization/${profile.code}`);
    expect(await refusal(`GET /api/v1/organization?code=${profile.code}`)).toBe(
      '400 ORGANIZATION_NOT_FOUND',
    );
    const { body } = await call(`GET /api/v1/users?user_id=${user.id}&expand=organizations`);
    expect(body.users[0].organizations).not.toContain(profile.code);
  });
});

describe('members', () => {
  const users = () => `/api/v1/organizations/${someOrganization().profile.code}/users`;
  const read = async (id: string) =>
    (await call(`GET ${users()}?page_size=500`)).body.organization_users.find(
      (user: { id: string }) => user.id === id,
    );

  test('adding takes keys, and ignores existing members', async () => {
    const [newcomer] = outsiders();
    const member = membersOf().find(({ roles }) => roles.size === 1)!;
    const keys = [...member.roles].map(({ key }) => key);
    const body = {
      users: [
        { id: newcomer!.id, roles: ['admin', 'auditor'], permissions: ['deploy:production'] },
        { id: member.user.id, roles: ['billing_manager'] },
      ],
    };
    const added = await call(`POST ${users()}`, { body });
    expect(added.body).toEqual({ code: 'OK', message: 'Success', users_added: [newcomer!.id] });
    expect(await read(newcomer!.id)).toMatchObject({
      roles: ['admin', 'auditor'],
      last_accessed_on: null,
    });
    expect((await read(member.user.id)).roles).toEqual(keys);
    const again = await call(`POST ${users()}`, { body });
    expect(again).toMatchObject({
      status: 200,
      body: { message: 'No users added', users_added: [] },
    });
    expect((await call(`POST ${users()}`)).body.users_added).toEqual([]);
  });

  test('a bulk request with an unknown key or user changes nothing', async () => {
    const [one, two] = outsiders();
    const [member] = membersOf();
    const size = membersOf().length;
    const add = (other: object) => ({ body: { users: [{ id: one!.id }, other] } });
    const bad: [object, string][] = [
      [{ id: two!.id, roles: ['boss'] }, '400 ROLE_NOT_FOUND'],
      [{ id: two!.id, roles: [roleByKey('admin').id] }, '400 ROLE_NOT_FOUND'],
      [{ id: two!.id, permissions: ['fly'] }, '400 PERMISSION_NOT_FOUND'],
      [{ id: 'kp_0' }, '400 USER_NOT_FOUND'],
      [{ id: two!.id, operation: 'remove' }, '400 INVALID_OPERATION'],
      [{ id: two!.id, operation: 'delete' }, '400 USER_NOT_IN_ORGANIZATION'],
    ];
    for (const [other, expected] of bad) {
      expect(await refusal(`PATCH ${users()}`, add(other))).toBe(expected);
      if (!('operation' in other)) {
        expect(await refusal(`POST ${users()}`, add(other))).toBe(expected);
      }
    }
    // Gone after the first of the two, so the second has nobody to remove.
    const remove = { id: member!.user.id, operation: 'delete' };
    expect(await refusal(`PATCH ${users()}`, { body: { users: [remove, remove] } })).toBe(
      '400 USER_NOT_IN_ORGANIZATION',
    );
    expect(membersOf()).toHaveLength(size);
  });

  test('a refused bulk request names the culprit in the message, in details, or nowhere', async () => {
    const path = `POST /api/v1/organizations/${someOrganization().profile.code}/users`;
    const refused = async (place: 'message' | 'details' | 'nowhere') => {
      emulator.state.culprits = place;
      return (await call(path, { body: { users: [{ id: 'kp_unknown' }] } })).body.errors;
    };
    const code = 'USER_NOT_FOUND';
    expect(await refused('message')).toEqual([{ code, message: 'User not found: kp_unknown' }]);
    expect(await refused('details')).toEqual([
      { code, message: 'User not found', details: { user_id: 'kp_unknown' } },
    ]);
    expect(await refused('nowhere')).toEqual([{ code, message: 'User not found' }]);
  });

  test('a bulk request takes up to 100 users', async () => {
    const everybody = [...emulator.state.users.values()].map(({ id }) => ({ id }));
    expect(await refusal(`POST ${users()}`, { body: { users: everybody.slice(0, 101) } })).toBe(
      '400 TOO_MANY_PARAMETERS',
    );
    const { status } = await call(`POST ${users()}`, { body: { users: everybody.slice(0, 100) } });
    expect(status).toBe(200);
  });

  test('an update adds, changes and removes; the rest stays', async () => {
    const [newcomer] = outsiders();
    const [changed, removed] = membersOf();
    const permissions = [...changed!.permissions];
    const { body } = await call(`PATCH ${users()}`, {
      body: {
        users: [
          { id: newcomer!.id, roles: ['member'] },
          { id: changed!.user.id, roles: ['auditor'] },
          { id: removed!.user.id, operation: 'delete' },
        ],
      },
    });
    expect(body).toEqual({
      code: 'OK',
      message: 'Success',
      users_added: [newcomer!.id],
      users_updated: [changed!.user.id],
      users_removed: [removed!.user.id],
    });
    expect((await read(newcomer!.id)).roles).toEqual(['member']);
    expect((await read(changed!.user.id)).roles).toEqual(['auditor']);
    expect([...changed!.permissions]).toEqual(permissions);
    expect(await read(removed!.user.id)).toBeUndefined();
  });

  test('filters match members with all of the roles, and all of the permissions', async () => {
    const [both, one, direct] = membersOf();
    both!.roles = new Set([roleByKey('admin'), roleByKey('auditor')]);
    one!.roles = new Set([roleByKey('auditor')]);
    direct!.roles = new Set();
    direct!.permissions = new Set([emulator.state.permissionByKey('deploy:production')]);
    const ids = async (query: string) =>
      (await call(`GET ${users()}?page_size=500&${query}`)).body.organization_users.map(
        ({ id }: { id: string }) => id,
      );
    expect(await ids('roles=admin,auditor')).toEqual([both!.user.id]);
    expect(await ids('roles=auditor')).toEqual(
      expect.arrayContaining([both!.user.id, one!.user.id]),
    );
    expect(await ids('permissions=deploy:production')).toContain(direct!.user.id);
    expect(await ids('permissions=read:audit_log&roles=admin,auditor')).toEqual([both!.user.id]);
    expect(await ids('permissions=deploy:production,read:audit_log')).not.toContain(
      direct!.user.id,
    );
    expect(await ids('roles=boss')).toEqual([]);
  });

  test('removing takes the member out, and a second time is a 400', async () => {
    const [member] = membersOf();
    const request = `DELETE ${users()}/${member!.user.id}`;
    expect((await call(request)).body).toEqual({ code: 'OK', message: 'Success' });
    expect(await refusal(request)).toBe('400 USER_NOT_IN_ORGANIZATION');
    expect(await read(member!.user.id)).toBeUndefined();
  });

  test('a member’s roles are added and removed by id', async () => {
    const [member] = membersOf();
    member!.roles = new Set([roleByKey('member')]);
    const path = `${users()}/${member!.user.id}/roles`;
    const { id } = roleByKey('auditor');
    expect((await call(`POST ${path}`, { body: { role_id: id } })).status).toBe(200);
    expect((await call(`POST ${path}`, { body: { role_id: id } })).status).toBe(200);
    expect((await call(`GET ${path}`)).body.roles).toEqual([
      { id: roleByKey('member').id, key: 'member', name: 'Member' },
      { id, key: 'auditor', name: 'Auditor' },
    ]);
    expect((await call(`DELETE ${path}/${id}`)).status).toBe(200);
    expect((await read(member!.user.id)).roles).toEqual(['member']);
    expect(await refusal(`DELETE ${path}/${id}`)).toBe('400 ROLE_NOT_FOUND');
    expect(await refusal(`POST ${path}`, { body: { role_id: 'auditor' } })).toBe(
      '400 ROLE_NOT_FOUND',
    );
    expect(await refusal(`POST ${path}`, { body: { role: id } })).toMatch(/^400/);
    const outside = `${users()}/${outsiders()[0]!.id}/roles`;
    expect(await refusal(`POST ${outside}`, { body: { role_id: id } })).toBe(
      '400 USER_NOT_IN_ORGANIZATION',
    );
    expect(await refusal(`GET ${outside}`)).toBe('400 USER_NOT_IN_ORGANIZATION');
  });

  test('a member’s permissions are the direct ones and those through roles', async () => {
    const [member] = membersOf();
    const [developer, auditor] = [roleByKey('developer'), roleByKey('auditor')];
    member!.roles = new Set([developer, auditor]);
    member!.permissions = new Set();
    const path = `${users()}/${member!.user.id}/permissions`;
    const direct = emulator.state.permissionByKey('deploy:production');
    const inherited = emulator.state.permissionByKey('read:projects');
    await call(`POST ${path}`, { body: { permission_id: direct.id } });

    const { body } = await call(`GET ${path}?expand=roles`);
    const through = Object.fromEntries(
      body.permissions.map((each: any) => [each.key, each.roles.map(({ key }: any) => key)]),
    );
    expect(through).toMatchObject({
      'deploy:production': [],
      'deploy:staging': ['developer'],
      'read:projects': ['developer', 'auditor'],
    });
    expect(body.permissions).toHaveLength(Object.keys(through).length);
    const plain = await call(`GET ${path}`);
    expect(plain.body.permissions[0]).toEqual(direct);

    expect((await call(`DELETE ${path}/${direct.id}`)).status).toBe(200);
    expect(await refusal(`DELETE ${path}/${direct.id}`)).toBe('400 INVALID_PERMISSION_ID');
    expect(await refusal(`DELETE ${path}/${inherited.id}`)).toBe('400 INVALID_PERMISSION_ID_ROLE');
    expect(await refusal(`POST ${path}`, { body: { permission_id: direct.key } })).toBe(
      '400 INVALID_PERMISSION_ID',
    );
  });
});

describe('feature flags', () => {
  const flags = () => `/api/v1/organizations/${someOrganization().profile.code}/feature_flags`;

  test('overrides are text, of the type that the environment’s flag has', async () => {
    await call(`DELETE ${flags()}`);
    for (const [key, value] of [
      ['dark_mode', 'false'],
      ['max_projects', '0'],
      ['support_tier', ''],
    ]) {
      expect((await call(`PATCH ${flags()}/${key}?value=${value}`)).status).toBe(200);
    }
    expect((await call(`GET ${flags()}`)).body.feature_flags).toEqual({
      dark_mode: { type: 'bool', value: 'false' },
      max_projects: { type: 'int', value: '0' },
      support_tier: { type: 'str', value: '' },
    });
    expect(await refusal(`PATCH ${flags()}/dark_mode?value=yes`)).toBe(
      '400 INVALID_FEATURE_FLAG_VALUE',
    );
    expect(await refusal(`PATCH ${flags()}/max_projects?value=1.5`)).toBe(
      '400 INVALID_FEATURE_FLAG_VALUE',
    );
    expect(await refusal(`PATCH ${flags()}/dark_mode`)).toBe('400 MISSING_PARAMETER');
    expect(await refusal(`PATCH ${flags()}/nope?value=1`)).toBe('400 FEATURE_FLAG_NOT_FOUND');
  });

  test('deleting one leaves the others; deleting all leaves none', async () => {
    await call(`PATCH ${flags()}/max_projects?value=7`);
    const before = Object.keys((await call(`GET ${flags()}`)).body.feature_flags);
    expect((await call(`DELETE ${flags()}/max_projects`)).status).toBe(200);
    expect(await refusal(`DELETE ${flags()}/max_projects`)).toBe(
      '400 FEATURE_FLAG_OVERRIDE_NOT_FOUND',
    );
    const after = (await call(`GET ${flags()}`)).body.feature_flags;
    expect(Object.keys(after)).toEqual(before.filter((key) => key !== 'max_projects'));
    await call(`DELETE ${flags()}`);
    expect((await call(`GET ${flags()}`)).body.feature_flags).toEqual({});
    const environment = await call('GET /api/v1/environment/feature_flags');
    expect(environment.body.feature_flags.max_projects).toEqual({ type: 'int', value: '10' });
  });
});

describe('users', () => {
  test('a batch by ids, paged, with the organizations only when asked', async () => {
    const people = [...emulator.state.users.values()].slice(0, 12);
    const ids = people.map(({ id }) => id).join(',');
    const { pages, items } = await walk(
      `/api/v1/users?user_id=${ids},kp_unknown&page_size=5&expand=organizations`,
      'users',
    );
    expect(pages).toBe(3);
    expect(new Map(items.map(({ id, organizations }) => [id, organizations]))).toEqual(
      new Map(people.map(({ id, organizations }) => [id, organizations])),
    );
    const plain = await call(`GET /api/v1/users?user_id=${people[0]!.id}`);
    expect(plain.body.users).toHaveLength(1);
    expect(plain.body.users[0]).not.toHaveProperty('organizations');
    expect(plain.body.users[0]).not.toHaveProperty('full_name');
  });

  test('filters by e-mail address, user name, telephone, organization and activity', async () => {
    const all = [...emulator.state.users.values()];
    const [one, two] = all.filter(({ email, username }) => email && username);
    const found = async (query: string) =>
      (await call(`GET /api/v1/users?page_size=500&${query}`)).body.users.map(
        ({ id }: { id: string }) => id,
      );
    expect((await found(`email=${one!.email},${two!.email}`)).toSorted()).toEqual(
      [one!.id, two!.id].toSorted(),
    );
    expect(await found(`username=${one!.username}&email=${two!.email}`)).toEqual([]);
    expect(await found(`username=${one!.username}&email=${one!.email}`)).toEqual([one!.id]);
    const caller = all.find(({ phone }) => phone)!;
    expect(await found(`phone=${encodeURIComponent(caller.phone!)}`)).toEqual([caller.id]);
    expect(await found('has_organization=false')).toHaveLength(outsiders().length);
    const since = '2026-05-01T00:00:00Z';
    expect((await found(`active_since=${since}`)).toSorted()).toEqual(
      all
        .filter((user) => user.last_signed_in && user.last_signed_in >= since)
        .map(({ id }) => id)
        .toSorted(),
    );
  });
});

describe('tokens', () => {
  const ask = (form: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${emulator.url}/oauth2/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    }).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as any,
    }));
  const credentials = () => ({
    grant_type: 'client_credentials',
    client_id: emulator.clientId,
    client_secret: emulator.clientSecret,
    audience: emulator.audience,
  });

  test('are RS256 JWTs with the documented claims, which the published keys verify', async () => {
    const { status, body } = await ask(credentials());
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.any(String),
      expires_in: 3600,
      scope: expect.stringContaining('delete:organization_feature_flags'),
      token_type: 'Bearer',
    });
    const discovery = (await (
      await fetch(`${emulator.url}/.well-known/openid-configuration`)
    ).json()) as Record<string, string>;
    expect(discovery).toMatchObject({
      issuer: emulator.issuer,
      token_endpoint: `${emulator.url}/oauth2/token`,
    });
    const jwks = (await (await fetch(discovery.jwks_uri!)).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(
      body.access_token,
      createLocalJWKSet(jwks),
      { issuer: emulator.issuer, audience: emulator.audience },
    );
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: jwks.keys[0]!.kid });
    expect(payload).toMatchObject({
      aud: [emulator.audience],
      azp: emulator.clientId,
      gty: ['client_credentials'],
      scope: body.scope,
      scp: body.scope.split(' '),
      v: '2',
    });
    expect(payload.exp! - payload.iat!).toBe(3600);
    expect(payload).not.toHaveProperty('sub');
    expect(jwks.keys[0]).not.toHaveProperty('d');
    expect((await call('GET /api/v1/roles', { token: body.access_token })).status).toBe(200);
  });

  test('can be narrowed; an empty scope requests everything', async () => {
    const narrow = await ask({ ...credentials(), scope: 'read:roles read:permissions' });
    expect(narrow.body.scope).toBe('read:roles read:permissions');
    const bearer = narrow.body.access_token;
    expect((await call('GET /api/v1/roles', { token: bearer })).status).toBe(200);
    expect(await refusal('GET /api/v1/users', { token: bearer })).toBe('403 FORBIDDEN');
    const all = await ask({ ...credentials(), scope: '' });
    expect(all.body.scope).toContain('create:organizations');
  });

  test('of the read-only client can’t write', async () => {
    const { clientId, clientSecret } = emulator.readOnlyClient;
    const { body } = await ask({
      ...credentials(),
      client_id: clientId,
      client_secret: clientSecret,
    });
    const bearer = body.access_token;
    expect((await call('GET /api/v1/organizations', { token: bearer })).status).toBe(200);
    expect(await refusal('POST /api/v1/organization', { token: bearer, body: { name: 'A' } })).toBe(
      '403 FORBIDDEN',
    );
  });

  test.each<[string, Record<string, string>, string]>([
    ['a wrong secret', { client_secret: 'x' }, '401 invalid_client'],
    ['an unknown client', { client_id: 'x' }, '401 invalid_client'],
    ['another audience', { audience: 'https://x.kinde.com/api' }, '400 unauthorized_client'],
    ['no audience', { audience: '' }, '400 invalid_request'],
    ['another grant', { grant_type: 'password' }, '400 unsupported_grant_type'],
    ['an unknown scope', { scope: 'write:users' }, '400 invalid_scope'],
  ])('are refused for %s', async (_, change, expected) => {
    const { status, body } = await ask({ ...credentials(), ...change });
    expect(`${status} ${body.error}`).toBe(expected);
    expect(body).toEqual({ error: body.error, error_description: expect.any(String) });
  });

  test('are requested with a form, not with JSON', async () => {
    const response = await fetch(`${emulator.url}/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(credentials()),
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
  });

  test('can be issued with your own claims, and with a new key', async () => {
    const old = await emulator.issueToken();
    await emulator.rotateKey();
    const user = await emulator.issueToken({
      scopes: ['openid'],
      claims: { sub: 'kp_1', org_code: 'org_1', gty: undefined },
    });
    expect(decodeJwt(user)).toMatchObject({ sub: 'kp_1', org_code: 'org_1', scp: ['openid'] });
    expect(decodeJwt(user)).not.toHaveProperty('gty');
    const jwks = (await (
      await fetch(`${emulator.url}/.well-known/jwks.json`)
    ).json()) as JSONWebKeySet;
    expect(jwks.keys.length).toBeGreaterThanOrEqual(2);
    await jwtVerify(user, createLocalJWKSet(jwks));
    expect((await call('GET /api/v1/roles', { token: old })).status).toBe(200);
  });

  test('are signed with the first key and issued for the first secret again after a reset', async () => {
    const kidOf = (jwt: string) => decodeProtectedHeader(jwt).kid;
    const first = kidOf(await emulator.issueToken());
    await emulator.rotateKey();
    const rotated = await emulator.issueToken();
    expect(kidOf(rotated)).not.toBe(first);
    const before = credentials();
    const after = { ...before, client_secret: emulator.rotateClientSecret() };
    expect(credentials()).toEqual(after);
    const statusFor = async (body: Record<string, string>) => (await ask(body)).status;
    expect([await statusFor(after), await statusFor(before)]).toEqual([200, 401]);
    emulator.reset();
    expect([await statusFor(after), await statusFor(before)]).toEqual([401, 200]);
    expect(credentials()).toEqual(before);
    expect(kidOf(await emulator.issueToken())).toBe(first);
    expect((await call('GET /api/v1/roles', { token: rotated })).status).toBe(200);
  });

  test('are judged by the granted scopes, not by the requested ones', async () => {
    const scopes = ['read:roles'];
    const bearer = await emulator.issueToken({ scopes, requestedScopes: ['read:users'] });
    expect(decodeJwt(bearer)).toMatchObject({ scope: 'read:roles', scp: ['read:users'] });
    expect((await call('GET /api/v1/roles', { token: bearer })).status).toBe(200);
    expect(await refusal('GET /api/v1/users', { token: bearer })).toBe('403 FORBIDDEN');
  });

  test('are issued over HTTP too, to people who run the emulator by itself', async () => {
    const issue = async (body: object) => {
      const response = await fetch(`${emulator.url}/_emulator/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as any };
    };
    const { body } = await issue({
      scopes: ['read:roles'],
      requestedScopes: [],
      hasuraClaims: true,
      claims: { sub: 'kp_1', org_code: 'org_1', permissions: ['a'] },
      omit: ['gty'],
    });
    const claims = decodeJwt(body.access_token);
    expect(claims).toMatchObject({
      ...{ scope: 'read:roles', scp: [], sub: 'kp_1' },
      ...{ 'x-hasura-org-code': 'org_1', 'x-hasura-permissions': ['a'] },
    });
    for (const name of ['gty', 'org_code', 'permissions']) expect(claims).not.toHaveProperty(name);
    expect((await call('GET /api/v1/roles', { token: body.access_token })).status).toBe(200);
    const wrong = await issue({ scope: 'read:roles' });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors[0].message).toContain('scope');
  });

  describe('over HTTP', () => {
    const issue = async (body: object) => {
      const response = await fetch(`${emulator.url}/_emulator/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as any };
    };
    const claimsOf = async (body: object) => decodeJwt((await issue(body)).body.access_token);
    const firstMember = () => {
      const [{ profile, members }] = [...emulator.state.organizations.values()].sort((a, b) =>
        a.profile.name.localeCompare(b.profile.name),
      ) as any;
      const [member] = [...members.values()];
      return { organization: profile.code, member };
    };

    test('a person gets what Kinde gives after a sign-in, with the permissions of the member', async () => {
      const { organization, member } = firstMember();
      const { id, email } = member.user;
      const claims = await claimsOf({ user: email, organization });
      const keys = [...member.roles, { permissions: [...member.permissions] }]
        .flatMap(({ permissions }: any) => permissions)
        .map(({ key }: any) => key);
      expect(claims).toMatchObject({ sub: id, org_code: organization, aud: [] });
      expect(claims['scp']).toEqual(['openid', 'profile', 'email', 'offline']);
      expect(new Set(claims['permissions'] as string[])).toEqual(new Set(keys));
      for (const name of ['gty', 'scope']) expect(claims).not.toHaveProperty(name);

      const chosen = { permissions: ['read:organizations'], scopes: ['read:organizations'] };
      const { body } = await issue({ user: id, organization, ...chosen, expiresIn: 60 });
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 60 });
      expect(decodeJwt(body.access_token)).toMatchObject({
        permissions: chosen.permissions,
        scp: chosen.scopes,
        aud: [emulator.audience],
      });
      const path = `/api/v1/organization?code=${organization}`;
      expect((await call(`GET ${path}`, { token: body.access_token })).status).toBe(200);
      expect(await claimsOf({ user: id })).not.toHaveProperty('org_code');
    });

    test('an application may be held to one organization', async () => {
      const { organization } = firstMember();
      const claims = await claimsOf({ organization, scopes: ['read:roles'] });
      expect(claims).toMatchObject({
        ...{ gty: ['client_credentials'], scope: 'read:roles', org_code: organization },
      });
    });

    test.each<[string, () => object, string]>([
      ['a person who is not there', () => ({ user: 'kp_nobody' }), 'kp_nobody'],
      ['an organization that is not there', () => ({ organization: 'org_none' }), 'Organization'],
      [
        'a person who is not a member',
        () => {
          const user = [...emulator.state.users.values()].find((u) => u.organizations.length === 0);
          return { user: user!.id, organization: firstMember().organization };
        },
        'does not belong',
      ],
      ['permissions of an application', () => ({ permissions: [] }), 'permissions'],
    ])('there is none for %s', async (_whom, request, message) => {
      const { status, body } = await issue(request());
      expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining(message)]);
    });

    test('each suggested token is issued, and reads the organizations it should', async () => {
      const { suggestions } = (await (
        await fetch(`${emulator.url}/_emulator/tokens`)
      ).json()) as any;
      expect(suggestions.map(({ label }: any) => label.replace(/ of .*/, ''))).toEqual([
        ...['Application with every scope', 'Application with read:organizations'],
        ...['Administrator', 'Member'],
      ]);
      const { organization } = firstMember();
      for (const { request } of suggestions) {
        const { access_token } = (await issue(request)).body;
        const own = await call(`GET /api/v1/organization?code=${organization}`, {
          token: access_token,
        });
        expect(own.status).toBe(200);
      }
    });
  });

  test('keys are refused to who brings credentials for them', async () => {
    for (const path of ['/.well-known/jwks', '/.well-known/jwks.json']) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(emulator.url + path, { headers })).status).toBe(403);
      expect((await fetch(emulator.url + path)).status).toBe(200);
    }
  });
});

describe('faults over HTTP, for people who run the emulator by itself', () => {
  const send = (method: string, body?: object) =>
    fetch(`${emulator.url}/_emulator/faults`, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
  const limit = { errors: [{ code: 'ORGANIZATION_LIMIT_REACHED', message: 'No more.' }] };

  test('strike as often as told, on their route alone, until they are cleared', async () => {
    const fault = { route: 'GET /api/v1/roles', times: 1, respond: { status: 403, body: limit } };
    expect(await (await send('POST', fault)).json()).toEqual(fault);
    expect((await call('GET /api/v1/permissions', { token })).status).toBe(200);
    const struck = await call('GET /api/v1/roles', { token });
    expect([struck.status, struck.body]).toEqual([403, limit]);
    expect((await call('GET /api/v1/roles', { token })).status).toBe(200);
    await send('POST', { respond: { status: 403, body: '<html>' } });
    expect((await fetch(`${emulator.url}/api/v1/roles`)).status).toBe(403);
    expect((await send('DELETE')).status).toBe(200);
    expect((await call('GET /api/v1/roles', { token })).status).toBe(200);
  });

  test('hold a response up, also one in place of the own', async () => {
    const timed = async () => {
      const start = performance.now();
      const { status } = await call('GET /api/v1/roles', { token });
      return [status, performance.now() - start >= 38];
    };
    await send('POST', { route: 'GET /api/v1/roles', times: 1, delayMs: 40 });
    expect(await timed()).toEqual([200, true]);
    await send('POST', { times: 1, delayMs: 40, respond: { status: 503 } });
    expect(await timed()).toEqual([503, true]);
  });

  test('limit the rate of one route, as Kinde writes it', async () => {
    await send('POST', {
      ...{ route: 'GET /api/v1/roles', times: 1 },
      respond: { rateLimitSeconds: 7 },
    });
    expect((await call('GET /api/v1/permissions', { token })).status).toBe(200);
    const response = await fetch(`${emulator.url}/api/v1/roles`);
    expect([response.status, response.headers.get('ratelimit-reset')]).toEqual([429, '7']);
    expect(await response.json()).toMatchObject({ errors: [{ code: 'TOO_MANY_REQUESTS' }] });
  });

  test.each<[string, object]>([
    ['delayMs', { delayMs: -1 }],
    ['respond', { respond: { rateLimitSeconds: 'soon' } }],
    ['route', { route: 'GET /api/v1/rolls', respond: { status: 403 } }],
    ['status', { respond: { status: 99 } }],
    ['respond', { times: 1 }],
  ])('with a wrong %s are refused, and name it', async (name, fault) => {
    const response = await send('POST', fault);
    expect(response.status).toBe(400);
    expect(JSON.stringify(await response.json())).toContain(name);
  });
});

describe('what tests and benchmarks use', () => {
  test('requests are recorded in order, token requests apart and without the secret', async () => {
    const body = { name: 'Recorded' };
    await call('GET /api/v1/organizations?page_size=3&sort=name_desc');
    await call('POST /api/v1/organization', { body });
    await call('GET /api/v1/nowhere', { token: null });
    await fetch(`${emulator.url}/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_secret: 'hush', client_id: 'me' }),
    });
    expect(emulator.calls()).toEqual([
      'GET /api/v1/organizations?page_size=3&sort=name_desc',
      'POST /api/v1/organization',
      'GET /api/v1/nowhere',
    ]);
    expect(emulator.requests[0]).toMatchObject({
      endpoint: 'organizations.list',
      scope: 'read:organizations',
      status: 200,
    });
    expect(emulator.requests[1]).toMatchObject({
      endpoint: 'organizations.create',
      body,
      status: 200,
    });
    expect(emulator.requests[2]).toMatchObject({ endpoint: undefined, status: 404 });
    expect(emulator.tokenRequests).toEqual([
      { method: 'POST', path: '/oauth2/token', body: { client_id: 'me' }, status: 400 },
    ]);
    emulator.clearRequests();
    expect([emulator.calls(), emulator.tokenRequests]).toEqual([[], []]);
  });

  test('requests are not recorded unless asked for', async () => {
    const own = await startEmulator({
      organizations: 1,
      usersPerOrganization: 1,
      recordsRequests: false,
    });
    const headers = { authorization: `Bearer ${await own.issueToken()}` };
    expect((await fetch(`${own.url}/api/v1/roles`, { headers })).status).toBe(200);
    expect(own.calls()).toEqual([]);
    await own.close();
  });

  test('over the rate limit: 429 with RateLimit-Reset and no Retry-After', async () => {
    emulator.rateLimit = 2;
    const statuses = [];
    for (let i = 0; i < 2; i++) statuses.push((await call('GET /api/v1/roles')).status);
    const { status, headers, body } = await call('GET /api/v1/roles');
    expect([...statuses, status]).toEqual([200, 200, 429]);
    expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(55);
    expect(headers.get('retry-after')).toBeNull();
    expect(body).toEqual({ errors: [{ code: 'TOO_MANY_REQUESTS', message: 'Too many requests' }] });
    emulator.reset();
    expect((await call('GET /api/v1/roles')).status).toBe(200);
  });

  test('over the limit of requests in flight: 429 at once, without RateLimit-Reset', async () => {
    Object.assign(emulator, { concurrencyLimit: 2, latencyMs: 50 });
    const ask = async () => {
      const { status, headers } = await call('GET /api/v1/roles');
      return [status, headers.has('ratelimit-reset')];
    };
    const both = [ask(), ask()];
    while (emulator.requests.length < 2) await new Promise(setImmediate);
    expect(await ask()).toEqual([429, false]);
    expect(await Promise.all(both)).toEqual(Array(2).fill([200, false]));
    expect(await ask()).toEqual([200, false]);
  });

  test('latency delays every response', async () => {
    emulator.latencyMs = 120;
    const start = performance.now();
    await call('GET /api/v1/roles');
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
  });

  test('a fault replaces the response of one route as often as set', async () => {
    emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users',
      times: 2,
      respond: { status: 503, headers: { 'retry-after': '1' }, body: 'overloaded' },
    });
    const path = `/api/v1/organizations/${someOrganization().profile.code}/users`;
    const ask = () => fetch(emulator.url + path, { headers: { authorization: `Bearer ${token}` } });
    const first = await ask();
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([
      503,
      '1',
      'overloaded',
    ]);
    expect((await call('GET /api/v1/roles')).status).toBe(200);
    expect((await ask()).status).toBe(503);
    expect((await ask()).status).toBe(200);
    expect(emulator.requests.map(({ status }) => status)).toEqual([503, 200, 503, 200]);
  });

  test('a fault can have a predicate, and be ended', async () => {
    const end = emulator.fault({
      match: ({ path }) => path.includes('page_size=1'),
      respond: { status: 502, body: { odd: true } },
    });
    expect(await call('GET /api/v1/roles?page_size=1')).toMatchObject({
      status: 502,
      body: { odd: true },
    });
    expect((await call('GET /api/v1/roles?page_size=2')).status).toBe(200);
    end();
    expect((await call('GET /api/v1/roles?page_size=1')).status).toBe(200);
  });

  test('a fault of the token endpoint', async () => {
    const end = emulator.fault({ route: 'POST /oauth2/token', respond: { status: 500 } });
    const ask = () =>
      fetch(`${emulator.url}/oauth2/token`, { method: 'POST', body: new URLSearchParams() });
    expect((await ask()).status).toBe(500);
    expect((await call('GET /api/v1/roles')).status).toBe(200);
    end();
    expect((await ask()).status).toBe(400);
  });

  test('a reset happens before the write; a reset after the write happens after it', async () => {
    const body = { name: 'Lost in transit' };
    const names = () => organizationsByName().map(({ profile }) => profile.name);
    emulator.fault({ times: 1, respond: 'reset' });
    await expect(call('POST /api/v1/organization', { body })).rejects.toThrow('fetch failed');
    expect(names()).not.toContain('Lost in transit');
    emulator.fault({ times: 1, respond: 'reset-after-write' });
    await expect(call('POST /api/v1/organization', { body })).rejects.toThrow('fetch failed');
    expect(names()).toContain('Lost in transit');
    expect(emulator.requests.map(({ status }) => status)).toEqual([undefined, undefined]);
  });

  test('a hanging request gets no response, and doesn’t delay closing the emulator', async () => {
    const own = await startEmulator({ organizations: 1, usersPerOrganization: 1 });
    own.fault({ respond: 'hang' });
    const hanging = fetch(`${own.url}/api/v1/roles`).then(
      () => 'answered',
      () => 'closed',
    );
    const outcome = await Promise.race([
      hanging,
      new Promise((resolve) => setTimeout(resolve, 300, 'hanging')),
    ]);
    expect(outcome).toBe('hanging');
    await own.close();
    expect(await hanging).toBe('closed');
  });

  test.each([
    ['a fault', () => void emulator.fault({ delayMs: 20 })],
    ['the latency', () => void (emulator.latencyMs = 20)],
  ])('a call that %s holds up over a reset changes nothing', async (_, holdUp) => {
    const before = snapshot(emulator);
    holdUp();
    const held = call('POST /api/v1/organization', { body: { name: 'Too late' } });
    held.catch(() => undefined);
    while (emulator.requests.length === 0) await new Promise(setImmediate);
    emulator.reset();
    emulator.rateLimit = 1;
    await expect(held).rejects.toThrow('fetch failed');
    expect(snapshot(emulator)).toBe(before);
    expect((await call('GET /api/v1/roles')).status).toBe(200);
  });

  test('reset restores the seed, including the next ids', async () => {
    const before = snapshot(emulator);
    const create = async () =>
      (await call('POST /api/v1/organization', { body: { name: 'New' } })).body.organization.code;
    const first = await create();
    expect(snapshot(emulator)).not.toBe(before);
    emulator.reset();
    expect(snapshot(emulator)).toBe(before);
    expect(await create()).toBe(first);
  });
});

/** All that there is, as text. */
function snapshot({ state }: Emulator): string {
  return JSON.stringify([
    [...state.organizations.values()].map(({ members, overrides, ...rest }) => ({
      ...rest,
      overrides: [...overrides],
      members: [...members.values()].map(({ user, roles, permissions, ...member }) => ({
        ...member,
        id: user.id,
        roles: [...roles].map(({ key }) => key),
        permissions: [...permissions].map(({ key }) => key),
      })),
    })),
    [...state.users.values()],
    [...state.roles.values()],
    [...state.permissions.values()],
    [...state.featureFlags],
  ]);
}

describe('the seed', () => {
  test('depends on the seed only', async () => {
    const [same, other] = [await startEmulator(), await startEmulator({ seed: 'another' })];
    expect(snapshot(same)).toBe(snapshot(emulator));
    expect(snapshot(other)).not.toBe(snapshot(emulator));
    expect(same).toMatchObject({
      clientId: emulator.clientId,
      clientSecret: emulator.clientSecret,
    });
    expect(other.clientId).not.toBe(emulator.clientId);
    await Promise.all([same.close(), other.close()]);
  });

  test('has ids of Kinde’s shapes, each once, and one default organization', () => {
    const { organizations, users, roles, permissions } = emulator.state;
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
    for (const { profile } of organizations.values())
      expect(profile.code).toMatch(/^org_[0-9a-f]{11}$/);
    for (const { id } of users.values()) expect(id).toMatch(/^kp_[0-9a-f]{32}$/);
    for (const { id } of [...roles.values(), ...permissions.values()]) expect(id).toMatch(uuid);
    expect([organizations.size, roles.size, permissions.size]).toEqual([36, 6, 20]);
    expect(users.size).toBeGreaterThan(400);
    expect([...organizations.values()].filter(({ profile }) => profile.is_default)).toHaveLength(1);
    const addresses = [...users.values()].flatMap(({ email }) => email ?? []);
    expect(new Set(addresses).size).toBe(addresses.length);
    expect(
      addresses.filter((email) => !/^[a-z.\d]+@[a-z-]*\.?example\.(com|org)$/.test(email)),
    ).toEqual([]);
  });

  test('has edge cases for clients', () => {
    const organizations = organizationsByName();
    const memberships = organizations.flatMap(({ members }) => [...members.values()]);
    const rolesOf = new Map<string, Set<string>>();
    for (const { user, roles } of memberships) {
      const kinds = rolesOf.get(user.id) ?? new Set();
      rolesOf.set(user.id, kinds.add([...roles].map(({ key }) => key).join()));
    }
    const have = {
      severalOrganizations: memberships.some(({ user }) => user.organizations.length > 1),
      differentRoles: [...rolesOf.values()].some((kinds) => kinds.size > 1),
      noEmail: memberships.some(({ user }) => !user.email),
      noName: memberships.some(({ user }) => user.full_name === ''),
      noRole: memberships.some(({ roles }) => roles.size === 0),
      direct: memberships.some(({ permissions }) => permissions.size > 0),
      noHandle: organizations.some(({ profile }) => profile.handle === null),
      suspended: organizations.some(({ profile }) => profile.is_suspended),
      noOverride: organizations.some(({ overrides }) => overrides.size === 0),
    };
    expect(Object.entries(have).filter(([, is]) => !is)).toEqual([]);
    const types = new Set(
      organizations.flatMap(({ overrides }) =>
        [...overrides.keys()].map((key) => emulator.state.featureFlag(key).type),
      ),
    );
    expect([...types].toSorted()).toEqual(['bool', 'int', 'str']);
    for (const { user, joined_on } of memberships) {
      expect(Date.parse(joined_on)).toBeGreaterThanOrEqual(Date.parse(user.created_on!) - 1000);
    }
  });

  test('has the configured size', async () => {
    const big = await startEmulator({ organizations: 100, usersPerOrganization: 100 });
    const sizes = [...big.state.organizations.values()].map(({ members }) => members.size);
    // Before anything can fail: one that is left open keeps jest from ending.
    await big.close();
    expect([sizes.length, new Set(sizes)]).toEqual([100, new Set([100])]);
    const small = await startEmulator({ organizations: 1, usersPerOrganization: 3 });
    expect([...small.state.organizations.values()].map(({ members }) => members.size)).toEqual([3]);
    await small.close();
  });
});

describe('settings', () => {
  test('have defaults, and empty ones count as unset', () => {
    expect(readEmulatorSettings({ EMULATOR_PORT: '', PATH: '/bin' })).toEqual({
      host: '127.0.0.1',
      port: 4010,
    });
    expect(
      readEmulatorSettings({
        EMULATOR_HOST: '0.0.0.0',
        EMULATOR_PORT: '5000',
        EMULATOR_URL: 'http://emulator:5000/',
        EMULATOR_LATENCY_MS: '25',
        EMULATOR_RATE_LIMIT: '100',
        EMULATOR_CONCURRENCY_LIMIT: '10',
        EMULATOR_PAGE_TOKENS: 'offset',
        EMULATOR_PAGE_TOKEN_LIFETIME_SECONDS: '60',
        EMULATOR_CULPRITS: 'details',
        EMULATOR_BULK_UPDATES: 'add',
        EMULATOR_ORGANIZATIONS: '5',
        EMULATOR_USERS_PER_ORGANIZATION: '7',
      }),
    ).toEqual({
      host: '0.0.0.0',
      port: 5000,
      url: 'http://emulator:5000',
      latencyMs: 25,
      rateLimit: 100,
      concurrencyLimit: 10,
      pageTokens: 'offset',
      pageTokenLifetimeSeconds: 60,
      culprits: 'details',
      bulkUpdates: 'add',
      organizations: 5,
      usersPerOrganization: 7,
    });
  });

  test('name every invalid variable at once', () => {
    const read = () =>
      readEmulatorSettings({
        EMULATOR_PORT: '99999',
        EMULATOR_LATENCY_MS: 'slow',
        EMULATOR_URL: 'x',
        EMULATOR_PAGE_TOKENS: 'pages',
        EMULATOR_RESPONSE_SHAPES: 'odd,odder',
      });
    expect(read).toThrow(EmulatorSettingsError);
    expect(read).toThrow(
      [
        'EMULATOR_PORT must be from 0 to 65535, not "99999"',
        'EMULATOR_URL must be a URL such as http://emulator:4010, not "x"',
        'EMULATOR_LATENCY_MS must be a whole number from 0 to 60000, not "slow"',
        'EMULATOR_PAGE_TOKENS must be one of entry, offset, page, not "pages"',
        `EMULATOR_RESPONSE_SHAPES must be a list of ${RESPONSE_SHAPES.join(', ')}, not "odd,odder"`,
      ].join('\n'),
    );
  });

  test('a public URL is spelled as gateways spell it, and has no path', () => {
    const urlOf = (EMULATOR_URL: string) => readEmulatorSettings({ EMULATOR_URL }).url;
    expect(['HTTP://Emulator:80/', 'http://emulator:4010'].map(urlOf)).toEqual([
      'http://emulator',
      'http://emulator:4010',
    ]);
    expect(() => urlOf('http://emulator:4010/kinde')).toThrow('EMULATOR_URL must be a URL without');
  });

  test('a public URL is the issuer and the base of the audience', async () => {
    const own = await startEmulator({
      url: 'http://emulator:4010',
      organizations: 1,
      usersPerOrganization: 1,
    });
    expect(own).toMatchObject({
      url: 'http://emulator:4010',
      audience: 'http://emulator:4010/api',
    });
    expect(decodeJwt(await own.issueToken()).iss).toBe('http://emulator:4010');
    await own.close();
    const open = await startEmulator({
      host: '0.0.0.0',
      organizations: 1,
      usersPerOrganization: 1,
    });
    expect(open.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await open.close();
  });
});

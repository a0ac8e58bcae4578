/** The emulator's switches: the forms that Kinde's responses and errors are seen in elsewhere. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Emulator,
  ERROR_SHAPES,
  type ErrorShape,
  RESPONSE_SHAPES,
  type ResponseShape,
  startEmulator,
} from '../../src/emulator/index.js';
import { readEmulatorSettings } from '../../src/emulator/settings.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let emulator: Emulator;
let code: string;
let token: string;
beforeAll(async () => {
  gateway = await startGateway({ emulator: { organizations: 8 } });
  ({ emulator } = gateway);
  token = await emulator.issueToken();
});
afterAll(() => gateway.close());
beforeEach(() => {
  emulator.reset();
  // One with colours and flags.
  const found = [...emulator.state.organizations.values()].find(
    ({ profile, overrides }) => profile.link_color !== null && overrides.size > 2,
  );
  ({ code } = found!.profile);
});

async function send(call: string, body?: object) {
  const [method, path] = call.split(' ') as [string, string];
  const response = await fetch(`${emulator.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

const CHECKS: Record<ResponseShape, () => Promise<void>> = {
  'text-scalars': async () =>
    expect((await send(`GET organization?code=${code}`)).body.is_default).toMatch(/^(true|false)$/),
  'null-lists': async () => {
    const { body } = await send('GET users?user_id=kp_nobody');
    expect(body.users).toBeNull();
  },
  'absent-nulls': async () =>
    expect((await send(`GET organization?code=${code}`)).body).not.toHaveProperty('logo_dark'),
  'epoch-dates': async () =>
    expect((await send(`GET organization?code=${code}`)).body.created_on).toBeLessThan(2e9),
  'epoch-millisecond-dates': async () =>
    expect((await send(`GET organization?code=${code}`)).body.created_on).toBeGreaterThan(1e12),
  'dates-without-offset': async () =>
    expect((await send(`GET organization?code=${code}`)).body.created_on).toMatch(/T[\d:.]+$/),
  'short-offset-dates': async () =>
    expect((await send(`GET organization?code=${code}`)).body.created_on).toMatch(/\+00$/),
  'native-flag-values': async () => {
    const { body } = await send(`GET organizations/${code}/feature_flags`);
    const values = Object.values<{ value: unknown }>(body.feature_flags);
    expect(values.some(({ value }) => typeof value !== 'string')).toBe(true);
  },
  'long-flag-types': async () => {
    const { body } = await send(`GET organizations/${code}/feature_flags`);
    const types = Object.values<{ type: string }>(body.feature_flags).map(({ type }) => type);
    expect(types.some((type) => ['boolean', 'integer', 'String'].includes(type))).toBe(true);
  },
  'role-objects': async () => {
    const { body } = await send(`GET organizations/${code}/users?page_size=50`);
    const roles = body.organization_users.flatMap((user: { roles: unknown[] }) => user.roles);
    expect(roles[0]).toEqual({ key: expect.any(String) });
  },
  'text-colors': async () =>
    expect((await send(`GET organization?code=${code}`)).body.link_color).toMatch(/^#/),
  'enveloped-organization': async () =>
    expect((await send(`GET organization?code=${code}`)).body).toMatchObject({
      ...{ code: 'OK', organization: { code } },
    }),
  'bulk-writes-without-users': async () =>
    expect((await send(`POST organizations/${code}/users`, { users: [] })).body).toEqual({
      ...{ code: 'OK', message: expect.any(String) },
    }),
};

const EVERYTHING = `query ($code: ID!) {
  organizations(first: 8) { nodes { code name handle isDefault externalId isAutoMembershipEnabled } }
  organization(code: $code) {
    createdOn suspendedOn allowedDomains isSuspended
    branding { linkColor { raw } buttonBorderRadius themeCode }
    billing { customerId agreements { planCode } }
    featureFlags { key type value }
    users(first: 40) { nodes {
      userId email fullName firstName joinedOn lastAccessedOn isSuspended
      roles { key name } permissions { key name }
    } }
  }
  roles { nodes { key roleId name description } }
}`;

describe('the response shape', () => {
  test.each(RESPONSE_SHAPES)('%s doesn’t change the graph', async (shape) => {
    const before = await gateway.query(EVERYTHING, { code });
    emulator.switches.responseShapes = [shape];
    await CHECKS[shape]();
    const after = await gateway.query(EVERYTHING, { code });
    expect(after).toEqual(before);
  });

  test.each<[ResponseShape, ResponseShape]>([
    ['native-flag-values', 'long-flag-types'],
    ['long-flag-types', 'native-flag-values'],
  ])('may be several at once, such as %s and %s', async (...shapes) => {
    await send(`PATCH organizations/${code}/feature_flags/max_projects?value=007`);
    const before = await gateway.query(EVERYTHING, { code });
    emulator.switches.responseShapes = [...shapes, 'null-lists', 'text-scalars'];
    expect(await gateway.query(EVERYTHING, { code })).toEqual(before);
  });
});

describe('the error shape', () => {
  const BODIES: Record<ErrorShape, unknown> = {
    documented: { errors: [{ code: 'NAME_REQUIRED', message: 'An organization needs a name' }] },
    list: { errors: [{ code: 'NAME_REQUIRED', message: 'An organization needs a name' }] },
    object: { errors: { code: 'NAME_REQUIRED', message: 'An organization needs a name' } },
    flat: { code: 'NAME_REQUIRED', message: 'An organization needs a name' },
    texts: { errors: ['An organization needs a name'] },
    none: undefined,
  };

  test.each(ERROR_SHAPES)('%s is how an error is written', async (shape) => {
    emulator.switches.errorShape = shape;
    expect(await send('POST organization', { name: '' })).toEqual({
      ...{ status: 400, body: BODIES[shape] },
    });
  });
});

describe('switches', () => {
  const put = (body: object) =>
    fetch(`${emulator.url}/_emulator/switches`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  test('are set over HTTP; what is left out is off', async () => {
    const response = await put({
      errorShape: 'flat',
      responseShapes: ['epoch-dates'],
      pageSizeLimit: 20,
    });
    const set = {
      errorShape: 'flat',
      responseShapes: ['epoch-dates'],
      pageSizeLimit: 20,
      omitsExpiresIn: false,
      ...{ eventDelayMs: 0, eventRetryScale: 1, repeatsEvents: false },
    };
    expect(await response.json()).toEqual(set);
    expect(emulator.switches).toEqual(set);
    expect(await send('GET roles?page_size=21')).toEqual({
      status: 400,
      body: { code: 'PAGE_SIZE_LIMIT_EXCEEDED', message: 'Page size cannot be greater than 20' },
    });
    await put({});
    expect((await send('GET roles?page_size=21')).status).toBe(200);
    const refused = await put({ errorShape: 'haiku' });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('errorShape'),
    ]);
  });

  test('are set by environment variables and options, and come back with a reset', async () => {
    const settings = readEmulatorSettings({
      EMULATOR_PAGE_SIZE_LIMIT: '100',
      EMULATOR_RESPONSE_SHAPES: 'null-lists, text-scalars',
      EMULATOR_ERROR_SHAPE: 'texts',
    });
    const switches = {
      ...{
        pageSizeLimit: 100,
        responseShapes: ['null-lists', 'text-scalars'],
        errorShape: 'texts',
      },
    };
    expect(settings).toMatchObject({ switches });
    const other = await startEmulator({ ...settings, port: 0, organizations: 1 });
    other.switches.pageSizeLimit = 7;
    other.reset();
    expect(other.switches).toMatchObject(switches);
    await other.close();
    expect(() =>
      readEmulatorSettings({ EMULATOR_RESPONSE_SHAPES: 'round', EMULATOR_ERROR_SHAPE: 'square' }),
    ).toThrow(/EMULATOR_RESPONSE_SHAPES[^]*null-lists[^]*EMULATOR_ERROR_SHAPE must be one of/);
  });

  test('a fault may reshape a single response', async () => {
    emulator.fault({
      route: 'GET /api/v1/organization',
      times: 1,
      respond: { reshape: (body) => ({ ...(body as object), name: 7 }) },
    });
    expect((await send(`GET organization?code=${code}`)).body.name).toBe(7);
    expect((await send(`GET organization?code=${code}`)).body.name).toEqual(expect.any(String));
  });
});

test('a bulk update takes the operation `update` as it takes none, and no other', async () => {
  const members = [...emulator.state.organizations.values()].find(
    ({ profile }) => profile.code === code,
  )!.members;
  const [member] = [...members.values()].map(({ user }) => user.id);
  const patch = (operation: string) =>
    send(`PATCH organizations/${code}/users`, {
      users: [{ id: member, operation, roles: ['auditor'] }],
    });
  expect((await patch('update')).body).toMatchObject({
    users_updated: [member],
    users_removed: [],
  });
  expect([...members.get(member!)!.roles].map(({ key }) => key)).toEqual(['auditor']);
  expect(await patch('remove')).toMatchObject({
    body: { errors: [{ code: 'INVALID_OPERATION' }] },
  });
});

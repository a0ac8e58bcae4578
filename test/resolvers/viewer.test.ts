/** What the caller may do, through the door, in each mode and for each kind of token. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { TokenOptions } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const VIEWER = `{ viewer {
  kind organization { id code } scopes permissions
  reads: can(scope: "read:organization_users")
  writes: can(scope: "create:organization_users")
  listsUsers: can(scope: "read:roles")
  createsOrganizations: can(scope: "create:organizations")
  custom: can(scope: "invite:members")
} }`;

let gateway: TestGateway;
let passthrough: TestGateway;
let open: TestGateway;
let code: string;

beforeAll(async () => {
  gateway = await startGateway({ env: { AUTH_MODE: 'jwt', CACHE: 'memory' } });
  const before = gateway.emulator;
  passthrough = await startGateway({ before, env: { AUTH_MODE: 'passthrough' } });
  open = await startGateway({ before });
});
afterAll(async () => {
  await open.close();
  await passthrough.close();
  await gateway.close();
});
beforeEach(() => {
  gateway.emulator.reset();
  code = [...gateway.emulator.state.organizations.values()][1]!.profile.code;
});

const as = async (options: TokenOptions, document = VIEWER, at = gateway) => {
  const token = await gateway.emulator.issueToken(options);
  return at.execute(document, {}, { authorization: `Bearer ${token}` });
};

const viewerWith = async (options: TokenOptions, at?: TestGateway) => {
  const { data, errors } = await as(options, VIEWER, at);
  expect(errors).toBeUndefined();
  return data.viewer;
};

const user = (permissions: string[], claims = {}): TokenOptions => ({
  audience: [],
  scopes: ['openid', 'profile'],
  claims: {
    ...{ gty: undefined, scope: undefined, sub: 'kp_0123456789abcdef', org_code: code },
    ...{ permissions, ...claims },
  },
});

describe('viewer says what the caller may do, without a call to Kinde:', () => {
  test('an application, by its scopes', async () => {
    const scopes = ['read:organization_users', 'create:organizations'];
    expect(await viewerWith({ scopes })).toEqual({
      kind: 'APPLICATION',
      organization: null,
      scopes: ['create:organizations', 'read:organization_users'],
      permissions: null,
      reads: true,
      writes: false,
      listsUsers: false,
      createsOrganizations: true,
      custom: false,
    });
    expect(gateway.calls()).toEqual([]);
  });

  test('an application of one organization, without what is the environment’s', async () => {
    const scopes = ['read:organization_users', 'create:organizations'];
    expect(await viewerWith({ scopes, claims: { org_code: code } })).toMatchObject({
      kind: 'APPLICATION',
      organization: { code },
      reads: true,
      createsOrganizations: false,
    });
    expect(gateway.calls()).toEqual([]);
  });

  test('a user, by its permissions, its own keys included', async () => {
    const permissions = ['read:organization_users', 'invite:members', 'create:organizations'];
    expect(await viewerWith(user(permissions))).toEqual({
      kind: 'USER',
      organization: { id: expect.any(String), code },
      scopes: null,
      permissions: ['create:organizations', 'invite:members', 'read:organization_users'],
      reads: true,
      writes: false,
      listsUsers: false,
      createsOrganizations: false,
      custom: true,
    });
    expect(gateway.calls()).toEqual([]);
  });

  test('a user without an organization may do nothing', async () => {
    const permissions = ['read:organization_users', 'invite:members'];
    expect(await viewerWith(user(permissions, { org_code: undefined }))).toMatchObject({
      kind: 'USER',
      organization: null,
      reads: false,
      custom: false,
    });
  });

  test('a passthrough token, by its own claims', async () => {
    const scopes = ['read:organization_users'];
    expect(await viewerWith({ scopes }, passthrough)).toMatchObject({
      kind: 'UNVERIFIED_TOKEN',
      organization: null,
      scopes,
      permissions: null,
      reads: true,
      writes: false,
    });
    const opaque = await passthrough.execute(VIEWER, {}, { authorization: 'Bearer opaque' });
    expect(opaque.data.viewer).toMatchObject({
      kind: 'UNVERIFIED_TOKEN',
      scopes: null,
      reads: null,
      writes: null,
    });
    expect(gateway.calls()).toEqual([]);
  });

  test('everybody, where the gateway asks for no token', async () => {
    expect(await open.query(VIEWER)).toMatchObject({
      viewer: { kind: 'EVERYBODY', scopes: null, permissions: null, reads: true, writes: true },
    });
    expect(gateway.calls()).toEqual([]);
  });
});

test('viewer is never another caller’s: the same document, with other rights, with a cache', async () => {
  const document =
    '{ viewer { permissions } organization: viewer { organization { code featureFlags { key } } } }';
  const one = ['read:organization_feature_flags'];
  const other = [...one, 'read:organizations'];
  for (const permissions of [one, other, one, other]) {
    const { data } = await as(user(permissions), document);
    expect(data.viewer.permissions).toEqual([...permissions].sort());
  }
  expect(gateway.calls()).toHaveLength(1);
});

test('the viewer’s organization takes the same scopes as anywhere', async () => {
  const document = '{ viewer { organization { code name users(first: 1) { nodes { userId } } } } }';
  const { data, errors } = await as(user(['read:organization_users']), document);
  expect(data.viewer.organization).toEqual({
    code,
    name: null,
    users: { nodes: [{ userId: expect.any(String) }] },
  });
  expect(errors).toMatchObject([
    {
      path: ['viewer', 'organization', 'name'],
      extensions: { code: 'FORBIDDEN', requiredScope: 'read:organizations' },
    },
  ]);
});

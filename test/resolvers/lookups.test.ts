/** One organization and one member, found by what a page knows of them, with the calls that it takes. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { IMPOSSIBLE_IDS } from '../support/ids.js';

const domain = startDomain();
const LIST = 'GET /api/v1/organizations?page_size=500';
const detailsOf = (code: string) => `GET /api/v1/organization?code=${code}`;
const state = () => domain.gateway.emulator.state;

describe('organizationByHandle and organizationByExternalId', () => {
  const BY_HANDLE =
    'query ($value: String!) { found: organizationByHandle(handle: $value) { code name } }';
  const BY_ID =
    'query ($value: String!) { found: organizationByExternalId(externalId: $value) { code name } }';
  let handle: string;
  let externalId: string;

  beforeEach(() => {
    const { profile } = state().organization(domain.organizationCode);
    Object.assign(profile, { handle: 'norrøna & co', external_id: 'crm/42' });
    [handle, externalId] = [profile.handle!, profile.external_id!];
    domain.gateway.calls();
  });

  test.each([
    ['a handle', BY_HANDLE, () => handle],
    ['an external id', BY_ID, () => externalId],
  ])('find by %s with the list and one read', async (_, document, value) => {
    const { found } = await domain.gateway.query(document, { value: value() });
    expect(found.code).toBe(domain.organizationCode);
    expect(domain.gateway.calls()).toEqual([LIST, detailsOf(domain.organizationCode)]);
  });

  test('take one read of the list for many lookups', async () => {
    const { organizations } = state();
    const handles = [...organizations.values()].flatMap(({ profile }) => profile.handle ?? []);
    const aliases = handles
      .slice(0, 5)
      .map(
        (each, index) =>
          `a${index}: organizationByHandle(handle: ${JSON.stringify(each)}) { code }`,
      );
    await domain.gateway.query(`{ ${aliases.join(' ')} }`);
    expect(domain.gateway.calls().filter((call) => call === LIST)).toHaveLength(1);
  });

  test.each(['nobody', 'NORRØNA & CO', '__proto__'])('find nothing for %j', async (value) => {
    expect(await domain.gateway.query(BY_HANDLE, { value })).toEqual({ found: null });
    expect(domain.gateway.calls()).toEqual([LIST]);
  });

  test.each([
    [BY_HANDLE, 'handle'],
    [BY_ID, 'externalId'],
  ])(
    'refuse an empty text, which would match organizations without one',
    async (document, argument) => {
      const { errors } = await domain.gateway.execute(document, { value: '' });
      expect(errors).toMatchObject([
        { message: `\`${argument}\` is empty.`, extensions: { code: 'BAD_USER_INPUT' } },
      ]);
      expect(domain.gateway.calls()).toEqual([]);
    },
  );

  test('read as many pages as they need', async () => {
    const limited = await startGateway({
      before: domain.gateway.emulator,
      env: { KINDE_PAGE_SIZE: '10' },
    });
    try {
      const sorted = [...state().organizations.values()].map(({ profile }) => profile);
      sorted.sort((a, b) => (a.name < b.name ? -1 : 1));
      const [target] = sorted.slice(15);
      target!.handle = 'on-the-second-page';
      const { found } = await limited.query(BY_HANDLE, { value: 'on-the-second-page' });
      expect(found.code).toBe(target!.code);
      expect(limited.calls()).toEqual([
        'GET /api/v1/organizations?page_size=10',
        expect.stringMatching(/^GET \/api\/v1\/organizations\?page_size=10&next_token=/),
        detailsOf(target!.code),
      ]);
    } finally {
      await limited.close();
    }
  });

  test('fail for an unusable entry, since it may be the one', async () => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: { status: 200, body: { organizations: [{ name: 'Codeless' }] } },
    });
    const { data, errors } = await domain.gateway.execute(BY_HANDLE, { value: 'any' });
    expect(data).toEqual({ found: null });
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
  });

  test('need read:organizations for the whole environment', async () => {
    const denied = await domain.executeWith(['read:users'], BY_HANDLE, { value: handle });
    expect(denied.errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organizations' } },
    ]);
    const held = await domain.executeWith(
      ['read:organizations'],
      BY_HANDLE,
      { value: handle },
      {
        org_code: domain.organizationCode,
      },
    );
    expect(held.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  describe('from the cache', () => {
    let cached: TestGateway;
    beforeEach(async () => {
      cached = await startGateway({ before: domain.gateway.emulator, env: { CACHE: 'memory' } });
    });
    afterEach(() => cached.close());
    const find = async (value: string, document = BY_HANDLE) =>
      // Documents that differ, so that no complete response is served.
      (await cached.query(`${document} # ${Math.random()}`, { value })).found;

    test('take no call while the list is fresh, and see a rename through the gateway at once', async () => {
      const other = [...state().organizations.values()].at(-1)!.profile;
      other.handle = 'other';
      await find(handle);
      cached.calls();
      expect(await find(handle)).toMatchObject({ code: domain.organizationCode });
      expect(cached.calls()).toEqual([]);
      expect(await find('other')).toMatchObject({ code: other.code });
      expect(cached.calls()).toEqual([detailsOf(other.code)]);

      await cached.query(
        'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }',
        { input: { organizationCode: domain.organizationCode, handle: 'renamed' } },
      );
      expect(await find(handle)).toBeNull();
      expect(await find('renamed')).toMatchObject({ code: domain.organizationCode });
    });

    test('never return an organization with another handle by now: the list is read again', async () => {
      const { profile } = state().organization(domain.organizationCode);
      const heir = [...state().organizations.values()].at(-1)!.profile;
      heir.handle = 'heir';
      await find('heir');
      // Outside the gateway the handle goes to another organization, and the cache still has the list.
      [heir.handle, profile.handle] = [handle, null];
      cached.calls();
      expect(await find(handle)).toMatchObject({ code: heir.code });
      expect(cached.calls()).toEqual([
        detailsOf(profile.code),
        LIST,
        // Not from the cache, where it still has the other handle.
        detailsOf(heir.code),
      ]);
      heir.handle = 'heir';
      expect(await find('nothing like it')).toBeNull();
      expect(cached.calls()).toEqual([]);
    });

    test('are null when the organization was deleted outside the gateway', async () => {
      await find('nothing like it');
      state().organizations.delete(domain.organizationCode);
      cached.calls();
      expect(await find(handle)).toBeNull();
      expect(cached.calls()).toEqual([detailsOf(domain.organizationCode), LIST]);
    });
  });
});

describe('Organization.user', () => {
  const USER = `query ($code: ID!, $id: ID!) { organization(code: $code) { code
    user(userId: $id) { id userId email roles { key } organization { code } } } }`;
  const ask = (id: string) => domain.gateway.query(USER, { code: domain.organizationCode, id });
  const peopleOf = (id: string) =>
    `GET /api/v1/users?user_id=${id}&page_size=1&expand=organizations`;
  const rolesOf = (id: string) =>
    `GET /api/v1/organizations/${domain.organizationCode}/users/${id}/roles`;

  test('is one member, with one call besides what its fields take', async () => {
    const { user, roles } = state().member(domain.organizationCode, domain.userId);
    const { organization } = await ask(domain.userId);
    expect(organization.user).toEqual({
      id: expect.any(String),
      userId: domain.userId,
      email: user.email ?? null,
      roles: [...roles].map(({ key }) => ({ key })),
      organization: { code: domain.organizationCode },
    });
    expect(domain.gateway.calls()).toEqual([
      detailsOf(domain.organizationCode),
      peopleOf(domain.userId),
      rolesOf(domain.userId),
    ]);
  });

  test('is null for a user who is no member, and for an unknown id', async () => {
    for (const id of [domain.strangerId, 'kp_nobody']) {
      expect((await ask(id)).organization.user).toBeNull();
      expect(domain.gateway.calls()).toEqual([detailsOf(domain.organizationCode), peopleOf(id)]);
    }
  });

  test.each(IMPOSSIBLE_IDS.filter((id) => id.isWellFormed()))(
    'refuses the id %j unsent',
    async (id) => {
      const { errors } = await domain.gateway.execute(USER, { code: domain.organizationCode, id });
      expect(errors).toMatchObject([
        { path: ['organization', 'user'], extensions: { code: 'BAD_USER_INPUT' } },
      ]);
      expect(domain.gateway.calls()).toEqual([detailsOf(domain.organizationCode)]);
    },
  );

  test('needs read:organization_users or read:users', async () => {
    const { data, errors } = await domain.executeWith(['read:organizations'], USER, {
      code: domain.organizationCode,
      id: domain.userId,
    });
    expect(data.organization).toEqual({ code: domain.organizationCode, user: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_users' } },
    ]);
  });
});

describe('membership is tested', () => {
  const scopes = ['read:organizations', 'read:organization_users', 'read:organization_user_roles'];
  const nodeId = (id: string) =>
    Buffer.from(JSON.stringify(['OrganizationUser', domain.organizationCode, id])).toString(
      'base64url',
    );
  const areMembers = (ids: string[], claims?: Record<string, unknown>) =>
    domain.executeWith(
      scopes,
      'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationUser { userId } } }',
      { ids: ids.map(nodeId) },
      claims,
    );
  const call = (id: string) =>
    `GET /api/v1/organizations/${domain.organizationCode}/users/${id}/roles`;

  /** The gateway has a cache, so that each test takes members of its own. */
  const memberAt = (index: number) =>
    [...state().organization(domain.organizationCode).members.values()].at(index)!.user.id;

  test.each([
    ['an application without read:users', 0, false],
    ['an application of the organization', 1, true],
  ])('by one call for the user’s roles, for %s', async (_, index, isOwn) => {
    const claims = isOwn ? { org_code: domain.organizationCode } : undefined;
    const ids = [memberAt(index), `kp_nobody${index}`];
    const { data } = await areMembers(ids, claims);
    expect(data.nodes).toEqual([{ userId: ids[0] }, null]);
    expect(domain.gateway.calls().sort()).toEqual(ids.map(call).sort());
  });

  test('by the list where there are more than three', async () => {
    const ids = [3, 4, 5].map(memberAt);
    const { data } = await areMembers([...ids, domain.strangerId]);
    expect(data.nodes.map((node: any) => node?.userId)).toEqual([...ids, undefined]);
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organizations/${domain.organizationCode}/users?page_size=500`,
    ]);
  });

  test('and a failed test is an error', async () => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/roles',
      respond: { status: 503 },
      times: 10,
    });
    const { data, errors } = await areMembers([memberAt(2)]);
    expect(data.nodes).toEqual([null]);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });
});

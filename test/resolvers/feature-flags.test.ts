/** Feature flags as nodes: one global id wherever a flag is read, and the ids of what was deleted. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway } from '../support/gateway.js';
import { mutationDocument } from '../support/mutations.js';

const domain = startDomain();

const overrides = () =>
  domain.gateway.emulator.state.organization(domain.organizationCode).overrides;
const flagsPath = () => `/api/v1/organizations/${domain.organizationCode}/feature_flags`;

/** Overrides exactly these flags. */
function override(values: Record<string, string>): void {
  overrides().clear();
  for (const [key, value] of Object.entries(values)) overrides().set(key, value);
}

async function idsByKey(): Promise<Map<string, string>> {
  const { organization } = await domain.gateway.query(
    'query ($code: ID!) { organization(code: $code) { featureFlags { id key } } }',
    { code: domain.organizationCode },
  );
  domain.gateway.calls();
  return new Map(organization.featureFlags.map(({ id, key }: any) => [key, id]));
}

const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on FeatureFlag { key value } } }';

describe('the global id of a flag', () => {
  test('is the same in a list, alone, in a payload and behind node', async () => {
    override({ dark_mode: 'false', support_tier: 'gold' });
    const ids = await idsByKey();
    const { organization, node } = await domain.gateway.query(
      `query ($code: ID!, $id: ID!) {
        organization(code: $code) { featureFlag(key: "support_tier") { id } }
        node(id: $id) { id ... on FeatureFlag { key type value } }
      }`,
      { code: domain.organizationCode, id: ids.get('support_tier') },
    );
    expect(organization.featureFlag).toEqual({ id: ids.get('support_tier') });
    expect(node).toEqual({
      id: ids.get('support_tier'),
      key: 'support_tier',
      type: 'STRING',
      value: 'gold',
    });
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${domain.organizationCode}`,
      `GET ${flagsPath()}`,
    ]);
    const { featureFlag } = await domain.mutate(
      'updateFeatureFlagOverride',
      { organizationCode: domain.organizationCode, key: 'dark_mode', value: true },
      'featureFlag { id value }',
    );
    expect(featureFlag).toEqual({ id: ids.get('dark_mode'), value: true });
  });

  test('differs between organizations', async () => {
    override({ support_tier: 'gold' });
    const { organizations } = await domain.gateway.query(
      '{ organizations(first: 50) { nodes { featureFlags { id } } } }',
    );
    const ids = organizations.nodes.flatMap(({ featureFlags }: any) =>
      featureFlags.map(({ id }: any) => id),
    );
    expect(ids.length).toBeGreaterThan(1);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('finds the environment’s value without an override, and needs the scopes', async () => {
    override({ support_tier: 'gold' });
    const id = (await idsByKey()).get('support_tier')!;
    override({});
    expect(await domain.gateway.query(NODES, { ids: [id] })).toEqual({
      nodes: [{ id, key: 'support_tier', value: 'standard' }],
    });
    const ofOrganization = await domain.executeWith(['read:organization_feature_flags'], NODES, {
      ids: [id],
    });
    expect(ofOrganization).toEqual({ data: { nodes: [null] } });
    const { data, errors } = await domain.executeWith(['read:organizations'], NODES, { ids: [id] });
    expect(data).toEqual({ nodes: [null] });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_feature_flags' } },
    ]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

describe('a deletion', () => {
  test('of one override names its global id', async () => {
    override({ dark_mode: 'true', support_tier: 'gold' });
    const ids = await idsByKey();
    const payload = await domain.mutate(
      'deleteFeatureFlagOverride',
      { organizationCode: domain.organizationCode, key: 'support_tier' },
      'deletedFeatureFlagId deletedFeatureFlagKey',
    );
    expect(payload).toEqual({
      deletedFeatureFlagId: ids.get('support_tier'),
      deletedFeatureFlagKey: 'support_tier',
      userErrors: [],
    });
    const refused = await domain.mutate(
      'deleteFeatureFlagOverride',
      { organizationCode: domain.organizationCode, key: 'support_tier' },
      'deletedFeatureFlagId deletedFeatureFlagKey',
    );
    expect(refused).toMatchObject({ deletedFeatureFlagId: null, deletedFeatureFlagKey: null });
    expect([...overrides().keys()]).toEqual(['dark_mode']);
  });

  const input = () => ({ organizationCode: domain.organizationCode });

  test.each([
    ['plainly', 'deletedFeatureFlagIds'],
    ['under another name', 'deletedFeatureFlagIds: ids'],
    ['in a fragment', '... on DeleteFeatureFlagOverridesPayload { deletedFeatureFlagIds }'],
  ])('of all overrides reads them first where their ids are selected %s', async (_, selection) => {
    const [name, alias] = selection.split(': ');
    const field = alias === undefined ? selection : `${alias}: ${name}`;
    override({ dark_mode: 'true', support_tier: 'gold' });
    const ids = await idsByKey();
    const payload = await domain.mutate('deleteFeatureFlagOverrides', input(), field);
    expect(payload).toEqual({
      [alias ?? 'deletedFeatureFlagIds']: [ids.get('dark_mode'), ids.get('support_tier')],
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([`GET ${flagsPath()}`, `DELETE ${flagsPath()}`]);
    expect(overrides().size).toBe(0);
  });

  test('of all overrides names those that the cache lacks', async () => {
    const cached = await startGateway({
      before: domain.gateway.emulator,
      env: { CACHE: 'memory' },
    });
    try {
      override({ support_tier: 'gold' });
      const read = '{ organization(code: "%") { featureFlags { key } } }';
      await cached.query(read.replace('%', domain.organizationCode));
      // In Kinde's own pages, where the gateway does not hear of it.
      override({ dark_mode: 'true', support_tier: 'gold' });
      const ids = await idsByKey();
      const { deleteFeatureFlagOverrides: payload } = await cached.query(
        mutationDocument('deleteFeatureFlagOverrides', 'deletedFeatureFlagIds'),
        { input: input() },
      );
      expect(payload.deletedFeatureFlagIds).toEqual([
        ids.get('dark_mode'),
        ids.get('support_tier'),
      ]);
    } finally {
      await cached.close();
    }
  });

  test('of all overrides reads nothing where their ids are not selected', async () => {
    await domain.mutate('deleteFeatureFlagOverrides', input());
    expect(domain.gateway.calls()).toEqual([`DELETE ${flagsPath()}`]);
  });

  test('of all overrides works although they could not be read', async () => {
    override({ support_tier: 'gold' });
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/feature_flags',
      respond: { status: 400 },
    });
    const payload = await domain.mutate(
      'deleteFeatureFlagOverrides',
      input(),
      'deletedFeatureFlagIds',
    );
    expect(payload).toEqual({ deletedFeatureFlagIds: null, userErrors: [] });
    expect(overrides().size).toBe(0);
  });

  test('of all overrides works for a caller who may not read them, without the ids', async () => {
    override({ support_tier: 'gold' });
    const { data, errors } = await domain.executeWith(
      ['delete:organization_feature_flags'],
      mutationDocument('deleteFeatureFlagOverrides', 'deletedFeatureFlagIds'),
      { input: input() },
    );
    expect(data.deleteFeatureFlagOverrides).toEqual({
      deletedFeatureFlagIds: null,
      userErrors: [],
    });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_feature_flags' } },
    ]);
    expect(domain.gateway.calls()).toEqual([`DELETE ${flagsPath()}`]);
    expect(overrides().size).toBe(0);
  });
});

describe('with the environment’s flags', () => {
  const SCOPES = ['read:organization_feature_flags', 'read:environment_feature_flags'];
  const ENVIRONMENT = 'GET /api/v1/environment/feature_flags';
  const ALL = `query ($code: ID!) { viewer { organization { code } } organization(code: $code) {
    featureFlags(includeInherited: true) { id key type value source } } }`;
  const code = () => domain.organizationCode;

  test('all flags have the values that apply, and say where these come from', async () => {
    override({ dark_mode: 'false', support_tier: 'gold' });
    const { organization } = await domain.gateway.query(ALL, { code: code() });
    expect(organization.featureFlags).toEqual(
      [
        ['beta_dashboard', 'BOOLEAN', false, 'ENVIRONMENT'],
        ['dark_mode', 'BOOLEAN', false, 'ORGANIZATION'],
        ['data_region', 'STRING', 'eu-west', 'ENVIRONMENT'],
        ['max_projects', 'INTEGER', 10, 'ENVIRONMENT'],
        ['single_sign_on', 'BOOLEAN', false, 'ENVIRONMENT'],
        ['storage_gb', 'INTEGER', 50, 'ENVIRONMENT'],
        ['support_tier', 'STRING', 'gold', 'ORGANIZATION'],
      ].map(([key, type, value, source]) => ({ id: expect.any(String), key, type, value, source })),
    );
    expect(domain.gateway.calls().sort()).toEqual(
      [`GET /api/v1/organization?code=${code()}`, `GET ${flagsPath()}`, ENVIRONMENT].sort(),
    );
  });

  test('one flag has the value that applies, and is null where no such flag exists', async () => {
    override({ support_tier: 'gold' });
    const { organization } = await domain.gateway.query(
      `query ($code: ID!) { organization(code: $code) {
        own: featureFlag(key: "support_tier", includeInherited: true) { value source }
        inherited: featureFlag(key: "dark_mode", includeInherited: true) { value source }
        without: featureFlag(key: "dark_mode") { value }
        none: featureFlag(key: "constructor", includeInherited: true) { value }
      } }`,
      { code: code() },
    );
    expect(organization).toEqual({
      own: { value: 'gold', source: 'ORGANIZATION' },
      inherited: { value: true, source: 'ENVIRONMENT' },
      without: null,
      none: null,
    });
  });

  test('twenty organizations take one read of them', async () => {
    await domain.gateway.query(
      '{ organizations(first: 20) { nodes { featureFlags(includeInherited: true) { value } } } }',
    );
    expect(domain.gateway.calls().filter((call) => call === ENVIRONMENT)).toHaveLength(1);
  });

  test('a flag has one id before, while and after it is overridden', async () => {
    override({});
    const read = async () => {
      const { organization } = await domain.gateway.query(ALL, { code: code() });
      return organization.featureFlags.find(({ key }: any) => key === 'dark_mode');
    };
    const before = await read();
    expect(before).toMatchObject({ value: true, source: 'ENVIRONMENT' });
    const { featureFlag } = await domain.mutate(
      'updateFeatureFlagOverride',
      { organizationCode: code(), key: 'dark_mode', value: false },
      'featureFlag { id key type value source }',
    );
    expect(featureFlag).toEqual({ ...before, value: false, source: 'ORGANIZATION' });
    const deleted = await domain.mutate(
      'deleteFeatureFlagOverride',
      { organizationCode: code(), key: 'dark_mode' },
      'featureFlag { id key type value source }',
    );
    expect(deleted.featureFlag).toEqual(before);
    expect(domain.gateway.calls()).toEqual([`DELETE ${flagsPath()}/dark_mode`, ENVIRONMENT]);
  });

  test('the environment’s own list takes one call, and its flags are nodes', async () => {
    const { featureFlags } = await domain.gateway.query('{ featureFlags { id key type value } }');
    expect(featureFlags.map(({ key }: any) => key)).toEqual(
      [...domain.gateway.emulator.state.featureFlags.keys()].sort(),
    );
    expect(domain.gateway.calls()).toEqual([ENVIRONMENT]);
    const { nodes } = await domain.gateway.query(
      'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on EnvironmentFeatureFlag { key type value } } }',
      { ids: featureFlags.map(({ id }: any) => id) },
    );
    expect(nodes).toEqual(featureFlags);
    const ofOrganization = await idsByKey();
    expect(featureFlags.filter(({ id }: any) => [...ofOrganization.values()].includes(id))).toEqual(
      [],
    );
  });

  test('an unusable one is null in both lists, and never hides an override', async () => {
    override({ dark_mode: 'false' });
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/environment/feature_flags',
      respond: {
        status: 200,
        body: {
          feature_flags: { dark_mode: null, zoom: null, theme: { type: 'str', value: 'x' } },
        },
      },
    });
    const { data, errors } = await domain.gateway.execute(
      `query ($code: ID!) {
        featureFlags { key }
        organization(code: $code) { featureFlags(includeInherited: true) { key source } }
      }`,
      { code: code() },
    );
    expect(data.featureFlags).toEqual([null, { key: 'theme' }, null]);
    expect(data.organization.featureFlags).toEqual([
      { key: 'dark_mode', source: 'ORGANIZATION' },
      { key: 'theme', source: 'ENVIRONMENT' },
      null,
    ]);
    expect(new Set(errors!.map(({ extensions }) => extensions['code']))).toEqual(
      new Set(['UPSTREAM_BAD_RESPONSE']),
    );
  });

  test('those that Kinde doesn’t send are an error: at the end of a list, and for a flag by its key', async () => {
    override({ dark_mode: 'false' });
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/environment/feature_flags',
      respond: {
        reshape: (body) => ({
          ...(body as object),
          feature_flags: { theme: { type: 'str', value: 'x' } },
          next_token: 'more',
        }),
      },
    });
    const { data, errors } = await domain.gateway.execute(
      `query ($code: ID!, $lost: ID!) {
        featureFlags { key }
        node(id: $lost) { id }
        organization(code: $code) {
          featureFlags(includeInherited: true) { key source }
          own: featureFlag(key: "dark_mode", includeInherited: true) { source }
          first: featureFlag(key: "theme", includeInherited: true) { source }
          lost: featureFlag(key: "support_tier", includeInherited: true) { source }
        }
      }`,
      {
        code: code(),
        lost: Buffer.from('["EnvironmentFeatureFlag","support_tier"]').toString('base64url'),
      },
    );
    expect(data).toEqual({
      featureFlags: [{ key: 'theme' }, null],
      node: null,
      organization: {
        featureFlags: [
          { key: 'dark_mode', source: 'ORGANIZATION' },
          { key: 'theme', source: 'ENVIRONMENT' },
          null,
        ],
        own: { source: 'ORGANIZATION' },
        first: { source: 'ENVIRONMENT' },
        lost: null,
      },
    });
    const places = errors!.map(({ path, message, extensions }) => {
      expect(message).toBe('The list goes on, and Kinde has no way to read the rest of it.');
      expect(extensions['code']).toBe('UPSTREAM_BAD_RESPONSE');
      return path!.join('.');
    });
    expect(places.sort()).toEqual([
      'featureFlags.1',
      'node',
      'organization.featureFlags.2',
      'organization.lost',
    ]);
  });

  describe('takes read:environment_feature_flags, checked before any call:', () => {
    const denied = {
      extensions: { code: 'FORBIDDEN', requiredScope: 'read:environment_feature_flags' },
    };
    const PLAIN = `query ($code: ID!, $all: Boolean!) { organization(code: $code) {
      featureFlags(includeInherited: $all) { key } featureFlag(key: "dark_mode", includeInherited: $all) { key } } }`;

    test('the argument needs it, and only where it is true', async () => {
      const scopes = ['read:organizations', 'read:organization_feature_flags'];
      const own = await domain.executeWith(scopes, PLAIN, { code: code(), all: false });
      expect(own.errors).toBeUndefined();
      const all = await domain.executeWith(scopes, PLAIN, { code: code(), all: true });
      expect(all.data.organization).toEqual({ featureFlags: null, featureFlag: null });
      expect(all.errors).toMatchObject([denied, denied]);
      expect(domain.gateway.calls()).not.toContain(ENVIRONMENT);
    });

    test('a token of an organization may read them there, and not the environment’s list', async () => {
      override({ dark_mode: 'false' });
      const claims = { org_code: code() };
      const { data, errors } = await domain.executeWith(
        [...SCOPES, 'read:organizations'],
        ALL.replace('viewer {', 'featureFlags { key } viewer {'),
        { code: code() },
        claims,
      );
      expect(data.organization.featureFlags).toHaveLength(7);
      expect(data.featureFlags).toBeNull();
      expect(errors).toMatchObject([{ path: ['featureFlags'], extensions: { code: 'FORBIDDEN' } }]);
      const other = [...domain.gateway.emulator.state.organizations.values()].find(
        ({ profile }) => profile.code !== code(),
      )!.profile.code;
      const ofOther = await domain.executeWith(SCOPES, ALL, { code: other }, claims);
      expect(ofOther.data.organization).toBeNull();
      const id = Buffer.from('["EnvironmentFeatureFlag","dark_mode"]').toString('base64url');
      const node = await domain.executeWith(SCOPES, NODES, { ids: [id] }, claims);
      expect(node.data).toEqual({ nodes: [null] });
      expect(node.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    });

    test('the environment’s list needs it', async () => {
      const { errors } = await domain.executeWith(
        ['read:organization_feature_flags'],
        '{ featureFlags { key } }',
      );
      expect(errors).toMatchObject([denied]);
      expect(domain.gateway.calls()).toEqual([]);
    });

    test('the deletion of an override returns no flag without it', async () => {
      override({ dark_mode: 'false' });
      const { data, errors } = await domain.executeWith(
        ['delete:organization_feature_flags', 'read:organization_feature_flags'],
        mutationDocument(
          'deleteFeatureFlagOverride',
          'deletedFeatureFlagKey featureFlag { value }',
        ),
        { input: { organizationCode: code(), key: 'dark_mode' } },
      );
      expect(data.deleteFeatureFlagOverride).toMatchObject({
        deletedFeatureFlagKey: 'dark_mode',
        featureFlag: null,
      });
      expect(errors).toMatchObject([denied]);
    });
  });
});

/** Feature flags as nodes: one global id wherever a flag is read, and the ids of what was deleted. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
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

  test('finds nothing without an override, and needs the scope', async () => {
    override({ support_tier: 'gold' });
    const id = (await idsByKey()).get('support_tier')!;
    override({});
    expect(await domain.gateway.query(NODES, { ids: [id] })).toEqual({ nodes: [null] });
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

  test('of all overrides reads nothing where their ids are not selected', async () => {
    await domain.mutate('deleteFeatureFlagOverrides', input());
    expect(domain.gateway.calls()).toEqual([`DELETE ${flagsPath()}`]);
  });

  test('of all overrides happens although they could not be read', async () => {
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

  test('of all overrides is made for a caller who may not read them, without the ids', async () => {
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

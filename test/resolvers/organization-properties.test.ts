/** An organization's properties through the door: read, set one by one and set together. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();

const PROPERTIES = `query ($code: ID!) {
  organization(code: $code) { properties { id key propertyId name description value } }
}`;

const values = () => domain.gateway.emulator.state.organization(domain.organizationCode).properties;

const read = async (): Promise<any[]> => {
  const { organization } = await domain.gateway.query(PROPERTIES, {
    code: domain.organizationCode,
  });
  return organization.properties;
};

describe('reads', () => {
  test('list every property that the environment defines, with one call', async () => {
    values().set('industry', 'Shipping').delete('account_manager');
    domain.gateway.calls();
    const properties = await read();
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${domain.organizationCode}`,
      `GET /api/v1/organizations/${domain.organizationCode}/properties`,
    ]);
    expect(properties).toHaveLength(domain.gateway.emulator.state.properties.size);
    expect(properties).toEqual(
      expect.arrayContaining([
        {
          id: expect.any(String),
          key: 'industry',
          propertyId: expect.stringMatching(/^prop_[\da-f]{32}$/),
          name: 'Industry',
          description: 'What the organization does',
          value: 'Shipping',
        },
        expect.objectContaining({ key: 'account_manager', description: null, value: null }),
      ]),
    );
  });

  test('find a property by its global id, and none for a key that is not defined', async () => {
    const { id, ...property } = (await read()).find(({ key }) => key === 'industry');
    const missing = Buffer.from(
      JSON.stringify(['OrganizationProperty', domain.organizationCode, 'none']),
    ).toString('base64url');
    const { nodes } = await domain.gateway.query(
      `query ($ids: [ID!]!) {
        nodes(ids: $ids) { ... on OrganizationProperty { key propertyId name description value } }
      }`,
      { ids: [id, missing] },
    );
    expect(nodes).toEqual([property, null]);
  });

  test('are denied without the scope, before any call', async () => {
    const { data, errors } = await domain.executeWith(['read:organizations'], PROPERTIES, {
      code: domain.organizationCode,
    });
    expect(data).toEqual({ organization: { properties: null } });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_properties' } },
    ]);
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${domain.organizationCode}`,
    ]);
  });
});

describe('updateOrganizationProperty', () => {
  test('sets one value and reads it back', async () => {
    const payload = await domain.mutate(
      'updateOrganizationProperty',
      { organizationCode: domain.organizationCode, key: 'industry', value: 'Fish & chips +ü' },
      'organization { code } property { key value }',
    );
    expect(payload).toEqual({
      organization: { code: domain.organizationCode },
      property: { key: 'industry', value: 'Fish & chips +ü' },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([
      `PUT /api/v1/organizations/${domain.organizationCode}/properties/industry?value=Fish%20%26%20chips%20%2B%C3%BC`,
      `GET /api/v1/organizations/${domain.organizationCode}/properties`,
    ]);
    expect(values().get('industry')).toBe('Fish & chips +ü');
  });

  test('names the key that the environment does not define', async () => {
    const payload = await domain.mutate(
      'updateOrganizationProperty',
      { organizationCode: domain.organizationCode, key: 'none', value: 'x' },
      'organization { code } property { key }',
    );
    expect(payload).toEqual({
      organization: null,
      property: null,
      userErrors: [
        {
          code: 'NOT_FOUND',
          kindeCode: 'PROPERTY_NOT_FOUND',
          field: ['key'],
          message: expect.any(String),
        },
      ],
    });
  });
});

describe('updateOrganizationProperties', () => {
  const update = (properties: object[]) =>
    domain.mutate(
      'updateOrganizationProperties',
      { organizationCode: domain.organizationCode, properties },
      'organization { code } properties { key value }',
    );

  test('sets the given values in one call, and leaves the others', async () => {
    values().set('industry', 'Shipping');
    const payload = await update([
      { key: 'seats', value: '7' },
      { key: 'account_manager', value: '' },
    ]);
    expect(payload).toEqual({
      organization: { code: domain.organizationCode },
      properties: expect.arrayContaining([
        { key: 'seats', value: '7' },
        { key: 'account_manager', value: '' },
      ]),
      userErrors: [],
    });
    expect(payload.properties).toHaveLength(2);
    expect(domain.gateway.emulator.requests[0]?.body).toEqual({
      properties: { seats: '7', account_manager: '' },
    });
    expect(domain.gateway.calls()).toEqual([
      `PATCH /api/v1/organizations/${domain.organizationCode}/properties`,
      `GET /api/v1/organizations/${domain.organizationCode}/properties`,
    ]);
    expect(Object.fromEntries(values())).toMatchObject({
      industry: 'Shipping',
      seats: '7',
      account_manager: '',
    });
  });

  test('names the first 20 invalid keys', async () => {
    const { userErrors } = await update(Array.from({ length: 21 }, () => ({ key: '', value: '' })));
    expect(userErrors).toHaveLength(20);
  });

  test.each<[string, object[], string, string[]]>([
    ['no properties', [], 'NO_FIELDS_TO_UPDATE', ['properties']],
    [
      'a key that is given twice',
      [
        { key: 'seats', value: '1' },
        { key: 'seats', value: '2' },
      ],
      'INVALID_VALUE',
      ['properties', '1', 'key'],
    ],
  ])('refuses %s before any call', async (_, properties, code, field) => {
    const { userErrors } = await update(properties);
    expect(userErrors).toEqual([{ code, kindeCode: null, field, message: expect.any(String) }]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test.each(['none', '__proto__'])('sets nothing when one key is %s', async (key) => {
    const before = Object.fromEntries(values());
    const { userErrors } = await update([
      { key: 'seats', value: '9000' },
      { key, value: 'x' },
    ]);
    expect(userErrors).toMatchObject([
      { code: 'NOT_FOUND', kindeCode: 'PROPERTY_NOT_FOUND', field: ['properties'] },
    ]);
    expect(Object.fromEntries(values())).toEqual(before);
  });
});

test('a cached list is read again after a write', async () => {
  const { organizationCode } = domain;
  const scopes = [
    'read:organizations',
    'read:organization_properties',
    'update:organization_properties',
  ];
  const readValue = async () => {
    const { data } = await domain.executeWith(scopes, PROPERTIES, { code: organizationCode });
    return data.organization.properties.find(({ key }: { key: string }) => key === 'seats').value;
  };
  await readValue();
  await domain.executeWith(
    scopes,
    `mutation ($code: ID!) {
      updateOrganizationProperty(input: { organizationCode: $code, key: "seats", value: "4" }) { userErrors { code } }
    }`,
    { code: organizationCode },
  );
  expect(await readValue()).toBe('4');
});

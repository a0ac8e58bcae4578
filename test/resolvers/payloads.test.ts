/** Several mutations in one operation: each has its own result, whatever happens to the others. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { isNonNullType, isObjectType } from 'graphql';
import type { Fault } from '../../src/emulator/index.js';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { MUTATIONS } from '../support/mutations.js';

let gateway: TestGateway;
let code: string;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  code = [...gateway.emulator.state.organizations.values()].find(
    ({ profile }) => profile.is_default !== true,
  )!.profile.code;
});

const THREE = `mutation ($code: ID!) {
  first: createOrganization(input: { name: "First" }) { organization { code name } userErrors { code } }
  second: deleteFeatureFlagOverrides(input: { organizationCode: $code }) { userErrors { code } }
  third: createOrganization(input: { name: "Third" }) { organization { name } userErrors { code } }
}`;

describe('an operation of three mutations', () => {
  test.each<[string, string, Fault['respond']]>([
    ['is denied by Kinde', 'FORBIDDEN', { status: 403 }],
    ['has an unknown outcome', 'WRITE_OUTCOME_UNKNOWN', 'reset-after-write'],
  ])('returns the first and the third when the second %s', async (_, failure, respond) => {
    gateway.emulator.fault({
      route: 'DELETE /api/v1/organizations/{org_code}/feature_flags',
      respond,
    });
    const { data, errors } = await gateway.execute(THREE, { code });
    expect(data).toEqual({
      first: { organization: { code: expect.any(String), name: 'First' }, userErrors: [] },
      second: null,
      third: { organization: { name: 'Third' }, userErrors: [] },
    });
    expect(errors).toMatchObject([{ path: ['second'], extensions: { code: failure } }]);
    expect(gateway.emulator.state.organizations.has(data.first.organization.code)).toBe(true);
    expect(gateway.calls().filter((call) => !call.startsWith('GET'))).toEqual([
      'POST /api/v1/organization',
      `DELETE /api/v1/organizations/${code}/feature_flags`,
      'POST /api/v1/organization',
    ]);
  });

  test('returns the first and the third when the gateway denies the second', async () => {
    const strict = await startGateway({ env: { AUTH_MODE: 'jwt' } });
    const token = await strict.emulator.issueToken({
      scopes: ['create:organizations', 'read:organizations'],
    });
    const { data, errors } = await strict.execute(
      THREE,
      { code },
      { authorization: `Bearer ${token}` },
    );
    await strict.close();
    expect(data).toMatchObject({
      first: { organization: { name: 'First' } },
      second: null,
      third: { organization: { name: 'Third' } },
    });
    expect(errors).toMatchObject([{ path: ['second'], extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('every mutation', () => {
  const type = createSchema().getMutationType();
  const fields = isObjectType(type) ? Object.values(type.getFields()) : [];

  test('has a valid input in test/support/mutations.ts', () => {
    expect(fields.map(({ name }) => name).sort()).toEqual([...MUTATIONS].sort());
  });

  test('is nullable, since its failure would null the results of the others', () => {
    expect(fields.filter((field) => isNonNullType(field.type))).toEqual([]);
  });
});

/** The second factors of a member: read, and reset by an administrator. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';
import { startGateway } from '../support/gateway.js';
import { mutationDocument } from '../support/mutations.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const path = () => `/api/v1/organizations/${domain.organizationCode}/users/${domain.userId}/mfa`;
const PEOPLE = /^GET \/api\/v1\/users\?/;
const globalId = (...keys: string[]) => Buffer.from(JSON.stringify(keys)).toString('base64url');
const memberId = () => globalId('OrganizationUser', domain.organizationCode, domain.userId);
const factorId = (id: string) => globalId('MfaFactor', domain.organizationCode, domain.userId, id);

const EMAIL = {
  id: 'mfa_email',
  type: 'email',
  created_on: '2024-11-18T13:31:46.795085+11:00',
  name: 'sally@example.com',
  is_verified: true,
  usage_count: 2,
  last_used_on: '2024-11-18T13:32:07.22538+11:00',
};
const APP = { id: 'mfa_app', type: 'authenticator_app', name: 'Authenticator app' };

const setFactors = (...factors: { id: string }[]) =>
  state().mfaFactors.set(
    domain.userId,
    new Map(factors.map((factor) => [factor.id, factor as typeof EMAIL])),
  );

beforeEach(() => void setFactors(EMAIL));

const MEMBER = `query ($id: ID!) { node(id: $id) { ... on OrganizationUser { userId mfaFactors {
  id factorId type name createdOn isVerified usageCount lastUsedOn
} } } }`;

async function read() {
  domain.gateway.calls();
  const { data, errors } = await domain.gateway.execute(MEMBER, { id: memberId() });
  const calls = domain.gateway.calls().filter((call) => !PEOPLE.test(call));
  return { factors: data.node.mfaFactors, errors, calls };
}

const answer = (mfa: unknown) =>
  domain.gateway.emulator.fault({
    route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/mfa',
    respond: { status: 200, body: { code: 'OK', mfa } as object as Record<string, unknown> },
  });

describe('OrganizationUser.mfaFactors', () => {
  test('has Kinde’s data of the factor, with one call', async () => {
    expect(await read()).toEqual({
      factors: [
        {
          id: factorId('mfa_email'),
          factorId: 'mfa_email',
          type: 'EMAIL',
          name: 'sally@example.com',
          createdOn: '2024-11-18T02:31:46.795Z',
          isVerified: true,
          usageCount: 2,
          lastUsedOn: '2024-11-18T02:32:07.225Z',
        },
      ],
      errors: undefined,
      calls: [`GET ${path()}`],
    });
  });

  test('has null for what Kinde leaves out', async () => {
    setFactors(APP);
    const { factors } = await read();
    expect(factors).toMatchObject([
      { type: 'AUTHENTICATOR_APP', createdOn: null, usageCount: null, lastUsedOn: null },
    ]);
  });

  test.each<[string, unknown, string[]]>([
    ['nothing', undefined, []],
    ['null', null, []],
    ['an object without properties', {}, []],
    ['an empty list', [], []],
    ['a list', [EMAIL, APP], ['mfa_email', 'mfa_app']],
  ])('reads %s', async (_, mfa, ids) => {
    answer(mfa);
    const { factors, errors } = await read();
    expect(factors.map((factor: any) => factor.factorId)).toEqual(ids);
    expect(errors).toBeUndefined();
  });

  test.each([
    ['mfa:sms', 'SMS'],
    ['mfa:authenticator_app', 'AUTHENTICATOR_APP'],
    ['passkey', null],
    [null, null],
  ])('reads the type %j as %j', async (type, expected) => {
    answer({ ...EMAIL, type });
    expect((await read()).factors).toMatchObject([{ factorId: 'mfa_email', type: expected }]);
  });

  test('has null, with an error, for a factor without an id, and keeps the others', async () => {
    answer([{ ...EMAIL, id: null }, APP]);
    const { factors, errors } = await read();
    expect(factors).toEqual([null, expect.objectContaining({ factorId: 'mfa_app' })]);
    expect(errors).toMatchObject([
      { path: ['node', 'mfaFactors', 0], extensions: { code: 'UPSTREAM_BAD_RESPONSE' } },
    ]);
    answer({ ...EMAIL, id: undefined });
    expect((await read()).factors).toEqual([null]);
  });

  test.each([
    ['MFA_NOT_FOUND', []],
    ['USER_MFA_NOT_SET', []],
    ['USER_NOT_FOUND', null],
    ['NOT_FOUND', null],
  ])('after a 404 with %s is %j', async (code, expected) => {
    domain.gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/users/{user_id}/mfa',
      respond: { status: 404, body: { errors: { code, message: 'None' } } },
    });
    const { factors, errors } = await read();
    expect(factors).toEqual(expected);
    expect(errors === undefined).toBe(expected !== null);
  });

  test('is null with an error for the member whose factors can’t be read', async () => {
    domain.gateway.emulator.fault({
      match: (request) => request.path === path(),
      respond: { status: 503 },
    });
    const { data, errors } = await domain.gateway.execute(
      `query ($code: ID!) { organization(code: $code) {
        users(first: 3) { nodes { userId mfaFactors { id } } }
      } }`,
      { code: domain.organizationCode },
    );
    for (const { userId, mfaFactors } of data.organization.users.nodes) {
      expect(mfaFactors === null).toBe(userId === domain.userId);
    }
    expect(errors?.length ?? 0).toBeLessThanOrEqual(1);
  });

  test('needs its scope, and takes no call without it', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:organization_users', 'read:users'],
      MEMBER,
      { id: memberId() },
    );
    expect(data.node).toEqual({ userId: domain.userId, mfaFactors: null });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_user_mfa' } },
    ]);
    expect(domain.gateway.calls().filter((call) => call.includes('/mfa'))).toEqual([]);
  });
});

describe('a factor by its global id', () => {
  const NODE = 'query ($id: ID!) { node(id: $id) { ... on MfaFactor { factorId name type } } }';
  const find = async (id: string) => (await domain.gateway.query(NODE, { id })).node;

  test('is read with the factors of its member', async () => {
    domain.gateway.calls();
    expect(await find(factorId('mfa_email'))).toEqual({
      factorId: 'mfa_email',
      name: 'sally@example.com',
      type: 'EMAIL',
    });
    expect(domain.gateway.calls()).toEqual([`GET ${path()}`]);
  });

  test('is null when the factor or the member is gone', async () => {
    expect(await find(factorId('mfa_other'))).toBeNull();
    const { organizationCode, strangerId } = domain;
    expect(await find(globalId('MfaFactor', organizationCode, strangerId, 'mfa_email'))).toBeNull();
  });

  test('needs the scope', async () => {
    const { data, errors } = await domain.executeWith(['read:organization_users'], NODE, {
      id: factorId('mfa_email'),
    });
    expect(data.node).toBeNull();
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_user_mfa' } },
    ]);
  });
});

describe('a reset', () => {
  const FACTORS = 'organizationUser { userId mfaFactors { factorId } }';
  const member = () => ({ organizationCode: domain.organizationCode, userId: domain.userId });
  const resetFactor = (input: object) =>
    domain.mutate(
      'resetOrganizationUserMfaFactor',
      { ...member(), ...input },
      `${FACTORS} deletedMfaFactorId`,
    );
  const resetAll = (input: object = {}) =>
    domain.mutate('resetOrganizationUserMfa', { ...member(), ...input }, FACTORS);
  const callsOf = () => domain.gateway.calls().filter((call) => !PEOPLE.test(call));

  test('of one factor leaves the others, and names it for client caches', async () => {
    setFactors(EMAIL, APP);
    expect(await resetFactor({ factorId: 'mfa_email' })).toEqual({
      organizationUser: { userId: domain.userId, mfaFactors: [{ factorId: 'mfa_app' }] },
      deletedMfaFactorId: factorId('mfa_email'),
      userErrors: [],
    });
    expect(callsOf()).toEqual([`DELETE ${path()}/mfa_email`, `GET ${path()}`]);
    expect([...state().mfaFactors.get(domain.userId)!.keys()]).toEqual(['mfa_app']);
  });

  test('of all factors leaves none', async () => {
    setFactors(EMAIL, APP);
    expect(await resetAll()).toEqual({
      organizationUser: { userId: domain.userId, mfaFactors: [] },
      userErrors: [],
    });
    expect(callsOf()).toEqual([`DELETE ${path()}`, `GET ${path()}`]);
    expect(state().mfaFactors.get(domain.userId)!.size).toBe(0);
  });

  test('of an unknown factor is refused', async () => {
    const payload = await resetFactor({ factorId: 'mfa_other' });
    expect(payload).toMatchObject({
      organizationUser: null,
      deletedMfaFactorId: null,
      userErrors: [{ code: 'NOT_FOUND', kindeCode: 'MFA_FACTOR_NOT_FOUND', field: ['factorId'] }],
    });
    expect(state().mfaFactors.get(domain.userId)!.size).toBe(1);
  });

  test.each<[string, () => object, string, string]>([
    ['a stranger', () => ({ userId: domain.strangerId }), 'USER_NOT_IN_ORGANIZATION', 'userId'],
    [
      'an unknown organization',
      () => ({ organizationCode: 'org_none' }),
      'ORGANIZATION_NOT_FOUND',
      'organizationCode',
    ],
  ])('names %s', async (_, input, kindeCode, field) => {
    const expected = {
      organizationUser: null,
      userErrors: [{ code: 'NOT_FOUND', kindeCode, field: [field] }],
    };
    expect(await resetFactor({ factorId: 'mfa_email', ...input() })).toMatchObject(expected);
    expect(await resetAll(input())).toMatchObject(expected);
  });

  test.each(['..', 'a/b', '', 'a,b'])('with the id %j sends nothing', async (bad) => {
    for (const field of ['factorId', 'userId', 'organizationCode']) {
      const { userErrors } = await resetFactor({ factorId: 'mfa_email', [field]: bad });
      expect(userErrors).toMatchObject([{ code: 'INVALID_ID', field: [field] }]);
    }
    // An empty factor id would be the route that resets all.
    expect(domain.gateway.calls()).toEqual([]);
    expect(state().mfaFactors.get(domain.userId)!.size).toBe(1);
  });

  test('invalidates the factors, in the member’s other organizations, too', async () => {
    const scopes = ['read:organization_users', 'read:users', 'read:organization_user_mfa'];
    const guest = [...state().users.values()].find(
      ({ organizations }) => organizations.length > 1,
    )!;
    state().mfaFactors.set(guest.id, new Map([[EMAIL.id, EMAIL]]));
    const ids = guest.organizations.map((code) => globalId('OrganizationUser', code, guest.id));
    const readAll = async () => {
      const { data, errors } = await domain.executeWith(
        scopes,
        'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on OrganizationUser { mfaFactors { factorId } } } }',
        { ids },
      );
      expect(errors).toBeUndefined();
      return data.nodes.map(({ mfaFactors }: any) => mfaFactors.length);
    };
    expect(await readAll()).toEqual(ids.map(() => 1));
    expect(await readAll()).toEqual(ids.map(() => 1));
    expect(domain.gateway.calls()).toEqual([]);
    const { data } = await domain.executeWith(
      ['delete:organization_user_mfa'],
      `mutation ($input: ResetOrganizationUserMfaInput!) {
        resetOrganizationUserMfa(input: $input) { userErrors { code } }
      }`,
      { input: { organizationCode: guest.organizations[0], userId: guest.id } },
    );
    expect(data.resetOrganizationUserMfa.userErrors).toEqual([]);
    expect(await readAll()).toEqual(ids.map(() => 0));
  });

  test('tells the audit trail which factor', async () => {
    const events: any[] = [];
    const audited = await startGateway({
      before: domain.gateway.emulator,
      env: { AUDIT_LOG: 'true' },
      log: (line) => events.push(JSON.parse(line).audit),
    });
    const input = { ...member(), factorId: 'mfa_email' };
    await audited.query(mutationDocument('resetOrganizationUserMfaFactor'), { input });
    await audited.close();
    expect(events.filter(Boolean)).toMatchObject([
      {
        mutation: 'resetOrganizationUserMfaFactor',
        outcome: 'success',
        target: {
          organizationCode: domain.organizationCode,
          userIds: [domain.userId],
          factorId: 'mfa_email',
        },
      },
    ]);
  });
});

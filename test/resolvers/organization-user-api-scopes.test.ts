/** The scopes of APIs that members have in an organization, given and taken. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const member = () => state().member(domain.organizationCode, domain.userId);
const held = () => Array.from(member().apiScopes ?? [], ({ id }) => id);

let apiId: string;
let scopeId: string;
let otherApiId: string;
beforeEach(() => {
  const [first, second] = [...state().apis];
  [apiId, otherApiId] = [first![0], second![0]];
  [scopeId] = [...first![1].scopes.keys()] as [string];
});

const send = (mutation: string, input: object = {}) =>
  domain.mutate(
    mutation,
    { organizationCode: domain.organizationCode, userId: domain.userId, apiId, scopeId, ...input },
    'organizationUser { userId }',
  );
const add = (input?: object) => send('addOrganizationUserApiScope', input);
const remove = (input?: object) => send('removeOrganizationUserApiScope', input);
const path = () =>
  `/api/v1/organizations/${domain.organizationCode}/users/${domain.userId}/apis/${apiId}/scopes/${scopeId}`;
const changed = () => ({ organizationUser: { userId: domain.userId }, userErrors: [] });

test('a scope is added and removed, though Kinde’s responses have no body', async () => {
  expect(await add()).toEqual(changed());
  expect(domain.gateway.calls()[0]).toBe(`POST ${path()}`);
  expect(domain.gateway.emulator.requests[0]?.body).toBeUndefined();
  expect(held()).toEqual([scopeId]);

  expect(await add()).toEqual(changed());
  expect(held()).toEqual([scopeId]);

  expect(await remove()).toEqual(changed());
  expect(domain.gateway.calls()[0]).toBe(`DELETE ${path()}`);
  expect(held()).toEqual([]);
});

test('a scope that the member doesn’t have can’t be removed', async () => {
  expect(await remove()).toMatchObject({
    organizationUser: null,
    userErrors: [{ code: 'NOT_FOUND', kindeCode: 'API_SCOPE_NOT_FOUND', field: ['scopeId'] }],
  });
});

describe.each([
  ['addOrganizationUserApiScope', 'create:organization_user_api_scopes'],
  ['removeOrganizationUserApiScope', 'delete:organization_user_api_scopes'],
])('%s', (mutation, scope) => {
  test.each<[string, () => object, string, string]>([
    ['API', () => ({ apiId: 'none' }), 'API_NOT_FOUND', 'apiId'],
    ['scope', () => ({ scopeId: 'none' }), 'API_SCOPE_NOT_FOUND', 'scopeId'],
    ['scope of another API', () => ({ apiId: otherApiId }), 'API_SCOPE_NOT_FOUND', 'scopeId'],
    ['member', () => ({ userId: domain.strangerId }), 'USER_NOT_IN_ORGANIZATION', 'userId'],
    [
      'organization',
      () => ({ organizationCode: 'org_none' }),
      'ORGANIZATION_NOT_FOUND',
      'organizationCode',
    ],
  ])('names the %s that doesn’t exist', async (_, input, kindeCode, field) => {
    expect(await send(mutation, input())).toMatchObject({
      organizationUser: null,
      userErrors: [{ code: 'NOT_FOUND', kindeCode, field: [field] }],
    });
    expect(held()).toEqual([]);
  });

  test.each(['..', 'a/b', '', '?x'])('with the id %j sends nothing', async (bad) => {
    for (const field of ['organizationCode', 'userId', 'apiId', 'scopeId']) {
      const { userErrors } = await send(mutation, { [field]: bad });
      expect(userErrors).toMatchObject([{ code: 'INVALID_ID', field: [field] }]);
    }
    expect(domain.gateway.calls()).toEqual([]);
  });

  test('needs its scope, and sends nothing without it', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:organization_users', 'update:organization_users'],
      `mutation ($code: ID!, $user: ID!, $api: ID!, $scope: ID!) {
        ${mutation}(input: { organizationCode: $code, userId: $user, apiId: $api, scopeId: $scope }) {
          userErrors { code }
        }
      }`,
      { code: domain.organizationCode, user: domain.userId, api: apiId, scope: scopeId },
    );
    expect(data).toEqual({ [mutation]: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope: scope } }]);
    expect(domain.gateway.calls()).toEqual([]);
  });
});

/** An organization with its first users: what exists when the second of the two writes fails. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/index.js';
import { startDomain } from '../support/domain.js';
import { mutationDocument } from '../support/mutations.js';

const domain = startDomain();
const state = () => domain.gateway.emulator.state;
const FIELDS = `organization { code name } addedUserIds deletedOrganizationCode
  addedUsers { userId roles { key } }`;
const ADD = 'POST /api/v1/organizations/{org_code}/users';
const create = (input: object, fields = FIELDS) =>
  domain.mutate('createOrganization', { name: 'Fjord', ...input }, fields);
const admin = () => ({ userId: domain.strangerId, roles: [{ key: 'admin' }] });
let before: number;

beforeEach(() => {
  before = state().organizations.size;
});

test('is created with its first administrator, whose claims are refreshed', async () => {
  const payload = await create({ users: [admin()], refreshClaims: true });
  const { code } = payload.organization;
  expect(payload).toEqual({
    organization: { code, name: 'Fjord' },
    addedUserIds: [domain.strangerId],
    addedUsers: [{ userId: domain.strangerId, roles: [{ key: 'admin' }] }],
    deletedOrganizationCode: null,
    userErrors: [],
  });
  expect(domain.gateway.calls().slice(0, 4)).toEqual([
    'GET /api/v1/roles?page_size=500',
    'POST /api/v1/organization',
    `POST /api/v1/organizations/${code}/users`,
    `POST /api/v1/users/${domain.strangerId}/refresh_claims`,
  ]);
  expect(state().claimRefreshes).toEqual([domain.strangerId]);
});

test.each([{}, { users: [] }, { users: null }])('%j takes one write', async (input) => {
  const { organization, addedUserIds } = await create(input, 'organization { code } addedUserIds');
  expect(addedUserIds).toEqual([]);
  expect(domain.gateway.calls()).toEqual(['POST /api/v1/organization']);
  expect(state().organizations.has(organization.code)).toBe(true);
});

test.each<[string, object[], string]>([
  ['an unknown role', [{ userId: 'kp_x', roles: [{ key: 'astronaut' }] }], 'UNKNOWN_ROLE'],
  ['an invalid id', [{ userId: '../x' }], 'INVALID_ID'],
  ['a user named twice', [{ userId: 'kp_x' }, { userId: 'kp_x' }], 'DUPLICATE_USER'],
])('%s is refused before anything is created', async (_, users, code) => {
  const payload = await create({ users });
  expect(payload).toMatchObject({ organization: null, addedUserIds: [], userErrors: [{ code }] });
  expect(state().organizations.size).toBe(before);
});

describe('when not all users are added', () => {
  const users = () => [admin(), { userId: 'kp_nobody' }];

  test('the organization exists with the others, and userErrors say so', async () => {
    const payload = await create({ users: users(), refreshClaims: true });
    const { code } = payload.organization;
    expect(payload).toMatchObject({
      addedUserIds: [domain.strangerId],
      deletedOrganizationCode: null,
      userErrors: [
        { code: 'NOT_FOUND', field: ['users', '1'] },
        {
          code: 'USERS_NOT_ADDED',
          field: ['users'],
          message: `The organization ${code} was created and exists. Added to it: 1 of 2 users.`,
        },
      ],
    });
    expect(state().organization(code).members.size).toBe(1);
    expect(state().claimRefreshes).toEqual([domain.strangerId]);
  });

  test('deleteOnFailure deletes the organization again', async () => {
    const payload = await create({
      users: users(),
      deleteOnFailure: true,
      refreshClaims: true,
    });
    const { deletedOrganizationCode: code } = payload;
    expect(payload).toEqual({
      organization: null,
      addedUserIds: [],
      addedUsers: [],
      deletedOrganizationCode: expect.stringMatching(/^org_/),
      userErrors: [
        expect.objectContaining({ code: 'NOT_FOUND', field: ['users', '1'] }),
        {
          code: 'CREATION_UNDONE',
          kindeCode: null,
          field: ['users'],
          message: expect.stringContaining(
            `The organization ${code} was created, and deleted again`,
          ),
        },
      ],
    });
    expect(state().organizations.size).toBe(before);
    expect(state().claimRefreshes).toEqual([]);
  });

  test.each<[Fault['respond'], exists: boolean, told: string]>([
    [{ status: 403 }, true, 'was created and exists'],
    ['reset-after-write', false, 'was created and may still exist'],
  ])('a deletion that fails, too, is an error (%j)', async (respond, exists, told) => {
    domain.gateway.emulator.fault({ route: 'DELETE /api/v1/organization/{org_code}', respond });
    const payload = await create(
      { users: users(), deleteOnFailure: true },
      'organization { code } addedUserIds deletedOrganizationCode',
    );
    expect(state().organizations.has(payload.organization.code)).toBe(exists);
    expect(payload).toMatchObject({
      addedUserIds: [domain.strangerId],
      deletedOrganizationCode: null,
      userErrors: [
        { code: 'NOT_FOUND' },
        {
          code: 'CREATION_NOT_UNDONE',
          field: ['deleteOnFailure'],
          message: expect.stringContaining(told),
        },
      ],
    });
  });
});

describe('when the second write fails as a whole', () => {
  test.each([
    ['is refused with 403', { status: 403 }, 'FORBIDDEN'],
    ['has no usable response', 'reset-after-write', 'WRITE_OUTCOME_UNKNOWN'],
    ['meets an outage', { status: 503 }, 'WRITE_OUTCOME_UNKNOWN'],
  ] as const)('because it %s, userErrors name what exists', async (_, respond, code) => {
    domain.gateway.emulator.fault({ route: ADD, respond });
    const payload = await create({ users: [admin()] }, 'organization { code } addedUserIds');
    expect(payload).toMatchObject({
      organization: { code: expect.stringMatching(/^org_/) },
      addedUserIds: [],
      userErrors: [{ code, field: ['users'] }, { code: 'USERS_NOT_ADDED' }],
    });
    expect(state().organizations.size).toBe(before + 1);
  });

  test('deleteOnFailure deletes the organization again', async () => {
    domain.gateway.emulator.fault({ route: ADD, respond: { status: 503 } });
    const payload = await create({ users: [admin()], deleteOnFailure: true });
    expect(payload.userErrors.map(({ code }: any) => code)).toEqual([
      'WRITE_OUTCOME_UNKNOWN',
      'CREATION_UNDONE',
    ]);
    expect(state().organizations.size).toBe(before);
  });
});

test('a repeated idempotency key creates once, and returns the same again', async () => {
  const input = { users: [admin(), { userId: 'kp_nobody' }], idempotencyKey: 'once' };
  const first = await create(input);
  const second = await create(input);
  expect(second).toEqual(first);
  expect(state().organizations.size).toBe(before + 1);
});

test.each([
  ['users', { users: [{ userId: 'kp_x' }] }, 'create:organization_users'],
  ['refreshClaims', { refreshClaims: true }, 'update:user_refresh_claims'],
  ['deleteOnFailure', { deleteOnFailure: true }, 'delete:organizations'],
])('%s needs a scope of its own, checked before anything is created', async (_, more, scope) => {
  const { errors } = await domain.executeWith(
    ['create:organizations'],
    mutationDocument('createOrganization'),
    { input: { name: 'Fjord', ...more } },
  );
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope: scope } }]);
  expect(domain.gateway.calls()).toEqual([]);
});

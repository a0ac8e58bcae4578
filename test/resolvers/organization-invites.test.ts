/** Invitations through the door: listed by state, created and revoked. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();

const invites = () => domain.gateway.emulator.state.organization(domain.organizationCode).invites;
const path = () => `/api/v1/organization/${domain.organizationCode}/invites`;

/** Puts three invitations in the place of the seed's: a pending, an accepted and a revoked one. */
beforeEach(() => {
  for (const { code } of [...invites().values()]) invites().delete(code);
  const common = {
    first_name: 'Ada',
    last_name: 'Byron',
    is_sent: true,
    roles: [{ key: 'member', name: 'Member' }],
  };
  const at = (day: number) => `2026-05-0${day}T08:00:00.000Z`;
  invites().add({
    ...common,
    code: 'inv_pending',
    email: 'b@example.com',
    created_on: at(1),
    accepted_on: null,
    is_revoked: false,
  });
  invites().add({
    ...common,
    code: 'inv_accepted',
    email: 'a@example.com',
    created_on: at(2),
    accepted_on: at(3),
    is_revoked: false,
  });
  invites().add({
    ...common,
    code: 'inv_revoked',
    email: 'c@example.com',
    created_on: at(3),
    accepted_on: null,
    is_revoked: true,
  });
  domain.gateway.calls();
});

const list = async (args = '') => {
  const { organization } = await domain.gateway.query(
    `query ($code: ID!) {
      organization(code: $code) { invites${args} { nodes { code status } pageInfo { hasNextPage endCursor } } }
    }`,
    { code: domain.organizationCode },
  );
  return organization.invites;
};

const codes = ({ nodes }: { nodes: { code: string }[] }) => nodes.map(({ code }) => code);

describe('a list', () => {
  test('has the pending invitations, in full, with one call', async () => {
    const { organization } = await domain.gateway.query(
      `query ($code: ID!) {
        organization(code: $code) { invites { nodes {
          id code status email firstName lastName fullName createdOn acceptedOn isSent inviteLink
          roles { key name } organization { code }
        } } }
      }`,
      { code: domain.organizationCode },
    );
    expect(organization.invites.nodes).toEqual([
      {
        id: expect.any(String),
        code: 'inv_pending',
        status: 'PENDING',
        email: 'b@example.com',
        firstName: 'Ada',
        lastName: 'Byron',
        fullName: 'Ada Byron',
        createdOn: '2026-05-01T08:00:00.000Z',
        acceptedOn: null,
        isSent: true,
        inviteLink: expect.stringContaining('inv_pending'),
        roles: [{ key: 'member', name: 'Member' }],
        organization: { code: domain.organizationCode },
      },
    ]);
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${domain.organizationCode}`,
      `GET ${path()}?include_revoked=false&include_accepted=false&page_size=10`,
    ]);
  });

  test.each([
    ['(includeAccepted: true)', { inv_pending: 'PENDING', inv_accepted: 'ACCEPTED' }],
    ['(includeRevoked: true)', { inv_pending: 'PENDING', inv_revoked: 'REVOKED' }],
    [
      '(includeAccepted: true, includeRevoked: true)',
      { inv_pending: 'PENDING', inv_accepted: 'ACCEPTED', inv_revoked: 'REVOKED' },
    ],
  ])('%s includes what it names', async (args, expected) => {
    const { nodes } = await list(args);
    expect(Object.fromEntries(nodes.map(({ code, status }: any) => [code, status]))).toEqual(
      expected,
    );
  });

  test('is sorted, and read on behind a cursor', async () => {
    const all = 'includeAccepted: true, includeRevoked: true';
    expect(codes(await list(`(${all}, sort: EMAIL_ASC)`))).toEqual([
      'inv_accepted',
      'inv_pending',
      'inv_revoked',
    ]);
    const first = await list(`(${all}, sort: CREATED_ON_DESC, first: 2)`);
    expect(codes(first)).toEqual(['inv_revoked', 'inv_accepted']);
    const rest = await list(`(${all}, after: "${first.pageInfo.endCursor}")`);
    expect(codes(rest)).toEqual(['inv_pending']);
    expect(rest.pageInfo.hasNextPage).toBe(false);
  });

  test('refuses a cursor of a list with other filters, before any call for it', async () => {
    const { pageInfo } = await list('(first: 1, includeAccepted: true)');
    domain.gateway.calls();
    const { errors } = await domain.gateway.execute(
      `{ organization(code: "${domain.organizationCode}") { invites(after: "${pageInfo.endCursor}") { nodes { code } } } }`,
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(domain.gateway.calls()).toEqual([
      `GET /api/v1/organization?code=${domain.organizationCode}`,
    ]);
  });
});

describe('one invitation', () => {
  test('is found by its code and by its global id; others are null', async () => {
    const { organization } = await domain.gateway.query(
      `query ($code: ID!) { organization(code: $code) {
        revoked: invite(code: "inv_revoked") { id status }
        none: invite(code: "inv_none") { id }
      } }`,
      { code: domain.organizationCode },
    );
    expect(organization).toEqual({
      revoked: { id: expect.any(String), status: 'REVOKED' },
      none: null,
    });
    const { node } = await domain.gateway.query(
      'query ($id: ID!) { node(id: $id) { ... on OrganizationInvite { code email } } }',
      { id: organization.revoked.id },
    );
    expect(node).toEqual({ code: 'inv_revoked', email: 'c@example.com' });
  });

  test.each(['..', 'a/b', ''])('refuses the code %j', async (bad) => {
    const { errors } = await domain.gateway.execute(
      'query ($code: ID!, $bad: ID!) { organization(code: $code) { code invite(code: $bad) { id } } }',
      { code: domain.organizationCode, bad },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(domain.gateway.calls().filter((call) => call.includes('/invites'))).toEqual([]);
  });

  test('reads take the scope read:organization_invites', async () => {
    const { data, errors } = await domain.executeWith(
      ['read:organizations'],
      `query ($code: ID!) { organization(code: $code) { code invites { nodes { code } } invite(code: "inv_pending") { code } } }`,
      { code: domain.organizationCode },
    );
    expect(data.organization).toMatchObject({ invites: null, invite: null });
    for (const { extensions } of errors!) {
      expect(extensions).toMatchObject({
        code: 'FORBIDDEN',
        requiredScope: 'read:organization_invites',
      });
    }
    expect(errors).toHaveLength(2);
    expect(domain.gateway.calls().filter((call) => call.includes('/invites'))).toEqual([]);
  });
});

describe('createOrganizationInvite', () => {
  const create = (input: object = {}) =>
    domain.mutate(
      'createOrganizationInvite',
      {
        organizationCode: domain.organizationCode,
        email: 'new@example.com',
        roles: [{ key: 'auditor' }],
        ...input,
      },
      'inviteCode organizationInvite { code email fullName status isSent roles { key name } }',
    );

  test('invites, and reads the invitation', async () => {
    const payload = await create({ firstName: 'Nora', lastName: 'Berg', sendEmail: true });
    const { inviteCode } = payload;
    expect(payload).toEqual({
      inviteCode: expect.stringMatching(/^inv_/),
      organizationInvite: {
        code: inviteCode,
        email: 'new@example.com',
        fullName: 'Nora Berg',
        status: 'PENDING',
        isSent: true,
        roles: [{ key: 'auditor', name: 'Auditor' }],
      },
      userErrors: [],
    });
    expect(domain.gateway.emulator.requests[1]?.body).toEqual({
      email: 'new@example.com',
      first_name: 'Nora',
      last_name: 'Berg',
      roles: ['auditor'],
      send_email: true,
    });
    expect(domain.gateway.calls()).toEqual([
      'GET /api/v1/roles?page_size=500',
      `POST ${path()}`,
      `GET ${path()}/${inviteCode}`,
    ]);
    expect(invites().get(inviteCode)).toMatchObject({ email: 'new@example.com', is_sent: true });
  });

  test('sends no e-mail unless asked to, and finds the key of a role given by id', async () => {
    const { id: roleId } = domain.gateway.emulator.state.roleByKey('admin');
    const { organizationInvite } = await create({ roles: [{ roleId }] });
    expect(organizationInvite).toMatchObject({
      isSent: false,
      fullName: '',
      roles: [{ key: 'admin' }],
    });
    expect(domain.gateway.calls()[0]).toBe('GET /api/v1/roles?page_size=500');
  });

  test.each<[string, object, string, string]>([
    ['an address that is none', { email: 'nobody' }, 'INVALID_EMAIL', 'email'],
    ['a long address', { email: `${'x'.repeat(250)}@e.com` }, 'EMAIL_TOO_LONG', 'email'],
    ['a long name', { firstName: 'x'.repeat(65) }, 'FIRST_NAME_TOO_LONG', 'firstName'],
    ['a long surname', { lastName: 'x'.repeat(65) }, 'LAST_NAME_TOO_LONG', 'lastName'],
    ['an address that is invited', { email: 'b@example.com' }, 'EMAIL_ALREADY_INVITED', 'email'],
  ])('passes on why Kinde refuses %s', async (_, input, kindeCode, field) => {
    const { size } = invites();
    const payload = await create(input);
    expect(payload).toEqual({
      inviteCode: null,
      organizationInvite: null,
      userErrors: [
        { code: 'REFUSED_BY_KINDE', kindeCode, field: [field], message: expect.any(String) },
      ],
    });
    expect(invites().size).toBe(size);
  });

  test('refuses an unknown role, and sends nothing', async () => {
    const { userErrors } = await create({ roles: [{ key: 'astronaut' }] });
    expect(userErrors).toEqual([
      {
        code: 'UNKNOWN_ROLE',
        kindeCode: null,
        field: ['roles', '0', 'key'],
        message: expect.any(String),
      },
    ]);
    expect(domain.gateway.calls()).toEqual(['GET /api/v1/roles?page_size=500']);
  });

  test('refuses a member’s address', async () => {
    const { members } = domain.gateway.emulator.state.organization(domain.organizationCode);
    const email = [...members.values()].find(({ user }) => user.email !== undefined)!.user.email;
    const { userErrors } = await create({ email });
    expect(userErrors).toMatchObject([
      { code: 'REFUSED_BY_KINDE', kindeCode: 'USER_ALREADY_MEMBER', field: ['email'] },
    ]);
  });

  test('returns the code also to a caller who may not read invitations', async () => {
    const { data, errors } = await domain.executeWith(
      ['create:organization_invites'],
      `mutation ($code: ID!) {
        createOrganizationInvite(input: { organizationCode: $code, email: "new@example.com", roles: [] }) {
          inviteCode organizationInvite { code }
        }
      }`,
      { code: domain.organizationCode },
    );
    expect(data.createOrganizationInvite).toEqual({
      inviteCode: expect.stringMatching(/^inv_/),
      organizationInvite: null,
    });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_invites' } },
    ]);
  });
});

describe('revokeOrganizationInvite', () => {
  const revoke = (inviteCode: string) =>
    domain.mutate(
      'revokeOrganizationInvite',
      { organizationCode: domain.organizationCode, inviteCode },
      'inviteCode organizationInvite { status }',
    );

  test('revokes, and reads the invitation as revoked', async () => {
    expect(await revoke('inv_pending')).toEqual({
      inviteCode: 'inv_pending',
      organizationInvite: { status: 'REVOKED' },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([
      `DELETE ${path()}/inv_pending`,
      `GET ${path()}/inv_pending`,
    ]);
    expect(invites().get('inv_pending')?.is_revoked).toBe(true);
  });

  test.each([
    ['inv_accepted', 'REFUSED_BY_KINDE', 'INVITE_NOT_PENDING'],
    ['inv_none', 'NOT_FOUND', 'INVITE_NOT_FOUND'],
  ])('says why %s is not revoked', async (inviteCode, code, kindeCode) => {
    expect(await revoke(inviteCode)).toEqual({
      inviteCode: null,
      organizationInvite: null,
      userErrors: [{ code, kindeCode, field: ['inviteCode'], message: expect.any(String) }],
    });
  });
});

test('a cached list is read again after an invitation and after its revocation', async () => {
  const scopes = ['read', 'create', 'delete'].map((verb) => `${verb}:organization_invites`);
  const send = async (document: string) => {
    const { data, errors } = await domain.executeWith(['read:organizations', ...scopes], document, {
      code: domain.organizationCode,
    });
    expect(errors).toBeUndefined();
    return data;
  };
  const count = async () => {
    const { organization } = await send(
      'query ($code: ID!) { organization(code: $code) { invites { nodes { code } } } }',
    );
    return organization.invites.nodes.length;
  };
  expect(await count()).toBe(1);
  await send(`mutation ($code: ID!) {
    createOrganizationInvite(input: { organizationCode: $code, email: "n@example.com", roles: [] }) { inviteCode }
  }`);
  expect(await count()).toBe(2);
  await send(`mutation ($code: ID!) {
    revokeOrganizationInvite(input: { organizationCode: $code, inviteCode: "inv_pending" }) { inviteCode }
  }`);
  expect(await count()).toBe(1);
});

/** What an admin page needs, each in one test: as its server and its browser ask for it. */
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
let code: string;
let memberId: string;

beforeAll(async () => {
  gateway = await startGateway({ env: { AUTH_MODE: 'jwt' } });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  const [, { profile, members }] = [...gateway.emulator.state.organizations.values()] as any[];
  code = profile.code;
  memberId = [...members.values()][0].user.id;
});

/** What the page's administrator may do, as permissions of a Kinde role. */
const ADMINISTRATOR = [
  'read:organizations',
  'read:organization_users',
  'read:organization_user_roles',
  'read:organization_feature_flags',
  'read:environment_feature_flags',
  'update:organization_feature_flags',
  'read:organization_invites',
  'create:organization_invites',
  'delete:organization_invites',
  'read:role_permissions',
];

const tokenOf = (permissions: string[]) =>
  gateway.emulator.issueToken({
    audience: [],
    scopes: ['openid'],
    claims: {
      ...{ gty: undefined, scope: undefined, sub: memberId, org_code: code, permissions },
    },
  });

/** Sends an operation as the page's server, an application, or as the person who signed in to the page. */
async function ask(who: 'server' | string[], document: string, variables: object = {}) {
  const token = who === 'server' ? gateway.emulator.issueToken() : tokenOf(who);
  const { data, errors } = await gateway.execute(document, variables, {
    authorization: `Bearer ${await token}`,
  });
  expect(errors).toBeUndefined();
  return data;
}

test('find a person by e-mail address, and add the person with a role', async () => {
  const person = [...gateway.emulator.state.users.values()].find(
    ({ email, organizations }) => email !== undefined && !organizations.includes(code),
  )!;
  const { users } = await ask(
    'server',
    `query ($email: String, $code: ID!) { users(email: $email) { nodes {
      userId fullName memberships { organization { name } } membership(organizationCode: $code) { id }
    } } }`,
    { email: person.email, code },
  );
  expect(users.nodes).toMatchObject([{ userId: person.id, membership: null }]);
  const { addOrganizationUsers } = await ask(
    'server',
    `mutation ($input: AddOrganizationUsersInput!) { addOrganizationUsers(input: $input) {
      addedUsers { fullName roles { key } } userErrors { message }
    } }`,
    {
      input: {
        organizationCode: code,
        users: [{ userId: person.id, roles: [{ key: 'admin' }] }],
        refreshClaims: true,
      },
    },
  );
  expect(addOrganizationUsers).toEqual({
    addedUsers: [{ fullName: person.full_name, roles: [{ key: 'admin' }] }],
    userErrors: [],
  });
  expect(gateway.emulator.state.claimRefreshes).toEqual([person.id]);
});

test('open one member by id', async () => {
  const { organization } = await ask(
    ADMINISTRATOR,
    'query ($code: ID!, $id: ID!) { organization(code: $code) { user(userId: $id) { fullName joinedOn roles { name } } } }',
    { code, id: memberId },
  );
  const { user, roles } = gateway.emulator.state.member(code, memberId);
  expect(organization.user).toEqual({
    fullName: user.full_name,
    joinedOn: expect.any(String),
    roles: [...roles].map(({ name }) => ({ name })),
  });
});

test('show all flags with the values that apply, and switch one: the cache shows it without a refetch', async () => {
  const token = await tokenOf(ADMINISTRATOR);
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: new HttpLink({
      uri: `${gateway.url}/graphql`,
      headers: { authorization: `Bearer ${token}` },
    }),
  });
  gateway.emulator.state.organization(code).overrides.clear();
  const query = gql`
    query Flags($code: ID!) {
      organization(code: $code) {
        id
        featureFlags(includeInherited: true) {
          id
          key
          value
          source
        }
      }
    }
  `;
  const flagIn = (data: any) =>
    data.organization.featureFlags.find(({ key }: any) => key === 'dark_mode');
  const { data } = await client.query({ query, variables: { code } });
  expect((data as any).organization.featureFlags).toHaveLength(
    gateway.emulator.state.featureFlags.size,
  );
  expect(flagIn(data)).toMatchObject({ value: true, source: 'ENVIRONMENT' });
  await client.mutate({
    mutation: gql`
      mutation Switch($input: UpdateFeatureFlagOverrideInput!) {
        updateFeatureFlagOverride(input: $input) {
          featureFlag {
            id
            value
            source
          }
        }
      }
    `,
    variables: { input: { organizationCode: code, key: 'dark_mode', value: false } },
  });
  gateway.calls();
  const shown = client.readQuery({ query, variables: { code } });
  expect(flagIn(shown)).toMatchObject({ value: false, source: 'ORGANIZATION' });
  expect(gateway.calls()).toEqual([]);
  client.stop();
});

test('invite, list the pending invitations, revoke', async () => {
  const pending = async () => {
    const { organization } = await ask(
      ADMINISTRATOR,
      'query ($code: ID!) { organization(code: $code) { invites(first: 50) { nodes { email } } } }',
      { code },
    );
    return organization.invites.nodes.map(({ email }: any) => email);
  };
  const { createOrganizationInvite } = await ask(
    ADMINISTRATOR,
    `mutation ($input: CreateOrganizationInviteInput!) { createOrganizationInvite(input: $input) { inviteCode userErrors { message } } }`,
    {
      input: { organizationCode: code, email: 'new@example.com', roles: [{ key: 'member' }] },
    },
  );
  expect(createOrganizationInvite.userErrors).toEqual([]);
  expect(await pending()).toContain('new@example.com');
  await ask(
    ADMINISTRATOR,
    `mutation ($input: RevokeOrganizationInviteInput!) { revokeOrganizationInvite(input: $input) { userErrors { message } } }`,
    { input: { organizationCode: code, inviteCode: createOrganizationInvite.inviteCode } },
  );
  expect(await pending()).not.toContain('new@example.com');
});

test('show what each role may do', async () => {
  const { roles } = await ask(
    'server',
    '{ roles(first: 50) { nodes { key permissions { key } } } }',
  );
  const granted = Object.fromEntries(
    [...gateway.emulator.state.roles.values()].map(({ key, permissions }) => [
      key,
      permissions.map((permission) => permission.key).sort(),
    ]),
  );
  expect(
    Object.fromEntries(
      roles.nodes.map(({ key, permissions }: any) => [
        key,
        permissions.map((permission: any) => permission.key).sort(),
      ]),
    ),
  ).toEqual(granted);
});

test('hide what the viewer may not do', async () => {
  const document = `{ viewer { organization { code }
    invites: can(scope: "create:organization_invites") switches: can(scope: "update:organization_feature_flags")
  } }`;
  gateway.calls();
  expect(await ask(ADMINISTRATOR, document)).toEqual({
    viewer: { organization: { code }, invites: true, switches: true },
  });
  expect(await ask(['read:organizations'], document)).toEqual({
    viewer: { organization: { code }, invites: false, switches: false },
  });
  expect(gateway.calls()).toEqual([]);
});

/** The official client drives what an organization holds besides its members: see management-api-js.test.ts. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Endpoints } from '../../src/upstream/endpoints/index.js';
import {
  type Call,
  refusal,
  refused,
  servicesAs,
  startManagementApi,
} from '../support/management-api.js';

type Connections = Endpoints['organizationConnections'];
type Invites = Endpoints['organizationInvites'];
type Logos = Endpoints['organizationLogos'];
type Properties = Endpoints['organizationProperties'];
type Security = Endpoints['organizationSecurity'];

interface ManagementApi {
  Organizations: {
    addOrganizationLogo: Call<Logos['upload']>;
    createOrganizationInvite: Call<Invites['create']>;
    deleteOrganizationHandle: Call<Endpoints['organizations']['deleteHandle']>;
    deleteOrganizationInvite: Call<Invites['revoke']>;
    deleteOrganizationLogo: Call<Logos['delete']>;
    enableOrgConnection: Call<Connections['enable']>;
    getOrganization: Call<Endpoints['organizations']['get']>;
    getOrganizationConnections: Call<Connections['list']>;
    getOrganizationInvite: Call<Invites['get']>;
    getOrganizationInvites: Call<Invites['list']>;
    getOrganizationPasskey: Call<Security['passkey']>;
    getOrganizationPropertyValues: Call<Properties['list']>;
    readOrganizationLogo: Call<Logos['list']>;
    removeOrgConnection: Call<Connections['disable']>;
    replaceOrganizationMfa: Call<Security['updateMfa']>;
    updateOrganizationPasskey: Call<Security['updatePasskey']>;
    updateOrganizationProperties: Call<Properties['updateAll']>;
    updateOrganizationProperty: Call<Properties['update']>;
    updateOrganizationSessions: Call<Security['updateSessions']>;
  };
}

const { Organizations } = servicesAs<ManagementApi>();
const api = startManagementApi();

/** An organization that is not the default one. */
const organization = () =>
  [...api.emulator.state.organizations.values()].find(({ profile }) => !profile.is_default)!;
const code = () => organization().profile.code;

test('a person is invited, found in the lists, and the invitation revoked', async () => {
  const orgCode = code();
  const { invite } = await Organizations.createOrganizationInvite({
    orgCode,
    requestBody: { email: 'new@example.com', first_name: 'Nora', roles: ['member'] },
  });
  const inviteCode = invite.code;
  const codes = async (data: object = {}) => {
    const { invites } = await Organizations.getOrganizationInvites({ orgCode, ...data });
    return invites.map((listed) => listed.code);
  };
  expect(await codes({ sort: 'email_asc', pageSize: 50 })).toContain(inviteCode);
  // The one read without an envelope: the code is the invitation's.
  expect(await Organizations.getOrganizationInvite({ orgCode, inviteCode })).toMatchObject({
    code: inviteCode,
    email: 'new@example.com',
    full_name: 'Nora',
    is_revoked: false,
    roles: [{ key: 'member', name: 'Member' }],
  });
  await Organizations.deleteOrganizationInvite({ orgCode, inviteCode });
  expect(await codes()).not.toContain(inviteCode);
  expect(await codes({ includeRevoked: true, pageSize: 50 })).toContain(inviteCode);
  expect(
    await refusal(Organizations.getOrganizationInvite({ orgCode, inviteCode: 'inv_none' })),
  ).toEqual({
    status: 404,
    body: { errors: { code: 'INVITE_NOT_FOUND', message: expect.any(String) } },
  });
});

test('properties are set, one and several, and read', async () => {
  const orgCode = code();
  await Organizations.updateOrganizationProperty({
    ...{ orgCode, propertyKey: 'industry' },
    value: 'Fish & chips',
  });
  await Organizations.updateOrganizationProperties({
    orgCode,
    requestBody: { properties: { seats: '7', contract_end: '2027-01-31' } },
  });
  const { properties } = await Organizations.getOrganizationPropertyValues({ orgCode });
  expect(Object.fromEntries(properties.map(({ key, value }) => [key, value]))).toMatchObject({
    industry: 'Fish & chips',
    seats: '7',
    contract_end: '2027-01-31',
  });
  const none = { orgCode, propertyKey: 'none', value: '' };
  expect(await refusal(Organizations.updateOrganizationProperty(none))).toEqual(
    refused(400, 'PROPERTY_NOT_FOUND'),
  );
});

test('sign-in policies are set, and the passkey policy is read', async () => {
  const orgCode = code();
  await Organizations.replaceOrganizationMfa({
    orgCode,
    requestBody: { enabled_factors: ['mfa:email'], is_recovery_codes_enabled: false },
  });
  expect(organization().mfa?.enabled_factors).toEqual(['mfa:email']);
  await Organizations.updateOrganizationSessions({
    orgCode,
    requestBody: { sso_session_persistence_mode: 'persistent' },
  });
  expect(organization().sessions).toEqual({ sso_session_persistence_mode: 'persistent' });
  await Organizations.updateOrganizationPasskey({ orgCode, requestBody: { policy: 'mandatory' } });
  expect(await Organizations.getOrganizationPasskey({ orgCode })).toMatchObject({
    code: 'OK',
    policy: 'mandatory',
    environment_policy: 'optional',
    is_override_environment_passkey_settings: true,
  });
});

test('a logo is uploaded as a file, listed, and deleted once', async () => {
  const orgCode = code();
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
  const logo = new File([bytes], 'a "logo".png', { type: 'image/png' });
  await Organizations.addOrganizationLogo({ orgCode, type: 'dark', formData: { logo } });
  expect(organization().logos.get('dark')).toEqual({
    name: 'a "logo".png',
    type: 'image/png',
    content: bytes,
  });
  const { logos } = await Organizations.readOrganizationLogo({ orgCode });
  expect(logos).toContainEqual({
    type: 'dark',
    file_name: 'a "logo".png',
    path: `/logo_dark?p_org_code=${orgCode}`,
  });
  await Organizations.deleteOrganizationLogo({ orgCode, type: 'dark' });
  await Organizations.deleteOrganizationLogo({ orgCode, type: 'dark' });
  expect(api.emulator.requests.slice(-2).map(({ status }) => status)).toEqual([200, 204]);
  const text = new File(['Hello'], 'logo.txt', { type: 'text/plain' });
  const upload = { orgCode, type: 'dark', formData: { logo: text } };
  expect(await refusal(Organizations.addOrganizationLogo(upload))).toEqual(
    refused(400, 'INVALID_LOGO_FORMAT'),
  );
});

test('a connection is enabled, listed and disabled', async () => {
  const organizationCode = code();
  const [connection] = [...api.emulator.state.connections.values()];
  organization().connections.clear();
  const enabling = { organizationCode, connectionId: connection!.id };
  await Organizations.enableOrgConnection(enabling);
  const { connections } = await Organizations.getOrganizationConnections({ organizationCode });
  expect(connections).toEqual([{ code: 'OK', message: 'Success', connection }]);
  await Organizations.removeOrgConnection(enabling);
  expect(await refusal(Organizations.removeOrgConnection(enabling))).toEqual(
    refused(400, 'CONNECTION_NOT_ENABLED'),
  );
});

test('a handle is deleted', async () => {
  const orgCode = code();
  organization().profile.handle = 'acme';
  await Organizations.deleteOrganizationHandle({ orgCode });
  expect(await Organizations.getOrganization({ code: orgCode })).toMatchObject({ handle: null });
});

test('every organization operation that the client has is driven here', () => {
  const tests = ['management-api-js.test.ts', 'management-api-js-organizations.test.ts']
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('\n');
  const operations = Object.getOwnPropertyNames(Organizations).filter(
    (name) => typeof Organizations[name as keyof typeof Organizations] === 'function',
  );
  expect(operations.length).toBeGreaterThan(40);
  expect(operations.filter((name) => !tests.includes(`Organizations.${name}(`))).toEqual([]);
});

/** The ways to sign in to an organization, Kinde's connections, through the door: listed, enabled, disabled. */
import { describe, expect, test } from '@jest/globals';
import { startDomain } from '../support/domain.js';

const domain = startDomain();
const enabled = () =>
  domain.gateway.emulator.state.organization(domain.organizationCode).connections;
/** A connection of the environment, by its strategy. */
const connection = (strategy: string) =>
  [...domain.gateway.emulator.state.connections.values()].find(
    (connection) => connection.strategy === strategy,
  )!;
const path = (id = '') =>
  `/api/v1/organizations/${domain.organizationCode}/connections${id && `/${id}`}`;
const details = () => `GET /api/v1/organization?code=${domain.organizationCode}`;
const list = { route: 'GET /api/v1/organizations/{organization_code}/connections' } as const;

const METHODS = `query ($code: ID!) {
  organization(code: $code) { signInMethods { id connectionId name displayName strategy } }
}`;

const execute = () => domain.gateway.execute(METHODS, { code: domain.organizationCode });

const readMethods = async (): Promise<any[]> => (await execute()).data.organization.signInMethods;

const change = (mutation: string, connectionId: string, fields = 'organization { code }') =>
  domain.mutate(mutation, { organizationCode: domain.organizationCode, connectionId }, fields);

describe('reads', () => {
  test('list what is enabled with one call, and find one by its global id', async () => {
    const { id: connectionId } = connection('oauth2:google');
    enabled().clear();
    enabled().add(connectionId);
    domain.gateway.calls();
    const methods = await readMethods();
    expect(domain.gateway.calls()).toEqual([details(), `GET ${path()}`]);
    expect(methods).toEqual([
      {
        id: expect.any(String),
        connectionId,
        name: 'google',
        displayName: 'Google',
        strategy: 'oauth2:google',
      },
    ]);
    const document =
      'query ($id: ID!) { node(id: $id) { ... on OrganizationSignInMethod { strategy } } }';
    const { id } = methods[0];
    expect(await domain.gateway.query(document, { id })).toEqual({
      node: { strategy: 'oauth2:google' },
    });
    enabled().clear();
    expect(await domain.gateway.query(document, { id })).toEqual({ node: null });
  });

  test('are denied without the scope, before any call', async () => {
    const { data, errors } = await domain.executeWith(['read:organizations'], METHODS, {
      code: domain.organizationCode,
    });
    expect(data).toEqual({ organization: { signInMethods: null } });
    expect(errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN', requiredScope: 'read:organization_connections' } },
    ]);
    expect(domain.gateway.calls()).toEqual([details()]);
  });

  test('unwrap connections, and lose only those without an id', async () => {
    const connections = [
      { code: 'OK', connection: { id: 'conn_1', name: 'one' } },
      { id: 'conn_2', name: 'two' },
      { connection: { name: 'three' } },
    ];
    domain.gateway.emulator.fault({ ...list, respond: { status: 200, body: { connections } } });
    const { data, errors } = await execute();
    expect(data.organization.signInMethods).toMatchObject([
      { connectionId: 'conn_1', name: 'one' },
      { connectionId: 'conn_2', name: 'two' },
      null as unknown as object,
    ]);
    expect(errors).toMatchObject([
      {
        path: ['organization', 'signInMethods', 2],
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      },
    ]);
  });

  test('end in an error where Kinde has more than it sends', async () => {
    const connections = [{ connection: { id: 'conn_1' } }];
    const body = { connections, has_more: true };
    domain.gateway.emulator.fault({ ...list, respond: { status: 200, body } });
    const { data, errors } = await execute();
    expect(data.organization.signInMethods).toMatchObject([
      { connectionId: 'conn_1' },
      null as unknown as object,
    ]);
    expect(errors).toMatchObject([
      {
        message: 'The list goes on, and Kinde has no way to read the rest of it.',
        path: ['organization', 'signInMethods', 1],
        extensions: { code: 'UPSTREAM_BAD_RESPONSE' },
      },
    ]);
  });
});

describe('enableOrganizationSignInMethod', () => {
  test('enables a connection, though Kinde’s response has no body, and reads it', async () => {
    const { id } = connection('saml:custom');
    enabled().delete(id);
    const payload = await change(
      'enableOrganizationSignInMethod',
      id,
      'organization { signInMethods { connectionId } } organizationSignInMethod { displayName }',
    );
    expect(payload).toEqual({
      organization: { signInMethods: expect.arrayContaining([{ connectionId: id }]) },
      organizationSignInMethod: { displayName: 'Acme single sign-on' },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([`POST ${path(id)}`, `GET ${path()}`]);
    expect(enabled().has(id)).toBe(true);
  });
});

describe('disableOrganizationSignInMethod', () => {
  test('disables a connection, and returns its global id', async () => {
    const { id: connectionId } = connection('email:otp');
    const { id } = (await readMethods()).find((method) => method.connectionId === connectionId);
    const payload = await change(
      'disableOrganizationSignInMethod',
      connectionId,
      'disabledOrganizationSignInMethodId organization { signInMethods { id } }',
    );
    expect(payload).toEqual({
      disabledOrganizationSignInMethodId: id,
      organization: { signInMethods: expect.not.arrayContaining([{ id }]) },
      userErrors: [],
    });
    expect(domain.gateway.calls()).toEqual([`DELETE ${path(connectionId)}`, `GET ${path()}`]);
    expect(enabled().has(connectionId)).toBe(false);
  });

  test('says that a connection is not enabled', async () => {
    const { id } = connection('oauth2:google');
    enabled().delete(id);
    expect(await change('disableOrganizationSignInMethod', id)).toMatchObject({
      organization: null,
      userErrors: [
        { code: 'REFUSED_BY_KINDE', kindeCode: 'CONNECTION_NOT_ENABLED', field: ['connectionId'] },
      ],
    });
  });
});

describe.each([
  ['enableOrganizationSignInMethod', 'create:organization_connections'],
  ['disableOrganizationSignInMethod', 'delete:organization_connections'],
])('%s', (mutation, requiredScope) => {
  test.each([
    ['conn_none', { code: 'NOT_FOUND', kindeCode: 'CONNECTION_NOT_FOUND' }, 1],
    ['..', { code: 'INVALID_ID' }, 0],
    ['conn_1/../conn_2', { code: 'INVALID_ID' }, 0],
    ['', { code: 'INVALID_ID' }, 0],
  ])('refuses the connection %j', async (connectionId, error, calls) => {
    const { userErrors } = await change(mutation, connectionId);
    expect(userErrors).toMatchObject([{ ...error, field: ['connectionId'] }]);
    expect(domain.gateway.calls()).toHaveLength(calls);
  });

  test('names an organization that does not exist', async () => {
    const { id: connectionId } = connection('email:otp');
    const { userErrors } = await domain.mutate(mutation, {
      organizationCode: 'org_none',
      connectionId,
    });
    expect(userErrors).toMatchObject([
      { kindeCode: 'ORGANIZATION_NOT_FOUND', field: ['organizationCode'] },
    ]);
  });

  test('is denied without its scope, before any call', async () => {
    const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
    const { errors } = await domain.executeWith(
      ['read:organizations', 'read:organization_connections', 'update:organizations'],
      `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
      { input: { organizationCode: domain.organizationCode, connectionId: 'conn_1' } },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredScope } }]);
    expect(domain.gateway.calls()).toEqual([]);
  });

  test('has a cached list read again', async () => {
    const scopes = ['read:organizations', 'read:organization_connections', requiredScope];
    const { id } = connection('oauth2:google');
    enabled()[mutation.startsWith('enable') ? 'delete' : 'add'](id);
    const isListed = async () => {
      const { data } = await domain.executeWith(scopes, METHODS, { code: domain.organizationCode });
      return data.organization.signInMethods.some((method: any) => method.connectionId === id);
    };
    const before = await isListed();
    await domain.executeWith(
      scopes,
      `mutation ($code: ID!, $id: ID!) {
        ${mutation}(input: { organizationCode: $code, connectionId: $id }) { userErrors { code } }
      }`,
      { code: domain.organizationCode, id },
    );
    expect(await isListed()).toBe(!before);
  });
});

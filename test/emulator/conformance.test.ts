/**
 * Prism stands between the gateway and the emulator and holds every request and every answer
 * against Kinde's OpenAPI file, by Stoplight's reading of it and not by ours.
 *
 * KINDE_OPENAPI names another version of the file. It needs Prism (PRISM_BIN), a large package that
 * nothing else here uses:
 *
 *     PRISM_BIN=.../node_modules/.bin/prism npm test -- test/emulator/conformance.test.ts
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganizationRecord, TokenOptions } from '../../src/emulator/index.js';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import { type GraphQLResult, startGateway, type TestGateway } from '../support/gateway.js';
import { describeWith, OPENAPI, PRISM } from '../support/programs.js';

const rows = Object.values(endpoints).flatMap((domain) => Object.values<Endpoint>(domain));
const routes = rows.map(({ route }) => route);

/** What Prism found in one call. */
interface Finding {
  route: string;
  /** Of the answer; of Prism's own where it let nothing through. */
  status: number;
  violations: string[];
}

const NO_400 =
  'The specification declares no 400 here, as it does for the operations beside it that refuse the ' +
  'same things (a person who is no member, an unknown id). No other status would fit, and a client ' +
  'must expect one.';

/**
 * Where the two are known to differ from the specification, and why that is right or must be borne.
 * The tests fail on a deviation that is not here, and on one here that is no longer met.
 */
const DEVIATIONS: Record<string, string> = {
  'GET /api/v1/organizations/{org_code}/users/{user_id}/roles 400 undeclared status': NO_400,
  'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions 400 undeclared status': NO_400,
  'POST /api/v1/organizations/{org_code}/users/{user_id}/roles 400 undeclared status': NO_400,
  'POST /api/v1/organizations/{org_code}/users/{user_id}/permissions 400 undeclared status': NO_400,
  'GET /api/v1/organizations 401 undeclared status':
    'No operation declares a 401, although every one asks for a bearer token, and tokens expire.',
  "PATCH /api/v1/organizations/{org_code}/feature_flags/{feature_flag_key} 422 query: Request query must have required property 'value'":
    'Prism takes a parameter with an empty value for a missing one, as OpenAPI has it without ' +
    'allowEmptyValue. The empty string is a value of a string flag nevertheless, and whether Kinde ' +
    'takes it is Kinde’s to say: the gateway sends it.',
};

interface Router {
  url: string;
  server: Server;
  /** Where calls go; both are known only once the router is. */
  emulator?: string;
  prism?: string;
  findings: Finding[];
}

/**
 * Where the gateway finds Kinde: sends the token endpoint, which the specification does not have and
 * Prism therefore refuses, to the emulator, and all else to Prism, and keeps what Prism says.
 */
async function startRouter(): Promise<Router> {
  const findings: Finding[] = [];
  const router: Omit<Router, 'url' | 'server'> = { findings };
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const isApi = url.startsWith('/api/');
    const target = new URL(url, isApi ? router.prism : router.emulator);
    const onward = request(target, { method, headers: { ...headers, host: target.host } });
    onward.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const body = Buffer.concat(chunks);
        if (isApi) findings.push(finding(method, url, answer.statusCode!, answer.headers, body));
        outgoing.writeHead(answer.statusCode!, answer.headers).end(body);
      });
    });
    onward.on('error', (error) => outgoing.destroy(error));
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(router, { server, url: `http://127.0.0.1:${port}` });
}

function finding(
  method: string,
  url: string,
  status: number,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
): Finding {
  const [path] = url.split('?');
  const call = `${method} ${path}`;
  const route = routes.find((route) => matches(route, call)) ?? call;
  const violations: string[] = [];
  // A problem document is Prism's: the emulator answers plain JSON.
  if (headers['content-type'] === 'application/problem+json') {
    const { title, detail, validation } = JSON.parse(body.toString());
    violations.push(...(validation?.map(describeViolation) ?? [`${title}: ${detail}`]));
  } else if (headers['sl-violations'] !== undefined) {
    violations.push(...JSON.parse(String(headers['sl-violations'])).map(describeViolation));
  }
  return { route, status, violations };
}

const matches = (route: string, call: string) =>
  new RegExp(`^${route.replace(/\{\w+\}/g, '[^/]+')}$`).test(call);

const describeViolation = ({ location, message }: { location: string[]; message: string }) =>
  message.startsWith('Unable to match the returned status code')
    ? 'undeclared status'
    : `${location.join('.')}: ${message}`;

async function startPrism(emulator: string): Promise<{ process: ChildProcess; url: string }> {
  const prism = spawn(
    PRISM,
    ['proxy', '--errors', '-h', '127.0.0.1', '-p', '0', OPENAPI, emulator],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output: string[] = [];
  prism.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  for await (const line of createInterface(prism.stdout)) {
    output.push(line);
    const url = /listening on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    prism.stdout.resume();
    return { process: prism, url };
  }
  throw new Error(`Prism did not start:\n${output.join('\n')}`);
}

let router: Router;
let prism: ChildProcess;
let gateway: TestGateway;
/** Passes on its caller's token, so that a test chooses the scopes. */
let passthrough: TestGateway;
/** The default organization, with every kind of optional value set. */
let code: string;
/** A member of it whose only role is `member`. */
let userId: string;
/** A person without an organization. */
let strangerId: string;
/** The findings of the tests before this one. */
const seen: Finding[] = [];

const deviationsIn = (findings: Finding[]) =>
  new Set(
    findings.flatMap(({ route, status, violations }) =>
      violations.map((violation) => `${route} ${status} ${violation}`),
    ),
  );

/** The payload of a mutation, by the schema's naming of inputs. */
async function mutate(field: string, input: object, selection = ''): Promise<any> {
  const type = `${field[0]!.toUpperCase()}${field.slice(1)}Input`;
  const data = await gateway.query(
    `mutation ($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { code kindeCode } } }`,
    { input },
  );
  return data[field];
}

/** The codes of a mutation's userErrors. */
const refusal = async (field: string, input: object): Promise<string[]> =>
  (await mutate(field, input)).userErrors.map(
    (error: { code: string; kindeCode: string | null }) => error.kindeCode ?? error.code,
  );

async function executeAs(options: TokenOptions, document: string): Promise<GraphQLResult> {
  const token = await gateway.emulator.issueToken(options);
  return passthrough.execute(document, {}, { authorization: `Bearer ${token}` });
}

/** Does something at the moment when a call of such a path arrives at the emulator. */
function whenCalled(path: RegExp, act: () => void): void {
  const match = (target: { path: string }) => {
    if (path.test(target.path)) act();
    return false;
  };
  gateway.emulator.fault({ match, respond: 'hang' });
}

const codesOf = ({ errors = [] }: GraphQLResult) => errors.map(({ extensions }) => extensions.code);

// Prism lets unknown parameters and properties pass, so their names are compared here.
test.each(rows.map((row) => [row.route, row] as const))('the table’s %s', (_, row) => {
  const { paths } = JSON.parse(readFileSync(OPENAPI, 'utf8'));
  const operation = paths[row.path]?.[row.method.toLowerCase()];
  const namesIn = (place: string): string[] =>
    (operation.parameters ?? [])
      .filter((parameter: { in: string }) => parameter.in === place)
      .map(({ name }: { name: string }) => name);
  const mediaType = row.bodyType === 'json' ? 'application/json' : 'multipart/form-data';
  const { properties = {} } = operation.requestBody?.content[mediaType].schema ?? {};

  expect(namesIn('path').sort()).toEqual([...row.pathParameters].sort());
  expect(namesIn('query')).toEqual(expect.arrayContaining(Object.keys(row.query.properties)));
  expect(Object.keys(properties)).toEqual(
    expect.arrayContaining(Object.keys(row.body?.properties ?? {})),
  );
});

describeWith('prism')('the wire, held against the specification', () => {
  beforeAll(async () => {
    router = await startRouter();
    const kindeDomain = () => router.url;
    gateway = await startGateway({ kindeDomain });
    router.emulator = gateway.emulator.url;
    ({ process: prism, url: router.prism } = await startPrism(gateway.emulator.url));
    passthrough = await startGateway({
      kindeDomain,
      env: { AUTH_MODE: 'passthrough' },
      emulator: { organizations: 1, usersPerOrganization: 1 },
    });
  });

  beforeEach(() => {
    gateway.emulator.reset();
    const { organizations, users } = gateway.emulator.state;
    const [{ profile, members }] = [...organizations.values()] as [OrganizationRecord];
    code = profile.code;
    userId = [...members.values()].find(
      ({ roles }) => [...roles].map(({ key }) => key).join() === 'member',
    )!.user.id;
    strangerId = [...users.values()].find(({ organizations }) => organizations.length === 0)!.id;
    router.findings.length = 0;
  });

  afterEach(() => {
    seen.push(...router.findings);
    const unlisted = [...deviationsIn(router.findings)].filter((found) => !(found in DEVIATIONS));
    expect(unlisted).toEqual([]);
  });

  afterAll(async () => {
    prism?.kill();
    await passthrough?.close();
    await gateway?.close();
    router?.server.close();
    router?.server.closeAllConnections();
  });

  describe('reads', () => {
    test('organizations, in each order and page by page', async () => {
      const read = (variables: object) =>
        gateway.query(
          `query ($first: Int, $after: String, $sort: OrganizationSortOrder) {
            organizations(first: $first, after: $after, sort: $sort) {
              nodes { code name handle externalId isDefault isAutoMembershipEnabled }
              pageInfo { hasNextPage endCursor }
            }
          }`,
          variables,
        );
      for (const sort of ['NAME_ASC', 'NAME_DESC']) {
        await read({ first: 5, sort });
      }
      let codes = 0;
      let pageInfo: { hasNextPage: boolean; endCursor?: string } | undefined;
      do {
        const { organizations } = await read({ first: 10, after: pageInfo?.endCursor });
        codes += organizations.nodes.length;
        ({ pageInfo } = organizations);
      } while (pageInfo!.hasNextPage);
      expect(codes).toBe(gateway.emulator.state.organizations.size);
    });

    test('every organization in full, with its billing', async () => {
      const { organizations } = await gateway.query(`{
        organizations(first: 500) { nodes {
          code allowedDomains isSuspended suspendedOn createdOn senderName senderEmail
          branding { logo linkColor { raw hex hsl } themeCode buttonBorderRadius }
          billing { customerId agreements { agreementId planCode } }
        } }
      }`);
      expect(organizations.nodes).toHaveLength(gateway.emulator.state.organizations.size);
    });

    test('an organization by its code, and none', async () => {
      const document = 'query ($code: ID!) { organization(code: $code) { name createdOn } }';
      const { organization } = await gateway.query(document, { code });
      expect(organization.name).toEqual(expect.any(String));
      expect(await gateway.query(document, { code: 'org_none' })).toEqual({ organization: null });
    });

    test('members, with the filters, and all that is known of them', async () => {
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) {
          users(first: 50, sort: EMAIL_DESC, roles: ["member"], permissions: ["read:projects"]) {
            nodes {
              userId email fullName firstName lastName picture joinedOn lastAccessedOn isSuspended
              roles { key roleId name description }
              permissions { key permissionId name description }
              permissionGrants { permission { key } roles { key roleId } }
            }
          }
        } }`,
        { code },
      );
      expect(organization.users.nodes.map((user: any) => user.userId)).toContain(userId);
    });

    test('a member by the global id: from people, from the list of members and from its roles', async () => {
      const { addedUsers } = await mutate(
        'addOrganizationUsers',
        { organizationCode: code, users: [{ userId: strangerId, roles: [{ key: 'auditor' }] }] },
        'addedUsers { id }',
      );
      const { node } = await gateway.query(
        `query ($id: ID!) { node(id: $id) { ... on OrganizationUser {
          userId email fullName joinedOn roles { key roleId name } organization { name }
          permissions { key } permissionGrants { roles { key } }
        } } }`,
        addedUsers[0],
      );
      expect(node).toMatchObject({ userId: strangerId, roles: [{ key: 'auditor' }] });
    });

    test('people, by each filter, by a search and outside an organization', async () => {
      const { email } = [...gateway.emulator.state.users.values()].find((user) => user.email)!;
      const fields = `nodes { userId providedId email phone username fullName picture isSuspended
        lastSignedInOn totalSignIns failedSignIns createdOn
        memberships { organization { name } } } pageInfo { hasNextPage endCursor }`;
      const data = await gateway.query(
        `query ($email: String, $code: ID) {
          email: users(email: $email) { ${fields} }
          username: users(username: "nobody") { ${fields} }
          phone: users(phone: "+440000000") { ${fields} }
          search: users(search: "a", first: 3) { ${fields} }
          outside: users(notInOrganization: $code, first: 3) { ${fields} }
        }`,
        { email, code },
      );
      expect(data.email.nodes).toMatchObject([{ email }]);
      expect(data.outside.nodes).toHaveLength(3);
      const next = await gateway.query(
        `query ($after: String) { users(search: "a", first: 3, after: $after) { ${fields} } }`,
        { after: data.search.pageInfo.endCursor },
      );
      expect(next.users.nodes).toHaveLength(3);
    });

    test('the catalogues of roles and of permissions', async () => {
      const { roles, permissions } = await gateway.query(`{
        roles(first: 2) { nodes { key roleId name description } pageInfo { hasNextPage } }
        permissions(first: 100) { nodes { key permissionId name description } }
      }`);
      expect(roles.nodes).toHaveLength(2);
      expect(permissions.nodes).toHaveLength(gateway.emulator.state.permissions.size);
    });

    test('what roles grant, and who has them in an organization', async () => {
      const { roles } = await gateway.query(
        `query ($code: ID!, $from: DateTime!, $to: DateTime!) { roles { nodes {
          key
          permissions { key permissionId name description }
          users(organizationCode: $code, first: 5) { nodes { userId } pageInfo { hasNextPage } }
          usersCount(organizationCode: $code)
          activeUsersCount(organizationCode: $code, from: $from, to: $to)
        } } }`,
        { code, from: '2026-04-30T00:00:00.000Z', to: '2026-05-02T23:59:59.999Z' },
      );
      expect(roles.nodes).toHaveLength(gateway.emulator.state.roles.size);
      for (const role of roles.nodes) expect(role.usersCount).toEqual(expect.any(Number));
    });

    test('second factors, of members with and without', async () => {
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) { users(first: 50) { nodes {
          mfaFactors { factorId type name createdOn isVerified usageCount lastUsedOn }
        } } } }`,
        { code },
      );
      const counts = organization.users.nodes.map(({ mfaFactors }: any) => mfaFactors.length);
      expect(new Set(counts)).toEqual(new Set([0, 1]));
    });

    test('feature flags, all and one', async () => {
      await mutate('updateFeatureFlagOverride', {
        organizationCode: code,
        key: 'data_region',
        value: 'eu west & more + ü',
      });
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) {
          featureFlags { key type value }
          featureFlag(key: "data_region") { value }
        } }`,
        { code },
      );
      expect(organization.featureFlag).toEqual({ value: 'eu west & more + ü' });
    });

    test('invitations, in each order and state, and one', async () => {
      const document = `query ($code: ID!, $sort: OrganizationInviteSortOrder, $all: Boolean!) {
        organization(code: $code) {
          invites(first: 50, sort: $sort, includeAccepted: $all, includeRevoked: $all) {
            nodes { code email firstName fullName createdOn acceptedOn isSent status inviteLink roles { key name } }
          }
        }
      }`;
      const orders = ['CREATED_ON', 'EMAIL', 'NAME'].flatMap((by) => [`${by}_ASC`, `${by}_DESC`]);
      let all: { code: string }[] = [];
      for (const sort of orders) {
        const { organization } = await gateway.query(document, { code, sort, all: true });
        all = organization.invites.nodes;
      }
      expect(all).toHaveLength(gateway.emulator.state.organization(code).invites.size);
      const { organization } = await gateway.query(
        `query ($code: ID!, $invite: ID!) { organization(code: $code) { invite(code: $invite) { email } } }`,
        { code, invite: all[0]!.code },
      );
      expect(organization.invite.email).toEqual(expect.any(String));
    });

    test('logos, and the ways to sign in', async () => {
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) {
          logos { type fileName path }
          signInMethods { connectionId name displayName strategy }
        } }`,
        { code },
      );
      const { logos, connections } = gateway.emulator.state.organization(code);
      expect(organization.logos).toHaveLength(logos.size);
      expect(organization.signInMethods).toHaveLength(connections.size);
    });

    test('properties, with and without a value', async () => {
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) {
          properties { key propertyId name description value }
        } }`,
        { code },
      );
      expect(organization.properties).toHaveLength(gateway.emulator.state.properties.size);
    });

    test('the environment’s flags, and all of an organization’s', async () => {
      const { featureFlags, organization } = await gateway.query(
        `query ($code: ID!) {
          featureFlags { key type value }
          organization(code: $code) { featureFlags(includeInherited: true) { key source } }
        }`,
        { code },
      );
      expect(featureFlags).toHaveLength(gateway.emulator.state.featureFlags.size);
      expect(organization.featureFlags).toHaveLength(featureFlags.length);
    });
  });

  describe('writes', () => {
    test('an organization is created, changed and deleted', async () => {
      const { organization } = await mutate(
        'createOrganization',
        {
          name: 'Fjord & Söhne',
          externalId: 'crm-1',
          handle: 'fjord',
          isAutoMembershipEnabled: true,
          senderName: 'Fjord',
          senderEmail: 'hello@fjord.example.com',
          branding: { linkColor: '#0066ff', themeCode: 'USER_PREFERENCE' },
          createBillingCustomer: true,
          billingEmail: 'invoices@fjord.example.com',
          billingPlanCode: 'pro',
        },
        'organization { code name billing { customerId } }',
      );
      const organizationCode = organization.code;
      const updated = await mutate(
        'updateOrganization',
        {
          organizationCode,
          name: 'Fjord',
          allowedDomains: ['fjord.example.com'],
          isDomainAutoJoinEnabled: true,
          isAdvancedOrganization: true,
          isMfaRequired: true,
          isSuspended: true,
          senderName: null,
          branding: { buttonColor: '#fff', themeCode: 'DARK' },
        },
        'organization { name allowedDomains isSuspended senderName branding { themeCode } }',
      );
      expect(updated.organization).toEqual({
        name: 'Fjord',
        allowedDomains: ['fjord.example.com'],
        isSuspended: true,
        senderName: null,
        branding: { themeCode: 'DARK' },
      });
      expect(await refusal('deleteOrganization', { organizationCode })).toEqual([]);
      expect(gateway.emulator.state.organizations.has(organizationCode)).toBe(false);
    });

    test('an organization is created with its administrator, whose claims are refreshed', async () => {
      const { organization, userErrors } = await mutate(
        'createOrganization',
        {
          name: 'Fjord',
          users: [{ userId: strangerId, roles: [{ key: 'admin' }] }],
          refreshClaims: true,
        },
        'organization { code }',
      );
      expect(userErrors).toEqual([]);
      const { code: organizationCode } = organization;
      expect(await refusal('refreshUserClaims', { userId: strangerId, organizationCode })).toEqual(
        [],
      );
      expect(gateway.emulator.state.claimRefreshes).toEqual([strangerId, strangerId]);
      expect(await refusal('refreshUserClaims', { userId: 'kp_none' })).toEqual(['USER_NOT_FOUND']);
    });

    test('users are added, changed and removed, in bulk and singly', async () => {
      const { users } = gateway.emulator.state;
      const strangers = [...users.values()].filter(({ organizations }) => !organizations.length);
      const [first, second] = strangers.map(({ id }) => id) as [string, string];
      const added = await mutate(
        'addOrganizationUsers',
        {
          organizationCode: code,
          users: [
            { userId: first, roles: [{ key: 'member' }], permissions: [{ key: 'read:billing' }] },
            { userId: second },
          ],
        },
        'addedUserIds addedUsers { fullName roles { key } }',
      );
      expect(added.addedUserIds).toEqual([first, second]);
      const changed = await mutate(
        'updateOrganizationUsers',
        {
          organizationCode: code,
          users: [
            {
              userId: first,
              setRoles: [{ key: 'admin' }],
              addPermissions: [{ key: 'read:projects' }],
              removePermissions: [{ key: 'read:billing' }],
            },
          ],
        },
        'updatedUserIds',
      );
      expect(changed).toMatchObject({ updatedUserIds: [first], userErrors: [] });
      const removed = await mutate(
        'removeOrganizationUsers',
        { organizationCode: code, userIds: [second] },
        'removedUserIds',
      );
      expect(removed).toMatchObject({ removedUserIds: [second], userErrors: [] });
      expect(
        await refusal('removeOrganizationUser', { organizationCode: code, userId: first }),
      ).toEqual([]);
    });

    test('nobody is added who is a member already', async () => {
      const users = [{ userId }];
      expect(await refusal('addOrganizationUsers', { organizationCode: code, users })).toEqual([
        'NOT_ADDED',
      ]);
    });

    test('a role is added and removed', async () => {
      const input = { organizationCode: code, userId, role: { key: 'auditor' } };
      expect(await refusal('addOrganizationUserRole', input)).toEqual([]);
      expect(await refusal('removeOrganizationUserRole', input)).toEqual([]);
    });

    test('a permission is granted and revoked', async () => {
      const input = { organizationCode: code, userId, permission: { key: 'update:billing' } };
      expect(await refusal('addOrganizationUserPermission', input)).toEqual([]);
      expect(await refusal('removeOrganizationUserPermission', input)).toEqual([]);
    });

    test('flags of each type are overridden, and the overrides deleted', async () => {
      const flags = { dark_mode: false, max_projects: 0, data_region: 'us' };
      for (const [key, value] of Object.entries(flags)) {
        const input = { organizationCode: code, key, value };
        expect(await refusal('updateFeatureFlagOverride', input)).toEqual([]);
      }
      const input = { organizationCode: code, key: 'dark_mode' };
      expect(await refusal('deleteFeatureFlagOverride', input)).toEqual([]);
      expect(await refusal('deleteFeatureFlagOverrides', { organizationCode: code })).toEqual([]);
    });

    test('sign-in policies are set, and the handle deleted', async () => {
      const organization = { organizationCode: code };
      const inputs = {
        updateOrganizationMfaPolicy: { enabledFactors: ['EMAIL', 'SMS', 'AUTHENTICATOR_APP'] },
        updateOrganizationSessionPolicy: {
          overridesSsoPolicy: true,
          ssoPersistence: 'PERSISTENT',
          overridesLifetime: true,
          lifetimeSeconds: 86_400,
        },
        deleteOrganizationHandle: {},
      };
      for (const [field, input] of Object.entries(inputs)) {
        expect(await refusal(field, { ...organization, ...input })).toEqual([]);
      }
      for (const requirement of ['OFF', 'OPTIONAL', 'MANDATORY', null]) {
        const payload = await mutate(
          'updateOrganizationPasskeyPolicy',
          { ...organization, requirement },
          'organization { passkeyPolicy { isEnabled requirement environmentRequirement isOverridden } }',
        );
        expect(payload.userErrors).toEqual([]);
      }
    });

    test('logos are uploaded as files, deleted, and deleted when there are none', async () => {
      const { logos } = gateway.emulator.state.organization(code);
      // Prism passes bodies on as text: an SVG is one.
      const svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>Größe</title></svg>';
      for (const type of ['LIGHT', 'DARK']) {
        const logo = { organizationCode: code, type };
        const data = Buffer.from(svg).toString('base64');
        expect(await refusal('uploadOrganizationLogo', { ...logo, data })).toEqual([]);
        const { content } = logos.get(type.toLowerCase() as 'light')!;
        expect(Buffer.from(content).toString()).toBe(svg);
        expect(await refusal('deleteOrganizationLogo', logo)).toEqual([]);
        expect(await refusal('deleteOrganizationLogo', logo)).toEqual([]);
      }
    });

    test('a way to sign in is enabled and disabled', async () => {
      const [connectionId] = gateway.emulator.state.connections.keys();
      const input = { organizationCode: code, connectionId };
      expect(await refusal('enableOrganizationSignInMethod', input)).toEqual([]);
      expect(await refusal('disableOrganizationSignInMethod', input)).toEqual([]);
    });

    test('second factors are reset, one and all', async () => {
      const { id } = [...gateway.emulator.state.mfaFactors.values()][0]!.values().next().value!;
      gateway.emulator.state.mfaFactors.set(userId, new Map([[id, { id, type: 'email' }]]));
      const input = { organizationCode: code, userId };
      const factor = { ...input, factorId: id };
      expect(await refusal('resetOrganizationUserMfaFactor', factor)).toEqual([]);
      expect(await refusal('resetOrganizationUserMfa', input)).toEqual([]);
    });

    test('an API’s scope is added and removed', async () => {
      const [apiId, api] = [...gateway.emulator.state.apis][0]!;
      const [scopeId] = [...api.scopes.keys()];
      const input = { organizationCode: code, userId, apiId, scopeId };
      expect(await refusal('addOrganizationUserApiScope', input)).toEqual([]);
      expect(await refusal('removeOrganizationUserApiScope', input)).toEqual([]);
    });

    test('a person is invited, and the invitation revoked', async () => {
      const { inviteCode } = await mutate(
        'createOrganizationInvite',
        {
          organizationCode: code,
          email: 'new@example.com',
          firstName: 'Nora',
          roles: [{ key: 'member' }],
          sendEmail: true,
        },
        'inviteCode organizationInvite { status }',
      );
      expect(
        await refusal('revokeOrganizationInvite', { organizationCode: code, inviteCode }),
      ).toEqual([]);
    });

    test('properties are set, one and several', async () => {
      const property = { key: 'industry', value: 'Fish & chips + ü' };
      expect(
        await refusal('updateOrganizationProperty', { organizationCode: code, ...property }),
      ).toEqual([]);
      const properties = [property, { key: 'seats', value: '' }];
      expect(
        await refusal('updateOrganizationProperties', { organizationCode: code, properties }),
      ).toEqual([]);
    });
  });

  test('roles are created, changed and deleted, and what they grant is set', async () => {
    const input = { name: 'Support', key: 'support', description: 'Helps', isDefault: true };
    expect(await refusal('createRole', input)).toEqual([]);
    const role = { key: 'support' };
    const permissions = [{ key: 'read:billing' }, { key: 'read:reports' }];
    for (const granted of [permissions, permissions.slice(1), []]) {
      expect(await refusal('setRolePermissions', { role, permissions: granted })).toEqual([]);
    }
    expect(await refusal('updateRole', { role, name: 'Help' })).toEqual([]);
    expect(await refusal('updateRole', { role, key: 'admin' })).toEqual([
      'ROLE_KEY_ALREADY_EXISTS',
    ]);
    expect(await refusal('createRole', input)).toEqual(['ROLE_KEY_ALREADY_EXISTS']);
    expect(await refusal('deleteRole', { role })).toEqual([]);
    expect(await refusal('updateRole', { role: { key: 'member' }, name: 'All' })).toEqual([]);
  });

  test('permissions are created, changed and deleted', async () => {
    const input = { name: 'Print', key: 'print', description: 'On paper' };
    expect(await refusal('createPermission', input)).toEqual([]);
    expect(await refusal('createPermission', input)).toEqual(['PERMISSION_KEY_ALREADY_EXISTS']);
    const permission = { key: 'print' };
    expect(await refusal('updatePermission', { permission, name: 'Print it' })).toEqual([]);
    expect(await refusal('updatePermission', { permission, key: 'read:billing' })).toEqual([
      'PERMISSION_KEY_ALREADY_EXISTS',
    ]);
    expect(await refusal('deletePermission', { permission })).toEqual([]);
  });

  test('an entry of a catalogue that is deleted before it is written', async () => {
    const { roles, permissions } = gateway.emulator.state;
    const { id: roleId } = gateway.emulator.state.roleByKey('auditor');
    const { id: permissionId } = gateway.emulator.state.permissionByKey('read:billing');
    whenCalled(/\/roles\/[^/]+$/, () => roles.delete(roleId));
    whenCalled(/\/permissions\/[^/]+$/, () => permissions.delete(permissionId));
    expect(await refusal('deleteRole', { role: { key: 'auditor' } })).toEqual(['ROLE_NOT_FOUND']);
    expect(await refusal('deletePermission', { permission: { key: 'read:billing' } })).toEqual([
      'INVALID_PERMISSION_ID',
    ]);
  });

  test('an empty flag value, which Prism refuses', async () => {
    const input = { organizationCode: code, key: 'data_region', value: '' };
    expect(await refusal('updateFeatureFlagOverride', input)).toEqual(['REFUSED_BY_KINDE']);
  });

  describe('refusals', () => {
    const organizationCode = 'org_none';

    test.each<[string, object, string]>([
      ['updateOrganization', { name: 'None' }, 'ORGANIZATION_NOT_FOUND'],
      ['deleteOrganization', {}, 'ORGANIZATION_NOT_FOUND'],
      ['addOrganizationUsers', { users: [{ userId: 'kp_0' }] }, 'ORGANIZATION_NOT_FOUND'],
      [
        'updateOrganizationUsers',
        { users: [{ userId: 'kp_0', setRoles: [] }] },
        'ORGANIZATION_NOT_FOUND',
      ],
      ['removeOrganizationUsers', { userIds: ['kp_0'] }, 'ORGANIZATION_NOT_FOUND'],
      ['deleteFeatureFlagOverrides', {}, 'ORGANIZATION_NOT_FOUND'],
      ['deleteOrganizationLogo', { type: 'DARK' }, 'ORGANIZATION_NOT_FOUND'],
    ])('%s of an unknown organization', async (field, input, reason) => {
      expect(await refusal(field, { organizationCode, ...input })).toEqual([reason]);
    });

    test.each<[string, object]>([
      ['removeOrganizationUser', {}],
      ['addOrganizationUserRole', { role: { key: 'auditor' } }],
      ['removeOrganizationUserRole', { role: { key: 'auditor' } }],
      ['addOrganizationUserPermission', { permission: { key: 'read:billing' } }],
      ['removeOrganizationUserPermission', { permission: { key: 'read:billing' } }],
      ['resetOrganizationUserMfaFactor', { factorId: 'mfa_0' }],
      ['resetOrganizationUserMfa', {}],
      ['addOrganizationUserApiScope', { apiId: '0', scopeId: '0' }],
      ['removeOrganizationUserApiScope', { apiId: '0', scopeId: '0' }],
    ])('%s of a person who is no member', async (field, input) => {
      expect(
        await refusal(field, { organizationCode: code, userId: strangerId, ...input }),
      ).toEqual(['USER_NOT_IN_ORGANIZATION']);
    });

    test.each<[string, object, string]>([
      ['addOrganizationUserRole', { role: { roleId: 'none' } }, 'ROLE_NOT_FOUND'],
      ['removeOrganizationUserRole', { role: { key: 'auditor' } }, 'ROLE_NOT_FOUND'],
      [
        'addOrganizationUserPermission',
        { permission: { permissionId: 'none' } },
        'INVALID_PERMISSION_ID',
      ],
      [
        'removeOrganizationUserPermission',
        { permission: { key: 'read:projects' } },
        'INVALID_PERMISSION_ID_ROLE',
      ],
      ['resetOrganizationUserMfaFactor', { factorId: 'mfa_0' }, 'MFA_FACTOR_NOT_FOUND'],
      ['addOrganizationUserApiScope', { apiId: '0', scopeId: '0' }, 'API_NOT_FOUND'],
      ['removeOrganizationUserApiScope', { apiId: '0', scopeId: '0' }, 'API_NOT_FOUND'],
    ])('%s of what is unknown or not held', async (field, input, reason) => {
      expect(await refusal(field, { organizationCode: code, userId, ...input })).toEqual([reason]);
    });

    test.each<[string, object, string]>([
      ['updateFeatureFlagOverride', { key: 'none', value: true }, 'FEATURE_FLAG_NOT_FOUND'],
      [
        'updateFeatureFlagOverride',
        { key: 'max_projects', value: 'ten' },
        'INVALID_FEATURE_FLAG_VALUE',
      ],
      ['deleteFeatureFlagOverride', { key: 'none' }, 'FEATURE_FLAG_NOT_FOUND'],
      ['createOrganizationInvite', { email: 'nobody', roles: [] }, 'INVALID_EMAIL'],
      ['revokeOrganizationInvite', { inviteCode: 'inv_none' }, 'INVITE_NOT_FOUND'],
      ['enableOrganizationSignInMethod', { connectionId: 'conn_none' }, 'CONNECTION_NOT_FOUND'],
      ['disableOrganizationSignInMethod', { connectionId: 'conn_none' }, 'CONNECTION_NOT_FOUND'],
      ['updateOrganizationProperty', { key: 'none', value: 'x' }, 'PROPERTY_NOT_FOUND'],
      [
        'updateOrganizationProperties',
        { properties: [{ key: 'none', value: 'x' }] },
        'PROPERTY_NOT_FOUND',
      ],
      ['updateOrganization', { isSuspended: true }, 'DEFAULT_ORGANIZATION_CANNOT_BE_SUSPENDED'],
      ['updateOrganization', { branding: { linkColor: 'blue' } }, 'INVALID_COLOR'],
      ['deleteOrganization', {}, 'DEFAULT_ORGANIZATION_CANNOT_BE_DELETED'],
      ['addOrganizationUsers', { users: [{ userId: 'kp_none' }] }, 'USER_NOT_FOUND'],
    ])('%s with %j', async (field, input, reason) => {
      expect(await refusal(field, { organizationCode: code, ...input })).toEqual([reason]);
    });

    test('a create without a billing address', async () => {
      const input = { name: 'Fjord', createBillingCustomer: true };
      expect(await refusal('createOrganization', input)).toEqual(['BILLING_EMAIL_REQUIRED']);
    });

    test('a bulk write that names an unknown role', async () => {
      const users = [{ userId: strangerId, roles: [{ key: 'none' }] }];
      expect(await refusal('addOrganizationUsers', { organizationCode: code, users })).toEqual([
        'UNKNOWN_ROLE',
      ]);
    });

    test('an organization that is deleted between two reads', async () => {
      const { organizations } = gateway.emulator.state;
      whenCalled(/\/(users|feature_flags)\b/, () => organizations.delete(code));
      const answer = await gateway.execute(
        `query ($code: ID!) { organization(code: $code) {
          name users { nodes { userId } } featureFlags { key }
        } }`,
        { code },
      );
      expect(codesOf(answer)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    });

    test('who has a role in an unknown organization, and in too long a window', async () => {
      const answer = await gateway.execute(
        `query ($code: ID!) { roles(first: 1) { nodes {
          users(organizationCode: "org_none") { nodes { userId } }
          usersCount(organizationCode: "org_none")
          activeUsersCount(organizationCode: $code, from: "2026-05-01T00:00:00Z", to: "2026-05-09T00:00:00Z")
        } } }`,
        { code },
      );
      expect(codesOf(answer).sort()).toEqual(['BAD_USER_INPUT', 'NOT_FOUND', 'NOT_FOUND']);
    });

    test('a role that is deleted between two reads', async () => {
      const { roles } = gateway.emulator.state;
      const { id } = gateway.emulator.state.roleByKey('auditor');
      whenCalled(/\/roles\/.+\/permissions/, () => roles.delete(id));
      const answer = await gateway.execute('{ roles { nodes { key permissions { key } } } }');
      expect(codesOf(answer)).toEqual(['NOT_FOUND']);
    });

    test('a member who leaves between two reads', async () => {
      const { members } = gateway.emulator.state.organization(code);
      const { organization } = await gateway.query(
        `query ($code: ID!) { organization(code: $code) { users(first: 1) { nodes { id userId } } } }`,
        { code },
      );
      const [{ id, userId }] = organization.users.nodes;
      whenCalled(/\/users\/.+\/(roles|permissions)$/, () => members.delete(userId));
      const answer = await gateway.execute(
        `query ($id: ID!) { node(id: $id) { ... on OrganizationUser {
          roles { key } permissions { key }
        } } }`,
        { id },
      );
      expect(answer.errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
        'node.permissions',
        'node.roles',
      ]);
    });

    test('every call without the scope', async () => {
      const answer = await executeAs(
        { scopes: ['read:organizations'] },
        `{
          organization(code: "${code}") {
            users { nodes { userId } }
            featureFlags { key }
          }
          roles { nodes { key } }
          permissions { nodes { key } }
        }`,
      );
      expect(codesOf(answer)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
    });

    test('a member’s own roles, where the catalogue may not be read', async () => {
      const scopes = [
        'read:organizations',
        'read:organization_users',
        'read:organization_user_roles',
      ];
      const { data, errors } = await executeAs(
        { scopes },
        `{ organization(code: "${code}") { users(first: 3) { nodes { roles { key roleId name } } } } }`,
      );
      expect(errors).toBeUndefined();
      expect(data.organization.users.nodes).toHaveLength(3);
    });

    test('a token of another environment', async () => {
      const authorization = 'Bearer of-another-environment';
      const document = '{ organizations { nodes { code } } }';
      const answer = await passthrough.execute(document, {}, { authorization });
      expect(codesOf(answer)).toEqual(['UNAUTHENTICATED']);
    });

    test('too many requests', async () => {
      // A gateway of its own: after the refusal it keeps calls back for a minute.
      const limited = await startGateway({
        kindeDomain: () => router.url,
        credentials: gateway.emulator,
        env: { KINDE_AUDIENCE: gateway.emulator.audience },
        emulator: { organizations: 1, usersPerOrganization: 1 },
      });
      gateway.emulator.rateLimit = 1;
      const document = '{ a: roles { nodes { key } } permissions { nodes { key } } }';
      const answer = await limited.execute(document).finally(() => limited.close());
      expect(codesOf(answer)).toEqual(['RATE_LIMITED']);
    });
  });

  describe('Prism finds violations', () => {
    // What is provoked here is no finding about the gateway or the emulator.
    afterEach(() => void router.findings.splice(0));

    test('in a request', async () => {
      const answer = await fetch(`${router.url}/api/v1/organizations?page_size=many`, {
        headers: { authorization: 'Bearer token' },
      });
      expect(answer.status).toBe(422);
      expect([...deviationsIn(router.findings)]).toEqual([
        'GET /api/v1/organizations 422 query.page_size: Request query parameter page_size must be integer,null',
      ]);
      expect(gateway.calls()).toEqual([]);
    });

    test('in a response', async () => {
      const route = 'GET /api/v1/roles';
      gateway.emulator.fault({ route, respond: { status: 200, body: { roles: 'none' } } });
      const answer = await gateway.execute('{ roles { nodes { key } } }');
      expect(codesOf(answer)).toEqual(['UPSTREAM_UNAVAILABLE']);
      expect([...deviationsIn(router.findings)]).toEqual([
        'GET /api/v1/roles 500 response.body.roles: Response body property roles must be array',
      ]);
    });
  });

  describe('afterwards', () => {
    test('every row of the endpoint table was called', () => {
      expect(new Set(seen.map(({ route }) => route))).toEqual(new Set(routes));
    });

    test('every row succeeded at least once', () => {
      const served = seen.filter(({ status }) => status < 300).map(({ route }) => route);
      expect(new Set(served)).toEqual(new Set(routes));
    });

    test('every listed deviation was met', () => {
      expect([...deviationsIn(seen)].sort()).toEqual(Object.keys(DEVIATIONS).sort());
    });
  });
});

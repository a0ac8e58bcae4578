/**
 * One field of a response is missing, null, of another type or nested otherwise: every other field that a
 * query selects still arrives. FC_RUNS=10000 tries that many of the changes; see support/property.ts for FC_SEED.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import fc from '../support/property.js';
import type { FaultRoute } from '../../src/emulator/faults.js';
import type { Endpoint } from '../../src/upstream/endpoint.js';
import { endpoints } from '../../src/upstream/endpoints/index.js';
import { startGateway, type GraphQLResult, type TestGateway } from '../support/gateway.js';

const { FC_RUNS } = process.env;

type Path = readonly (string | number)[];

/** A response from Kinde, and a query that reads each field of it that the graph has. */
interface Recording {
  document: string;
  /**
   * What is in the response, by property: its place in the result. The response itself is ''. END is
   * the place after the last entry.
   */
  at: Readonly<Record<string, string[]>>;
  /** What identifies an object. Without it the object is lost, and nothing else is. */
  identity?: readonly string[];
  /** The result's fields for a property, where they are not called as the property is. */
  names?: Readonly<Record<string, readonly string[]>>;
  /** A map in place of a list: the place of each key in the result. */
  order?: (keys: readonly string[]) => readonly string[];
}

const MEMBER = 'organization(code: $code) { user(userId: $userId)';
const FLAGS = {
  identity: [],
  names: { type: ['type', 'value'], value: ['type', 'value'] },
  order: (keys: readonly string[]) => [...keys].sort(),
};
const PERSON = `userId providedId email phone username fullName firstName lastName picture isSuspended
  lastSignedInOn totalSignIns failedSignIns createdOn memberships { userId organization { code } }`;
const PERSON_NAMES = {
  first_name: ['firstName', 'fullName'],
  last_name: ['lastName', 'fullName'],
  last_signed_in: ['lastSignedInOn'],
  organizations: ['memberships'],
};
const INVITE = `code email firstName lastName fullName createdOn acceptedOn isSent status inviteLink
  roles { key name }`;
const INVITE_NAMES = { accepted_on: ['acceptedOn', 'status'], is_revoked: ['status'] };
const COLORS = ['link_color', 'background_color', 'button_color', 'button_text_color'].flatMap(
  (name) => [name, `${name}_dark`],
);
const camelCase = (name: string) =>
  name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());

const RECORDINGS: Partial<Record<FaultRoute, Recording>> = {
  'GET /api/v1/organizations': {
    document: `{ organizations(first: 3) { pageInfo { hasNextPage } nodes {
      code name handle isDefault externalId isAutoMembershipEnabled } } }`,
    at: { organizations: ['organizations.nodes'], next_token: ['organizations.pageInfo'] },
    identity: ['code'],
  },
  'GET /api/v1/organization': {
    document: `query ($code: ID!) { organization(code: $code) {
      name handle isDefault externalId isAutoMembershipEnabled allowedDomains isSuspended suspendedOn
      createdOn senderName senderEmail billing { customerId agreements { planCode agreementId } }
      branding { logo logoDark faviconSvg faviconFallback buttonBorderRadius cardBorderRadius
        inputBorderRadius themeCode colorScheme
        ${COLORS.map((name) => `${camelCase(name)} { raw hex hsl }`).join(' ')} } } }`,
    at: { '': ['organization'] },
    identity: ['code'],
    names: { billing_customer_id: ['customerId'] },
  },
  'GET /api/v1/organizations/{org_code}/users': {
    document: `query ($code: ID!) { organization(code: $code) { users(first: 3) {
      pageInfo { hasNextPage } nodes { userId email fullName firstName lastName picture joinedOn
        lastAccessedOn isSuspended roles { key } } } } }`,
    at: {
      organization_users: ['organization.users.nodes'],
      next_token: ['organization.users.pageInfo'],
    },
    identity: ['id'],
    names: { first_name: ['firstName', 'fullName'], last_name: ['lastName', 'fullName'] },
  },
  'GET /api/v1/organizations/{org_code}/feature_flags': {
    document:
      'query ($code: ID!) { organization(code: $code) { featureFlags { key type value } } }',
    at: { feature_flags: ['organization.featureFlags'] },
    ...FLAGS,
  },
  'GET /api/v1/environment/feature_flags': {
    document: '{ featureFlags { key type value } }',
    at: { feature_flags: ['featureFlags'] },
    ...FLAGS,
  },
  'GET /api/v1/organizations/{org_code}/users/{user_id}/roles': {
    document: `query ($code: ID!, $userId: ID!) { ${MEMBER} { roles { key } } } }`,
    at: { roles: ['organization.user.roles'] },
    identity: ['id', 'key'],
  },
  'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions': {
    document: `query ($code: ID!, $userId: ID!) { ${MEMBER} {
      permissions { permissionId key name description }
      permissionGrants { permission { permissionId key name description } roles { key } } } } }`,
    at: { permissions: ['organization.user.permissions', 'organization.user.permissionGrants'] },
    identity: ['id', 'key'],
  },
  'GET /api/v1/organizations/{org_code}/users/{user_id}/mfa': {
    document: `query ($code: ID!, $userId: ID!) { ${MEMBER} { mfaFactors {
      factorId type name createdOn isVerified usageCount lastUsedOn } } } }`,
    at: { mfa: ['organization.user.mfaFactors.0'] },
    identity: ['id'],
  },
  'GET /api/v1/organizations/{org_code}/properties': {
    document: `query ($code: ID!) { organization(code: $code) { properties {
      propertyId key name description value } } }`,
    at: { properties: ['organization.properties'] },
    identity: ['key'],
    names: { id: ['propertyId'] },
  },
  'GET /api/v1/organizations/{org_code}/passkey': {
    document: `query ($code: ID!) { organization(code: $code) { passkeyPolicy {
      isEnabled requirement environmentRequirement isOverridden } } }`,
    at: { '': ['organization.passkeyPolicy'] },
    names: {
      enabled: ['isEnabled'],
      policy: ['requirement'],
      environment_policy: ['environmentRequirement'],
      is_override_environment_passkey_settings: ['isOverridden'],
    },
  },
  'GET /api/v1/organizations/{org_code}/logos': {
    document: `query ($code: ID!) { organization(code: $code) { logos { type fileName path } } }`,
    at: { logos: ['organization.logos'] },
    identity: ['type'],
  },
  'GET /api/v1/organizations/{organization_code}/connections': {
    document: `query ($code: ID!) { organization(code: $code) { signInMethods {
      connectionId name displayName strategy } } }`,
    at: {
      connections: ['organization.signInMethods'],
      has_more: ['organization.signInMethods.END'],
    },
    // The envelope of each.
    identity: ['id', 'connection'],
  },
  'GET /api/v1/organization/{org_code}/invites': {
    document: `query ($code: ID!) { organization(code: $code) {
      invites(first: 3, includeAccepted: true, includeRevoked: true) {
        pageInfo { hasNextPage } nodes { ${INVITE} } } } }`,
    at: {
      invites: ['organization.invites.nodes'],
      next_token: ['organization.invites.pageInfo', 'organization.invites.nodes.END'],
    },
    identity: ['code', 'key'],
    names: INVITE_NAMES,
  },
  'GET /api/v1/organization/{org_code}/invites/{invite_code}': {
    document: `query ($code: ID!, $invite: ID!) { organization(code: $code) {
      invite(code: $invite) { ${INVITE} } } }`,
    at: { '': ['organization.invite'] },
    identity: ['code', 'key'],
    names: INVITE_NAMES,
  },
  'GET /api/v1/organizations/{org_code}/roles/{role_id}/users': {
    document: `query ($code: ID!, $role: ID!) { node(id: $role) { ... on Role {
      users(first: 3, organizationCode: $code) { pageInfo { hasNextPage } nodes { userId } } } } }`,
    at: {
      users: ['node.users.nodes'],
      next_token: ['node.users.pageInfo', 'node.users.nodes.END'],
    },
    identity: ['id'],
  },
  'GET /api/v1/organizations/{org_code}/roles/{role_id}/users/count': {
    document:
      'query ($code: ID!, $role: ID!) { node(id: $role) { ... on Role { key usersCount(organizationCode: $code) } } }',
    at: { '': ['node'] },
    names: { count: ['usersCount'] },
  },
  'GET /api/v1/organizations/{org_code}/roles/{role_id}/active_users/count': {
    document: `query ($code: ID!, $role: ID!) { node(id: $role) { ... on Role { key
      activeUsersCount(organizationCode: $code, from: "2026-05-01T00:00:00Z", to: "2026-05-02T00:00:00Z") } } }`,
    at: { '': ['node'] },
    names: { active_users_count: ['activeUsersCount'] },
  },
  'GET /api/v1/roles': {
    document: `{ roles(first: 3) { pageInfo { hasNextPage } nodes {
      roleId key name description isDefault } } }`,
    at: { roles: ['roles.nodes'], next_token: ['roles.pageInfo'] },
    identity: ['id', 'key'],
    names: { is_default_role: ['isDefault'] },
  },
  'GET /api/v1/roles/{role_id}/permissions': {
    document: `query ($role: ID!) { node(id: $role) { ... on Role { permissions {
      permissionId key name description } } } }`,
    at: { permissions: ['node.permissions'], next_token: ['node.permissions.END'] },
    identity: ['id', 'key'],
  },
  'GET /api/v1/permissions': {
    document: `{ permissions(first: 3) { pageInfo { hasNextPage } nodes {
      permissionId key name description } } }`,
    at: { permissions: ['permissions.nodes'], next_token: ['permissions.pageInfo'] },
    identity: ['id', 'key'],
  },
  'GET /api/v1/users': {
    document: `{ users(first: 3) { pageInfo { hasNextPage } nodes { ${PERSON} } } }`,
    at: { users: ['users.nodes'], next_token: ['users.pageInfo'] },
    identity: ['id'],
    names: PERSON_NAMES,
  },
  'GET /api/v1/search/users': {
    document: `{ users(first: 3, search: "a") { nodes {
      ${PERSON.replace(' phone ', ' ')} } } }`,
    at: { results: ['users.nodes'] },
    identity: ['id'],
    names: PERSON_NAMES,
  },
};

const routes = Object.keys(RECORDINGS) as FaultRoute[];

let gateway: TestGateway;
let variables: Record<string, string>;
/** By route, the emulator's response and what the query makes of it. */
const recorded = new Map<FaultRoute, { body: unknown; result: GraphQLResult; paths: Path[] }>();

const globalId = (...parts: string[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
  const { state } = gateway.emulator;
  const organization = [...state.organizations.values()].find(({ profile, members }) => {
    const { invites, overrides } = state.organization(profile.code);
    return members.size > 5 && invites.size > 1 && overrides.size > 1;
  })!;
  const { code } = organization.profile;
  const { invites } = state.organization(code);
  const member = [...organization.members.values()].find(({ roles }) => roles.size > 0)!;
  variables = {
    code,
    userId: member.user.id,
    invite: [...invites.values()][0]!.code,
    role: globalId('Role', [...member.roles][0]!.key),
  };
  for (const route of routes) {
    let body: unknown;
    const end = gateway.emulator.fault({
      route,
      respond: { reshape: (sent) => (body ??= structuredClone(sent)) },
    });
    const result = await gateway.execute(RECORDINGS[route]!.document, variables);
    end();
    recorded.set(route, { body, result, paths: pathsIn(body) });
    for (const places of Object.values(RECORDINGS[route]!.at)) {
      for (const [index, place] of places.entries()) {
        const list = place.split('.').slice(0, -1);
        const end = () => String((valueAt(result.data, list) as unknown[]).length);
        if (place.endsWith('.END')) places[index] = [...list, end()].join('.');
      }
    }
  }
});
afterAll(() => gateway.close());
afterEach(() => void gateway.calls());

/** The places of all values in a response. */
function pathsIn(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([name, each]) =>
    pathsIn(each, [...path, Array.isArray(value) ? Number(name) : name]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

const MISSING = Symbol('missing');

/** What may stand in the place of a value. */
const CHANGES: Readonly<Record<string, (value: unknown) => unknown>> = {
  missing: () => MISSING,
  null: () => null,
  true: () => true,
  zero: () => 0,
  'a fraction': () => 1.5,
  'a large number': () => 12345678901234567890,
  'an empty text': () => '',
  'a text': () => 'x',
  'a long text': () => '\u{1f4a5}'.repeat(300),
  'its own text': (value) => JSON.stringify(value),
  'an empty list': () => [],
  'an empty object': () => ({}),
  'in a list': (value) => [value],
  'in an object': (value) => ({ value }),
  'twice nested': (value) => ({ data: { items: [value] } }),
};

const valueAt = (body: unknown, path: Path): unknown =>
  path.reduce((value, name) => (value as any)[name], body);

/** A copy of a response with a change at one place. */
function changed(
  { order }: Recording,
  body: unknown,
  path: Path,
  change: (value: unknown) => unknown,
): unknown {
  const copy = structuredClone(body);
  const parent: any = valueAt(copy, path.slice(0, -1));
  const last = path.at(-1)!;
  const value: unknown = change(parent[last]);
  // An entry that is missing moves the others, which is no fault.
  const isEntry = Array.isArray(parent) || (order !== undefined && path.length === 2);
  if (value === MISSING && isEntry) parent[last] = null;
  else if (value === MISSING) delete parent[last];
  else parent[last] = value;
  return copy;
}

/** The scalar values of a result, by their places. */
function leaves(value: unknown, path: Path = []): [string, unknown][] {
  if (typeof value !== 'object' || value === null) return [[path.join('.'), value]];
  const entries = Object.entries(value);
  if (entries.length === 0) return [[path.join('.'), JSON.stringify(value)]];
  return entries.flatMap(([name, each]) => leaves(each, [...path, name]));
}

/** The places at which two results differ. */
function differences(before: unknown, after: unknown): string[] {
  const one = new Map(leaves(before));
  const other = new Map(leaves(after));
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (place) => one.get(place) !== other.get(place),
  );
}

/** Returns whether a change at a place in a response may show at a place in the result. */
function mayShow(recording: Recording, body: unknown, path: Path, place: string): boolean {
  const { at, identity = [], names = {}, order } = recording;
  const [top, ...rest] = path as [string, ...(string | number)[]];
  let places = at[top] ?? at[''];
  if (places === undefined) return false;
  // Without a list, there is nothing to go on behind.
  if (rest.length === 0) places = [...places, ...(at['next_token'] ?? [])];
  let wanted: (string | number)[] = at[top] === undefined ? [top, ...rest] : rest;
  if (order !== undefined && wanted.length > 0) {
    const keys = order(Object.keys((body as any)[top]));
    wanted = [keys.indexOf(String(wanted[0])), ...wanted.slice(1)];
  }
  // The last that identifies takes its object with it.
  const lost = wanted.findIndex((name, index) => identity.includes(String(name)) && index >= 0);
  if (lost >= 0) wanted = wanted.slice(0, lost);
  return places.some((start) => {
    if (!place.startsWith(start) && !start.startsWith(place)) return false;
    const found = place.slice(start.length).split('.').filter(Boolean);
    const alternatives = wanted.map((name) => names[name] ?? [camelCase(String(name))]);
    return follows(found, alternatives);
  });
}

/** Whether a place leads through these names, with others between them; or ends before the last. */
function follows(found: readonly string[], wanted: readonly (readonly string[])[]): boolean {
  let index = 0;
  for (const name of found) {
    if (index === wanted.length) return true;
    if (wanted[index]!.includes(name)) index++;
    else if (/^\d+$/.test(name)) return false;
  }
  return index === wanted.length;
}

/** Sends the query of a route with one change in the response, and returns where that may not show. */
async function spread(route: FaultRoute, path: Path, change: string) {
  const recording = RECORDINGS[route]!;
  const { body, result } = recorded.get(route)!;
  const end = gateway.emulator.fault({
    route,
    respond: { reshape: () => changed(recording, body, path, CHANGES[change]!) },
  });
  const { data, errors = [] } = await gateway.execute(recording.document, variables);
  end();
  const places = differences(result.data, data);
  const wrong = [...places, ...errors.map((error) => error.path!.join('.'))].filter(
    (place) => !mayShow(recording, body, path, place),
  );
  const codes = errors.map(({ extensions }) => extensions['code']);
  return {
    places,
    wrong,
    codes: [...new Set(codes)].filter((code) => code !== 'UPSTREAM_BAD_RESPONSE'),
  };
}

test('every read has a recorded response, and a query that returns all of it', () => {
  const reads = Object.values(endpoints)
    .flatMap((group) => Object.values(group as Record<string, Endpoint>))
    .filter(({ method }) => method === 'GET')
    .map(({ route }) => route);
  expect(routes.sort()).toEqual(reads.sort());
  for (const [route, { body, result }] of recorded) {
    expect([route, result.errors]).toEqual([route, undefined]);
    expect([route, body]).toEqual([route, expect.anything()]);
  }
});

describe('a field that is null', () => {
  /** What every response may have besides, and nobody selects. */
  const ENVELOPE = ['code', 'message'];
  /** Properties that the graph has no field for, or whose null reads as what they were. */
  const UNREAD: Partial<Record<FaultRoute, string[]>> = {
    'GET /api/v1/organization': ['is_allow_registrations'],
    // First and last name make it.
    'GET /api/v1/organizations/{org_code}/users': ['organization_users.full_name'],
    // Without a type, a text is a string.
    'GET /api/v1/organizations/{org_code}/feature_flags': ['feature_flags.support_tier.type'],
    'GET /api/v1/environment/feature_flags': [
      'feature_flags.data_region.type',
      'feature_flags.support_tier.type',
    ],
    // Names of roles come from the environment's roles.
    'GET /api/v1/organizations/{org_code}/users/{user_id}/roles': ['roles.name'],
    'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions': ['permissions.roles.id'],
    'GET /api/v1/organizations/{organization_code}/connections': [
      'connections.code',
      'connections.message',
      'has_more',
    ],
    'GET /api/v1/organization/{org_code}/invites': [
      'invites.id',
      'invites.roles.name',
      'next_token',
    ],
    'GET /api/v1/organization/{org_code}/invites/{invite_code}': ['id', 'is_revoked', 'roles.name'],
    'GET /api/v1/organizations/{org_code}/roles/{role_id}/users': ['next_token'],
    'GET /api/v1/organizations/{org_code}/roles/{role_id}/active_users/count': [
      'date_time_from',
      'date_time_to',
    ],
    'GET /api/v1/roles/{role_id}/permissions': ['next_token'],
  };

  test.each(routes)('of %s shows in its own place', async (route) => {
    const shown = new Set<string>();
    const all = new Set<string>();
    for (const path of recorded.get(route)!.paths) {
      const { wrong, codes, places } = await spread(route, path, 'null');
      expect({ path, wrong, codes }).toEqual({ path, wrong: [], codes: [] });
      const name = path.filter((each) => typeof each === 'string').join('.');
      if (valueAt(recorded.get(route)!.body, path) !== null) all.add(name);
      if (places.length > 0) shown.add(name);
    }
    const unread = [...all].filter((name) => !shown.has(name) && !ENVELOPE.includes(name));
    expect(unread.sort()).toEqual((UNREAD[route] ?? []).sort());
  });
});

test('any other change of one field shows nowhere else', async () => {
  const cases = routes.flatMap((route) =>
    recorded.get(route)!.paths.map((path) => ({ route, path })),
  );
  expect(cases.length).toBeGreaterThan(300);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.constantFrom(...Object.keys(CHANGES)),
      async ({ route, path }, change) => {
        // Another text that identifies is the response for another object.
        const isIdentity = RECORDINGS[route]!.identity?.includes(String(path.at(-1))) === true;
        fc.pre(!isIdentity || !/text$/.test(change) || change === 'an empty text');
        const { wrong, codes } = await spread(route, path, change);
        expect({ route, path, change, wrong, codes }).toEqual({
          ...{ route, path, change },
          wrong: [],
          codes: [],
        });
      },
    ),
    {
      numRuns: Number(FC_RUNS ?? 300),
    },
  );
}, 600_000);

/** What is kept or in flight is given to nobody whose token could not have read it. */
import { describe, expect, jest, test } from '@jest/globals';
import {
  cachedGateways,
  cast,
  codes,
  LIST,
  nodeId,
  post,
  RENAME,
  type Cast,
} from '../support/cached-gateway.js';
import type { GraphQLResult, TestGateway } from '../support/gateway.js';

const { gatewayWith, heldGatewayWith, forgetful } = cachedGateways();

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const LIST_CALL = 'GET /api/v1/organizations?page_size=10';

describe('with AUTH_MODE passthrough', () => {
  const PASSTHROUGH = { AUTH_MODE: 'passthrough' };

  test('two tokens share no cache entries, and one token shares its own', async () => {
    const gateway = await gatewayWith(PASSTHROUGH);
    const [one, two] = [await gateway.emulator.issueToken(), await gateway.emulator.issueToken()];
    const first = await post(gateway, LIST, {}, bearer(one));
    expect(gateway.calls()).toEqual([LIST_CALL]);
    expect(await post(gateway, LIST, {}, bearer(two))).toBe(first);
    expect(gateway.calls()).toEqual([LIST_CALL]);
    const other = '{ organizations(first: 10) { nodes { handle } } }';
    for (const token of [one, two]) {
      await post(gateway, LIST, {}, bearer(token));
      await post(gateway, other, {}, bearer(token));
    }
    expect(gateway.calls()).toEqual([]);
    const few = await gateway.emulator.issueToken({ scopes: ['read:roles'] });
    expect(codes((await gateway.execute(LIST, {}, bearer(few))).errors)).toEqual(['FORBIDDEN']);
    expect((await gateway.execute(LIST)).errors?.[0]?.extensions['code']).toBe('UNAUTHENTICATED');
  });

  test('two tokens share no reads in flight, and one token shares its own', async () => {
    const { gateway, proxy } = await heldGatewayWith(PASSTHROUGH);
    const [one, two] = [await gateway.emulator.issueToken(), await gateway.emulator.issueToken()];
    const held = proxy.hold(LIST_CALL);
    const first = post(gateway, LIST, {}, bearer(one));
    await held.made;
    const answer = await post(gateway, LIST, {}, bearer(two));
    expect(gateway.calls()).toEqual([LIST_CALL, LIST_CALL]);
    const again = post(gateway, LIST, {}, bearer(one));
    held.release();
    expect(await Promise.all([first, again])).toEqual([answer, answer]);
    expect(gateway.calls()).toEqual([]);
  });

  test('writes of tokens that Kinde refuses invalidate nothing', async () => {
    const gateway = await gatewayWith(PASSTHROUGH);
    const { A } = cast(gateway);
    const good = await gateway.emulator.issueToken();
    const reading = await gateway.emulator.issueToken({ scopes: ['read:organizations'] });
    await post(gateway, LIST, {}, bearer(good));
    for (const [token, code] of [
      ['unknown', 'UNAUTHENTICATED'],
      [reading, 'FORBIDDEN'],
    ] as const) {
      const { errors } = await gateway.execute(RENAME, { A, name: 'Other' }, bearer(token));
      expect(codes(errors)).toEqual([code]);
    }
    gateway.calls();
    await post(gateway, LIST, {}, bearer(good));
    expect(gateway.calls()).toEqual([]);
  });

  test('a token that has expired is given nothing from the cache', async () => {
    const gateway = await gatewayWith(PASSTHROUGH);
    const token = await gateway.emulator.issueToken({ expiresIn: 60 });
    await post(gateway, LIST, {}, bearer(token));
    gateway.calls();
    const later = Date.now() + 66_000;
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => later);
    const { errors } = await gateway.execute(LIST, {}, bearer(token));
    clock.mockRestore();
    expect(codes(errors)).toEqual(['UNAUTHENTICATED']);
    expect(gateway.calls()).toEqual([]);
  });

  test('a token that Kinde refuses is refused with 401 to all operations that wait for the call', async () => {
    const { gateway, proxy } = await heldGatewayWith(PASSTHROUGH);
    const token = 'of-another-environment';
    const statusOf = async (field: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(token) },
        body: JSON.stringify({ query: `{ organizations(first: 10) { nodes { ${field} } } }` }),
      });
      return [response.status, response.headers.get('www-authenticate')];
    };
    const held = proxy.hold(LIST_CALL);
    const first = statusOf('code');
    await held.made;
    const second = statusOf('name');
    // Requests are begun in the order in which they came.
    for (let time = 0; time < 5; time++) await gateway.execute('{ __typename }', {}, bearer(token));
    held.release();
    const refused = [401, 'Bearer error="invalid_token"'];
    expect(await Promise.all([first, second])).toEqual([refused, refused]);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });
});

describe('with AUTH_MODE jwt', () => {
  const JWT = { AUTH_MODE: 'jwt' };
  const READ = [
    'read:organizations',
    'read:organization_users',
    'read:organization_user_roles',
    'read:organization_user_permissions',
    'read:organization_feature_flags',
    'read:users',
  ];
  const user = async ({ emulator }: TestGateway, code: string, permissions: string[]) =>
    bearer(
      await emulator.issueToken({
        audience: [],
        scopes: [],
        claims: { gty: undefined, scope: undefined, sub: 'kp_1', org_code: code, permissions },
      }),
    );
  const withoutIds = ({ data, errors }: GraphQLResult) => ({
    data,
    errors: errors?.map(({ extensions: { requestId: _, ...extensions }, ...error }) => ({
      ...error,
      extensions,
    })),
  });
  const everythingOf = (code: string) =>
    `{ organization(code: "${code}") { name suspendedOn featureFlags { key } users(first: 10) { nodes { userId email roles { key name } permissions { key } } } } }`;

  /** What a caller with these permissions in this organization asks for and must not get. */
  const trespasses: [string, 'A' | 'B', string[], (who: Cast) => string][] = [
    [
      'an organization without a permission',
      'A',
      [],
      ({ A }) => `organization(code: "${A}") { name }`,
    ],
    [
      'its flags',
      'A',
      ['read:organizations'],
      ({ A }) => `organization(code: "${A}") { featureFlags { key } }`,
    ],
    [
      'its members',
      'A',
      ['read:organizations'],
      ({ A }) => `organization(code: "${A}") { users(first: 10) { nodes { userId } } }`,
    ],
    [
      'its members’ permissions',
      'A',
      ['read:organizations', 'read:organization_users'],
      ({ A }) =>
        `organization(code: "${A}") { users(first: 10) { nodes { permissions { key } } } }`,
    ],
    [
      'an organization by id',
      'A',
      [],
      ({ A }) => `node(id: "${nodeId('Organization', A)}") { ... on Organization { name } }`,
    ],
    [
      'a member by id',
      'A',
      ['read:organizations'],
      ({ A, m }) =>
        `node(id: "${nodeId('OrganizationUser', A, m)}") { ... on OrganizationUser { email } }`,
    ],
    ['another organization', 'B', READ, ({ A }) => `organization(code: "${A}") { name }`],
    [
      'another organization by id',
      'B',
      READ,
      ({ A }) => `node(id: "${nodeId('Organization', A)}") { ... on Organization { name } }`,
    ],
    [
      'another organization’s member by id',
      'B',
      READ,
      ({ A, m }) =>
        `node(id: "${nodeId('OrganizationUser', A, m)}") { ... on OrganizationUser { email roles { key } } }`,
    ],
    ['all organizations', 'A', READ, () => 'organizations(first: 10) { nodes { name } }'],
    ['all roles', 'A', [...READ, 'read:roles'], () => 'roles(first: 10) { nodes { name } }'],
    [
      'a role by id',
      'A',
      [...READ, 'read:roles'],
      () => `node(id: "${nodeId('Role', 'admin')}") { ... on Role { name } }`,
    ],
  ];

  test.each(trespasses)('%s is as forbidden as without a cache', async (_, home, may, ask) => {
    const gateway = await gatewayWith(JWT);
    const who = cast(gateway);
    const machine = bearer(await gateway.emulator.issueToken());
    const query = `{ ${ask(who)} }`;
    for (const prime of [everythingOf(who.A), everythingOf(who.B), query]) {
      expect((await gateway.execute(prime, {}, machine)).errors).toBeUndefined();
    }
    gateway.calls();
    const caller = await user(gateway, who[home], may);
    const answer = withoutIds(await gateway.execute(query, {}, caller));
    expect(gateway.calls()).toEqual([]);
    expect(new Set(codes(answer.errors))).toEqual(new Set(['FORBIDDEN']));
    const cold = await forgetful(gateway, JWT);
    expect(answer).toEqual(withoutIds(await cold.execute(query, {}, caller)));
  });

  test('two callers with the same rights share responses, and a third shares the reads that it may see', async () => {
    const gateway = await gatewayWith(JWT);
    const { A } = cast(gateway);
    const first = await post(gateway, everythingOf(A), {}, await user(gateway, A, READ));
    expect(gateway.calls().length).toBeGreaterThan(4);
    const same = await user(gateway, A, [...READ].reverse());
    expect(await post(gateway, everythingOf(A), {}, same)).toBe(first);
    const machine = bearer(await gateway.emulator.issueToken());
    expect(await post(gateway, everythingOf(A), {}, machine)).toBe(first);
    expect(gateway.calls()).toEqual([]);
  });
});

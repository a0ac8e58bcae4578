/**
 * What holds for any value, through the door. A failure prints the seed and the smallest counterexample;
 * FC_SEED repeats a run, and FC_RUNS makes it longer.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc, { tryEach } from '../support/property.js';
import { type GraphQLResult, startGateway, type TestGateway } from '../support/gateway.js';

const { FC_RUNS } = process.env;
tryEach(Number(FC_RUNS ?? 50));

let gateway: TestGateway;
let code: string;
beforeAll(async () => {
  gateway = await startGateway({ env: { UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.emulator.reset();
  code = [...gateway.emulator.state.organizations.values()].find(({ members }) => members.size > 3)!
    .profile.code;
});

const codesOf = ({ errors = [] }: GraphQLResult) =>
  errors.map(({ extensions }) => extensions['code']);

/** Texts that have a meaning in a URL, a header, a path or a terminal, mixed with letters. */
const dangerous = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    '%2e%2e',
    '.%2e',
    '%00',
    '\ud800',
    '../../api/v1/users',
    '//',
    '~',
  ),
  fc.string({
    unit: fc.constantFrom(
      ...'./\\%2eEF?#&=;: \0\r\n\t\u200b\u202e\ud800é\u{1f4a5}a_-+~@*()\'"<[|,\uff0e\u2028',
    ),
    maxLength: 8,
  }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
/** What Kinde's own ids are made of. */
const ordinary = fc
  .string({ unit: fc.constantFrom(...'abcXYZ019_:.-'), minLength: 1, maxLength: 40 })
  .filter((text) => text !== '.' && text !== '..');

describe('a feature flag value', () => {
  const DOCUMENT = `mutation ($input: UpdateFeatureFlagOverrideInput!) {
    updateFeatureFlagOverride(input: $input) { featureFlag { type value } userErrors { code field } }
  }`;
  const TYPES = { bool: 'BOOLEAN', int: 'INTEGER', str: 'STRING' } as const;
  type WireType = keyof typeof TYPES;
  const keyOf = (type: WireType) =>
    [...gateway.emulator.state.featureFlags].find(([, flag]) => flag.type === type)![0];

  /** Whether the SDL's FeatureFlagValue takes it. */
  const isFlagValue = (value: unknown) =>
    typeof value === 'boolean' || typeof value === 'string' || Number.isSafeInteger(value);

  /** What a flag of this type holds after it was given the value; undefined where it cannot be. */
  function held(type: WireType, value: unknown): boolean | number | string | undefined {
    const text = String(value);
    if (type === 'str') return text;
    if (type === 'bool') return text === 'true' || text === 'false' ? text === 'true' : undefined;
    return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  }

  /** JSON that could change an object's prototype is refused when it is parsed. */
  const hasPrototypeKey = (sent: unknown) =>
    /"__proto__":|"constructor":\{[^}]*"prototype":/.test(JSON.stringify(sent));

  const value = fc.oneof(
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double(),
    fc.constantFrom(-0, 2 ** 31, -(2 ** 31), 2 ** 53, -(2 ** 53), 1e21, 1e400, 0.5),
    fc.string({ unit: 'binary' }),
    dangerous,
    fc.constantFrom('', 'true', '1', '007', '-0', ' 1', '1e3', '0x10', 'null', '{}'),
    fc.constant(null),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const type = fc.constantFrom<WireType>('bool', 'int', 'str');

  async function expectHeldOrRefused(wireType: WireType, sent: unknown, result: GraphQLResult) {
    const calls = gateway.calls();
    const writes = calls.filter((call) => call.startsWith('PATCH'));
    if (!isFlagValue(sent) || (typeof sent === 'string' && !sent.isWellFormed())) {
      expect(calls).toEqual([]);
      const payload = result.data?.updateFeatureFlagOverride;
      const refusal = hasPrototypeKey(sent) ? 'BAD_REQUEST' : 'BAD_USER_INPUT';
      if (payload == null) expect(codesOf(result)).toEqual([refusal]);
      else expect(payload.userErrors).toEqual([{ code: 'INVALID_ID', field: ['value'] }]);
      return;
    }
    expect(result.errors).toBeUndefined();
    expect(writes).toHaveLength(1);
    const { featureFlag, userErrors } = result.data.updateFeatureFlagOverride;
    const expected = held(wireType, sent);
    if (expected === undefined) {
      expect({ featureFlag, userErrors }).toMatchObject({
        featureFlag: null,
        userErrors: [{ code: 'REFUSED_BY_KINDE', field: ['value'] }],
      });
      return;
    }
    // JSON has no minus zero.
    const read = JSON.parse(JSON.stringify(expected));
    expect({ featureFlag, userErrors }).toEqual({
      featureFlag: { type: TYPES[wireType], value: read },
      userErrors: [],
    });
    if (typeof sent === typeof read) {
      if (wireType === 'str') expect(read).toBe(sent);
      else expect(read === sent).toBe(true);
    }
  }

  test('by variable is refused unsent, or read back in its flag’s type', async () => {
    await fc.assert(
      fc.asyncProperty(type, value, async (wireType, sent) => {
        gateway.calls();
        const json = JSON.parse(JSON.stringify(sent));
        const input = { organizationCode: code, key: keyOf(wireType), value: sent };
        await expectHeldOrRefused(wireType, json, await gateway.execute(DOCUMENT, { input }));
      }),
      { numRuns: Number(FC_RUNS ?? 80), examples: [['str', '\ud800']] },
    );
  });

  test('as a literal is refused unsent, or read back in its flag’s type', async () => {
    const literal = (sent: unknown): string =>
      Array.isArray(sent)
        ? `[${sent.map(literal).join(' ')}]`
        : typeof sent === 'object' && sent !== null
          ? `{${Object.values(sent)
              .map((inner, index) => `f${index}: ${literal(inner)}`)
              .join(' ')}}`
          : JSON.stringify(sent);
    await fc.assert(
      fc.asyncProperty(type, value, async (wireType, sent) => {
        gateway.calls();
        const json = JSON.parse(JSON.stringify(sent));
        const result = await gateway.execute(
          `mutation { updateFeatureFlagOverride(input: {
            organizationCode: ${JSON.stringify(code)} key: "${keyOf(wireType)}" value: ${literal(json)}
          }) { featureFlag { type value } userErrors { code field } } }`,
        );
        // A number with a fraction or an exponent is no whole number to GraphQL, whatever it comes to.
        const isFloat = typeof json === 'number' && /[.e]/.test(literal(json));
        const isRefusedByDocument =
          result.data === undefined &&
          ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED', 'BAD_USER_INPUT'].includes(
            String(codesOf(result)[0]),
          );
        const isText = typeof json !== 'string' || json.isWellFormed();
        if (isFloat || !isText || !isFlagValue(json)) {
          expect(isRefusedByDocument).toBe(true);
          expect(gateway.calls()).toEqual([]);
        } else await expectHeldOrRefused(wireType, json, result);
      }),
      { numRuns: Number(FC_RUNS ?? 80) },
    );
  });

  test('of any kind from Kinde is a value of the declared type, or null', async () => {
    const flag = fc.record({
      type: fc.oneof(
        fc.constantFrom('bool', 'int', 'str'),
        fc.constantFrom('json', ''),
        fc.string(),
      ),
      value: fc.oneof(
        fc.constantFrom(
          'true',
          'false',
          '1',
          '-7',
          '',
          ' ',
          'TRUE',
          '1.5',
          '9007199254740993',
          'NaN',
        ),
        fc.string(),
      ),
    });
    const key = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', ''));
    /** What a text means as a value of each type; undefined where its meaning is not plain. */
    const MEANINGS: Record<string, (text: string) => unknown> = {
      BOOLEAN: (text) =>
        new Map([
          ...['true', '1'].map((yes) => [yes, true]),
          ...['false', '0'].map((no) => [no, false]),
        ] as [string, boolean][]).get(text.trim().toLowerCase()),
      INTEGER: (text) =>
        /^\s*[+-]?\d+(\.0*)?\s*$/.test(text) && Number.isSafeInteger(Number(text))
          ? Number(text)
          : undefined,
      STRING: (text) => text,
      JSON: (text) => {
        try {
          return JSON.parse(text);
        } catch {
          return undefined;
        }
      },
    };
    const wellFormed = fc.array(fc.tuple(key, flag), { maxLength: 6 });
    const anything = fc.array(fc.tuple(key, fc.jsonValue({ maxDepth: 1 })), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(wellFormed, anything, async (flags, odd) => {
        const entries = new Map<string, unknown>([...flags, ...odd]);
        // By hand, since an object literal takes __proto__ for something else.
        const body = `{"feature_flags":{${[...entries]
          .map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`)
          .join()}}}`;
        const end = gateway.emulator.fault({
          route: 'GET /api/v1/organizations/{org_code}/feature_flags',
          respond: { status: 200, body },
        });
        const result = await gateway.execute(
          `query ($code: ID!) { organization(code: $code) { code featureFlags { key type value } } }`,
          { code },
        );
        end();
        const { featureFlags } = result.data.organization;
        for (const error of result.errors ?? []) {
          expect(error.extensions['code']).toBe('UPSTREAM_BAD_RESPONSE');
          expect(error.path?.slice(0, 2)).toEqual(['organization', 'featureFlags']);
        }
        expect(featureFlags).toHaveLength(entries.size);
        const lost = featureFlags.filter((flag: unknown) => flag === null);
        expect(result.errors ?? []).toHaveLength(lost.length);
        if (odd.length === 0) expect(lost).toEqual([]);
        const oddKeys = new Set(odd.map(([name]) => name));
        for (const read of featureFlags) {
          // An entry that is neither a flag nor a value is null, with an error at its path.
          if (read === null || oddKeys.has(read.key)) continue;
          const { value } = entries.get(read.key) as { value: string };
          expect([read.key, read.value]).toEqual([read.key, MEANINGS[read.type]!(value) ?? null]);
        }
      }),
    );
  });
});

describe('a cursor', () => {
  const MEMBERS = `query ($code: ID!, $after: String) {
    organization(code: $code) { users(first: 1, after: $after) { edges { cursor } } }
  }`;
  const LISTS = `query ($after: String) {
    organizations(first: 1, after: $after) { nodes { code } }
    roles(first: 1, after: $after) { nodes { key } }
    permissions(first: 1, after: $after) { nodes { key } }
  }`;
  const refusal = ['BAD_USER_INPUT', 'BAD_USER_INPUT', 'BAD_USER_INPUT'];

  test('that no list has issued is refused by every list, without a call', async () => {
    const list = fc.constant([2, 'x', null, 'token', 1, 0, 'org_1', 0, null, null, null]);
    const made = fc
      .oneof(list, fc.jsonValue())
      .map((json) => Buffer.from(JSON.stringify(json)).toString('base64url'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(dangerous, fc.string(), fc.base64String(), made), async (after) => {
        gateway.calls();
        const result = await gateway.execute(LISTS, { after });
        expect(codesOf(result)).toEqual(refusal);
        expect(gateway.calls()).toEqual([]);
      }),
    );
  });

  test('that was mangled is refused, or is a place of the same list', async () => {
    const { organization } = await gateway.query(MEMBERS, { code });
    const { cursor } = organization.users.edges[0];
    const lookUp = `GET /api/v1/organization?code=${code}`;
    const list = `GET /api/v1/organizations/${code}/users`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(cursor.length - 1),
        fc.nat(3),
        fc.string({ maxLength: 3 }),
        async (at, removed, inserted) => {
          const after = cursor.slice(0, at) + inserted + cursor.slice(at + removed);
          gateway.calls();
          const result = await gateway.execute(MEMBERS, { code, after });
          const calls = gateway.calls();
          expect(calls[0]).toBe(lookUp);
          // The page's token is Kinde's, and whether it is one is Kinde's to say.
          for (const call of calls.slice(1)) expect(call.split('?')[0]).toBe(list);
          if (result.errors !== undefined) expect(codesOf(result)).toEqual(['BAD_USER_INPUT']);
          else expect(calls).toHaveLength(2);
        },
      ),
    );
  });

  test('is refused by any other list', async () => {
    const { organization } = await gateway.query(MEMBERS, { code });
    const after = organization.users.edges[0].cursor;
    gateway.calls();
    expect(codesOf(await gateway.execute(LISTS, { after }))).toEqual(refusal);
    expect(gateway.calls()).toEqual([]);
  });
});

/** A recorded call as its method, its path's decoded segments and its query. */
function parts(call: string) {
  const [method, target] = call.split(' ') as [string, string];
  const [path, query = ''] = target.split('?') as [string, string?];
  return {
    method,
    segments: path.split('/').slice(1).map(decodeURIComponent),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

describe('a global id', () => {
  const NODE = 'query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }';
  const encode = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');

  test('that this API did not make is refused without a call', async () => {
    const json = fc.oneof(
      fc.jsonValue(),
      fc.array(fc.string(), { maxLength: 4 }),
      fc.tuple(fc.constantFrom('Role', 'Organization', 'toString'), fc.string(), fc.string()),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(dangerous, fc.base64String(), json.map(encode)), async (id) => {
        gateway.calls();
        const result = await gateway.execute(NODE, { id });
        expect(result.data).toEqual({ node: null, nodes: [null] });
        expect(codesOf(result)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
        expect(gateway.calls()).toEqual([]);
      }),
    );
  });

  test('of any keys reads these keys, or nothing is sent', async () => {
    const text = fc.oneof(dangerous, ordinary);
    const named = fc.oneof(
      fc.tuple(fc.constantFrom('Organization', 'Role', 'Permission'), text),
      fc.tuple(fc.constant('OrganizationUser'), text, text),
    );
    await fc.assert(
      fc.asyncProperty(named, async ([type, ...keys]) => {
        gateway.calls();
        const id = encode([type, ...keys]);
        const result = await gateway.execute('query ($id: ID!) { node(id: $id) { id } }', { id });
        const calls = gateway.calls().map(parts);
        expect(result.data).toEqual({ node: null });
        if (type === 'Role' || type === 'Permission') {
          // Looked for in the catalogue, which is asked for nothing.
          for (const { segments, query } of calls) {
            expect(segments).toEqual(['api', 'v1', type === 'Role' ? 'roles' : 'permissions']);
            const { page_size: _, ...rest } = query;
            expect(Object.values(rest).join()).not.toContain(keys[0] === '' ? '\0' : keys[0]);
          }
          return;
        }
        if (type === 'OrganizationUser') {
          // Looked for among the organizations of the person; who cannot be one is none.
          expect(result.errors).toBeUndefined();
          for (const { segments, query } of calls) {
            expect([...segments, query['user_id']]).toEqual(['api', 'v1', 'users', keys[1]]);
          }
          return;
        }
        if (calls.length === 0) expect(codesOf(result)).toEqual(['BAD_USER_INPUT']);
        for (const { segments, query } of calls) {
          expect([...segments, query['code']]).toEqual(['api', 'v1', 'organization', keys[0]]);
        }
      }),
    );
  });
});

describe('an id in an operation', () => {
  interface Ids {
    org: string;
    user: string;
    key: string;
    ref: string;
  }
  interface Write {
    mutation: string;
    input: (ids: Ids) => object;
    /** The one call that the write is. */
    call: (ids: Ids) => { method: string; segments: string[]; body?: object };
    uses: (keyof Ids)[];
  }
  const of = (org: string, ...rest: string[]) => ['api', 'v1', 'organizations', org, ...rest];
  const reference = (kind: 'role' | 'permission'): Write[] => {
    const noun = kind === 'role' ? 'Role' : 'Permission';
    const input = ({ org, user, ref }: Ids) => ({
      organizationCode: org,
      userId: user,
      [kind]: { [`${kind}Id`]: ref },
    });
    const uses: Write['uses'] = ['org', 'user', 'ref'];
    return [
      {
        mutation: `addOrganizationUser${noun}`,
        input,
        uses,
        call: ({ org, user, ref }) => ({
          method: 'POST',
          segments: of(org, 'users', user, `${kind}s`),
          body: { [`${kind}_id`]: ref },
        }),
      },
      {
        mutation: `removeOrganizationUser${noun}`,
        input,
        uses,
        call: ({ org, user, ref }) => ({
          method: 'DELETE',
          segments: of(org, 'users', user, `${kind}s`, ref),
        }),
      },
    ];
  };
  const writes: Write[] = [
    {
      mutation: 'updateOrganization',
      input: ({ org }) => ({ organizationCode: org, name: 'x' }),
      uses: ['org'],
      call: ({ org }) => ({
        method: 'PATCH',
        segments: ['api', 'v1', 'organization', org],
        body: { name: 'x' },
      }),
    },
    {
      mutation: 'deleteOrganization',
      input: ({ org }) => ({ organizationCode: org }),
      uses: ['org'],
      call: ({ org }) => ({ method: 'DELETE', segments: ['api', 'v1', 'organization', org] }),
    },
    {
      mutation: 'addOrganizationUsers',
      input: ({ org, user, key }) => ({
        organizationCode: org,
        users: [{ userId: user, roles: [{ key }] }],
      }),
      uses: ['org', 'user', 'key'],
      call: ({ org, user, key }) => ({
        method: 'POST',
        segments: of(org, 'users'),
        body: { users: [{ id: user, roles: [key] }] },
      }),
    },
    {
      mutation: 'removeOrganizationUsers',
      input: ({ org, user }) => ({ organizationCode: org, userIds: [user] }),
      uses: ['org', 'user'],
      call: ({ org, user }) => ({
        method: 'PATCH',
        segments: of(org, 'users'),
        body: { users: [{ id: user, operation: 'delete' }] },
      }),
    },
    {
      mutation: 'removeOrganizationUser',
      input: ({ org, user }) => ({ organizationCode: org, userId: user }),
      uses: ['org', 'user'],
      call: ({ org, user }) => ({ method: 'DELETE', segments: of(org, 'users', user) }),
    },
    ...reference('role'),
    ...reference('permission'),
    {
      mutation: 'updateFeatureFlagOverride',
      input: ({ org, key }) => ({ organizationCode: org, key, value: 'v' }),
      uses: ['org', 'key'],
      call: ({ org, key }) => ({ method: 'PATCH', segments: of(org, 'feature_flags', key) }),
    },
    {
      mutation: 'deleteFeatureFlagOverride',
      input: ({ org, key }) => ({ organizationCode: org, key }),
      uses: ['org', 'key'],
      call: ({ org, key }) => ({ method: 'DELETE', segments: of(org, 'feature_flags', key) }),
    },
    {
      mutation: 'deleteFeatureFlagOverrides',
      input: ({ org }) => ({ organizationCode: org }),
      uses: ['org'],
      call: ({ org }) => ({ method: 'DELETE', segments: of(org, 'feature_flags') }),
    },
  ];
  const id = fc.oneof({ arbitrary: ordinary, weight: 3 }, { arbitrary: dangerous, weight: 2 });
  const isOrdinary = (text: string) => /^[\w:.-]{1,40}$/.test(text) && !/^\.\.?$/.test(text);

  test('reaches Kinde unchanged, at its place in the write, or nothing is sent', async () => {
    expect(new Set(writes.map(({ mutation }) => mutation)).size).toBe(12);
    const ids = fc.record<Ids>({ org: id, user: id, key: id, ref: id });
    // Without the catalogues, Kinde judges the keys of roles and permissions.
    const CATALOGUES = ['GET /api/v1/roles', 'GET /api/v1/permissions'] as const;
    const undo = CATALOGUES.map((route) =>
      gateway.emulator.fault({ route, respond: { status: 403, body: {} } }),
    );
    let sent = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writes), ids, async (write, given) => {
        gateway.emulator.clearRequests();
        const { mutation } = write;
        const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
        const { data, errors } = await gateway.execute(
          `mutation ($input: ${type}!) { ${mutation}(input: $input) { userErrors { code } } }`,
          { input: write.input(given) },
        );
        expect(errors).toBeUndefined();
        const codes = data[mutation].userErrors.map((error: { code: string }) => error.code);
        const [call, ...more] = gateway.emulator.requests.filter(
          ({ method, path }) => !CATALOGUES.some((route) => `${method} ${path}`.startsWith(route)),
        );
        if (call === undefined) {
          refused++;
          expect(codes).toContain('INVALID_ID');
          expect(write.uses.every((use) => isOrdinary(given[use]))).toBe(false);
          return;
        }
        sent++;
        expect(more).toEqual([]);
        const { method, segments } = parts(`${call.method} ${call.path}`);
        expect({ method, segments, body: call.body }).toEqual({
          body: undefined,
          ...write.call(given),
        });
        expect(codes).not.toContain('INVALID_ID');
      }),
      { numRuns: Number(FC_RUNS ?? 200) },
    );
    for (const end of undo) end();
    expect(Math.min(sent, refused)).toBeGreaterThan(20);
  });

  test('of a query reaches Kinde unchanged, or nothing is sent', async () => {
    await fc.assert(
      fc.asyncProperty(id, async (org) => {
        gateway.calls();
        const { data, errors } = await gateway.execute(
          'query ($org: ID!) { organization(code: $org) { name users { nodes { userId } } } }',
          { org },
        );
        expect(data).toEqual({ organization: null });
        const calls = gateway.calls().map(parts);
        if (calls.length === 0) {
          expect(isOrdinary(org)).toBe(false);
          expect(codesOf({ errors: errors ?? [] })).toEqual(['BAD_USER_INPUT']);
        } else {
          expect(calls).toEqual([
            { method: 'GET', segments: ['api', 'v1', 'organization'], query: { code: org } },
          ]);
        }
      }),
    );
  });
});

describe('an unusable response', () => {
  const SECRET = 'token-7f3a';
  const CODES = [
    'UNAUTHENTICATED',
    'FORBIDDEN',
    'NOT_FOUND',
    'BAD_USER_INPUT',
    'RATE_LIMITED',
    'UPSTREAM_UNAVAILABLE',
    'UPSTREAM_BAD_RESPONSE',
    'WRITE_OUTCOME_UNKNOWN',
  ];
  const secret = fc.constant(SECRET);
  const text = fc.oneof(fc.string(), secret);
  const json = fc.oneof(
    fc.jsonValue(),
    fc.record({ message: secret, code: text, stack: secret }),
    fc.record({ organizations: fc.jsonValue(), debug: secret }),
    fc.record({
      errors: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ code: fc.jsonValue(), message: fc.jsonValue(), detail: secret })),
        fc.record({ code: fc.string(), message: fc.string(), trace: secret }),
      ),
      debug: secret,
    }),
  );
  const body = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    text,
    secret.map((hidden) => `<html><body>${hidden}</body></html>`),
    secret.map((hidden) => `{"organizations":[{"code":"${hidden}`),
  );
  const failure = fc.constantFrom(
    ...[201, 203, 302, 304, 400, 401, 403, 404, 405, 409, 418, 422, 429, 500, 501, 502, 503, 504],
  );
  const members = 'roles(first: 1) { nodes { key } } permissions(first: 1) { nodes { key } }';

  async function expectSafe(result: GraphQLResult, path: string) {
    const text = JSON.stringify(result);
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(gateway.emulator.url);
    for (const { message, path: at, extensions } of result.errors ?? []) {
      expect(CODES).toContain(extensions['code']);
      expect(extensions['requestId']).toMatch(/^[\w-]{36}$/);
      expect(at?.[0]).toBe(path);
      expect(message).not.toBe('');
    }
  }

  test('to a read is an error with a known code at its path, without the body', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(failure, fc.constant(200)), body, async (status, sent) => {
        const end = gateway.emulator.fault({
          route: 'GET /api/v1/organizations',
          respond: { status, body: sent },
        });
        // Its siblings succeed, which also keeps the breaker closed.
        const result = await gateway.execute(
          `{ organizations { nodes { code name } } ${members} }`,
        );
        end();
        await expectSafe(result, 'organizations');
        expect(result.data.roles.nodes).toHaveLength(1);
        expect(result.data.permissions.nodes).toHaveLength(1);
        const mayBeData = status >= 200 && status < 300;
        if (!mayBeData) {
          expect(result.data.organizations).toBeNull();
          expect(result.errors).toHaveLength(1);
        }
      }),
      { examples: [[201, '{"organizations":[]}']] },
    );
  });

  test('to a write is a userError or an error, and the write is sent once', async () => {
    await fc.assert(
      fc.asyncProperty(failure, body, async (status, sent) => {
        const end = gateway.emulator.fault({
          route: 'DELETE /api/v1/organization/{org_code}',
          respond: { status, body: sent },
        });
        gateway.emulator.clearRequests();
        const result = await gateway.execute(
          'mutation { deleteOrganization(input: { organizationCode: "org_x" }) { userErrors { code message } } }',
        );
        end();
        // The first may have been refused for its token, which is not a second write.
        expect(status === 401 ? [1, 2] : [1]).toContain(gateway.calls().length);
        await expectSafe(result, 'deleteOrganization');
        const userErrors = result.data?.deleteOrganization?.userErrors ?? [];
        const isFixable = [400, 404, 422].includes(status);
        const isRefusal = status >= 400 && status < 500 && ![401, 403, 429].includes(status);
        if (isFixable) expect(userErrors.length).toBeGreaterThan(0);
        // With a reason that can be read it is the caller's to change.
        else if (isRefusal) expect(userErrors.length > 0).toBe(result.errors === undefined);
        else if (status >= 300) expect([userErrors.length, result.errors?.length]).toEqual([0, 1]);
        else if (result.errors !== undefined) {
          expect(codesOf(result)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
        }
        if (status >= 500) expect(codesOf(result)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
        await gateway.query(`{ ${members} }`);
      }),
      {
        examples: [
          [302, '{"errors":{"code":"","message":" "}}'],
          [302, '{"errors":[{"code":"TAKEN"}]}'],
        ],
      },
    );
  });
});

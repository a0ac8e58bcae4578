/** A mutation with an idempotency key is executed once, whatever happens to the response. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { isNonNullType } from 'graphql';
import type { Fault } from '../../src/emulator/index.js';
import { Idempotency, ReplayedUnknownError } from '../../src/idempotency/index.js';
import { createMemoryStore } from '../../src/idempotency/memory.js';
import { createSchema } from '../../src/graphql/schema.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';
import { inputTypeOf, targetsIn, validInputs } from '../support/mutations.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';

const timeouts = stubTimeouts();
const open: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

async function gatewayWith(options: TestOptions = {}): Promise<TestGateway> {
  const gateway = await startGateway(options);
  open.push(gateway);
  return gateway;
}

/** Creates an organization with a member, and a user who isn't one. */
function seeded({ emulator: { state } }: TestGateway) {
  const { profile, members } = [...state.organizations.values()].find(
    ({ profile, members }) => profile.is_default !== true && members.size > 1,
  )!;
  const strangers = [...state.users.values()].map(({ id }) => id).filter((id) => !members.has(id));
  return { code: profile.code, memberId: [...members.values()][0]!.user.id, strangers };
}

/** Returns a mutation that selects ids and userErrors only, so its payload takes no reads. */
const document = (name: string, fields = '') =>
  `mutation ($input: ${inputTypeOf(name)}!) { ${name}(input: $input) { ${fields} userErrors { code field } } }`;

const create = (gateway: TestGateway, input: object, headers: object = {}) =>
  gateway.execute(document('createOrganization', 'organization { code name }'), { input }, headers);

const writes = (gateway: TestGateway) => gateway.calls().filter((call) => !call.startsWith('GET'));
const codes = (errors: { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions['code']);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

const CREATE = { route: 'POST /api/v1/organization' } as const;

describe('every mutation', () => {
  const schema = createSchema();
  const mutations = Object.values(schema.getMutationType()!.getFields());
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.close());

  test.each(mutations.map(({ name }) => name))(
    '%s takes a key, and a retry sends nothing to Kinde',
    async (name) => {
      gateway.emulator.reset();
      const input = {
        ...validInputs(targetsIn(gateway.emulator))[name],
        idempotencyKey: 'k1',
      };
      const scalars = [
        ...['addedUserIds', 'removedUserId', 'deletedOrganizationCode'],
        ...['deletedFeatureFlagId', 'deletedFeatureFlagIds'],
        ...['replacedRoleId', 'deletedRoleId', 'deletedPermissionKey'],
      ];
      const payload = schema.getType(`${inputTypeOf(name).slice(0, -5)}Payload`);
      const fields = payload && 'getFields' in payload ? Object.keys(payload.getFields()) : [];
      const text = document(name, scalars.filter((field) => fields.includes(field)).join(' '));
      const first = await gateway.execute(text, { input });
      expect(first.errors).toBeUndefined();
      expect(writes(gateway)).toHaveLength(1);
      expect(await gateway.execute(text, { input })).toEqual(first);
      expect(gateway.calls()).toEqual([]);
      // Without the key, or with another one, it is a new write.
      for (const idempotencyKey of [null, 'k2']) {
        // An update that changes nothing wouldn't write.
        gateway.emulator.reset();
        await gateway.execute(text, { input: { ...input, idempotencyKey } });
        expect(writes(gateway)).toHaveLength(1);
      }
    },
  );

  test('may be sent without a key', () => {
    for (const { name } of mutations) {
      const type = schema.getType(inputTypeOf(name));
      const key = type && 'getFields' in type ? type.getFields()['idempotencyKey'] : undefined;
      expect(key && isNonNullType(key.type)).toBe(false);
    }
  });
});

describe('a retry', () => {
  test('returns the first result, and reads the objects of the payload again', async () => {
    const gateway = await gatewayWith();
    const input = { name: 'First name', idempotencyKey: 'k' };
    const first = (await create(gateway, input)).data.createOrganization;
    gateway.emulator.state.organizations.get(first.organization.code)!.profile.name = 'Renamed';
    gateway.calls();
    const second = (await create(gateway, input)).data.createOrganization;
    expect(second).toEqual({
      organization: { code: first.organization.code, name: 'Renamed' },
      userErrors: [],
    });
    expect(gateway.calls()).toEqual([`GET /api/v1/organization?code=${first.organization.code}`]);
  });

  test('with another input is refused, and leaves the key usable', async () => {
    const gateway = await gatewayWith();
    const input = { name: 'One', handle: 'one', idempotencyKey: 'k' };
    const first = await create(gateway, input);
    gateway.calls();
    const { data } = await create(gateway, { ...input, name: 'Two' });
    expect(data.createOrganization).toEqual({
      organization: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    });
    expect(gateway.calls()).toEqual([]);
    // The order of an input's fields doesn't matter.
    const again = { idempotencyKey: 'k', handle: 'one', name: 'One' };
    expect(await create(gateway, again)).toEqual(first);
    expect(writes(gateway)).toEqual([]);
  });

  test('with another mutation and the same key is a write of its own', async () => {
    const gateway = await gatewayWith();
    const input = { organizationCode: seeded(gateway).code, idempotencyKey: 'k' };
    await gateway.query(document('deleteFeatureFlagOverrides'), { input });
    await gateway.query(document('deleteOrganization'), { input });
    expect(writes(gateway)).toHaveLength(2);
  });

  test('in the same operation as the first is executed once', async () => {
    const gateway = await gatewayWith();
    const { a, b } = await gateway.query(
      `mutation ($input: CreateOrganizationInput!) {
        a: createOrganization(input: $input) { organization { code } }
        b: createOrganization(input: $input) { organization { code } }
      }`,
      { input: { name: 'Once', idempotencyKey: 'k' } },
    );
    expect(b).toEqual(a);
    expect(writes(gateway)).toHaveLength(1);
  });

  test('waits while the first is in flight', async () => {
    const gateway = await gatewayWith({ emulator: { latencyMs: 300 } });
    const input = { name: 'Slow', idempotencyKey: 'k' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => create(gateway, input)));
    expect(answers[0]!.errors).toBeUndefined();
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(writes(gateway)).toHaveLength(1);
  });

  test('with another input is refused at once while the first is in flight', async () => {
    const gateway = await gatewayWith({ emulator: { latencyMs: 300 } });
    const answers = await Promise.all(
      ['A', 'B'].map((name) => create(gateway, { name, idempotencyKey: 'k' })),
    );
    expect(answers.flatMap(({ data }) => data.createOrganization.userErrors)).toEqual([
      { code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] },
    ]);
    expect(writes(gateway)).toHaveLength(1);
  });

  test('gets the result of a first one whose caller has left', async () => {
    const gateway = await gatewayWith();
    await gateway.query('{ roles(first: 1) { nodes { key } } }');
    gateway.calls();
    gateway.emulator.latencyMs = 600;
    const input = { name: 'Left', idempotencyKey: 'k' };
    const leaving = new AbortController();
    const first = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document('createOrganization'), variables: { input } }),
      signal: leaving.signal,
    });
    while (gateway.emulator.calls().length === 0) await sleep(10);
    leaving.abort();
    await expect(first).rejects.toThrow();
    // While the write is in flight, and after it.
    for (const latencyMs of [600, 0]) {
      gateway.emulator.latencyMs = latencyMs;
      const { data } = await create(gateway, input);
      expect(data.createOrganization).toMatchObject({ organization: { name: 'Left' } });
    }
    expect(writes(gateway)).toEqual(['POST /api/v1/organization']);
  });
});

describe('a result', () => {
  const unknown: [string, Fault['respond']][] = [
    ['a connection that broke', 'reset-after-write'],
    ['a 500', { status: 500 }],
    ['an answer that cannot be used', { status: 200, body: { code: 'OK' } }],
  ];
  test.each(unknown)(
    'that is unknown after %s stays unknown, and nothing is written again',
    async (_, respond) => {
      const gateway = await gatewayWith();
      gateway.emulator.fault({ ...CREATE, times: 1, respond });
      const input = { name: 'Perhaps', idempotencyKey: 'k' };
      for (let sending = 0; sending < 3; sending++) {
        const { data, errors } = await create(gateway, input);
        expect(data).toEqual({ createOrganization: null });
        expect(codes(errors)).toEqual(['WRITE_OUTCOME_UNKNOWN']);
      }
      expect(writes(gateway)).toHaveLength(1);
      await create(gateway, { ...input, idempotencyKey: 'k2' });
      expect(writes(gateway)).toHaveLength(1);
    },
  );

  test('that is Kinde’s refusal of the input is stored', async () => {
    const gateway = await gatewayWith();
    const body = { errors: [{ code: 'HANDLE_TAKEN', message: 'Taken' }] };
    gateway.emulator.fault({ ...CREATE, times: 1, respond: { status: 400, body } });
    const input = { name: 'New', handle: 'taken', idempotencyKey: 'k' };
    for (let sending = 0; sending < 2; sending++) {
      const { data } = await create(gateway, input);
      expect(data.createOrganization.userErrors).toEqual([
        { code: 'REFUSED_BY_KINDE', field: ['handle'] },
      ]);
    }
    expect(writes(gateway)).toHaveLength(1);
  });

  test('of a bulk write is stored as a whole, with what failed', async () => {
    const gateway = await gatewayWith({ emulator: { organizations: 36 } });
    const { code, strangers } = seeded(gateway);
    const users = strangers.slice(0, 250).map((userId) => ({ userId }));
    expect(users).toHaveLength(250);
    let posts = 0;
    gateway.emulator.fault({
      match: ({ method, path }) => method === 'POST' && path.startsWith('/api/') && ++posts === 2,
      respond: { status: 503 },
    });
    const input = { organizationCode: code, users, idempotencyKey: 'k' };
    const text = document('addOrganizationUsers', 'addedUserIds');
    const first = await gateway.execute(text, { input });
    expect(first.data.addOrganizationUsers.addedUserIds).toHaveLength(100);
    expect(first.data.addOrganizationUsers.userErrors).toHaveLength(150);
    expect(writes(gateway)).toHaveLength(2);
    expect(await gateway.execute(text, { input })).toEqual(first);
    expect(gateway.calls()).toEqual([]);
  });

  test.each<[string, string, Fault['respond'], number]>([
    ['a 401', 'UNAUTHENTICATED', { status: 401 }, 2],
    ['a 403', 'FORBIDDEN', { status: 403 }, 1],
    ['a 429', 'RATE_LIMITED', { status: 429 }, 1],
  ])(
    'that is %s is not stored: the same key may be used again',
    async (_, code, respond, times) => {
      const gateway = await gatewayWith();
      // After a 401 the token is renewed once.
      gateway.emulator.fault({ ...CREATE, times, respond });
      const input = { name: 'At last', idempotencyKey: 'k' };
      expect(codes((await create(gateway, input)).errors)).toEqual([code]);
      expect((await create(gateway, input)).data.createOrganization).toMatchObject({
        organization: { name: 'At last' },
      });
      expect(writes(gateway)).toHaveLength(times + 1);
    },
  );

  test('of a refusal before the write was sent is not stored, nor that of a failed read before it', async () => {
    const gateway = await gatewayWith();
    const { code, memberId } = seeded(gateway);
    const send = (name: string, input: object) =>
      gateway.execute(document(name), { input: { ...input, idempotencyKey: 'k' } });
    // No change, which sends no write; then a change.
    const organizationCode = code;
    const empty = await send('updateOrganization', { organizationCode });
    expect(empty.data.updateOrganization.userErrors[0].code).toBe('NO_FIELDS_TO_UPDATE');
    expect(gateway.calls()).toEqual([]);
    await send('updateOrganization', { organizationCode, name: 'Changed' });
    expect(writes(gateway)).toHaveLength(1);
    // The catalogue read fails; then it succeeds.
    const role = { organizationCode, userId: memberId, role: { key: 'auditor' } };
    const stop = gateway.emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 404 } });
    const failed = await send('addOrganizationUserRole', role);
    expect(failed.data.addOrganizationUserRole.userErrors).toHaveLength(1);
    expect(writes(gateway)).toEqual([]);
    stop();
    await send('addOrganizationUserRole', role);
    expect(writes(gateway)).toHaveLength(1);
  });

  test('of a refusal for too many calls is not stored', async () => {
    const gateway = await gatewayWith({ env: { UPSTREAM_CALLS_PER_OPERATION: '2' } });
    const { code, strangers } = seeded(gateway);
    const users = strangers.slice(0, 2).map((userId) => ({ userId }));
    const input = { organizationCode: code, users, refreshClaims: true, idempotencyKey: 'k' };
    const text = document('addOrganizationUsers');
    for (let sending = 0; sending < 2; sending++) {
      const { errors } = await gateway.execute(text, { input });
      expect(codes(errors)).toEqual(['UPSTREAM_BUDGET_EXCEEDED']);
    }
    expect(writes(gateway)).toEqual([]);
  });

  test('of a write whose deadline passed before it was sent is not stored', async () => {
    const gateway = await gatewayWith({ env: TIMEOUTS });
    await gateway.query('{ roles(first: 1) { nodes { key } } }');
    const { code } = seeded(gateway);
    gateway.emulator.fault({ match: () => timeouts.endOperations(), times: 1 });
    gateway.calls();
    const input = { organizationCode: code, idempotencyKey: 'k' };
    const text = `mutation ($input: DeleteOrganizationInput!, $other: DeleteFeatureFlagOverridesInput!) {
      deleteFeatureFlagOverrides(input: $other) { userErrors { code } }
      deleteOrganization(input: $input) { deletedOrganizationCode }
    }`;
    const late = await gateway.execute(text, { input, other: { organizationCode: code } });
    expect(codes(late.errors)).toEqual(['DEADLINE_EXCEEDED']);
    expect(writes(gateway)).toHaveLength(1);
    const { deleteOrganization } = await gateway.query(
      document('deleteOrganization', 'deletedOrganizationCode'),
      { input },
    );
    expect(deleteOrganization.deletedOrganizationCode).toBe(code);
    expect(writes(gateway)).toHaveLength(1);
  });

  test('that failed is not shared with waiting retries: they write themselves', async () => {
    const gateway = await gatewayWith({ emulator: { latencyMs: 200 } });
    gateway.emulator.fault({ ...CREATE, times: 1, respond: { status: 403 } });
    const input = { name: 'Third time', idempotencyKey: 'k' };
    const answers = await Promise.all([1, 2, 3].map(() => create(gateway, input)));
    expect(answers.flatMap(({ errors }) => codes(errors) ?? [])).toEqual(['FORBIDDEN']);
    const made = answers.flatMap(({ data }) => data.createOrganization?.organization.code ?? []);
    expect([made.length, new Set(made).size]).toEqual([2, 1]);
    expect(writes(gateway)).toHaveLength(2);
  });

  test('expires', async () => {
    const gateway = await gatewayWith({ env: { IDEMPOTENCY_TTL_SECONDS: '1' } });
    const input = { name: 'New', idempotencyKey: 'k' };
    await create(gateway, input);
    await sleep(1_100);
    await create(gateway, input);
    expect(writes(gateway)).toHaveLength(2);
  });
});

describe('a key', () => {
  test.each([
    ['nothing', ''],
    ['256 characters', 'k'.repeat(256)],
    ['a line break', 'a\nb'],
    ['a letter beyond ASCII', 'schlüssel'],
  ])('of %s is refused unsent', async (_, idempotencyKey) => {
    const gateway = await gatewayWith();
    const { data } = await create(gateway, { name: 'New', idempotencyKey });
    expect(data.createOrganization).toEqual({
      organization: null,
      userErrors: [{ code: 'INVALID_VALUE', field: ['idempotencyKey'] }],
    });
    expect(gateway.calls()).toEqual([]);
  });

  test('of 255 characters, or with a name that JavaScript uses, works like any other', async () => {
    const gateway = await gatewayWith();
    for (const idempotencyKey of ['k'.repeat(255), '__proto__', ' ']) {
      await create(gateway, { name: 'New', idempotencyKey });
      await create(gateway, { name: 'New', idempotencyKey });
      expect(writes(gateway)).toHaveLength(1);
    }
  });
});

describe('callers', () => {
  const input = { name: 'Mine', idempotencyKey: 'the same' };

  test('share keys where the gateway can’t tell them apart', async () => {
    const gateway = await gatewayWith();
    await create(gateway, input, bearer('one'));
    await create(gateway, input, bearer('another'));
    expect(writes(gateway)).toHaveLength(1);
  });

  test('with passthrough tokens share nothing, and each token gets its own result', async () => {
    const gateway = await gatewayWith({ env: { AUTH_MODE: 'passthrough' } });
    const tokens = [await gateway.emulator.issueToken(), await gateway.emulator.issueToken()];
    for (let round = 0; round < 2; round++) {
      for (const token of tokens) {
        expect((await create(gateway, input, bearer(token))).errors).toBeUndefined();
      }
    }
    expect(writes(gateway)).toHaveLength(2);
  });

  test('with passthrough get the first result also beside a mutation that Kinde refuses the token for', async () => {
    const gateway = await gatewayWith({ env: { AUTH_MODE: 'passthrough' } });
    const token = bearer(await gateway.emulator.issueToken());
    const variables = { input, other: { key: 'auditor', name: 'Auditor' } };
    const both = `mutation ($input: CreateOrganizationInput!, $other: CreateRoleInput!) {
      first: createOrganization(input: $input) { organization { code } userErrors { code } }
      second: createRole(input: $other) { userErrors { code } }
    }`;
    const { data } = await gateway.execute(both, variables, token);
    gateway.emulator.fault({ respond: { status: 401 } });
    const again = await gateway.execute(both, variables, token);
    expect(again.data).toEqual({ first: data.first, second: null });
    expect(new Set(codes(again.errors))).toEqual(new Set(['UNAUTHENTICATED']));
  });

  test('with verified tokens keep their keys when their token is renewed, and share them with nobody', async () => {
    const gateway = await gatewayWith({ env: { AUTH_MODE: 'jwt' } });
    const { code } = seeded(gateway);
    const [other] = [...gateway.emulator.state.organizations.values()]
      .map(({ profile }) => profile.code)
      .filter((it) => it !== code);
    const user = (sub: string, org_code: string) => ({
      ...{ gty: undefined, azp: 'app', sub, org_code },
      permissions: ['delete:organization_feature_flags'],
    });
    // Each has the scopes for the mutation below, and differs from the others in one property.
    const callers: [string, object][] = [
      [code, { azp: 'client_a' }],
      [code, { azp: 'client_b' }],
      [code, { azp: undefined, client_id: 'client_c' }],
      [code, { azp: 'client_a', org_code: code }],
      [code, user('kp_a', code)],
      [code, user('kp_b', code)],
      [other!, user('kp_a', other!)],
    ];
    for (let round = 0; round < 2; round++) {
      for (const [organizationCode, claims] of callers) {
        const token = await gateway.emulator.issueToken({ claims: { ...claims } });
        const { data, errors } = await gateway.execute(
          document('deleteFeatureFlagOverrides'),
          { input: { organizationCode, idempotencyKey: 'the same' } },
          bearer(token),
        );
        expect(errors).toBeUndefined();
        expect(data.deleteFeatureFlagOverrides.userErrors).toEqual([]);
      }
      expect(writes(gateway)).toHaveLength(round === 0 ? callers.length : 0);
    }
  });

  test('who may no longer write don’t get the result of an earlier write', async () => {
    const gateway = await gatewayWith({ env: { AUTH_MODE: 'jwt' } });
    const scopes = ['create:organizations', 'read:organizations'];
    const token = await gateway.emulator.issueToken({ scopes });
    expect((await create(gateway, input, bearer(token))).errors).toBeUndefined();
    const less = await gateway.emulator.issueToken({ scopes: ['read:organizations'] });
    const { data, errors } = await create(gateway, input, bearer(less));
    expect(data).toEqual({ createOrganization: null });
    expect(codes(errors)).toEqual(['FORBIDDEN']);
  });

  test('whose token names no application can’t use keys, and can write without', async () => {
    const gateway = await gatewayWith({ env: { AUTH_MODE: 'jwt' } });
    const token = bearer(await gateway.emulator.issueToken({ claims: { azp: undefined } }));
    const { data } = await create(gateway, input, token);
    expect(data.createOrganization.userErrors).toEqual([
      { code: 'INVALID_VALUE', field: ['idempotencyKey'] },
    ]);
    expect(gateway.calls()).toEqual([]);
    expect((await create(gateway, { name: 'Mine' }, token)).data.createOrganization).toMatchObject({
      userErrors: [],
    });
  });
});

describe('two processes with one store', () => {
  const write = { owner: 'a', mutation: 'm', key: 'k', input: {}, time: { remainingMs: 0 } };
  const store = () =>
    createMemoryStore({ ttlSeconds: 60, maxBytes: 1_000_000, onForgotten: () => undefined });

  test('write once: the one whose deadline passes reports an unknown outcome, and later gets the result', async () => {
    const shared = store();
    const [here, there] = [new Idempotency(shared), new Idempotency(shared)];
    let finish = () => {};
    const answered = new Promise<void>((resolve) => (finish = resolve));
    const first = here.once(write, async () => {
      await answered;
      return { payload: { id: 1 }, isAnswered: true };
    });
    const never = async () => {
      throw new Error('It was attempted twice.');
    };
    await expect(there.once(write, never)).rejects.toThrow(ReplayedUnknownError);
    finish();
    expect(await first).toEqual({ payload: { id: 1 }, isReplay: false });
    expect(await there.once(write, never)).toEqual({ payload: { id: 1 }, isReplay: true });
  });

  test('an internal error that leaves the outcome unknown is stored as unknown', async () => {
    const idempotency = new Idempotency(store());
    const fault = () => Promise.reject(new TypeError('a fault'));
    await expect(idempotency.once(write, fault)).rejects.toThrow(TypeError);
    await expect(idempotency.once(write, fault)).rejects.toThrow(ReplayedUnknownError);
  });
});

test('a full store evicts the oldest entry, and says so', async () => {
  let forgotten = 0;
  const store = createMemoryStore({
    ttlSeconds: 60,
    maxBytes: 1_000,
    onForgotten: () => forgotten++,
  });
  for (const id of ['a', 'b', 'c', 'a', 'd']) await store.claim(id, 'f');
  expect(forgotten).toBe(1);
  expect(await store.claim('d', 'f')).toEqual({ fingerprint: 'f' });
  expect(await store.claim('b', 'f')).toEqual({ fingerprint: 'f' });
  expect(await store.claim('a', 'f')).toHaveProperty('settle');
});

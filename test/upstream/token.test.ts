/** The gateway's own token: how it is asked for when that is not easy, and how long it is kept. */
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../../src/emulator/faults.js';
import { SendError, type RawResponse } from '../../src/upstream/send/index.js';
import { createClientCredentials } from '../../src/upstream/token.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';

const timeouts = stubTimeouts();
const open: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});
async function gatewayWith(env: Record<string, string>) {
  const gateway = await startGateway({ env });
  open.push(gateway);
  return gateway;
}

const LIST = '{ organizations(first: 1) { nodes { code } } }';

describe('a request for a token', () => {
  const fault = (respond: Fault['respond'], times?: number): Fault => ({
    route: 'POST /oauth2/token',
    respond,
    ...(times === undefined ? {} : { times }),
  });

  test.each<[string, Fault['respond']]>([
    ['a 503', { status: 503 }],
    ['a 429', { status: 429 }],
    ['a broken connection', 'reset'],
  ])('is retried after %s, and the operation succeeds', async (_, respond) => {
    const gateway = await gatewayWith({});
    gateway.emulator.fault(fault(respond, 2));
    await gateway.query(LIST);
    expect(gateway.emulator.tokenRequests).toHaveLength(3);
  });

  test('is retried UPSTREAM_RETRIES times at most', async () => {
    const gateway = await gatewayWith({ UPSTREAM_RETRIES: '1' });
    gateway.emulator.fault(fault({ status: 503 }));
    const { errors } = await gateway.execute(LIST);
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    expect(gateway.emulator.tokenRequests).toHaveLength(2);
  });

  test.each<[string, Fault['respond'], string]>([
    ['was refused', { status: 400, body: { error: 'invalid_client' } }, 'UNAUTHENTICATED'],
    ['was answered without a token', { status: 200, body: {} }, 'UPSTREAM_BAD_RESPONSE'],
    [
      'is to wait for longer than an exchange may take',
      { status: 429, headers: { 'retry-after': '30' } },
      'UPSTREAM_UNAVAILABLE',
    ],
    ['has taken all of its time', 'hang', 'UPSTREAM_TIMEOUT'],
  ])('is not retried when it %s', async (_, respond, code) => {
    const gateway = await gatewayWith(respond === 'hang' ? TIMEOUTS : {});
    // Only the call that hangs has a time limit to be ended.
    gateway.emulator.fault({ ...fault(respond), match: () => (timeouts.endCalls(), true) });
    const { errors } = await gateway.execute(LIST);
    expect(errors).toMatchObject([{ extensions: { code } }]);
    expect(gateway.emulator.tokenRequests).toHaveLength(1);
  });
});

describe('a token', () => {
  /** A source by a clock that stands, and a token endpoint that gives t1, t2 and so on. */
  function source() {
    const world = { seconds: 0, requests: 0, isDown: false, isRefusing: false };
    const send = async (): Promise<RawResponse> => {
      world.requests++;
      if (world.isDown) throw new SendError('UNAVAILABLE', true, 'ECONNREFUSED');
      if (world.isRefusing) return { status: 401, headers: {}, body: '{"error":"invalid_client"}' };
      const body = { access_token: `t${world.requests}`, expires_in: 3600 };
      return { status: 200, headers: {}, body: JSON.stringify(body) };
    };
    const credentials = { clientId: 'id', clientSecret: 'secret', audience: 'api' };
    const policy = { retries: 0, timeoutMs: 1_000, now: () => world.seconds * 1_000 };
    const tokens = createClientCredentials(send, 'http://kinde', credentials, policy);
    const valueAt = async (seconds: number) => {
      world.seconds = seconds;
      const { value } = await tokens.get();
      // What goes on without anybody waiting for it comes to its end.
      await new Promise(setImmediate);
      return value;
    };
    return { world, valueAt, tokens };
  }

  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  /** A source whose endpoint counts its requests and answers each with this body. */
  function sourceOf(body: object) {
    const world = { seconds: 1_000, requests: 0 };
    const tokens = createClientCredentials(
      async () => {
        world.requests++;
        return { status: 200, headers: {}, body: JSON.stringify(body) };
      },
      'http://kinde',
      { clientId: 'id', clientSecret: 'secret', audience: 'api' },
      { retries: 0, timeoutMs: 1_000, now: () => world.seconds * 1_000 },
    );
    return { tokens, world };
  }

  test.each([[0], [-1], ['0'], ['-3600']])(
    'with %j seconds left is not used',
    async (expiresIn) => {
      const { tokens } = sourceOf({ access_token: 't', expires_in: expiresIn });
      await expect(tokens.get()).rejects.toMatchObject({ failure: 'BAD_RESPONSE' });
    },
  );

  test.each([[undefined], [null], [true], [[3600]], ['soon'], ['']])(
    'with %j for its lifetime holds as long as its own claims say',
    async (expires_in) => {
      const access_token = `${part({})}.${part({ exp: 1_000 + 900 })}.sig`;
      const { tokens, world } = sourceOf({ access_token, expires_in });
      for (const seconds of [1_000, 1_800]) {
        world.seconds = seconds;
        await tokens.get();
      }
      expect(world.requests).toBe(1);
      world.seconds = 1_901;
      await expect(tokens.get()).rejects.toMatchObject({ failure: 'BAD_RESPONSE' });
    },
  );

  test.each([
    ['no JWT', 'opaque'],
    ['a JWT without `exp`', `${part({})}.${part({})}.sig`],
    ['a JWT with a text for `exp`', `${part({})}.${part({ exp: '1900' })}.sig`],
  ])('without a lifetime, being %s, holds for five minutes', async (_, access_token) => {
    const { tokens, world } = sourceOf({ access_token });
    for (const seconds of [1_000, 1_260, 1_301]) {
      world.seconds = seconds;
      await tokens.get();
    }
    expect(world.requests).toBe(2);
  });

  test('without a lifetime from the token endpoint serves operations', async () => {
    const gateway = await startGateway({ emulator: { switches: { omitsExpiresIn: true } } });
    try {
      await gateway.query('{ organizations(first: 1) { nodes { code } } }');
      await gateway.query('{ organizations(first: 2) { nodes { code } } }');
      expect(gateway.emulator.tokenRequests).toHaveLength(1);
    } finally {
      await gateway.close();
    }
  });

  test.each<[string, object, string[] | undefined]>([
    [
      'what its `scope` says, not what `scp` asked for',
      { scope: 'a b', scp: ['a', 'c'] },
      ['a', 'b'],
    ],
    ['nothing when its `scope` is empty', { scope: '', scp: ['a'] }, []],
    ['its `scp` when it has no `scope`', { scp: ['a'] }, ['a']],
    ['nobody knows what when it says nothing', {}, undefined],
  ])('was granted %s', async (_, claims, scopes) => {
    const body = { access_token: `${part({})}.${part(claims)}.sig`, expires_in: 3600 };
    const tokens = createClientCredentials(
      async () => ({ status: 200, headers: {}, body: JSON.stringify(body) }),
      'http://kinde',
      { clientId: 'id', clientSecret: 'secret', audience: 'api' },
      { retries: 0, timeoutMs: 1_000 },
    );
    expect((await tokens.get()).scopes).toEqual(scopes && new Set(scopes));
  });

  test('is renewed shortly before it expires, while calls still use it', async () => {
    const { valueAt, world } = source();
    expect(await valueAt(0)).toBe('t1');
    expect(await valueAt(3_539)).toBe('t1');
    expect(world.requests).toBe(1);
    expect(await valueAt(3_541)).toBe('t1');
    expect(world.requests).toBe(2);
    expect(await valueAt(3_542)).toBe('t2');
    expect(world.requests).toBe(2);
  });

  test('that can’t be renewed is used until it expires, with a try every five seconds', async () => {
    const { valueAt, world } = source();
    await valueAt(0);
    world.isDown = true;
    for (const [seconds, requests] of [
      [3_541, 2],
      [3_542, 2],
      [3_545, 2],
      [3_546, 3],
      [3_599, 4],
    ] as const) {
      expect(await valueAt(seconds)).toBe('t1');
      expect(world.requests).toBe(requests);
    }
    await expect(valueAt(3_600)).rejects.toMatchObject({ failure: 'UNAVAILABLE' });
    world.isDown = false;
    expect(await valueAt(3_601)).toBe('t6');
  });

  test('that the endpoint refuses again is requested once a second, and at once with a new secret', async () => {
    const { tokens, valueAt, world } = source();
    world.isRefusing = true;
    for (const [seconds, requests] of [
      [0, 1],
      [0, 2],
      [0, 3],
      [0.9, 3],
      [1, 4],
      [1.5, 4],
    ] as const) {
      await expect(valueAt(seconds)).rejects.toMatchObject({ failure: 'UNAUTHENTICATED' });
      expect(world.requests).toBe(requests);
    }
    world.isRefusing = false;
    expect((await tokens.replace()).value).toBe('t5');
    expect(await valueAt(1.6)).toBe('t5');
  });

  test('that was refused is not used again, however long it would be valid', async () => {
    const { tokens, world } = source();
    const first = await tokens.get();
    world.isDown = true;
    await expect(tokens.renew(first)).rejects.toMatchObject({ failure: 'UNAVAILABLE' });
    await expect(tokens.get()).rejects.toMatchObject({ failure: 'UNAVAILABLE' });
    world.isDown = false;
    const [second, third] = await Promise.all([tokens.renew(first), tokens.renew(first)]);
    expect(second).toBe(third);
    expect(second).not.toBe(first);
  });

  test('that replaced a refused one is not replaced when it is refused too, for a while that doubles', async () => {
    const { tokens, world, valueAt } = source();
    /** The token that is there after the one of this moment was refused. */
    const renewedAt = async (seconds: number) => {
      world.seconds = seconds;
      return (await tokens.renew(await tokens.get()))?.value;
    };
    const held = await tokens.get();
    expect(await renewedAt(0)).toBe('t2');
    // A call that was refused the token before gets the new one as well.
    expect((await tokens.renew(held))?.value).toBe('t2');
    for (const [seconds, value] of [
      ...[[4, undefined] as const, [5, 't3'] as const],
      ...[[14, undefined] as const, [15, 't4'] as const],
      ...[[34, undefined] as const, [35, 't5'] as const],
      ...[[74, undefined] as const, [75, 't6'] as const],
      ...[[134, undefined] as const, [135, 't7'] as const],
      ...[[194, undefined] as const, [195, 't8'] as const],
    ]) {
      expect([seconds, await renewedAt(seconds)]).toEqual([seconds, value]);
    }
    expect(await valueAt(200)).toBe('t8');
    // After a time without a refusal, the next one is as the first.
    expect(await renewedAt(1_000)).toBe('t9');
    expect(await renewedAt(1_004)).toBeUndefined();
    expect(await renewedAt(1_005)).toBe('t10');
  });

  test('for which a new secret was read is replaced at once when it is refused', async () => {
    const { tokens } = source();
    await tokens.renew(await tokens.get());
    const replaced = await tokens.replace();
    expect(replaced.value).toBe('t3');
    expect((await tokens.renew(replaced))?.value).toBe('t4');
  });

  test('is requested twice while Kinde refuses every token, however many operations are executed', async () => {
    const gateway = await gatewayWith({});
    const end = gateway.emulator.fault({
      route: 'GET /api/v1/organizations',
      respond: { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: '' }] } },
    });
    for (let time = 0; time < 10; time++) {
      const { errors } = await gateway.execute(LIST);
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    }
    end();
    await gateway.query(LIST);
    expect(gateway.emulator.tokenRequests).toHaveLength(2);
  });
});

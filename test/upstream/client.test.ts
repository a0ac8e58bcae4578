/** What an upstream that misbehaves does to callers. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { arrive } from '../support/cached-gateway.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';
import { waitFor } from '../support/wait-for.js';

const timeouts = stubTimeouts();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { ...TIMEOUTS, UPSTREAM_RETRIES: '0' } });
});
afterAll(() => gateway.close());
beforeEach(() => gateway.emulator.reset());

const LIST =
  '{ organizations(first: 2) { nodes { code name } } roles(first: 1) { nodes { key } } }';
const list = { route: 'GET /api/v1/organizations' } as const;

describe('a read', () => {
  test.each<[string, Parameters<typeof gateway.emulator.fault>[0]['respond'], string]>([
    ['a reset connection', 'reset', 'UPSTREAM_UNAVAILABLE'],
    ['an answer that never comes', 'hang', 'UPSTREAM_TIMEOUT'],
    ['a 500', { status: 500 }, 'UPSTREAM_UNAVAILABLE'],
    ['a 503 in HTML', { status: 503, body: '<html>Down</html>' }, 'UPSTREAM_UNAVAILABLE'],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }, 'UPSTREAM_BAD_RESPONSE'],
    ['HTML', { status: 200, body: '<html></html>' }, 'UPSTREAM_BAD_RESPONSE'],
    ['malformed JSON', { status: 200, body: '{"organizations":' }, 'UPSTREAM_BAD_RESPONSE'],
    ['an empty body', { status: 200, body: '' }, 'UPSTREAM_BAD_RESPONSE'],
    ['204', { status: 204 }, 'UPSTREAM_BAD_RESPONSE'],
    ['null', { status: 200, body: 'null' }, 'UPSTREAM_BAD_RESPONSE'],
    ['an array', { status: 200, body: '[]' }, 'UPSTREAM_BAD_RESPONSE'],
    ['another shape', { status: 200, body: { organizations: {} } }, 'UPSTREAM_BAD_RESPONSE'],
    [
      'a 404 with an object of errors',
      { status: 404, body: { errors: { code: 'ROUTE_NOT_FOUND', message: 'No route.' } } },
      'NOT_FOUND',
    ],
    ['a 403 without a body', { status: 403 }, 'FORBIDDEN'],
    [
      'a 400',
      { status: 400, body: { errors: [{ code: 'ODD', message: 'Odd.' }] } },
      'BAD_USER_INPUT',
    ],
  ])(
    'that gets %s is null with its code, and its siblings are returned',
    async (_, respond, code) => {
      gateway.emulator.fault({ ...list, respond });
      const response = gateway.execute(LIST);
      if (respond === 'hang') {
        await waitFor(() => gateway.emulator.requests.some(({ status }) => status === 200));
        await arrive(gateway);
        timeouts.endCalls();
      }
      const { data, errors } = await response;
      expect(data.organizations).toBeNull();
      expect(data.roles.nodes).toHaveLength(1);
      expect(errors).toMatchObject([{ path: ['organizations'], extensions: { code } }]);
      const text = JSON.stringify(errors);
      for (const secret of [gateway.emulator.url, '/api/v1', 'stack', 'emulator_only']) {
        expect(text).not.toContain(secret);
      }
    },
  );

  test('that is rate limited says how long to wait', async () => {
    const limited = await startGateway();
    try {
      limited.emulator.fault({
        ...list,
        respond: { status: 429, headers: { 'ratelimit-reset': '30' } },
      });
      const { errors } = await limited.execute(LIST);
      expect(errors?.[0]).toMatchObject({
        extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 30 },
      });
    } finally {
      await limited.close();
    }
  });

  test('an unusable entry is null with an error at its path; the others are returned, and unknown fields are ignored', async () => {
    gateway.emulator.fault({
      ...list,
      respond: {
        status: 200,
        body: {
          organizations: [
            { code: 'org_1', name: 'One', mood: 'new' },
            { name: 'Two' },
            { code: 3, name: 'Three' },
            { code: 'org_4', name: 'Four' },
          ],
          next_token: null,
        },
      },
    });
    const { data, errors } = await gateway.execute(
      '{ organizations { nodes { code name } pageInfo { hasNextPage } } }',
    );
    expect(data.organizations).toEqual({
      nodes: [{ code: 'org_1', name: 'One' }, null, null, { code: 'org_4', name: 'Four' }],
      pageInfo: { hasNextPage: false },
    });
    expect(errors?.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
      [['organizations', 'nodes', 1], 'UPSTREAM_BAD_RESPONSE'],
      [['organizations', 'nodes', 2], 'UPSTREAM_BAD_RESPONSE'],
    ]);
  });

  test.each([[{}], [{ next_token: null }], [{ next_token: '' }]])(
    'a list ends by %j',
    async (end) => {
      gateway.emulator.fault({
        ...list,
        respond: { status: 200, body: { organizations: [{ code: 'o', name: 'O' }], ...end } },
      });
      const { organizations } = await gateway.query(
        '{ organizations { pageInfo { hasNextPage } } }',
      );
      expect(organizations.pageInfo.hasNextPage).toBe(false);
    },
  );

  test('a flag of an unknown type has the type of its value; one whose value isn’t of its type is null', async () => {
    const { organizations } = await gateway.query('{ organizations(first: 1) { nodes { code } } }');
    gateway.emulator.fault({
      route: 'GET /api/v1/organizations/{org_code}/feature_flags',
      respond: {
        status: 200,
        body: {
          feature_flags: { a: { type: 'hue', value: '12' }, b: { type: 'int', value: 'many' } },
        },
      },
    });
    const flags = (key: string) =>
      gateway.execute(
        `{ organization(code: "${organizations.nodes[0].code}") { name featureFlag(key: "${key}") { type value } } }`,
      );
    expect((await flags('a')).data.organization.featureFlag).toEqual({
      type: 'STRING',
      value: '12',
    });
    const { data, errors } = await flags('b');
    expect(data.organization.featureFlag).toEqual({ type: 'INTEGER', value: null });
    expect(errors).toBeUndefined();
  });
});

describe('the access token', () => {
  test('is requested once for all waiting calls, and cached', async () => {
    const cold = await startGateway();
    try {
      await Promise.all(Array.from({ length: 20 }, () => cold.query(LIST)));
      await cold.query(LIST);
      expect(cold.emulator.tokenRequests).toHaveLength(1);
    } finally {
      await cold.close();
    }
  });

  test('is renewed once, for all calls that were refused with 401', async () => {
    await gateway.query(LIST);
    gateway.emulator.clearRequests();
    await gateway.emulator.rotateKey();
    let refusals = 2;
    gateway.emulator.fault({ match: () => refusals-- > 0, respond: { status: 401 } });
    await gateway.query(LIST);
    expect(gateway.emulator.tokenRequests).toHaveLength(1);
  });

  test('a 401 that stays is UNAUTHENTICATED after one renewal', async () => {
    // One whose token has not replaced a refused one a moment ago.
    const cold = await startGateway();
    try {
      await cold.query(LIST);
      cold.calls();
      cold.emulator.fault({ ...list, respond: { status: 401 } });
      const { errors } = await cold.execute('{ organizations { nodes { code } } }');
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
      expect(cold.calls()).toHaveLength(2);
    } finally {
      await cold.close();
    }
  });

  test('one with a short lifetime is requested again', async () => {
    let aheadMs = 0;
    const now = Date.now.bind(Date);
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => now() + aheadMs);
    const brief = await startGateway({ emulator: { tokenLifetimeSeconds: 3 } });
    try {
      await brief.query(LIST);
      aheadMs = 3_000;
      await brief.query(LIST);
      expect(brief.emulator.tokenRequests).toHaveLength(2);
    } finally {
      await brief.close();
      clock.mockRestore();
    }
  });

  test.each<[string, { status: number; body?: string | object }, string]>([
    ['is down', { status: 503 }, 'UPSTREAM_UNAVAILABLE'],
    ['refuses', { status: 400, body: { error: 'unauthorized_client' } }, 'UNAUTHENTICATED'],
    ['sends no token', { status: 200, body: { token_type: 'Bearer' } }, 'UPSTREAM_BAD_RESPONSE'],
  ])(
    'a token endpoint that %s is an error, and the next operation tries again',
    async (_, respond, code) => {
      const cold = await startGateway();
      try {
        const end = cold.emulator.fault({ route: 'POST /oauth2/token', respond });
        const { errors } = await cold.execute('{ organizations { nodes { code } } }');
        expect(errors).toMatchObject([{ extensions: { code } }]);
        end();
        await cold.query(LIST);
      } finally {
        await cold.close();
      }
    },
  );
});

describe('an upstream that is down, or whose response never ends', () => {
  async function upstreamOf(answer: RequestListener) {
    const server: Server = createServer((request, response) => {
      if (request.url === '/oauth2/token') {
        response.setHeader('content-type', 'application/json');
        response.end('{"access_token":"t","expires_in":3600,"token_type":"bearer"}');
      } else answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      url,
      close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
    };
  }
  const ask = async (url: string) => {
    const lone = await startGateway({
      kindeDomain: () => url,
      env: { ...TIMEOUTS, UPSTREAM_RETRIES: '0' },
    });
    try {
      return (await lone.execute('{ organizations { nodes { code } } }')).errors;
    } finally {
      await lone.close();
    }
  };

  test('a refused connection is UPSTREAM_UNAVAILABLE', async () => {
    const gone = await upstreamOf(() => undefined);
    await gone.close();
    expect(await ask(gone.url)).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
  });

  test('a slow body is cut off at the timeout', async () => {
    const slow = await upstreamOf((_, response) => {
      let parts = 0;
      const drip = setInterval(() => {
        response.write(' ');
        if (++parts > 3) timeouts.endCalls();
      }, 50);
      response.on('close', () => clearInterval(drip));
    });
    expect(await ask(slow.url)).toMatchObject([{ extensions: { code: 'UPSTREAM_TIMEOUT' } }]);
    await slow.close();
  });

  test('a body shorter than its content-length is an error', async () => {
    const short = await upstreamOf((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"organizations":[]');
      setTimeout(() => response.destroy(), 50);
    });
    expect(await ask(short.url)).toMatchObject([{ extensions: { code: 'UPSTREAM_UNAVAILABLE' } }]);
    await short.close();
  });

  test('an endless body is cut off at 16 MB', async () => {
    let sent = 0;
    const block = Buffer.alloc(64 * 1024, ' ');
    const flood = await upstreamOf((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(block)) sent += block.length;
      };
      response.on('drain', pour);
      pour();
    });
    const lone = await startGateway({ kindeDomain: () => flood.url });
    const { errors } = await lone.execute('{ organizations { nodes { code } } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UPSTREAM_BAD_RESPONSE' } }]);
    expect(sent).toBeLessThan(64 * 1024 * 1024);
    await lone.close();
    await flood.close();
  });
});

describe('passthrough', () => {
  test('sends the caller’s token, and requires one', async () => {
    const open = await startGateway({ env: { AUTH_MODE: 'passthrough' } });
    try {
      const bare = await fetch(`${open.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: LIST }),
      });
      expect(bare.status).toBe(401);
      expect(bare.headers.get('www-authenticate')).toBe('Bearer');
      expect((await bare.json()).errors).toMatchObject([
        { extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      const token = await open.emulator.issueToken({ scopes: ['read:organizations'] });
      const { data, errors } = await open.execute(LIST, {}, { authorization: `Bearer ${token}` });
      expect(data.organizations.nodes).toHaveLength(2);
      expect(errors).toMatchObject([
        { path: ['roles'], extensions: { code: 'FORBIDDEN', requiredScope: 'read:roles' } },
      ]);
      const wrong = await open.execute(LIST, {}, { authorization: 'Bearer nonsense' });
      expect(wrong.errors).toMatchObject([
        { extensions: { code: 'UNAUTHENTICATED' } },
        { extensions: { code: 'UNAUTHENTICATED' } },
      ]);
      expect(open.emulator.tokenRequests).toEqual([]);
    } finally {
      await open.close();
    }
  });
});

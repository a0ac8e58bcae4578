/**
 * CORS: which pages may call the gateway, what they may send and read, and what is logged about others. And
 * host names: pages of other sites that pass for the gateway's own by DNS rebinding.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';

/** The headers that docs/frontend.md lists behind these words. */
function documented(words: string): string[] {
  const page = readFileSync(new URL('../../docs/frontend.md', import.meta.url), 'utf8');
  const [, list] = new RegExp(`^- \\*\\*${words}\\*\\*[^:]*: ([^.]+)\\.`, 'm').exec(page)!;
  return [...list!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

const open: TestGateway[] = [];
afterEach(async () => {
  for (const gateway of open.splice(0)) await gateway.close();
});
async function start(options: TestOptions = {}): Promise<TestGateway> {
  const gateway = await startGateway(options);
  open.push(gateway);
  return gateway;
}

const APP = 'https://app.example.com';
const post = ({ url }: TestGateway, headers: object) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: '{"query":"{ __typename }"}',
  });
const preflight = ({ url }: TestGateway, origin: string, path = '/graphql') =>
  fetch(`${url}${path}`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin');

const LOOPBACK = [
  'http://localhost:5173',
  'http://localhost',
  'https://localhost:3000',
  'http://127.0.0.1:8080',
  'http://[::1]:4321',
];
const NOT_LOOPBACK = [
  'http://localhost.example.com:5173',
  'http://localhost:5173.example.com',
  'http://example.com/localhost',
  'http://notlocalhost:5173',
  'http://192.168.0.2:5173',
  'null',
  'ftp://localhost',
  '',
];

describe('pages on this machine', () => {
  test.each<[string, Record<string, string>]>([
    ['the emulator without authentication', {}],
    ['AUTH_MODE=passthrough', { AUTH_MODE: 'passthrough' }],
    ['AUTH_MODE=jwt', { AUTH_MODE: 'jwt' }],
    ['origins of its own', { CORS_ORIGINS: APP }],
  ])('may call a gateway with %s', async (_, env) => {
    const gateway = await start({ env });
    for (const origin of LOOPBACK) {
      expect([origin, allowed(await preflight(gateway, origin))]).toEqual([origin, origin]);
      expect(allowed(await post(gateway, { origin }))).toBe(origin);
    }
    for (const origin of NOT_LOOPBACK) {
      expect([origin, allowed(await preflight(gateway, origin))]).toEqual([origin, null]);
    }
  });

  test('may not in production, unless they are listed', async () => {
    const env = { NODE_ENV: 'production', CORS_ORIGINS: 'http://localhost:5173' };
    const gateway = await start({ env });
    expect(allowed(await post(gateway, { origin: 'http://localhost:5173' }))).not.toBeNull();
    expect(allowed(await post(gateway, { origin: 'http://localhost:3000' }))).toBeNull();
  });

  test('may not with AUTH_MODE none before a real environment', () => {
    const real = {
      KINDE_DOMAIN: 'acme.kinde.com',
      KINDE_CLIENT_ID: 'id',
      KINDE_CLIENT_SECRET: 'secret',
    };
    const isLoopbackAllowed = (env: Record<string, string>) =>
      readConfig({ ...real, ...env }).cors.isLoopbackAllowed;
    expect(isLoopbackAllowed({ AUTH_MODE: 'none', ALLOW_UNAUTHENTICATED_ACCESS: 'true' })).toBe(
      false,
    );
    expect(isLoopbackAllowed({ AUTH_MODE: 'jwt' })).toBe(true);
    expect(isLoopbackAllowed({ AUTH_MODE: 'jwt', NODE_ENV: 'production' })).toBe(false);
    expect(readConfig({}).cors.isLoopbackAllowed).toBe(true);
  });
});

describe('pages of CORS_ORIGINS', () => {
  const env = { CORS_ORIGINS: `${APP}/, capacitor://localhost`, CORS_HEADERS: 'X-Tenant, x-b' };

  test('may set the headers of Apollo Client, of tracing and of CORS_HEADERS', async () => {
    const gateway = await start({ env });
    const response = await preflight(gateway, APP);
    expect([response.status, allowed(response)]).toEqual([204, APP]);
    const header = (name: string) => response.headers.get(name)?.split(', ').sort();
    expect(header('access-control-allow-methods')).toEqual(['GET', 'POST']);
    expect(header('access-control-allow-headers')).toEqual(
      [...documented('Request headers'), 'x-b', 'x-tenant'].sort(),
    );
    expect(response.headers.get('access-control-max-age')).toBe('600');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
    expect(allowed(await preflight(gateway, 'capacitor://localhost'))).not.toBeNull();
  });

  test('can read the ETag, the request id and when to try again', async () => {
    const gateway = await start({ env });
    const response = await post(gateway, { origin: APP });
    const exposed = response.headers.get('access-control-expose-headers')!.split(', ');
    expect(exposed).toEqual(documented('Response headers'));
    expect(exposed).toContain('ratelimit');
  });

  test('can read errors, at every path', async () => {
    const gateway = await start({ env });
    const headers = { origin: APP };
    const responses = [
      await fetch(`${gateway.url}/nowhere`, { headers }),
      await fetch(`${gateway.url}/graphql`, { method: 'DELETE', headers }),
      await post(gateway, { ...headers, 'content-type': 'text/plain' }),
      await post(gateway, { ...headers, accept: 'text/html' }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([404, 405, 415, 406]);
    for (const response of responses) {
      expect(allowed(response)).toBe(APP);
      expect(response.headers.get('vary')).toMatch(/origin/i);
    }
  });
});

test('responses vary by the origin, also those to requests without one', async () => {
  const gateway = await start();
  for (const origin of [undefined, APP, LOOPBACK[0]!]) {
    expect(
      (await post(gateway, origin === undefined ? {} : { origin })).headers.get('vary'),
    ).toMatch(/origin/i);
  }
});

test('an OPTIONS request that is no preflight gets the methods, in JSON', async () => {
  const gateway = await start();
  const response = await fetch(`${gateway.url}/graphql`, { method: 'OPTIONS' });
  expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  expect(await response.json()).toHaveProperty('errors');
  const elsewhere = await fetch(`${gateway.url}/nowhere`, { method: 'OPTIONS' });
  expect([elsewhere.status, (await elsewhere.json()).errors[0].extensions.code]).toEqual([
    404,
    'NOT_FOUND',
  ]);
});

describe('a blocked origin', () => {
  async function warnings(
    env: Record<string, string>,
    requests: (url: string) => { origin?: string; 'sec-fetch-site'?: string }[],
  ) {
    const lines: string[] = [];
    const log = (line: string) => void lines.push(line);
    const gateway = await start({ env: { LOG_LEVEL: 'warn', ...env }, log });
    for (const headers of requests(gateway.url)) await post(gateway, headers);
    return lines
      .map((line) => JSON.parse(line) as { msg: string; origin: string })
      .filter(({ msg }) => msg.startsWith('CORS'));
  }

  test('is logged once, with the line that allows it', async () => {
    const other = { origin: 'https://other.example.com' };
    const logged = await warnings({ CORS_ORIGINS: APP }, () => [other, other, { origin: APP }, {}]);
    expect(logged.map(({ msg, origin }) => [origin, msg])).toEqual([
      [
        other.origin,
        `CORS blocks a page. To allow its origin, set CORS_ORIGINS=${APP},${other.origin}`,
      ],
    ]);
  });

  test('is not logged for the gateway’s own pages, nor for what is no origin', async () => {
    const logged = await warnings({ NODE_ENV: 'production' }, (url) => [
      { origin: url },
      { origin: url.replace('http:', 'https:') },
      { origin: 'https://graph.example.com', 'sec-fetch-site': 'same-origin' },
      { origin: 'null' },
      { origin: 'https://a.example.com\tx@example.com' },
      { origin: `https://${'a'.repeat(100)}@example.com` },
    ]);
    expect(logged).toEqual([]);
  });

  test('doesn’t fill the log, however many a client invents', async () => {
    const origins = Array.from({ length: 60 }, (_, n) => ({ origin: `https://${n}.example.com` }));
    expect(await warnings({}, () => origins)).toHaveLength(20);
  });
});

describe('CORS_ORIGINS', () => {
  const origins = (CORS_ORIGINS: string) => readConfig({ CORS_ORIGINS }).cors.origins;

  test.each([
    ['https://app.example.com/', 'https://app.example.com'],
    ['https://App.Example.com', 'https://app.example.com'],
    ['https://app.example.com:443', 'https://app.example.com'],
    ['http://localhost:5173/', 'http://localhost:5173'],
    ['http://[::1]:5173', 'http://[::1]:5173'],
    ['https://münchen.example', 'https://xn--mnchen-3ya.example'],
    ['Capacitor://localhost/', 'capacitor://localhost'],
    [' https://a.example , ,https://b.example/,', 'https://a.example,https://b.example'],
  ])('takes %s in the spelling of browsers', (written, read) => {
    expect(origins(written).join()).toBe(read);
  });

  test.each([
    ['app.example.com', 'has no scheme; write https://app.example.com'],
    ['localhost:3000', 'has no scheme; write https://localhost:3000'],
    ['*', 'has a wildcard; name each origin'],
    ['https://*.example.com', 'has a wildcard; name each origin'],
    ['https://app.example.com/app', 'has more than an origin; write https://app.example.com'],
    ['https://app.example.com/?a=b', 'has more than an origin; write https://app.example.com'],
    ['https://me:secret@app.example.com', 'has a user name; write https://app.example.com'],
    ['https://', 'is not a URL'],
    ['"https://app.example.com"', 'is not a URL'],
  ])('names %s with what is wrong', (written, problem) => {
    const named = written.replace('me:secret', '…');
    expect(() => origins(`https://good.example.com,${written}`)).toThrow(
      `CORS_ORIGINS must list origins such as https://app.example.com: "${named}" ${problem}`,
    );
  });

  test('names each of several mistakes', () => {
    expect(() => origins('a.example,b.example')).toThrow(/"a\.example"[^]*"b\.example"/);
  });
});

test('CORS_HEADERS with an invalid name is refused by its value', () => {
  for (const wrong of ['x tenant', '*', 'x:y', 'x\ny']) {
    expect(() => readConfig({ CORS_HEADERS: `x-good,${wrong}` })).toThrow(
      `CORS_HEADERS must list header names such as x-tenant: "${wrong}" is not one`,
    );
  }
});

describe('DNS rebinding', () => {
  const REBOUND = [
    'evil.example:4000',
    'EVIL.example.',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
  ];
  const OWN = [
    ...[
      'localhost',
      'LOCALHOST:4000',
      'app.localhost:4000',
      '127.0.0.1:4000',
      '192.168.0.2',
      '[::1]:4000',
    ],
    ...[
      'gateway:4000',
      'gateway.internal',
      'gateway.kinde.svc',
      'gateway.kinde.svc.cluster.local:80',
    ],
  ];
  const BODY = '{"query":"{ __typename }"}';

  /** Sends a request as a page of that host name would: with an `Origin` that is the same. */
  const send = ({ url }: TestGateway, host: string, path = '/graphql', headers: object = {}) =>
    new Promise<{ status: number; body: any }>((resolve, reject) => {
      const isPost = path === '/graphql' || path.startsWith('/webhooks');
      const sent = request(
        `${url}${path}`,
        {
          method: isPost ? 'POST' : 'GET',
          headers: {
            ...{ host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
            ...{ 'content-type': 'application/json', ...headers },
          },
        },
        (response) => {
          const { statusCode: status = 0 } = response;
          void text(response).then((body) => resolve({ status, body }), reject);
        },
      );
      sent.on('error', reject).end(isPost ? BODY : undefined);
    });
  const codeIn = (body: string) => /"code":"(\w+)"/.exec(body)?.[1];

  test('reaches nothing of a gateway without authentication', async () => {
    const lines: string[] = [];
    const gateway = await start({ env: { LOG_LEVEL: 'warn' }, log: (line) => lines.push(line) });
    for (const host of REBOUND) {
      const { status, body } = await send(gateway, host);
      expect([host, status, codeIn(body)]).toEqual([host, 403, 'HOST_NOT_ALLOWED']);
      expect(body).toContain('ALLOWED_HOSTS');
    }
    for (const path of ['/', '/graphiql', '/graphiql/act-as', '/schema.graphql']) {
      const { status } = await send(gateway, 'evil.example', path);
      expect([path, status]).toEqual([path, 403]);
    }
    // A page may set this header.
    const forwarded = { 'x-forwarded-host': 'localhost' };
    expect((await send(gateway, 'evil.example', '/graphql', forwarded)).status).toBe(403);
    expect(lines.filter((line) => line.includes('ALLOWED_HOSTS=evil.example"'))).toHaveLength(1);
  });

  test('is not suspected of addresses, and of names that no other site can have', async () => {
    const gateway = await start();
    for (const host of OWN) expect([host, (await send(gateway, host)).status]).toEqual([host, 200]);
    // Probes, and Kinde, may call it by any name.
    for (const path of ['/livez', '/readyz', '/webhooks/kinde']) {
      expect([path, (await send(gateway, 'evil.example', path)).status]).not.toEqual([path, 403]);
    }
  });

  test('is not suspected of the names in ALLOWED_HOSTS', async () => {
    const gateway = await start({ env: { ALLOWED_HOSTS: 'graph.example.com, .App.dev' } });
    for (const [host, expected] of [
      ['graph.example.com:443', 200],
      ['app.dev', 200],
      ['me-4000.app.dev', 200],
      ['example.com', 403],
      ['a.graph.example.com', 403],
      ['notapp.dev', 403],
    ] as const) {
      expect([host, (await send(gateway, host)).status]).toEqual([host, expected]);
    }
  });

  test('has no access where callers authenticate, under whatever name', async () => {
    const gateway = await start({ env: { AUTH_MODE: 'jwt' } });
    expect((await send(gateway, 'graph.example.com')).status).toBe(401);
    const authorization = `Bearer ${await gateway.emulator.issueToken()}`;
    const headers = { authorization };
    expect((await send(gateway, 'graph.example.com', '/graphql', headers)).status).toBe(200);
  });

  test('is prevented by names alone: a port or a scheme is a mistake', () => {
    for (const entry of ['https://graph.example.com', 'graph.example.com:443', '*.example.com']) {
      expect(() => readConfig({ ALLOWED_HOSTS: entry })).toThrow(
        `ALLOWED_HOSTS must list host names such as graph.example.com`,
      );
    }
    expect(() => readConfig({ AUTH_MODE: 'jwt', ALLOWED_HOSTS: 'graph.example.com' })).toThrow(
      'ALLOWED_HOSTS has no use unless AUTH_MODE is none',
    );
  });
});

import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import {
  ConfigError,
  isLoopback,
  readConfig,
  settingsByVariable,
  settingsWarnings,
} from '../../src/config.js';

const problems = (env: Record<string, string>): readonly string[] => {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
};

const REAL = {
  KINDE_DOMAIN: 'acme.kinde.com',
  KINDE_CLIENT_ID: 'id',
  KINDE_CLIENT_SECRET: 'secret',
};

describe('readConfig', () => {
  test('without settings configures a local gateway with the emulator', () => {
    expect(readConfig({})).toEqual({
      port: 4000,
      host: '127.0.0.1',
      logLevel: 'info',
      isAudited: true,
      idempotencyTtlSeconds: 86_400,
      idempotencyMaxBytes: 64 * 1024 * 1024,
      isProduction: false,
      authMode: 'none',
      allowedHosts: [],
      kinde: undefined,
      upstreamTimeoutMs: 10_000,
      upstreamConcurrency: 64,
      upstreamRetries: 2,
      operationTimeoutMs: 30_000,
      upstreamCallsPerOperation: 12_000,
      upstreamPageSize: 500,
      upstreamRateLimit: 0,
      isSchemaPublic: true,
      isGraphiqlServed: true,
      isExecutionCompiled: true,
      isActAsOffered: true,
      requestTimeoutMs: 30_000,
      cors: { origins: [], headers: [], isLoopbackAllowed: true },
      httpMaxAgeMs: 0,
      trustedDocuments: undefined,
      cache: {
        maxBytes: 64 * 1024 * 1024,
        lifetimeMs: 30_000,
        catalogueLifetimeMs: 300_000,
        eventsLifetimeMs: undefined,
        staleIfErrorMs: 300_000,
        redisUrl: undefined,
      },
      overload: { maxConcurrent: 1_000, maxWaitMs: 1_000, maxEventLoopDelayMs: 1_000 },
      maxConnections: 10_000,
      callerCostPerMinute: 0,
      trustedProxies: [],
      shutdown: { delayMs: 0, graceMs: 25_000 },
      streams: { maxStreams: 5_000, maxStreamsPerCaller: 100 },
      webhooks: { jwksUri: undefined },
      limits: {
        maxTokens: 1_000,
        maxDepth: 12,
        maxAliases: 100,
        maxRootFields: 20,
        maxDirectives: 50,
        maxCost: 25_000,
      },
    });
  });

  test('takes a host or a base URL, and derives the audience', () => {
    for (const KINDE_DOMAIN of [
      'acme.kinde.com',
      'https://acme.kinde.com',
      'https://acme.kinde.com/',
    ]) {
      expect(readConfig({ ...REAL, KINDE_DOMAIN, AUTH_MODE: 'passthrough' }).kinde).toEqual({
        baseUrl: 'https://acme.kinde.com',
        audience: 'https://acme.kinde.com/api',
        credentials: { clientId: 'id', clientSecret: 'secret' },
      });
    }
    const own = readConfig({
      ...REAL,
      AUTH_MODE: 'passthrough',
      KINDE_AUDIENCE: 'https://x/api/v1',
    });
    expect(own.kinde?.audience).toBe('https://x/api/v1');
  });

  test('refuses Kinde without TLS, since the secret would be sent in plain text', () => {
    const rooted = ['http://acme.kinde.com.', 'http://kinde.com'];
    for (const KINDE_DOMAIN of ['http://acme.kinde.com', 'http://ACME.KINDE.COM/', ...rooted]) {
      expect(() => readConfig({ ...REAL, KINDE_DOMAIN, AUTH_MODE: 'jwt' })).toThrow(/KINDE_DOMAIN/);
    }
  });

  test('refuses unusual values of NODE_ENV, since anything but production opens the schema', () => {
    expect(() => readConfig({ NODE_ENV: 'prod' })).toThrow(
      'NODE_ENV must be production, development or test',
    );
    expect(readConfig({ NODE_ENV: 'test' }).isProduction).toBe(false);
  });

  test('refuses the same port for metrics and GraphQL', () => {
    expect(() => readConfig({ PORT: '4998', METRICS_PORT: '4998' })).toThrow(
      'METRICS_PORT must be another port than PORT, not "4998"',
    );
  });

  test('an empty variable counts as unset, and the result is frozen', () => {
    const config = readConfig({ PORT: '', KINDE_DOMAIN: '' });
    expect(config.port).toBe(4000);
    expect(Object.isFrozen(config)).toBe(true);
  });

  test('names every invalid variable at once', () => {
    const found = problems({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      KINDE_DOMAIN: 'example.com',
      UPSTREAM_TIMEOUT_MS: '1e3',
      UPSTREAM_CONCURRENCY: '0',
      ALLOW_UNAUTHENTICATED_ACCESS: 'yes',
    });
    for (const name of [
      'PORT',
      'LOG_LEVEL',
      'KINDE_DOMAIN',
      'UPSTREAM_TIMEOUT_MS',
      'UPSTREAM_CONCURRENCY',
      'ALLOW_UNAUTHENTICATED_ACCESS',
      'AUTH_MODE',
      'KINDE_CLIENT_ID',
      'KINDE_CLIENT_SECRET',
    ]) {
      expect(found.filter((problem) => problem.startsWith(`${name} `))).toHaveLength(1);
    }
    expect(found).toHaveLength(9);
  });

  test.each([
    'http://',
    'acme.kinde.com/api',
    'https://u:p@acme.kinde.com',
    'ftp://acme.kinde.com',
    'https://acme.kinde.com?x',
    'a b.kinde.com',
  ])('refuses the domain %s', (KINDE_DOMAIN) => {
    expect(problems({ ...REAL, KINDE_DOMAIN, AUTH_MODE: 'passthrough' })).toEqual([
      expect.stringMatching(/^KINDE_DOMAIN must be/),
    ]);
  });

  test('AUTH_MODE none is for this machine and the emulator, unless forced', () => {
    expect(problems({ HOST: '0.0.0.0' })).toEqual([expect.stringContaining('HOST 0.0.0.0')]);
    expect(problems({ ...REAL, AUTH_MODE: 'none' })).toEqual([
      expect.stringContaining('real Kinde'),
    ]);
    expect(problems({ ...REAL, AUTH_MODE: 'none', ALLOW_UNAUTHENTICATED_ACCESS: 'true' })).toEqual(
      [],
    );
    expect(problems({ ...REAL, KINDE_DOMAIN: 'http://127.0.0.1:4010', AUTH_MODE: 'none' })).toEqual(
      [],
    );
    expect(problems(REAL)).toEqual([expect.stringMatching(/^AUTH_MODE must be set/)]);
  });

  test('AUTH_MODE jwt accepts the environment’s tokens by default, and needs credentials', () => {
    const jwt = { ...REAL, AUTH_MODE: 'jwt' };
    expect(readConfig(jwt).jwt).toEqual({
      issuers: ['https://acme.kinde.com'],
      audience: undefined,
      jwksUri: 'https://acme.kinde.com/.well-known/jwks',
      hasIssuerKeys: true,
    });
    const told = {
      JWT_ISSUER: 'https://auth.acme.example',
      JWT_AUDIENCE: 'https://gateway.acme.example',
      JWKS_URI: 'https://auth.acme.example/keys',
    };
    expect(readConfig({ ...jwt, HOST: '0.0.0.0', ...told }).jwt).toEqual({
      issuers: [told.JWT_ISSUER],
      audience: told.JWT_AUDIENCE,
      jwksUri: told.JWKS_URI,
      hasIssuerKeys: false,
    });
    expect(problems({ ...jwt, KINDE_CLIENT_SECRET: '' })).toEqual([
      expect.stringMatching(/^KINDE_CLIENT_SECRET must be set/),
    ]);
    for (const mode of ['jwt', 'passthrough']) {
      expect(problems({ AUTH_MODE: mode })).toEqual([]);
      expect(problems({ AUTH_MODE: mode, NODE_ENV: 'production' })).toEqual([
        `KINDE_DOMAIN must be set with AUTH_MODE ${mode} in production`,
      ]);
    }
    // The emulator is asked for, and only this machine reaches it.
    expect(problems({ AUTH_MODE: 'none', NODE_ENV: 'production' })).toEqual([]);
    expect(problems({ ...jwt, JWKS_URI: 'file:///etc/keys' })).toEqual([
      'JWKS_URI must be a URL such as https://acme.kinde.com/.well-known/jwks, not "file:///etc/keys"',
    ]);
    // Fetch refuses such a URL, and its message, which is logged, has the password.
    expect(problems({ ...jwt, JWKS_URI: 'https://me:p%2fw!@localhost/keys' })).toEqual([
      'JWKS_URI must be a URL without a user name and password, not "https://…@localhost/keys"',
    ]);
    expect(problems(told)).toEqual([
      expect.stringMatching(/^JWT_ISSUER has no use/),
      expect.stringMatching(/^JWT_AUDIENCE has no use/),
      expect.stringMatching(/^JWKS_URI has no use/),
    ]);
  });

  test('JWT_ISSUER is a list of URLs, each once and without a trailing slash', () => {
    const issuers = (JWT_ISSUER: string) => {
      const env = { ...REAL, AUTH_MODE: 'jwt', JWT_ISSUER };
      return problems(env)[0] ?? readConfig(env).jwt?.issuers;
    };
    expect(issuers('https://acme.kinde.com/')).toEqual(['https://acme.kinde.com']);
    expect(issuers(' https://Auth.acme.example:443 ,https://acme.kinde.com, ')).toEqual([
      'https://auth.acme.example',
      'https://acme.kinde.com',
    ]);
    expect(issuers('https://a.example/b/,https://a.example/b')).toEqual(['https://a.example/b']);
    for (const wrong of [
      'acme.kinde.com',
      'https://acme.kinde.com https://auth.acme.example',
      'https://acme.kinde.com,auth.acme.example',
      'https://acme.kinde.com?x=1',
      'ftp://acme.kinde.com',
      'https:acme.kinde.com',
      ',',
    ]) {
      expect(issuers(wrong)).toBe(
        `JWT_ISSUER must be URLs such as https://acme.kinde.com, separated by commas, not "${wrong}"`,
      );
    }
  });

  test('no message has a user name and password of a URL', () => {
    const names = ['JWT_ISSUER', 'KINDE_DOMAIN', 'CORS_ORIGINS', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
    for (const name of names) {
      for (const password of ['secret', 'se/cr?e#t']) {
        const value = `ftp://me:${password}@acme.example`;
        const found = problems({ ...REAL, AUTH_MODE: 'jwt', [name]: value });
        expect(found).toEqual([expect.stringMatching(`^${name} .*"ftp://…@acme.example"`)]);
      }
    }
  });

  test('tokens for GraphiQL are offered with the emulator alone, and never in production', () => {
    const offered = (env: Record<string, string>) => readConfig(env).isActAsOffered;
    const emulated = { ...REAL, KINDE_DOMAIN: 'http://127.0.0.1:4010', AUTH_MODE: 'jwt' };
    expect([offered({}), offered({ AUTH_MODE: 'jwt' }), offered(emulated)]).toEqual([
      ...[true, true, true],
    ]);
    expect(offered({ ...REAL, AUTH_MODE: 'jwt' })).toBe(false);
    expect(offered({ ...emulated, NODE_ENV: 'production', ALLOW_GRAPHIQL: 'true' })).toBe(false);
  });

  test('credentials without a domain are refused, since they would be ignored', () => {
    expect(problems({ KINDE_CLIENT_ID: 'id' })).toEqual([
      expect.stringMatching(/^KINDE_CLIENT_ID/),
    ]);
  });

  test('no message contains a secret', () => {
    expect(problems({ ...REAL, KINDE_DOMAIN: 'nonsense' }).join()).not.toContain('secret');
  });
});

describe('a variable that is no setting', () => {
  test.each([
    ['KINDE_DOMIAN', 'KINDE_DOMAIN'],
    ['MAX_COTS', 'MAX_COST'],
    ['kinde_client_id', 'KINDE_CLIENT_ID'],
    ['KINDE_CLIENT_SECRET_FIEL', 'KINDE_CLIENT_SECRET_FILE'],
    ['UPSTREAM_TIMOUT_MS', 'UPSTREAM_TIMEOUT_MS'],
  ])('and resembles one is named: %s', (name, meant) => {
    const warning = `There is no setting ${name}. Did you mean ${meant}?`;
    expect(settingsWarnings({ [name]: '5', PATH: '/bin' })).toEqual([warning]);
    expect(settingsWarnings({ [name]: '5', [meant]: '5' })).toEqual([]);
    expect(settingsWarnings({ [name]: '' })).toEqual([]);
  });

  test('and belongs to something else is not', () => {
    const names =
      'PATH HOME HOSTNAME PWD USER SHELL TERM LANG TZ CI DEBUG NODE_OPTIONS NODE_ENVIRONMENT LOG_FORMAT ' +
      'HTTP_PORT HTTPS_PORT APP_PORT ADMIN_PORT SERVER_PORT METRICS_PATH REDIS_HOST REDIS_PORT HTTP_PROXY NO_PROXY ' +
      'KUBERNETES_PORT KUBERNETES_SERVICE_HOST KINDE_GRAPHQL_PORT KINDE_GRAPHQL_SERVICE_PORT_HTTP ' +
      'KINDE_SITE_URL KINDE_ISSUER_URL KINDE_REDIRECT_URI KINDE_POST_LOGOUT_REDIRECT_URL KINDE_SCOPE ' +
      'EMULATOR_PORT EMULATOR_HOST OTEL_LOG_LEVEL OTEL_EXPORTER_OTLP_PROTOCOL OTEL_METRICS_EXPORTER ' +
      'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT OTEL_EXPORTER_OTLP_LOGS_ENDPOINT OTEL_EXPORTER_OTLP_METRICS_HEADERS ' +
      'OTEL_EXPORTER_OTLP_LOGS_HEADERS OTEL_EXPORTER_OTLP_TIMEOUT OTEL_TRACES_EXPORTER';
    expect(
      settingsWarnings(Object.fromEntries(names.split(' ').map((name) => [name, '1']))),
    ).toEqual([]);
    // Of a Kubernetes service whose name is "metric".
    expect(settingsWarnings({ METRIC_PORT: 'tcp://10.0.0.1:9090' })).toEqual([]);
  });
});

test('isLoopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
    expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '127.0.0.1.example.com', 'example.com'])
    expect(isLoopback(host)).toBe(false);
});

test('.env.example has every setting with its default', () => {
  const text = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const uncommented = text.replace(/^#(?=[A-Z_]+=)/gm, '');
  const env = parseEnv(uncommented) as Record<string, string>;
  expect(Object.keys(env).sort()).toEqual([...settingsByVariable.keys()].sort());
  expect(readConfig(env)).toEqual(readConfig({}));
});

test.each([
  ['10.0.0.0/8, ::1,127.0.0.1', ['10.0.0.0/8', '::1', '127.0.0.1']],
  ['fd00::/8', ['fd00::/8']],
])('TRUSTED_PROXIES takes %s', (text, networks) => {
  expect(readConfig({ TRUSTED_PROXIES: text }).trustedProxies).toEqual(networks);
});

test.each(['redis://', 'redis:///0', 'redis:host', 'host:6379', 'http://host:6379'])(
  'REDIS_URL is refused without a host or its scheme: %s',
  (url) => {
    expect(problems({ REDIS_URL: url })).toEqual([
      'REDIS_URL must be a URL such as redis://host:6379',
    ]);
  },
);

test('TRUSTED_DOCUMENTS says whether its file is missing or is no file of documents', () => {
  const wrong = import.meta.filename;
  expect(problems({ TRUSTED_DOCUMENTS: '/nowhere.json' })).toEqual([
    'TRUSTED_DOCUMENTS must name a file that can be read, not "/nowhere.json" (ENOENT)',
  ]);
  expect(problems({ TRUSTED_DOCUMENTS: wrong })).toEqual([
    `TRUSTED_DOCUMENTS must be the path of a JSON file of document ids and texts, not "${wrong}"`,
  ]);
});

test.each(['proxy', '10.0.0.0/33', '10.0.0.1/', '1.2.3', '10.0.0.0/8/8'])(
  'TRUSTED_PROXIES refuses %s',
  (text) => {
    expect(problems({ TRUSTED_PROXIES: text })).toEqual([
      `TRUSTED_PROXIES must list addresses or networks such as 10.0.0.0/8: "${text}" is neither`,
    ]);
  },
);

/** Traces, as a collector receives them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { startCollector, type Collector, type CollectedSpan } from '../support/collector.js';
import { openStream } from '../support/event-stream.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const README_QUERY = /```graphql\n([\s\S]*?)```/.exec(README)![1]!;
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER_SPAN_ID = '00f067aa0ba902b7';
const traceparent = (flags = '01') => `00-${TRACE_ID}-${CALLER_SPAN_ID}-${flags}`;

let collector: Collector;
let gateway: TestGateway | undefined;
beforeEach(async () => {
  collector = await startCollector();
});
afterEach(async () => {
  await gateway?.close();
  await collector.close();
});

async function start({ env, ...options }: TestOptions = {}): Promise<TestGateway> {
  gateway = await startGateway({
    ...options,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...env },
  });
  return gateway;
}

/** Returns all spans: closing a gateway exports the rest. */
async function collected(): Promise<CollectedSpan[]> {
  await gateway!.close();
  gateway = undefined;
  return collector.spans;
}

const rootOf = (spans: CollectedSpan[]) => spans.find(({ kind }) => kind === 'SERVER')!;

test('the README’s query is an operation with its five calls, each with its parent and its time', async () => {
  const { execute, emulator, url } = await start({
    emulator: { latencyMs: 20 },
    env: { OTEL_SERVICE_NAME: 'graph', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=a%20b' },
  });
  expect(await execute(README_QUERY)).not.toHaveProperty('errors');
  const requests = [...emulator.requests];
  const spans = await collected();
  expect(url).toContain('127.0.0.1');
  expect(collector.resource).toEqual({ 'service.name': 'graph', 'deployment.environment': 'a b' });

  const root = rootOf(spans);
  expect(root).toMatchObject({ name: 'query', parentSpanId: undefined, isError: false });
  expect(root.attributes).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'http.response.status_code': 200,
    'graphql.operation.type': 'query',
    'kinde_graphql.outcome': 'ok',
    'kinde_graphql.from': 'execution',
    'kinde_graphql.upstream_calls': 5,
  });

  const calls = spans.filter((span) => span !== root);
  expect(calls.map(({ name }) => name).sort()).toEqual([
    'GET /api/v1/organizations',
    'GET /api/v1/organizations/{org_code}/feature_flags',
    'GET /api/v1/organizations/{org_code}/users',
    'GET /api/v1/organizations/{org_code}/users/{user_id}/permissions',
    'GET /api/v1/roles',
  ]);
  const { hostname, port } = new URL(emulator.url);
  for (const call of calls) {
    expect(call).toMatchObject({ kind: 'CLIENT', traceId: root.traceId, isError: false });
    expect(call.parentSpanId).toBe(root.spanId);
    expect(call.attributes).toEqual({
      'http.request.method': 'GET',
      'url.template': call.name.replace('GET ', ''),
      'server.address': hostname,
      'server.port': Number(port),
      'http.response.status_code': 200,
    });
    expect(call.endMs - call.startMs).toBeGreaterThan(15);
    expect(call.startMs).toBeGreaterThanOrEqual(root.startMs);
    expect(call.endMs).toBeLessThanOrEqual(root.endMs);
  }
  // The call to Kinde carries its trace and span ids.
  expect(requests.map((request) => request.traceparent).sort()).toEqual(
    calls.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort(),
  );
  // No span holds data of requests or responses.
  expect(requests.some(({ path }) => path.includes('/org_'))).toBe(true);
  expect(JSON.stringify(spans)).not.toContain('/org_');
});

test('a caller’s trace continues in the operation, in its calls and in the log', async () => {
  const lines: any[] = [];
  const { execute, emulator } = await start({
    env: { LOG_LEVEL: 'info' },
    log: (line) => lines.push(JSON.parse(line)),
  });
  await execute('query Names { organizations(first: 1) { nodes { name } } }', undefined, {
    traceparent: traceparent(),
    tracestate: 'vendor=1',
    'x-request-id': 'request-1',
  });
  expect(emulator.requests[0]!.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-\\w{16}-01$`));
  const spans = await collected();
  const root = rootOf(spans);
  expect(root).toMatchObject({ traceId: TRACE_ID, parentSpanId: CALLER_SPAN_ID });
  expect(root.attributes['graphql.operation.name']).toBe('Names');
  const line = lines.find(({ msg }) => msg === 'operation');
  expect(line).toMatchObject({ trace_id: TRACE_ID, span_id: root.spanId, requestId: 'request-1' });
  expect(line).toMatchObject({ operationName: 'Names', cost: 2, upstreamCalls: 1, cached: 0 });
});

test('an unsampled trace is not recorded, and passed on as unsampled', async () => {
  const { execute, emulator } = await start();
  await execute('{ roles { nodes { key } } }', undefined, { traceparent: traceparent('00') });
  expect(emulator.requests[0]!.traceparent).toMatch(new RegExp(`^00-${TRACE_ID}-\\w{16}-00$`));
  expect(await collected()).toEqual([]);
});

test('the configured sampler decides', async () => {
  const { execute, emulator } = await start({
    env: { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0' },
  });
  await execute('{ roles { nodes { key } } }', undefined, { traceparent: traceparent() });
  expect(emulator.requests[0]!.traceparent).toMatch(/-00$/);
  expect(await collected()).toEqual([]);
});

test('a retried call has a span for each attempt', async () => {
  const { query, emulator } = await start();
  emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 503 }, times: 1 });
  await query('{ roles(first: 1) { nodes { key } } }');
  const calls = (await collected()).filter(({ kind }) => kind === 'CLIENT');
  calls.sort((one, other) => one.startMs - other.startMs);
  expect(calls.map(({ attributes, isError }) => [attributes, isError])).toEqual([
    [expect.objectContaining({ 'http.response.status_code': 503, 'error.type': '503' }), true],
    [
      expect.objectContaining({
        'http.response.status_code': 200,
        'http.request.resend_count': 1,
      }),
      false,
    ],
  ]);
});

test('a repeated execution of a live query is a trace of its own, with its calls', async () => {
  const { url, query, emulator } = await start({ env: { CACHE: 'memory' } });
  const code = [...emulator.state.organizations.values()][1]!.profile.code;
  const name = `query Name @live { organization(code: "${code}") { name } }`;
  const stream = await openStream(url, name);
  await stream.next();
  await query(
    `mutation { updateOrganization(input: { organizationCode: "${code}", name: "After" }) { userErrors { code } } }`,
  );
  await stream.next();
  stream.close();
  const spans = await collected();
  const repeated = spans.filter(({ kind, parentSpanId }) => kind === 'INTERNAL' && !parentSpanId);
  expect(repeated).toMatchObject([
    {
      name: 'query',
      attributes: { 'graphql.operation.name': 'Name', 'kinde_graphql.upstream_calls': 1 },
    },
  ]);
  const calls = spans.filter(({ parentSpanId }) => parentSpanId === repeated[0]!.spanId);
  expect(calls.map((call) => call.name)).toEqual(['GET /api/v1/organization']);
  const opened = spans.find(
    ({ attributes, kind }) => kind === 'SERVER' && attributes['graphql.operation.name'] === 'Name',
  );
  expect(opened?.traceId).not.toBe(repeated[0]!.traceId);
});

test('long names of operations are cut, since spans wait until they are sent', async () => {
  const { url, query } = await start();
  const name = 'N'.repeat(1_000);
  await query(`query ${name} { __typename }`);
  await (await openStream(url, `query ${name} { __typename }`)).next();
  const named = (await collected()).map(({ attributes }) => attributes['graphql.operation.name']);
  const cut = `${name.slice(0, 128)}…`;
  expect(named).toEqual([cut, cut]);
});

test('a failed field has its reason in the trace', async () => {
  const { execute, emulator } = await start({ env: { UPSTREAM_RETRIES: '0' } });
  emulator.fault({ route: 'GET /api/v1/roles', respond: 'reset' });
  await execute('{ roles { nodes { key } } permissions(first: 1) { nodes { key } } }');
  await execute('{ nonsense }');
  const spans = await collected();
  const [partial, refused] = spans.filter(({ kind }) => kind === 'SERVER');
  expect(partial).toMatchObject({ isError: true });
  expect(partial!.attributes).toMatchObject({
    'kinde_graphql.outcome': 'partial',
    'error.type': 'UPSTREAM_UNAVAILABLE',
  });
  expect(spans.find(({ name }) => name === 'GET /api/v1/roles')).toMatchObject({
    isError: true,
    attributes: { 'error.type': 'UND_ERR_SOCKET' },
  });
  expect(refused).toMatchObject({ name: 'GraphQL Operation', isError: false });
  expect(refused!.attributes).toMatchObject({
    'kinde_graphql.outcome': 'refused',
    'error.type': 'GRAPHQL_VALIDATION_FAILED',
  });
});

test('cached reads and cached responses are marked', async () => {
  const { query } = await start({ env: { CACHE: 'memory' } });
  const roles = '{ roles(first: 1) { nodes { key } } }';
  await query(roles);
  await query('query Other { roles(first: 1) { nodes { key } } }');
  await query(roles);
  const spans = await collected();
  const ofTrace = new Map<string, CollectedSpan[]>();
  for (const span of spans) {
    ofTrace.set(span.traceId, [...(ofTrace.get(span.traceId) ?? []), span]);
  }
  const seen = [...ofTrace.values()].map((trace) => {
    const root = rootOf(trace);
    const calls = trace.filter((span) => span !== root);
    for (const { parentSpanId } of calls) expect(parentSpanId).toBe(root.spanId);
    return [
      root.attributes['kinde_graphql.from'],
      ...calls.map(({ kind, attributes }) => `${kind} ${attributes['kinde_graphql.read.source']}`),
    ];
  });
  expect(seen.sort()).toEqual([
    ['execution', 'CLIENT undefined'],
    ['execution', 'INTERNAL cache'],
    ['memory'],
  ]);
});

test('a write has a span, and exports have the configured headers', async () => {
  const { query, emulator } = await start({
    env: { OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%2Cb, x-other=1' },
  });
  await query('mutation { createOrganization(input: { name: "Acme" }) { userErrors { code } } }');
  const [post] = emulator.requests;
  const spans = await collected();
  const call = spans.find(({ name }) => name === 'POST /api/v1/organization')!;
  expect(post!.traceparent).toBe(`00-${call.traceId}-${call.spanId}-01`);
  expect(rootOf(spans)).toMatchObject({ name: 'mutation' });
  expect(collector.headers).toMatchObject({ 'x-api-key': 'a,b', 'x-other': '1' });
  expect(JSON.stringify(spans)).not.toContain('Acme');
});

test('an unreachable collector costs a line in the log, and delays nothing', async () => {
  const lines: any[] = [];
  await collector.close();
  // By default the exporter retries for ten seconds, beyond the end of the gateway.
  process.env['OTEL_EXPORTER_OTLP_TIMEOUT'] = '500';
  try {
    const { query, close } = await start({
      env: { LOG_LEVEL: 'warn' },
      log: (line) => lines.push(JSON.parse(line)),
    });
    await query('{ roles { nodes { key } } }');
    await close();
    gateway = undefined;
  } finally {
    delete process.env['OTEL_EXPORTER_OTLP_TIMEOUT'];
  }
  expect(lines.map(({ msg }) => msg)).toEqual(['traces cannot be delivered']);
});

test('without an endpoint, or when disabled, nothing of OpenTelemetry, Prometheus or Redis is loaded', async () => {
  const { emulator, execute } = await start({ env: { OTEL_SDK_DISABLED: 'true' } });
  await execute('{ roles { nodes { key } } }', undefined, { traceparent: traceparent() });
  expect(emulator.requests[0]).not.toHaveProperty('traceparent');
  expect(await collected()).toEqual([]);

  const root = fileURLToPath(new URL('../../', import.meta.url));
  const loadedWith = (env: Record<string, string>) => {
    const script = `
      import module from 'node:module';
      import { readConfig } from './dist/config.js';
      import { createGateway } from './dist/server.js';
      const kinde = { baseUrl: 'http://127.0.0.1:1', audience: 'a', credentials: { clientId: 'a', clientSecret: 'b' } };
      await createGateway({ ...readConfig({ LOG_LEVEL: 'silent', ...${JSON.stringify(env)} }), kinde });
      const found = Object.keys(module._cache).map((file) => /opentelemetry.sdk-trace|prom-client|@redis.client/.exec(file)?.[0]);
      console.log([...new Set(found)].filter(Boolean).sort().join());
      process.exit();
    `;
    const { stdout, stderr } = spawnSync('node', ['--input-type=module', '-e', script], {
      cwd: root,
      encoding: 'utf8',
    });
    return stdout.trim() + stderr;
  };
  expect(loadedWith({})).toBe('');
  const used = {
    METRICS_PORT: '0',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    REDIS_URL: 'redis://127.0.0.1:1',
  };
  expect(loadedWith(used)).toBe('@redis/client,opentelemetry/sdk-trace,prom-client');
});

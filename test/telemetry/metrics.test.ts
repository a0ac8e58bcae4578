/** Metrics as Prometheus scrapes them, and the dashboards and alerts that use them. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { parse as parseYaml } from 'yaml';
import { arrive } from '../support/cached-gateway.js';
import { stubClock } from '../support/clock.js';
import { COMPLETE, openStream } from '../support/event-stream.js';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.js';
import { startHeldProxy } from '../support/held-proxy.js';
import { growth, labelsOf, readExpression, scrape, type Scrape } from '../support/prometheus.js';
import { areInstalled } from '../support/programs.js';
import { startRedis, type Redis } from '../support/redis.js';
import { waitFor } from '../support/wait-for.js';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const { advance } = stubClock();
let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

async function start({ env, ...options }: TestOptions = {}): Promise<TestGateway> {
  gateway = await startGateway({ ...options, env: { METRICS_PORT: '0', ...env } });
  return gateway;
}

/** Returns what a load adds to the counters. */
async function counted({ metricsUrl }: TestGateway, load: () => Promise<unknown>) {
  const before = await scrape(metricsUrl);
  await load();
  return growth(before, await scrape(metricsUrl));
}

const ABANDONED =
  'kinde_graphql_operations_total{operation="Roles",type="query",outcome="abandoned",from="execution"}';
const UNSENT = 'kinde_graphql_responses_total{status="none",code=""}';
const ROLES = 'query Roles { roles(first: 1) { nodes { key } } }';

test('a known load gives exactly the expected counts', async () => {
  const started = await start({ env: { CACHE: 'memory', UPSTREAM_RETRIES: '1' } });
  const { execute, query, emulator, url } = started;
  const grown = await counted(started, async () => {
    await query(ROLES);
    await query(ROLES);
    await query(ROLES);
    await query('{ roles(first: 1) { nodes { key name } } }');
    await execute('query Wrong { nonsense }');
    await fetch(`${url}/graphql`, {
      method: 'POST',
      body: 'a',
      headers: { 'content-type': 'a/b' },
    });
    emulator.fault({ route: 'GET /api/v1/permissions', respond: { status: 503 }, times: 1 });
    await query('{ permissions(first: 1) { nodes { key } } }');
    emulator.fault({ route: 'GET /api/v1/organizations', respond: { status: 403 } });
    await execute(
      'query Partial { a: organizations { nodes { name } } b: organizations(first: 2) { nodes { name } } roles(first: 1) { nodes { key } } }',
    );
    await query('mutation M { createOrganization(input: { name: "A" }) { userErrors { code } } }');
  });
  expect(grown).toEqual({
    'kinde_graphql_responses_total{status="200",code=""}': 8,
    'kinde_graphql_responses_total{status="415",code="UNSUPPORTED_MEDIA_TYPE"}': 1,
    'kinde_graphql_operations_total{operation="Roles",type="query",outcome="ok",from="execution"}': 1,
    'kinde_graphql_operations_total{operation="Roles",type="query",outcome="ok",from="memory"}': 2,
    'kinde_graphql_operations_total{operation="",type="query",outcome="ok",from="execution"}': 2,
    'kinde_graphql_operations_total{operation="",type="unknown",outcome="refused",from="execution"}': 1,
    'kinde_graphql_operations_total{operation="Partial",type="query",outcome="partial",from="execution"}': 1,
    'kinde_graphql_operations_total{operation="M",type="mutation",outcome="ok",from="execution"}': 1,
    'kinde_graphql_operation_errors_total{code="GRAPHQL_VALIDATION_FAILED"}': 1,
    'kinde_graphql_operation_errors_total{code="FORBIDDEN"}': 1,
    'kinde_graphql_operation_duration_seconds_count{type="query",from="execution"}': 4,
    'kinde_graphql_operation_duration_seconds_count{type="query",from="memory"}': 2,
    'kinde_graphql_operation_duration_seconds_count{type="unknown",from="execution"}': 1,
    'kinde_graphql_operation_duration_seconds_count{type="mutation",from="execution"}': 1,
    'kinde_graphql_upstream_calls_total{route="GET /api/v1/roles",status="200",failure=""}': 1,
    'kinde_graphql_upstream_calls_total{route="GET /api/v1/permissions",status="200",failure=""}': 1,
    'kinde_graphql_upstream_calls_total{route="GET /api/v1/organizations",status="403",failure="FORBIDDEN"}': 1,
    'kinde_graphql_upstream_calls_total{route="POST /api/v1/organization",status="200",failure=""}': 1,
    'kinde_graphql_upstream_retries_total{route="GET /api/v1/permissions"}': 1,
    'kinde_graphql_upstream_call_duration_seconds_count{route="GET /api/v1/roles"}': 1,
    'kinde_graphql_upstream_call_duration_seconds_count{route="GET /api/v1/permissions"}': 1,
    'kinde_graphql_upstream_call_duration_seconds_count{route="GET /api/v1/organizations"}': 1,
    'kinde_graphql_upstream_call_duration_seconds_count{route="POST /api/v1/organization"}': 1,
    'kinde_graphql_reads_total{route="GET /api/v1/roles",source="upstream"}': 1,
    'kinde_graphql_reads_total{route="GET /api/v1/roles",source="cache"}': 2,
    'kinde_graphql_reads_total{route="GET /api/v1/permissions",source="upstream"}': 1,
    'kinde_graphql_token_requests_total{outcome="ok"}': 1,
  });
});

test('coalesced and stale reads have series of their own', async () => {
  const proxy = await startHeldProxy();
  const started = await start({
    env: { CACHE: 'memory', CACHE_CATALOGUE_TTL_SECONDS: '1', UPSTREAM_RETRIES: '0' },
    kindeDomain: ({ url }) => {
      proxy.target = url;
      return proxy.url;
    },
  });
  const { query, execute, emulator } = started;
  const route = 'route="GET /api/v1/roles"';
  await query('{ permissions(first: 1) { nodes { key } } }');
  const merged = await counted(started, async () => {
    const held = proxy.hold('GET /api/v1/roles');
    const first = query(ROLES);
    await held.made;
    const second = query(`${ROLES} `);
    await arrive(started);
    held.release();
    await Promise.all([first, second]);
  });
  expect(merged[`kinde_graphql_reads_total{${route},source="upstream"}`]).toBe(1);
  expect(merged[`kinde_graphql_reads_total{${route},source="merged"}`]).toBe(1);
  advance(1_050);
  emulator.fault({ respond: { status: 500 } });
  const held = proxy.hold('GET /api/v1/organizations');
  const document = '{ organizations(first: 1) { nodes { code } } }';
  const first = execute(document);
  await held.made;
  const second = execute(document, {}, { 'x-graphql-explain': 'true' });
  await arrive(started);
  held.release();
  await first;
  expect(await second).toMatchObject({
    extensions: {
      upstream: {
        made: 0,
        merged: 1,
        saved: 0,
        calls: [{ source: 'merged', failure: 'UNAVAILABLE' }],
      },
    },
  });
  const stale = await counted(started, () => execute(ROLES));
  expect(stale).toMatchObject({
    [`kinde_graphql_reads_total{${route},source="stale"}`]: 1,
    [`kinde_graphql_upstream_calls_total{${route},status="500",failure="UNAVAILABLE"}`]: 1,
  });
  await proxy.close();
});

test('the open breaker, refused tokens and aborted requests are counted', async () => {
  const started = await start({ env: { UPSTREAM_RETRIES: '0' } });
  const { execute, query, emulator, url, metricsUrl } = started;
  await query(ROLES);
  const state = async () =>
    ['closed', 'half-open', 'open'].filter(
      (name) => samples.get(`kinde_graphql_upstream_breaker_state{state="${name}"}`) === 1,
    );
  let samples = await scrape(metricsUrl);
  expect(await state()).toEqual(['closed']);

  const end = emulator.fault({ respond: 'hang' });
  const goneAway = await counted(started, async () => {
    const controller = new AbortController();
    const asked = fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: ROLES }),
      signal: controller.signal,
    });
    const before = emulator.requests.length;
    await waitFor(() => emulator.requests.length > before);
    controller.abort();
    await asked.catch(() => undefined);
    await waitFor(async () => {
      const now = await scrape(metricsUrl);
      return now.has(ABANDONED) && now.has(UNSENT);
    });
  });
  expect(goneAway).toMatchObject({
    [UNSENT]: 1,
    [ABANDONED]: 1,
  });
  end();

  emulator.fault({ respond: { status: 500 } });
  await Promise.all(
    Array.from({ length: 25 }, (_, index) =>
      execute(`{ roles(first: ${index + 1}) { nodes { key } } }`),
    ),
  );
  samples = await scrape(metricsUrl);
  expect(await state()).toEqual(['open']);
  expect(samples.get('kinde_graphql_upstream_breaker_opened_total')).toBe(1);
});

test('refused tokens are counted by reason', async () => {
  const started = await start({ credentials: { clientId: 'nobody', clientSecret: 'nothing' } });
  const grown = await counted(started, () => started.execute(ROLES));
  expect(grown).toMatchObject({
    'kinde_graphql_token_requests_total{outcome="UNAUTHENTICATED"}': 1,
    'kinde_graphql_operation_errors_total{code="UNAUTHENTICATED"}': 1,
  });
});

test('an operation whose response is a stream is counted once it is executed', async () => {
  const started = await start();
  const { url, emulator } = started;
  emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 403 } });
  const code = [...emulator.state.organizations.values()][1]!.profile.code;
  const query = `query Live @live { organization(code: "${code}") { name } }`;
  const live = await openStream(url, query);
  await live.next();
  const grown = await counted(started, async () => {
    const joining = await openStream(url, query);
    await joining.next();
    joining.close();
    for (const operation of [
      ROLES,
      'mutation Made { createOrganization(input: { name: "A" }) { userErrors { code } } }',
    ]) {
      const stream = await openStream(url, operation);
      await stream.next();
      expect(await stream.next()).toBe(COMPLETE);
    }
    live.close();
  });
  expect(grown).toMatchObject({
    'kinde_graphql_operations_total{operation="Roles",type="query",outcome="partial",from="execution"}': 1,
    'kinde_graphql_operations_total{operation="Made",type="mutation",outcome="ok",from="execution"}': 1,
    'kinde_graphql_operation_errors_total{code="FORBIDDEN"}': 1,
  });
  // The first stream was counted when it began, and each other one is when it joins.
  expect(Object.entries(grown).filter(([name]) => name.includes('operation="Live"'))).toEqual([
    ['kinde_graphql_operations_total{operation="Live",type="query",outcome="ok",from="merged"}', 1],
  ]);
});

test('operation names of clients make a limited number of series', async () => {
  const { query, metricsUrl } = await start();
  const names = Array.from({ length: 220 }, (_, index) => `Name${index}`);
  names.unshift('L'.repeat(65));
  for (const name of names) await query(`query ${name} { __typename }`);
  const series = [...(await scrape(metricsUrl))].filter(([name]) =>
    name.startsWith('kinde_graphql_operations_total'),
  );
  expect(series).toHaveLength(201);
  expect(series.find(([name]) => name.includes('operation="other"'))![1]).toBe(21);
});

test('metrics are on a port of their own, by GET, and off by default', async () => {
  const { url, metricsUrl } = await start();
  expect(new URL(metricsUrl!).port).not.toBe(new URL(url).port);
  expect((await fetch(`${url}/metrics`)).status).toBe(404);
  expect((await fetch(new URL('/graphql', metricsUrl))).status).toBe(404);
  expect((await fetch(metricsUrl!, { method: 'POST' })).status).toBe(405);
  expect((await fetch(metricsUrl!)).headers.get('content-type')).toMatch(/^text\/plain; version=/);
  await gateway!.close();
  await expect(fetch(metricsUrl!)).rejects.toThrow();
  gateway = await startGateway();
  expect(gateway.metricsUrl).toBeUndefined();
});

describe('the dashboard and the alerts', () => {
  const dashboard = JSON.parse(text('deploy/grafana/dashboard.json'));
  const alerts = parseYaml(text('deploy/prometheus/alerts.yml'));
  const panels = dashboard.panels.filter(({ type }: any) => type !== 'row');
  const rules: { alert: string; expr: string }[] = alerts.groups.flatMap(({ rules }: any) => rules);
  const expressions: [string, string][] = [
    ...panels.flatMap(({ title, targets }: any) => targets.map(({ expr }: any) => [title, expr])),
    ...rules.map(({ alert, expr }): [string, string] => [alert, expr]),
  ];
  /** Metrics that Prometheus adds itself. */
  const ofPrometheus = { metric: 'up', labels: ['job', 'instance'] };

  let samples: Scrape;
  let redis: Redis | undefined;
  beforeAll(async () => {
    redis = areInstalled('redis-server') ? await startRedis() : undefined;
    const { execute, emulator, metricsUrl } = await start({
      env: { CACHE: 'memory', ...(redis && { REDIS_URL: redis.url }) },
    });
    emulator.fault({ route: 'GET /api/v1/roles', respond: { status: 503 }, times: 1 });
    for (let round = 0; round < 2; round++) await execute(ROLES);
    await execute('{ nonsense }');
    samples = await scrape(metricsUrl);
  });
  afterAll(() => redis?.kill());

  test('there are panels and rules', () => {
    expect(panels.length).toBeGreaterThan(15);
    expect(rules.length).toBeGreaterThan(10);
  });

  test.each(expressions)('%s: names what a scrape has', (_, expr) => {
    const labels = labelsOf(samples);
    const { metrics, labels: named, matchers } = readExpression(expr);
    expect(metrics.length).toBeGreaterThan(0);
    // Others have metrics of these names too, such as the collector.
    if (!metrics.every((metric) => metric.startsWith('kinde_graphql_'))) {
      expect(expr).toContain('{job="kinde-graphql"}');
    }
    const known = new Set(ofPrometheus.labels);
    for (const metric of metrics) {
      if (metric === ofPrometheus.metric) continue;
      if (metric === 'kinde_graphql_redis_reachable' && redis === undefined) continue;
      expect([...labels.keys()]).toContain(metric);
      for (const label of labels.get(metric)!) known.add(label);
    }
    for (const label of named) expect([...known]).toContain(label);
    // A label value that never occurs would make a rule that never fires.
    for (const { label, value } of matchers) {
      if (label === 'job' || label === 'status' || value === '') continue;
      for (const one of value.split('|')) expect(SOURCES).toContain(`'${one}'`);
    }
  });

  test('an alert’s limit for a quantile is one that the buckets can show', () => {
    const limits = rules.flatMap(({ alert, expr }) =>
      [...expr.matchAll(/histogram_quantile.*?\b(\w+_bucket)\[.*> (\d+)/gs)].map(
        ([, bucket, limit]) => ({ alert, bucket: bucket!, limit: Number(limit) }),
      ),
    );
    expect(limits.length).toBeGreaterThan(1);
    for (const { alert, bucket, limit } of limits) {
      // Prometheus returns the largest of them for whatever is above it.
      const bounds = [...samples.keys()]
        .filter((sample) => sample.startsWith(bucket))
        .map((sample) => Number(/le="([\d.]+)"/.exec(sample)?.[1] ?? 0));
      expect({ alert, isReached: Math.max(...bounds) > limit }).toEqual({ alert, isReached: true });
    }
  });

  test('no alert waits for a counter that may have no series to be low', () => {
    for (const { alert, expr } of rules)
      expect([alert, expr]).toEqual([alert, expr.replace('<', '')]);
  });

  test('each alert has a severity and a summary, and is in the manual', () => {
    const manual = text('docs/operating.md');
    const rows = manual.split('\n').filter((line) => /^\| (`[A-Z]\w+`,? ?)+ *\|/.test(line));
    expect(rows.length).toBeGreaterThan(10);
    const titles = rows.flatMap((row) => [...row.matchAll(/"([^"]+)"/g)].map(([, title]) => title));
    const known = panels.map(({ title }: any) => title.replace(', by code', ''));
    expect(titles.length).toBeGreaterThan(4);
    for (const title of titles) expect(known).toContain(title);
    for (const rule of rules as any[]) {
      expect(['critical', 'warning', 'info']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/\S/);
      expect(manual).toContain(`\`${rule.alert}\``);
    }
  });
});

const SOURCES = readdirSync(new URL('../../src', import.meta.url), { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => text(`src/${file}`))
  .join('\n');

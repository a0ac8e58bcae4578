import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { chromium, type Browser, type Page } from 'playwright-core';
import { examples } from '../../src/graphiql/examples.js';
import { securityHeaders } from '../../src/http/security-headers.js';
import { graphiqlRoutes } from '../../src/http/graphiql-page.js';
import { CHROMIUM, describeWith } from '../support/programs.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const root = join(import.meta.dirname, '../..');
const typeDefs = readdirSync(join(root, 'schema'))
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => readFileSync(join(root, 'schema', name), 'utf8'));

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(() => gateway?.close());

describe('the examples', () => {
  const schema = makeExecutableSchema({ typeDefs });

  test.each(examples)('are valid against schema/: %#', ({ query, variables = '{}' }) => {
    const document = parse(query);
    const { variableDefinitions = [] } = getOperationAST(document)!;

    expect(validate(schema, document)).toEqual([]);
    expect(getVariableValues(schema, variableDefinitions, JSON.parse(variables))).toEqual({
      coerced: expect.anything(),
    });
  });

  test('do what their comments say, in order', async () => {
    const run = (name: string, given: object = {}) => {
      const { query, variables = '{}' } = examples.find(({ query }) => query.includes(` ${name}`))!;
      return gateway.query(query, { ...JSON.parse(variables), ...given });
    };
    const { organizations } = await run('Organizations');
    expect(organizations.nodes).toHaveLength(3);

    const { users } = (await run('UsersPage')).organizations.nodes[0];
    const next = (await run('UsersPage', { after: users.pageInfo.endCursor })).organizations
      .nodes[0];
    expect(next.users.nodes).toHaveLength(3);
    expect(next.users.nodes).not.toContainEqual(users.nodes[0]);

    const [member] = (await run('PermissionGrants')).organizations.nodes[0].users.nodes;
    expect(member.permissionGrants).not.toEqual([]);

    const { createOrganization } = await run('CreateOrganization');
    const organizationCode = createOrganization.organization.code;
    const added = await run('AddUser', { organizationCode, userId: member.userId });
    expect(added.addOrganizationUsers).toEqual({ addedUserIds: [member.userId], userErrors: [] });
    expect(added.addOrganizationUserRole.organizationUser.roles).toHaveLength(2);

    const input = { organizationCode, key: 'dark_mode', value: false };
    expect((await run('OverrideFeatureFlag', { input })).updateFeatureFlagOverride).toEqual({
      featureFlag: { key: 'dark_mode', type: 'BOOLEAN', value: false },
      userErrors: [],
    });
  });

  test('have comments, and distinct names for their tabs', () => {
    const names = examples.map(({ query }) => getOperationAST(parse(query))?.name?.value);

    expect(new Set(names).size).toBe(examples.length);
    for (const { query } of examples) expect(query).toMatch(/^# [A-Z]/);
  });
});

describe('over HTTP', () => {
  const pagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'";

  test('the page has a strict policy and no inline script', async () => {
    const response = await fetch(`${gateway.url}/graphiql`);
    const html = await response.text();

    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'content-security-policy': pagePolicy,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(html).toContain('<title>Kinde organizations</title>');
    expect(html).toContain('data-endpoint="/graphql"');
    expect(html).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=|https?:/);
  });

  test('all files of the page exist, immutable, and compressed on request', async () => {
    const html = await (await fetch(`${gateway.url}/graphiql`)).text();
    const assets = html.match(/\/graphiql\/assets\/[^"]+/g) ?? [];

    expect(assets).toHaveLength(6);
    for (const asset of assets) {
      const response = await fetch(gateway.url + asset, { headers: { 'accept-encoding': 'gzip' } });
      await response.arrayBuffer();
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'public, max-age=31536000, immutable',
        'content-encoding': 'gzip',
        'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
      });
    }
  });

  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
  const visit = async (path: string, headers: Record<string, string>) => {
    const { status, headers: got } = await fetch(gateway.url + path, {
      redirect: 'manual',
      headers,
    });
    return [status, got.get('location')];
  };

  test.each([
    ['/', '/graphiql'],
    ['/graphql', '/graphiql'],
    ['/graphql?query=%7B__typename%7D', '/graphiql?query=%7B__typename%7D'],
  ])('a browser gets from %s to %s', async (path, location) => {
    expect(await visit(path, { accept: BROWSER })).toEqual([302, location]);
  });

  test.each<[string, Record<string, string>]>([
    ['that takes anything', { accept: '*/*' }],
    ['that prefers JSON', { accept: 'application/json, text/html;q=0.9' }],
    ['with a preflight header', { accept: BROWSER, 'apollo-require-preflight': 'true' }],
  ])('a client %s stays at /graphql', async (_which, headers) => {
    expect(await visit('/graphql?query=%7B__typename%7D', headers)).toEqual([200, null]);
  });

  test('nothing else of the disk is served', async () => {
    for (const path of ['..%2fmanifest.json', '%2e%2e/manifest.json', '', 'absent.js']) {
      expect((await fetch(`${gateway.url}/graphiql/assets/${path}`)).status).toBe(404);
    }
  });

  test('without a build the page is 503 and says what to run', async () => {
    await using unbuilt = await serve({
      endpoint: '/graphql',
      directory: join(tmpdir(), 'absent'),
    });
    const response = await fetch(`${unbuilt.url}/graphiql`);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      errors: [{ message: 'GraphiQL has not been built: run `npm run build` and restart.' }],
    });
  });

  test('the policy of the page replaces that of the server', async () => {
    await using helmeted = await serve({ endpoint: '/graphql' });
    const { headers } = await fetch(`${helmeted.url}/graphiql`);

    expect(headers.get('strict-transport-security')).not.toBeNull();
    expect(headers.get('content-security-policy')).toBe(pagePolicy);
  });

  test('an endpoint with quotes stays an attribute', async () => {
    await using odd = await serve({ endpoint: '/"><script>&' });
    const html = await (await fetch(`${odd.url}/graphiql`)).text();

    expect(html).toContain('data-endpoint="/&quot;>&lt;script>&amp;"');
  });
});

describeWith('chromium')('in a browser', () => {
  let browser: Browser;
  let page: Page;
  let foreignRequests: string[];
  let complaints: string[];
  let lastHeaders: Record<string, string>;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  }, 60_000);

  // One page for all that follows, each in a tab of its own: opening it takes seconds.
  beforeAll(() => openPage({}), 60_000);

  afterAll(() => browser?.close());

  afterEach(() => {
    expect({ foreignRequests, complaints }).toEqual({ foreignRequests: [], complaints: [] });
  });

  async function openPage({
    width = 1280,
    height = 800,
    storage = {},
    colorScheme = 'light',
  }: {
    width?: number;
    height?: number;
    storage?: Record<string, string>;
    colorScheme?: 'light' | 'dark';
  }) {
    await page?.context().close();
    foreignRequests = [];
    complaints = [];
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== gateway.url && protocol !== 'data:') foreignRequests.push(request.url());
      if (request.method() === 'POST') lastHeaders = request.headers();
    });
    context.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
    context.on('response', (response) => {
      if (response.status() >= 400) complaints.push(`${response.url()} ${response.status()}`);
    });
    // A violated policy is among the console's errors, a worker's too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    context.on('weberror', (webError) => complaints.push(String(webError.error())));
    await page.addInitScript((items) => {
      for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
    }, storage);
    await page.goto(`${gateway.url}/graphiql`);
    await operation().waitFor();
  }

  const operation = () => page.locator('.graphiql-query-editor .view-lines');
  const answer = (text: string) =>
    page.locator('.graphiql-response .view-lines', { hasText: text });
  const execute = () => page.getByRole('button', { name: /^Execute/ }).click();
  /** GraphiQL sends the name of the previous tab's operation until it has parsed and stored the new one. */
  async function openTab(name: string) {
    await page.getByRole('tab', { name }).click();
    await page.waitForFunction(
      (pattern) => new RegExp(pattern).test(localStorage.getItem('graphiql:query') ?? ''),
      `(query|mutation) ${name}\\b`,
    );
  }

  test('opens with the examples and runs the first', async () => {
    expect(await page.title()).toBe('Kinde organizations');
    expect(await page.locator('.graphiql-tab').allInnerTexts()).toEqual(
      examples.map(({ query }) => getOperationAST(parse(query))!.name!.value),
    );

    await execute();
    await answer('org_').waitFor();
    await screenshot('organizations');

    expect(lastHeaders).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    });
  }, 60_000);

  test('runs a mutation with its variables in another tab', async () => {
    await openTab('CreateOrganization');
    await page.locator('.graphiql-editor-tool .view-lines', { hasText: 'Northwind' }).waitFor();
    await execute();
    await answer('Northwind').waitFor();
    await screenshot('mutation');
  }, 60_000);

  test('completes the name of a field', async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await operation().click();
    await page.keyboard.type('{ organizations { nodes { externa');
    // Enter takes the focused one, which on a busy machine comes a moment after the list.
    const suggestion = page.locator('.suggest-widget .monaco-list-row.focused');
    await suggestion.filter({ hasText: 'externalId' }).waitFor();
    await screenshot('completion');
    await page.keyboard.press('Enter');
    await operation().filter({ hasText: 'externalId' }).waitFor();
  }, 60_000);

  test('marks a field that does not exist', async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await operation().click();
    await page.keyboard.type('query { organisations }');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
  }, 60_000);

  test('documents the types', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByRole('link', { name: 'OrganizationConnection', exact: true }).first().click();
    await page.getByText('A page of organizations.').waitFor();
    await screenshot('docs');
  }, 60_000);

  test('sends the headers that are typed, and does not store them', async () => {
    await openTab('Organizations');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page
      .locator(
        '.graphiql-editor-tool section:not(.hidden), .graphiql-editor-tool .graphiql-editor:not(.hidden)',
      )
      .click();
    await page.keyboard.insertText('{ "Authorization": "Bearer secret" }');
    await execute();
    await answer('org_').waitFor();

    expect(lastHeaders.authorization).toBe('Bearer secret');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret');
  }, 60_000);

  test('keeps what was typed, and opens despite a broken local storage', async () => {
    await operation().click();
    await page.keyboard.insertText('# kept ');
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('# kept'));
    await page.reload();
    await operation().filter({ hasText: 'kept' }).waitFor();

    await openPage({ storage: { 'graphiql:tabState': '{"tabs":[' } });
    await operation().filter({ hasText: 'Organizations' }).waitFor();
  }, 60_000);

  test('fits a phone', async () => {
    await openPage({ width: 390, height: 844 });
    await execute();
    await answer('org_').waitFor();
    await screenshot('phone');

    const { width } = (await page.locator('.graphiql-response').boundingBox())!;
    expect(width).toBeGreaterThan(350);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await screenshot('phone-docs');
  }, 60_000);

  test('turns dark with the system', async () => {
    const background = () =>
      page
        .locator('.graphiql-editors')
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    const text = () =>
      page
        .locator('.graphiql-query-editor .monaco-editor')
        .evaluate((element) => element.className);
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('.graphiql-query-editor .monaco-editor.vs-dark').waitFor();
    expect(await text()).toContain('vs-dark');
    expect(await background()).not.toBe(light);

    await openPage({ colorScheme: 'dark' });
    await execute();
    await answer('org_').waitFor();
    await screenshot('dark');
  }, 60_000);

  async function screenshot(name: string) {
    const directory = process.env.SCREENSHOT_DIR;
    if (directory)
      await page.screenshot({ path: join(tmpdir(), directory, `graphiql-${name}.png`) });
  }
});

/** The routes in a server of their own, registered as no gateway would. */
async function serve(options: Parameters<typeof graphiqlRoutes>[0]) {
  const app = Fastify({ forceCloseConnections: true });
  app.addHook('onRequest', securityHeaders());
  await app.register(graphiqlRoutes(options));
  return {
    url: await app.listen({ host: '127.0.0.1', port: 0 }),
    [Symbol.asyncDispose]: () => app.close(),
  };
}

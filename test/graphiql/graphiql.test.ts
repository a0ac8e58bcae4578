import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { getOperationAST, getVariableValues, parse, validate } from 'graphql';
import type { Browser, Page } from 'playwright-core';
import type { Fetcher } from '@graphiql/toolkit';
import {
  fillPlaceholders,
  hasPlaceholders,
  readExampleValues,
} from '../../src/graphiql/example-values.js';
import { examples } from '../../src/graphiql/examples.js';
import { securityHeaders } from '../../src/http/security-headers.js';
import { graphiqlRoutes } from '../../src/http/graphiql-page.js';
import {
  launchBrowser,
  openGraphiql,
  type OpenedPage,
  type OpenOptions,
} from '../support/graphiql.js';
import { describeWith } from '../support/programs.js';
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

  test('run as they stand, with what the environment has for their variables', async () => {
    const fetcher = ((params: { query: string; variables: object }) =>
      gateway.execute(params.query, params.variables)) as Fetcher;
    const values = await readExampleValues(fetcher, '');
    const run = (name: string, more: object = {}) => {
      const { query, variables = '{}' } = examples.find(({ query }) => query.includes(` ${name}`))!;
      const filled = fillPlaceholders(variables, values);
      expect(hasPlaceholders(filled)).toBe(false);
      return gateway.query(query, { ...JSON.parse(filled), ...more });
    };
    const { organization } = await run('Organization');
    expect(organization.users.nodes).toHaveLength(5);

    const { users } = (await run('MembersPage')).organization;
    const next = (await run('MembersPage', { after: users.pageInfo.endCursor })).organization;
    expect(next.users.nodes).toHaveLength(3);
    expect(next.users.nodes).not.toContainEqual(users.nodes[0]);

    const [member] = (await run('PermissionGrants')).organization.users.nodes;
    expect(member.permissionGrants).not.toEqual([]);
    expect((await run('LiveMembers')).organization.users.nodes).toHaveLength(5);

    expect((await run('CreateOrganization')).createOrganization.userErrors).toEqual([]);
    const added = await run('AddUser');
    expect(added.addOrganizationUsers).toEqual({
      ...{ addedUserIds: [values['userId']], userErrors: [] },
    });
    expect(added.addOrganizationUserRole.organizationUser.roles).toHaveLength(2);

    const { updateFeatureFlagOverride } = await run('OverrideFeatureFlag');
    expect(updateFeatureFlagOverride).toMatchObject({
      featureFlag: { key: values['flagKey'], value: values['flagValue'] },
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

    const ofPage = /\/(page|icon|editor\.worker|json\.worker|graphql\.worker)-\w+\.\w+$/;
    expect(assets.filter((asset) => ofPage.test(asset))).toHaveLength(6);
    const sizes = { br: 0, gzip: 0 };
    for (const encoding of ['br', 'gzip'] as const) {
      for (const asset of assets) {
        const headers = { 'accept-encoding': encoding };
        const response = await fetch(gateway.url + asset, { headers });
        await response.arrayBuffer();
        if (!asset.includes('worker')) {
          sizes[encoding] += Number(response.headers.get('content-length'));
        }
        expect(response.status).toBe(200);
        expect(Object.fromEntries(response.headers)).toMatchObject({
          'cache-control': 'public, max-age=31536000, immutable',
          'content-encoding': encoding,
          'content-security-policy':
            "default-src 'none'; script-src 'self'; frame-ancestors 'none'",
          vary: 'accept-encoding',
          'x-content-type-options': 'nosniff',
        });
      }
    }
    // What is loaded before the editor can be used, but for two fonts of 11 kB each.
    expect(sizes.br).toBeLessThan(975_000);
    const plain = await fetch(gateway.url + assets[0], {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
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
      ...{ endpoint: '/graphql', authMode: 'none' },
      directory: join(tmpdir(), 'absent'),
    });
    const response = await fetch(`${unbuilt.url}/graphiql`);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      errors: [{ message: 'GraphiQL has not been built: run `npm run build` and restart.' }],
    });
  });

  test('the policy of the page replaces that of the server', async () => {
    await using helmeted = await serve({ endpoint: '/graphql', authMode: 'none' });
    const { headers } = await fetch(`${helmeted.url}/graphiql`);

    expect(headers.get('strict-transport-security')).not.toBeNull();
    expect(headers.get('content-security-policy')).toBe(pagePolicy);
  });

  test('an endpoint with quotes stays an attribute', async () => {
    await using odd = await serve({ endpoint: '/"><script>&', authMode: 'none' });
    const html = await (await fetch(`${odd.url}/graphiql`)).text();

    expect(html).toContain('data-endpoint="/&quot;>&lt;script>&amp;"');
  });
});

describeWith('chromium')('in a browser', () => {
  let browser: Browser;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  // One page for all that follows, each in a tab of its own: opening it takes seconds.
  beforeAll(() => openPage({}));

  afterAll(() => browser?.close());

  afterEach(() => {
    expect(opened.problems()).toEqual([]);
  });

  async function openPage(options: OpenOptions) {
    await page?.context().close();
    opened = await openGraphiql(browser, gateway.url, options);
    page = opened.page;
    await operation().waitFor();
  }

  const operation = () => opened.operation();
  const answer = (text: string) => opened.response(text);
  const execute = () => opened.execute();
  const screenshot = (name: string) => opened.screenshot(name);

  /** GraphiQL sends the name of the previous tab's operation until it has parsed and stored the new one. */
  async function openTab(name: string) {
    await page.getByRole('tab', { name, exact: true }).click();
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

    await opened.filled();
    await execute();
    await answer('Acacia').waitFor();
    await screenshot('organization');

    expect(opened.lastHeaders()).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json',
    });
  });

  test('runs a mutation with its variables in another tab', async () => {
    await openTab('CreateOrganization');
    await page.locator('.graphiql-editor-tool .view-lines', { hasText: 'Northwind' }).waitFor();
    await execute();
    await answer('Northwind').waitFor();
    await screenshot('mutation');
  });

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
  });

  test('marks a field that does not exist', async () => {
    await page.getByRole('button', { name: 'New tab' }).click();
    await operation().click();
    await page.keyboard.type('query { organisations }');
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
  });

  test('documents the types', async () => {
    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await page.getByRole('link', { name: 'OrganizationConnection', exact: true }).first().click();
    await page.getByText('A page of organizations.').waitFor();
    await screenshot('docs');
  });

  test('sends the headers that are typed, and does not store them', async () => {
    await openTab('Organization');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page
      .locator(
        '.graphiql-editor-tool section:not(.hidden), .graphiql-editor-tool .graphiql-editor:not(.hidden)',
      )
      .click();
    await page.keyboard.insertText('{ "Authorization": "Bearer secret" }');
    await execute();
    await answer('Acacia').waitFor();

    expect(opened.lastHeaders()['authorization']).toBe('Bearer secret');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret');
  });

  test('keeps what was typed, and opens despite a broken local storage', async () => {
    await operation().click();
    await page.keyboard.insertText('# kept ');
    await page.waitForFunction(() => JSON.stringify(localStorage).includes('# kept'));
    await page.reload();
    await operation().filter({ hasText: 'kept' }).waitFor();

    await openPage({ storage: { 'graphiql:tabState': '{"tabs":[' } });
    await operation().filter({ hasText: 'Organization' }).waitFor();
  });

  test('fits a phone', async () => {
    await openPage({ width: 390, height: 844 });
    await opened.filled();
    await execute();
    await answer('Acacia').waitFor();
    await screenshot('phone');

    const { width } = (await page.locator('.graphiql-response').boundingBox())!;
    expect(width).toBeGreaterThan(350);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByRole('link', { name: 'Query', exact: true }).click();
    await screenshot('phone-docs');
  });

  test('has all buttons of the explorer where nothing can hover', async () => {
    await page.getByRole('button', { name: 'Show Explorer' }).tap();
    await page.getByTitle('Extract selections into a new reusable fragment').first().waitFor();
    await page.getByRole('button', { name: 'Clone' }).tap();
    await page.waitForFunction(() =>
      localStorage.getItem('graphiql:query')?.includes('query OrganizationCopy'),
    );
    await page.getByRole('button', { name: 'Delete' }).last().tap();
    await screenshot('phone-explorer');
    await page.getByRole('button', { name: 'Delete' }).nth(1).waitFor({ state: 'detached' });
  });

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
    await opened.filled();
    await execute();
    await answer('Acacia').waitFor();
    await screenshot('dark');
  });
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

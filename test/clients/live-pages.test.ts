/** Two pages in a browser, on another origin than the gateway: one switches a flag, the other shows it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { chromium, type Browser } from 'playwright-core';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { CHROMIUM, describeWith } from '../support/programs.js';
import { rename } from '../support/replicas.js';

const PAGE = /* TypeScript */ `
import { createClient } from 'graphql-sse';

const { gateway, code } = document.body.dataset;
const client = createClient({ url: gateway + '/graphql' });
const QUERY = 'query ($code: ID!) @live { organization(code: $code) { featureFlags { key type value } } }';
const SET = 'mutation ($input: UpdateFeatureFlagOverrideInput!) { updateFeatureFlagOverride(input: $input) { userErrors { code } } }';

function set(key, value) {
  const variables = { input: { organizationCode: code, key, value } };
  const headers = { 'content-type': 'application/json' };
  return fetch(gateway + '/graphql', { method: 'POST', headers, body: JSON.stringify({ query: SET, variables }) });
}
client.subscribe(
  { query: QUERY, variables: { code } },
  {
    next({ data }) {
      const flags = data.organization.featureFlags.filter(({ type }) => type === 'BOOLEAN');
      document.body.replaceChildren(
        ...flags.map(({ key, value }) => {
          const button = document.createElement('button');
          button.textContent = key + ': ' + value;
          button.onclick = () => set(key, !value);
          return button;
        }),
      );
    },
    error: (error) => (document.body.textContent = String(error)),
    complete() {},
  },
);
`;

describeWith('chromium')('in a browser', () => {
  let gateway: TestGateway;
  let browser: Browser;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    gateway = await startGateway({ env: { CACHE: 'memory' } });
    const { outputFiles } = await build({
      stdin: { contents: PAGE, resolveDir: import.meta.dirname, loader: 'js' },
      ...{ bundle: true, format: 'esm', write: false, platform: 'browser' },
    });
    const code = [...gateway.emulator.state.organizations.values()][1]!.profile.code;
    const html = `<!doctype html><body data-gateway="${gateway.url}" data-code="${code}"><script type="module" src="/page.js"></script>`;
    server = createServer(({ url: path }, response) => {
      const isScript = path === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
      response.end(isScript ? outputFiles[0]!.text : html);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    server?.close();
    await gateway?.close();
  });

  test('a page shows the flag that another page switches, without being loaded again', async () => {
    const open = async () => {
      const page = await (await browser.newContext()).newPage();
      let loads = 0;
      page.on('load', () => loads++);
      page.setDefaultTimeout(60_000);
      await page.goto(url);
      await page.getByRole('button').first().waitFor();
      return { page, button: page.getByRole('button').first(), loads: () => loads };
    };
    const [switching, showing] = await Promise.all([open(), open()]);
    const before = await showing.button.innerText();
    expect(before).toMatch(/: (true|false)$/);
    const flipped = (text: string) => text.replace(/true|false/, (v) => String(v !== 'true'));
    for (const text of [flipped(before), before]) {
      await switching.button.click();
      await showing.page.getByRole('button', { name: text }).waitFor();
      await switching.page.getByRole('button', { name: text }).waitFor();
    }
    expect(showing.loads()).toBe(1);
  });

  test('EventSource shows a live query and a subscription, and ends with a single result', async () => {
    const page = await browser.newPage();
    await page.goto(url);
    const code = [...gateway.emulator.state.organizations.values()][1]!.profile.code;
    const next = (query: string) =>
      page.evaluate(
        ([address, text]) =>
          new Promise((resolve) => {
            const search = new URLSearchParams({ query: text });
            const source = new EventSource(`${address}/graphql?${search}`);
            const results: unknown[] = [];
            const end = () => {
              source.close();
              resolve(results);
            };
            source.addEventListener('complete', end);
            source.addEventListener('next', ({ data }: MessageEvent<string>) => {
              results.push(JSON.parse(data).data);
              if (results.length === 2) end();
            });
            source.addEventListener('next', () => console.log('result'), { once: true });
          }),
        [gateway.url, query] as const,
      );
    const afterFirst = async (query: string) => {
      const first = page.waitForEvent('console');
      const results = next(query);
      await first;
      await rename(gateway, code, `After ${query.length}`);
      return results;
    };
    const live = `query @live { organization(code: "${code}") { name } }`;
    expect(await afterFirst(live)).toMatchObject([
      {},
      { organization: { name: `After ${live.length}` } },
    ]);
    expect(await afterFirst('subscription { changes { kind } }')).toEqual([
      { changes: { kind: 'RESYNC' } },
      { changes: { kind: 'ORGANIZATION_UPDATED' } },
    ]);
    expect(await next('{ __typename }')).toEqual([{ __typename: 'Query' }]);
    await page.close();
  });
});

/** GraphiQL for callers who authenticate: token, "Act as", explain, streams, links and code. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page, Request, Route } from 'playwright-core';
import { startGateway, type TestGateway } from '../support/gateway.js';
import {
  contrastOf,
  launchBrowser,
  openGraphiql,
  type OpenedPage,
  type OpenOptions,
} from '../support/graphiql.js';
import { describeWith } from '../support/programs.js';

const EMULATED = { organizations: 3, usersPerOrganization: 8 };

let jwt: TestGateway;
let passthrough: TestGateway;

beforeAll(async () => {
  jwt = await startGateway({ emulator: EMULATED, env: { AUTH_MODE: 'jwt' } });
  passthrough = await startGateway({
    before: jwt.emulator,
    env: { AUTH_MODE: 'passthrough' },
  });
});

afterAll(async () => {
  await passthrough?.close();
  await jwt?.close();
});

const gatewayOf = (mode: string) => (mode === 'jwt' ? jwt : passthrough);

describe('/graphiql/act-as', () => {
  const ask = async (gateway: TestGateway, init?: RequestInit) => {
    const response = await fetch(`${gateway.url}/graphiql/act-as`, init);
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as any,
    };
  };
  const post = (gateway: TestGateway, body: string, type = 'application/json') =>
    ask(gateway, { method: 'POST', headers: { 'content-type': type }, body });

  test('lists callers to try, and issues their tokens', async () => {
    const { status, headers, body } = await ask(jwt);
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body.suggestions).toHaveLength(4);
    for (const { request } of body.suggestions) {
      const issued = await post(jwt, JSON.stringify(request));
      expect(issued.headers.get('cache-control')).toBe('no-store');
      const authorization = `Bearer ${issued.body.access_token}`;
      const { data } = await jwt.execute('{ viewer { kind } }', {}, { authorization });
      expect(data.viewer.kind).toBe(request.user === undefined ? 'APPLICATION' : 'USER');
    }
  });

  test('passes on why the emulator refuses', async () => {
    const { status, body } = await post(jwt, '{"user":"kp_nobody"}');
    expect([status, body.errors[0].message]).toEqual([400, expect.stringContaining('kp_nobody')]);
    // A form on another site can send text/plain without a preflight.
    expect((await post(jwt, '{}', 'text/plain')).status).toBe(415);
  });

  test('is empty where something else than the emulator listens', async () => {
    const other = await startGateway({ before: jwt.emulator, kindeDomain: () => jwt.url });
    expect((await ask(other)).body).toEqual({ suggestions: [] });
    await other.close();
  });

  test('is not there in production, and the page does not offer it', async () => {
    const production = await startGateway({
      before: jwt.emulator,
      env: { AUTH_MODE: 'jwt', NODE_ENV: 'production', ALLOW_GRAPHIQL: 'true' },
    });
    expect((await ask(production)).status).toBe(404);
    const page = await (await fetch(`${production.url}/graphiql`)).text();
    await production.close();
    expect(page).toContain('data-auth-mode="jwt"');
    expect(page).not.toContain('data-act-as');
    expect(await (await fetch(`${jwt.url}/graphiql`)).text()).toContain('data-act-as');
  });
});

describeWith('chromium')('in a browser', () => {
  let browser: Browser;
  let opened: OpenedPage;
  let page: Page;

  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(() => expect(opened.problems()).toEqual([]));

  async function open(gateway: TestGateway, options?: OpenOptions) {
    await page?.context().close();
    opened = await openGraphiql(browser, gateway.url, options);
    page = opened.page;
    await opened.operation().waitFor();
  }
  const tokenField = () => page.getByLabel('Access token', { exact: true });
  const actAs = (label: RegExp) =>
    page
      .getByLabel('Act as')
      .locator('option', { hasText: label })
      .getAttribute('value')
      .then((value) => page.getByLabel('Act as').selectOption(value));
  /** Opens a tab, and waits until the editors have its contents. */
  const openTab = async (name: string) => {
    await page.getByRole('tab', { name, exact: true }).click();
    await page.getByRole('tab', { name, selected: true }).waitFor();
    await page
      .locator('.graphiql-query-editor .view-lines', { hasText: new RegExp(`\\b${name}\\b`) })
      .waitFor();
  };
  const copied = () => page.evaluate(() => navigator.clipboard.readText());

  // The page of the second is used by all that follows: opening one takes seconds.
  test.each(['passthrough', 'jwt'])(
    'with AUTH_MODE=%s a pasted token leads to a result in three actions',
    async (mode) => {
      await open(gatewayOf(mode));
      await page.getByText(`AUTH_MODE=${mode}`).waitFor();
      await opened.screenshot(`${mode}-open`);
      const token = await jwt.emulator.issueToken();

      // The third is left for a person who sees to the example first.
      await tokenField().fill(` Bearer ${token}\n`);
      await opened.filled();
      await opened.execute();

      await opened.response('Acacia').waitFor();
      await opened.screenshot(`${mode}-result`);
      expect(opened.lastHeaders()['authorization']).toBe(`Bearer ${token}`);
      await page.getByText(`application ${jwt.emulator.clientId}`).waitFor();
      await page.getByText(/^expires in \d+ min$/).waitFor();
      const stored = await page.evaluate(() => [
        JSON.stringify(sessionStorage).includes('eyJ'),
        JSON.stringify(localStorage).includes('eyJ'),
      ]);
      expect(stored).toEqual([true, false]);
    },
  );

  test('acts as an administrator, and then as a member who may do less', async () => {
    await actAs(/^Administrator/);
    await opened.filled();
    await opened.execute();
    await opened.response('featureFlags').waitFor();
    const schemaRead = page.waitForRequest((request) =>
      (request.postData() ?? '').includes('IntrospectionQuery'),
    );
    await actAs(/^Member/);
    expect((await schemaRead).headers()['authorization']).toBe(
      `Bearer ${await tokenField().inputValue()}`,
    );
    await opened.execute();
    await opened.response('FORBIDDEN').waitFor();
    await opened.screenshot('act-as');
  });

  test('says why a token is refused, and asks for another', async () => {
    await tokenField().fill(await jwt.emulator.issueToken({ expiresIn: -60 }));
    const refusal = page.getByRole('alert').filter({ hasText: 'The access token expired' });
    await refusal.waitFor();
    for (const colorScheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await contrastOf(refusal)).toBeGreaterThan(4.5);
    }
    await opened.screenshot('expired');
    await page.getByRole('button', { name: 'Clear the access token' }).click();
    await page.getByText('AUTH_MODE=jwt').waitFor();
    // The schema is asked for with the refused token, and without one.
    await opened.settled();
    expect(opened.problems().filter((problem) => !problem.includes('401'))).toEqual([]);
    expect(await page.evaluate(() => sessionStorage.getItem('graphiql:token'))).toBe('');
  });

  test('explains an operation: calls, cost and a waterfall', async () => {
    await actAs(/every scope/);
    await opened.filled();
    await page.getByRole('button', { name: /^Explain/ }).click();
    jwt.calls();
    jwt.emulator.latencyMs = 15;
    await opened.execute();
    const pane = page.getByRole('region', { name: 'Explain' });
    await pane.getByText(/of 25,000$/).waitFor();
    jwt.emulator.latencyMs = 0;
    await opened.screenshot('explain');
    if (process.env['SCREENSHOTS'] === 'true') {
      await page.screenshot({ path: 'docs/images/graphiql.png' });
    }
    const made = jwt.calls().length;
    expect(made).toBeGreaterThan(5);
    expect(await pane.locator('.explain-summary').innerText()).toMatch(
      new RegExp(`^${made} calls to Kinde`),
    );
    expect(await pane.locator('.explain-bar').count()).toBe(made);
    expect(await opened.response('"upstream"').count()).toBe(0);

    // The earlier operation's report is not that of the one that runs.
    const end = jwt.emulator.fault({ respond: 'hang' });
    await opened.execute();
    await pane.getByText('The operation is running.').waitFor();
    const aborted = page.context().waitForEvent('requestfailed');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await aborted;
    await pane.getByText(/^There is no explanation/).waitFor();
    expect(opened.problems()).toEqual([`${jwt.url}/graphql failed`]);
    end();

    // In a low window, the pane scrolls to its end, and pushes nothing out of the page.
    await page.setViewportSize({ width: 1280, height: 320 });
    const headers = page.getByRole('button', { name: 'Headers' });
    for (const part of [page.locator('.graphiql-footer'), headers]) {
      const { y, height } = (await part.boundingBox())!;
      expect(y + height).toBeLessThan(320);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  test('takes no late refusal of an earlier token for one of the present token', async () => {
    const token = await tokenField().inputValue();
    let release = () => {};
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/graphql', async (route) => {
      if (route.request().headers()['authorization'] === 'Bearer a.b.c') await isReleased;
      await route.continue();
    });
    const refused = page.waitForResponse((response) => response.status() === 401);
    await tokenField().fill('a.b.c');
    await tokenField().fill(token);
    await page.getByText(/^expires in/).waitFor();
    release();
    await refused;
    await opened.settled();
    await page.unroute('**/graphql');
    expect(await page.getByText(/^expires in/).count()).toBe(1);
    opened.problems();
  });

  test('says what is wrong with a gateway that fails', async () => {
    await page.route('**/graphql', (route) =>
      route.fulfill({ status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' }),
    );
    await opened.execute();
    await opened.response('502').waitFor();
    await page.unroute('**/graphql');
    await page.route('**/graphql', (route) => route.abort());
    await opened.execute();
    await opened.response('reached').waitFor();
    expect(await opened.response('stack').count()).toBe(0);
    await page.unroute('**/graphql');
    opened.problems();
  });

  test('stops a request that has no response yet', async () => {
    const isExecution = (request: Request) => !request.postData()!.includes('IntrospectionQuery');
    await page.route('**/graphql', (route) =>
      isExecution(route.request()) ? undefined : route.continue(),
    );
    const sent = page.waitForRequest(isExecution);
    const aborted = page.context().waitForEvent('requestfailed');
    await opened.execute();
    await sent;
    await page.getByRole('button', { name: /^Stop/ }).click();
    expect(await (await aborted).postDataJSON()).toHaveProperty('query');
    await opened.response('Stopped.').waitFor();
    expect(await opened.response('reached').count()).toBe(0);
    await page.unroute('**/graphql');
    // Another one is executed.
    await opened.execute();
    await opened.response('"data"').waitFor();
    opened.problems();
  });

  test('says what is wrong with a token that no header can have', async () => {
    const token = await tokenField().inputValue();
    await tokenField().fill(`${token}…`);
    await opened.execute();
    await opened.response('Not sent. The access token has a character').waitFor();
    expect(await opened.response('stack').count()).toBe(0);
    await tokenField().fill(token);
    await page.getByText(/^expires in/).waitFor();
    await opened.settled();
    opened.problems();
  });

  test('says why a stream is refused, and opens one again that is interrupted', async () => {
    await openTab('LiveMembers');
    await opened.filled();
    const streams: Parameters<Route['fulfill']>[0][] = [
      { status: 401, json: { errors: [{ message: 'Refused by a test' }] } },
      // Without `event: complete`, the stream is interrupted.
      { contentType: 'text/event-stream', body: ':\n\n' },
    ];
    let opening = 0;
    await page.route('**/graphql', (route) => {
      const isStream = route.request().headers()['accept'] === 'text/event-stream';
      const response = isStream ? streams[opening++] : undefined;
      return response === undefined ? route.continue() : route.fulfill(response);
    });
    await opened.execute();
    await opened.response('Refused by a test').waitFor();
    await page.getByRole('alert').filter({ hasText: 'Refused by a test' }).waitFor();
    expect([opening, await page.getByText('Live', { exact: true }).count()]).toEqual([1, 0]);

    await opened.execute();
    await page.getByText('Interrupted, connecting again').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    expect(await contrastOf(page.getByText('Live', { exact: true }))).toBeGreaterThan(4.5);
    await opened.response('Acacia').waitFor();
    expect(opening).toBe(3);
    const aborted = page.context().waitForEvent('requestfailed');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await aborted;
    await page.getByText('Live', { exact: true }).waitFor({ state: 'detached' });
    await page.unroute('**/graphql');
    opened.problems();
  });

  test('streams a live query until it is stopped', async () => {
    // Executed before GraphiQL has read its name, and that it is streamed.
    await page.getByRole('tab', { name: 'Organization', exact: true }).click();
    await opened.execute();
    await opened.response('featureFlags').waitFor();
    await page.getByRole('tab', { name: 'LiveMembers', exact: true }).click();
    await opened.execute();
    await page.getByText('Live', { exact: true }).waitFor();
    await opened.response('Acacia').waitFor();
    const organization = [...jwt.emulator.state.organizations.values()].find(
      ({ profile }) => profile.name === 'Acacia Health',
    )!;
    const authorization = `Bearer ${await jwt.emulator.issueToken()}`;
    const rename = (name: string) =>
      jwt
        .execute(
          'mutation ($input: UpdateOrganizationInput!) { updateOrganization(input: $input) { userErrors { code } } }',
          { input: { organizationCode: organization.profile.code, name } },
          { authorization },
        )
        .then(({ data }) => expect(data.updateOrganization.userErrors).toEqual([]));
    await rename('Renamed live');
    await opened.response('Renamed live').waitFor();
    await opened.screenshot('live');
    const aborted = page.context().waitForEvent('requestfailed');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await aborted;
    await page.getByText('Live', { exact: true }).waitFor({ state: 'detached' });
    expect(opened.problems()).toEqual([`${jwt.url}/graphql failed`]);
    await rename('Acacia Health');
  });

  test('copies an operation as a command that runs', async () => {
    await openTab('Organization');
    await opened.filled();
    await page.getByRole('button', { name: 'Copy as code' }).click();
    await page.getByRole('menuitem', { name: 'Copy as curl' }).click();
    await page.getByRole('status').filter({ hasText: 'curl copied.' }).waitFor();
    const command = await copied();
    expect(command).not.toContain('eyJ');
    const { stdout } = await promisify(execFile)('sh', ['-c', command], {
      env: { ...process.env, TOKEN: await tokenField().inputValue() },
    });
    expect(JSON.parse(stdout).data.organization.name).toBe('Acacia Health');
  });

  test('copies the variables without their comments, and nothing of invalid ones', async () => {
    const copyAsCurl = async (notice: string) => {
      await page.getByRole('button', { name: 'Copy as code' }).click();
      await page.getByRole('menuitem', { name: 'Copy as curl' }).click();
      await page.getByRole('status').filter({ hasText: notice }).waitFor();
    };
    await page.locator('.graphiql-editor-tool .view-lines').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('// Acacia\n');
    await copyAsCurl('curl copied.');
    expect(await copied()).toMatch(/"variables":\{"organizationCode":"org_\w+"\}/);
    await page.locator('.graphiql-editor-tool .view-lines').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('{');
    await copyAsCurl('Nothing copied: variables are invalid JSON');
    await page.keyboard.press('Control+Home');
    await page.locator('.graphiql-editor-tool .view-lines').first().click();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('Delete');
  });

  test('shows what the browser does not let it copy, with its line breaks', async () => {
    await page.evaluate(() => Object.defineProperty(navigator, 'clipboard', { value: undefined }));
    await page.getByRole('button', { name: 'Copy as code' }).click();
    await page.getByRole('menuitem', { name: 'Copy as fetch' }).click();
    const dialog = page.getByRole('dialog', { name: 'Copy fetch' });
    expect(await dialog.getByRole('textbox').inputValue()).toContain('\nconst response = await');
    await opened.screenshot('uncopied');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('builds an operation by clicks', async () => {
    await page.getByRole('button', { name: 'Show Explorer' }).click();
    const explorer = page.locator('.graphiql-explorer-root');
    await explorer.getByText('createdOn', { exact: true }).click();
    await page.waitForFunction(() => localStorage.getItem('graphiql:query')?.includes('createdOn'));
    await opened.screenshot('explorer');
  });

  test('builds an operation by the keyboard alone', async () => {
    await open(jwt, { search: `?${new URLSearchParams({ query: '{ __typename }' })}` });
    await actAs(/every scope/);
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () =>
      page.evaluate(() => {
        const { textContent, ariaLabel, ariaChecked } = document.activeElement!;
        return { name: ariaLabel ?? textContent?.trim(), isSelected: ariaChecked };
      });
    const tabTo = async (name: RegExp) => {
      for (let presses = 0; presses < 60; presses++) {
        await press('Tab');
        if (name.test((await focused()).name ?? '')) return;
      }
      throw new Error(`The Tab key does not lead to ${name}.`);
    };
    const isWritten = (text: RegExp) =>
      page.waitForFunction(
        (source) => new RegExp(source).test(localStorage.getItem('graphiql:query') ?? ''),
        text.source,
      );
    await tabTo(/^Show Explorer$/);
    await press('Enter');
    await page.getByRole('checkbox', { name: 'organizations' }).first().waitFor();
    // From the explorer's first field: its select and its inputs are stops of their own.
    await tabTo(/^changes$|^featureFlags$/);
    await press('End', 'Home', 'o');
    for (let presses = 0; presses < 9 && (await focused()).name !== 'organizations'; presses++) {
      await press('o');
    }
    expect(await focused()).toEqual({ name: 'organizations', isSelected: 'false' });
    await press('Space');
    await page.getByRole('checkbox', { name: 'nodes' }).nth(1).waitFor();
    expect(await focused()).toEqual({ name: 'organizations', isSelected: 'true' });
    await press('n', 'Enter');
    await page.getByRole('checkbox', { name: 'createdOn' }).first().waitFor();
    expect(await focused()).toEqual({ name: 'nodes', isSelected: 'true' });
    await press('c');
    for (let presses = 0; presses < 9 && (await focused()).name !== 'createdOn'; presses++) {
      await press('ArrowDown');
    }
    await press('Space');
    await isWritten(/organizations\s*\{\s*nodes\s*\{[^}]*createdOn/);
    expect(await focused()).toEqual({ name: 'createdOn', isSelected: 'true' });
    await opened.screenshot('explorer-keyboard');
    await press('Space');
    await isWritten(/^(?!.*createdOn)/s);
    await press('Space');
    await press('Control+Enter');
    await opened.response('createdOn').waitFor();

    await press('Home', 'n', 'n');
    for (let presses = 0; presses < 9 && (await focused()).isSelected !== 'true'; presses++) {
      await press('n');
    }
    const extract = 'Extract selections into a new reusable fragment';
    await page.getByRole('button', { name: extract }).waitFor({ state: 'attached' });
    await press('Tab');
    expect((await focused()).name).toBe(extract);
    await press('Enter');
    await isWritten(/nodes\s*\{\s*\.\.\.OrganizationFragment\s*\}/);
    await press('Tab');
    await tabTo(/^Name of the operation$/);
    await page.getByRole('button', { name: 'Delete' }).waitFor({ state: 'attached' });
    await press('Tab');
    expect((await focused()).name).toBe('Delete');
    expect(opened.problems()).toEqual([]);
  });

  test('names its controls for assistive technology', async () => {
    const unnamed = await page.locator('button, select, input, textarea').evaluateAll((controls) =>
      controls
        .filter((control) => control.checkVisibility())
        .filter((control) => !control.getAttribute('aria-label') && !control.textContent?.trim())
        .map((control) => control.outerHTML.slice(0, 200)),
    );
    expect(unnamed).toEqual([]);
    for (const name of ['Operation', 'Variables', 'Response']) {
      expect(await page.getByRole('textbox', { name, exact: true }).count()).toBe(1);
    }
  });

  test('shares an operation by a link that opens and does not run it', async () => {
    await openTab('MembersPage');
    await opened.filled();
    await page.getByRole('button', { name: /^Share/ }).click();
    await page.getByRole('status').filter({ hasText: 'Link copied.' }).waitFor();
    const link = new URL(await copied());
    expect(link.href).not.toContain('eyJ');
    jwt.calls();

    await open(jwt, { search: link.hash.replace('MembersPage', 'Shared') });
    await page.getByRole('tab', { name: 'Shared', selected: true }).waitFor();
    await page.locator('.graphiql-editor-tool .view-lines', { hasText: '"first": 3' }).waitFor();
    expect(page.url()).toBe(`${jwt.url}/graphiql`);
    expect(jwt.calls()).toEqual([]);

    // Pasted into the address of the open page, which has a limit for what it sends.
    const long = `# ${'long '.repeat(5_000)}\nquery Pasted { viewer { kind } }`;
    await page.evaluate(
      (hash) => (location.hash = hash),
      `#${new URLSearchParams({ query: long })}`,
    );
    await page.getByRole('tab', { name: 'Pasted', selected: true }).waitFor();
    // What the page was loading as it was left.
    opened.problems();
  });

  test('streams the feed of changes, also where the browser blocks storage', async () => {
    const query = 'subscription Changes { changes { kind } }';
    await open(jwt, { search: `?${new URLSearchParams({ query })}`, isStorageBlocked: true });
    await actAs(/every scope/);
    await page.getByText(/^expires in/).waitFor();
    await opened.execute();
    await opened.response('RESYNC').waitFor();
    const aborted = page.context().waitForEvent('requestfailed');
    await page.getByRole('button', { name: /^Stop/ }).click();
    await aborted;
    expect(opened.problems()).toEqual([`${jwt.url}/graphql failed`]);
  });
});

/** The apps in examples/, built and driven in a browser, from another origin than the gateway. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page, type Response } from 'playwright-core';
import { type Member, type OrganizationRecord } from '../../src/emulator/index.js';
import { freePort } from '../support/free-port.js';
import { CHROMIUM, describeWith } from '../support/programs.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const ADMINISTRATOR = /with every scope/;
const ORGANIZATION_ADMINISTRATOR = /^Administrator of/;
const MEMBER = /^Member of/;
const WITHOUT_MEMBERS = /with read:organizations$/;

const root = join(import.meta.dirname, '../..');
const APPS = ['react-apollo', 'react-urql', 'react-relay'];
const LOOKS = [
  { title: 'light', scheme: 'light', size: { width: 1320, height: 800 } },
  { title: 'dark', scheme: 'dark', size: { width: 1320, height: 800 } },
  { title: 'phone', scheme: 'light', size: { width: 390, height: 780 } },
] as const;

let browser: Browser;
let gateway: TestGateway;
let served: ChildProcess;
/** Where each app is: never where the gateway is. */
const origins = new Map<string, string>();
/** Each test takes the next one. The first is that of the suggested people. */
let organizations: Iterator<OrganizationRecord, undefined>;

/** Builds and serves all apps. Resolves when they can be opened. */
async function serve(): Promise<void> {
  const ports = [...origins].map(([name, origin]) => `${name}=${new URL(origin).port}`);
  served = fork(join(import.meta.dirname, 'serve.mjs'), ports, {
    env: {
      ...process.env,
      VITE_GATEWAY_URL: `${gateway.url}/graphql`,
      EMULATOR_URL: gateway.emulator.url,
    },
  });
  await once(served, 'message');
}

describeWith('chromium')('the examples', () => {
  beforeAll(async () => {
    for (const name of APPS) origins.set(name, `http://127.0.0.1:${await freePort()}`);
    gateway = await startGateway({
      emulator: { organizations: 45, usersPerOrganization: 25 },
      env: {
        AUTH_MODE: 'jwt',
        CACHE: 'memory',
        // A rate limit shows at once.
        UPSTREAM_RETRIES: '0',
        // In development pages of this machine may call the gateway without a setting.
        NODE_ENV: 'production',
        CORS_ORIGINS: [...origins.values()].join(','),
      },
    });
    organizations = gateway.emulator.state.organizations.values();
    organizations.next();
    const launch = chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    [browser] = await Promise.all([launch, serve()]);
  });
  afterAll(async () => {
    served?.kill();
    await browser?.close();
    await gateway?.close();
  });

  describe.each(APPS)('%s', (name) => {
    let page: Page;
    let complaints: string[];

    // One page for all tests of an app: opening it takes as long as a test.
    beforeAll(async () => {
      const context = await browser.newContext({ viewport: { width: 1180, height: 860 } });
      page = await context.newPage();
      page.setDefaultTimeout(60_000);
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      await page.goto(origins.get(name)!);
    });
    afterAll(() => page?.context().close());
    beforeEach(() => {
      complaints = [];
      gateway.emulator.clearRequests();
    });
    afterEach(() => expect(complaints).toEqual([]));

    /** Opens the app as somebody, at an organization or at the list. */
    async function open(who: RegExp, code = '') {
      await page.goto(`${origins.get(name)}/#/${code}`);
      const signOut = page.getByRole('button', { name: 'Sign out' });
      if (await signOut.isVisible()) await signOut.click();
      await page.getByRole('button', { name: who }).click();
    }
    const section = (title: string) => page.getByRole('region', { name: title });
    const alert = (title: string) => section(title).getByRole('alert');
    const rows = () => section('Members').getByRole('row');
    /** An organization that no other test has read or changed. */
    const unused = () => organizations.next().value!;
    const codeOf = ({ profile }: OrganizationRecord) => profile.code;
    const callsTo = (route: RegExp) => gateway.emulator.calls().filter((call) => route.test(call));

    test('lists organizations as they are scrolled to', async () => {
      let isFailing = true;
      await page.route('**/graphql', async (route) => {
        const isLaterPage = /"(?:after|cursor)":"/.test(route.request().postData() ?? '');
        if (!isLaterPage || !isFailing) return route.fallback();
        isFailing = false;
        const errors = [
          { message: 'No', path: ['organizations'], extensions: { code: 'FORBIDDEN' } },
        ];
        const headers = { 'access-control-allow-origin': '*' };
        return route.fulfill({ json: { data: { organizations: null }, errors }, headers });
      });
      await open(ADMINISTRATOR);
      const list = page.getByRole('navigation', { name: 'Organizations' }).getByRole('link');
      await list.nth(19).waitFor();
      await list.last().scrollIntoViewIfNeeded();
      await page.getByRole('alert').filter({ hasText: 'More organizations' }).waitFor();
      await page.getByRole('button', { name: 'More organizations' }).click();
      await list.nth(39).waitFor();
      await list.last().scrollIntoViewIfNeeded();
      await list.nth(44).waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(new Set(await list.allTextContents()).size).toBe(45);
      await list.nth(2).click();
      await page
        .getByRole('heading', { level: 1, name: (await list.nth(2).textContent())! })
        .waitFor();
    });

    test('filters members by role and searches them', async () => {
      const organization = unused();
      await open(ADMINISTRATOR, codeOf(organization));
      await rows().nth(20).waitFor();
      await section('Members')
        .getByRole('combobox', { name: 'Role', exact: true })
        .selectOption('Developer');
      const members = [...organization.members.values()];
      const developers = members.filter(({ roles }) =>
        [...roles].some(({ key }) => key === 'developer'),
      );
      await expectNames(developers);

      await section('Members')
        .getByRole('combobox', { name: 'Role', exact: true })
        .selectOption('');
      const [, , sought] = members;
      await section('Members').getByRole('searchbox').fill(sought!.user.email!);
      await expectNames([sought!]);
      await section('Members').getByRole('searchbox').fill('nobody has this name');
      await section('Members').getByText('Nobody matches.').waitFor();
    });

    async function expectNames(members: Member[]) {
      const names = members.map(({ user }) => user.full_name || (user.email ?? '')).sort();
      await until(async () => {
        const shown = await section('Members').getByRole('rowheader').allTextContents();
        expect(shown.sort()).toEqual(names);
      });
    }

    test('shows all members of a list that is scrolled', async () => {
      const organization = unused();
      await open(ADMINISTRATOR, codeOf(organization));
      await rows().nth(20).waitFor();
      await rows().last().scrollIntoViewIfNeeded();
      await rows().nth(25).waitFor();
      await expectNames([...organization.members.values()]);
    });

    test('adds a role to a member and removes it, without a reload', async () => {
      const organization = unused();
      await open(ADMINISTRATOR, codeOf(organization));
      const { row, person } = await firstWithout('Auditor');
      await row.getByRole('combobox', { name: `Add a role to ${person}` }).selectOption('Auditor');
      const remove = row.getByRole('button', { name: `Remove Auditor from ${person}` });
      await remove.click();
      await remove.waitFor({ state: 'detached' });
      expect(callsTo(/^(POST|DELETE) .*\/roles/).length).toBeGreaterThanOrEqual(2);
      const member = memberNamed(organization, person);
      expect([...member.roles].map(({ key }) => key)).not.toContain('auditor');
    });

    /** The member whom the page shows by this name, or by this address where Kinde has no name. */
    const memberNamed = ({ members }: OrganizationRecord, person: string) =>
      [...members.values()].find(({ user }) => [user.full_name, user.email].includes(person))!;

    /** The first member on the page who lacks a role. */
    async function firstWithout(role: string) {
      await rows().nth(1).waitFor();
      const row = rows()
        .filter({ has: page.getByRole('combobox') })
        .filter({ hasNot: page.getByRole('button', { name: `Remove ${role}` }) })
        .first();
      const person = (await row.getByRole('rowheader').textContent())!;
      return { row: rows().filter({ has: page.getByRole('rowheader', { name: person }) }), person };
    }

    test('switches a flag at once, and back with the reason when it is refused', async () => {
      const organization = unused();
      await open(ADMINISTRATOR, codeOf(organization));
      const flag = section('Feature flags').getByRole('switch', { name: 'beta_dashboard' });
      const isOn = async () => (await flag.getAttribute('aria-checked')) === 'true';
      await flag.waitFor();
      const before = await isOn();
      const end = gateway.emulator.fault({
        route: 'PATCH /api/v1/organizations/{org_code}/feature_flags/{feature_flag_key}',
        times: 1,
        respond: {
          status: 400,
          body: { errors: [{ code: 'FLAG_LOCKED', message: 'This flag is locked.' }] },
        },
      });
      let release = () => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route(`${gateway.url}/graphql`, async (route, request) => {
        if (request.postData()?.includes('updateFeatureFlagOverride')) await released;
        await route.continue();
      });
      await flag.click();
      await until(async () => expect(await isOn()).toBe(!before));
      release();
      await alert('Feature flags').getByText('This flag is locked.').waitFor();
      expect(await isOn()).toBe(before);
      await page.unroute(`${gateway.url}/graphql`);
      end();

      await flag.click();
      await until(() => expect(callsTo(/^PATCH .*beta_dashboard/)).toHaveLength(2));
      await alert('Feature flags').waitFor({ state: 'detached' });
      expect(await isOn()).toBe(!before);
    });

    test('invites by e-mail, lists the invitation and revokes it', async () => {
      await open(ADMINISTRATOR, codeOf(unused()));
      const invitations = section('Invitations');
      await invitations.getByLabel('E-mail address').fill('new.person@example.com');
      await invitations.getByLabel('As').selectOption('Auditor');
      await invitations.getByRole('button', { name: 'Invite' }).click();
      const invite = invitations
        .getByRole('listitem')
        .filter({ hasText: 'new.person@example.com' });
      await invite.getByText('Auditor').waitFor();

      await invitations.getByLabel('E-mail address').fill('new.person@example.com');
      await invitations.getByRole('button', { name: 'Invite' }).click();
      await alert('Invitations').waitFor();

      await invite.getByRole('button', { name: 'Revoke' }).click();
      await invite.waitFor({ state: 'detached' });
    });

    test('shows an administrator of an organization that one only', async () => {
      await open(ORGANIZATION_ADMINISTRATOR);
      await rows().nth(1).waitFor();
      await section('Invitations').getByRole('button', { name: 'Invite' }).waitFor();
      expect(await page.getByRole('navigation').count()).toBe(0);
    });

    test('hides from a member what it may not do, and says what it may not see', async () => {
      await open(MEMBER);
      await rows().nth(1).waitFor();
      await alert('Feature flags').getByText('read:organization_feature_flags').waitFor();
      await alert('Invitations').getByText('read:organization_invites').waitFor();
      expect(await page.getByRole('combobox', { name: /^Add a role/ }).count()).toBe(0);
      expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Invite' }).count()).toBe(0);
    });

    test('says that reading members is forbidden, and not that there are none', async () => {
      await open(WITHOUT_MEMBERS, codeOf(unused()));
      await alert('Members').getByText('read:organization_users').waitFor();
      await page.getByRole('status').getByText('Live').waitFor();
      expect(await alert('Members').textContent()).toMatch(/^You may not see/);
      expect(await section('Members').getByText('Nobody matches.').count()).toBe(0);
    });

    test('tells to look before a write is repeated whose outcome is unknown', async () => {
      await open(ADMINISTRATOR, codeOf(unused()));
      const { row, person } = await firstWithout('Auditor');
      gateway.emulator.fault({
        route: 'POST /api/v1/organizations/{org_code}/users/{user_id}/roles',
        times: 1,
        respond: 'reset-after-write',
      });
      await row.getByRole('combobox').selectOption('Auditor');
      await alert('Members').getByText('It is unknown whether').waitFor();
      expect(await alert('Members').getByRole('button', { name: 'Try again' }).count()).toBe(0);
      await alert('Members').getByRole('button', { name: 'Look again' }).click();
      await row.getByRole('button', { name: `Remove Auditor from ${person}` }).waitFor();
    });

    test('shows what others change, and keeps the pages that were read', async () => {
      const organization = unused();
      await open(ADMINISTRATOR, codeOf(organization));
      await page.getByRole('status').getByText('Live').waitFor();
      const firstPage = await rows().count();
      await section('Members').getByRole('button', { name: 'More members' }).click();
      await until(async () => expect(await rows().count()).toBeGreaterThan(firstPage));
      const shown = await rows().count();
      const { row, person } = await firstWithout('Auditor');
      const member = memberNamed(organization, person);
      const token = await gateway.emulator.issueToken();
      const { errors } = await gateway.execute(
        `mutation ($input: AddOrganizationUserRoleInput!) {
          addOrganizationUserRole(input: $input) { userErrors { message } }
        }`,
        {
          input: {
            organizationCode: codeOf(organization),
            userId: member.user.id,
            role: { key: 'auditor' },
          },
        },
        { authorization: `Bearer ${token}` },
      );
      expect(errors).toBeUndefined();
      await row.getByRole('button', { name: `Remove Auditor from ${person}` }).waitFor();
      expect(await rows().count()).toBe(shown);
    });

    test('says that it reconnects while the stream is interrupted', async () => {
      await page.evaluate(interruptibleStreams);
      await open(ADMINISTRATOR, codeOf(unused()));
      const status = page.getByRole('status');
      await status.getByText('Live', { exact: true }).waitFor();
      await page.evaluate(() => window.dispatchEvent(new Event('interrupt')));
      await status.getByText('Reconnecting').waitFor();
      expect(await status.getByText('Live', { exact: true }).count()).toBe(0);
      await page.evaluate(() => window.dispatchEvent(new Event('restore')));
      await status.getByText('Live', { exact: true }).waitFor();
    });

    const alphabeticallyFirst = () =>
      [...gateway.emulator.state.organizations.values()].reduce((one, other) =>
        other.profile.name < one.profile.name ? other : one,
      );

    test('fits a screen and a phone, in light and dark', async () => {
      for (const { title, size, scheme } of LOOKS) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.setViewportSize(size);
        await open(ADMINISTRATOR, codeOf(alphabeticallyFirst()));
        await page.getByRole('status').getByText('Live').waitFor();
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width).toBe(size.width);
        if (process.env['SCREENSHOTS'] === 'true' && name === APPS[0]) {
          await page.screenshot({ path: join(root, `docs/images/example-${title}.png`) });
        }
      }
      await page.getByRole('link', { name: '‹ Organizations' }).click();
      await page.getByRole('navigation').waitFor();
      await page.setViewportSize({ width: 1180, height: 860 });
    });

    test('counts down the wait of a rate limit, and reads again', async () => {
      const organization = unused();
      const end = gateway.emulator.fault({
        route: 'GET /api/v1/organizations/{org_code}/users',
        respond: { rateLimitSeconds: 1 },
      });
      await open(ADMINISTRATOR, codeOf(organization));
      await alert('Members')
        .getByRole('timer')
        .getByText(/^Wait \d+ s/)
        .waitFor();
      await section('Feature flags').getByRole('switch').first().waitFor();
      end();
      await rows().nth(20).waitFor();
    });

    test('lets a write be repeated once the wait of a rate limit is over', async () => {
      await open(ADMINISTRATOR, codeOf(unused()));
      const { row, person } = await firstWithout('Auditor');
      gateway.emulator.fault({
        route: 'POST /api/v1/organizations/{org_code}/users/{user_id}/roles',
        times: 1,
        respond: { rateLimitSeconds: 1 },
      });
      const disabled = page.evaluate(disabledButton, 'Try again');
      await row.getByRole('combobox').selectOption('Auditor');
      await disabled;
      // It waits until the control is enabled.
      await alert('Members').getByRole('button', { name: 'Try again' }).click();
      await row.getByRole('button', { name: `Remove Auditor from ${person}` }).waitFor();
      await alert('Members').waitFor({ state: 'detached' });
      expect(callsTo(/^POST .*\/roles/)).toHaveLength(2);
    });

    test('opens another stream with another token when the first one ends with its token', async () => {
      await open(ADMINISTRATOR);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.goto(`${origins.get(name)}/#/${codeOf(unused())}`);
      /** The tokens of the streams that the gateway opened. */
      const tokens: string[] = [];
      const note = (response: Response) => {
        const { accept, authorization } = response.request().headers();
        if (accept === 'text/event-stream' && response.ok()) tokens.push(authorization!);
      };
      page.on('response', note);
      await page.route('**/_emulator/tokens', (route, request) =>
        request.method() === 'POST' && tokens.length === 0
          ? route.continue({ postData: { ...request.postDataJSON(), expiresIn: -3 } })
          : route.continue(),
      );
      await page.getByRole('button', { name: ADMINISTRATOR }).click();
      await until(() => expect(new Set(tokens).size).toBe(2));
      await page.getByRole('status').getByText('Live').waitFor();
      page.off('response', note);
      await page.unroute('**/_emulator/tokens');
    });

    test('sends another token before the first one expires', async () => {
      const tokens: string[] = [];
      page.on('request', (request) => {
        const { authorization } = request.headers();
        if (authorization !== undefined) tokens.push(authorization);
      });
      await open(ADMINISTRATOR, codeOf(unused()));
      await rows().nth(1).waitFor();
      const search = async (text: string) => {
        const sent = page.waitForRequest(
          (request) => request.postDataJSON()?.variables?.search === text,
        );
        await section('Members').getByRole('searchbox').fill(text);
        await sent;
        return tokens.at(-1);
      };
      const token = tokens.at(-1);
      expect(await search('a')).toBe(token);
      // From here on the page's clock stands still.
      await page.clock.setFixedTime(Date.now() + 3_580_000);
      expect(await search('e')).not.toBe(token);
    });
  });
});

/** Repeats an assertion until it holds. */
async function until(assertion: () => void | Promise<void>): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
      await setTimeout(30);
    }
  }
}

/** Resolves once a page shows a button with this text that is disabled, however briefly. */
function disabledButton(text: string): Promise<void> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll('button')];
      if (!buttons.some((button) => button.disabled && button.textContent === text)) return;
      observer.disconnect();
      resolve();
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  });
}

/**
 * Lets a page's streams be interrupted by an event, until another one. Chromium's own switch for being
 * offline leaves open ones open. The waits of the page are a twentieth meanwhile.
 */
function interruptibleStreams() {
  const { fetch: send, setTimeout: wait } = window;
  const streams = new Set<TransformStreamDefaultController>();
  let isInterrupted = false;
  window.fetch = async (url, init) => {
    if (new Headers(init?.headers).get('accept') !== 'text/event-stream') return send(url, init);
    if (isInterrupted) throw new TypeError('Interrupted');
    const response = await send(url, init);
    const start = (controller: TransformStreamDefaultController) => void streams.add(controller);
    const { readable, writable } = new TransformStream({ start });
    response.body!.pipeTo(writable).catch(() => undefined);
    return new Response(readable, response);
  };
  window.addEventListener('interrupt', () => {
    isInterrupted = true;
    const briefly = (act: () => void, ms?: number) => wait(act, (ms ?? 0) / 20);
    Object.assign(window, { setTimeout: briefly });
    for (const stream of streams) stream.error(new TypeError('Interrupted'));
  });
  window.addEventListener('restore', () => {
    isInterrupted = false;
    Object.assign(window, { setTimeout: wait, fetch: send });
  });
}

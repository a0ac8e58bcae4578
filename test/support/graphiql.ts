/** GraphiQL in Chromium, watched for what a page of its own origin must not do. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { CHROMIUM } from './programs.js';

export interface OpenOptions {
  width?: number;
  height?: number;
  /** What localStorage holds from an earlier visit. */
  storage?: Record<string, string>;
  colorScheme?: 'light' | 'dark';
  /** Whether the browser blocks localStorage and sessionStorage, as its user may have it do. */
  isStorageBlocked?: boolean;
  /** The query string of the page, or what is after `#`. */
  search?: string;
}

export interface OpenedPage {
  page: Page;
  operation(): ReturnType<Page['locator']>;
  /** The response pane once it has this text. */
  response(text: string): ReturnType<Page['locator']>;
  execute(): Promise<void>;
  /** Resolves when the variables of the active tab have a code of the environment. */
  filled(): Promise<unknown>;
  /** Resolves when no more problems come. */
  settled(): Promise<void>;
  /** The headers of the last POST. */
  lastHeaders(): Record<string, string>;
  /** Requests to other origins, failed requests, errors and warnings of the console, since the last call. */
  problems(): string[];
  /** Saves a picture below the temporary directory, if SCREENSHOT_DIR names a directory there. */
  screenshot(name: string): Promise<void>;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
}

/** Opens the page of a gateway in a browser context of its own. */
export async function openGraphiql(
  browser: Browser,
  url: string,
  {
    width = 1280,
    height = 800,
    storage = {},
    colorScheme = 'light',
    isStorageBlocked = false,
    search = '',
  }: OpenOptions = {},
): Promise<OpenedPage> {
  let problems: string[] = [];
  let lastHeaders: Record<string, string> = {};
  const context = await browser.newContext({
    viewport: { width, height },
    // A phone has no mouse to hover.
    ...(width < 640 ? { isMobile: true, hasTouch: true } : {}),
    colorScheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  context.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== url && protocol !== 'data:') problems.push(`${request.url()} is foreign`);
    if (request.method() === 'POST') lastHeaders = request.headers();
  });
  context.on('requestfailed', (request) => problems.push(`${request.url()} failed`));
  context.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.url()} ${response.status()}`);
  });
  // A violated policy is among the console's errors, a worker's too.
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  context.on('weberror', (webError) => problems.push(String(webError.error())));
  await page.addInitScript((items) => {
    for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
  }, storage);
  if (isStorageBlocked) await page.addInitScript(blockStorage);
  await page.goto(`${url}/graphiql${search}`);
  return {
    page,
    operation: () => page.locator('.graphiql-query-editor .view-lines'),
    response: (text) => page.locator('.graphiql-response .view-lines', { hasText: text }),
    execute: () => page.getByRole('button', { name: /^Execute/ }).click(),
    filled: () =>
      page.waitForFunction(() => {
        const { tabs = [], activeTabIndex = 0 } = JSON.parse(
          localStorage.getItem('graphiql:tabState') ?? '{}',
        );
        const { title, variables } = tabs[activeTabIndex] ?? {};
        const selected = document.querySelector('[role=tab][aria-selected=true]');
        return selected?.textContent?.includes(title) && /"org_\w+"/.test(variables ?? '');
      }),
    settled: async () => {
      for (let before = -1; before !== problems.length; await page.waitForTimeout(300)) {
        before = problems.length;
      }
    },
    lastHeaders: () => lastHeaders,
    problems: () => {
      const found = problems;
      problems = [];
      return found;
    },
    screenshot: async (name) => {
      const directory = process.env['SCREENSHOT_DIR'];
      if (directory === undefined) return;
      await page.screenshot({ path: join(tmpdir(), directory, `graphiql-${name}.png`) });
    },
  };
}

function blockStorage(): void {
  for (const name of ['localStorage', 'sessionStorage']) {
    Object.defineProperty(window, name, {
      get() {
        throw new DOMException('Access is denied.', 'SecurityError');
      },
    });
  }
}

/** Returns the contrast of a text with what is behind it, as WCAG defines it. */
export function contrastOf(text: Locator): Promise<number> {
  return text.evaluate((element) => {
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', { willReadFrequently: true })!;
    const paint = (color: string) => {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue] = [...context.getImageData(0, 0, 1, 1).data].map((byte) =>
        byte < 11 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    };
    // From the page on: a background can let through what is behind it.
    const backgrounds: string[] = [];
    for (let one: Element | null = element; one !== null; one = one.parentElement) {
      backgrounds.unshift(getComputedStyle(one).backgroundColor);
    }
    const behind = ['white', ...backgrounds].map(paint).at(-1)!;
    const [dark, light] = [behind, paint(getComputedStyle(element).color)].sort((a, b) => a - b);
    return (light! + 0.05) / (dark! + 0.05);
  });
}

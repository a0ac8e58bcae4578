/** What the README and docs/ say by name is there: settings and their defaults, tests, files and headings. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fileVariable, readConfig, settingsByVariable } from '../../src/config.js';
import { isTitled } from '../support/titles.js';

const root = join(import.meta.dirname, '../..');
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const matches = (from: string, pattern: RegExp) =>
  [...from.matchAll(pattern)].map(([, first, second]) => [first!, second] as const);

const emulatorSettings = new Set(
  matches(text('src/emulator/settings.ts'), /^ {2}([A-Z][A-Z_]+):/gm).map(([name]) => name),
);

/** Each secret can be in a file. */
const secretFiles = [...settingsByVariable.values()]
  .filter(({ isSecret }) => isSecret)
  .map(({ variable }) => fileVariable(variable));

/** The default of a setting as a page shows it; undefined where it is no constant. */
const defaultOf = (name: string) => settingsByVariable.get(name)?.default || undefined;

/** What others read or say. */
const OTHERS = [
  // Read by the workflow of a release.
  'IMAGE_REGISTRY',
  // An error of the example's nginx.
  'BAD_GATEWAY',
  // An error of Apollo Server's.
  'PERSISTED_QUERY_NOT_FOUND',
  // Read by tests.
  'SCREENSHOT_DIR',
  // Read by OpenTelemetry's exporter itself.
  'OTEL_EXPORTER_OTLP_TIMEOUT',
];

/** The anchors of a page's headings. */
const slugsOf = (path: string) =>
  matches(text(path), /^#+ (.+)$/gm).map(([title]) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

describe.each(pages)('%s', (page) => {
  const markdown = text(page);

  test('sets no setting that is not read, and gives no default that is not its', () => {
    const set = matches(markdown, /(?<![\w{?&])([A-Z]{2,}(?:_[A-Z]+)*)=(?=\S)/g);
    const unread = set
      .map(([name]) => name)
      .filter((name) => !settingsByVariable.has(name) && !emulatorSettings.has(name))
      .filter((name) => !secretFiles.includes(name) && name !== 'NEW_SECRET');
    expect(unread).toEqual([]);
    for (const [name, value] of matches(markdown, /`([A-Z]+(?:_[A-Z]+)+|CACHE)` \(`?(\w+)`?\)/g)) {
      const known = defaultOf(name);
      if (known !== undefined) expect([name, value]).toEqual([name, known]);
      else expect([...settingsByVariable.keys(), ...emulatorSettings]).toContain(name);
    }
  });

  test('names in capitals only what the sources have', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => text(`src/${name}`));
    const schema = readdirSync(join(root, 'schema')).map((name) => text(`schema/${name}`));
    const known = new Set<string>([
      ...OTHERS,
      ...secretFiles,
      ...[...sources, ...schema].join('\n').match(/\b[A-Z]+(?:_[A-Z]+)+\b/g)!,
    ]);
    const named = matches(markdown, /`([A-Z]+(?:_[A-Z]+)+)`/g).map(([name]) => name);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test('names tests that are there', () => {
    for (const [file, title] of matches(markdown, /`test\/([\w/-]+)\.test\.ts(?: › ([^`]+))?`/g)) {
      expect(existsSync(join(root, 'test', `${file}.test.ts`))).toBe(true);
      if (title === undefined) continue;
      const isThere = isTitled(file, title);
      expect({ file, title, isThere }).toEqual({ file, title, isThere: true });
    }
  });
});

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')
  .filter((file) => existsSync(join(root, file)));

test.each(files.filter((file) => file.endsWith('.md')))(
  '%s links to files and headings that are there',
  (page) => {
    for (const [target] of matches(text(page), /\]\(((?!https?:)[^)\s]+)\)/g)) {
      const [file, heading] = target.split('#') as [string, string?];
      const path = file === '' ? page : join(dirname(page), file);
      expect({ target, isThere: existsSync(join(root, path)) }).toEqual({ target, isThere: true });
      if (heading === undefined) continue;
      expect(slugsOf(path)).toContain(heading);
    }
  },
);

/** What a React app or a project with tests has already. */
const PRESENT = ['react', 'react-dom', 'vite', '@jest/globals'];

test('the packages of recipes are installed by a command of the docs', () => {
  const all = pages.map(text).join('\n');
  const imported = matches(all, /^(?:import|export) .* from '((?:@[\w-]+\/)?[\w-]+)[^']*';$/gm);
  const installed = matches(all, /npm install (?:--save-dev )?([\w@/ -]+)/g).flatMap(([names]) =>
    names
      .trim()
      .split(' ')
      .map((name) => name.replace(/@\d+$/, '')),
  );
  expect(imported.length).toBeGreaterThan(30);
  for (const [name] of imported) expect([...PRESENT, ...installed]).toContain(name);
});

test('messages, descriptions and comments name pages of the docs that are there', () => {
  const named = files
    .filter((file) => /^(src|schema|deploy|examples|\.github|[^/]+$)/.test(file))
    .filter((file) => /\.(ts|tsx|graphql|ya?ml|env|json|conf|sh|mjs)$/.test(file))
    .flatMap((file) => matches(text(file), /\b(docs\/[\w-]+\.md(?:#[\w-]+)?)/g))
    .map(([target]) => target);
  expect(named.length).toBeGreaterThan(50);
  for (const target of new Set(named)) {
    const [path, heading] = target.split('#') as [string, string?];
    expect([target, existsSync(join(root, path))]).toEqual([target, true]);
    if (heading !== undefined) expect(slugsOf(path)).toContain(heading);
  }
});

test.each([
  ['add someone by e-mail', 'mutations.md#add-someone-by-e-mail'],
  ['hide what a user may not do', 'authorization.md#what-the-caller-may-do'],
  ['a switch that reacts at once', '#optimistic-updates'],
  ['why is this field null', 'schema.md#why-is-this-field-null'],
  ['test your app without Kinde', 'testing.md'],
])('a search for "%s" finds %s, and the recipes lead there', (words, target) => {
  const [file, heading] = target.split('#') as [string, string?];
  const page = file === '' ? 'frontend.md' : file;
  expect(text(`docs/${page}`).toLowerCase()).toContain(words.toLowerCase());
  const row = text('docs/frontend.md')
    .split('\n')
    .find((line) => line.startsWith('|') && line.includes(`](${target})`));
  expect(row).toBeDefined();
  expect(heading === undefined || slugsOf(`docs/${page}`).includes(heading)).toBe(true);
});

/** The rows of a page's tables that begin with a variable, by that variable. */
const settingRows = (page: string) =>
  new Map(
    matches(text(page), /^\| `([A-Z_]+)` +(\|.*)$/gm).map(
      ([variable, row]) => [variable, row!.replace(/ +/g, ' ').trim()] as const,
    ),
  );

test('docs/emulator.md has each setting of the emulator, with its range', () => {
  const rows = settingRows('docs/emulator.md');
  expect([...rows.keys()].sort()).toEqual([...emulatorSettings].sort());
  const ranges = matches(
    text('src/emulator/settings.ts').replaceAll('_000', '000'),
    /^ {2}(\w+): whole\((\d+, \d+)\)/gm,
  );
  expect(ranges.length).toBeGreaterThan(8);
  for (const [name, range] of ranges) {
    expect(rows.get(name)).toContain(`| ${range!.replace(', ', ' to ')} |`);
  }
});

test('docs/settings.md is generated from the table of settings', () => {
  const rows = settingRows('docs/settings.md');
  expect([...rows.keys()].sort()).toEqual([...settingsByVariable.keys()].sort());
  for (const { variable, description } of settingsByVariable.values()) {
    expect(rows.get(variable)).toContain(`| ${description} |`);
  }
});

test('docs/operating.md has each kind of key in Redis', () => {
  const sources = files.filter((file) => /^src\/.*\.ts$/.test(file)).map(text);
  const redis = sources.filter((source) => /prefixOf|ReplicaKeys/.test(source)).join('\n');
  const kinds = matches(redis, /(?:[pP]refix(?:Of\(name\))?\}:|\bname\([`'])([a-z]+)/g);
  expect(kinds.length).toBeGreaterThan(8);
  const page = text('docs/operating.md');
  const section = page.slice(
    page.indexOf('## What Redis holds'),
    page.indexOf('## The audit trail'),
  );
  for (const [kind] of kinds) expect(section).toMatch(new RegExp(`\`${kind}\\b`));
});

describe('docs/security.md', () => {
  const page = text('docs/security.md');

  test('has a test for each promise', () => {
    const rows = page.split('\n').filter((line) => /^\| (?!promise|-)/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    for (const row of rows) expect(row).toMatch(/`test\/\S+\.test\.ts › [^`]+`/);
  });

  test('its settings for production are those of a gateway that starts, closed', () => {
    const [, block] = /```sh\n(NODE_ENV[^]*?)```/.exec(page)!;
    const env = Object.fromEntries(
      block!
        .trim()
        .split('\n')
        .map((line) => line.split('=', 2)),
    );
    const documents = join(mkdtempSync(join(tmpdir(), 'docs-')), env['TRUSTED_DOCUMENTS']);
    writeFileSync(documents, '{}');
    expect(readConfig({ ...env, TRUSTED_DOCUMENTS: documents })).toMatchObject({
      authMode: 'jwt',
      isProduction: true,
      isSchemaPublic: false,
      isGraphiqlServed: false,
      jwt: { audience: 'https://gateway.acme.example' },
    });
  });
});

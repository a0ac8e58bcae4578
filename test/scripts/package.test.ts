/** What is published: the same bytes from the same sources, and a package that works by itself. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'package-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** A copy of what a build reads, built; the names and hashes of what it made. */
async function buildIn(name: string): Promise<Record<string, string>> {
  const copy = join(directory, name);
  for (const entry of JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).files) {
    if (entry !== 'dist') cpSync(join(root, entry), join(copy, entry), { recursive: true });
  }
  for (const entry of ['src', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(join(root, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'dir');
  await run('node', ['scripts/build.mjs'], { cwd: copy });
  const files = readdirSync(join(copy, 'dist'), { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    files
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [
        path.slice(copy.length + 1),
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      ]),
  );
}

let built: Record<string, string>;
beforeAll(async () => {
  built = await buildIn('one');
});

test('two builds in two places are the same, byte for byte', async () => {
  expect(Object.keys(built).length).toBeGreaterThan(100);
  expect(await buildIn('two')).toEqual(built);
});

test('the package holds what its command needs, and nothing else of the repository', async () => {
  const copy = join(directory, 'one');
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--silent'], {
    cwd: copy,
  });
  const [{ filename, files }] = JSON.parse(stdout);
  const names = files.map(({ path }: { path: string }) => path.split('/')[0]);
  expect([...new Set(names)].sort()).toEqual(
    [
      ...[
        '.env.example',
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'bin',
        'dist',
        'docs',
        'package.json',
        'schema',
      ],
      'schema.graphql',
    ].sort(),
  );

  const place = mkdtempSync(join(directory, 'installed-'));
  await run('tar', ['xzf', join(copy, filename), '-C', place]);
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'), 'dir');
  const { bin } = JSON.parse(readFileSync(join(place, 'package/package.json'), 'utf8'));
  const command = join(place, 'package', bin['kinde-graphql']);
  expect(readFileSync(command, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  const env = { PATH: process.env['PATH'] };
  const { stdout: sdl } = await run('node', [command, 'schema'], { cwd: place, env });
  expect(sdl).toBe(readFileSync(join(root, 'schema.graphql'), 'utf8'));
  const { stdout: report } = await run('node', [command, 'check-config'], { cwd: place, env });
  expect(report).toContain('The gateway can serve with these settings.');
});

describe('what web apps import', () => {
  const app = join(directory, 'app');
  const files = {
    'module.mjs': `import * as apollo from 'kinde-graphql/apollo';
      import * as urql from 'kinde-graphql/urql';
      console.log(JSON.stringify([Object.keys(apollo), Object.keys(urql)]));`,
    'script.cjs': `const modules = [require('kinde-graphql/apollo'), require('kinde-graphql/urql')];
      console.log(JSON.stringify(modules.map((exports) => Object.keys(exports).sort())));`,
    'typed.mts': `import { InMemoryCache } from '@apollo/client';
      import { createTypePolicies, possibleTypes } from 'kinde-graphql/apollo';
      new InMemoryCache({ possibleTypes, typePolicies: createTypePolicies({ appendPages: false }) });`,
    'typed.cts': `import { cacheExchange } from '@urql/exchange-graphcache';
      import { typePolicies } from 'kinde-graphql/apollo';
      import { keys, possibleTypes, resolvers, updates } from 'kinde-graphql/urql';
      cacheExchange({ keys, possibleTypes, resolvers, updates });
      // @ts-expect-error: its type is known here, too.
      typePolicies satisfies string;`,
    'testing.mts': `import { startGateway, type TestGateway } from 'kinde-graphql/testing';
      await using gateway: TestGateway = await startGateway({ settings: { AUTH_MODE: 'none' } });
      const end: () => Promise<void> = await gateway.fault({ route: 'GET /api/v1/roles', respond: 'hang' });
      // @ts-expect-error: a route has a method.
      await gateway.fault({ route: '/api/v1/roles', respond: 'hang' });`,
    'testing.cts': `import { startEmulator } from 'kinde-graphql/testing';
      startEmulator({ organizations: 3 }).then(({ settings }) => settings.KINDE_DOMAIN.length);`,
  };
  beforeAll(() => {
    const installed = join(app, 'node_modules', 'kinde-graphql');
    cpSync(join(directory, 'one/dist'), join(installed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
  });

  test.each(['module.mjs', 'script.cjs'])(
    'runs from %s without any other package',
    async (name) => {
      const { stdout } = await run('node', [join(app, name)]);
      expect(JSON.parse(stdout)).toEqual([
        ['createTypePolicies', 'possibleTypes', 'typePolicies'],
        ['keys', 'possibleTypes', 'resolvers', 'updates'],
      ]);
    },
  );

  test('has no code of the server', () => {
    for (const name of ['apollo', 'urql']) {
      const code = readFileSync(join(directory, 'one/dist/clients', `${name}.js`), 'utf8');
      expect(code).not.toMatch(/\b(?:import|require)\b/);
      expect(code.length).toBeLessThan(18_000);
    }
  });

  test('has types for modules and for scripts', () => {
    for (const name of ['@apollo', '@urql', 'graphql', 'rxjs', 'wonka', '@wry', 'optimism']) {
      symlinkSync(join(root, 'node_modules', name), join(app, 'node_modules', name));
    }
    const sources = Object.keys(files).filter((name) => /\.[cm]ts$/.test(name));
    const program = ts.createProgram(
      sources.map((name) => join(app, name)),
      {
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        types: [],
        module: ts.ModuleKind.NodeNext,
        target: ts.ScriptTarget.ES2023,
      },
    );
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(
        ({ file, messageText }) =>
          `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
      );
    expect(problems).toEqual([]);
  });
});

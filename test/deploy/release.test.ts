/** What a release is made of: workflows, notes, licences. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { waitFor } from '../support/wait-for.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('workflows', () => {
  const workflows = readdirSync(join(root, '.github/workflows'));

  const lint = (...paths: string[]) => {
    const args = [join(root, 'scripts/lint-workflows.mjs'), ...paths];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  };

  test('are valid', () => {
    expect(lint(...workflows.map((name) => join(root, '.github/workflows', name)))).toEqual([]);
    const wrong = join(mkdtempSync(join(tmpdir(), 'workflow-')), 'wrong.yml');
    writeFileSync(wrong, 'on: push\njobs: { a: { runs-on: ubuntu-latest, step: [] } }');
    expect(lint(wrong)).not.toEqual([]);
  });

  test('have no more rights than reading the repository, unless a job says why', () => {
    for (const name of workflows) {
      const { permissions } = parse(read(`.github/workflows/${name}`));
      expect([name, permissions]).toEqual([name, { contents: 'read' }]);
    }
  });

  test('use actions by a commit, which nobody can move, with its version beside it', () => {
    for (const name of workflows) {
      const uses = read(`.github/workflows/${name}`).match(/uses:.*/g) ?? [];
      expect(uses.length).toBeGreaterThan(0);
      for (const use of uses)
        expect(use).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
  });

  test('run files and scripts that are there', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    for (const name of workflows) {
      const text = read(`.github/workflows/${name}`);
      for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g))
        expect(scripts).toContain(script);
      for (const [, path] of text.matchAll(/((?:\.ci|scripts)\/[\w.-]+)/g))
        expect(read(path!)).not.toBe('');
    }
  });

  test('test on the versions of Node that the docs name', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml'));
    const page = read('docs/upgrading.md');
    for (const version of jobs.node.strategy.matrix.node) {
      expect(page).toMatch(new RegExp(`\\b${version}\\b`));
    }
    expect(read('.ci/nodes')).toContain('for version in 22 24;');
    expect(JSON.parse(read('package.json')).engines.node).toBe('>=20.19');
  });
});

test('the package’s scripts run files that are there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const run = Object.entries(scripts).flatMap(([name, script]) =>
    [...script.matchAll(/\b(?:node|tsx) (?:-\S+ )*(\S+)/g)].map(([, file]) => [name, file!]),
  );
  expect(run.length).toBeGreaterThan(10);
  for (const [name, file] of run) {
    const source = file!.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
    expect([name, existsSync(join(root, source))]).toEqual([name, true]);
  }
});

test('npm start refuses arguments, which it would ignore', () => {
  const args = [join(root, 'scripts/start.mjs'), '--port=5000'];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/'--port=5000'.* PORT=5000 npm start/),
  ]);
});

test('npm start ends with a shell that passes no signal on', async () => {
  const program = `
    import { endWithShell } from ${JSON.stringify(pathToFileURL(join(root, 'scripts/end-with-shell.mjs')).href)};
    process.once('SIGTERM', () => process.exit());
    endWithShell();
    setInterval(() => {}, 60_000);
    console.log(process.pid);`;
  // As dash runs npm's scripts; other shells would become the program without a second command.
  const command = `'${process.execPath}' --input-type=module -e "$PROGRAM"; exit`;
  const shell = spawn('sh', ['-c', command], { env: { PROGRAM: program } });
  const [output] = await once(shell.stdout, 'data');
  const isAlive = () => {
    try {
      return process.kill(Number(output), 0);
    } catch {
      return false;
    }
  };
  expect(isAlive()).toBe(true);
  shell.kill();
  await waitFor(() => !isAlive());
});

test('npm run dev ends with such a shell, with all that watches files', async () => {
  // start.mjs refuses the argument before it builds, and the watchers wait for a change.
  const command = `'${process.execPath}' scripts/dev.mjs --port=5000; exit`;
  const shell = spawn('sh', ['-c', command], { cwd: root });
  await once(shell.stderr, 'data');
  shell.kill();
  // Once nobody has its pipes any more.
  await once(shell, 'close');
});

test('the notes of a release are its section of the changelog', () => {
  const notesOf = (version: string) =>
    execFileSync(process.execPath, [join(root, 'scripts/release-notes.mjs'), version], {
      ...{ encoding: 'utf8', stdio: 'pipe' },
    });
  const notes = notesOf('Unreleased');
  expect(notes).toMatch(/^What will be 0\.1\.0/);
  expect(notes).toContain('### Breaking');
  expect(notes).not.toMatch(/^## /m);
  expect(() => notesOf('0.0.1')).toThrow('CHANGELOG.md has no section [0.0.1]');
});

test('docs/dependencies.md has a row for every dependency of the package', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\|(.+)\|$/gm)];
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: object };
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(dependencies).sort());
  for (const [, name, cells] of rows) {
    const [use, size, packages, released, keeper] = cells!.split('|').map((cell) => cell.trim());
    expect([name, use, size, packages, released, keeper]).toEqual([
      name,
      expect.stringMatching(/\w{3}/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^20\d\d-\d\d$/),
      expect.stringMatching(/\w{3}/),
    ]);
  }
});

test('docs/dependencies.md counts the packages that are installed', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<
      string,
      { dev?: boolean; devOptional?: boolean; optional?: boolean; peer?: boolean }
    >;
  };
  const installed = Object.entries(packages).filter(
    ([path, { dev, devOptional, optional, peer }]) =>
      path !== '' && ![dev, devOptional, optional, peer].includes(true),
  );
  const [, count] = /installs (\d+) packages/.exec(read('docs/dependencies.md'))!;
  expect(Number(count)).toBe(installed.length);
});

/** Licences that ask for no more than to be named. */
const ACCEPTED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
].concat(['ISC', 'MIT']);

test('every dependency of the package has a licence that we accept', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const production = Object.entries<{ license?: string; dev?: boolean; devOptional?: boolean }>(
    packages,
  ).filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional);
  expect(production.length).toBeGreaterThan(100);
  for (const [path, { license = 'none' }] of production) {
    const names = license.replace(/[()]/g, '').split(/ (?:AND|OR) /);
    expect([path, names.filter((name) => !ACCEPTED.includes(name))]).toEqual([path, []]);
  }
});

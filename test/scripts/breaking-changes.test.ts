/** The check of schema.graphql against the last release: what passes, and that it can fail. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { printSdl } from '../../src/graphql/schema.js';

const root = join(import.meta.dirname, '../..');
const text = (name: string) => readFileSync(join(root, name), 'utf8');
const directory = mkdtempSync(join(tmpdir(), 'breaking-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the check on a changed schema and a changelog. The schema of the last release is the real one. */
async function check(changed: string, changelog: string, { isReleased = true } = {}) {
  const baseline = join(directory, 'schema.released.graphql');
  if (isReleased) writeFileSync(baseline, text('schema.graphql'));
  else rmSync(baseline, { force: true });
  writeFileSync(join(directory, 'schema.graphql'), changed);
  writeFileSync(join(directory, 'CHANGELOG.md'), changelog);
  return new Promise<{ code: number; output: string }>((resolve) =>
    execFile('node', [join(root, 'scripts/breaking-changes.mjs'), directory], (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
    ),
  );
}

/** The schema with a text of it replaced, which must be there. */
function changed(from: string, to: string): string {
  const sdl = text('schema.graphql');
  if (!sdl.includes(from)) throw new Error(`The schema does not hold ${from}`);
  return sdl.replace(from, to);
}

/** Organization.handle, which inputs have, too, without a directive. */
const HANDLE = '  handle: String @upstream';
const withoutHandle = () => changed(HANDLE, HANDLE.replace('handle', 'slug'));
const empty = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- `Organization.handle`\n';
const listing = (path: string) =>
  `# Changelog\n\n## [Unreleased]\n\n### Breaking\n\n- \`${path}\`: gone.\n\n## [0.1.0]\n`;

test('a removed field fails the check by its name', async () => {
  const { code, output } = await check(withoutHandle(), empty);
  expect(code).toBe(1);
  expect(output).toContain('- `Organization.handle`: Field');
});

test('it passes once the changelog lists it under Breaking', async () => {
  expect(await check(withoutHandle(), listing('Organization.handle'))).toMatchObject({ code: 0 });
});

test('entries of an older release do not count', async () => {
  const older = `## [Unreleased]\n\n${listing('Organization.handle').replace('[Unreleased]', '[0.0.9]')}`;
  expect(await check(withoutHandle(), older)).toMatchObject({ code: 1 });
});

test('every other breaking change is named', async () => {
  const breaks = [
    ['Query.node.depth', '  node(', '  node(depth: Int! '],
    ['Query.node', '): Node\n', '): [Node]\n'],
    ['FeatureFlagType.INTEGER', '  INTEGER\n', '  WHOLE_NUMBER\n'],
    ['CreateOrganizationInput.handle', '  handle: String\n', '  handle: String!\n'],
  ] as const;
  const sdl = breaks.reduce((text, [, from, to]) => {
    expect(text).toContain(from);
    return text.replace(from, to);
  }, text('schema.graphql'));
  const { code, output } = await check(sdl, empty);
  for (const [path] of breaks) expect(output).toContain(`- \`${path}\`: `);
  expect(code).toBe(1);
});

test('additions and deprecations pass, and a new enum value is reported', async () => {
  const { code, output } = await check(
    changed('enum OrganizationSortOrder {', 'enum OrganizationSortOrder {\n  NEWEST').replace(
      HANDLE,
      HANDLE.replace(
        'handle: String',
        'slug: String\n  handle: String @deprecated(reason: "Use `slug`.")',
      ),
    ),
    empty,
  );
  expect(output).toContain('`OrganizationSortOrder.NEWEST`');
  expect(code).toBe(0);
});

test('before the first release nothing fails the check, and after it a missing baseline does', async () => {
  const isReleased = false;
  expect(await check(withoutHandle(), empty, { isReleased })).toMatchObject({
    code: 0,
    output: expect.stringContaining('no release yet'),
  });
  expect(await check(withoutHandle(), listing('Query.node'), { isReleased })).toMatchObject({
    code: 1,
    output: expect.stringContaining('CHANGELOG.md has 0.1.0'),
  });
});

test('schema.graphql is the schema, and the same whenever it is printed', () => {
  expect(printSdl()).toBe(text('schema.graphql'));
});

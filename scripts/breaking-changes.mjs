#!/usr/bin/env node
/**
 * Names every change of schema.graphql since the last release that can break a client, and fails
 * unless CHANGELOG.md lists it under Unreleased, Breaking.
 *
 * The last release's schema is a file, schema.released.graphql, which `npm version` writes. A git tag
 * would be missing from a shallow clone and an archive. Before the first release there is neither, and
 * nothing can break. As soon as CHANGELOG.md has a release, a missing file fails the check.
 *
 * Usage: node scripts/breaking-changes.mjs [directory of the three files]
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const directory = resolve(process.argv[2] ?? join(import.meta.dirname, '..'));
const read = (name) => readFile(join(directory, name), 'utf8');

/** The text under a heading, up to the next of the same level or higher. */
function section(text, level, name) {
  const lines = text.split('\n');
  const isHeading = new RegExp(`^#{1,${level}} `);
  const begin = lines.findIndex((line) => line.startsWith(`${'#'.repeat(level)} ${name}`));
  if (begin < 0) return '';
  const length = lines.slice(begin + 1).findIndex((line) => isHeading.test(line));
  return lines.slice(begin + 1, length < 0 ? undefined : begin + 1 + length).join('\n');
}

const released = await read('schema.released.graphql').catch((error) => {
  if (error.code !== 'ENOENT') throw error;
});
const current = buildSchema(await read('schema.graphql'));
const changelog = await read('CHANGELOG.md');

if (released === undefined) {
  const [, release] = /^## \[(\d[^\]]*)\]/m.exec(changelog) ?? [];
  if (release === undefined) {
    console.log('CHANGELOG.md has no release yet, so no change can break a client.');
    process.exit();
  }
  console.error(
    `schema.released.graphql is missing, though CHANGELOG.md has ${release}. Restore the schema of the last release.`,
  );
  process.exit(1);
}

const changes = await diff(buildSchema(released), current);
const breaking = changes.filter(
  ({ criticality }) => criticality.level === CriticalityLevel.Breaking,
);
const dangerous = changes.filter(
  ({ criticality }) => criticality.level === CriticalityLevel.Dangerous,
);
const listed = section(section(changelog, 2, '[Unreleased]'), 3, 'Breaking');
const unlisted = breaking.filter(({ path }) => !listed.includes(`\`${path}\``));

const line = ({ path, message }) => `- \`${path}\`: ${message}.`;
if (dangerous.length > 0) {
  console.log(`May surprise a client, by what it returns:\n${dangerous.map(line).join('\n')}`);
}
if (unlisted.length > 0) {
  console.error(
    `Breaking since the last release. Deprecate instead, or list in CHANGELOG.md under [Unreleased], Breaking:\n${unlisted.map(line).join('\n')}`,
  );
  process.exitCode = 1;
} else {
  console.log(
    `${changes.length} changes of the schema since the last release, ${breaking.length} of them breaking and listed in CHANGELOG.md.`,
  );
}

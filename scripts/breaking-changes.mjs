#!/usr/bin/env node
/**
 * Names every change of schema.graphql since the last release that can break a client, and fails
 * unless CHANGELOG.md lists it under Unreleased, Breaking.
 *
 * The last release's schema is a file, schema.released.graphql, which `npm version` renews. A git tag
 * would do as well where there is one; but a shallow clone and an archive have none, and a check that
 * finds no baseline there would pass for want of one.
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

const [released, current, changelog] = await Promise.all([
  read('schema.released.graphql').then(buildSchema),
  read('schema.graphql').then(buildSchema),
  read('CHANGELOG.md'),
]);
const changes = await diff(released, current);
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

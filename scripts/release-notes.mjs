/** Prints a version's section of CHANGELOG.md, which is the text of its release. */
import { readFileSync } from 'node:fs';

const version = process.argv[2];
const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
const sections = changelog.split(/^## /m).slice(1);
const section = sections.find((text) => text.startsWith(`[${version}]`));
if (section === undefined) {
  throw new Error(`CHANGELOG.md has no section [${version}]. Rename [Unreleased] first.`);
}
process.stdout.write(`${section.slice(section.indexOf('\n') + 1).trim()}\n`);

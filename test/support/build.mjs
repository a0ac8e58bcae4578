/**
 * Builds dist/ once, before the first test: several test files start its programs. Jest runs this as
 * its `globalSetup`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default function build() {
  execFileSync(process.execPath, ['scripts/build.mjs'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

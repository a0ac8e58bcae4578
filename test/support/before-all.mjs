/** What Jest does once before the first test, as its `globalSetup`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundlePackages } from './bundled-packages.mjs';
import { createFolder } from './temporary-folder.mjs';

const root = join(import.meta.dirname, '../..');

export default async function beforeAll() {
  process.env['TMPDIR'] = createFolder();
  await Promise.all([
    // Several test files start programs of dist/.
    promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: root }),
    bundlePackages(root),
  ]);
}

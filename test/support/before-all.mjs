/** What Jest does once before the first test, as its `globalSetup`. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createFolder } from './temporary-folder.mjs';

export default function beforeAll() {
  // Several test files start programs of dist/.
  execFileSync(process.execPath, ['scripts/build.mjs'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  process.env['TMPDIR'] = createFolder();
}

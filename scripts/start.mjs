/** `npm start` and `npm run dev`: builds, in a process of its own that takes the build's tools with it, and starts the gateway. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  process.stderr.write(
    `Unexpected argument '${argument}'. Settings are environment variables: PORT=5000 npm start. docs/settings.md lists them.\n`,
  );
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
await import('../dist/index.js');

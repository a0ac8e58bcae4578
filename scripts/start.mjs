/** `npm start` and `npm run dev`: builds in another process, so that its memory is free after, and becomes the gateway. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { endWithShell } from './end-with-shell.mjs';

const [argument] = process.argv.slice(2);
if (argument !== undefined) {
  process.stderr.write(
    `Unexpected argument '${argument}'. Settings are environment variables: PORT=5000 npm start. docs/settings.md lists them.\n`,
  );
  process.exit(2);
}
const root = join(import.meta.dirname, '..');
const build = [join(root, 'scripts/build.mjs')];
const { status } = spawnSync(process.execPath, build, { stdio: 'inherit' });
// The build has said why.
if (status !== 0) process.exit(status ?? 1);
await import('../dist/index.js');
if (process.env.npm_lifecycle_event === 'start') endWithShell();

/** `npm run dev`: starts the gateway again whenever a file changes, and ends with its shell. */
import { spawn } from 'node:child_process';
import { endWithShell } from './end-with-shell.mjs';

const watcher = spawn(
  process.execPath,
  [
    ...['--watch-path=src', '--watch-path=schema', '--watch-preserve-output'],
    ...['--enable-source-maps', 'scripts/start.mjs', ...process.argv.slice(2)],
  ],
  { stdio: 'inherit' },
);
watcher.once('exit', (code) => process.exit(code ?? 1));
process.once('SIGTERM', () => watcher.kill());
// Ctrl+C reaches the watcher as well.
process.once('SIGINT', () => {});
endWithShell();

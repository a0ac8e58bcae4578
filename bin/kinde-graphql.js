#!/usr/bin/env node
/**
 * The package's command. npx links it once for a clone, and never again. So it isn't in `dist`, which a
 * clone lacks before its first build.
 */
import { existsSync } from 'node:fs';

const command = new URL('../dist/cli/index.js', import.meta.url);
if (existsSync(command)) await import(command.href);
else {
  process.stderr.write('This clone isn’t built yet. Run: npm run build\n');
  process.exitCode = 1;
}

/**
 * Packages of many small modules, as one script. Jest resolves, compiles and links each module again for
 * each test file, and of the 2,000 modules of a gateway these packages had 800.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What src/ and test/ import. No other package shares their objects. */
const BUNDLED = ['typebox', 'typebox/compile', 'typebox/value', 'zod', 'jose'];

const scriptOf = (name) => join(tmpdir(), `${name.replaceAll('/', '-')}.cjs`);

/** Returns where the bundle of a package is, or undefined if it isn't bundled. */
export const bundleOf = (name) => (BUNDLED.includes(name) ? scriptOf(name) : undefined);

/** Writes the bundles into the temporary folder. */
export async function bundlePackages(root) {
  // Jest's workers, which load this file for their resolver, don't need it.
  const { build } = await import('esbuild');
  await build({
    stdin: {
      contents: BUNDLED.map((name, n) => `export * as package${n} from '${name}';`).join('\n'),
      resolveDir: root,
    },
    outfile: scriptOf('packages'),
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  for (const [n, name] of BUNDLED.entries()) {
    writeFileSync(scriptOf(name), `module.exports = require('./packages.cjs').package${n};\n`);
  }
}

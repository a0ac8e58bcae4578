/**
 * Jest's `resolver`. For what src/ and test/ import it finds the TypeScript source of a relative path, and
 * the bundle of a package that has one. Jest remembers what a resolver finds; with a `moduleNameMapper` it
 * would look at the disk again for each import of each test file.
 */
import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { bundleOf } from './bundled-packages.mjs';

const PACKAGES = `${sep}node_modules${sep}`;

export default function resolve(path, options) {
  if (!options.basedir.includes(PACKAGES)) {
    const own = path.startsWith('.') ? sourceOf(path, options.basedir) : bundleOf(path);
    if (own !== undefined) return own;
  }
  return options.defaultResolver(path, options);
}

function sourceOf(path, directory) {
  if (!path.endsWith('.js')) return undefined;
  const source = join(directory, path.replace(/js$/, 'ts'));
  return existsSync(source) ? source : undefined;
}

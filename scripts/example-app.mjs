/** The apps in examples/ as they run in this repository: with its node_modules, and with the caches' policies from dist. */
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export const EXAMPLE_APPS = ['react-apollo', 'react-urql', 'react-relay'];

/** Returns options for Vite's `createServer`, `build` and `preview`. */
export const viteOptions = (name) => ({
  root: join(root, 'examples', name),
  resolve: { alias: { 'kinde-graphql': join(root, 'dist/clients') } },
});

/** Transpiles the server's sources, one by one: dist/ keeps the layout of src/, and stack traces name the source file. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { build } from 'esbuild';
import { exportedFiles, exportedSources } from './build-exports.mjs';
import { pageDirectory } from './build-graphiql.mjs';
import { filesBelow } from './files-below.mjs';

/** What has a build of its own. */
const ELSEWHERE = [
  join('src', 'clients'),
  join('src', 'generated', 'client-schema'),
  join('src', 'graphiql'),
  ...exportedSources,
];

/** Transpiles the server's sources and removes what dist/ still has of sources that are gone. */
export async function buildServer() {
  const sources = (await filesBelow('src')).filter(
    (file) => file.endsWith('.ts') && !ELSEWHERE.some((place) => file.startsWith(place)),
  );
  await build({
    entryPoints: sources,
    outdir: 'dist',
    outbase: 'src',
    bundle: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
  const made = sources.flatMap((file) => {
    const script = join('dist', relative('src', file)).replace(/\.ts$/, '.js');
    return [script, `${script}.map`];
  });
  await removeStale('dist', new Set([...made, ...exportedFiles]));
  return sources.length;
}

/** Removes what is neither in `made` nor of another build, and the directories that this empties. */
async function removeStale(directory, made) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    // Also the draft of a build that runs beside this one.
    if (path.startsWith(pageDirectory)) continue;
    if (entry.isDirectory()) await removeStale(path, made);
    else if (!made.has(path)) await rm(path, { force: true });
  }
  if ((await readdir(directory)).length === 0) await rmdir(directory);
}

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Returns the paths of all files below a directory, sorted. */
export async function filesBelow(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort();
}

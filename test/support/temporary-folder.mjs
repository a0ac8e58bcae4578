/** The folder in which all tests of a run, and the programs that they start, put their temporary files. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'kinde-graphql-test-';
const parent = tmpdir();
const folder = join(parent, `${PREFIX}${process.pid}`);
const remove = (path) => rmSync(path, { recursive: true, force: true });

/** Creates the folder, and removes those of runs that were cut off. Returns its path. */
export function createFolder() {
  for (const name of readdirSync(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : undefined;
    if (pid !== undefined && !isRunning(pid)) remove(join(parent, name));
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes the folder. */
export function removeFolder() {
  remove(folder);
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch ({ code }) {
    return code === 'EPERM';
  }
}

/** Servers in processes of their own: started, asked for what they use, stopped. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir, writeFile } from 'node:fs/promises';

/** As `npm start` and src/config/v8-flags.ts set them. The rivals get them too. */
export const NODE_FLAGS = ['--max-semi-space-size=64', '--no-allocation-site-pretenuring'];

// USER_HZ, in which Linux counts CPU time whatever the kernel's own clock.
const TICKS_A_SECOND = 100;

/** Starts a script that says by IPC where it listens. Throws what it says when it cannot start. */
export async function start(file, env = {}, execArgv = NODE_FLAGS) {
  const child = fork(new URL(file, import.meta.url), {
    // graphql-js checks every value against a second copy of itself elsewhere.
    env: { ...process.env, NODE_ENV: 'production', ...env },
    execArgv,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  const [said] = await Promise.race([
    once(child, 'message'),
    exited.then(([code]) => [{ failure: `it exited with ${code}` }]),
  ]);
  const stop = async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
  if (said.failure !== undefined) {
    await stop();
    throw new Error(said.failure);
  }
  return {
    url: said.url,
    /** The process that serves, which is not the one forked where that is a program of another kind. */
    pid: said.pid ?? child.pid,
    /** What it answers to a message. */
    ask: async (message) => {
      child.send(message);
      return (await once(child, 'message'))[0];
    },
    stop,
  };
}

/** The process and all that it has started. */
async function family(pid) {
  const parents = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readStat(Number(name)).catch(() => undefined);
    if (stat !== undefined) parents.set(Number(name), Number(stat[1]));
  }
  const members = [pid];
  for (const member of members) {
    for (const [child, parent] of parents) if (parent === member) members.push(child);
  }
  return members;
}

/** The fields of /proc/PID/stat behind the name, which may hold spaces: state, parent and so on. */
async function readStat(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Milliseconds of CPU that a server has used, with its children. */
export async function cpuMs({ pid }) {
  const stats = await Promise.all((await family(pid)).map(readStat));
  const ticks = stats.reduce((sum, stat) => sum + Number(stat[11]) + Number(stat[12]), 0);
  return (ticks * 1_000) / TICKS_A_SECOND;
}

/** The most memory that a server has had since resetPeak, in MB, or its memory now. */
export async function residentMb({ pid }, which = 'VmHWM') {
  const pattern = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm');
  const files = await Promise.all(
    (await family(pid)).map((member) => readFile(`/proc/${member}/status`, 'utf8')),
  );
  return files.reduce((sum, file) => sum + Number(pattern.exec(file)?.[1] ?? 0), 0) / 1_024;
}

/** Forgets the most memory that a server has had so far. */
export async function resetPeak({ pid }) {
  for (const member of await family(pid)) await writeFile(`/proc/${member}/clear_refs`, '5');
}

/** A Redis of a test's own, where the machine has one. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

export interface Redis {
  url: string;
  /** Runs a command of redis-cli. */
  command(...words: string[]): string;
  /** Has it reply to nothing until the returned function is called. */
  suspend(): () => void;
  /** Ends the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again: with the data of a snapshot, else empty. */
  restart(snapshot?: Snapshot): Promise<void>;
  /** Returns the present data. */
  snapshot(): Snapshot;
}

/** The contents of an RDB file. */
export type Snapshot = Buffer;

export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), 'redis-'));
  const file = join(directory, 'dump.rdb');
  let server: ChildProcess;
  const command: Redis['command'] = (...words) =>
    execFileSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).trim();
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  const restart: Redis['restart'] = async (snapshot) => {
    rmSync(file, { force: true });
    mkdirSync(directory, { recursive: true });
    if (snapshot !== undefined) writeFileSync(file, snapshot);
    server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', directory],
        ...['--save', '', '--appendonly', 'no'],
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    for await (const chunk of server.stdout!) {
      if (String(chunk).includes('Ready to accept connections')) break;
    }
    server.stdout!.resume();
  };
  await restart();
  return {
    ...{ url: `redis://127.0.0.1:${port}`, command, restart },
    suspend: () => {
      server.kill('SIGSTOP');
      return () => void server.kill('SIGCONT');
    },
    kill: async () => {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
    snapshot: () => {
      command('SAVE');
      return readFileSync(file);
    },
  };
}

/** A Redis of a test's own, where the machine has one. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

export interface Redis {
  url: string;
  /** Runs a command of redis-cli. */
  command(...words: string[]): string;
  /** Ends the server at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, empty. */
  restart(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  let server: ChildProcess;
  const restart = async () => {
    server = spawn(
      'redis-server',
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    for await (const chunk of server.stdout!) {
      if (String(chunk).includes('Ready to accept connections')) break;
    }
    server.stdout!.resume();
  };
  await restart();
  return {
    url: `redis://127.0.0.1:${port}`,
    command: (...words) =>
      execFileSync('redis-cli', ['-p', String(port), ...words], { encoding: 'utf8' }).trim(),
    kill: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
    restart,
  };
}

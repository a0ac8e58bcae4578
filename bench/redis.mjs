/** A redis-server that keeps nothing on disk, so that a restart loses all it held. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export async function startRedis(port) {
  let server;
  const restart = async () => {
    server = spawn('redis-server', ['--port', String(port), '--save', '', '--bind', '127.0.0.1'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const chunk of server.stdout) if (String(chunk).includes('Ready to accept')) break;
    server.stdout.resume();
  };
  /** Ends it at once, as a crash would. */
  const kill = async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
  };
  await restart();
  return { url: `redis://127.0.0.1:${port}`, kill, restart };
}

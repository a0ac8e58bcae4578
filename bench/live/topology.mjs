/** Two replicas before the emulated Kinde, with Redis, behind nginx with the configuration of `deploy`. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../dist/emulator/index.js';
import { EVENT_TYPES } from '../../dist/webhooks/events.js';
import { start } from '../processes.mjs';
import { startRedis } from '../redis.mjs';

const NGINX = new URL('../../deploy/nginx/nginx.conf', import.meta.url);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The addresses and paths of this machine in place of those of containers; all else is as deployed. */
async function startNginx(directory, port, replicas) {
  let text = (await readFile(NGINX, 'utf8'))
    .replaceAll('/etc/nginx/down', join(directory, 'down'))
    .replaceAll('/tmp/nginx', join(directory, 'nginx'))
    .replace('/dev/stdout', join(directory, 'access.log'))
    .replace('listen 4000;', `listen 127.0.0.1:${port};`);
  for (const [index, replica] of replicas.entries()) {
    text = text.replaceAll(`gateway-${index + 1}:4000`, `127.0.0.1:${replica}`);
  }
  const file = join(directory, 'nginx.conf');
  await writeFile(file, text);
  // A replica that dies is an error of every stream.
  const errors = await open(join(directory, 'error.log'), 'w+');
  const nginx = spawn('nginx', ['-c', file, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', errors.fd],
  });
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/nginx-health`).then(
      ({ ok }) => ok,
      () => false,
    );
  for (let tries = 0; !(await isUp()); tries++) {
    if (tries === 100) throw new Error(await readFile(join(directory, 'error.log'), 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await errors.close();
  return nginx;
}

/** Starts all of it. The emulator sends its events to nginx, as Kinde does. */
export async function startTopology({ organizations, env }) {
  const directory = await mkdtemp(join(tmpdir(), 'kinde-graphql-bench-'));
  // nginx's workers are another user when it is started by root.
  await chmod(directory, 0o755);
  await mkdir(join(directory, 'down'));
  const emulator = await startEmulator({ organizations });
  const redis = await startRedis(await freePort());
  const ports = [await freePort(), await freePort()];
  const startReplica = (port) =>
    start(
      './gateway.mjs',
      {
        KINDE_DOMAIN: emulator.url,
        KINDE_CLIENT_ID: emulator.clientId,
        KINDE_CLIENT_SECRET: emulator.clientSecret,
        KINDE_AUDIENCE: emulator.audience,
        REDIS_URL: redis.url,
        GATEWAY_PORT: String(port),
        ...env,
      },
      ['--expose-gc'],
    );
  const replicas = await Promise.all(ports.map(startReplica));
  const nginxPort = await freePort();
  const nginx = await startNginx(directory, nginxPort, ports);
  const url = `http://127.0.0.1:${nginxPort}`;
  emulator.webhooks.register({
    ...{ name: 'bench', description: null, event_types: [...EVENT_TYPES] },
    endpoint: `${url}/webhooks/kinde`,
  });
  const total = (answers, key) => answers.reduce((sum, answer) => sum + answer[key], 0);
  const ask = (question) => Promise.all(replicas.map((replica) => replica.ask(question)));
  return {
    url,
    emulator,
    /** Milliseconds of CPU that the replicas have used. */
    cpuMs: async () => total(await ask('usage'), 'cpuMs'),
    /** What the replicas hold once garbage is collected. */
    heapMb: async () => {
      const left = await ask('left');
      return total(left, 'heapMb') + total(left, 'externalMb');
    },
    killReplica: async () => {
      process.kill(replicas[0].pid, 'SIGKILL');
      await replicas[0].stop();
    },
    restartReplica: async () => {
      replicas[0] = await startReplica(ports[0]);
    },
    redis,
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.stop()));
      const ended = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await ended;
      await redis.kill();
      await emulator.close();
      await rm(directory, { recursive: true });
    },
  };
}

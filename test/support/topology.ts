/** What docker-compose.yml starts, without Docker: its settings, nginx's configuration, its replicas. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { startEmulator, type Emulator, type EmulatorOptions } from '../../src/emulator/index.js';
import { freePort } from './free-port.js';
import { startRedis, type Redis } from './redis.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const read = (path: string) => readFileSync(join(root, path), 'utf8');

export interface Service {
  environment?: Record<string, string | number>;
  [property: string]: any;
}

/** docker-compose.yml as Compose understands it, with the defaults of its variables. */
export function compose(): {
  services: Record<string, Service>;
  networks: Record<string, any>;
  volumes: Record<string, any>;
} {
  const text = read('docker-compose.yml').replace(/\$\{\w+:-([^}]*)\}/g, '$1');
  return parse(text, { merge: true });
}

/** The repository's nginx.conf with the addresses and paths of this machine in place of those of containers. */
export function nginxConfiguration(
  directory: string,
  { listen, replicas }: { listen: number; replicas: Record<string, number> },
): string {
  let text = read('deploy/nginx/nginx.conf')
    .replaceAll('/etc/nginx/down', join(directory, 'down'))
    .replaceAll('/tmp/nginx', join(directory, 'nginx'))
    .replace('/dev/stdout', join(directory, 'access.log'))
    .replace('listen 4000;', `listen 127.0.0.1:${listen};`);
  for (const [name, port] of Object.entries(replicas)) {
    text = text.replaceAll(`${name}:4000`, `127.0.0.1:${port}`);
  }
  return text;
}

export const REPLICAS = ['gateway-1', 'gateway-2'] as const;
export type ReplicaName = (typeof REPLICAS)[number];

export interface Replica {
  readonly url: string;
  readonly port: number;
  process: ChildProcess;
  /** What the process of now has logged. */
  output: string;
  start(): Promise<void>;
  /** As `docker compose stop` does; gives the exit code. */
  stop(): Promise<number | null>;
}

export interface Topology {
  /** nginx's. */
  readonly url: string;
  readonly emulator: Emulator;
  readonly redis: Redis;
  readonly replicas: Record<ReplicaName, Replica>;
  /** Where nginx looks for the replicas that are taken out. */
  readonly down: string;
  /** nginx's log of requests. */
  accessLog(): string;
  close(): Promise<void>;
}

export interface TopologyOptions {
  emulator?: EmulatorOptions;
  /** Settings of the replicas beyond those of docker-compose.yml. */
  env?: (emulator: Emulator) => Record<string, string>;
  /** False where nginx isn't installed: the topology's URL is then the first replica's. */
  hasNginx?: boolean;
  /** Receives what the replicas log. */
  onOutput?: (name: ReplicaName, text: string) => void;
}

export async function startTopology(options: TopologyOptions = {}): Promise<Topology> {
  const directory = mkdtempSync(join(tmpdir(), 'kinde-graphql-topology-'));
  // nginx's workers are another user when it is started by root.
  chmodSync(directory, 0o755);
  const down = join(directory, 'down');
  mkdirSync(down);
  const emulator = await startEmulator(options.emulator);
  const redis = await startRedis();
  const replicas = {
    'gateway-1': await replicaOf('gateway-1', emulator, redis, options),
    'gateway-2': await replicaOf('gateway-2', emulator, redis, options),
  };
  await Promise.all(REPLICAS.map((name) => replicas[name].start()));

  const ports = {
    'gateway-1': replicas['gateway-1'].port,
    'gateway-2': replicas['gateway-2'].port,
  };
  const nginx = options.hasNginx === false ? undefined : await startNginx(directory, ports);

  return {
    url: nginx?.url ?? replicas['gateway-1'].url,
    emulator,
    redis,
    replicas,
    down,
    accessLog: () => readFileSync(join(directory, 'access.log'), 'utf8'),
    close: async () => {
      await nginx?.close();
      await Promise.all(REPLICAS.map((name) => replicas[name].stop()));
      await redis.kill();
      await emulator.close();
      rmSync(directory, { recursive: true });
    },
  };
}

/** Starts nginx with the repository's configuration, before replicas at these ports. */
export async function startNginx(directory: string, replicas: Record<ReplicaName, number>) {
  const listen = await freePort();
  const configuration = join(directory, 'nginx.conf');
  writeFileSync(configuration, nginxConfiguration(directory, { listen, replicas }));
  const nginx = spawn('nginx', ['-c', configuration, '-g', 'daemon off;'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaints = '';
  nginx.stderr.on('data', (text) => (complaints += String(text)));
  const url = `http://127.0.0.1:${listen}`;
  await answers(`${url}/nginx-health`, () => complaints);
  return {
    url,
    errorLog: () => complaints,
    close: async () => {
      nginx.kill('SIGTERM');
      if (nginx.exitCode === null) await once(nginx, 'exit');
    },
  };
}

async function replicaOf(
  name: ReplicaName,
  emulator: Emulator,
  redis: Redis,
  { env, onOutput }: TopologyOptions,
): Promise<Replica> {
  const port = await freePort();
  const settings = {
    ...compose().services[name]!.environment,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: port,
    METRICS_PORT: 0,
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: emulator.clientId,
    KINDE_CLIENT_SECRET: emulator.clientSecret,
    KINDE_AUDIENCE: emulator.audience,
    REDIS_URL: redis.url,
    ...env?.(emulator),
  };
  const replica: Replica = {
    url: `http://127.0.0.1:${port}`,
    port,
    process: undefined as unknown as ChildProcess,
    output: '',
    start: async () => {
      replica.output = '';
      const child = spawn(process.execPath, ['--enable-source-maps', 'dist/index.js'], {
        cwd: root,
        env: {
          PATH: process.env['PATH'],
          ...Object.fromEntries(
            Object.entries(settings).map(([key, value]) => [key, String(value ?? '')]),
          ),
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => {
          replica.output += String(text);
          onOutput?.(name, String(text));
        });
      }
      replica.process = child;
      await answers(`${replica.url}/readyz`, () => replica.output);
    },
    stop: async () => {
      const child = replica.process;
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
  return replica;
}

/** Resolves when the address answers with 200. */
async function answers(url: string, output: () => string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const isThere = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer:\n${output()}`);
}

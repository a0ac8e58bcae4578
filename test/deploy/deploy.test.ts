/** What is deployed names commands, paths, ports and variables that are there, and runs with few rights. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { settingsByVariable } from '../../src/config.js';
import { startEmulator } from '../../src/emulator/index.js';
import { freePort } from '../support/free-port.js';
import { describeWith } from '../support/programs.js';
import { compose, nginxConfiguration, read, REPLICAS, startNginx } from '../support/topology.js';

const { services, networks, volumes } = compose();
const entries = Object.entries(services);
const own = entries.filter(([, { build }]) => build !== undefined);

/** What a shutdown takes after SHUTDOWN_GRACE_MS, at most: see docs/operating.md. */
const MS_TO_END = 5_000;

describe('the compose file', () => {
  test.each(entries)(
    '%s cannot write to its image, gain rights or take the machine',
    (_, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        user: expect.stringMatching(/^[1-9]\d*:\d+$/),
        mem_limit: expect.stringMatching(/^\d+m$/),
        cpus: expect.any(Number),
        pids_limit: expect.any(Number),
      });
      if (service['image'] !== 'kinde-graphql') {
        expect(service['image']).toMatch(/:v?\d+\.\d+\.\d+(-alpine)?$/);
      }
    },
  );

  test('all services except the collector have health checks, and wait for each other’s', () => {
    const unwatched = entries.filter(([, service]) => service['healthcheck'] === undefined);
    expect(unwatched.map(([name]) => name)).toEqual(['otel-collector']);
    for (const [, { depends_on = {} }] of entries) {
      for (const [name, { condition }] of Object.entries<any>(depends_on)) {
        expect(condition).toBe('service_healthy');
        expect(services[name]?.['healthcheck']).toBeDefined();
      }
    }
  });

  test('listens on this machine only, and serves GraphQL on port 4000 without a profile', () => {
    const published = entries.flatMap(([name, { ports = [] }]) =>
      (ports as string[]).map((port) => [name, port]),
    );
    for (const [, port] of published) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    expect(published).toContainEqual(['nginx', '127.0.0.1:4000:4000']);
    const started = entries.filter(([, service]) => service['profiles'] === undefined);
    expect(started.map(([name]) => name).sort()).toEqual(
      ['nginx', ...REPLICAS, 'redis', 'emulator'].sort(),
    );
  });

  test('sets only variables that exist, and has the emulator’s credentials', async () => {
    const emulatorSettings = read('src/emulator/settings.ts');
    const names = own.flatMap(([, { environment }]) => Object.keys(environment!));
    expect(names.length).toBeGreaterThan(20);
    const isRead = (name: string) =>
      settingsByVariable.has(name) || emulatorSettings.includes(`  ${name}:`);
    expect(names.filter((name) => !isRead(name))).toEqual([]);
    const emulator = await startEmulator();
    await emulator.close();
    for (const name of REPLICAS) {
      expect(services[name]!.environment).toMatchObject({
        KINDE_CLIENT_ID: emulator.clientId,
        KINDE_CLIENT_SECRET: emulator.clientSecret,
      });
    }
    // Compose reads .env, where docs/settings.md has you put the settings of a real Kinde.
    expect(read('docker-compose.yml')).not.toMatch(/\$\{(KINDE|AUTH|JWT|ALLOW)_/);
  });

  test('addresses services by their names and ports', () => {
    const texts = [
      JSON.stringify(own.map(([, { environment }]) => environment)),
      read('docker-compose.yml'),
      read('deploy/prometheus/prometheus.yml'),
      read('deploy/grafana/provisioning/datasources/prometheus.yml'),
      read('deploy/nginx/nginx.conf'),
    ].join('\n');
    const ports: Record<string, string[]> = {
      emulator: ['4010'],
      redis: ['6379'],
      'gateway-1': ['4000', '9464'],
      'gateway-2': ['4000', '9464'],
      prometheus: ['9090'],
      'otel-collector': ['4318', '8888'],
    };
    const named = [
      ...texts.matchAll(/(?:\/\/|server |\[|, )([a-z][a-z0-9-]*):(\d{4,5})\b/g),
    ].filter(([, host]) => host !== 'localhost');
    expect(new Set(named.map(([, host]) => host))).toEqual(new Set(Object.keys(ports)));
    for (const [, host, port] of named) {
      expect(services).toHaveProperty(host!);
      expect(ports[host!]).toContain(port);
    }
    for (const name of REPLICAS) {
      expect(services[name]!.environment).toMatchObject({ PORT: 4000, METRICS_PORT: 9464 });
    }
    expect(services['emulator']!.environment).toMatchObject({ EMULATOR_PORT: 4010 });
  });

  test('mounts existing files', () => {
    const mounts = entries.flatMap(([, { volumes: list = [] }]) => list as string[]);
    expect(mounts.length).toBeGreaterThan(6);
    for (const [source, , mode] of mounts.map((mount) => mount.split(':'))) {
      if (source!.startsWith('./')) {
        expect([source, existsSync(source!), mode]).toEqual([source, true, 'ro']);
      } else expect(volumes).toHaveProperty(source!);
    }
    const targets = mounts.map((mount) => mount.split(':')[1]);
    const { rule_files } = parse(read('deploy/prometheus/prometheus.yml'));
    for (const path of rule_files) expect(targets).toContain(path);
    const { providers } = parse(read('deploy/grafana/provisioning/dashboards/kinde-graphql.yml'));
    expect(targets.some((path) => path!.startsWith(`${providers[0].options.path}/`))).toBe(true);
    expect(services['otel-collector']!['command']).toEqual([
      `--config=${targets.find((path) => path!.includes('otelcol'))}`,
    ]);
  });

  test('gives a replica a fixed address, since nginx keeps it', () => {
    const subnet = String(networks['inside'].ipam.config[0].subnet).replace(/0\/24$/, '');
    const addresses = REPLICAS.map((name) => services[name]!['networks'].inside.ipv4_address);
    expect(new Set(addresses).size).toBe(REPLICAS.length);
    for (const address of addresses) expect(address.startsWith(subnet)).toBe(true);
  });

  test('gives services more time to stop than they need', () => {
    const defaultOf = (name: string) => Number(settingsByVariable.get(name)!.default);
    for (const name of REPLICAS) {
      const graceMs = parseInt(services[name]!['stop_grace_period']) * 1000;
      expect(graceMs).toBeGreaterThanOrEqual(
        defaultOf('SHUTDOWN_DELAY_MS') + defaultOf('SHUTDOWN_GRACE_MS') + MS_TO_END,
      );
    }
    const readMs =
      1000 * Number(/proxy_read_timeout (\d+)s/.exec(read('deploy/nginx/nginx.conf'))![1]);
    expect(readMs).toBeGreaterThan(
      defaultOf('OPERATION_TIMEOUT_MS') + defaultOf('UPSTREAM_TIMEOUT_MS'),
    );
  });
});

test('nginx tries each replica for every request, also one that was away', () => {
  const servers = read('deploy/nginx/nginx.conf').match(/server gateway-\d:.*/g)!;
  expect(servers.length).toBeGreaterThan(2);
  for (const server of servers) expect(server).toMatch(/^server gateway-\d:4000 max_fails=0;$/);
});

test('nginx has a worker for each CPU of its container, with connections for all streams', () => {
  const configuration = read('deploy/nginx/nginx.conf');
  const numberOf = (directive: string) =>
    Number(new RegExp(`^ *${directive} (\\d+);`, 'm').exec(configuration)?.[1]);
  const { cpus, mem_limit } = services['nginx']!;
  expect(numberOf('worker_processes')).toBe(cpus);
  const streams = REPLICAS.length * Number(settingsByVariable.get('MAX_STREAMS')!.default);
  expect(numberOf('worker_connections') * cpus).toBeGreaterThan(2 * streams);
  expect(numberOf('worker_rlimit_nofile')).toBeGreaterThan(numberOf('worker_connections'));
  expect(parseInt(mem_limit) * 1024 ** 2).toBeGreaterThan(streams * 18_000);
});

describe('the image', () => {
  const dockerfile = read('Dockerfile');

  test('has a base with a full version, runs without root and starts the build', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-/);
    expect(dockerfile).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK /m);
    expect(dockerfile).toContain('npm ci --omit=dev');
    const commands = dockerfile + JSON.stringify(own.map(([, { command }]) => command));
    const scripts = [...commands.matchAll(/dist\/([\w/]+)\.js/g)].map(([, script]) => script!);
    expect(new Set(scripts)).toEqual(new Set(['index', 'emulator/main']));
    for (const script of scripts) expect(read(`src/${script}.ts`)).not.toBe('');
  });

  test('is built of files that are in its context', () => {
    const context = read('.dockerignore').trim().split('\n');
    expect(context[0]).toBe('*');
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );
    expect(new Set(copied.map((name) => `!${name}`))).toEqual(new Set(context.slice(1)));
    for (const name of copied) expect(existsSync(name)).toBe(true);
  });

  test('needs no development package at run time', () => {
    const { dependencies } = JSON.parse(read('package.json')) as {
      dependencies: Record<string, string>;
    };
    const files = execFileSync('git', ['ls-files', 'src'], { encoding: 'utf8' }).trim().split('\n');
    const imported = files
      // The page of GraphiQL is bundled.
      .filter((file) => file.endsWith('.ts') && !file.startsWith('src/graphiql/'))
      .flatMap((file) => [
        ...read(file).matchAll(/^(?:import|export)(?! type).* from '([^.'][^']*)'/gm),
      ])
      .map(([, name]) => name!)
      .filter((name) => !name.startsWith('node:'))
      .map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect(imported.length).toBeGreaterThan(20);
    for (const name of imported) expect(Object.keys(dependencies)).toContain(name);
  });
});

test('a rolling restart takes out, stops and starts the replicas of the compose file', () => {
  const script = read('deploy/rolling-restart.sh');
  expect(/^replicas=\((.*)\)$/m.exec(script)![1]!.split(' ')).toEqual([...REPLICAS]);
  const directory = /DOWN_DIRECTORY:-([^}]*)}/.exec(script)![1]!;
  expect(services['nginx']!['volumes']).toContain(`./${directory}:/etc/nginx/down:ro`);
  for (const name of REPLICAS) {
    expect(read('deploy/nginx/nginx.conf')).toContain(`-f /etc/nginx/down/${name})`);
  }
});

test('the collector’s pipelines use configured parts only', () => {
  const { service, ...parts } = parse(read('deploy/otel/collector.yml'));
  for (const pipeline of Object.values<Record<string, string[]>>(service.pipelines)) {
    for (const [kind, names] of Object.entries(pipeline)) {
      for (const name of names) expect(Object.keys(parts[kind])).toContain(name);
    }
  }
  for (const name of service.extensions) expect(Object.keys(parts.extensions)).toContain(name);
});

describeWith('nginx')('nginx', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kinde-graphql-nginx-'));
    // Its workers are another user when it is started by root.
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'down'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('takes its configuration', async () => {
    const path = join(directory, 'nginx.conf');
    const replicas = Object.fromEntries(REPLICAS.map((name, index) => [name, 4001 + index]));
    const listen = await freePort();
    writeFileSync(path, nginxConfiguration(directory, { listen, replicas }));
    expect(readFileSync(path, 'utf8')).not.toMatch(/gateway-\d:|\/etc\/nginx|\/tmp\/nginx/);
    execFileSync('nginx', ['-t', '-q', '-c', path], { stdio: 'pipe' });
  });

  test('responds in JSON to what it refuses and for replicas that are away, and logs no query string', async () => {
    const replicas = { 'gateway-1': await freePort(), 'gateway-2': await freePort() };
    const nginx = await startNginx(directory, replicas);
    const response = await fetch(`${nginx.url}/graphql?query={secret}`);
    expect([response.status, await response.json()]).toEqual([
      502,
      { errors: [{ message: expect.any(String), extensions: { code: 'BAD_GATEWAY' } }] },
    ]);
    const body = 'x'.repeat(2 * 1024 ** 2 + 1);
    const tooLarge = await fetch(`${nginx.url}/graphql`, { method: 'POST', body });
    expect([tooLarge.status, await tooLarge.json()]).toEqual([
      413,
      { errors: [{ message: expect.any(String), extensions: { code: 'PAYLOAD_TOO_LARGE' } }] },
    ]);
    for (const [head, status, code] of [
      ['GET /metrics HTTP/1.1\r\nhost: a', 404, 'NOT_FOUND'],
      ['TRACE / HTTP/1.1\r\nhost: a', 405, 'METHOD_NOT_ALLOWED'],
      ['POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip', 501, 'BAD_REQUEST'],
      ['GET / HTTP/2.1\r\nhost: a', 505, 'BAD_REQUEST'],
    ] as const) {
      const socket = connect(Number(new URL(nginx.url).port), '127.0.0.1');
      socket.write(`${head}\r\nconnection: close\r\n\r\n`);
      const [headers, json] = (await text(socket)).split('\r\n\r\n');
      expect(headers).toMatch(`HTTP/1.1 ${status} `);
      expect(headers).toMatch(/^content-type: application\/json/im);
      expect(JSON.parse(json!)).toEqual({
        errors: [{ message: expect.any(String), extensions: { code } }],
      });
    }
    await nginx.close();
    const log = readFileSync(join(directory, 'access.log'), 'utf8');
    expect(log).toMatch(/"GET \/graphql" 502 .* 502, 502 /);
    expect(log + nginx.errorLog()).not.toContain('secret');
  });
});

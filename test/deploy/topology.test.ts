/** Two replicas behind nginx as docker-compose.yml has them: they agree, are restarted, and die. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import type { GraphQLResult } from '../support/gateway.js';
import { describeWith } from '../support/programs.js';
import { waitFor } from '../support/wait-for.js';
import {
  read,
  REPLICAS,
  startTopology,
  type ReplicaName,
  type Topology,
} from '../support/topology.js';

const run = promisify(execFile);
const CLIENTS = 6;
const STREAMS = 50;
/** How long a client waits before it sends its next request, in milliseconds. */
const PAUSE_MS = 20;
const DETAILS = 'query ($code: ID!) { organization(code: $code) { name } }';
const CREATE =
  'mutation ($name: String!) { createOrganization(input: { name: $name }) { organization { name } userErrors { code } } }';
const RENAME =
  'mutation ($code: ID!, $name: String!) { updateOrganization(input: { organizationCode: $code, name: $name }) { userErrors { code } } }';

interface Sent {
  kind: 'GET' | 'query' | 'mutation';
  /** Of the organization that a mutation creates. */
  name: string;
  startedAt: number;
  /** Undefined when the connection broke. */
  status: number | undefined;
  result: GraphQLResult | undefined;
}

describeWith('nginx', 'redis-server')('two replicas behind nginx', () => {
  let topology: Topology;
  let code: string;
  let created = 0;
  beforeAll(async () => {
    topology = await startTopology({
      emulator: { rateLimit: 100_000, latencyMs: 10 },
      // A machine that is busy with other tests sheds no load here: it would be counted as lost.
      env: () => ({ MAX_WAIT_MS: '30000', MAX_EVENT_LOOP_DELAY_MS: '60000' }),
    });
    code = [...topology.emulator.state.organizations.values()][1]!.profile.code;
  });
  afterAll(() => topology?.close(), 60_000);
  const dockers: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const docker of dockers.splice(0)) await docker.close();
  });

  const send = (url: string, query: string, variables: object) =>
    fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
  const ask = async (url: string, query: string, variables: object) =>
    (await (await send(url, query, variables)).json()) as GraphQLResult;

  /** Clients that send one request after the other, on connections that stay open, until they are ended. */
  function load() {
    const all: Sent[] = [];
    let isOver = false;
    const client = async () => {
      for (let turn = 0; !isOver; turn++) {
        const kind = (['GET', 'query', 'mutation'] as const)[turn % 3]!;
        const name = `Created ${created++}`;
        const sent: Sent = {
          kind,
          name,
          startedAt: performance.now(),
          status: undefined,
          result: undefined,
        };
        all.push(sent);
        try {
          const get = `${topology.url}/graphql?${new URLSearchParams({ query: DETAILS, variables: JSON.stringify({ code }) })}`;
          const response =
            kind === 'GET'
              ? await fetch(get, { headers: { accept: 'application/json' } })
              : kind === 'query'
                ? await send(topology.url, DETAILS, { code })
                : await send(topology.url, CREATE, { name });
          sent.status = response.status;
          sent.result = (await response.json()) as GraphQLResult;
        } catch {
          // The status stays undefined.
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    };
    const clients = Array.from({ length: CLIENTS }, client);
    return {
      end: async () => {
        isOver = true;
        await Promise.all(clients);
        return all;
      },
      /** Resolves when so many of the requests that begin from now on were served. */
      hasServed: (count: number) => {
        const { length } = all;
        return waitFor(() => all.slice(length).filter(isServed).length >= count);
      },
    };
  }

  const isServed = ({ status, result, kind }: Sent) =>
    status === 200 &&
    result?.errors === undefined &&
    (kind !== 'mutation' || result?.data.createOrganization.userErrors.length === 0);

  /** How often each of these names was given in Kinde. */
  function timesCreated(all: Sent[]): Map<string, number> {
    const times = new Map(all.map(({ name }) => [name, 0]));
    for (const { profile } of topology.emulator.state.organizations.values()) {
      if (times.has(profile.name)) times.set(profile.name, times.get(profile.name)! + 1);
    }
    return times;
  }

  test('a write through one replica is read through the other at once', async () => {
    const [one, other] = REPLICAS.map((name) => topology.replicas[name].url);
    // On a machine that is busy with other tests Redis may take longer than the gateway waits for it.
    // It says so, and such a round shows nothing.
    const states = () =>
      REPLICAS.map((name) => [
        ...topology.replicas[name].output.matchAll(/Redis (can(?:not)?) be reached/g),
      ]);
    let rounds = 0;
    for (let time = 0; rounds < 10 && time < 100; time++) {
      const [writer, reader] = time % 2 === 0 ? [one!, other!] : [other!, one!];
      const before = states().flat().length;
      await ask(reader, DETAILS, { code });
      expect(await ask(writer, RENAME, { code, name: `Name ${time}` })).toEqual({
        data: { updateOrganization: { userErrors: [] } },
      });
      const result = await ask(reader, DETAILS, { code });
      const isAway = states().some((changes) => changes.at(-1)?.[1] === 'cannot');
      if (isAway || states().flat().length > before) {
        await new Promise((resolve) => setTimeout(resolve, 1_100));
        continue;
      }
      rounds++;
      expect(result).toEqual({ data: { organization: { name: `Name ${time}` } } });
    }
    expect(rounds).toBe(10);
  });

  test('nginx serves GraphQL and GraphiQL, hides metrics and closes idle connections first', async () => {
    expect((await ask(topology.url, DETAILS, { code })).errors).toBeUndefined();
    expect((await fetch(`${topology.url}/graphiql`)).status).toBe(200);
    expect((await fetch(`${topology.url}/metrics`)).status).toBe(404);
    const nginx = [...read('deploy/nginx/nginx.conf').matchAll(/ {4}keepalive_timeout (\d+)s/g)];
    expect(nginx).toHaveLength(3);
    const response = await fetch(`${topology.replicas['gateway-1'].url}/livez`);
    const seconds = Number(/timeout=(\d+)/.exec(response.headers.get('keep-alive')!)![1]);
    for (const [, timeout] of nginx) expect(Number(timeout)).toBeLessThan(seconds);
  });

  test.each<[string, object, number, string]>([
    ['/', { setHost: false }, 400, 'BAD_REQUEST'],
    ['/', { headers: { long: 'a'.repeat(20_000) } }, 431, 'HEADERS_TOO_LARGE'],
    [`/${'a'.repeat(20_000)}`, {}, 431, 'HEADERS_TOO_LARGE'],
  ])('nginx refuses requests as the gateway does', async (path, options, status, code) => {
    const request = get(`${topology.url}${path}`, { agent: false, ...options });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.headers['content-type']).toBe('application/json');
    expect([response.statusCode, await json(response)]).toEqual([
      status,
      { errors: [{ message: expect.any(String), extensions: { code } }] },
    ]);
  });

  test('a rolling restart under load loses no request and writes nothing twice', async () => {
    const pids = REPLICAS.map((name) => topology.replicas[name].process.pid);
    const codes: (number | null)[] = [];
    const docker = await startDocker(async (command, name) => {
      if (command === 'stop') codes.push(await topology.replicas[name].stop());
      else await topology.replicas[name].start();
    });
    dockers.push(docker);
    const { end } = load();
    await run('deploy/rolling-restart.sh', [], { env: docker.env(topology.down) });
    const all = await end();

    expect(codes).toEqual([0, 0]);
    expect(REPLICAS.map((name) => topology.replicas[name].process.pid)).not.toEqual(pids);
    expect(REPLICAS.some((name) => existsSync(join(topology.down, name)))).toBe(false);
    expect(all.length).toBeGreaterThan(3 * CLIENTS);
    expect(all.filter((sent) => !isServed(sent))).toEqual([]);
    const times = timesCreated(all);
    for (const { kind, name } of all) expect(times.get(name)).toBe(kind === 'mutation' ? 1 : 0);
    process.stderr.write(`A rolling restart under load: ${all.length} requests, none lost.\n`);
  });

  test('a new replica that does not become ready stays out, and the other serves', async () => {
    const docker = await startDocker(async (command) => {
      if (command === 'up') throw new Error('It is not ready.');
    });
    dockers.push(docker);
    const restart = () => run('deploy/rolling-restart.sh', [], { env: docker.env(topology.down) });
    await expect(restart()).rejects.toMatchObject({ code: 1 });
    expect(existsSync(join(topology.down, 'gateway-1'))).toBe(true);
    await expect(restart()).rejects.toMatchObject({
      stderr: expect.stringContaining('gateway-1 is out of'),
    });
    await topology.replicas['gateway-1'].stop();
    expect((await ask(topology.url, DETAILS, { code })).errors).toBeUndefined();
    await topology.replicas['gateway-1'].start();
    rmSync(join(topology.down, 'gateway-1'));
  });

  test('streams outlive a replica that is killed and a Redis that loses all, and miss no state', async () => {
    const names: (string | undefined)[] = [];
    const client = createClient({
      url: `${topology.url}/graphql`,
      retryAttempts: Infinity,
      retry: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
    for (let index = 0; index < STREAMS; index++) {
      names.push(undefined);
      client.subscribe<{ organization: { name: string } | null }>(
        {
          query: 'query ($code: ID!) @live { organization(code: $code) { name } }',
          variables: { code },
        },
        {
          next: ({ data }) => void (names[index] = data?.organization?.name),
          error: (error) => void (names[index] = String(error)),
          complete: () => void (names[index] = 'complete'),
        },
      );
    }
    const shown = (name: string | undefined) =>
      waitFor(() => names.every((one) => (name === undefined ? one !== undefined : one === name)));
    const rename = async (name: string) => {
      const { url } = topology.replicas['gateway-2'];
      expect((await ask(url, RENAME, { code, name })).errors).toBeUndefined();
    };
    try {
      await shown(undefined);
      const victim = topology.replicas['gateway-1'];
      const exit = once(victim.process, 'exit');
      victim.process.kill('SIGKILL');
      await exit;
      await rename('Without a replica');
      await shown('Without a replica');
      await victim.start();
      await topology.redis.kill();
      await rename('Without Redis');
      await topology.redis.restart();
      await shown('Without Redis');
      await rename('With both');
      await shown('With both');
    } finally {
      client.dispose();
    }
  });

  test('a replica that is killed under load loses its own requests in flight, and no write is retried', async () => {
    const victim = topology.replicas['gateway-1'];
    topology.emulator.latencyMs = 50;
    const { end, hasServed } = load();
    await hasServed(3 * CLIENTS);
    const exit = once(victim.process, 'exit');
    victim.process.kill('SIGKILL');
    await exit;
    const diedAt = performance.now();
    await hasServed(6 * CLIENTS);
    const all = await end();
    topology.emulator.latencyMs = 10;
    await victim.start();

    expect(all.filter(({ startedAt }) => startedAt > diedAt).length).toBeGreaterThan(CLIENTS);
    const lost = all.filter((sent) => !isServed(sent));
    expect(lost.length).toBeLessThanOrEqual(CLIENTS);
    for (const { kind, status, result, startedAt } of lost) {
      expect([kind, status, startedAt < diedAt]).toEqual([
        expect.stringMatching(/^(query|mutation)$/),
        502,
        true,
      ]);
      expect(result!.errors![0]!.extensions['code']).toBe('BAD_GATEWAY');
    }
    const times = timesCreated(all);
    for (const sent of all) {
      if (sent.kind !== 'mutation') continue;
      if (isServed(sent)) expect(times.get(sent.name)).toBe(1);
      else expect(times.get(sent.name)).toBeLessThanOrEqual(1);
    }
    process.stderr.write(
      `A replica killed under load: ${lost.length} of ${all.length} requests lost.\n`,
    );
  });
});

/** A `docker` that hears `compose stop NAME` and `compose up … NAME`, the rest of the script being real. */
async function startDocker(on: (command: 'stop' | 'up', name: ReplicaName) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), 'kinde-graphql-docker-'));
  const server = createServer((request, response) => {
    const [, command, name] = request.url!.split('/');
    on(command as 'stop' | 'up', name as ReplicaName).then(
      () => response.end(),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const path = join(directory, 'docker');
  writeFileSync(
    path,
    `#!/usr/bin/env bash
set -eu
case "$*" in
  'compose stop gateway-'[12]) command=stop ;;
  'compose up --detach --no-deps --wait gateway-'[12]) command=up ;;
  *) echo "docker does not know: $*" >&2; exit 64 ;;
esac
curl -fsS -X POST "http://127.0.0.1:${port}/$command/\${!#}" || exit 1
`,
  );
  chmodSync(path, 0o755);
  return {
    env: (down: string) => ({
      ...process.env,
      PATH: `${directory}${delimiter}${process.env['PATH']}`,
      DOWN_DIRECTORY: down,
    }),
    close: async () => {
      rmSync(directory, { recursive: true });
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

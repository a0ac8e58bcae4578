/** The scripts in examples/, as processes that add the 250 people of examples/people.csv through a gateway. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { describeWith } from '../support/programs.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const root = join(import.meta.dirname, '../..');
const PEOPLE = join(root, 'examples/people.csv');
const CODE = 'org_d0915bb74c5';
const people = readFileSync(PEOPLE, 'utf8').trim().split('\n').slice(1);

let gateway: TestGateway;
let token: string;
beforeAll(async () => {
  gateway = await startGateway({ env: { AUTH_MODE: 'jwt', UPSTREAM_RETRIES: '0' } });
  token = await gateway.emulator.issueToken();
});
afterAll(() => gateway?.close());

let proxy: Server | undefined;
beforeEach(() => gateway.emulator.reset());
afterEach(() => void proxy?.close());

const SCRIPTS = {
  node: [process.execPath, 'examples/script-node/add-members.mjs'],
  python3: ['python3', 'examples/script-python/add_members.py'],
} as const;

/** The output that the script's README shows. */
const exampleOutput = (language: keyof typeof SCRIPTS) =>
  /```text\n([^]*?)```/.exec(
    readFileSync(join(root, SCRIPTS[language][1], '../README.md'), 'utf8'),
  )![1];

describe.each(Object.keys(SCRIPTS) as (keyof typeof SCRIPTS)[])('by %s', (language) => {
  const programs = language === 'python3' ? (['python3'] as const) : [];

  interface Run {
    status: number | string | undefined;
    stdout: string;
    stderr: string;
  }
  const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
    new Promise<Run>((resolve) => {
      const [program, script] = SCRIPTS[language];
      execFile(
        program,
        [script, ...args],
        {
          cwd: root,
          timeout: 15_000,
          env: { ...process.env, GATEWAY_URL: `${gateway.url}/graphql`, TOKEN: token, ...env },
        },
        (error, stdout, stderr) =>
          resolve({ status: error === null ? 0 : error.code!, stdout, stderr }),
      );
    });
  /** Writes of the list, with one more for each batch that Kinde refused. */
  const writes = () => gateway.calls().filter((call) => call === `POST ${MEMBERS}`);
  const MEMBERS = `/api/v1/organizations/${CODE}/users`;

  describeWith(...programs)('250 people', () => {
    test('are added, and the report says who was not and why; a second run writes nothing', async () => {
      const before = gateway.emulator.state.organization(CODE).members.size;
      const first = await run([CODE, PEOPLE]);
      expect(first.stdout).toBe(exampleOutput(language));
      expect(first).toMatchObject({ status: 1, stderr: '' });
      expect(gateway.emulator.state.organization(CODE).members.size).toBe(before + 248);
      expect(writes().length).toBeGreaterThanOrEqual(3);

      expect(await run([CODE, PEOPLE])).toEqual(first);
      expect(writes()).toEqual([]);
    });

    test('are added once when the response is lost', async () => {
      const other = [...gateway.emulator.state.organizations.values()].at(-1)!.profile.code;
      let losses = 1;
      proxy = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const result = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks),
        });
        if (losses-- > 0) response.destroy();
        else response.end(await result.text());
      }).listen(0, '127.0.0.1');
      await once(proxy, 'listening');
      const { port } = proxy.address() as AddressInfo;

      const { stdout, stderr } = await run([other, PEOPLE], {
        GATEWAY_URL: `http://127.0.0.1:${port}`,
      });
      expect(stderr).toBe('No result. Trying again in 0.5 s.\n');
      expect(stdout).toMatch(/^Added 2\d\d of 250 people\.\n/);
      const path = `POST /api/v1/organizations/${other}/users`;
      const sent = gateway.emulator.requests.filter(
        ({ method, path: at }) => `${method} ${at}` === path,
      );
      const added = sent.flatMap(({ body }) => (body as { users: { id: string }[] }).users);
      expect(new Set(added.map(({ id }) => id)).size).toBe(people.length);
      expect(sent.length).toBeLessThanOrEqual(5);
    });

    test('are added after the wait that a rate limit asks for', async () => {
      gateway.emulator.fault({
        ...{ route: 'POST /api/v1/organizations/{org_code}/users', times: 1 },
        respond: { rateLimitSeconds: 1 },
      });
      // The gateway still has the result for the first one's key.
      const other = [...gateway.emulator.state.organizations.values()].at(-2)!.profile.code;
      const { stdout, stderr } = await run([other, PEOPLE]);
      expect(stderr).toBe('No result. Trying again in 1 s.\n');
      expect(stdout).toMatch(/^Added 2\d\d of 250 people\.\n/);
    });

    test('are not added with a token that lacks the scope, and the code says so', async () => {
      const { status, stdout, stderr } = await run([CODE, PEOPLE], {
        TOKEN: await gateway.emulator.issueToken({ scopes: ['read:organizations'] }),
      });
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toMatch(/^FORBIDDEN: .*create:organization_users/);
    });
  });
});

/** The scripts in examples/, as processes that add the 250 people of examples/people.csv through a gateway. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { FaultResponse } from '../../src/emulator/faults.js';
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
          timeout: 100_000,
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
      expect(stderr).toMatch(
        new RegExp(`^No result: http://127.0.0.1:${port}: \\S.*\nTrying again in 0.5 s\\.\n$`),
      );
      expect(stdout).toMatch(/^Added 2\d\d of 250 people\.\n/);
      const path = `POST /api/v1/organizations/${other}/users`;
      const sent = gateway.emulator.requests.filter(
        ({ method, path: at }) => `${method} ${at}` === path,
      );
      const added = sent.flatMap(({ body }) => (body as { users: { id: string }[] }).users);
      expect(new Set(added.map(({ id }) => id)).size).toBe(people.length);
      expect(sent.length).toBeLessThanOrEqual(5);
    });

    /** Another organization for each test: the gateway has the results for the keys of the others. */
    const organization = (index: number) =>
      [...gateway.emulator.state.organizations.values()].at(index)!.profile.code;
    const usersOf = (body: unknown) =>
      ((body as { users?: { id: string }[] } | undefined)?.users ?? []).map(({ id }) => id);
    const idOf = (position: number) => people[position]!.split(',')[0]!;
    /** Makes the batch with this person fail. */
    const failBatchOf = (position: number, respond: FaultResponse, times?: number) =>
      gateway.emulator.fault({
        match: ({ method, body }) => method === 'POST' && usersOf(body).includes(idOf(position)),
        ...{ respond, times },
      });
    /** How many batches had this person. */
    const timesSent = (position: number) =>
      gateway.emulator.requests.filter(({ body }) => usersOf(body).includes(idOf(position))).length;

    test('are sent again when a later batch meets a rate limit, after the wait that one asks for', async () => {
      const other = organization(-2);
      failBatchOf(0, { rateLimitSeconds: 1 }, 1);
      failBatchOf(150, { status: 429, headers: { 'retry-after': '0' } }, 1);
      const { stdout, stderr } = await run([other, PEOPLE]);
      expect(stderr).toMatch(
        /^No result: Kinde.*\nTrying again in 1 s\.\nSending 150 people again\.\n$/,
      );
      expect(stdout).toMatch(/^Added 2\d\d of 250 people\.\n/);
      expect(stdout).not.toMatch(/RATE_LIMITED|NOT_ATTEMPTED|No result/);
      expect([99, 150, 249].map(timesSent)).toEqual([3, 2, 1]);
      const members = gateway.emulator.state.organization(other).members;
      for (const position of [99, 150, 249]) expect(members.has(idOf(position))).toBe(true);
    });

    test('are sent again by the next run when a later batch failed in the first', async () => {
      const other = organization(-3);
      const end = failBatchOf(150, { status: 403, body: {} });
      const first = await run([other, PEOPLE]);
      expect(first.status).toBe(2);
      expect(first.stdout).toMatch(
        /^Added 9\d of 250 people\.\n[^]*\nNo result for 150 people\.\n$/,
      );
      expect(first.stderr).toMatch(/^Sending 150 people again\.\nFORBIDDEN: /);
      end();
      const sent = timesSent(99);
      const next = await run([other, PEOPLE]);
      expect(next).toMatchObject({ status: 1, stderr: 'Sending 150 people again.\n' });
      expect(next.stdout).toMatch(/^Added 2\d\d of 250 people\.\n/);
      expect([timesSent(99), timesSent(249)]).toEqual([sent, 1]);
    });

    test('are never sent again when it is unknown whether they were added', async () => {
      const other = organization(-4);
      failBatchOf(150, 'reset-after-write', 1);
      const first = await run([other, PEOPLE]);
      expect(first.stderr).toBe('Sending 50 people again.\n');
      expect(first.stdout.match(/: WRITE_OUTCOME_UNKNOWN: /g)).toHaveLength(100);
      expect([150, 249].map(timesSent)).toEqual([1, 1]);
      expect(await run([other, PEOPLE])).toEqual(first);
      expect([150, 249].map(timesSent)).toEqual([1, 1]);
    });

    test('are told by their lines in a file as Excel writes it, with an empty line', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'people-'));
      const file = join(directory, 'people.csv');
      writeFileSync(file, `\ufeffuser_id,role\r\n${people[0]}\r\n\r\nkp_nobody,developer\r\n`);
      const { status, stdout } = await run([CODE, file]);
      const absent = await run([CODE, join(directory, 'absent.csv')]);
      writeFileSync(file, `user_id,role\n${people[0]}\nkp_nobody\n`);
      const incomplete = await run([CODE, file]);
      rmSync(directory, { recursive: true });

      expect([status, stdout]).toEqual([1, expect.stringContaining('Added 1 of 2 people.')]);
      expect(stdout).toContain('Line 4, kp_nobody: NOT_FOUND');
      expect([absent.status, absent.stderr]).toEqual([
        2,
        expect.stringMatching(/^The file can't be read: .*absent\.csv.*\n$/),
      ]);
      const { status: code, stderr } = incomplete;
      expect([code, stderr]).toEqual([2, 'Line 3 must be a user_id and a role.\n']);
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

/** Secrets in files: read at the start, and again while the gateway serves. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { openSecret } from '../../src/config/secret.js';
import { createTextSeal } from '../../src/resolvers/text-seal.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  file = join(folder, 'secret');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a variable that ends in _FILE', () => {
  const env = { KINDE_DOMAIN: 'acme.kinde.com', AUTH_MODE: 'jwt', KINDE_CLIENT_ID: 'id' };
  const problemsOf = (more: Record<string, string>) => {
    try {
      readConfig({ ...env, ...more });
      return [];
    } catch (error) {
      return (error as Error).message.split('\n');
    }
  };

  test.each(['secret', 'secret\n', 'secret\r\n'])('names the file of a secret: %j', (text) => {
    writeFileSync(file, text);
    const { kinde } = readConfig({ ...env, KINDE_CLIENT_SECRET_FILE: file });
    expect(kinde!.credentials).toEqual({
      ...{ clientId: 'id', clientSecret: 'secret', clientSecretFile: file },
    });
  });

  test.each([
    ['REDIS_URL', 'redis://:secret@redis:6379'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=secret'],
    ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'authorization=secret'],
  ])('stands for %s', (variable, text) => {
    writeFileSync(file, text);
    const given = { ...env, KINDE_CLIENT_SECRET: 's', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a' };
    const { cache, traces } = readConfig({ ...given, [`${variable}_FILE`]: file });
    expect(JSON.stringify([cache.redisUrl, traces?.headers])).toContain('secret');
  });

  test('is refused beside the variable itself, and never shows the text of the file', () => {
    writeFileSync(file, 'not shown');
    expect(problemsOf({ KINDE_CLIENT_SECRET: 'x', KINDE_CLIENT_SECRET_FILE: file })).toEqual([
      'KINDE_CLIENT_SECRET must not be set with KINDE_CLIENT_SECRET_FILE',
    ]);
    expect(problemsOf({ KINDE_CLIENT_SECRET: 'x', REDIS_URL_FILE: file }).join()).not.toContain(
      'not shown',
    );
  });

  test('must name a file that can be read and has text', () => {
    writeFileSync(file, '\n');
    const gone = join(folder, 'gone');
    expect(problemsOf({ KINDE_CLIENT_SECRET_FILE: gone })).toEqual([
      `KINDE_CLIENT_SECRET_FILE must name a file that can be read, not "${gone}" (ENOENT)`,
    ]);
    expect(problemsOf({ KINDE_CLIENT_SECRET_FILE: file })).toEqual([
      `KINDE_CLIENT_SECRET_FILE must name a file with text, not "${file}"`,
    ]);
    expect(problemsOf({ KINDE_CLIENT_SECRET: 'x', REDIS_URL_FILE: file })).toEqual([
      `REDIS_URL_FILE must name a file with text, not "${file}"`,
    ]);
  });
});

describe('the secret of the application', () => {
  let emulator: Emulator;
  let gateway: TestGateway;

  beforeAll(async () => {
    emulator = await startEmulator();
    writeFileSync(file, `${emulator.clientSecret}\n`);
    gateway = await startGateway({
      before: emulator,
      env: { KINDE_CLIENT_SECRET: '', KINDE_CLIENT_SECRET_FILE: file },
    });
  });
  afterEach(() => emulator.clearRequests());
  afterAll(async () => {
    await gateway?.close();
    await emulator?.close();
  });

  /** Each is refused unless it has the secret of the last rotation. */
  const tokenRequests = () => emulator.tokenRequests.length;

  test('is rotated twice under load without a failed request', async () => {
    let isOver = false;
    const failures: unknown[] = [];
    let responses = 0;
    const client = async () => {
      while (!isOver) {
        const { errors } = await gateway.execute('{ organizations(first: 1) { nodes { code } } }');
        responses++;
        if (errors !== undefined) failures.push(errors);
      }
    };
    const clients = [client(), client(), client(), client()];
    const served = async (count: number) => {
      const until = responses + count;
      while (responses < until) await new Promise((resolve) => setImmediate(resolve));
    };
    await served(10);
    emulator.clearRequests();
    for (let rotation = 0; rotation < 2; rotation++) {
      const secret = emulator.rotateClientSecret();
      expect(emulator.clientSecret).toBe(secret);
      // The file follows later: meanwhile the token is still good.
      await served(10);
      writeFileSync(file, secret);
      await gateway.reloadSecrets();
      await served(10);
    }
    isOver = true;
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(tokenRequests()).toBe(2);
  });

  test('is rotated between two pages of a sorted list, and the cursor stays as good as before', async () => {
    const list = `query ($first: Int!, $after: String) {
      organizations(first: $first, after: $after, sort: NAME_ASC) { edges { cursor node { name code } } }
    }`;
    const read = async (variables: object) => {
      const { data, errors } = (await gateway.execute(list, variables)) as any;
      return data.organizations?.edges ?? errors;
    };
    // Some have the same name, so that the order alone doesn't tell where to read on.
    const organizations = [...emulator.state.organizations.values()];
    for (const { profile } of organizations.slice(0, 3)) profile.name = 'same';
    emulator.state.organizations.resort();
    const edges = await read({ first: 36 });
    const at = edges.findIndex(({ node }: any) => node.name === 'same') + 1;
    const after = edges[at].cursor;
    writeFileSync(file, emulator.rotateClientSecret());
    await gateway.reloadSecrets();
    const nodes = edges
      .slice(at + 1, at + 3)
      .map(({ node }: any) => expect.objectContaining({ node }));
    expect(await read({ first: 2, after })).toEqual(nodes);
    const gone = organizations.find(({ profile }) => profile.code === edges[at].node.code)!;
    emulator.state.removeOrganization(gone);
    expect(await read({ first: 2, after })).toEqual(nodes);
  });

  test('is read from the file when a token is refused, too', async () => {
    writeFileSync(file, emulator.rotateClientSecret());
    const end = emulator.fault({
      route: 'GET /api/v1/organizations',
      times: 1,
      respond: { status: 401, body: { errors: [{ code: 'UNAUTHORIZED', message: '' }] } },
    });
    const { errors } = await gateway.execute('{ organizations(first: 1) { nodes { code } } }');
    end();
    expect([errors, tokenRequests()]).toEqual([undefined, 1]);
  });

  test('that Kinde refuses leaves the token of before in use', async () => {
    writeFileSync(file, 'wrong');
    await expect(gateway.reloadSecrets()).rejects.toThrow('invalid_client');
    const { errors } = await gateway.execute('{ organizations(first: 1) { nodes { code } } }');
    expect([errors, tokenRequests()]).toEqual([undefined, 1]);
  });
});

describe('the seal of cursors', () => {
  test('opens what was sealed before a rotation, and by a replica that has rotated already', () => {
    writeFileSync(file, 'one');
    const rotated = createTextSeal(openSecret('two', undefined))!;
    const secret = openSecret('one', file);
    const seal = createTextSeal(secret)!;
    const before = seal.seal('text', 'purpose');
    writeFileSync(file, 'two');
    expect(seal.open(rotated.seal('text', 'purpose'), 'purpose')).toBe('text');
    expect(seal.open(before, 'purpose')).toBe('text');
    expect(seal.seal('text', 'purpose')).toBe(rotated.seal('text', 'purpose'));
  });

  test('stays while the file is replaced', () => {
    writeFileSync(file, 'one');
    const secret = openSecret('one', file);
    writeFileSync(file, '');
    expect([secret.read(), secret.known()]).toEqual(['one', ['one']]);
    rmSync(file);
    expect(secret.read()).toBe('one');
    writeFileSync(file, 'two');
    expect([secret.read(), secret.known()]).toEqual(['two', ['two', 'one']]);
  });
});

/** What `check-config` says of JWT_ISSUER, compared with discovery documents. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { checkConfig, printReport } from '../../src/cli/check-config.js';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';

let emulator: Emulator;
const servers: Server[] = [];
beforeAll(async () => {
  emulator = await startEmulator({ organizations: 1 });
});
afterEach(() => {
  emulator.reset();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => emulator.close());

const check = (issuers?: string) =>
  checkConfig({
    KINDE_DOMAIN: emulator.url,
    KINDE_CLIENT_ID: emulator.clientId,
    KINDE_CLIENT_SECRET: emulator.clientSecret,
    AUTH_MODE: 'jwt',
    ...(issuers === undefined ? {} : { JWT_ISSUER: issuers }),
  });

/** A custom domain whose discovery document names this issuer, or itself. */
async function customDomain(issuer?: string): Promise<string> {
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ issuer: issuer ?? url })),
  );
  servers.push(server.listen(0, '127.0.0.1'));
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return url;
}

test('no warning about an issuer that the environment names, with or without a slash', async () => {
  for (const issuers of [undefined, emulator.url, `${emulator.url}/`]) {
    expect(await check(issuers)).toMatchObject({ ok: true, problems: [], warnings: [] });
  }
});

test('no warning about a custom domain that names itself or the environment', async () => {
  for (const custom of [await customDomain(), await customDomain(emulator.url)]) {
    const report = await check(`${custom},${emulator.url}`);
    expect(report).toMatchObject({ ok: true, problems: [], warnings: [] });
  }
});

test('a problem with an issuer that no discovery document names, by its value', async () => {
  const missing = 'http://127.0.0.1:1';
  const other = await customDomain('https://other.kinde.com');
  const report = await check(`${emulator.url},${missing},${other}`);
  expect(report).toMatchObject({ ok: false, warnings: [] });
  expect(report.problems).toEqual([
    `JWT_ISSUER has "${missing}", but the discovery document of KINDE_DOMAIN names "${emulator.url}" and ${missing} has no discovery document. Correct or remove it.`,
    `JWT_ISSUER has "${other}", but the discovery document of KINDE_DOMAIN names "${emulator.url}" and ${other} names "https://other.kinde.com". Correct or remove it.`,
  ]);
});

test('a warning when the environment’s own issuer isn’t accepted, with the setting that accepts it', async () => {
  const custom = await customDomain();
  const report = await check(custom);
  expect(report).toMatchObject({ ok: true, problems: [] });
  expect(printReport(report)).toContain(
    `Warning: Tokens issued by "${emulator.url}", as the environment's discovery document names it, are refused. To accept them, set JWT_ISSUER=${emulator.url},${custom}.\n`,
  );
});

test.each([
  ['no', { status: 404 }],
  ['a broken', { status: 200, body: '<html>' }],
  ['an empty', { status: 200, body: 'null' }],
])('a warning when the environment has %s discovery document', async (_, respond) => {
  emulator.fault({ route: 'GET /.well-known/openid-configuration', respond });
  const report = await check();
  expect(report).toMatchObject({ ok: true, problems: [] });
  expect(report.warnings).toEqual([
    `JWT_ISSUER can't be compared with the environment: there is no discovery document at ${emulator.url}/.well-known/openid-configuration.`,
  ]);
});

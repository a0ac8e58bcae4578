/** Live queries with graphql-sse, the client that docs/live-queries.md shows. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient, type Client } from 'graphql-sse';
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { rename } from '../support/replicas.js';

let emulator: Emulator;
let gateway: TestGateway;
let client: Client;
let code: string;

beforeEach(async () => {
  emulator = await startEmulator({ organizations: 3 });
  gateway = await startGateway({ before: emulator, env: { CACHE: 'memory' } });
  code = [...emulator.state.organizations.values()][1]!.profile.code;
  client = createClient({ url: `${gateway.url}/graphql`, retryAttempts: 0 });
});
afterEach(async () => {
  client.dispose();
  await gateway.close();
  await emulator.close();
});

const NAME = 'query ($code: ID!) @live { organization(code: $code) { name } }';

test('a change is the next result', async () => {
  const results = client.iterate({ query: NAME, variables: { code } });
  const name = async () => {
    const { value, done } = await results.next();
    return done === true ? undefined : (value.data as any).organization.name;
  };
  await name();
  await rename(gateway, code, 'After');
  expect(await name()).toBe('After');
  await rename(gateway, code, 'Later');
  expect(await name()).toBe('Later');
  await results.return?.();
});

test('a query without @live ends after its result', async () => {
  const results = client.iterate({ query: '{ organizations(first: 1) { nodes { code } } }' });
  expect((await results.next()).done).toBe(false);
  expect((await results.next()).done).toBe(true);
});

test('an invalid document gives errors and no exception', async () => {
  const results = client.iterate({ query: 'query @live { nothing }' });
  const { value } = await results.next();
  expect(value.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});

test('a stream that a shutdown ends is opened again, and misses no change', async () => {
  const second = await startGateway({ before: emulator, env: { CACHE: 'memory' } });
  let url = gateway.url;
  const retrying = createClient({
    url: () => `${url}/graphql`,
    retryAttempts: 3,
    retry: async () => void (url = second.url),
  });
  try {
    const results = retrying.iterate({ query: NAME, variables: { code } });
    await results.next();
    emulator.state.organizations.get(code)!.profile.name = 'Meanwhile';
    const next = results.next();
    await gateway.close();
    const { value } = await next;
    expect((value as any).data.organization.name).toBe('Meanwhile');
    await results.return?.();
  } finally {
    retrying.dispose();
    await second.close();
  }
});

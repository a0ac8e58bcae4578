/** Several gateways before one emulator, each with its own way to Redis. */
import { startEmulator, type Emulator } from '../../src/emulator/index.js';
import type { RedisTimings } from '../../src/shared-state.js';
import { startGateway, type TestGateway } from './gateway.js';
import { waitFor } from './wait-for.js';

export interface Replicas {
  readonly emulator: Emulator;
  readonly gateways: readonly TestGateway[];
  close(): Promise<void>;
}

const SMALL = { organizations: 3, usersPerOrganization: 2 };

/** On a busy machine Redis may take longer than a gateway waits for it. */
const PATIENT = { readTimeoutMs: 10_000 };

/** Starts a gateway for each URL of Redis. */
export async function startReplicas(
  redisUrls: readonly string[],
  env: Record<string, string> = {},
  timings: RedisTimings = PATIENT,
): Promise<Replicas> {
  const emulator = await startEmulator(SMALL);
  const gateways = await Promise.all(
    redisUrls.map((url) =>
      startGateway({
        before: emulator,
        env: { CACHE: 'memory', UPSTREAM_RETRIES: '0', REDIS_URL: url, ...env },
        redisTimings: { longestReconnectMs: 150, ...timings },
      }),
    ),
  );
  return {
    ...{ emulator, gateways },
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await emulator.close();
    },
  };
}

const NAME = 'query ($code: ID!) { organization(code: $code) { name } }';
const RENAME = `mutation ($code: ID!, $name: String!) {
  updateOrganization(input: { organizationCode: $code, name: $name }) { userErrors { code } }
}`;

export const nameFrom = async (gateway: TestGateway, code: string): Promise<string> =>
  (await gateway.query(NAME, { code })).organization.name;

/** Resolves when the write is acknowledged. */
export const rename = async (gateway: TestGateway, code: string, name: string): Promise<void> =>
  void (await gateway.query(RENAME, { code, name }));

/** The name, and whether it came from memory. */
export async function explainName(gateway: TestGateway, code: string) {
  const { data, extensions } = (await gateway.execute(
    NAME,
    { code },
    { 'x-graphql-explain': 'true' },
  )) as { data?: any; extensions?: { upstream: { calls: { source: string }[] } } };
  const [call] = extensions!.upstream.calls;
  return { name: data.organization.name as string, isFromMemory: call?.source === 'cache' };
}

/**
 * Waits until a gateway serves a name from memory: it has looked at the log, and trusts what it found.
 * Fails when it serves another name meanwhile.
 */
export async function servedFromMemory(gateway: TestGateway, code: string, expected: string) {
  await waitFor(async () => {
    const { name, isFromMemory } = await explainName(gateway, code);
    if (name !== expected) throw new Error(`STALE: ${name} was served in place of ${expected}`);
    return isFromMemory;
  });
}

/** What the gateway does of its own accord when the upstream is in trouble, or an operation asks too much. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway, type TestOptions } from './support/gateway.js';

const open: TestGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

/** A gateway of a test's own: what it has learnt of the upstream must not reach the next test. */
async function gatewayWith(env: Record<string, string>, options: TestOptions = {}) {
  const gateway = await startGateway({ ...options, env });
  open.push(gateway);
  // The token and the connection are there, so that times and calls are those of the test.
  await gateway.query('{ roles(first: 1) { nodes { key } } }');
  gateway.calls();
  return gateway;
}

async function timed<T>(run: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const result = await run();
  return [result, performance.now() - startedAt];
}

const codes = (errors: { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions['code']);

const ORGANIZATIONS = '{ organizations(first: 1) { nodes { code } } }';
const BOTH = '{ organizations(first: 1) { nodes { code } } roles(first: 1) { nodes { key } } }';
const list = { route: 'GET /api/v1/organizations' } as const;

async function aCode(gateway: TestGateway): Promise<string> {
  const { organizations } = await gateway.query(ORGANIZATIONS);
  gateway.calls();
  return organizations.nodes[0].code;
}

describe('the deadline of an operation', () => {
  test('ends a read that hangs; what was finished is returned', async () => {
    const gateway = await gatewayWith({ OPERATION_TIMEOUT_MS: '600' });
    gateway.emulator.fault({ ...list, respond: 'hang' });
    const [{ data, errors }, milliseconds] = await timed(() => gateway.execute(BOTH));
    expect(data).toEqual({ organizations: null, roles: { nodes: [{ key: expect.any(String) }] } });
    expect(errors).toMatchObject([
      { path: ['organizations'], extensions: { code: 'DEADLINE_EXCEEDED' } },
    ]);
    expect(milliseconds).toBeGreaterThan(500);
    expect(milliseconds).toBeLessThan(2_000);
  });

  test('ends reads that wait for their turn, which are then never sent', async () => {
    const gateway = await gatewayWith({ OPERATION_TIMEOUT_MS: '600', UPSTREAM_CONCURRENCY: '1' });
    gateway.emulator.fault({ respond: 'hang' });
    const { errors } = await gateway.execute(BOTH);
    expect(codes(errors)).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
    expect(gateway.calls()).toHaveLength(1);
  });

  test('does not break off a write that has been sent, and refuses the one after it', async () => {
    const gateway = await gatewayWith({ OPERATION_TIMEOUT_MS: '500' });
    const code = await aCode(gateway);
    gateway.emulator.latencyMs = 900;
    const { data, errors } = await gateway.execute(
      `mutation ($code: ID!) {
        a: deleteFeatureFlagOverrides(input: { organizationCode: $code }) { userErrors { code } }
        b: deleteOrganization(input: { organizationCode: $code }) { userErrors { code } }
      }`,
      { code },
    );
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['b'], extensions: { code: 'DEADLINE_EXCEEDED' } }]);
    expect(gateway.calls()).toEqual([`DELETE /api/v1/organizations/${code}/feature_flags`]);
    expect(gateway.emulator.state.organizations.has(code)).toBe(true);
  });
});

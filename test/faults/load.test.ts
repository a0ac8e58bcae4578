/** What a large query costs upstream, and what is left of it when it may not cost that much. */
import { afterEach, expect, test } from '@jest/globals';
import { startFaultyGateway, type FaultyGateway } from '../support/fault-proxy.js';

const open: FaultyGateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

const NESTED = `{
  organizations(first: 50) {
    nodes { name users(first: 5) { nodes { email roles { key name } } } again: users(first: 3) { nodes { userId } } }
  }
}`;

async function gatewayWith(env: Record<string, string>) {
  const gateway = await startFaultyGateway(env, { emulator: { organizations: 50 } });
  open.push(gateway);
  return gateway;
}

test('40. N+1: 50 organizations with users and roles are 52 calls, and identical reads are one', async () => {
  const gateway = await gatewayWith({});
  const { data, codes, calls } = await gateway.outcome(NESTED);
  expect(codes).toEqual({});
  expect(data.organizations.nodes).toHaveLength(50);
  expect(new Set(calls).size).toBe(calls.length);
  const plain = calls.map((call) => call.replace(/org_\w+/, 'X')).sort();
  expect(plain).toEqual([
    ...Array<string>(50).fill('GET /api/v1/organizations/X/users?page_size=5'),
    'GET /api/v1/organizations?page_size=50',
    'GET /api/v1/roles?page_size=500',
  ]);
});

test('40. A cap per operation limits its calls, and their results are returned', async () => {
  const gateway = await gatewayWith({ UPSTREAM_CALLS_PER_OPERATION: '20' });
  const { data, codes, calls } = await gateway.outcome(
    '{ organizations(first: 50) { nodes { name users(first: 5) { nodes { email } } } } }',
  );
  expect(calls).toHaveLength(20);
  const { nodes } = data.organizations;
  expect(nodes).toHaveLength(50);
  expect(nodes.filter((node: { users: unknown }) => node.users !== null)).toHaveLength(19);
  expect(new Set(Object.values(codes))).toEqual(new Set(['UPSTREAM_BUDGET_EXCEEDED']));
  expect(Object.keys(codes)).toHaveLength(31);
});

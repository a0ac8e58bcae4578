/** Request coalescing: identical queries share upstream calls, each with its own deadline and call budget. */
import { describe, expect, test } from '@jest/globals';
import { arrive, cachedGateways, codes, LIST, post } from '../support/cached-gateway.js';
import type { TestGateway } from '../support/gateway.js';
import { stubTimeouts, TIMEOUTS } from '../support/timeouts.js';

const { heldGatewayWith, forgetful, advance } = cachedGateways();
const timeouts = stubTimeouts();

/** Returns another document with the same reads: it shares the calls, not the execution. */
const again = (query: string) => `${query} #`;

const LIST_CALL = 'GET /api/v1/organizations?page_size=10';

describe('concurrent requests', () => {
  test('a thousand for the same nested query make the calls of one', async () => {
    const { gateway } = await heldGatewayWith();
    const nested = '{ organizations(first: 10) { nodes { name featureFlags { key } } } }';
    const answer = await post(await forgetful(gateway), nested);
    const calls = gateway.calls().sort();
    const answers = Array.from({ length: 1_000 }, () => post(gateway, nested));
    expect(new Set(await Promise.all(answers))).toEqual(new Set([answer]));
    expect(gateway.calls().sort()).toEqual(calls);
  });

  test('share calls even without a cache', async () => {
    const { gateway, proxy } = await heldGatewayWith({ CACHE: 'off' });
    const held = proxy.hold(LIST_CALL);
    const first = post(gateway, LIST);
    await held.made;
    const second = post(gateway, LIST);
    await arrive(gateway);
    held.release();
    expect(await second).toBe(await first);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });

  test('share one execution, and execute for themselves if it fails', async () => {
    const { gateway, proxy } = await heldGatewayWith({ CACHE: 'off' });
    const three = async () => {
      const held = proxy.hold(LIST_CALL);
      const first = post(gateway, LIST);
      await held.made;
      const others = [post(gateway, LIST), post(gateway, LIST)];
      await arrive(gateway);
      return { held, responses: Promise.all([first, ...others]) };
    };
    const shared = await three();
    shared.held.release();
    expect(new Set(await shared.responses).size).toBe(1);
    expect(gateway.calls()).toEqual([LIST_CALL]);

    gateway.emulator.fault({ respond: { status: 403 }, times: 1 });
    const { held, responses } = await three();
    // Without it, the second waiter shares the first one's call only if it has a slot by then.
    const retried = proxy.hold(LIST_CALL);
    held.release();
    await retried.made;
    await arrive(gateway);
    retried.release();
    const [failed, ...answered] = await responses;
    expect(failed).toContain('FORBIDDEN');
    for (const answer of answered) expect(answer).not.toContain('errors');
    expect(gateway.calls()).toEqual([LIST_CALL, LIST_CALL]);
  });

  test('occupy no admission slot while they wait', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      CACHE: 'off',
      MAX_CONCURRENT_OPERATIONS: '2',
      MAX_WAIT_MS: '15000',
    });
    const held = proxy.hold(LIST_CALL);
    const first = post(gateway, LIST);
    await held.made;
    const others: Promise<string>[] = [];
    for (let count = 0; count < 3; count++) {
      others.push(post(gateway, LIST));
      await arrive(gateway);
    }
    const another = await gateway.query('{ organizations(first: 2) { nodes { code } } }');
    expect(another.organizations.nodes).toHaveLength(2);
    expect(gateway.calls()).toHaveLength(2);
    held.release();
    expect(new Set(await Promise.all([first, ...others])).size).toBe(1);
  });

  test('are served from the cache while all slots are taken, and share one execution later', async () => {
    const { gateway, proxy } = await heldGatewayWith({
      MAX_CONCURRENT_OPERATIONS: '1',
      MAX_WAIT_MS: '15000',
    });
    const kept = '{ organizations(first: 2) { nodes { code } } }';
    await gateway.query(kept);
    const held = proxy.hold('GET /api/v1/organizations?page_size=3');
    const first = gateway.query('{ organizations(first: 3) { nodes { code } } }');
    await held.made;
    expect((await gateway.query(kept)).organizations.nodes).toHaveLength(2);
    const waiting = [post(gateway, LIST)];
    await arrive(gateway, kept);
    gateway.calls();
    held.release();
    waiting.push(post(gateway, LIST), post(gateway, LIST));
    await first;
    expect(new Set(await Promise.all(waiting)).size).toBe(1);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });

  test('never share a mutation, however alike', async () => {
    const { gateway } = await heldGatewayWith();
    const create =
      'mutation { createOrganization(input: { name: "Twice" }) { userErrors { code } } }';
    await Promise.all([gateway.query(create), gateway.query(create)]);
    expect(gateway.calls()).toEqual(Array(2).fill('POST /api/v1/organization'));
  });

  const leaving = (gateway: TestGateway) => {
    const controller = new AbortController();
    const answer = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: LIST }),
      signal: controller.signal,
    }).catch(() => 'left');
    return { leave: () => controller.abort(), answer };
  };

  test('survive the first: the others still get the response of its call', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const held = proxy.hold(LIST_CALL);
    const first = leaving(gateway);
    await held.made;
    const second = gateway.query(LIST);
    await arrive(gateway);
    first.leave();
    expect(await first.answer).toBe('left');
    await arrive(gateway);
    held.release();
    expect((await second).organizations.nodes).toHaveLength(3);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });

  test('abort the call when all have left, and nobody joins it', async () => {
    const { gateway, proxy } = await heldGatewayWith();
    const held = proxy.hold(LIST_CALL);
    const callers = [leaving(gateway), leaving(gateway)];
    await held.made;
    await arrive(gateway);
    for (const { leave } of callers) leave();
    await held.brokenOff;
    expect((await gateway.query(LIST)).organizations.nodes).toHaveLength(3);
    expect(gateway.calls()).toEqual([LIST_CALL, LIST_CALL]);
  });

  test('have a deadline each', async () => {
    const { gateway, proxy } = await heldGatewayWith(TIMEOUTS);
    const held = proxy.hold(LIST_CALL);
    const first = gateway.execute(LIST);
    await held.made;
    const second = gateway.query(again(LIST));
    await arrive(gateway);
    timeouts.endOperations(1);
    expect(codes((await first).errors)).toEqual(['DEADLINE_EXCEEDED']);
    held.release();
    expect((await second).organizations.nodes).toHaveLength(3);
    expect(gateway.calls()).toEqual([LIST_CALL]);
  });

  test('share a failure, and a stale response in an outage', async () => {
    const { gateway, proxy } = await heldGatewayWith({ CACHE_TTL_SECONDS: '1' });
    const bothUnder = async () => {
      const end = gateway.emulator.fault({ respond: { status: 503 } });
      const held = proxy.hold(LIST_CALL);
      const first = gateway.execute(LIST);
      await held.made;
      const second = gateway.execute(again(LIST));
      await arrive(gateway);
      held.release();
      const answers = await Promise.all([first, second]);
      end();
      expect(gateway.calls()).toEqual([LIST_CALL]);
      return answers as any[];
    };
    for (const { errors } of await bothUnder()) {
      expect(codes(errors)).toEqual(['UPSTREAM_UNAVAILABLE']);
    }
    await gateway.query(LIST);
    gateway.calls();
    advance(2_000);
    for (const { extensions } of await bothUnder()) expect(extensions.stale).toBeDefined();
  });

  test('have a call budget each', async () => {
    const { gateway, proxy } = await heldGatewayWith(
      { UPSTREAM_CALLS_PER_OPERATION: '3' },
      { emulator: { organizations: 4, usersPerOrganization: 1 } },
    );
    const query = '{ organizations(first: 10) { nodes { featureFlags { key } } } }';
    const held = proxy.hold(LIST_CALL);
    const first = gateway.execute(query);
    await held.made;
    const second = gateway.execute(again(query));
    await arrive(gateway);
    held.release();
    // The first has two calls left for four organizations. The second has all three.
    const [one, two] = await Promise.all([first, second]);
    expect(codes(one.errors)).toEqual(Array(2).fill('UPSTREAM_BUDGET_EXCEEDED'));
    expect(two.errors).toBeUndefined();
    expect(gateway.calls()).toHaveLength(5);
  });
});

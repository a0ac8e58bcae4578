/** Gateways with their cache on, responses that a test can hold, and a clock that a test advances. */
import { afterEach, jest } from '@jest/globals';
import { stubClock } from './clock.js';
import { startGateway, type TestGateway, type TestOptions } from './gateway.js';
import { startHeldProxy } from './held-proxy.js';

const SMALL = { organizations: 3, usersPerOrganization: 2 };

/** For the tests of a file: each begins with nothing, and what it starts ends with it. */
export function cachedGateways() {
  const open: { close(): Promise<void> }[] = [];
  const { advance } = stubClock();
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const one of open.splice(0).reverse()) await one.close();
  });

  async function gatewayWith(env: Record<string, string> = {}, options: TestOptions = {}) {
    const gateway = await startGateway({
      emulator: SMALL,
      ...options,
      env: { CACHE: 'memory', UPSTREAM_RETRIES: '0', ...env },
    });
    open.push(gateway);
    return gateway;
  }

  return {
    gatewayWith,
    /** A gateway whose responses from Kinde can be held. */
    heldGatewayWith: async (env: Record<string, string> = {}, options: TestOptions = {}) => {
      const proxy = await startHeldProxy();
      const gateway = await gatewayWith(env, {
        ...options,
        kindeDomain: ({ url }) => {
          proxy.target = url;
          return proxy.url;
        },
      });
      open.push(proxy);
      return { gateway, proxy };
    },
    /** A gateway before the same emulator that keeps nothing, to compare with. */
    forgetful: async ({ emulator }: TestGateway, env: Record<string, string> = {}) => {
      const gateway = await startGateway({ before: emulator, env });
      open.push(gateway);
      return gateway;
    },
    /** Lets the time pass after which what is kept is no longer fresh, without waiting for it. */
    advance,
  };
}

export const nodeId = (...parts: string[]) =>
  Buffer.from(JSON.stringify(parts)).toString('base64url');

/** Two organizations that are not the default one, A with members m and n, B with p and q, and a stranger s. */
export function cast({ emulator: { state } }: TestGateway) {
  const [a, b] = [...state.organizations.values()].filter(
    ({ profile }) => profile.is_default !== true,
  );
  const [m, n] = [...a!.members.values()].map(({ user }) => user.id);
  const [p, q] = [...b!.members.values()].map(({ user }) => user.id);
  const s = [...state.users.values()].find(({ organizations }) => organizations.length === 0)?.id;
  return { A: a!.profile.code, B: b!.profile.code, m: m!, n: n!, p: p!, q: q!, s: s! };
}

export type Cast = ReturnType<typeof cast>;

/** The calls since the last time, in order, with the names of the cast for their codes and ids. */
export function named(gateway: TestGateway, who: Cast): string[] {
  return gateway
    .calls()
    .map((call) =>
      Object.entries(who).reduce((text, [name, id]) => text.replaceAll(id, name), call),
    )
    .sort();
}

export async function post(
  gateway: TestGateway,
  query: string,
  variables?: object,
  headers?: object,
) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** Lets what has been sent arrive: requests are begun in the order in which they came. */
export async function arrive(gateway: TestGateway, query = '{ __typename }') {
  for (let time = 0; time < 5; time++) await gateway.query(query);
}

export const codes = (errors: { extensions: Record<string, unknown> }[] | undefined) =>
  errors?.map(({ extensions }) => extensions['code']);

export const LIST = '{ organizations(first: 10) { nodes { code name } } }';
export const DETAILS = 'query ($A: ID!) { organization(code: $A) { name isSuspended } }';
export const RENAME =
  'mutation ($A: ID!, $name: String!) { updateOrganization(input: { organizationCode: $A, name: $name }) { userErrors { code } } }';
export const NESTED =
  '{ organizations(first: 10) { nodes { name featureFlags { key value } users(first: 10) { nodes { email roles { key name } permissions { key } } } } } }';

import { startEmulator, startGateway, type TestGateway } from 'kinde-graphql/testing';

/** What an app's test does with the package, typed without Node's own types. */
export async function nameOfFirst(gateway: TestGateway): Promise<unknown> {
  const token = await gateway.token({ scopes: ['read:organizations'] });
  const response = await fetch(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ organizations(first: 1) { nodes { name } } }' }),
  });
  return response.json();
}

export { startEmulator, startGateway };

// @ts-expect-error: there is no such option.
export const mistyped = () => startGateway({ organisations: 3 });

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { nameOfFirst, startGateway } from './gateway.js';

let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  gateway = await startGateway({ emulator: { organizations: 1, seed: 'mine' } });
});
afterAll(() => gateway.close());

test('a gateway by Vitest, also with fake timers', async () => {
  const [organization] = await gateway.organizations();
  vi.useFakeTimers();
  await gateway.reset();
  vi.useRealTimers();
  expect(await nameOfFirst(gateway)).toEqual({
    data: { organizations: { nodes: [{ name: organization!.name }] } },
  });
});

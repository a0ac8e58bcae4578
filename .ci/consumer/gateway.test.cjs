/**
 * @jest-environment jsdom
 */
const { startEmulator, startGateway } = require('kinde-graphql/testing');

test('an emulator and a gateway by Jest with CommonJS, in jsdom', async () => {
  const gateway = await startGateway({ settings: { AUTH_MODE: 'none' } });
  jest.useFakeTimers();
  await gateway.fault({ respond: { rateLimitSeconds: 40 } });
  jest.useRealTimers();
  const body = await new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', gateway.url);
    request.setRequestHeader('content-type', 'application/json');
    request.onload = () => resolve(JSON.parse(request.responseText));
    request.onerror = reject;
    request.send(JSON.stringify({ query: '{ organizations(first: 1) { nodes { name } } }' }));
  });
  expect(body.errors[0].extensions.retryAfterSeconds).toBe(40);
  expect(await gateway.calls()).toStrictEqual(['GET /api/v1/organizations?page_size=1']);
  await gateway.close();

  const emulator = await startEmulator();
  expect(emulator.settings.KINDE_DOMAIN).toBe(emulator.url);
  await emulator.close();
});

#!/usr/bin/env node
/**
 * `npm run example -- react-apollo`: starts one of the apps in examples/, the emulator and a gateway that
 * verifies its tokens, at PORT and EMULATOR_PORT. Ctrl+C ends all of them.
 */
import { createServer } from 'vite';
import { EXAMPLE_APPS, viteOptions } from './example-app.mjs';

const [name] = process.argv.slice(2);
if (!EXAMPLE_APPS.includes(name)) {
  process.stderr.write(`Usage: npm run example -- ${EXAMPLE_APPS.join(' | ')}\n`);
  process.exit(2);
}
const { startEmulator } = await import('../dist/emulator/index.js');
const { readEmulatorSettings } = await import('../dist/emulator/settings.js');
const { PORT = '4000' } = process.env;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** Starts the emulator as `npm run emulator` does. */
async function openEmulator() {
  const options = readEmulatorSettings(process.env);
  return startEmulator(options).catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    fail(`Port ${options.port} is in use. Set EMULATOR_PORT to another port.`);
  });
}

const { url, audience, clientId, clientSecret } = await openEmulator().catch((error) =>
  fail(error.message),
);
Object.assign(process.env, {
  AUTH_MODE: 'jwt',
  KINDE_DOMAIN: url,
  KINDE_AUDIENCE: audience,
  KINDE_CLIENT_ID: clientId,
  KINDE_CLIENT_SECRET: clientSecret,
  EMULATOR_URL: url,
  VITE_GATEWAY_URL: `http://localhost:${PORT}/graphql`,
});
await import('../dist/index.js');
const app = await createServer(viteOptions(name));
await app.listen();
app.printUrls();

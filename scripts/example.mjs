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
const { PORT = '4000', EMULATOR_PORT = '4010' } = process.env;
const { url, audience, clientId, clientSecret } = await startEmulator({
  port: Number(EMULATOR_PORT),
}).catch((error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  process.stderr.write(`Port ${EMULATOR_PORT} is in use. Set EMULATOR_PORT to another port.\n`);
  process.exit(1);
});
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

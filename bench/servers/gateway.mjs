/** This gateway, as `npm start` has it, but for the port; settings such as CACHE come with the process. */
import '../../dist/config/v8-flags.js';
import { readConfig } from '../../dist/config.js';
import { createGateway } from '../../dist/server.js';

const config = readConfig({
  ...process.env,
  KINDE_DOMAIN: process.env.UPSTREAM,
  KINDE_CLIENT_ID: 'bench',
  KINDE_CLIENT_SECRET: 'bench',
  AUTH_MODE: 'none',
  LOG_LEVEL: 'warn',
  NODE_ENV: 'production',
});
const gateway = await createGateway(config);
process.send({ url: await gateway.listen({ port: 0, host: '127.0.0.1' }) });
process.on('disconnect', () => process.exit());

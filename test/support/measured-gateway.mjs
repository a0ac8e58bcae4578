/**
 * A built gateway in a process of its own, which tells by IPC how long its event loop was blocked. Jest
 * would slow down the code that is measured. Settings are environment variables.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '../../dist/config.js';
import { createGateway } from '../../dist/server.js';

const config = readConfig(process.env);
const gateway = await createGateway({ ...config, kinde: config.kinde });
process.send({ url: await gateway.listen({ port: 0, host: '127.0.0.1' }) });

const delay = monitorEventLoopDelay({ resolution: 1 });
process.on('message', (message) => {
  if (message === 'begin') {
    delay.reset();
    delay.enable();
    process.send({ begun: true });
  } else {
    delay.disable();
    process.send({ blockedMs: delay.max / 1e6 });
  }
});

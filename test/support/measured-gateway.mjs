/**
 * A built gateway in a process of its own, which tells by IPC how long its event loop was blocked. Jest
 * would slow down the code that is measured. Settings are environment variables.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readConfig } from '../../dist/config.js';
import { createGateway } from '../../dist/server.js';

const config = readConfig(process.env);
const gateway = await createGateway({ ...config, kinde: config.kinde });
process.send({ url: await gateway.listen({ port: 0, host: '127.0.0.1' }) });

const SCHEDSTAT = '/proc/self/schedstat';

/**
 * Returns for how long the main thread has run. A clock would also count the time in which a busy machine
 * ran others; it is used where the system doesn't tell.
 */
const runMs = existsSync(SCHEDSTAT)
  ? () => Number(readFileSync(SCHEDSTAT, 'utf8').split(' ')[0]) / 1e6
  : () => performance.now();

let blockedMs = 0;
let lastMs = 0;
let ticks;

function tick() {
  const now = runMs();
  blockedMs = Math.max(blockedMs, now - lastMs);
  lastMs = now;
}

process.on('message', (message) => {
  if (message === 'begin') {
    blockedMs = 0;
    lastMs = runMs();
    ticks = setInterval(tick, 1);
    process.send({ begun: true });
  } else {
    tick();
    clearInterval(ticks);
    process.send({ blockedMs });
  }
});

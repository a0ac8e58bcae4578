/**
 * The gateway in a process of its own, as bench/overload.mjs, soak.mjs and live.mjs load it. Tells by IPC
 * where it listens and, when asked, what it uses.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import '../dist/config/v8-flags.js';
import { readConfig } from '../dist/config.js';
import { createGateway } from '../dist/server.js';

const config = readConfig({
  KINDE_CLIENT_ID: 'bench',
  KINDE_CLIENT_SECRET: 'bench',
  AUTH_MODE: 'none',
  LOG_LEVEL: 'fatal',
  AUDIT_LOG: 'false',
  NODE_ENV: 'production',
  ...process.env,
});
const gateway = await createGateway({ ...config, kinde: config.kinde });
// A port of its own choice where a proxy has to know it.
const port = Number(process.env.GATEWAY_PORT ?? 0);
const url = await gateway.listen({ port, host: '127.0.0.1' });
const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

const answers = {
  /** CPU and memory so far, and the event loop's delay since it was last asked for. */
  usage() {
    const { user, system } = process.cpuUsage();
    const usage = {
      cpuMs: (user + system) / 1000,
      rssMb: process.memoryUsage.rss() / 2 ** 20,
      peakMb: process.resourceUsage().maxRSS / 1024,
      delayP99Ms: delay.percentile(99) / 1e6,
      delayMaxMs: delay.max / 1e6,
    };
    delay.reset();
    return usage;
  },
  /** What is left once garbage has been collected, with --expose-gc: the heap, and what is open. */
  async left() {
    // Twice, with a pause between: what finalizers and closed sockets let go falls to the second.
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    const open = {};
    for (const name of process.getActiveResourcesInfo()) open[name] = (open[name] ?? 0) + 1;
    return { heapMb: heapUsed / 2 ** 20, externalMb: external / 2 ** 20, open };
  },
};
process.on('message', async (question) => process.send(await answers[question]()));
process.on('disconnect', () => process.exit());
process.send({ url });

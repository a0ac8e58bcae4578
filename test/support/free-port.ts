/** Ports for servers that are started later, or more than once. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below 32768, where Linux begins with the ports that it gives to a server that asks for any: as many tests do
 * at the same time, one of them would sooner or later get a port that this one has yet to use.
 */
const FIRST_PORT = 12_000;
const PORTS_OF_WORKER = 2_000;

const first = FIRST_PORT + (Number(process.env['JEST_WORKER_ID'] ?? 0) % 8) * PORTS_OF_WORKER;
// Another run, on the same machine, may use the same ones.
let next = Math.floor(Math.random() * PORTS_OF_WORKER);

/** Returns a port on which nobody listens, and which no other test gets. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = first + (next++ % PORTS_OF_WORKER);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch {
      continue;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

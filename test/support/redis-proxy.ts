/** A way to Redis that a test can cut, switch to another server, or have reply with something else. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { freePort } from './free-port.js';

export interface RedisProxy {
  readonly url: string;
  /** Ends all connections and refuses new ones. */
  cut(): Promise<void>;
  /** Accepts connections again. */
  reopen(): Promise<void>;
  /** Passes on to another server what comes over the connections that there are, and over new ones. */
  switchTo(redisUrl: string): Promise<void>;
  /** How much later each request reaches Redis, in milliseconds. */
  delayMs: number;
  /** Replaces what Redis replies. */
  tamper: ((reply: Buffer) => Buffer) | undefined;
  /** Holds back what comes from Redis until the returned function is called. */
  hold(): () => void;
}

/** One client's connection, and the connection to Redis that belongs to it. */
interface Link {
  client: Socket;
  server: Socket;
}

export async function startRedisProxy(redisUrl: string): Promise<RedisProxy> {
  let target = Number(new URL(redisUrl).port);
  let held: Promise<void> | undefined;
  const links = new Set<Link>();

  const reach = (link: Link) => {
    const { client, server } = link;
    server.on('error', () => undefined).on('close', () => link.server === server && end(link));
    server.on('data', async (reply) => {
      await held;
      if (!client.destroyed) client.write(proxy.tamper?.(reply) ?? reply);
    });
  };
  const end = (link: Link) => {
    links.delete(link);
    link.client.destroy();
    link.server.destroy();
  };

  const listener = createServer((client) => {
    const link: Link = { client, server: connect(target, '127.0.0.1') };
    links.add(link);
    client.on('error', () => undefined).on('close', () => end(link));
    client.on('data', (request) => {
      if (proxy.delayMs === 0) link.server.write(request);
      else setTimeout(() => link.server.write(request), proxy.delayMs);
    });
    reach(link);
  });
  const port = await freePort();
  const listen = () => once(listener.listen(port, '127.0.0.1'), 'listening');
  await listen();

  const proxy: RedisProxy = {
    url: `redis://127.0.0.1:${port}`,
    delayMs: 0,
    tamper: undefined,
    cut: async () => {
      if (!listener.listening) return;
      const closed = once(listener, 'close');
      listener.close();
      for (const link of links) end(link);
      await closed;
    },
    reopen: async () => void (await listen()),
    switchTo: async (url) => {
      target = Number(new URL(url).port);
      for (const link of links) {
        const before = link.server;
        link.server = connect(target, '127.0.0.1');
        // The client has agreed on a version of the protocol, of which the other server knows nothing.
        link.server.write('HELLO 3\r\n');
        await once(link.server, 'data');
        reach(link);
        before.destroy();
      }
    },
    hold: () => {
      let release!: () => void;
      held = new Promise((resolve) => (release = resolve));
      return () => {
        held = undefined;
        release();
      };
    },
  };
  return proxy;
}

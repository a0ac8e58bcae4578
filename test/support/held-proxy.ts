/** A proxy between a gateway and an emulator that holds responses, so that a test orders events exactly. */
import { once } from 'node:events';
import { Agent, createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A response that the emulator has sent and the gateway hasn't received. */
export interface HeldAnswer {
  /** Resolves once the emulator has sent it: later changes there don't show in it. */
  made: Promise<void>;
  /** Passes it to the gateway. */
  release(): void;
  /** Resolves when the gateway has aborted the call. */
  brokenOff: Promise<void>;
}

export interface HeldProxy {
  /** For `kindeDomain`. */
  readonly url: string;
  /** Where it passes requests on to. */
  target: string;
  /** Holds the response to the next matching call, such as "GET /api/v1/organizations". */
  hold(call: string | RegExp): HeldAnswer;
  /** How long the response to a call is delayed, in milliseconds; undefined delays none. */
  delayMs: ((call: string) => number) | undefined;
  /** What a call gets in place of its response; undefined for the response. */
  faultOf: ((call: string) => ProxyFault | undefined) | undefined;
  /** May be called again. */
  close(): Promise<void>;
}

/** Another response, or the end of the connection. */
export type ProxyFault = { status: number; body: string } | 'reset';

interface Hold {
  matches: (call: string) => boolean;
  made: () => void;
  released: Promise<void>;
  brokenOff: () => void;
}

export async function startHeldProxy(): Promise<HeldProxy> {
  const holds: Hold[] = [];
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    const index = holds.findIndex(({ matches }) => matches(call));
    const [hold] = index === -1 ? [] : holds.splice(index, 1);
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) hold?.brokenOff();
    });
    try {
      const { status, headers, body } = await pass(proxy.target, incoming, agent);
      hold?.made();
      await hold?.released;
      const delay = proxy.delayMs?.(call) ?? 0;
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
      const fault = proxy.faultOf?.(call);
      if (outgoing.destroyed) return;
      if (fault === 'reset') outgoing.destroy();
      else if (fault === undefined) outgoing.writeHead(status, headers).end(body);
      else outgoing.writeHead(fault.status).end(fault.body);
    } catch {
      outgoing.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: HeldProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    target: '',
    delayMs: undefined,
    faultOf: undefined,
    hold: (about) => {
      const [made, isMade] = signal();
      const [released, release] = signal();
      const [brokenOff, isBrokenOff] = signal();
      holds.push({
        matches: (call) => (typeof about === 'string' ? call.startsWith(about) : about.test(call)),
        made: isMade,
        released,
        brokenOff: isBrokenOff,
      });
      return { made, release, brokenOff };
    },
    close: async () => {
      if (!server.listening) return;
      agent.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return proxy;
}

function signal(): [Promise<void>, () => void] {
  let resolve!: () => void;
  return [new Promise<void>((settle) => (resolve = settle)), resolve];
}

async function pass(target: string, incoming: IncomingMessage, agent: Agent) {
  const outgoing = request(target + incoming.url, {
    method: incoming.method!,
    headers: incoming.headers,
    agent,
  });
  incoming.pipe(outgoing);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { connection: _, 'transfer-encoding': __, ...headers } = response.headers;
  return { status: response.statusCode!, headers, body: Buffer.concat(chunks) };
}

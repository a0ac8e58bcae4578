/** A proxy on a real socket between gateway and emulator, which lets through, or does what is ordered. */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emulator } from '../../src/emulator/index.js';
import { freePort } from './free-port.js';
import { startGateway, type TestGateway, type TestOptions } from './gateway.js';

/** A request that has arrived whole, and the bare connection to answer on. */
export interface Struck {
  /** Such as "PATCH /api/v1/organization/org_1". */
  call: string;
  body: Buffer;
  headers: IncomingHttpHeaders;
  socket: Socket;
  /** Passes the request on to the emulator, and the response back once its status has been told. */
  forward(onStatus?: OnStatus): Promise<void>;
  /** Passes the request on to the emulator, and drops the response. */
  swallow(onStatus?: OnStatus): Promise<void>;
}

/** Receives the status of the emulator's response. */
export type OnStatus = (status: number) => void;

/** What happens to a request in place of the emulator's response. */
export type Fault = (struck: Struck) => unknown;

/** Resets the connection, after the bytes if there are any. */
export const reset =
  (bytes = ''): Fault =>
  ({ socket }) =>
    bytes === ''
      ? socket.resetAndDestroy()
      : // Sent with the reset, they might be thrown away unread.
        socket.write(bytes, () => setTimeout(() => socket.resetAndDestroy(), 50));

/** Closes the connection without a response. */
export const hangUp: Fault = ({ socket }) => socket.end();

/** Does the write, and resets the connection before the response. */
export const resetAfterwards: Fault = async ({ socket, swallow }) => {
  await swallow();
  socket.resetAndDestroy();
};

/** Sends these bytes and leaves the connection open. */
export const stall =
  (text: string | Buffer = ''): Fault =>
  ({ socket }) =>
    socket.write(text);

/** Sends these bytes and closes the connection. */
export const bytes =
  (text: string | Buffer): Fault =>
  ({ socket }) =>
    socket.end(text);

/** Sends a response without checks: the body may contradict the headers. */
export const answer = (status: number, body: string | Buffer | object = '', headers: object = {}) =>
  bytes(message(status, body, headers));

/** Returns the bytes of a response. The connection closes after it, since Node's server doesn't see it. */
export function message(
  status: number,
  body: string | Buffer | object = '',
  headers: object = {},
): Buffer {
  const content = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(content) };
  const lines = Object.entries({
    connection: 'close',
    'content-type': 'application/json',
    ...length,
    ...headers,
  }).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`),
    Buffer.from(content),
  ]);
}

/** Starts a response and sends blocks of its body while the client reads. */
export const pour =
  (block: Buffer, { everyMs = 0, most = Infinity, onSent = (_: number) => {} } = {}): Fault =>
  async ({ socket }) => {
    async function* answering() {
      yield 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n';
      for (let sent = 0; sent < most; sent += block.length) {
        onSent(sent);
        yield block;
        if (everyMs > 0) await sleep(everyMs);
      }
    }
    // The other side is expected to abort it.
    await pipeline(answering, socket).catch(() => undefined);
  };

export interface FaultProxy {
  readonly url: string;
  /** How many connections were opened since the last reset, and the most that were open at once. */
  readonly connections: number;
  readonly mostConnections: number;
  /** The requests since the last call, such as "GET /api/v1/roles?page_size=1", with a response or without. */
  calls(): string[];
  /** How many token requests there were since the last reset. */
  readonly tokenRequests: number;
  /**
   * Applies these faults to the next requests of a route, one each. A route is written as in the endpoint
   * table; its query does not count. "GET" alone stands for every read, "*" for every call of the API.
   */
  next(route: string, ...faults: Fault[]): void;
  /** Applies the fault to all requests of the route. Returns a function that ends it. */
  always(route: string, fault: Fault): () => void;
  /** Refuses new connections, and closes the open ones. */
  refuse(): Promise<void>;
  /** Accepts connections again. */
  accept(): Promise<void>;
  /** Clears faults and counts. */
  reset(): void;
  close(): Promise<void>;
}

interface Order {
  matches: (call: string) => boolean;
  faults: Fault[];
  isLasting: boolean;
}

const TOKEN_ROUTE = 'POST /oauth2/token';

export async function startFaultProxy(target: () => string): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  let orders: Order[] = [];
  let calls: string[] = [];
  let tokenRequests = 0;
  let connections = 0;
  let mostConnections = 0;
  const open = new Set<Socket>();

  function faultFor(call: string): Fault | undefined {
    const order = orders.find(({ matches, faults }) => faults.length > 0 && matches(call));
    return order?.isLasting === true ? order.faults[0] : order?.faults.shift();
  }

  const server: Server = createServer(async (incoming, outgoing) => {
    const call = `${incoming.method} ${incoming.url}`;
    if (call === TOKEN_ROUTE) tokenRequests++;
    else calls.push(call);
    const body = Buffer.concat(await incoming.toArray());
    const pass = async (onStatus?: OnStatus) => {
      const passed = sendRequest(target() + incoming.url, {
        agent,
        method: incoming.method!,
        headers: incoming.headers,
      });
      passed.end(body);
      const [received] = (await once(passed, 'response')) as [IncomingMessage];
      onStatus?.(received.statusCode!);
      return { received, content: Buffer.concat(await received.toArray()) };
    };
    const forward = async (onStatus?: OnStatus) => {
      const { received, content } = await pass(onStatus);
      const { connection: _, 'transfer-encoding': __, ...headers } = received.headers;
      if (!outgoing.destroyed) outgoing.writeHead(received.statusCode!, headers).end(content);
    };
    const swallow = async (onStatus?: OnStatus) => void (await pass(onStatus));
    const fault = faultFor(call);
    try {
      if (fault === undefined) await forward();
      else {
        const { headers, socket } = incoming;
        await fault({ call, body, headers, socket, forward, swallow });
      }
    } catch {
      // The emulator was closed meanwhile.
      outgoing.destroy();
    }
  });
  server.on('connection', (socket) => {
    open.add(socket.on('close', () => open.delete(socket)).on('error', () => undefined));
    connections++;
    mostConnections = Math.max(mostConnections, open.size);
  });

  const port = await freePort();
  const listen = () => once(server.listen(port, '127.0.0.1'), 'listening');
  await listen();
  const refuse = async () => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  const order = (route: string, faults: Fault[], isLasting: boolean) => {
    const added: Order = { matches: matcherOf(route), faults: [...faults], isLasting };
    orders.unshift(added);
    return added;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    get mostConnections() {
      return mostConnections;
    },
    get tokenRequests() {
      return tokenRequests;
    },
    calls: () => {
      const seen = calls;
      calls = [];
      return seen;
    },
    next: (route, ...faults) => void order(route, faults, false),
    always: (route, fault) => {
      const added = order(route, [fault], true);
      return () => void (added.faults.length = 0);
    },
    refuse,
    accept: async () => void (await listen()),
    reset: () => {
      [orders, calls] = [[], []];
      [tokenRequests, connections, mostConnections] = [0, 0, open.size];
    },
    close: async () => {
      await refuse();
      agent.destroy();
    },
  };
}

function matcherOf(route: string): (call: string) => boolean {
  const isApi = (call: string) => call.includes(' /api/v1/');
  if (route === '*') return isApi;
  if (!route.includes(' ')) return (call) => isApi(call) && call.startsWith(`${route} `);
  const pattern = route.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/?]+');
  const expression = new RegExp(`^${pattern}(\\?|$)`);
  return (call) => expression.test(call);
}

export interface FaultyGateway extends TestGateway {
  proxy: FaultProxy;
  /** An operation's data, the codes of its errors by their paths, and the calls that the proxy saw. */
  outcome(document: string, variables?: object): Promise<Outcome>;
}

export interface Outcome {
  data: any;
  /** For example { "organizations.nodes.1": "UPSTREAM_TIMEOUT" }; "" for an error without a path. */
  codes: Record<string, unknown>;
  calls: string[];
  milliseconds: number;
}

/** Starts a gateway that reaches its emulator through the proxy, with a token and an open connection. */
export async function startFaultyGateway(
  env: Record<string, string> = {},
  { isCold = false, ...options }: TestOptions & { isCold?: boolean } = {},
): Promise<FaultyGateway> {
  let emulator: Emulator | undefined;
  const proxy = await startFaultProxy(() => emulator!.url);
  const gateway = await startGateway({
    ...options,
    env,
    kindeDomain: (started) => {
      emulator = started;
      return proxy.url;
    },
  });
  if (!isCold) {
    await gateway.query('{ roles(first: 1) { nodes { key } } }');
    proxy.reset();
  }
  return {
    ...gateway,
    proxy,
    outcome: async (document, variables) => {
      const startedAt = performance.now();
      const { data, errors = [] } = await gateway.execute(document, variables);
      return {
        data,
        codes: Object.fromEntries(
          errors.map(({ path = [], extensions }) => [path.join('.'), extensions['code']]),
        ),
        calls: proxy.calls(),
        milliseconds: performance.now() - startedAt,
      };
    },
    close: async () => {
      try {
        await gateway.close();
      } finally {
        await proxy.close();
      }
    },
  };
}

/** A server that speaks Redis' protocol, and replies to every command as a test says. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface FakeRedis {
  readonly url: string;
  /** What it replies to a command: text of the protocol, or undefined for no reply at all. */
  reply: (command: readonly string[]) => string | undefined;
  /** How often it was connected to. */
  readonly connections: number;
  close(): Promise<void>;
}

const HELLO = '%1\r\n$5\r\nproto\r\n:3\r\n';

export async function startFakeRedis(reply: FakeRedis['reply']): Promise<FakeRedis> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      for (let read = parse(text); read !== undefined; read = parse(text)) {
        text = text.slice(read.length);
        const name = read.command[0]!.toUpperCase();
        const replied =
          name === 'HELLO' ? HELLO : name === 'CLIENT' ? '+OK\r\n' : fake.reply(read.command);
        if (replied !== undefined) socket.write(replied, 'latin1');
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeRedis = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    reply,
    get connections() {
      return connections;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
  return fake;
}

/** The first command of a text, and how much of it that is; undefined while it is incomplete. */
function parse(text: string): { command: string[]; length: number } | undefined {
  const [head, count] = /^\*(\d+)\r\n/.exec(text) ?? [];
  if (head === undefined) return undefined;
  const command: string[] = [];
  let at = head.length;
  for (let n = 0; n < Number(count); n++) {
    const [prefix, size] = /^\$(\d+)\r\n/.exec(text.slice(at, at + 20)) ?? [];
    if (prefix === undefined) return undefined;
    const from = at + prefix.length;
    at = from + Number(size) + 2;
    if (text.length < at) return undefined;
    command.push(text.slice(from, at - 2));
  }
  return { command, length: at };
}

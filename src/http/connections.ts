/** The connections of clients, as far as closing the gateway must know of them. */
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Connections {
  /** Ends those on which no request is being answered. */
  endUnused(): void;
  /** Ends all of them. */
  endAll(): void;
}

/**
 * Node's server waits for good, once it is closing, for a connection that has not sent a whole request:
 * browsers open such connections in advance, and slow clients have them too.
 */
export function watchConnections(app: FastifyInstance): Connections {
  const requests = new Map<Socket, number>();
  app.server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  app.server.on('request', ({ socket }, response) => {
    const count = (change: number) => {
      const before = requests.get(socket);
      if (before !== undefined) requests.set(socket, before + change);
    };
    count(1);
    response.once('close', () => count(-1));
  });
  return {
    endUnused: () => {
      for (const [socket, count] of requests) if (count === 0) socket.destroy();
    },
    endAll: () => app.server.closeAllConnections(),
  };
}

/** The connections of clients, as far as closing the gateway must know of them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * How many responses may wait behind another one on a connection. Browsers and proxies send a request
 * once they have the response before; a client that doesn't could have any number executed and kept
 * behind a stream.
 */
const MAX_WAITING_RESPONSES = 16;

export interface Connections {
  /** Calls `act`, once for a connection, when the requests that have arrived on it are answered. */
  onceAnswered(socket: Socket, act: () => void): void;
  /** Ends those on which no request is being answered, and the others once theirs are. */
  endUnused(): void;
  /** Ends all of them. */
  endAll(): void;
}

/**
 * Node's server waits for good, once it is closing, for a connection that has not sent a whole request:
 * browsers open such connections in advance, and slow clients have them too. Nor does it tell the
 * responses that wait behind another one on a connection that the connection has closed.
 */
export function watchConnections(app: FastifyInstance): Connections {
  const connections = new Map<Socket, Set<ServerResponse>>();
  const acting = new WeakSet<Socket>();
  let isEnding = false;
  const endUnused = () => {
    isEnding = true;
    for (const [socket, { size }] of connections) if (size === 0) socket.destroy();
  };
  // Node's own would cut off responses that are written and that clients are still reading.
  app.server.closeIdleConnections = endUnused;
  app.server.on('connection', (socket: Socket) => {
    const responses = new Set<ServerResponse>();
    connections.set(socket, responses);
    socket.once('close', () => {
      connections.delete(socket);
      for (const response of responses) if (response.socket === null) closeWaiting(response);
    });
  });
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    const responses = connections.get(socket);
    responses?.add(response);
    if (responses !== undefined && responses.size > 1 + MAX_WAITING_RESPONSES) socket.destroy();
    response.once('close', () => {
      responses?.delete(response);
      if (isEnding && responses?.size === 0) socket.destroySoon();
    });
  });
  return {
    onceAnswered: (socket, act) => {
      if (acting.has(socket)) return;
      acting.add(socket);
      const arrived = [...(connections.get(socket) ?? [])].filter(({ req }) => req.complete);
      let left = arrived.length;
      if (left === 0) act();
      for (const response of arrived) response.once('close', () => --left === 0 && act());
    },
    endUnused,
    endAll: () => app.server.closeAllConnections(),
  };
}

/** Ends the work on a response that can't be sent any more. */
function closeWaiting(response: ServerResponse): void {
  response.destroyed = true;
  response.emit('close');
}

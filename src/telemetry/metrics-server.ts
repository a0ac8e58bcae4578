/**
 * Serves metrics on their own port, so that the network decides who may read them: they tell about
 * load, failures and clients' queries, and the port of GraphQL may be public.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Metrics } from './metrics.js';

export interface MetricsServer {
  /** Starts to listen, and returns the URL of the metrics. */
  listen(at: { port: number; host: string }): Promise<string>;
  close(): void;
}

/** Creates a server for `GET /metrics` only. Errors of collecting go to `onError`. */
export function createMetricsServer(
  metrics: Metrics,
  onError: (error: unknown) => void,
): MetricsServer {
  const server = createServer(({ method, url }, response) => {
    if (url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    if (method !== 'GET') return void response.writeHead(405, { allow: 'GET' }).end();
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (error: unknown) => {
        onError(error);
        response.writeHead(500).end();
      },
    );
  });
  return {
    listen: async (at) => {
      server.listen(at);
      await once(server, 'listening');
      const { address, family, port } = server.address() as AddressInfo;
      return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
